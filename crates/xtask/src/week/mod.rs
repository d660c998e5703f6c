//! Days of dispatching at many times the speed of life: dispatchers who act through the API at once.
//!
//! A server of its own runs on the demo's town with its streets, plans, clocks and welfare checks. Each
//! dispatcher is a thread with a token and an open board stream; all of them take from one agenda
//! what is due. The clocks' times are divided by the speed, so that alarms come as often as in life.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use callbox_engine::{DataDir, Engine, Options};
use callbox_geo::geocode::{Geocoder, Sample};
use serde_json::{Value, json};

use crate::{
    kill,
    server::{Client, Scratch, Server, each_entry, token_of},
};
use agenda::{Agenda, Setting};
use tally::Tally;

mod agenda;
mod desk;
mod tally;

/// How long the end of the ledger may take to reach the last console.
const LAST_WORD: Duration = Duration::from_secs(10);

/// How the days run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many days pass.
    #[arg(long, default_value_t = 7.0)]
    days: f64,
    /// How many times faster than life.
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// How many dispatchers act at once.
    #[arg(long, default_value_t = 20)]
    dispatchers: usize,
    /// How many calls a day brings.
    #[arg(long, default_value_t = 400.0)]
    calls: f64,
    /// Another number, other calls.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The server's program.
    #[arg(long, default_value = "target/release/callbox")]
    binary: PathBuf,
}

/// Runs the days, then holds the ledger and its replay against the invariants.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    ensure!(
        arguments.speed > 0.0 && arguments.days > 0.0,
        "speed and days are above 0"
    );
    let scratch = Scratch::new("week")?;
    let data = scratch.0.join("center");
    let binary = &arguments.binary;
    demo(binary, &data)?;
    let logins: Vec<String> = (1..=arguments.dispatchers)
        .map(|no| format!("desk{no}"))
        .collect();
    let tokens: Vec<String> = logins
        .iter()
        .map(|login| token_of(binary, &data, login, "dispatcher"))
        .collect::<anyhow::Result<_>>()?;
    let chief = token_of(binary, &data, "chief", "supervisor")?;
    let places = places(&data)?;
    let server = Server::start(binary, &data)?;
    let mut client = Client::new(server.address, &chief);
    let board = read_board(&mut client)?;
    scale(&mut client, &board, arguments.speed)?;
    let setting = Setting::new(&board, places, arguments.seed, arguments.speed)?;
    let seconds = arguments.days * 86_400.0 / arguments.speed;
    let agenda = Agenda::new(setting, arguments.calls, seconds);
    let (tally, stop) = (Tally::default(), AtomicBool::new(false));
    let started = Instant::now();
    let after = board["seq"].as_u64().context("the board has a position")?;
    let consoles: Vec<Arc<AtomicU64>> = tokens
        .iter()
        .map(|token| listen(&Client::new(server.address, token), after))
        .collect::<anyhow::Result<_>>()?;
    let memory = thread::scope(|scope| {
        for (no, token) in tokens.iter().enumerate() {
            let mut desk = desk::Desk::new(no, Client::new(server.address, token), &agenda, &tally);
            let stop = &stop;
            scope.spawn(move || desk.work(stop));
        }
        let memory = watch(&server, &agenda, &tally, started, seconds);
        stop.store(true, Ordering::Relaxed);
        memory
    });
    let took = started.elapsed().as_secs_f64();
    let length = read_board(&mut client)?["seq"]
        .as_u64()
        .context("the board has a position")?;
    let stale = stale(&consoles, length);
    server.kill()?;
    let checked = Instant::now();
    let events = kill::check(&data, &scratch.0.join("copy"), &[])?;
    let checked = checked.elapsed().as_secs_f64();
    let mut out = String::new();
    writeln!(
        out,
        "{:.2} days at {} times the speed of life in {took:.0} s, {} dispatchers, seed {}",
        took * arguments.speed / 86_400.0,
        arguments.speed,
        arguments.dispatchers,
        arguments.seed
    )?;
    writeln!(
        out,
        "{events} events, {:.1} a second; {}",
        events as f64 / took,
        tally.totals()
    )?;
    writeln!(
        out,
        "server memory (MB): {:.0} at the start, {:.0} at most, {:.0} at the end",
        memory.first().copied().unwrap_or_default(),
        memory.iter().copied().fold(0.0, f64::max),
        memory.last().copied().unwrap_or_default()
    )?;
    writeln!(
        out,
        "consoles that had the ledger's end: {} of {}",
        consoles.len() - stale,
        consoles.len()
    )?;
    writeln!(
        out,
        "the killed server's ledger verifies, its state is replayed to the byte: {checked:.1} s"
    )?;
    print!("{out}\n{}\n{}", tally.table(), recorded(&data)?);
    ensure!(stale == 0, "{stale} consoles missed the end of the ledger");
    ensure!(tally.failed() == 0, "some requests failed");
    Ok(())
}

/// Makes the demo's center without calls and hours before, and stops it again.
fn demo(binary: &Path, data: &Path) -> anyhow::Result<()> {
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut child = Command::new(binary)
        .args(["demo", "--history", "0", "--speed", "0", "--data"])
        .arg(data)
        .args(["--listen", &address.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {}; build it first", binary.display()))?;
    let started = Instant::now();
    while !Client::new(address, "")
        .get("/readyz")
        .is_ok_and(|(status, _)| status == 200)
    {
        ensure!(
            child.try_wait()?.is_none() && started.elapsed().as_secs() < 120,
            "the demo's center cannot be made"
        );
        thread::sleep(Duration::from_millis(50));
    }
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Places of the demo's town: words and a point.
fn places(data: &Path) -> anyhow::Result<Vec<(String, f64, f64)>> {
    let geocoder = Geocoder::open(&DataDir::open(data)?.streets())?;
    let found = [Sample::Houses, Sample::Crossings, Sample::Places]
        .map(|of| geocoder.sample(of, 300))
        .concat();
    ensure!(!found.is_empty(), "the town has no places");
    Ok(found
        .into_iter()
        .map(|answer| {
            let (lat, lon) = answer.point.degrees();
            (answer.label, lat, lon)
        })
        .collect())
}

fn read_board(client: &mut Client) -> anyhow::Result<Value> {
    let (status, board) = client.get("/api/v1/board")?;
    ensure!(status == 200, "the board answers {status}: {board}");
    Ok(board)
}

/// Divides every time limit by the speed; crews keep five seconds to answer, as the programs that
/// answer for them look once a second.
fn scale(client: &mut Client, board: &Value, speed: f64) -> anyhow::Result<()> {
    const LIMITS: [&str; 7] = [
        "warn_seconds",
        "alarm_seconds",
        "escalate_seconds",
        "unassigned_warn_seconds",
        "unassigned_alarm_seconds",
        "every_seconds",
        "answer_seconds",
    ];
    let tables = [
        ("clocks", "/api/v1/configuration/clocks"),
        ("priorities", "/api/v1/configuration/priorities"),
        ("welfare_rules", "/api/v1/configuration/welfare-rules"),
    ];
    for (name, path) in tables {
        for (no, row) in board[name].as_array().into_iter().flatten().enumerate() {
            let mut row = row.clone();
            let members = row.as_object_mut().context("a row has members")?;
            if let Some(target) = members.remove("target")
                && let Some(seconds) = target["seconds"].as_f64()
            {
                members.insert("target_seconds".into(), divided(seconds, speed, 1.0));
                members.insert("target_percent".into(), target["percent"].clone());
            }
            // What a row leaves open is left out.
            members.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
            for limit in LIMITS {
                if let Some(seconds) = row[limit].as_f64() {
                    let least = if limit == "answer_seconds" { 5.0 } else { 1.0 };
                    row[limit] = divided(seconds, speed, least);
                }
            }
            let (status, answer) = client.post(path, &format!("scale-{name}-{no}"), &row)?;
            ensure!(status < 300, "{path} answers {status}: {answer}");
        }
    }
    Ok(())
}

fn divided(seconds: f64, speed: f64, least: f64) -> Value {
    json!((seconds / speed).ceil().max(least) as u64)
}

/// Opens a console's stream and keeps how far it has come.
fn listen(client: &Client, after: u64) -> anyhow::Result<Arc<AtomicU64>> {
    let seen = Arc::new(AtomicU64::new(0));
    let noted = Arc::clone(&seen);
    let lines = client.live(&format!("/api/v1/live?after={after}"))?;
    thread::spawn(move || {
        for line in lines {
            if let Some(id) = line.strip_prefix("id:")
                && let Ok(seq) = id.trim().parse()
            {
                noted.fetch_max(seq, Ordering::Relaxed);
            }
        }
    });
    Ok(seen)
}

/// How many consoles do not have the ledger's end.
fn stale(consoles: &[Arc<AtomicU64>], length: u64) -> usize {
    let behind = || {
        let behind = consoles
            .iter()
            .filter(|seen| seen.load(Ordering::Relaxed) < length);
        behind.count()
    };
    let started = Instant::now();
    while behind() > 0 && started.elapsed() < LAST_WORD {
        thread::sleep(Duration::from_millis(20));
    }
    behind()
}

#[expect(clippy::print_stderr, reason = "how far it is goes beside the result")]
/// Lets the days pass and notes the server's memory; says every few minutes how it goes.
fn watch(
    server: &Server,
    agenda: &Agenda,
    tally: &Tally,
    started: Instant,
    seconds: f64,
) -> Vec<f64> {
    let mut memory = Vec::new();
    let mut told = 0;
    while started.elapsed().as_secs_f64() < seconds {
        memory.extend(resident_megabytes(server.pid()));
        let minutes = started.elapsed().as_secs() / 120;
        if minutes > told {
            told = minutes;
            let mb = memory.last().copied().unwrap_or_default();
            eprintln!(
                "{:>6.0} s  {mb:.0} MB  {} due  {}",
                started.elapsed().as_secs_f64(),
                agenda.len(),
                tally.totals()
            );
        }
        thread::sleep(Duration::from_secs(1).min(Duration::from_secs_f64(seconds)));
    }
    memory
}

fn resident_megabytes(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_000.0)
}

/// How many events of each kind the ledger holds, and how many incidents are open and closed.
fn recorded(data: &Path) -> anyhow::Result<String> {
    let options = Options {
        exit_on_fatal: false,
        ..Options::default()
    };
    let engine = Engine::open(&DataDir::open(data)?, options)?;
    let mut kinds = std::collections::BTreeMap::<&str, u64>::new();
    each_entry(&engine, |entry| {
        *kinds.entry(entry.event.kind().name).or_default() += 1;
    })?;
    let center = engine.snapshot();
    center.check()?;
    let open = center
        .incidents
        .iter()
        .filter(|(_, incident)| incident.closed.is_none());
    let mut out = format!(
        "{} incidents, {} still open; events by kind:\n",
        center.last_incident().0,
        open.count()
    );
    for (kind, count) in kinds {
        writeln!(out, "  {kind:<28}{count:>9}")?;
    }
    engine.shutdown();
    Ok(out)
}
