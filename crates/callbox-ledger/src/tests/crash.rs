//! A server that is killed, and a disk that is truly full.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
#![expect(
    clippy::print_stderr,
    reason = "a run that looks at something, or at nothing, must say so"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::*;

const CHILD: &str = "CALLBOX_LEDGER_CRASH_CHILD";
const SMALL_DISK: &str = "CALLBOX_LEDGER_SMALL_DISK";

/// Opens the ledger the way a server does and appends without end, naming each receipt.
#[test]
#[ignore = "runs in a process of its own, started by a_killed_server_loses_nothing"]
fn child() {
    let path = PathBuf::from(std::env::var(CHILD).unwrap());
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    let mut out = std::io::stdout();
    loop {
        let size = ledger.size() as u32;
        let n = 1 + size % 7;
        let drafts: Vec<_> = (1..=n).map(|i| draft(1, size + i, 0)).collect();
        let receipt = ledger.append(&drafts).unwrap();
        writeln!(
            out,
            "ack {} {}",
            receipt.first_seq + u64::from(receipt.n),
            receipt.root
        )
        .unwrap();
    }
}

/// Every event that was acknowledged before the kill is there after it, in the same tree.
#[test]
fn a_killed_server_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    drop(SqliteStore::create(&path).unwrap());
    let mut acknowledged = 0;
    for round in 0..6 {
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::crash::child", "--ignored", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        // The kill falls anywhere between the first append of this round and some hundred later.
        let first = lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains("ack "))
            .unwrap();
        sleep(Duration::from_millis(3 + 11 * round));
        server.kill().unwrap();
        server.wait().unwrap();
        // A line that the kill cut in two was no acknowledgement.
        let last = lines
            .map_while(Result::ok)
            .filter_map(|line| ack(&line))
            .last();
        let (size, root) = last.or(ack(&first)).unwrap();
        assert!(size > acknowledged);
        acknowledged = size;
        let mut reader = SqliteReader::open(&path).unwrap();
        let report = check(&mut reader, None).unwrap();
        assert!(report.events >= acknowledged, "round {round}");
        let frame = find_frame(&mut reader, acknowledged - 1).unwrap().unwrap();
        assert_eq!(
            reader.read(frame, 1).unwrap()[0].root.to_string(),
            root,
            "round {round}"
        );
    }
}

/// Reads a whole acknowledgement: how many events there are, and the root over them.
fn ack(line: &str) -> Option<(u64, String)> {
    let (_, ack) = line.split_once("ack ")?;
    let (size, root) = ack.split_once(' ')?;
    (root.len() == 64).then_some((size.parse().ok()?, root.to_owned()))
}

/// Fills a small file system until appends are refused, frees space, and goes on.
///
/// The file system is of this test alone: memory, mounted where no other process sees it. Without
/// the right to do that the test says so; the quota of `a_full_disk_is_survived` stands for it.
#[test]
fn a_truly_full_disk_is_survived() {
    let directory = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=2m tmpfs \"$CALLBOX_LEDGER_SMALL_DISK\" && exec \"$0\" \
                  --exact tests::crash::on_a_small_disk --ignored --nocapture";
    let ran = Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(SMALL_DISK, directory.path())
        .output();
    let text = ran.as_ref().map_or_else(ToString::to_string, |output| {
        String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
    });
    match ran {
        Ok(output) if text.contains("running 1 test") => assert!(output.status.success(), "{text}"),
        _ => eprintln!(
            "SKIPPED: no file system can be mounted here: {}",
            text.trim()
        ),
    }
}

#[test]
#[ignore = "needs a small file system, mounted by a_truly_full_disk_is_survived"]
fn on_a_small_disk() {
    let directory = PathBuf::from(std::env::var(SMALL_DISK).unwrap());
    let path = directory.join("ledger.db");
    let ballast = directory.join("ballast");
    std::fs::write(&ballast, vec![1; 200_000]).unwrap();
    let mut ledger = Ledger::open(SqliteStore::create(&path).unwrap(), options()).unwrap();
    let filled = fill_up(&mut ledger);
    assert_eq!(check_file(&path), filled);
    std::fs::remove_file(&ballast).unwrap();
    // The same process goes on, and a new one too.
    let more = fill_up(&mut ledger);
    assert!(more > filled);
    drop(ledger);
    assert_eq!(check_file(&path), more);
}

/// Appends until the disk is full; gives the number of acknowledged events.
fn fill_up(ledger: &mut Ledger<SqliteStore>) -> u64 {
    for _ in 0..100_000 {
        let version = ledger.size() as u32 + 1;
        match ledger.append(&[Draft {
            open: &[9; 3_000],
            ..draft(1, version, 0)
        }]) {
            Ok(_) => {}
            Err(AppendError::Store(StoreError::Full(_))) => return ledger.size(),
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("the disk is not small");
}

fn check_file(path: &Path) -> u64 {
    check(&mut SqliteReader::open(path).unwrap(), None)
        .unwrap()
        .events
}
