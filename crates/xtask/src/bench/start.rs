//! `cargo xtask bench start`: how long a start takes that trusts nothing, and how much memory.
//!
//! A center is filled through the whole engine, then opened again in processes of their own: from
//! the ledger alone (every event hashed, unsealed and folded), and with its snapshot. Beside them
//! stands what any start must do at least: read every frame once and look at none of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as Process,
    time::Instant,
};

use anyhow::{Context as _, ensure};
use callbox_domain::{IncidentId, UnitId};
use callbox_engine::{DataDir, Engine, Options};
use callbox_ledger::{Source as _, SqliteReader, verify};

use super::{
    eta::peak_mb,
    ledger::closed::{Client, center, submission},
};

/// Options of the bench.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to write; emptied first.
    #[arg(long, default_value = "target/bench-start")]
    dir: PathBuf,
    /// How many events the ledger has at least.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// Rounds of each kind of start; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// What a process that the bench starts does.
    #[arg(long, hide = true)]
    step: Option<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Step {
    /// Reads every frame.
    Read,
    /// Checks the whole ledger as `callbox verify` does.
    Verify,
    /// Opens the center.
    Open,
}

/// So many clients have a command under way each.
const CLIENTS: usize = 256;

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(arguments.rounds > 0, "at least one round is needed");
    ensure!(
        !cfg!(debug_assertions),
        "build it with --release: cargo run --release -p xtask -- bench start"
    );
    let root = arguments.dir.join("center");
    if let Some(step) = arguments.step {
        return one(&root, step);
    }
    if arguments.dir.exists() {
        fs::remove_dir_all(&arguments.dir).context("emptying the directory")?;
    }
    fs::create_dir_all(&arguments.dir)?;
    let (events, seconds) = fill(&arguments.dir, arguments.events)?;
    let dir = DataDir::open(&root)?;
    let bytes = fs::metadata(dir.ledger_db())?.len();
    println!(
        "{events} events written by {CLIENTS} clients in {seconds:.1} s; the ledger has {} MB",
        bytes / 1_000_000
    );
    println!("\nway                             seconds  events/s  peak MB");
    let mut table = Vec::new();
    for (way, step, forgets) in [
        ("every frame read, none looked at", Step::Read, false),
        ("verify", Step::Verify, false),
        ("start from the ledger alone", Step::Open, true),
        ("start with its snapshot", Step::Open, false),
    ] {
        let mut rounds = Vec::new();
        for _ in 0..arguments.rounds {
            if forgets {
                fs::remove_file(dir.snapshot_file()).context("the last start left no snapshot")?;
            }
            rounds.push(child(arguments, step)?);
        }
        rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (seconds, peak) = rounds[rounds.len() / 2];
        println!(
            "{way:32}  {seconds:7.2}  {:8.0}  {peak:7.0}",
            events as f64 / seconds
        );
        table.push(seconds);
    }
    println!(
        "\nstart from the ledger alone: {:.1} times the reading",
        table[2] / table[0]
    );
    Ok(())
}

/// Starts a process for one step, so that its memory is its own; gives seconds and peak MB.
fn child(arguments: &Arguments, step: Step) -> anyhow::Result<(f64, f64)> {
    let step = match step {
        Step::Read => "read",
        Step::Verify => "verify",
        Step::Open => "open",
    };
    let output = Process::new(std::env::current_exe()?)
        .args(["bench", "start", "--step", step, "--dir"])
        .arg(&arguments.dir)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (output.status.success(), numbers.next(), numbers.next()) {
        (true, Some(Ok(seconds)), Some(Ok(peak))) => Ok((seconds, peak)),
        _ => anyhow::bail!("{step}: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn one(root: &Path, step: Step) -> anyhow::Result<()> {
    let dir = DataDir::open(root)?;
    let started = Instant::now();
    match step {
        Step::Read => {
            let mut bytes = 0;
            SqliteReader::open(&dir.ledger_db())?.visit(0, &mut |row| {
                bytes += row.leaves.len() + row.sealed.len();
                std::ops::ControlFlow::Continue(())
            })?;
            ensure!(bytes > 0, "the ledger is empty");
        }
        Step::Verify => {
            verify(
                &mut SqliteReader::open(&dir.ledger_db())?,
                None,
                &mut |_| {},
            )?;
        }
        Step::Open => {
            let engine = Engine::open(&dir, Options::default())?;
            let seconds = started.elapsed().as_secs_f64();
            println!("{seconds} {}", peak_mb());
            engine.shutdown();
            return Ok(());
        }
    }
    println!("{} {}", started.elapsed().as_secs_f64(), peak_mb());
    Ok(())
}

/// Fills a center; gives its events and how long it took in seconds.
fn fill(directory: &Path, events: u64) -> anyhow::Result<(u64, f64)> {
    let engine = center(directory, CLIENTS)?;
    let mut clients: Vec<Client> = (1..=CLIENTS as u32)
        .map(|unit| Client {
            unit,
            asked: 0,
            incident: IncidentId(0),
            round: 0,
            is_out: engine
                .snapshot()
                .unit(UnitId(unit))
                .is_some_and(|unit| unit.status.as_str() == "OOS"),
        })
        .collect();
    let started = Instant::now();
    while engine.snapshot().next_seq() < events {
        let mut waiting = Vec::with_capacity(CLIENTS);
        for client in &mut clients {
            let command = client.next()?;
            let key = format!("{}-{}", client.unit, client.asked);
            waiting.push(engine.enqueue(submission(command, Some(key)))?);
        }
        for (client, waiting) in clients.iter_mut().zip(waiting) {
            client.told(&waiting.wait()?);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let size = engine.snapshot().next_seq();
    engine.shutdown();
    Ok((size, seconds))
}
