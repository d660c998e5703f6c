//! Kills the server while it is read from, and looks for reads that were acknowledged and are not on
//! the record, or are there twice.
//!
//! Every second round the disk is full: cases are refused then, and reads of live work go to the
//! spool, which the next start takes over.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, ensure};
use callbox_domain::{
    ActorId, CloseIncident, Code, Command as Act, Context, DefineDisposition, IncidentId, Purpose,
    ReadOutcome, ReceiveIncident, Timestamp,
};
use callbox_engine::{DataDir, Engine, Options, ReadWanted, Submission};
use callbox_ledger::{SqliteReader, verify};
use serde_json::json;

use super::{Arguments, copy_files};
use crate::server::{Client, Moments, Scratch, Server, callbox, token_of};

/// How many closed incidents there are, and how many open ones: each is read once at most.
const CASES: u64 = 6_000;
/// How large the disk is that is filled.
const DISK: &str = "size=96m";

/// A disk of this test's own; unmounted in the end.
struct Disk(PathBuf);

impl Disk {
    /// Mounts it; `None` without the right to do that.
    fn mount(at: &Path) -> anyhow::Result<Option<Self>> {
        fs::create_dir_all(at)?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", DISK, "tmpfs"])
            .arg(at)
            .output();
        Ok(match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            _ => None,
        })
    }

    /// Leaves no free byte.
    fn fill(&self) -> anyhow::Result<()> {
        let mut ballast = fs::File::create(self.0.join("ballast"))?;
        for size in [1 << 20, 4_096, 1] {
            while ballast.write_all(&vec![1; size]).is_ok() {}
        }
        Ok(())
    }

    fn free(&self) -> anyhow::Result<()> {
        Ok(fs::remove_file(self.0.join("ballast"))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What cannot be unmounted is left to the system.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// Kills, restarts and checks; fails with the seed and the round when a read is lost or doubled.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let seed = (arguments.seed).unwrap_or_else(|| u64::from(std::process::id()));
    let mut moments = Moments(seed);
    let scratch = Scratch::new("kill-reads")?;
    let place = scratch.0.join("disk");
    let disk = Disk::mount(&place)?;
    if disk.is_none() {
        println!("no disk can be mounted here: the rounds with a full one are left out");
    }
    let data = place.join("center");
    let path = data.to_str().context("a readable path")?;
    let binary = &arguments.binary;
    callbox(binary, &["init", "--data", path, "--center", "Kill test"])?;
    // One who leads: others read a case that left memory with a supervisor only.
    let token = token_of(binary, &data, "xtask", "supervisor")?;
    fill(&DataDir::new(&data))?;
    let next = Arc::new(AtomicU64::new(0));
    let (mut known, mut spooled) = (Vec::new(), 0);
    // By a full disk or not, a case (1) or live work (0), and the answer's status.
    let mut refused: BTreeMap<(bool, u64, u16), u32> = BTreeMap::new();
    for round in 0..arguments.rounds {
        let fails = |error: anyhow::Error| error.context(format!("round {round}, seed {seed}"));
        let full = disk.as_ref().filter(|_| round % 2 == 1);
        let server = Server::start(binary, &data).map_err(fails)?;
        if let Some(disk) = full {
            disk.fill()?;
            until_nothing_is_recorded(&server, &token, round).map_err(fails)?;
        }
        let load = load(&server, &token, arguments.clients, &next);
        thread::sleep(Duration::from_millis(20 + moments.next() % 480));
        server.kill()?;
        for (incident, status) in load
            .into_iter()
            .flat_map(thread::JoinHandle::join)
            .flatten()
        {
            match status {
                200 => known.push(incident),
                _ => {
                    *refused
                        .entry((full.is_some(), incident % 2, status))
                        .or_insert(0) += 1
                }
            }
        }
        if let Some(disk) = full {
            disk.free()?;
            spooled += u64::from(has_spooled(&data)?);
        }
        let left = 2 * CASES - next.load(Ordering::Relaxed).min(2 * CASES);
        check(&data, &scratch.0.join("copy"), &known).map_err(fails)?;
        if left < 400 {
            println!(
                "every incident was read once: {} rounds are enough",
                round + 1
            );
            break;
        }
    }
    println!(
        "{} acknowledged reads, each once on the record; a spool was left in {spooled} rounds; seed {seed}",
        known.len()
    );
    for ((full, case, status), times) in &refused {
        let disk = if *full { "full" } else { "not full" };
        let what = if *case == 1 { "a case" } else { "live work" };
        println!("  refused: {what}, disk {disk}, status {status}: {times}");
    }
    let unfit = refused
        .keys()
        .find(|(full, case, _)| !(*full && *case == 1));
    ensure!(unfit.is_none(), "refused without a reason: {unfit:?}");
    ensure!(
        !known.is_empty(),
        "no read was acknowledged: nothing was tested"
    );
    ensure!(
        disk.is_none() || spooled > 0 || arguments.rounds < 8,
        "no round left a spool: its taking over was not tested"
    );
    Ok(())
}

/// Writes until the ledger takes nothing more: its log has some room of its own.
fn until_nothing_is_recorded(server: &Server, token: &str, round: u32) -> anyhow::Result<()> {
    let mut connection = Client::new(server.address, token);
    for no in 0..20_000 {
        let body = json!({"place": "a place that is long enough to take up some room"});
        let key = format!("{round}-{no}");
        let (status, _) = connection.post("/api/v1/incidents", &key, &body)?;
        if status >= 500 {
            return Ok(());
        }
    }
    anyhow::bail!("a full disk took 20,000 calls")
}

/// Whether the spool of a killed server holds anything: it begins with the length of its first record.
fn has_spooled(data: &Path) -> anyhow::Result<bool> {
    match fs::read(DataDir::new(data).reads_spool()) {
        Ok(bytes) => Ok(bytes.iter().take(4).any(|byte| *byte != 0)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Readers that go on until the server is gone: which incident each read, and the status of the answer.
fn load(
    server: &Server,
    token: &str,
    clients: usize,
    next: &Arc<AtomicU64>,
) -> Vec<thread::JoinHandle<Vec<(u64, u16)>>> {
    (0..clients)
        .map(|_| {
            let mut connection = Client::new(server.address, token);
            let next = Arc::clone(next);
            thread::spawn(move || {
                let mut read = Vec::new();
                loop {
                    let no = next.fetch_add(1, Ordering::Relaxed);
                    // Closed ones have odd places, open ones even ones.
                    let incident = 1 + no;
                    if incident > 2 * CASES {
                        return read;
                    }
                    if incident % 2 == 1 {
                        let purpose = json!({
                            "object": "incident", "incident": incident, "purpose": "case-review",
                            "number": "2026-1", "reason": "what was done is reviewed",
                        });
                        let path = "/api/v1/consultations/purpose";
                        let Ok(_) = connection.post(path, &format!("p-{no}"), &purpose) else {
                            return read;
                        };
                    }
                    match connection.get(&format!("/api/v1/incidents/{incident}")) {
                        Ok((status, _)) => read.push((incident, status)),
                        // The server was killed before it answered.
                        Err(_) => return read,
                    }
                }
            })
        })
        .collect()
}

/// Checks the record as a stranger would, then the reads, on a copy: once as it stands, once from the
/// first frame on.
fn check(data: &Path, copy: &Path, known: &[u64]) -> anyhow::Result<()> {
    copy_files(data, copy)?;
    let dir = DataDir::open(copy)?;
    let mut reader = SqliteReader::open(&dir.ledger_db())?;
    verify(&mut reader, None, &mut |_| {})
        .map_err(|fault| anyhow::anyhow!("the ledger does not verify: {fault}"))?;
    drop(reader);
    for anew in [false, true] {
        if anew {
            fs::remove_file(dir.snapshot_file()).context("a shutdown writes a snapshot")?;
            fs::remove_file(dir.reads_db())?;
        }
        let options = Options {
            exit_on_fatal: false,
            ..Options::default()
        };
        let engine = Engine::open(&dir, options)?;
        let begun = Instant::now();
        loop {
            let times = times(&engine)?;
            if let Some((incident, times)) = times.iter().find(|(_, times)| **times > 1) {
                anyhow::bail!("the read of incident {incident} is on the record {times} times");
            }
            let lost = known.iter().find(|incident| !times.contains_key(incident));
            match lost {
                None => break,
                // The spool is taken over beside the start.
                Some(_) if begun.elapsed() < Duration::from_secs(20) && !anew => {
                    thread::sleep(Duration::from_millis(20));
                }
                Some(incident) => {
                    anyhow::bail!("the read of incident {incident} was acknowledged and is lost");
                }
            }
        }
        engine.shutdown();
    }
    fs::remove_dir_all(copy)?;
    Ok(())
}

/// How often each incident's read is on the record.
fn times(engine: &Engine) -> anyhow::Result<BTreeMap<u64, u32>> {
    let wanted = ReadWanted {
        limit: usize::try_from(4 * CASES)?,
        ..ReadWanted::default()
    };
    let mut times = BTreeMap::new();
    for listed in engine.consultations(&wanted)? {
        if listed.read.outcome == ReadOutcome::Shown
            && let Some(incident) = listed.read.object.incident()
        {
            *times.entry(incident.0).or_default() += 1;
        }
    }
    Ok(times)
}

/// Fills the center with incidents, every second one closed an hour ago.
fn fill(dir: &DataDir) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let now = Timestamp::from_seconds(i64::try_from(now)? - 3_600);
    let options = Options {
        clock: Arc::new(move || now),
        ..Options::default()
    };
    let engine = Engine::open(dir, options)?;
    let disposition = Code::new("DONE").context("a code")?;
    let mut acts: Vec<Act> = vec![
        DefineDisposition {
            code: disposition.clone(),
            label: disposition.clone(),
        }
        .into(),
    ];
    for no in 1..=2 * CASES {
        acts.push(ReceiveIncident::default().into());
        if no % 2 == 1 {
            acts.push(
                CloseIncident {
                    incident: IncidentId(no),
                    disposition: disposition.clone(),
                }
                .into(),
            );
        }
    }
    let mut tickets = std::collections::VecDeque::new();
    for command in acts {
        let context = Context {
            at: now,
            actor: ActorId(7_000_000_000),
            purpose: Purpose::Exercise,
        };
        tickets.push_back(engine.enqueue(Submission {
            command,
            context,
            idempotency: None,
        })?);
        if tickets.len() > 400
            && let Some(ticket) = tickets.pop_front()
        {
            ticket.wait()?;
        }
    }
    for ticket in tickets {
        ticket.wait()?;
    }
    engine.shutdown();
    Ok(())
}
