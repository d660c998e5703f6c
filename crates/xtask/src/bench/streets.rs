//! Driving times end to end, from coordinates, beside OSRM and Valhalla on the same extract and points.
//!
//! Ours are this thread's CPU milliseconds, finding the places on the streets included. The peers run
//! in a Python process of their own ([`PEERS`]); what is not installed there is left out and said.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, ensure};
use callbox_geo::{
    Coord,
    eta::{ProfileId, Route, Streets},
    import, quiet,
};
use serde_json::{Value, json};

use super::eta::{Dice, Work, peak_mb, quantiles};
use crate::server::Scratch;

/// The program that measures the peers.
const PEERS: &str = include_str!("streets/peers.py");

/// How the bench runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An extract; it is imported into a temporary directory.
    #[arg(long)]
    streets: PathBuf,
    /// The Python that has `osrm-bindings` and `pyvalhalla`; without it only our figures are printed.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// How many queries of each kind.
    #[arg(long, default_value_t = 100)]
    queries: usize,
    /// After so many seconds a peer is asked no more of one kind.
    #[arg(long, default_value_t = 30)]
    patience_seconds: u64,
    /// How many routes are compared.
    #[arg(long, default_value_t = 200)]
    routes: usize,
    /// Prints each way that differs from the peer's, with its cause.
    #[arg(long)]
    explain: bool,
    /// Repeats the points of an earlier run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(arguments.queries > 0, "ask for at least one query");
    let scratch = Scratch::new("streets")?;
    let dir = scratch.0.join("streets");
    let start = std::time::Instant::now();
    let imported = import::run(&arguments.streets, &dir, &quiet)?;
    let import_seconds = start.elapsed().as_secs_f64();
    let import_peak_mb = peak_mb();
    let millions = imported.streets.roads.nodes as f64 / 1e6;
    println!("{}", arguments.streets.display());
    println!(
        "import: {import_seconds:.1} s by the clock, the process's peak {import_peak_mb:.0} MB, {} edges, \
         {millions:.3} million junctions, {} OSM nodes kept, addresses and all: {:.2} s and {:.0} MB for a \
         million of those nodes",
        imported.streets.roads.edges,
        imported.nodes,
        import_seconds / (imported.nodes as f64 / 1e6),
        import_peak_mb / (imported.nodes as f64 / 1e6),
    );
    let streets = Streets::open(&dir)?;
    ensure!(streets.settle(), "nobody changes the times meanwhile");
    let profile = streets.profile("car").context("there is a profile car")?;
    let mut dice = Dice(arguments.seed);
    let units = points(&streets, &mut dice, 2_000);
    let places = points(&streets, &mut dice, arguments.queries);
    println!("| | min | median | p99 | n |\n|---|---|---|---|---|");
    for (name, from, to) in [
        ("500 to 1", 500, 1),
        ("2000 to 1", 2_000, 1),
        ("1 to 500", 1, 500),
    ] {
        let mut times = Vec::new();
        for &place in &places {
            let start = Work::start();
            let at = |&(lat, lon): &(f64, f64)| streets.snap(lat, lon);
            let here = at(&place).context("places are on the streets")?;
            let there: Vec<_> = units[..from.max(to)].iter().filter_map(at).collect();
            if to == 1 {
                drop(streets.eta_many_to_one(&there, &here, profile));
            } else {
                drop(streets.eta_one_to_many(&here, &there, profile));
            }
            times.push(start.millis());
        }
        let n = times.len();
        let [least, median, p99] = quantiles(&mut times);
        println!("| callbox, {name} | {least:.2} | {median:.2} | {p99:.2} | {n} |");
    }
    let Some(python) = &arguments.peers else {
        println!("peers: left out; name a Python that has them with --peers");
        return Ok(());
    };
    let ours = routes(&streets, profile, &mut dice, arguments.routes);
    let given = json!({
        "extract": arguments.streets, "work": scratch.0, "seconds": arguments.patience_seconds,
        "units": turned(&units), "places": turned(&places),
        "routes": ours.iter().map(|(ends, route)| given_route(ends, route)).collect::<Vec<_>>(),
    });
    let files = ["peers.py", "given.json", "taken.json"].map(|name| scratch.0.join(name));
    fs::write(&files[0], PEERS)?;
    fs::write(&files[1], serde_json::to_vec(&given)?)?;
    let status = Command::new(python)
        .args(&files)
        .status()
        .with_context(|| format!("cannot run {}", python.display()))?;
    ensure!(status.success(), "the peers' program failed: {status}");
    let taken: Value = serde_json::from_slice(&fs::read(&files[2])?)?;
    print_peers(&taken);
    let theirs = taken["routes"].as_array().map_or(&[][..], Vec::as_slice);
    print_routes(&ours, theirs, arguments.explain);
    Ok(())
}

/// Latitude and longitude.
type Place = (f64, f64);

fn points(streets: &Streets, dice: &mut Dice, count: usize) -> Vec<Place> {
    let mut points = Vec::new();
    while points.len() < count {
        let node = dice.roll(streets.node_count() as u64) as usize;
        let (lat, lon) = streets.node(node).degrees();
        points.push((
            lat + (dice.unit() - 0.5) * 1e-3,
            lon + (dice.unit() - 0.5) * 1e-3,
        ));
    }
    points
}

fn turned(points: &[Place]) -> Vec<[f64; 2]> {
    points.iter().map(|&(lat, lon)| [lon, lat]).collect()
}

fn turned_coord(at: Coord) -> [f64; 2] {
    let (lat, lon) = at.degrees();
    [lon, lat]
}

/// Both ends, where they are on the streets, and the way.
type Ours = (([Place; 2], [Coord; 2]), Option<Route>);

fn routes(streets: &Streets, profile: ProfileId, dice: &mut Dice, count: usize) -> Vec<Ours> {
    let mut list = Vec::new();
    while list.len() < count {
        let ends = points(streets, dice, 2);
        let at = |&(lat, lon): &Place| streets.snap(lat, lon);
        let (Some(from), Some(to)) = (at(&ends[0]), at(&ends[1])) else {
            continue;
        };
        let route = streets.route(&from, &to, profile);
        list.push((([ends[0], ends[1]], [from.point, to.point]), route));
    }
    list
}

fn given_route((ends, snapped): &([Place; 2], [Coord; 2]), route: &Option<Route>) -> Value {
    let points = route.iter().flat_map(|route| &route.points);
    json!({
        "from": [ends[0].1, ends[0].0], "to": [ends[1].1, ends[1].0],
        "snapped": snapped.map(turned_coord),
        "points": points.map(|&point| turned_coord(point)).collect::<Vec<_>>(),
    })
}

fn print_peers(taken: &Value) {
    for (name, peer) in taken.as_object().into_iter().flatten() {
        if let Some(why) = peer["left_out"].as_str() {
            println!("{name}: left out: {why}");
        }
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        for (kind, times) in peer["tables"].as_object().into_iter().flatten() {
            println!(
                "| {name}, {kind} | {:.2} | {:.2} | {:.2} | {} |",
                number(&times["cpu"][0]),
                number(&times["cpu"][1]),
                number(&times["cpu"][2]),
                times["n"]
            );
        }
        for step in peer["prepare"].as_array().into_iter().flatten() {
            println!(
                "{name} prepares: {:.1} s by the clock, {:.1} s of CPU, {:.0} MB",
                number(&step["seconds"]),
                number(&step["cpu_seconds"]),
                number(&step["peak_mb"])
            );
        }
    }
}

/// Why a way differs from the peer's.
const CAUSES: [&str; 8] = [
    "no way, both",
    "a way by OSRM only: access or a restriction",
    "a way by callbox only: access or a restriction",
    "the same way",
    "snapping: an end lies on another street (more than 20 m apart)",
    "as good: OSRM's own times take ours for at most 5 % longer",
    "access or a restriction: OSRM drives round what we drive through",
    "speed model: speeds or costs of turns differ",
];

/// Says how our ways and the peer's differ, and why.
fn print_routes(ours: &[Ours], theirs: &[Value], explain: bool) {
    let mut counts = [0; CAUSES.len()];
    let mut ratios = Vec::new();
    for (no, (((ends, _), route), peer)) in ours.iter().zip(theirs).enumerate() {
        let number = |key: &str| peer[key].as_f64().unwrap_or(f64::NAN);
        let seconds = route
            .as_ref()
            .map(|route| f64::from(route.milliseconds) / 1e3);
        let by_them = number("ours_by_them");
        let why = match route {
            None if peer.is_null() => 0,
            None => 1,
            Some(_) if peer.is_null() => 2,
            Some(_) if number("shared") >= 0.95 => 3,
            Some(_) if number("apart") > 20.0 => 4,
            Some(_) if by_them <= number("seconds") * 1.05 => 5,
            // Led over points of our way, OSRM takes far longer than its speeds explain, or finds none.
            Some(_) if by_them.is_nan() || by_them > number("seconds") * 1.5 => 6,
            Some(_) => 7,
        };
        ratios.extend(
            seconds
                .map(|seconds| seconds / number("seconds"))
                .filter(|it| !it.is_nan()),
        );
        counts[why] += 1;
        if explain && why != 0 && why != 3 {
            println!(
                "  {no:>3} {:?} to {:?}: ours {:.0} s, theirs {:.0} s, ours by their times {by_them:.0} s; {:.0} % \
                 shared, ends {:.0} m apart: {}",
                ends[0],
                ends[1],
                seconds.unwrap_or(f64::NAN),
                number("seconds"),
                number("shared") * 100.0,
                number("apart"),
                CAUSES[why]
            );
        }
    }
    println!("routes beside OSRM's, {} pairs:", ours.len());
    for (count, words) in counts.iter().zip(CAUSES) {
        println!("  {count:>5}  {words}");
    }
    let [least, median, p99] = quantiles(&mut ratios);
    println!("  seconds over OSRM's: min {least:.2}, median {median:.2}, p99 {p99:.2}");
}
