//! Notes, keys and the gate.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::fs;
use std::path::Path;

use super::*;

fn signer() -> Signer {
    Signer::from_seed("test.example/center", &[7; 32])
}

fn checkpointer(store: &MemoryStore, directory: &Path) -> Checkpointer {
    Checkpointer::new(
        Box::new(store.clone()),
        signer(),
        Gate::open(directory).unwrap(),
    )
}

/// The example of the format's reference implementation (Go, golang.org/x/mod/sumdb/note).
#[test]
fn the_known_note_opens() {
    let key =
        VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
            .unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let note = format!(
        "{text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    );
    assert_eq!(crate::note::open(&note, &key).unwrap(), text);
    assert_eq!(
        key.to_string(),
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    );
}

#[test]
fn a_checkpoint_opens_and_no_changed_one_does() {
    let directory = tempfile::tempdir().unwrap();
    let mut checkpointer = checkpointer(&small(), directory.path());
    let signed = checkpointer.advance().unwrap();
    let note = checkpointer.gate().note().unwrap().unwrap();
    assert!(note.starts_with("test.example/center\n12\n"), "{note}");
    assert_eq!(
        Checkpoint::open(&note, signer().verifier()).unwrap(),
        signed
    );
    for at in 0..note.len() {
        for mask in [1, 32, 128] {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= mask;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(
                    Checkpoint::open(&text, signer().verifier()).is_err(),
                    "{text}"
                );
            }
        }
        if note.is_char_boundary(at) {
            assert!(Checkpoint::open(&note[..at], signer().verifier()).is_err());
        }
    }
    let stranger = Signer::from_seed("test.example/center", &[8; 32]);
    assert!(matches!(
        Checkpoint::open(&note, stranger.verifier()),
        Err(NoteError::Unsigned { .. })
    ));
    // A cosignature by someone else does no harm.
    let other = stranger.sign(&signed);
    let cosignature = other.lines().last().unwrap();
    let both = format!("{note}{cosignature}\n");
    assert_eq!(
        Checkpoint::open(&both, signer().verifier()).unwrap(),
        signed
    );
    assert_eq!(
        Checkpoint::open(&both, stranger.verifier()).unwrap(),
        signed
    );
}

/// The description shows a note that truly holds.
#[test]
fn the_published_note_opens() {
    let text = include_str!("../../../../docs/ledger.md");
    let (_, rest) = text.split_once("```\n").unwrap();
    let (note, _) = rest.split_once("```").unwrap();
    let key = text
        .lines()
        .find_map(|line| line.strip_prefix("    "))
        .unwrap();
    let checkpoint = Checkpoint::open(note, &VerifierKey::parse(key).unwrap()).unwrap();
    assert_eq!(checkpoint.origin, "dispatch.example.org/center");
    let ours = Signer::from_seed("dispatch.example.org/center", &[7; 32]);
    let signed = Checkpoint {
        size: 12,
        root: sign(&small()).root,
        ..checkpoint
    };
    assert_eq!(
        (
            ours.sign(&signed).as_str(),
            ours.verifier().to_string().as_str()
        ),
        (note, key)
    );
}

#[test]
fn a_checkpoint_of_another_origin_is_refused() {
    let other = Checkpoint {
        origin: "other.example".to_owned(),
        size: 1,
        root: Hash([0; 32]),
    };
    let text = signer().sign(&other);
    assert!(matches!(
        Checkpoint::open(&text, signer().verifier()),
        Err(NoteError::Origin { .. })
    ));
}

#[test]
fn a_key_file_is_secret_and_reads_back() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.key");
    let made = Signer::generate("dispatch.example.org/center", &path).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let read = Signer::load(&path).unwrap();
    assert_eq!(read.verifier(), made.verifier());
    assert_eq!(
        VerifierKey::parse(&made.verifier().to_string()).unwrap(),
        *made.verifier()
    );
    assert!(matches!(
        Signer::generate("other", &path),
        Err(NoteError::File { .. })
    ));
    assert_eq!(Signer::load(&path).unwrap().verifier(), made.verifier());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        Signer::load(&path),
        Err(NoteError::Exposed { mode: 0o640, .. })
    ));
    for name in ["", "a b", "a+b", "a\nb", &"x".repeat(201)] {
        let path = directory.path().join("new.key");
        assert!(
            matches!(Signer::generate(name, &path), Err(NoteError::Name(_))),
            "{name}"
        );
        assert!(!path.exists());
    }
}

#[test]
fn the_gate_starts_again_from_its_own_edge() {
    let directory = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    assert_eq!(
        checkpointer(&store, directory.path())
            .advance()
            .unwrap()
            .size,
        0
    );
    fill(&mut ledger);
    assert_eq!(
        checkpointer(&store, directory.path())
            .advance()
            .unwrap()
            .size,
        12
    );
    let gate = Gate::open(directory.path()).unwrap();
    let frontier = gate.frontier(signer().verifier()).unwrap().unwrap();
    assert_eq!(frontier, *ledger.frontier());
    // With the edge kept, old frames are not read again: a change in them is for verify to find.
    ledger.append(&[draft(1, 1, 0)]).unwrap();
    let mut rows = store.rows();
    rows[1].leaves[9] ^= 1;
    store.set_rows(rows);
    assert_eq!(
        checkpointer(&store, directory.path())
            .advance()
            .unwrap()
            .size,
        13
    );
    // A damaged edge is passed over: then the whole ledger is read, and the change found.
    let path = directory.path().join("frontier");
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(gate.frontier(signer().verifier()).unwrap(), None);
    match checkpointer(&store, directory.path()).advance() {
        Err(GateError::Ledger(fault)) => assert_eq!(fault.frame, 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_keeps_the_signed_checkpoint() {
    let directory = tempfile::tempdir().unwrap();
    let store = small();
    let mut running = checkpointer(&store, directory.path());
    let signed = running.advance().unwrap();
    let note = running.gate().note().unwrap();
    let good = store.rows();
    store.set_rows(good[..4].iter().cloned());
    for checkpointer in [&mut running, &mut checkpointer(&store, directory.path())] {
        let error = checkpointer.advance().unwrap_err();
        let GateError::Ledger(fault) = error else {
            panic!("{error}")
        };
        assert_eq!(
            fault.what,
            FaultKind::Behind {
                events: 11,
                signed: 12
            }
        );
    }
    // Another history of at least the same length.
    let mut other = open(&store);
    for version in 12..15 {
        other
            .append(&[draft(2612, version, 1_800_000_000_000_000)])
            .unwrap();
    }
    for checkpointer in [&mut running, &mut checkpointer(&store, directory.path())] {
        let error = checkpointer.advance().unwrap_err();
        assert!(matches!(error, GateError::Ledger(_)), "{error}");
    }
    assert_eq!(running.gate().note().unwrap(), note);
    store.set_rows(good);
    assert_eq!(running.advance().unwrap(), signed);
}

#[test]
fn a_second_signer_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let store = small();
    let mut first = checkpointer(&store, directory.path());
    let mut second = checkpointer(&store, directory.path());
    first.advance().unwrap();
    let mut ledger = open(&store);
    ledger.append(&[draft(1, 1, 0)]).unwrap();
    second.advance().unwrap();
    ledger.append(&[draft(1, 2, 0)]).unwrap();
    // The kept note is not the one that it left: it looks again, and goes on from the newest.
    assert_eq!(first.advance().unwrap().size, 14);
    // While the other holds the gate's lock nothing is signed.
    ledger.append(&[draft(1, 3, 0)]).unwrap();
    let lock = fs::File::create(directory.path().join("lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(first.advance(), Err(GateError::Raced)));
    drop(lock);
    assert_eq!(first.advance().unwrap().size, 15);
    // A note that this key did not sign is not replaced.
    fs::write(directory.path().join("checkpoint"), "anything").unwrap();
    assert!(matches!(first.advance(), Err(GateError::Note { .. })));
}

/// A note of another history, signed by the same key, is noticed by a running checkpointer too.
#[test]
fn an_exchanged_note_is_looked_at_again() {
    let directory = tempfile::tempdir().unwrap();
    let store = small();
    let mut running = checkpointer(&store, directory.path());
    let mut other = running.advance().unwrap();
    (other.size, other.root) = (4, Hash([1; 32]));
    fs::write(directory.path().join("checkpoint"), signer().sign(&other)).unwrap();
    open(&store).append(&[draft(1, 1, 0)]).unwrap();
    match running.advance() {
        Err(GateError::Ledger(Fault {
            frame: 1,
            what: FaultKind::Forked { size: 4, .. },
        })) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_kept_note_is_compared_and_swapped() {
    let directory = tempfile::tempdir().unwrap();
    let gate = Gate::open(directory.path()).unwrap();
    let edge = Frontier::empty();
    assert!(matches!(
        gate.swap(Some("a"), "b", &edge),
        Err(GateError::Raced)
    ));
    gate.swap(None, "a", &edge).unwrap();
    assert!(matches!(gate.swap(None, "b", &edge), Err(GateError::Raced)));
    assert_eq!(gate.note().unwrap().as_deref(), Some("a"));
    gate.swap(Some("a"), "b", &edge).unwrap();
    assert_eq!(gate.note().unwrap().as_deref(), Some("b"));
}

#[test]
fn consistency_of_two_checkpoints_is_provable() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    fill(&mut ledger);
    let old = sign(&store);
    for version in 1..30 {
        ledger.append(&[draft(1, version, 0)]).unwrap();
    }
    let new = sign(&store);
    let proof = consistency_proof(&mut store.clone(), old.size, new.size).unwrap();
    assert_eq!(
        verify_consistency(old.size, old.root, new.size, new.root, &proof),
        Ok(())
    );
    assert!(consistency_proof(&mut store.clone(), 3, 99).is_err());
}
