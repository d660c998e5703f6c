//! Recommendations of units by plan, beside sorting the same units by distance.

use std::{fmt::Write as _, path::PathBuf, time::Instant};

use anyhow::Context as _;
use callbox_domain::{
    Center, Drive, Facts, IncidentId, LocalTime, Question, Source, UnitFact,
    script::{DAY, Run},
};
use callbox_geo::{
    Coord,
    eta::{Snapped, StreetBuilder, Streets},
    import, quiet,
};

use crate::server::Scratch;

/// How the bench runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An extract; without it, or where it is missing, units drive straight lines.
    #[arg(long)]
    extract: Option<PathBuf>,
    /// How many incidents for each number of units.
    #[arg(long, default_value_t = 300)]
    incidents: usize,
    /// Repeats the points of an earlier run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = Scratch::new("recommend")?;
    let dir = scratch.0.join("streets");
    let extract = arguments.extract.as_ref().filter(|path| path.exists());
    let streets = match extract {
        Some(extract) => {
            import::run_with(&[&StreetBuilder::default()], extract, &dir, &quiet)?;
            Some(Streets::open(&dir)?)
        }
        None => {
            println!("no extract: straight lines");
            None
        }
    };
    println!("units  places  what                         median us      p99 us");
    for units in [100, 500, 2_000] {
        let center = center(units)?;
        measure(arguments, &center, units, streets.as_ref())?;
    }
    Ok(())
}

/// A center whose units have crews, and a plan of three alarms that asks for twelve units.
fn center(units: usize) -> anyhow::Result<Center> {
    let mut script = String::from(
        "define agency FIRE Fire\ndefine type FIRE Fire\ndefine status AVL Available available\n\
         define status DSP Dispatched dispatched\n",
    );
    let types = ["ENGINE", "LADDER", "AMB", "CHIEF"];
    for unit_type in types {
        writeln!(script, "define unit-type {unit_type} {unit_type}")?;
    }
    for no in 0..units {
        writeln!(script, "define unit U{no} FIRE {}", types[no % 4])?;
        writeln!(script, "crew U{no} 4 EMT={} PARAMEDIC={}", no % 3, no % 2)?;
    }
    script.push_str(
        "publish \"F,1,3,ENGINE|LADDER+180,EMT=1,,,,FIRE\" \"F,1,1,LADDER|ENGINE+300\" \
         \"F,1,1,CHIEF\" \"F,2,2,ENGINE\" \"F,2,2,AMB,PARAMEDIC\" \"F,3,2,ENGINE|AMB+600\" \
         \"F,3,1,LADDER\"\nreceive FIRE\n",
    );
    let mut run = Run::default();
    run.play(&script).context("the bench's own script")?;
    Ok(run.center().clone())
}

fn measure(
    arguments: &Arguments,
    center: &Center,
    units: usize,
    streets: Option<&Streets>,
) -> anyhow::Result<()> {
    let mut dice = Dice(arguments.seed);
    let [
        mut after_change,
        mut eta,
        mut first,
        mut third,
        mut one,
        mut all,
        mut sort,
    ] = [const { Vec::new() }; 7];
    let somewhere = |dice: &mut Dice| match streets {
        Some(streets) => streets.node(dice.below(streets.node_count() as u64) as usize),
        None => Coord {
            lat: 500_000_000 + dice.below(2_000_000) as i32,
            lon: 40_000_000 + dice.below(2_000_000) as i32,
        },
    };
    let points: Vec<Coord> = (0..units).map(|_| somewhere(&mut dice)).collect();
    let snap = |at: &Coord| {
        let (lat, lon) = at.degrees();
        streets.and_then(|streets| streets.snap(lat, lon))
    };
    let snapped: Vec<Option<Snapped>> = points.iter().map(snap).collect();
    let on: Vec<Snapped> = snapped.iter().flatten().cloned().collect();
    let goals: Vec<Coord> = (0..arguments.incidents)
        .map(|_| somewhere(&mut dice))
        .collect();
    let drives = |goal: &Coord| match (streets, snap(goal)) {
        (Some(streets), Some(to)) => {
            let profile = streets.profile("blue-light").context("a profile")?;
            let start = Instant::now();
            let times = streets.eta_many_to_one(&on, &to, profile);
            anyhow::Ok((times, micros(start)))
        }
        _ => Ok((Vec::new(), 0.0)),
    };
    if let Some(streets) = streets {
        // As just after a street was closed: nothing has settled and nothing is remembered.
        let at = streets.snap(goals[0].degrees().0, goals[0].degrees().1);
        let edges = at.map_or_else(Vec::new, |at| streets.edges_at(&at));
        streets.close(&edges);
        for goal in &goals {
            after_change.push(drives(goal)?.1);
        }
        streets.reopen(&edges);
        // As a moment later: what the server does when changes have come to rest.
        anyhow::ensure!(streets.settle(), "nobody changes the times meanwhile");
        let profile = streets.profile("blue-light").context("a profile")?;
        let start = Instant::now();
        streets.remember(&on, profile);
        println!("remembering {units} places took {:.0} us", micros(start));
    }
    for goal in goals {
        let (times, took) = drives(&goal)?;
        eta.push(took);
        let mut times = times.into_iter();
        let facts = (1..)
            .zip(points.iter().zip(&snapped))
            .map(|(no, (at, on))| {
                let time = on.as_ref().and_then(|_| times.next().flatten());
                let straight = || Drive::straight(at.meters_to(goal));
                UnitFact {
                    unit: callbox_domain::UnitId(no),
                    source: Source::Fix(5),
                    drive: time.map_or_else(straight, |eta| Drive::Road(eta.seconds() as u32)),
                    in_station: no % 2 == 0,
                }
            });
        let facts = Facts {
            at: DAY.plus_seconds(60),
            local: LocalTime::default(),
            units: facts.collect(),
        };
        for (alarm, into, whole) in [(1, &mut first, &mut one), (3, &mut third, &mut all)] {
            let question = Question {
                incident: IncidentId(1),
                alarm,
            };
            let start = Instant::now();
            let found = center.recommend(question, &facts)?;
            into.push(micros(start));
            whole.push(micros(start) + took);
            anyhow::ensure!(!found.suggested.is_empty(), "nothing was suggested");
        }
        let start = Instant::now();
        let mut near: Vec<_> = points.iter().map(|at| at.meters_to(goal)).collect();
        near.sort_unstable_by(f64::total_cmp);
        std::hint::black_box(&near);
        sort.push(micros(start));
    }
    for (places, what, mut values) in [
        (5, "recommendation, alarm 1", first),
        (12, "recommendation, alarm 3", third),
        (0, "drives of all units", eta),
        (5, "both together, alarm 1", one),
        (12, "both together, alarm 3", all),
        (0, "drives just after a closure", after_change),
        (0, "baseline: sort by distance", sort),
    ] {
        if values.is_empty() {
            continue;
        }
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize];
        println!(
            "{units:>5}  {places:>6}  {what:<27} {:>10.0}  {:>10.0}",
            at(0.5),
            at(0.99)
        );
    }
    Ok(())
}

fn micros(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e6
}
