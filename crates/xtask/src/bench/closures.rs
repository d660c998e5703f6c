//! A closure from the command to the changed time, end to end at a running server.
//!
//! Beside it in the same run: the same questions without a change, a command that concerns no street,
//! and what a customization of the whole network would take instead.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, ensure};
use callbox_geo::{eta::Streets, roads::Profile};
use serde_json::{Value, json};

use super::eta::{Dice, quantiles};
use crate::server::{Client, Scratch, Server, callbox, token_of};

/// How the bench runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An extract; without it a town that is drawn for the bench.
    #[arg(long)]
    streets: Option<PathBuf>,
    /// The program to measure.
    #[arg(long, default_value = "target/release/callbox")]
    binary: PathBuf,
    /// How many units stand somewhere on the streets.
    #[arg(long, default_value_t = 500)]
    units: usize,
    /// How many closures.
    #[arg(long, default_value_t = 100)]
    closures: usize,
    /// Repeats the points of an earlier run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A center with streets, units and one call; and who speaks to it.
struct Floor {
    client: Client,
    key: usize,
    incident: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = Scratch::new("closures")?;
    let data = scratch.0.join("center");
    let text = data.to_str().context("a readable name")?;
    callbox(
        &arguments.binary,
        &[
            "init",
            "--data",
            text,
            "--center",
            "Bench",
            "--timezone",
            "UTC",
        ],
    )?;
    let drawn = scratch.0.join("town.osm.pbf");
    let extract = match &arguments.streets {
        Some(extract) => extract.clone(),
        None => {
            let drawn = drawn.to_str().context("a readable name")?;
            callbox(&arguments.binary, &["town", drawn])?;
            PathBuf::from(drawn)
        }
    };
    let path = extract.to_str().context("a readable name")?;
    callbox(
        &arguments.binary,
        &["import", "streets", path, "--data", text],
    )?;
    let admin = token_of(&arguments.binary, &data, "setup", "supervisor")?;
    let token = token_of(&arguments.binary, &data, "floor", "dispatcher")?;

    let streets = Streets::open(&data.join("streets"))?;
    let mut dice = Dice(arguments.seed);
    let mut somewhere = || {
        let node = dice.roll(streets.node_count() as u64) as usize;
        streets.node(node).degrees()
    };
    let server = Server::start(&arguments.binary, &data)?;
    let mut setup = Client::new(server.address, &admin);
    for no in 0..arguments.units {
        let (lat, lon) = somewhere();
        let code = format!("S{no}");
        let station = json!({"code": code, "name": code, "agency": "FIRE", "lat": lat, "lon": lon});
        let unit = json!({"call_sign": format!("E{no}"), "agency": "FIRE", "type": "ENGINE", "station": code});
        for (what, body) in [("stations", station), ("units", unit)] {
            let key = format!("{what}-{no}");
            let (status, answer) =
                setup.post(&format!("/api/v1/configuration/{what}"), &key, &body)?;
            ensure!(status < 300, "{what}: {answer}");
        }
    }
    let mut floor = Floor {
        client: Client::new(server.address, &token),
        key: 0,
        incident: 0,
    };
    let mut rows = Rows::default();
    let (mut changed, mut asked) = (0, 0);
    while asked < arguments.closures {
        let (lat, lon) = somewhere();
        let call = json!({"type": "FIRE", "place": "here", "lat": lat, "lon": lon});
        floor.incident = floor.post("/api/v1/incidents", &call)?["incident"]
            .as_u64()
            .context("the receipt names the incident")?;
        let before = floor.recommendation(&mut rows.suggestion)?;
        let unit = before["suggested"][0]["unit"].clone();
        if unit.is_null() {
            continue;
        }
        let path = format!("/api/v1/incidents/{}/units", floor.incident);
        floor.post(&path, &json!({"units": [unit]}))?;
        let way = floor.way(&mut rows.way)?;
        let line = way["line"].as_array().cloned().unwrap_or_default();
        if line.len() < 3 {
            floor.post(&format!("/api/v1/units/{}/cancel", said(&unit)), &json!({}))?;
            continue;
        }
        asked += 1;
        let note = format!("/api/v1/incidents/{}/narrative", floor.incident);
        let start = Instant::now();
        floor.post(&note, &json!({"text": "nothing about streets"}))?;
        rows.narrative.push(millis(start));

        let middle = &line[line.len() / 2];
        let body = json!({"cause": "works", "lat": middle[1], "lon": middle[0]});
        let start = Instant::now();
        let closed = floor.post("/api/v1/closures", &body)?;
        rows.committed.push(millis(start));
        let after = floor.way(&mut rows.way_after)?;
        rows.changed.push(millis(start));
        floor.recommendation(&mut rows.suggestion_after)?;
        changed += usize::from(after["line"] != way["line"]);
        let lift = format!("/api/v1/closures/{}/lift", closed["closure"]);
        let start = Instant::now();
        floor.post(&lift, &json!({}))?;
        let again = floor.way(&mut Vec::new())?;
        rows.lifted.push(millis(start));
        ensure!(
            again["line"] == way["line"],
            "lifting did not lead back: {again}"
        );
        floor.post(&format!("/api/v1/units/{}/cancel", said(&unit)), &json!({}))?;
    }
    let mut whole = Vec::new();
    for no in 0..5_u8 {
        let start = Instant::now();
        streets.set_profile(Profile {
            name: "bench".to_owned(),
            ..Profile::blue_light().scaled(0.9 + f32::from(no) / 100.0)
        });
        // A server has three profiles.
        whole.push(millis(start) * 3.0);
    }
    let (_, _, edges) = streets.counts();
    println!(
        "{}: {edges} directions of street, {} units",
        name(&extract),
        arguments.units
    );
    println!("{changed} of {asked} closures changed the way; each led back when it was lifted\n");
    println!("milliseconds at the client             min   median      p99");
    for (what, values) in [
        ("way of a unit, nothing changed", &mut rows.way),
        ("command without streets, committed", &mut rows.narrative),
        ("closure: command to committed", &mut rows.committed),
        ("closure: command to the changed way", &mut rows.changed),
        ("  of it the way, for the first time", &mut rows.way_after),
        ("lifted: command to the way as before", &mut rows.lifted),
        ("suggestion of all units, unchanged", &mut rows.suggestion),
        (
            "suggestion just after a closure",
            &mut rows.suggestion_after,
        ),
        ("instead: the whole network anew", &mut whole),
    ] {
        let [least, median, most] = quantiles(values);
        println!("{what:36} {least:7.2}  {median:7.2}  {most:7.2}");
    }
    Ok(())
}

#[derive(Default)]
struct Rows {
    way: Vec<f64>,
    way_after: Vec<f64>,
    suggestion: Vec<f64>,
    suggestion_after: Vec<f64>,
    narrative: Vec<f64>,
    committed: Vec<f64>,
    changed: Vec<f64>,
    lifted: Vec<f64>,
}

impl Floor {
    fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.key += 1;
        let (status, answer) = self.client.post(path, &format!("act-{}", self.key), body)?;
        ensure!(status < 300, "{path}: {answer}");
        Ok(answer)
    }

    fn timed(&mut self, path: &str, times: &mut Vec<f64>) -> anyhow::Result<Value> {
        let start = Instant::now();
        let (status, answer) = self.client.get(path)?;
        times.push(millis(start));
        ensure!(status == 200, "{path}: {answer}");
        Ok(answer)
    }

    fn way(&mut self, times: &mut Vec<f64>) -> anyhow::Result<Value> {
        let path = format!("/api/v1/ways?incident={}", self.incident);
        Ok(self.timed(&path, times)?["ways"][0].clone())
    }

    fn recommendation(&mut self, times: &mut Vec<f64>) -> anyhow::Result<Value> {
        let path = format!("/api/v1/incidents/{}/recommendation", self.incident);
        self.timed(&path, times)
    }
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn name(extract: &Path) -> String {
    let name = extract.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1_000.0
}
