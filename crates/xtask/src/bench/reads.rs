//! `cargo xtask bench reads`: what it costs that every read is on the record before it is shown.
//!
//! Closed incidents of a center are read at a steady rate, once as they are and once with their record,
//! in the same process and the same run. A read that waits for the one before it counts as late: its
//! time begins when it was due.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use callbox_domain::{
    ActorId, AddNarrative, CloseIncident, Code, Context, DefineDisposition, IncidentId, Place,
    Purpose, ReadAct, ReadObject, ReadOutcome, ReadPurpose, ReceiveIncident, Text, Timestamp,
};
use callbox_engine::{DataDir, Engine, Options, Reading, Submission, Ticket, wall_clock};

/// Options of the bench.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to write; emptied first.
    #[arg(long, default_value = "target/bench-reads")]
    dir: PathBuf,
    /// How many reads a second.
    #[arg(long, default_value_t = 1_000)]
    rate: u32,
    /// For how many seconds each way.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// How many read at once.
    #[arg(long, default_value_t = 64)]
    readers: u32,
    /// Measures a build that is not optimised all the same, and says so.
    #[arg(long)]
    although_debug: bool,
}

const INCIDENTS: u64 = 200;

/// What one way came to.
struct Measured {
    /// Milliseconds from when a read was due until it could be shown, ascending.
    waits: Vec<f64>,
    cpu: Duration,
    took: Duration,
    events: u64,
    bytes: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(
        arguments.rate > 0 && arguments.seconds > 0 && arguments.readers > 0,
        "rate, seconds and readers are at least 1"
    );
    ensure!(
        !cfg!(debug_assertions) || arguments.although_debug,
        "build it with --release: cargo run --release -p xtask -- bench reads"
    );
    if arguments.dir.exists() {
        fs::remove_dir_all(&arguments.dir).context("emptying the directory")?;
    }
    let dir = DataDir::create(arguments.dir.join("center"), "bench.example/reads")?;
    let engine = Engine::open(&dir, Options::default())?;
    fill(&engine)?;
    if cfg!(debug_assertions) {
        println!("NOT optimised: only the comparison counts");
    }
    println!(
        "{} reads a second for {} s by {} readers, of {INCIDENTS} closed incidents",
        arguments.rate, arguments.seconds, arguments.readers
    );
    println!(
        "\nway                 done/s  p50 ms  p99 ms  max ms  CPU ms a read  events  bytes a read"
    );
    let mut cpu = Vec::new();
    // The plain way comes first and last: so that a machine that got busier shows.
    for (way, records) in [
        ("as they are", false),
        ("with their record", true),
        ("as they are, again", false),
    ] {
        let measured = measure(&engine, &dir, arguments, records)?;
        let n = measured.waits.len();
        let quantile = |share: f64| measured.waits[((n - 1) as f64 * share) as usize];
        let a_read = measured.cpu.as_secs_f64() * 1_000.0 / n as f64;
        println!(
            "{way:18}  {:6.0}  {:6.2}  {:6.2}  {:6.2}  {a_read:13.3}  {:6}  {:12.0}",
            n as f64 / measured.took.as_secs_f64(),
            quantile(0.5),
            quantile(0.99),
            quantile(1.0),
            measured.events,
            measured.bytes as f64 / n as f64,
        );
        cpu.push(a_read);
    }
    println!(
        "\nthe record costs {:.3} ms of processor a read",
        cpu[1] - f64::midpoint(cpu[0], cpu[2])
    );
    engine.shutdown();
    Ok(())
}

fn fill(engine: &Engine) -> anyhow::Result<()> {
    let code = Code::new("DONE")?;
    submit(
        engine,
        DefineDisposition {
            code: code.clone(),
            label: Code::new("Done")?,
        },
    )?;
    for no in 1..=INCIDENTS {
        let place = Place::new(Text::new(&format!("{no} Main St"))?, Some((40.5, -74.25)));
        submit(
            engine,
            ReceiveIncident {
                place: Some(place),
                ..ReceiveIncident::default()
            },
        )?;
        let incident = IncidentId(no);
        for line in 0..8 {
            let text = Text::new(&format!("line {line}: smoke on the second floor"))?;
            submit(engine, AddNarrative { incident, text })?;
        }
        let disposition = code.clone();
        submit(
            engine,
            CloseIncident {
                incident,
                disposition,
            },
        )?;
    }
    Ok(())
}

fn submit(engine: &Engine, command: impl Into<callbox_domain::Command>) -> anyhow::Result<()> {
    let context = Context {
        at: wall_clock()(),
        actor: ActorId::SIMULATED,
        purpose: Purpose::Exercise,
    };
    let submission = Submission {
        command: command.into(),
        context,
        idempotency: None,
    };
    engine.enqueue(submission).and_then(Ticket::wait)?;
    Ok(())
}

fn measure(
    engine: &Engine,
    dir: &DataDir,
    arguments: &Arguments,
    records: bool,
) -> anyhow::Result<Measured> {
    let (events, bytes) = (engine.snapshot().next_seq(), ledger_bytes(dir)?);
    let start = Arc::new(Barrier::new(arguments.readers as usize + 1));
    let each = (arguments.rate * arguments.seconds).div_ceil(arguments.readers);
    let between = Duration::from_secs_f64(f64::from(arguments.readers) / f64::from(arguments.rate));
    let readers: Vec<_> = (0..arguments.readers)
        .map(|reader| {
            let (engine, start) = (engine.clone(), Arc::clone(&start));
            let offset = between * reader / arguments.readers;
            thread::spawn(move || -> anyhow::Result<Vec<f64>> {
                start.wait();
                let begun = Instant::now();
                let mut waits = Vec::with_capacity(each as usize);
                for n in 0..each {
                    let due = begun + offset + between * n;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    let id = IncidentId(1 + u64::from(reader * 31 + n) % INCIDENTS);
                    if records {
                        engine.consult_blocking(reading(reader, id)?)?;
                    }
                    let incident = engine.incident(id)?.context("it is there")?;
                    std::hint::black_box(engine.entries(&incident.history)?);
                    waits.push(due.elapsed().as_secs_f64() * 1_000.0);
                }
                Ok(waits)
            })
        })
        .collect();
    start.wait();
    let (begun, cpu) = (Instant::now(), process_time());
    let mut waits = Vec::new();
    for reader in readers {
        let read = reader
            .join()
            .map_err(|_| anyhow::anyhow!("a reader panicked"))?;
        waits.extend(read?);
    }
    let (took, cpu) = (begun.elapsed(), process_time().saturating_sub(cpu));
    waits.sort_by(f64::total_cmp);
    Ok(Measured {
        waits,
        cpu,
        took,
        events: engine.snapshot().next_seq() - events,
        bytes: ledger_bytes(dir)?.saturating_sub(bytes),
    })
}

fn reading(reader: u32, id: IncidentId) -> anyhow::Result<Reading> {
    let at: Timestamp = wall_clock()();
    Ok(Reading {
        at,
        actor: ActorId(1_000 + u64::from(reader)),
        object: ReadObject::Incident(id),
        act: ReadAct::Read,
        purpose: Some(ReadPurpose::CaseReview),
        outcome: ReadOutcome::Shown,
        number: Some(Text::new("2026-7")?),
        reason: Some(Text::new("the yearly review of cases")?),
        grant: None,
        is_live: false,
    })
}

/// The bytes of the ledger's database with its log.
fn ledger_bytes(dir: &DataDir) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for file in fs::read_dir(dir.ledger())? {
        bytes += file?.metadata()?.len();
    }
    Ok(bytes)
}

/// What the whole process has cost so far.
fn process_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}
