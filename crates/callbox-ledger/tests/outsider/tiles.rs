//! Go's own code for tiled logs reads an exported ledger.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use callbox_ledger::{
    Checkpointer, Gate, Ledger, MemoryStore, Options, Signer, VerifierKey, audit_tiles,
    export_tiles,
};

use crate::draft;

const GO_PATH: &str = "/usr/share/gocode";

/// Exports a ledger of so many events below `directory` and gives the key that checks it; `older`
/// below it is the checkpoint of the first half.
fn export(directory: &Path, events: u32) -> String {
    let signer = Signer::generate("test.example/center", &directory.join("key")).unwrap();
    export_by(signer, directory, events)
}

fn export_by(signer: Signer, directory: &Path, events: u32) -> String {
    let store = MemoryStore::new();
    let mut ledger = Ledger::open(store.clone(), Options::default()).unwrap();
    let key = signer.verifier().clone();
    let gate = Gate::open(&directory.join("gate")).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(store.clone()), signer, gate);
    for half in [1..=events / 2, events / 2 + 1..=events] {
        let drafts: Vec<_> = half.map(draft).collect();
        for frame in drafts.chunks(1000) {
            ledger.append(frame).unwrap();
        }
        checkpointer.advance().unwrap();
        let note = checkpointer.gate().note().unwrap().unwrap();
        if !directory.join("older").exists() {
            fs::write(directory.join("older"), note).unwrap();
        }
    }
    let note = checkpointer.gate().note().unwrap().unwrap();
    let entries = directory.join("entries");
    let tiles = directory.join("tiles");
    export_tiles(&mut store.clone(), &note, &key, &tiles, Some(&entries)).unwrap();
    key.to_string()
}

/// Builds the Go program, or gives `None` where there is no Go.
pub(crate) fn build(directory: &Path, source: &str) -> Option<PathBuf> {
    let sumdb = Path::new(GO_PATH).join("src/golang.org/x/mod/sumdb/tlog");
    if !sumdb.exists() || Command::new("go").arg("version").output().is_err() {
        eprintln!("SKIPPED: needs golang-go and golang-golang-x-mod-dev");
        return None;
    }
    let program = directory.join("outsider");
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/outsider")
        .join(source);
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &source])
        .envs([("GO111MODULE", "off"), ("GOPATH", GO_PATH)])
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    Some(program)
}

fn run(program: &Path, key: &str, directory: &Path) -> (bool, String) {
    let output = Command::new(program)
        .arg(key)
        .args(["tiles", "entries", "older"].map(|name| directory.join(name)))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success(), text)
}

#[test]
fn an_outsider_agrees_and_finds_every_change() {
    let directory = tempfile::tempdir().unwrap();
    let Some(program) = build(directory.path(), "tiles.go") else {
        return;
    };
    let key = export(directory.path(), 70_000);
    let (good, text) = run(&program, &key, directory.path());
    assert!(good && text.starts_with("ok 70000 "), "{text}");
    assert!(text.ends_with(" 70000 101"), "{text}");
    eprintln!("an outsider's program says: {text}");

    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 14] = [
        ("tiles/checkpoint", |note| note[22] ^= 1),
        ("tiles/checkpoint", |note| note[30] ^= 1),
        ("tiles/checkpoint", |note| *note.last_mut().unwrap() ^= 1),
        ("older", |note| note[22] ^= 1),
        ("older", |note| note.truncate(60)),
        ("tiles/tile/0/000", |tile| tile[0] ^= 1),
        ("tiles/tile/0/100", |tile| tile.swap(31, 63)),
        ("tiles/tile/0/272", |tile| tile.truncate(8160)),
        ("tiles/tile/0/273.p/112", |tile| tile.rotate_left(32)),
        ("tiles/tile/1/000", |tile| tile[8191] ^= 128),
        ("tiles/tile/2/000.p/1", |tile| tile.fill(0)),
        ("entries/tile/entries/000", |bundle| bundle[9] ^= 1),
        ("entries/tile/entries/000", |bundle| bundle[1] += 1),
        ("entries/tile/entries/273.p/112", |bundle| {
            bundle.extend([0, 0])
        }),
    ];
    for (path, change) in changes {
        let path = directory.path().join(path);
        let kept = fs::read(&path).unwrap();
        let mut bytes = kept.clone();
        change(&mut bytes);
        assert_ne!(bytes, kept);
        fs::write(&path, bytes).unwrap();
        let (good, text) = run(&program, &key, directory.path());
        assert!(!good, "{}: {text}", path.display());
        fs::write(&path, kept).unwrap();
    }
    let stranger = tempfile::tempdir().unwrap();
    let key = export(stranger.path(), 1);
    let (good, text) = run(&program, &key, directory.path());
    assert!(!good, "another key: {text}");
}

/// The same key signs two histories, or puts an older one back: the checkpoint that somebody kept
/// says so.
#[test]
fn an_outsider_finds_a_fork_and_a_rollback_by_a_kept_checkpoint() {
    let directory = tempfile::tempdir().unwrap();
    let Some(program) = build(directory.path(), "tiles.go") else {
        return;
    };
    let key = export(directory.path(), 3_000);
    let (good, text) = run(&program, &key, directory.path());
    assert!(good, "{text}");
    for (events, said) in [(3_000, "another history"), (900, "the ledger shrank")] {
        let forged = tempfile::tempdir().unwrap();
        let signer = Signer::load(&directory.path().join("key")).unwrap();
        // The salts of personal payloads are random: the same drafts make another history.
        export_by(signer, forged.path(), events);
        let (good, text) = run(&program, &key, forged.path());
        assert!(good, "by itself it is sound: {text}");
        fs::copy(directory.path().join("older"), forged.path().join("older")).unwrap();
        let (good, text) = run(&program, &key, forged.path());
        assert!(!good && text.contains(said), "{text}");
    }
}

/// ```text
/// cargo test --release -p callbox-ledger --test outsider million -- --ignored --nocapture
/// ```
#[test]
#[ignore = "writes and reads a million events to say how long an outsider needs"]
fn an_outsider_audits_a_million() {
    let directory = tempfile::tempdir().unwrap();
    let Some(program) = build(directory.path(), "tiles.go") else {
        return;
    };
    let key = export(directory.path(), 1_000_000);
    let started = std::time::Instant::now();
    let (good, text) = run(&program, &key, directory.path());
    assert!(good && text.starts_with("ok 1000000 "), "{text}");
    let outside = started.elapsed().as_secs_f64();
    let place = |name: &str| directory.path().join(name);
    let key = VerifierKey::parse(&key).unwrap();
    let started = std::time::Instant::now();
    audit_tiles(&place("tiles"), Some(&place("entries")), &key).unwrap();
    let inside = started.elapsed().as_secs_f64();
    eprintln!(
        "{text}\naudit of a million entries: {outside:.2} s in Go, {inside:.2} s by audit_tiles"
    );
}

#[test]
fn another_outsider_computes_the_same_root() {
    let directory = tempfile::tempdir().unwrap();
    export(directory.path(), 3000);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outsider/root.py");
    let output = Command::new(crate::python())
        .arg(script)
        .arg(directory.path().join("entries"))
        .arg("3000")
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(3) => output,
        _ => {
            eprintln!("SKIPPED: needs Python with the package pymerkle");
            return;
        }
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let note = fs::read_to_string(directory.path().join("tiles/checkpoint")).unwrap();
    let root = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(note.lines().nth(2), Some(root.as_str()));
    eprintln!("pymerkle says: {root}");
}
