//! Keys, cosignatures, policies and `.tlog-proof` files.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use proptest::prelude::*;

use super::*;

const KINDS: [KeyKind; 2] = [KeyKind::Ed25519Cosignature, KeyKind::MlDsa44Cosignature];

fn signer() -> Signer {
    Signer::from_seed("test.example/center", &[7; 32])
}

fn cosigner(seed: u8, kind: KeyKind) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/{seed}"), kind, &[seed; 32])
}

/// Gives a signed note of the small ledger with these witnesses' cosignatures.
fn cosigned(seeds: &[u8], kind: KeyKind) -> String {
    let checkpoint = sign(&small());
    let mut note = signer().sign(&checkpoint);
    for seed in seeds {
        let line = cosigner(*seed, kind).cosign(&checkpoint.to_string(), 1_700_000_000);
        note = add_cosignatures(&note, &line).unwrap();
    }
    note
}

fn keys(seeds: &[u8], kind: KeyKind) -> Vec<VerifierKey> {
    let key = |seed: &u8| cosigner(*seed, kind).verifier().clone();
    seeds.iter().map(key).collect()
}

#[test]
fn cosigning_keys_are_kept_in_files_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    for (index, kind) in KINDS.into_iter().enumerate() {
        let path = directory.path().join(index.to_string());
        let made = Cosigner::generate("witness.example/w", kind, &path).unwrap();
        let read = Cosigner::load(&path).unwrap();
        assert_eq!(read.verifier(), made.verifier());
        let text = made.verifier().to_string();
        let key = VerifierKey::parse(&text).unwrap();
        assert_eq!((key.kind(), &key), (kind, made.verifier()));
        assert!(Cosigner::generate("witness.example/w", kind, &path).is_err());
        // A witness's key signs for no ledger.
        assert!(matches!(Signer::load(&path), Err(NoteError::Kind { .. })));
        for at in 0..text.len().min(120) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(VerifierKey::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }
    }
    let path = directory.path().join("log");
    Signer::generate("log.example", &path).unwrap();
    let error = Cosigner::load(&path).unwrap_err().to_string();
    assert_eq!(
        error,
        "the key log.example makes Ed25519 signatures, here one that makes cosignatures is needed"
    );
    let kind = KeyKind::Ed25519;
    assert!(Cosigner::generate("w.example", kind, &directory.path().join("x")).is_err());
    let long = "x".repeat(201);
    assert!(Cosigner::generate(&long, KINDS[1], &directory.path().join("x")).is_err());
}

/// A ledger may sign with both kinds; either key opens the note.
#[test]
fn a_ledger_signs_with_ml_dsa_beside_ed25519() {
    let second = || Cosigner::from_seed("test.example/center", KINDS[1], &[9; 32]);
    let both = signer().with_ml_dsa(second()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let gate = Gate::open(directory.path()).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(small()), both, gate);
    let signed = checkpointer.advance().unwrap();
    let note = checkpointer.gate().note().unwrap().unwrap();
    assert_eq!(note.lines().count(), 6);
    for key in [signer().verifier(), second().verifier()] {
        assert_eq!(Checkpoint::open(&note, key).unwrap(), signed);
    }
    let mut changed = note.clone().into_bytes();
    let at = changed.len() - 1000;
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    assert!(Checkpoint::open(&changed, signer().verifier()).is_ok());
    let error = Checkpoint::open(&changed, second().verifier());
    assert!(matches!(error, Err(NoteError::Signature { .. })));
    let other = Cosigner::from_seed("other.example", KINDS[1], &[9; 32]);
    assert!(signer().with_ml_dsa(other).is_err());
    let witness = Cosigner::from_seed("test.example/center", KINDS[0], &[9; 32]);
    assert!(signer().with_ml_dsa(witness).is_err());
}

#[test]
fn a_cosignature_covers_text_and_time_and_nobody_elses_key() {
    for kind in KINDS {
        let note = cosigned(&[1, 2], kind);
        assert!(Checkpoint::open(&note, signer().verifier()).is_ok());
        let policy = Policy::least_of(2, keys(&[1, 2], kind)).unwrap();
        let expected: Vec<_> = [1, 2]
            .map(|seed| Cosigned {
                witness: format!("witness.example/{seed}"),
                at_s: 1_700_000_000,
            })
            .into();
        assert_eq!(policy.check(&note).unwrap(), expected);
        // A changed text or time or signature spoils it.
        for at in (0..note.len()).step_by(if kind == KINDS[0] { 1 } else { 61 }) {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            let log_line = note.lines().nth(4).unwrap();
            let range = note.find(log_line).unwrap()..note.find(log_line).unwrap() + log_line.len();
            if !range.contains(&at) {
                assert!(policy.check(&changed).is_err(), "byte {at}");
            }
        }
        // The name of one with the key of another is somebody else's line.
        let strangers = Policy::least_of(1, keys(&[3, 4], kind)).unwrap();
        let error = strangers.check(&note).unwrap_err().to_string();
        assert!(
            error.starts_with("0 of the policy's 2 witnesses"),
            "{error}"
        );
        // A newer cosignature takes the place of the older.
        let text = sign(&small()).to_string();
        let newer = cosigner(1, kind).cosign(&text, 1_800_000_000);
        let note = add_cosignatures(&note, &newer).unwrap();
        assert_eq!(note.lines().count(), 7);
        assert_eq!(policy.check(&note).unwrap()[0].at_s, 1_800_000_000);
    }
}

#[test]
fn notes_are_bounded() {
    let note = cosigned(&[1], KINDS[0]);
    let line = note.lines().last().unwrap();
    let many = |n| format!("{note}{}", format!("{line}\n").repeat(n));
    assert!(Checkpoint::open(&many(62), signer().verifier()).is_ok());
    assert!(Checkpoint::open(&many(63), signer().verifier()).is_err());
    let long = "x".repeat(MAX_NOTE_BYTES);
    assert!(Checkpoint::open(&format!("{long}{note}"), signer().verifier()).is_err());
    let returns = note.replace('\n', "\r\n");
    assert!(Checkpoint::open(&returns, signer().verifier()).is_err());
}

#[test]
fn policies_of_groups() {
    let all = keys(&[1, 2, 3, 4, 5], KINDS[0]);
    let log = signer().verifier().to_string();
    let policy = format!(
        "# Two of the courts and one of the press.\nlog {log} https://log.example\n\nwitness c1 {}\nwitness c2 {} https://c2.example/w\n\twitness  c3\t{} \nwitness p1 {}\nwitness p2 {}\ngroup courts 2 c1 c2 c3\ngroup press any p1 p2\ngroup both all courts press\nquorum both\n",
        all[0], all[1], all[2], all[3], all[4]
    );
    let policy = Policy::parse(&policy).unwrap();
    assert_eq!(policy.logs(), [signer().verifier().clone()]);
    assert_eq!(
        policy.witnesses()[1].url.as_deref(),
        Some("https://c2.example/w")
    );
    for (seeds, enough) in [
        (&[1, 2, 4][..], true),
        (&[3, 1, 5], true),
        (&[1, 2, 3, 4, 5], true),
        (&[1, 2, 3], false),
        (&[1, 4, 5], false),
        (&[], false),
    ] {
        let outcome = policy.check(&cosigned(seeds, KINDS[0]));
        assert_eq!(outcome.is_ok(), enough, "{seeds:?}");
    }
    let other = Signer::from_seed("test.example/center", &[8; 32]).sign(&sign(&small()));
    assert!(matches!(
        policy.check(&other),
        Err(PolicyError::NoLog { logs: 1 })
    ));
    let none = Policy::parse("quorum none").unwrap();
    assert_eq!(none.check(&other).unwrap(), []);
}

#[test]
fn bad_policies_say_where() {
    let key = keys(&[1], KINDS[0]).remove(0);
    let other = keys(&[2], KINDS[0]).remove(0);
    let log = signer().verifier().clone();
    let group = format!("witness a {key}\nwitness b {other}\n");
    for (text, expected) in [
        (String::new(), "no quorum line"),
        (
            "quorum x".to_owned(),
            "line 1 of the policy: no witness or group x",
        ),
        (
            "quorum none\nquorum none".to_owned(),
            "line 2 of the policy: there is a quorum",
        ),
        (
            "witness a b".to_owned(),
            "line 1 of the policy: b: this is not a key",
        ),
        (format!("log {key}"), "no log does"),
        (format!("witness a {log}"), "no witness does"),
        (format!("log {log}\nlog {log}"), "stands there already"),
        (
            format!("witness a {key}\nwitness b {key}"),
            "stands there already",
        ),
        (
            format!("witness a {key}\nwitness a {other}"),
            "the name a is taken",
        ),
        (format!("witness none {key}"), "the name none is taken"),
        (
            format!("{group}group g 3 a b"),
            "line 3 of the policy: the threshold",
        ),
        (format!("{group}group g 0 a b"), "the threshold"),
        (format!("{group}group g 01 a b"), "the threshold"),
        (format!("{group}group g any"), "the threshold"),
        (format!("{group}group g any a a"), "a is a member already"),
        (
            format!("{group}group g any a\ngroup h any a"),
            "a is a member already",
        ),
        (format!("{group}group g any g"), "no witness or group g"),
        ("quorum none\r\n".to_owned(), "line ends"),
        ("nonsense".to_owned(), "it should be 'log KEY'"),
    ] {
        let error = Policy::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    assert!(Policy::least_of(2, [key.clone()]).is_err());
    assert!(Policy::least_of(1, [key.clone(), key]).is_err());
    assert!(Policy::least_of(0, [log]).is_err());
}

fn proven(seq: u64) -> (Proven, VerifierKey) {
    let key = signer().verifier().clone();
    let note = cosigned(&[1, 2], KINDS[0]);
    let proven = prove_event(&mut small(), seq, &note, &key).unwrap();
    (proven, key)
}

#[test]
fn every_event_is_provable_by_one_file() {
    let policy = Policy::least_of(2, keys(&[1, 2, 3], KINDS[0])).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let note = cosigned(&[1, 2], KINDS[0]);
    let key = signer().verifier().clone();
    export_tiles(&mut small(), &note, &key, directory.path(), None).unwrap();
    let mut tiles = TileReader::new(directory.path());
    for seq in 0..12 {
        let (proven, key) = proven(seq);
        let again = prove_event_from_tiles(&mut tiles, &mut small(), seq, &note, &key).unwrap();
        assert_eq!(again, proven);
        let verified = verify_proof(&proven.proof, &proven.leaf, &key, Some(&policy)).unwrap();
        assert_eq!((verified.seq, verified.checkpoint.size), (seq, 12));
        assert_eq!(verified.cosigned.len(), 2);
        let parsed = TlogProof::parse(&proven.proof).unwrap();
        assert_eq!(parsed.extra.as_deref(), Some(proven.leaf.as_slice()));
        assert_eq!(parsed.to_string(), proven.proof);
        // Without the leaf in it, it holds as well.
        let bare = TlogProof {
            extra: None,
            ..parsed
        }
        .to_string();
        assert!(!bare.contains("extra"));
        verify_proof(&bare, &proven.leaf, &key, None).unwrap();
        let three = Policy::least_of(3, keys(&[1, 2, 3], KINDS[0])).unwrap();
        let error = verify_proof(&bare, &proven.leaf, &key, Some(&three)).unwrap_err();
        assert!(matches!(
            error,
            ProofError::Policy(PolicyError::Quorum { .. })
        ));
    }
    assert!(prove_event(&mut small(), 12, &note, &key).is_err());
    // A ledger that is not the one that was signed gives no proof.
    let other = MemoryStore::new();
    let mut ledger = open(&other);
    while ledger.size() < 12 {
        let version = ledger.size() as u32 + 1;
        ledger.append(&[draft(1, version, 0)]).unwrap();
    }
    let error = prove_event(&mut other.clone(), 3, &note, &key).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("not in the ledger as it was signed")
    );
}

#[test]
fn a_changed_proof_fails_whatever_was_changed() {
    let (proven, key) = proven(5);
    let policy = Policy::least_of(2, keys(&[1, 2], KINDS[0])).unwrap();
    let fails = |proof: &str, leaf: &[u8]| {
        assert!(
            verify_proof(proof, leaf, &key, Some(&policy)).is_err(),
            "{proof}"
        );
    };
    let extra = proven.proof.find("index").unwrap();
    for at in extra..proven.proof.len() {
        for mask in [1, 32] {
            let mut bytes = proven.proof.clone().into_bytes();
            bytes[at] ^= mask;
            if let Ok(text) = String::from_utf8(bytes) {
                fails(&text, &proven.leaf);
            }
        }
        if proven.proof.is_char_boundary(at) {
            fails(&proven.proof[..at], &proven.leaf);
        }
    }
    for at in 0..proven.leaf.len() {
        let mut leaf = proven.leaf.clone();
        leaf[at] ^= 1;
        fails(&proven.proof, &leaf);
    }
    fails(&proven.proof.replace("index 5", "index 4"), &proven.leaf);
    fails(&proven.proof.replace("index 5", "index 05"), &proven.leaf);
    fails(
        &proven
            .proof
            .replace("index 5", "index 18446744073709551615"),
        &proven.leaf,
    );
    let stranger = Signer::from_seed("test.example/center", &[8; 32]);
    let error = verify_proof(&proven.proof, &proven.leaf, stranger.verifier(), None).unwrap_err();
    assert!(matches!(
        error,
        ProofError::Note(NoteError::Unsigned { .. })
    ));
}

proptest! {
    #[test]
    fn any_text_is_refused_or_read_back(
        text in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z0-9+/=]{0,12}\n)?(index [0-9]{0,21}\n)?([A-Za-z0-9+/]{43}=\n){0,3}\n?(\n|.){0,60}",
        odd: String,
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        for text in [&text, &odd] {
            if let Ok(proof) = TlogProof::parse(text) {
                prop_assert_eq!(&proof.to_string(), text);
            }
            let _ = Policy::parse(text);
            let _ = VerifierKey::parse(text);
            prop_assert!(verify_proof(text, &bytes, signer().verifier(), None).is_err());
        }
        let request = text.replacen("c2sp.org/tlog-proof@v1\n", "", 1).replacen("index", "old", 1);
        for body in [request.as_bytes(), &bytes] {
            if let Ok(request) = AddCheckpoint::parse(body) {
                prop_assert_eq!(request.to_string().into_bytes(), body);
            }
        }
    }

    /// Pieces of real notes, keys and policies in any order.
    #[test]
    fn pieces_never_panic(pieces in proptest::collection::vec(0_usize..14, 0..24), cut in 0_usize..400) {
        let note = cosigned(&[1], KINDS[0]);
        let key = keys(&[1], KINDS[0]).remove(0).to_string();
        let lines: Vec<&str> = note.lines().collect();
        let known = ["\n", "\n\n", "— ", " ", "+", "\t", "witness a ", "log ", "group g 1 a", "quorum a", "old 3", lines[2], lines[4], &key];
        let text: String = pieces.iter().map(|piece| known[*piece]).collect();
        let _ = Checkpoint::open(&text, signer().verifier());
        let _ = Policy::parse(&text);
        let _ = VerifierKey::parse(&text);
        let _ = TlogProof::parse(&text);
        let _ = add_cosignatures(&note, &text);
        let _ = AddCheckpoint::parse(text.as_bytes());
        let cut = note.char_indices().map(|(at, _)| at).nth(cut % note.chars().count()).unwrap();
        let _ = add_cosignatures(&note[..cut], &note[cut..]);
        let _ = Checkpoint::open(&format!("{}{text}{}", &note[..cut], &note[cut..]), signer().verifier());
    }
}
