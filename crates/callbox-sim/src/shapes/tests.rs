#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::{collections::BTreeMap, fs::File, io::Read as _, path::PathBuf};

use super::*;

/// A table of text; a row is found by its column's name.
struct Rows(Vec<BTreeMap<String, String>>);

/// Reads a data file that is not part of the project, where somebody put it beside the checkout.
fn rows(file: &str) -> Option<Rows> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/calls")
        .join(file);
    let Ok(packed) = File::open(&path) else {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: {} is not there", path.display());
        }
        return None;
    };
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(bytes.as_slice());
    let header: Vec<_> = reader.byte_headers().unwrap().iter().map(words).collect();
    let rows = reader.byte_records().map(|row| {
        header
            .iter()
            .cloned()
            .zip(row.unwrap().iter().map(words))
            .collect()
    });
    Some(Rows(rows.collect()))
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Seconds of a local time like `2020-04-02 00:01:42`, counted from March 2020 or any such month:
/// only differences within a few days of one month or two are asked for.
fn seconds(time: &str) -> Option<f64> {
    let part = |from: usize, to: usize| time.get(from..to)?.parse::<f64>().ok();
    let (year, month) = (part(0, 4)?, part(5, 7)?);
    let days = (year - 2000.0) * 372.0 + month * 31.0 + part(8, 10)?;
    Some(days * 86_400.0 + part(11, 13)? * 3_600.0 + part(14, 16)? * 60.0 + part(17, 19)?)
}

fn hours<'a>(times: impl Iterator<Item = &'a String>) -> Vec<u32> {
    let mut counts = [0_u32; 24];
    let mut total = 0.0;
    for time in times {
        counts[time[11..13].parse::<usize>().unwrap()] += 1;
        total += 1.0;
    }
    counts
        .iter()
        .map(|n| (1_000.0 * f64::from(*n) / total + 0.5) as u32)
        .collect()
}

fn quantiles(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.filter(|value| *value >= 0.0).collect();
    values.sort_by(f64::total_cmp);
    let at = |position: f64| {
        let h = (values.len() - 1) as f64 * position;
        let (low, high) = (
            values[h as usize],
            values[(h as usize + 1).min(values.len() - 1)],
        );
        (low + (high - low) * h.fract()).round()
    };
    POSITIONS.iter().map(|position| at(*position)).collect()
}

fn interval(row: &BTreeMap<String, String>, from: &str, to: &str) -> Option<f64> {
    Some(seconds(&row[to])? - seconds(&row[from])?)
}

#[test]
fn tables_of_san_francisco_are_what_the_data_says() {
    let Some(Rows(rows)) = rows("sf_fire_2020-04-02_2020-04-20.csv.gz") else {
        return;
    };
    let mut calls: BTreeMap<&str, Vec<&BTreeMap<_, _>>> = BTreeMap::new();
    for row in &rows {
        calls.entry(&row["call_number"]).or_default().push(row);
    }
    let of = |medical: bool| {
        let calls = calls.values().map(|rows| rows[0]);
        calls.filter(move |row| (row["call_type"] == "Medical Incident") == medical)
    };
    assert_eq!(
        hours(of(true).map(|row| &row["received"])),
        Hours::Medical.table()
    );
    assert_eq!(
        hours(of(false).map(|row| &row["received"])),
        Hours::Fire.table()
    );

    let urgent = calls
        .values()
        .filter(|rows| rows[0]["final_priority"] == "3")
        .map(|rows| {
            let dispatched = rows.iter().filter_map(|row| seconds(&row["dispatch"]));
            dispatched.fold(f64::MAX, f64::min) - seconds(&rows[0]["received"]).unwrap()
        });
    assert_eq!(quantiles(urgent), CALL_TO_DISPATCH);
    let all = |from, to| quantiles(rows.iter().filter_map(|row| interval(row, from, to)));
    assert_eq!(all("dispatch", "response"), TURNOUT);
    assert_eq!(all("response", "on_scene"), TRAVEL);
    assert_eq!(all("on_scene", "transport"), SCENE_TO_TRANSPORT);
    assert_eq!(all("transport", "hospital"), TRANSPORT);
    assert_eq!(all("hospital", "available"), AT_HOSPITAL);

    let stays = [
        (Stay::Medical, "Medical Incident"),
        (Stay::Alarm, "Alarms"),
        (Stay::Fire, "Structure Fire"),
        (Stay::Outside, "Outside Fire"),
        (Stay::Gas, "Gas Leak (Natural and LP Gases)"),
        (Stay::Service, "Citizen Assist / Service Call"),
        (Stay::Collision, "Traffic Collision"),
    ];
    for (stay, call_type) in stays {
        // A call's type is the one that its first row gives.
        let stayed = calls
            .values()
            .filter(|rows| rows[0]["call_type"] == call_type)
            .flatten()
            .filter(|row| row["transport"].is_empty());
        let stayed = stayed.filter_map(|row| interval(row, "on_scene", "available"));
        assert_eq!(quantiles(stayed), *stay.table(), "{call_type}");
    }
}

#[test]
fn tables_of_san_diego_are_what_the_data_says() {
    let Some(Rows(rows)) = rows("san_diego_police_2023-01.csv.gz") else {
        return;
    };
    assert_eq!(
        hours(rows.iter().map(|row| &row["date_time"])),
        Hours::Police.table()
    );
    let loud = rows
        .iter()
        .filter(|row| matches!(row["call_type"].as_str(), "415" | "415V" | "415N" | "PARTY"));
    assert_eq!(
        hours(loud.map(|row| &row["date_time"])),
        Hours::Disturbance.table()
    );
}

#[test]
fn tables_of_seattle_are_what_the_data_says() {
    let Some(Rows(rows)) = rows("seattle_police_911_2015.csv.gz") else {
        return;
    };
    let collisions = rows
        .iter()
        .filter(|row| row["event_clearance_group"] == "MOTOR VEHICLE COLLISION INVESTIGATION");
    assert_eq!(
        hours(collisions.map(|row| &row["at_scene_time"])),
        Hours::Collision.table()
    );
}

#[test]
fn a_position_between_two_quantiles_lies_between_their_durations() {
    assert_eq!(at(&TRAVEL, 0.0), 52.0);
    assert_eq!(at(&TRAVEL, 0.5), 245.0);
    assert!((at(&TRAVEL, 0.55) - 276.0).abs() < 1e-6);
    assert_eq!(at(&TRAVEL, 1.0), 1_027.0);
}

#[test]
fn samples_spread_as_the_table_says() {
    let mut random = Random::of(&[4]);
    let drawn = (0..20_000).map(|_| sample(&TURNOUT, &mut random));
    let drawn = quantiles(drawn);
    for (drawn, table) in drawn.iter().zip(TURNOUT).skip(2).take(7) {
        assert!((drawn - table).abs() <= 3.0, "{drawn} {table}");
    }
}
