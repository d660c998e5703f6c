//! Kills the server under load, again and again, and looks for what it lost.

mod reads;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use callbox_domain::{Event, IncidentId, LineNo};
use callbox_engine::{DataDir, Engine, Options};
use callbox_ledger::{Gate, Signer, SqliteReader, verify};
use serde_json::json;

use crate::server::{Client, Moments, Scratch, Server, callbox, each_entry, token};

/// How the kill test runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How often the server is killed.
    #[arg(long, default_value_t = 200)]
    rounds: u32,
    /// The server's program.
    #[arg(long, default_value = "target/release/callbox")]
    binary: PathBuf,
    /// Repeats the moments of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// How many clients write at once.
    #[arg(long, default_value_t = 4)]
    clients: usize,
    /// Reads instead of writing: no acknowledged read may be lost or recorded twice.
    #[arg(long)]
    reads: bool,
}

/// What the server acknowledged: which line, of which incident, says what.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    incident: u64,
    line: u32,
    text: String,
}

/// Kills, restarts and checks; fails with the seed and the round when anything is lost.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.reads {
        return reads::run(arguments);
    }
    let seed = arguments
        .seed
        .unwrap_or_else(|| u64::from(std::process::id()));
    let mut moments = Moments(seed);
    let scratch = Scratch::new("kill")?;
    let data = scratch.0.join("center");
    let path = data
        .to_str()
        .context("the temporary directory has a readable name")?;
    let binary = &arguments.binary;
    callbox(binary, &["init", "--data", path, "--center", "Kill test"])?;
    let token = token(binary, path)?;
    let mut known = Vec::new();
    let mut events = 0;
    for round in 0..arguments.rounds {
        let fails = |error: anyhow::Error| error.context(format!("round {round}, seed {seed}"));
        let server = Server::start(binary, &data).map_err(fails)?;
        let (load, stop) = load(&server, &token, arguments.clients, round);
        thread::sleep(Duration::from_millis(20 + moments.next() % 280));
        server.kill()?;
        stop.store(true, Ordering::Relaxed);
        known.extend(load());
        events = check(&data, &scratch.0.join("copy"), &known).map_err(fails)?;
    }
    println!(
        "{} rounds survived, {} acknowledged writes, 0 lost, {events} events in the ledger, seed {seed}",
        arguments.rounds,
        known.len(),
    );
    ensure!(
        !known.is_empty(),
        "the server acknowledged nothing: the test has tested nothing"
    );
    Ok(())
}

type Join = Box<dyn FnOnce() -> Vec<Acknowledged>>;

/// Starts clients that write until the server is gone.
fn load(server: &Server, token: &str, clients: usize, round: u32) -> (Join, Arc<AtomicBool>) {
    let stop = Arc::new(AtomicBool::new(false));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let threads: Vec<_> = (0..clients)
        .map(|client| {
            let (stop, acknowledged) = (Arc::clone(&stop), Arc::clone(&acknowledged));
            let mut connection = Client::new(server.address, token);
            thread::spawn(move || {
                for no in 0.. {
                    let name = format!("{round}-{client}-{no}");
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    // An error means that the server was killed before it answered.
                    let Ok(some) = write(&mut connection, &name) else {
                        break;
                    };
                    acknowledged
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(some);
                }
            })
        })
        .collect();
    let join = move || {
        threads.into_iter().for_each(|thread| drop(thread.join()));
        std::mem::take(&mut *acknowledged.lock().unwrap_or_else(PoisonError::into_inner))
    };
    (Box::new(join), stop)
}

/// Takes a call and adds a line; gives what was acknowledged.
fn write(connection: &mut Client, name: &str) -> anyhow::Result<Option<Acknowledged>> {
    let (status, answer) = connection.post(
        "/api/v1/incidents",
        &format!("{name}-r"),
        &json!({"place": name}),
    )?;
    ensure!(status < 300, "{status}: {answer}");
    let incident = answer["incident"]
        .as_u64()
        .with_context(|| format!("no incident's number in {answer}"))?;
    let path = format!("/api/v1/incidents/{incident}/narrative");
    let (status, answer) = connection.post(&path, &format!("{name}-n"), &json!({"text": name}))?;
    ensure!(status < 300, "{status}: {answer}");
    Ok(Some(Acknowledged {
        incident,
        line: 1,
        text: name.to_owned(),
    }))
}

/// Checks the record as a stranger would, then the recovery, on a copy; gives its length.
pub(crate) fn check(data: &Path, copy: &Path, known: &[Acknowledged]) -> anyhow::Result<u64> {
    copy_files(data, copy)?;
    let dir = DataDir::open(copy)?;
    let key = Signer::load(&dir.signing_key())?;
    let checkpoint = Gate::open(&dir.checkpoint())?.checkpoint(key.verifier())?;
    let mut reader = SqliteReader::open(&dir.ledger_db())?;
    let report = verify(&mut reader, checkpoint.as_ref(), &mut |_| {})
        .map_err(|fault| anyhow::anyhow!("the ledger does not verify: {fault}"))?;
    let options = Options {
        exit_on_fatal: false,
        ..Options::default()
    };
    let engine = Engine::open(&dir, options.clone())?;
    find(&engine, known)?;
    let from_snapshot = engine.snapshot().to_bytes();
    engine.shutdown();
    fs::remove_file(dir.snapshot_file()).context("a shutdown writes a snapshot")?;
    let engine = Engine::open(&dir, options)?;
    ensure!(
        engine.snapshot().to_bytes() == from_snapshot,
        "replay differs from the snapshot's state"
    );
    engine.shutdown();
    fs::remove_dir_all(copy)?;
    Ok(report.events)
}

/// Finds every acknowledged line in the ledger.
fn find(engine: &Engine, known: &[Acknowledged]) -> anyhow::Result<()> {
    let mut lines = std::collections::HashMap::new();
    each_entry(engine, |entry| {
        if let Event::NarrativeAdded(added) = &entry.event
            && let Some(text) = added.text.known()
        {
            lines.insert((added.incident, added.line), text.as_str().to_owned());
        }
    })?;
    for line in known {
        let found = lines.get(&(IncidentId(line.incident), LineNo(line.line)));
        if found != Some(&line.text) {
            bail!("lost: {line:?} was acknowledged, the ledger has {found:?}");
        }
    }
    Ok(())
}

fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for item in fs::read_dir(from)? {
        let item = item?;
        let target = to.join(item.file_name());
        if item.file_type()?.is_dir() {
            copy_files(&item.path(), &target)?;
        } else {
            fs::copy(item.path(), target)?;
        }
    }
    Ok(())
}
