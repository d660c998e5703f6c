//! `cargo xtask bench ledger`: what a provable, durable event costs beside three plainer ways.
//!
//! Four contenders write the same events in the same groups, each group durable before the next:
//! a plain file (append, fdatasync), plain SQLite rows without any index, a conventional event
//! table (UUID and (stream, version) unique, JSON payload), and the ledger. Rounds are interleaved
//! so that a noisy neighbour hits all alike; medians are printed.

pub(super) mod closed;
mod contender;
mod event;
mod report;
mod tiles;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use callbox_ledger::{Draft, Ledger, MemoryStore, Options, SqliteReader, verify};

use contender::{Contender, Conventional, Ours, Plain, RawFile};
use event::{Event, Events};

/// Options of the bench.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to write; the disk under it is what is measured. Emptied first.
    #[arg(long, default_value = "target/bench-ledger")]
    dir: PathBuf,
    /// Rounds for each contender and group size; the median counts.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Events that each table holds before it is measured.
    #[arg(long, default_value_t = 100_000)]
    preload: usize,
    /// Measures one part only.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// A part of the bench.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Groups of 1 to 256 events by one writer.
    Groups,
    /// 1 to 256 clients, each of which asks again when it was answered.
    Closed,
    /// The same with callbox alone, for a profiler.
    Callbox,
}

const GROUPS: [usize; 4] = [1, 16, 64, 256];

/// Commits of one round: fewer of the large ones, so that rounds take about as long.
fn commits(group: usize) -> usize {
    match group {
        1 => 400,
        16 => 200,
        64 => 100,
        _ => 50,
    }
}

/// One contender's medians at one group size.
struct Cell {
    contender: &'static str,
    group: usize,
    events_per_second: f64,
    cpu_micros: f64,
    disk_bytes: f64,
    written_bytes: f64,
}

/// What the ledger costs apart from any disk, and how fast it is checked.
struct Extra {
    encode_micros: Vec<(usize, f64)>,
    verify_events: u64,
    verify_events_per_second: f64,
    tiles: tiles::Tiles,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(arguments.rounds > 0, "at least one round is needed");
    ensure!(
        !cfg!(debug_assertions),
        "build it with --release: cargo run --release -p xtask -- bench ledger"
    );
    if arguments.dir.exists() {
        fs::remove_dir_all(&arguments.dir).context("emptying the directory")?;
    }
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if wanted(Part::Groups) {
        let mut cells = Vec::new();
        for group in GROUPS {
            cells.extend(measure(arguments, group)?);
        }
        let extra = extra(arguments)?;
        match arguments.format {
            Format::Text => report::text(&cells, &extra)?,
            Format::Json => report::json(&cells, &extra)?,
        }
    }
    let alone = arguments.only == Some(Part::Callbox);
    if alone || wanted(Part::Closed) {
        let loops = closed::measure(&arguments.dir, arguments.rounds.min(5), alone)?;
        match arguments.format {
            Format::Text => report::loops(&loops)?,
            Format::Json => report::loops_json(&loops)?,
        }
    }
    Ok(())
}

fn measure(arguments: &Arguments, group: usize) -> anyhow::Result<Vec<Cell>> {
    let directory = arguments.dir.join(group.to_string());
    fs::create_dir_all(&directory)?;
    let mut contenders: [Box<dyn Contender>; 4] = [
        Box::new(RawFile::open(&directory)?),
        Box::new(Plain::open(&directory)?),
        Box::new(Conventional::open(&directory)?),
        Box::new(Ours::open(&directory)?),
    ];
    let mut samples: Vec<Vec<[f64; 4]>> = vec![Vec::new(); contenders.len()];
    let mut preload = Events::new(0);
    for batch in preload.take(arguments.preload).chunks(256) {
        for contender in &mut contenders {
            contender.append(batch)?;
        }
    }
    for contender in &mut contenders {
        contender.settle()?;
    }
    let mut source = preload;
    for _ in 0..arguments.rounds {
        let events = source.take(group * commits(group));
        for (contender, samples) in contenders.iter_mut().zip(&mut samples) {
            samples.push(round(contender.as_mut(), &events, group)?);
        }
    }
    Ok(contenders
        .iter()
        .zip(samples)
        .map(|(contender, samples)| Cell {
            contender: contender.name(),
            group,
            events_per_second: median(&samples, 0),
            cpu_micros: median(&samples, 1),
            disk_bytes: median(&samples, 2),
            written_bytes: median(&samples, 3),
        })
        .collect())
}

/// Writes the events in groups; gives events/s, CPU µs, bytes of file and bytes written per event.
fn round(
    contender: &mut dyn Contender,
    events: &[Event],
    group: usize,
) -> anyhow::Result<[f64; 4]> {
    let file = contender.file_bytes()?;
    let (cpu, written, start) = (cpu_nanos()?, written_bytes()?, Instant::now());
    for batch in events.chunks(group) {
        contender.append(batch)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let cpu = cpu_nanos()? - cpu;
    let written = written_bytes()? - written;
    contender.settle()?;
    let grown = contender.file_bytes()? - file;
    let n = events.len() as f64;
    Ok([
        n / seconds,
        cpu as f64 / 1e3 / n,
        grown as f64 / n,
        written as f64 / n,
    ])
}

fn extra(arguments: &Arguments) -> anyhow::Result<Extra> {
    let mut encode_micros = Vec::new();
    for group in GROUPS {
        let mut times = Vec::new();
        for seed in 0..arguments.rounds {
            let events = Events::new(seed as u64).take(100 * 256);
            let mut ledger = Ledger::open(MemoryStore::new(), Options::default())?;
            let before = cpu_nanos()?;
            for batch in events.chunks(group) {
                let drafts: Vec<Draft<'_>> = batch.iter().map(Event::draft).collect();
                ledger.append(&drafts)?;
            }
            times.push([(cpu_nanos()? - before) as f64 / 1e3 / events.len() as f64; 4]);
        }
        encode_micros.push((group, median(&times, 0)));
    }
    // The largest of the files just written, grown to a size that a centre has in a year.
    let directory = arguments.dir.join("verify");
    fs::create_dir_all(&directory)?;
    let mut ours = Ours::open(&directory)?;
    let mut events = Events::new(1);
    for _ in 0..40 {
        for batch in events.take(25_600).chunks(64) {
            ours.append(batch)?;
        }
    }
    let mut times = Vec::new();
    let mut verify_events = 0;
    for _ in 0..arguments.rounds {
        let mut reader = SqliteReader::open(&ours.path)?;
        let start = Instant::now();
        verify_events = verify(&mut reader, None, &mut |_| {})?.events;
        times.push([verify_events as f64 / start.elapsed().as_secs_f64(); 4]);
    }
    Ok(Extra {
        encode_micros,
        verify_events,
        verify_events_per_second: median(&times, 0),
        tiles: tiles::measure(&ours.path, &directory, arguments.rounds)?,
    })
}

fn median(samples: &[[f64; 4]], column: usize) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(|sample| sample[column]).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Gives the time that this thread was on a processor, kernel included.
fn cpu_nanos() -> anyhow::Result<u64> {
    let text =
        fs::read_to_string("/proc/thread-self/schedstat").context("this bench needs Linux")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}

/// Gives the bytes that this process handed to write calls, write-ahead logs included.
fn written_bytes() -> anyhow::Result<u64> {
    let text = fs::read_to_string("/proc/self/io").context("this bench needs Linux")?;
    let line = text.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.context("no wchar in /proc/self/io")?.parse()?)
}
