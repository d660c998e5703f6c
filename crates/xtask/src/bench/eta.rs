//! Driving times: import, queries, closures and new profiles, beside Dijkstra's algorithm.
//!
//! Queries, closures and Dijkstra's algorithm are measured in the CPU time of their one thread;
//! what several threads do (import, opening, a new profile, many closures at once) by the clock.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, ensure};
use callbox_geo::{
    eta::{Condition, Snapped, StreetBuilder, Streets},
    import, quiet,
    roads::Profile,
};
use serde_json::{Value, json};

use crate::server::Scratch;

/// How the bench runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A directory of extracts, or one extract; they are imported into a temporary directory.
    #[arg(long)]
    streets: PathBuf,
    /// Only extracts whose names contain one of these.
    #[arg(long)]
    only: Vec<String>,
    /// How many queries of each kind.
    #[arg(long, default_value_t = 200)]
    queries: usize,
    /// How many queries are repeated by Dijkstra's algorithm and compared.
    #[arg(long, default_value_t = 10)]
    compared: usize,
    /// Repeats the points of an earlier run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let extracts = extracts(arguments)?;
    if extracts.is_empty() {
        println!("skipped: no extract in {}", arguments.streets.display());
        return Ok(());
    }
    let mut reports = Vec::new();
    for extract in extracts {
        let report = measure(&extract, arguments)
            .with_context(|| format!("measuring {}", extract.display()))?;
        if !arguments.json {
            print(&report);
        }
        reports.push(report);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    let wrong: u64 = reports
        .iter()
        .filter_map(|report| report["mismatches"].as_u64())
        .sum();
    ensure!(wrong == 0, "{wrong} times differ from Dijkstra's");
    Ok(())
}

fn extracts(arguments: &Arguments) -> anyhow::Result<Vec<PathBuf>> {
    let path = &arguments.streets;
    if path.is_file() {
        return Ok(vec![path.clone()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).into_iter().flatten() {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let wanted = arguments.only.is_empty()
            || arguments
                .only
                .iter()
                .any(|part| name.contains(part.as_str()));
        if name.ends_with(".osm.pbf") && wanted {
            found.push(path);
        }
    }
    found.sort_by_key(|path| fs::metadata(path).map_or(0, |metadata| metadata.len()));
    Ok(found)
}

fn measure(extract: &Path, arguments: &Arguments) -> anyhow::Result<Value> {
    let scratch = Scratch::new("eta")?;
    let dir = scratch.0.join("streets");
    let builder = StreetBuilder::default();
    let imported = import::run_with(&[&builder], extract, &dir, &quiet)?;
    let counts = builder.counts();
    let start = Instant::now();
    let streets = Streets::open(&dir)?;
    let open_ms = millis(start);
    let profile = streets
        .profile("blue-light")
        .context("there is a profile blue-light")?;
    let mut dice = Dice(arguments.seed);
    let mut snap_ms = Vec::new();
    let units = points(&streets, &mut dice, 2_000, &mut snap_ms);
    let places = points(&streets, &mut dice, arguments.queries, &mut snap_ms);

    let timed = |work: &dyn Fn(&Snapped)| -> Vec<f64> {
        places
            .iter()
            .map(|place| {
                let start = Work::start();
                work(place);
                start.millis()
            })
            .collect()
    };
    // The first query makes room for the others; the first change copies the mapped times.
    drop(streets.eta_many_to_one(&units, &places[0], profile));
    let unsettled = timed(&|place| drop(streets.eta_many_to_one(&units, place, profile)));
    let start = Instant::now();
    ensure!(streets.settle(), "nobody changes the times meanwhile");
    let settle_ms = millis(start);
    let few = timed(&|place| drop(streets.eta_many_to_one(&units[..500], place, profile)));
    let many = timed(&|place| drop(streets.eta_many_to_one(&units, place, profile)));
    let from = timed(&|place| drop(streets.eta_one_to_many(place, &units, profile)));
    let route = timed(&|place| drop(streets.route(&units[0], place, profile)));

    let free: Vec<(Snapped, u32)> = units[..500].iter().map(|unit| (unit.clone(), 0)).collect();
    let (mut cover, mut squares) = (Vec::new(), Vec::new());
    for _ in 0..arguments.queries.min(50) {
        let start = Work::start();
        let reach = streets.reach(&free, profile);
        cover.push(start.millis());
        let start = Work::start();
        drop(streets.squares(
            &reach,
            480_000,
            14,
            [i32::MIN, i32::MIN, i32::MAX, i32::MAX],
        ));
        squares.push(start.millis());
    }

    let plain = streets.plain(profile);
    let mut cover_dijkstra = Vec::new();
    let mut cover_differs = 0;
    for _ in 0..arguments.compared {
        let start = Work::start();
        let expected = plain.reach(&free);
        cover_dijkstra.push(start.millis());
        cover_differs += usize::from(streets.reach(&free, profile) != expected);
    }
    let (mut dijkstra, mut mismatches, mut unreachable) = (Vec::new(), cover_differs, 0);
    for place in places.iter().take(arguments.compared) {
        let start = Work::start();
        let expected = plain.eta_many_to_one(&units, place);
        dijkstra.push(start.millis());
        let found = streets.eta_many_to_one(&units, place, profile);
        mismatches += expected.iter().zip(&found).filter(|(a, b)| a != b).count();
        unreachable += expected.iter().filter(|eta| eta.is_none()).count();
    }
    let compared = units.len() * arguments.compared.min(places.len());
    drop(plain);

    let start = Instant::now();
    let again = streets.edges_at(&places[0]);
    streets.close(&again);
    streets.reopen(&again);
    let first_closure_ms = millis(start);
    let (mut close, mut reopen, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for (no, place) in places.iter().enumerate() {
        let edges = streets.edges_at(place);
        let start = Work::start();
        let changed = match no % 4 {
            0 => streets.set_condition(&edges, Condition::Slower(1.5)),
            _ => streets.close(&edges),
        };
        close.push(start.millis());
        links.push(changed as f64);
        let start = Work::start();
        streets.reopen(&edges);
        reopen.push(start.millis());
    }
    // Where most depends on a street: in the middle of a way.
    let (mut close_middle, mut reopen_middle, mut links_middle) = (vec![], vec![], vec![]);
    for (unit, place) in units.iter().zip(&places) {
        let way = streets.route(unit, place, profile);
        let middle = way.and_then(|way| {
            let (lat, lon) = way.points.get(way.points.len() / 2)?.degrees();
            streets.snap(lat, lon)
        });
        let Some(middle) = middle else { continue };
        let edges = streets.edges_at(&middle);
        let start = Work::start();
        links_middle.push(streets.close(&edges) as f64);
        close_middle.push(start.millis());
        let start = Work::start();
        streets.reopen(&edges);
        reopen_middle.push(start.millis());
    }
    // After hundreds of changes the times are still those of Dijkstra.
    let closed: Vec<_> = places
        .iter()
        .flat_map(|place| streets.edges_at(place))
        .collect();
    let start = Instant::now();
    streets.close(&closed);
    let all_closed_ms = millis(start);
    let plain = streets.plain(profile);
    for place in places.iter().take(2) {
        let expected = plain.eta_many_to_one(&units, place);
        let found = streets.eta_many_to_one(&units, place, profile);
        mismatches += expected.iter().zip(&found).filter(|(a, b)| a != b).count();
    }
    drop(plain);
    streets.reopen(&closed);
    let start = Instant::now();
    streets.set_profile(Profile {
        name: "bench".to_owned(),
        ..Profile::heavy().scaled(0.9)
    });
    let profile_ms = millis(start);

    Ok(json!({
        "extract": extract.file_name().and_then(|name| name.to_str()),
        "osm_nodes_of_streets": imported.nodes,
        "junctions": counts.roads.nodes,
        "edges": counts.roads.edges,
        "turns": counts.roads.turns,
        "restrictions": counts.roads.restrictions,
        "restrictions_unread": counts.roads.restrictions_unread,
        "links": counts.links,
        "import_read_s": imported.read_seconds,
        "import_s": imported.seconds,
        "files_mb": imported.bytes as f64 / 1e6,
        "process_peak_mb": peak_mb(),
        "open_ms": open_ms,
        "profile_ms": profile_ms,
        "snap_ms": quantiles(&mut snap_ms),
        "500_to_1_ms": quantiles(&mut few.clone()),
        "2000_to_1_ms": quantiles(&mut many.clone()),
        "2000_to_1_unsettled_ms": quantiles(&mut unsettled.clone()),
        "settle_ms": settle_ms,
        "1_to_2000_ms": quantiles(&mut from.clone()),
        "route_ms": quantiles(&mut route.clone()),
        "dijkstra_2000_to_1_ms": quantiles(&mut dijkstra),
        "coverage_500_ms": quantiles(&mut cover),
        "coverage_squares_ms": quantiles(&mut squares),
        "coverage_500_dijkstra_ms": quantiles(&mut cover_dijkstra),
        "compared": compared,
        "unreachable": unreachable,
        "mismatches": mismatches,
        "first_closure_ms": first_closure_ms,
        "closure_ms": quantiles(&mut close),
        "reopen_ms": quantiles(&mut reopen),
        "closure_links": quantiles(&mut links),
        "closure_in_a_way_ms": quantiles(&mut close_middle),
        "reopen_in_a_way_ms": quantiles(&mut reopen_middle),
        "closure_in_a_way_links": quantiles(&mut links_middle),
        "all_places_closed_ms": all_closed_ms,
    }))
}

fn points(streets: &Streets, dice: &mut Dice, count: usize, times: &mut Vec<f64>) -> Vec<Snapped> {
    let mut points = Vec::new();
    while points.len() < count {
        let (lat, lon) = streets
            .node(dice.roll(streets.node_count() as u64) as usize)
            .degrees();
        let (lat, lon) = (
            lat + (dice.unit() - 0.5) * 2e-3,
            lon + (dice.unit() - 0.5) * 2e-3,
        );
        let start = Work::start();
        let snapped = streets.snap(lat, lon);
        times.push(start.millis());
        points.extend(snapped);
    }
    points
}

fn print(report: &Value) {
    println!("{}", report["extract"].as_str().unwrap_or_default());
    for (key, value) in report.as_object().into_iter().flatten() {
        match value {
            Value::Array(quantiles) => {
                let shown: Vec<String> = quantiles
                    .iter()
                    .map(|value| format!("{:.3}", value.as_f64().unwrap_or(f64::NAN)))
                    .collect();
                println!("  {key:<24} min/median/p99 {}", shown.join(" / "));
            }
            Value::Number(number) if number.is_f64() => {
                println!("  {key:<24} {:.3}", number.as_f64().unwrap_or(f64::NAN));
            }
            Value::Number(number) => println!("  {key:<24} {number}"),
            _ => {}
        }
    }
}

/// The least, the middle and the 99th of a hundred.
pub(super) fn quantiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let no = (part * (values.len() as f64 - 1.0)).round() as usize;
        values.get(no).copied().unwrap_or(f64::NAN)
    };
    [at(0.0), at(0.5), at(0.99)]
}

/// Milliseconds of this thread's own work: other programs on the machine do not count.
pub(super) struct Work(rustix::time::Timespec);

impl Work {
    pub(super) fn start() -> Self {
        Self(rustix::time::clock_gettime(
            rustix::time::ClockId::ThreadCPUTime,
        ))
    }

    pub(super) fn millis(&self) -> f64 {
        let now = Self::start().0;
        (now.tv_sec - self.0.tv_sec) as f64 * 1e3 + (now.tv_nsec - self.0.tv_nsec) as f64 / 1e6
    }
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// The most memory that this process ever had, mapped files included.
pub(super) fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1000.0
}

/// Numbers that look random and are the same in each run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    pub(super) fn unit(&mut self) -> f64 {
        self.roll(1 << 30) as f64 / f64::from(1 << 30)
    }
}
