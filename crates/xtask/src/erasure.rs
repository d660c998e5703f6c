//! Erases one case of a long ledger and looks for what is left of it: in every file, in backups, in
//! the memory of the running server, and for outsiders.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};
use callbox_domain::{
    ActorId, AddNarrative, Caller, CloseIncident, Code, Context, DefineDisposition,
    DefineErasureRules, ErasureRules, IncidentId, Place, Purpose, ReceiveIncident, ReopenIncident,
    Text, Timestamp,
};
use callbox_engine::{DataDir, Engine, Options, Submission};

use serde_json::json;

use crate::server::{Client, Scratch, Server, callbox, token_of};

/// How the erasure is shown.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many events the ledger has at least.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// The program.
    #[arg(long, default_value = "target/release/callbox")]
    binary: PathBuf,
    /// Has the server itself complete the erasure: approved while it runs, completed when it starts
    /// anew, its memory looked at after that.
    #[arg(long)]
    by_server: bool,
}

/// What is personal in the case that is erased; nothing else has these words.
const WORDS: [&str; 5] = [
    "Quillfeather Lane 17b",
    "Zebedee Quackenbush",
    "555-0199-7731",
    "he keeps the spare key under the blue pot",
    "his sister rang and cried on the line",
];
/// How many cases come after it: few enough that a server still has it in its memory.
const AFTER: u64 = 100;

/// Makes the ledger, erases, looks.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = Scratch::new("erasure")?;
    let data = scratch.0.join("center");
    let path = data.to_str().context("a readable path")?;
    let binary = &arguments.binary;
    let run = |line: &[&str]| callbox(binary, line);
    run(&["init", "--data", path, "--center", "Erasure"])?;
    // Nobody is there to set up a factor, or to choose another password.
    for (name, value) in [("second-factor", "optional"), ("first-passwords", "0")] {
        run(&["policy", "set", name, value, "--data", path])?;
    }
    let supervisors = [
        supervisor(binary, path, "one")?,
        supervisor(binary, path, "two")?,
    ];
    let began = Instant::now();
    let case = fill(&DataDir::new(&data), arguments.events)?;
    println!("filled: {:.1} s", began.elapsed().as_secs_f64());
    let number = case.0.to_string();
    let keys = run(&["ledger", "keys", "--data", path])?;
    let keys = keys.trim();
    let far = scratch.0.join("far");
    let vault_far = scratch.0.join("far-vault");
    let ship = [
        "ledger",
        "ship",
        text(&far)?,
        "--vault",
        text(&vault_far)?,
        "--data",
        path,
    ];
    run(&ship)?;
    let tiles = scratch.0.join("tiles");
    run(&["ledger", "export-tiles", text(&tiles)?, "--data", path])?;
    let root_before = root(&run(&["ledger", "checkpoint", "--data", path])?);
    let (backup, backup_keys) = (scratch.0.join("old.backup"), scratch.0.join("old.keys"));
    run(&[
        "backup",
        text(&backup)?,
        "--keys",
        text(&backup_keys)?,
        "--data",
        path,
    ])?;
    let old_vault = scratch.0.join("old-vault.db");
    fs::copy(data.join("vault/vault.db"), &old_vault)?;
    let ciphertexts = sealed_of(&data, case)?;
    ensure!(ciphertexts.len() >= 5, "the case has personal payloads");
    ensure!(
        !find(&data, &ciphertexts)?.is_empty(),
        "they are found while they stand"
    );

    // A server that has read and shown the case, so that its memory holds the words.
    let server = Server::start(binary, &data)?;
    let in_memory = scan_memory(server.pid())?;
    println!(
        "server before: {} of {} strings in its memory",
        in_memory.len(),
        WORDS.len()
    );
    server.kill()?;

    let began = Instant::now();
    match arguments.by_server {
        true => by_server(binary, &data, case)?,
        false => {
            let act =
                |who: usize, line: &[&str]| as_supervisor(binary, line, path, &supervisors[who]);
            act(
                0,
                &[
                    "erase", "request", &number, "--basis", "LAW-12", "--login", "one",
                ],
            )?;
            act(1, &["erase", "approve", &number, "--login", "two"])?;
        }
    }
    println!(
        "request, approval and completion: {:.1} s",
        began.elapsed().as_secs_f64()
    );

    let verified = run(&["verify", "--data", path])?;
    println!("{}", verified.trim());
    run(&["ledger", "check-tiles", text(&tiles)?, "--key", keys])?;
    println!("tiles exported before the erasure hold");
    let again = scratch.0.join("tiles-after");
    let entries = scratch.0.join("entries-after");
    run(&[
        "ledger",
        "export-tiles",
        text(&again)?,
        "--entries",
        text(&entries)?,
        "--data",
        path,
    ])?;
    let checked = run(&["ledger", "check-tiles", text(&again)?, "--key", keys])?;
    println!(
        "tiles exported after it hold: {}",
        checked.lines().next().unwrap_or_default()
    );
    let proof = run(&["erase", "certificate", &number, "--data", path])?;
    let certificate = scratch.0.join("certificate.json");
    fs::write(&certificate, proof)?;
    run(&["erase", "check", text(&certificate)?, "--key", keys])?;
    println!("the certificate holds");
    println!("root before the erasure: {root_before}");
    outsiders(&again, &entries, keys)?;

    run(&ship)?;
    let words: Vec<Vec<u8>> = WORDS.iter().map(|word| word.as_bytes().to_vec()).collect();
    let everywhere = find(&scratch.0, &words)?;
    ensure!(everywhere.is_empty(), "words stand in {everywhere:?}");
    println!(
        "no file holds any of its {} strings in the clear",
        WORDS.len()
    );
    let sealed = find(&data, &ciphertexts)?;
    ensure!(sealed.is_empty(), "its ciphertext stands in {sealed:?}");
    println!("no file of the data directory holds its ciphertext");

    let server = Server::start(binary, &data)?;
    let left = scan_memory(server.pid())?;
    ensure!(left.is_empty(), "the server's memory holds {left:?}");
    println!("the memory of a server that was started since holds none of them");
    server.kill()?;

    // The backup of then with the keys of now, and the vault of then in the place of now's.
    let new_keys = scratch.0.join("new.keys");
    run(&[
        "backup",
        text(&scratch.0.join("new.backup"))?,
        "--keys",
        text(&new_keys)?,
        "--data",
        path,
    ])?;
    let old = scratch.0.join("restored");
    let opened = run(&[
        "restore",
        text(&backup)?,
        "--keys",
        text(&new_keys)?,
        "--data",
        text(&old)?,
    ]);
    ensure!(opened.is_err(), "the old backup opened with the new keys");
    fs::copy(&old_vault, data.join("vault/vault.db"))?;
    let opened = Engine::open(&DataDir::new(&data), Options::default());
    ensure!(
        opened.is_err(),
        "an old vault opened with the new epoch's key"
    );
    println!("an older backup with the keys of now, and an older vault, open nothing");
    Ok(())
}

/// Request and approval through the interface of a running server, whose memory then still holds the
/// words; a start that completes, and the memory of that very process once it serves.
fn by_server(binary: &Path, data: &Path, case: IncidentId) -> anyhow::Result<()> {
    let tokens = [
        token_of(binary, data, "three", "supervisor")?,
        token_of(binary, data, "four", "supervisor")?,
    ];
    let server = Server::start(binary, data)?;
    let at = |what: &str| format!("/api/v1/incidents/{}/erasure/{what}", case.0);
    let act = |who: usize, what: &str, body: serde_json::Value| {
        let mut client = Client::new(server.address, &tokens[who]);
        let (status, answer) = client.post(&at(what), what, &body)?;
        ensure!(status == 200, "{what}: {status} {answer}");
        anyhow::Ok(())
    };
    let count = |when: &str| -> anyhow::Result<usize> {
        let held = scan_memory(server.pid())?.len();
        let all = WORDS.len();
        println!("a running server, {when}: {held} of {all} strings in its memory");
        Ok(held)
    };
    act(0, "request", json!({"basis": "LAW-12"}))?;
    let held = count("before the approval")?;
    ensure!(held > 0, "the scan finds nothing where something is");
    act(1, "approve", json!({}))?;
    count("after it")?;
    server.kill()?;
    let server = Server::start(binary, data)?;
    let log = fs::read_to_string(data.with_extension("log"))?;
    ensure!(
        log.contains("begins anew"),
        "the server did not start itself anew: {log}"
    );
    let left = scan_memory(server.pid())?;
    ensure!(
        left.is_empty(),
        "the memory of the server that completed the erasure holds {left:?}"
    );
    println!("the server that completed it and started itself anew: none of them");
    server.kill()
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("a readable path")
}

fn root(note: &str) -> String {
    note.lines().nth(2).unwrap_or_default().to_owned()
}

fn supervisor(binary: &Path, data: &str, login: &str) -> anyhow::Result<String> {
    let out = callbox(
        binary,
        &["user", "add", login, "--role", "supervisor", "--data", data],
    )?;
    let password = out.lines().find_map(|line| line.strip_prefix("password"));
    Ok(password
        .context("no password was printed")?
        .trim()
        .to_owned())
}

fn as_supervisor(binary: &Path, line: &[&str], data: &str, password: &str) -> anyhow::Result<()> {
    let mut child = Command::new(binary)
        .args(line)
        .args(["--data", data])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("it is piped")?;
    writeln!(input, "{password}")?;
    drop(input);
    ensure!(child.wait()?.success(), "{line:?} failed");
    Ok(())
}

/// Fills the ledger; one case in the middle has the words.
fn fill(dir: &DataDir, events: u64) -> anyhow::Result<IncidentId> {
    // Recorded an hour ago, so that what is done now is later.
    let now = Timestamp::from_seconds(
        i64::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)?
                .as_secs(),
        )? - 3_600,
    );
    let options = Options {
        clock: Arc::new(move || now),
        ..Options::default()
    };
    let engine = Engine::open(dir, options)?;
    let code = |text: &str| Code::new(text).context("a code");
    let words = |text: &str| Text::new(text).context("a text");
    let mut tickets = std::collections::VecDeque::new();
    let mut send = |command: callbox_domain::Command| -> anyhow::Result<()> {
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
        Ok(())
    };
    let rules = ErasureRules { wait_days: 0 };
    send(DefineErasureRules { rules }.into())?;
    send(
        DefineDisposition {
            code: code("DONE")?,
            label: code("Done")?,
        }
        .into(),
    )?;
    let each = 10;
    let incidents = events / each + 1;
    let special = incidents.saturating_sub(AFTER).max(1);
    for n in 1..=incidents {
        let incident = IncidentId(n);
        let is_case = n == special;
        let word = |at: usize, other: &str| match is_case {
            true => words(WORDS[at]),
            false => words(&format!("{other} {n}")),
        };
        let place = Place::new(word(0, "Ordinary Street")?, Some((50.85, 4.35)));
        let caller = Caller {
            name: Some(word(1, "Caller")?),
            call_back: Some(word(2, "555")?),
        };
        send(
            ReceiveIncident {
                place: Some(place),
                caller: Some(caller),
                ..ReceiveIncident::default()
            }
            .into(),
        )?;
        for line in 0..6 {
            send(
                AddNarrative {
                    incident,
                    text: word(3, &format!("line {line} of"))?,
                }
                .into(),
            )?;
        }
        send(
            CloseIncident {
                incident,
                disposition: code("DONE")?,
            }
            .into(),
        )?;
        send(
            ReopenIncident {
                incident,
                reason: word(4, "again")?,
            }
            .into(),
        )?;
        send(
            CloseIncident {
                incident,
                disposition: code("DONE")?,
            }
            .into(),
        )?;
    }
    for ticket in tickets {
        ticket.wait()?;
    }
    let length = engine.snapshot().next_seq();
    engine.shutdown();
    ensure!(length >= events, "the ledger has {length} events only");
    println!("events: {length}, incidents: {incidents}");
    Ok(IncidentId(special))
}

/// The stored sealed payloads of a case, as they stand in the ledger's file.
fn sealed_of(data: &Path, case: IncidentId) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut reader = callbox_ledger::SqliteReader::open(&data.join("ledger/ledger.db"))?;
    let mut found = Vec::new();
    callbox_ledger::Source::visit(&mut reader, 0, &mut |row| {
        let frame = callbox_ledger::Frame::new(row);
        for event in frame.events().flatten() {
            if event.leaf.stream.kind == 1
                && event.leaf.stream.no == case.0
                && let Some(stored) = event.stored_personal
            {
                // A piece that surely stands on one page of the file.
                found.push(stored[..24.min(stored.len())].to_vec());
            }
        }
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The files below `directory` that hold any of `needles`.
fn find(directory: &Path, needles: &[Vec<u8>]) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for item in fs::read_dir(directory)? {
            let path = item?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            if needles.iter().any(|needle| holds(&bytes, needle)) {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Which of the words stand in a process's memory.
fn scan_memory(pid: u32) -> anyhow::Result<BTreeSet<&'static str>> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let mut memory = fs::File::open(format!("/proc/{pid}/mem"))?;
    let mut found = BTreeSet::new();
    for line in maps.lines() {
        let mut parts = line.split_whitespace();
        let (Some(range), Some(rights)) = (parts.next(), parts.next()) else {
            bail!("a line of maps cannot be read");
        };
        let Some((from, to)) = range.split_once('-') else {
            bail!("a line of maps cannot be read");
        };
        if !rights.starts_with('r') {
            continue;
        }
        let (from, to) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
        memory.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        // Some regions of the kernel cannot be read.
        let _ = (&memory).take(to - from).read_to_end(&mut bytes);
        found.extend(WORDS.iter().filter(|word| holds(&bytes, word.as_bytes())));
    }
    Ok(found)
}

/// Has the outsiders' programs in Go and Python read the export, where they can run.
fn outsiders(tiles: &Path, entries: &Path, keys: &str) -> anyhow::Result<()> {
    let program = crate::repository()?.join("crates/callbox-ledger/tests/outsider/tiles.go");
    ensure!(program.is_file(), "the outsiders' program is missing");
    let go = Command::new("go")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    if !go.is_ok_and(|status| status.success()) {
        println!("Go is not installed: the outsiders' check is left out");
        return Ok(());
    }
    let first = keys.lines().next().unwrap_or_default();
    let ran = Command::new("go")
        .arg("run")
        .arg(&program)
        .arg(first)
        .arg(tiles)
        .arg(entries)
        .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode")])
        .output()?;
    let said = String::from_utf8_lossy(&ran.stdout);
    let why = String::from_utf8_lossy(&ran.stderr);
    ensure!(
        ran.status.success(),
        "the outsiders' program in Go refuses: {said}{why}"
    );
    println!("the outsiders' program in Go: {}", said.trim());
    let checkpoint = fs::read_to_string(tiles.join("checkpoint"))?;
    let size = checkpoint.lines().nth(1).unwrap_or_default();
    let ran = Command::new("python3")
        .arg(program.with_file_name("root.py"))
        .arg(entries)
        .arg(size)
        .output()?;
    if ran.status.code() == Some(3) {
        println!("pymerkle is not installed: its check is left out");
        return Ok(());
    }
    let computed = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
    ensure!(
        computed == root(&checkpoint),
        "pymerkle computes {computed}"
    );
    println!("pymerkle computes the same root: {computed}");
    Ok(())
}
