//! Plays seeded days in which everything goes wrong; a failing one is shrunk to a short script.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context as _, bail};
use callbox_sim::trial::{self, Broken, Line, Seen};

use crate::server::Scratch;

/// How days are simulated.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many seeds are played.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plays this seed alone.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// How many lines each day has.
    #[arg(long, default_value_t = 120)]
    steps: usize,
    /// How many days are played at once.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Plays the lines of a file instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "from", "seed"])]
    script: Option<PathBuf>,
}

/// Plays the days; fails with the seed, the shrunk script and how to play it again.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = Scratch::in_memory("simulate")?;
    if let Some(file) = &arguments.script {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let lines: Vec<Line> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let seen = play(&lines, &scratch)?;
        println!("nothing is wrong: {}", told(&seen));
        return Ok(());
    }
    let (from, seeds) = match arguments.seed {
        Some(seed) => (seed, 1),
        None => (arguments.from, arguments.seeds),
    };
    let started = Instant::now();
    let (next, stop) = (AtomicU64::new(from), AtomicBool::new(false));
    let (total, failed) = (Mutex::new(Seen::default()), Mutex::new(None));
    thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        break;
                    }
                    let dir = scratch.0.join(format!("seed-{seed}"));
                    match fs::create_dir_all(&dir)
                        .map_err(|error| Broken {
                            lines: Vec::new(),
                            what: error.to_string(),
                        })
                        .and_then(|()| trial::run(seed, arguments.steps, &dir))
                    {
                        Ok(seen) => total
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .add(&seen),
                        Err(broken) => {
                            stop.store(true, Ordering::Relaxed);
                            failed
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .get_or_insert((seed, broken));
                        }
                    }
                    // What is left over goes with the whole directory.
                    let _ = fs::remove_dir_all(&dir);
                }
            });
        }
    });
    if let Some((seed, broken)) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let steps = arguments.steps;
        println!("seed {seed} fails {broken}");
        let short = trial::shrink(&broken.lines, |lines| play(lines, &scratch).is_err());
        println!("the lines that it takes:\n");
        for line in &short {
            println!("{line}");
        }
        let what = play(&short, &scratch).err().map(|broken| broken.what);
        println!("\nwhat is wrong then: {}", what.unwrap_or_default());
        println!("play it again: cargo xtask simulate --seed {seed} --steps {steps}");
        println!("or, with these lines in a file: cargo xtask simulate --script FILE");
        bail!("seed {seed} fails");
    }
    let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{seeds} days of {} lines in {:.0} s, nothing is wrong: {}",
        arguments.steps,
        started.elapsed().as_secs_f64(),
        told(&total)
    );
    Ok(())
}

fn told(seen: &Seen) -> String {
    format!(
        "{} commands carried out ({} kinds), {} refused, {} failed with the store, {} restarts, {} \
         events, at most {} acts taken back in a row",
        seen.done,
        seen.verbs.len(),
        seen.refused,
        seen.failed,
        seen.starts,
        seen.events,
        seen.undone_in_a_row
    )
}

fn play(lines: &[Line], scratch: &Scratch) -> Result<Seen, Broken> {
    let dir = scratch.0.join("script");
    // It may not be there.
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).map_err(|error| Broken {
        lines: Vec::new(),
        what: error.to_string(),
    })?;
    trial::play(lines, &dir)
}
