//! Witnesses: what they sign, what they refuse, and what they remember.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn signer() -> Signer {
    Signer::from_seed("test.example/center", &[7; 32])
}

fn cosigner() -> Cosigner {
    let kind = KeyKind::Ed25519Cosignature;
    Cosigner::from_seed("witness.example/w", kind, &[1; 32])
}

fn witness(path: &Path) -> Witness<WitnessFile> {
    let state = match path.exists() {
        true => WitnessFile::open(path).unwrap(),
        false => WitnessFile::create(path).unwrap(),
    };
    let logs = vec![signer().verifier().clone()];
    Witness::new(logs, vec![cosigner()], state).unwrap()
}

/// A history of single events; `flavour` makes another one.
fn history(events: u32, flavour: u64) -> MemoryStore {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    for version in 1..=events {
        ledger.append(&[draft(flavour, version, 0)]).unwrap();
    }
    store
}

fn checkpoint(store: &MemoryStore, size: u64) -> Checkpoint {
    let rows = store.rows();
    let root = match size {
        0 => Frontier::empty().root(),
        _ => rows[size as usize - 1].root,
    };
    Checkpoint {
        origin: signer().origin().to_owned(),
        size,
        root,
    }
}

fn request(store: &MemoryStore, old: u64, size: u64) -> String {
    let proof = match old <= size {
        true => consistency_proof(&mut store.clone(), old, size).unwrap(),
        false => Vec::new(),
    };
    let note = signer().sign(&checkpoint(store, size));
    AddCheckpoint { old, proof, note }.to_string()
}

fn ask(witness: &mut Witness<WitnessFile>, body: &str) -> (u16, String) {
    let answer = witness.add_checkpoint(body.as_bytes(), 1_700_000_000);
    assert_eq!(
        answer.content_type == "text/x.tlog.size",
        answer.status == 409
    );
    (answer.status, answer.body)
}

#[test]
fn the_answers_of_the_specification() {
    let directory = tempfile::tempdir().unwrap();
    let mut witness = witness(&directory.path().join("state"));
    let (good, other) = (history(20, 1), history(20, 2));
    let status = |witness: &mut Witness<_>, body: &str| ask(witness, body).0;

    // The first checkpoint is taken as it is, without a proof.
    let unknown = request(&good, 3, 5);
    assert_eq!(ask(&mut witness, &unknown), (409, "0\n".to_owned()));
    let mut proven = AddCheckpoint::parse(request(&good, 0, 5).as_bytes()).unwrap();
    proven.proof.push(checkpoint(&good, 5).root);
    assert_eq!(status(&mut witness, &proven.to_string()), 422);
    let (ok, lines) = ask(&mut witness, &request(&good, 0, 5));
    assert_eq!((ok, lines.lines().count()), (200, 1));
    assert!(lines.starts_with("— witness.example/w ") && lines.ends_with('\n'));
    let note = add_cosignatures(&signer().sign(&checkpoint(&good, 5)), &lines).unwrap();
    let policy = Policy::least_of(1, [cosigner().verifier().clone()]).unwrap();
    assert_eq!(policy.check(&note).unwrap()[0].at_s, 1_700_000_000);

    // It goes on, repeats itself, and says where it is.
    assert_eq!(status(&mut witness, &request(&good, 5, 9)), 200);
    assert_eq!(status(&mut witness, &request(&good, 9, 9)), 200);
    assert_eq!(
        ask(&mut witness, &request(&good, 5, 12)),
        (409, "9\n".to_owned())
    );
    assert_eq!(
        ask(&mut witness, &request(&good, 0, 12)),
        (409, "9\n".to_owned())
    );
    assert_eq!(
        ask(&mut witness, &request(&good, 5, 8)),
        (409, "9\n".to_owned())
    );
    // Another root of the same size, another history, a proof that is none, a size that shrinks.
    assert_eq!(
        ask(&mut witness, &request(&other, 9, 9)),
        (409, "9\n".to_owned())
    );
    assert_eq!(status(&mut witness, &request(&other, 9, 12)), 422);
    let mut bad = AddCheckpoint::parse(request(&good, 9, 12).as_bytes()).unwrap();
    bad.proof.pop();
    assert_eq!(status(&mut witness, &bad.to_string()), 422);
    assert_eq!(status(&mut witness, &request(&good, 9, 8)), 400);
    // Nobody's and strangers' checkpoints.
    let text = request(&good, 9, 12);
    for body in [
        "",
        "old",
        "old 9\n",
        "old 9\n\nx",
        "old 09\n\n",
        &text[..text.len() - 1],
    ] {
        assert_eq!(status(&mut witness, body), 400, "{body}");
    }
    assert_eq!(witness.add_checkpoint(&[0xff; 8], 0).status, 400);
    assert_eq!(
        witness
            .add_checkpoint(&[b'x'; MAX_REQUEST_BYTES + 1], 0)
            .status,
        400
    );
    let stranger = Signer::from_seed("test.example/center", &[8; 32]);
    let note = stranger.sign(&checkpoint(&good, 12));
    let forged = AddCheckpoint {
        old: 9,
        proof: Vec::new(),
        note,
    };
    assert_eq!(status(&mut witness, &forged.to_string()), 403);
    // A bad signature by a known key spoils the note, whoever else signed it.
    let good_note = signer().sign(&checkpoint(&good, 12));
    let (body, line) = good_note.rsplit_once("\n\n").unwrap();
    let wrong_line = signer().sign(&checkpoint(&good, 11));
    let wrong_line = wrong_line.rsplit_once("\n\n").unwrap().1;
    let spoilt = AddCheckpoint {
        old: 9,
        proof: consistency_proof(&mut good.clone(), 9, 12).unwrap(),
        note: format!("{body}\n\n{line}{wrong_line}"),
    };
    assert_eq!(status(&mut witness, &spoilt.to_string()), 403);
    let elsewhere = Signer::from_seed("other.example", &[8; 32]);
    let mut foreign = checkpoint(&good, 12);
    foreign.origin = "other.example".to_owned();
    let note = elsewhere.sign(&foreign);
    let foreign = AddCheckpoint {
        old: 0,
        proof: Vec::new(),
        note,
    };
    assert_eq!(status(&mut witness, &foreign.to_string()), 404);
    assert_eq!(witness.seen(signer().origin()).unwrap().size, 9);
    // A clock that was set back does not go back, and no cosignature is without a time.
    let other_place = tempfile::tempdir().unwrap();
    let mut timeless = super::witness::witness(&other_place.path().join("state"));
    let answer = timeless.add_checkpoint(request(&good, 0, 5).as_bytes(), 0);
    assert_eq!(answer.status, 200);
    assert_eq!(timeless.seen(signer().origin()).unwrap().at_s, 1);
    let early = witness.add_checkpoint(request(&good, 9, 10).as_bytes(), 5);
    assert_eq!(early.status, 200);
    assert_eq!(witness.seen(signer().origin()).unwrap().at_s, 1_700_000_000);
}

#[test]
fn a_witness_is_set_up_with_keys_that_serve() {
    let directory = tempfile::tempdir().unwrap();
    let state = |name: &str| WitnessFile::create(&directory.path().join(name)).unwrap();
    let log = signer().verifier().clone();
    let none = Witness::new(vec![log.clone()], Vec::new(), state("a"));
    assert_eq!(none.unwrap_err(), WitnessSetupError::NoKey);
    let witness = cosigner().verifier().clone();
    let no_log = Witness::new(vec![witness], vec![cosigner()], state("b"));
    assert!(matches!(no_log.unwrap_err(), WitnessSetupError::NoLog(_)));
    let kind = KeyKind::Ed25519Cosignature;
    let same = Cosigner::from_seed("witness.example/w", kind, &[7; 32]);
    let shared = Witness::new(vec![log.clone()], vec![same], state("c"));
    assert!(matches!(shared.unwrap_err(), WitnessSetupError::Shared(_)));
    // With two keys it gives two lines.
    let kind = KeyKind::MlDsa44Cosignature;
    let second = Cosigner::from_seed("witness.example/w", kind, &[1; 32]);
    let mut both = Witness::new(vec![log], vec![cosigner(), second], state("d")).unwrap();
    let answer = both.add_checkpoint(request(&history(3, 1), 0, 3).as_bytes(), 9);
    assert_eq!((answer.status, answer.body.lines().count()), (200, 2));
    let keys: Vec<_> = both.verifiers().cloned().collect();
    let note = signer().sign(&checkpoint(&history(3, 1), 3));
    let note = add_cosignatures(&note, &answer.body).unwrap();
    assert_eq!(
        Policy::least_of(2, keys)
            .unwrap()
            .check(&note)
            .unwrap()
            .len(),
        2
    );
}

/// A lost state is a lost witness; a damaged one is never guessed at.
#[test]
fn the_state_is_never_made_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    assert!(matches!(
        WitnessFile::open(&path),
        Err(WitnessStateError::Missing(_))
    ));
    let mut first = witness(&path);
    assert!(matches!(
        WitnessFile::open(&path),
        Err(WitnessStateError::Locked(_))
    ));
    assert_eq!(ask(&mut first, &request(&history(9, 1), 0, 9)).0, 200);
    drop(first);
    assert!(matches!(
        WitnessFile::create(&path),
        Err(WitnessStateError::Exists(_))
    ));
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        fs::write(&path, &good[..at]).unwrap();
        let opened = WitnessFile::open(&path);
        assert!(
            matches!(opened, Err(WitnessStateError::Damaged { .. })),
            "{at}"
        );
    }
    fs::write(&path, [&good[..], b"\n"].concat()).unwrap();
    assert!(WitnessFile::open(&path).is_err());
    fs::write(&path, &good).unwrap();
    assert_eq!(witness(&path).seen(signer().origin()).unwrap().size, 9);
}

/// Where the state cannot be kept nothing is signed, and nothing is tried again.
#[test]
fn no_state_no_signature() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    fs::create_dir(&place).unwrap();
    let mut witness = witness(&place.join("state"));
    let store = history(9, 1);
    assert_eq!(ask(&mut witness, &request(&store, 0, 3)).0, 200);
    let away = directory.path().join("away");
    fs::rename(&place, &away).unwrap();
    let (status, text) = ask(&mut witness, &request(&store, 3, 5));
    assert_eq!(status, 500);
    assert!(text.starts_with("nothing was signed: cannot use"), "{text}");
    fs::rename(&away, &place).unwrap();
    let (status, text) = ask(&mut witness, &request(&store, 3, 5));
    assert_eq!(status, 500);
    assert!(text.contains("start the witness again"), "{text}");
    assert_eq!(witness.seen(signer().origin()).unwrap().size, 3);
}

#[test]
fn a_client_finds_its_way_and_sounds_the_alarm() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    let mut witness = witness(&path);
    let (good, other) = (history(20, 1), history(20, 2));
    let log = signer().verifier().clone();
    let tiles = |store: &MemoryStore, name: &str| {
        let place = directory.path().join(name);
        let note = signer().sign(&checkpoint(store, 20));
        export_tiles(&mut store.clone(), &note, &log, &place, None).unwrap();
        TileReader::new(&place)
    };
    let (mut good_tiles, mut other_tiles) = (tiles(&good, "good"), tiles(&other, "other"));
    let keys = vec![cosigner().verifier().clone()];
    let note = |store: &MemoryStore, size| signer().sign(&checkpoint(store, size));
    let asked = std::cell::Cell::new(0);
    let mut send = |body: &[u8]| {
        asked.set(asked.get() + 1);
        let answer = witness.add_checkpoint(body, 9);
        Ok((answer.status, answer.body.into_bytes()))
    };
    let mut client = WitnessClient::new(keys.clone(), 0);
    let policy = Policy::least_of(1, keys.clone()).unwrap();
    for size in [4, 4, 11] {
        let note = note(&good, size);
        let lines = client
            .cosign(&note, &log, &mut good_tiles, &mut send)
            .unwrap();
        policy
            .check(&add_cosignatures(&note, &lines).unwrap())
            .unwrap();
        assert_eq!(client.known(), size);
    }
    assert_eq!(asked.take(), 3);
    // One that knows nothing, or something wrong, is told and asks once more.
    for (known, size) in [(0, 12), (3, 13), (99, 14)] {
        let mut client = WitnessClient::new(keys.clone(), known);
        client
            .cosign(&note(&good, size), &log, &mut good_tiles, &mut send)
            .unwrap();
        assert_eq!((asked.take(), client.known()), (2, size));
    }
    // An older copy was put back; another history goes on under the name.
    let old = client.cosign(&note(&good, 9), &log, &mut good_tiles, &mut send);
    assert!(
        matches!(old, Err(WitnessError::Ahead { seen: 14, size: 9 })),
        "{old:?}"
    );
    for size in [14, 20] {
        let fork = client.cosign(&note(&other, size), &log, &mut other_tiles, &mut send);
        assert!(
            matches!(fork, Err(WitnessError::Forked { seen: 14 })),
            "{fork:?}"
        );
    }
    // Answers that are none: nothing is believed that was not checked.
    let good_note = note(&good, 20);
    let mut answers = |status: u16, body: &[u8]| {
        let body = body.to_vec();
        let mut send = |_: &[u8]| Ok((status, body.clone()));
        client
            .cosign(&good_note, &log, &mut good_tiles, &mut send)
            .unwrap_err()
    };
    let stale = cosigner().cosign(&checkpoint(&good, 19).to_string(), 9);
    assert!(matches!(
        answers(200, stale.as_bytes()),
        WitnessError::Note(_)
    ));
    let foreign = signer().sign(&checkpoint(&good, 20));
    let foreign = foreign.lines().last().unwrap();
    assert!(matches!(
        answers(200, format!("{foreign}\n").as_bytes()),
        WitnessError::Note(_)
    ));
    assert!(matches!(answers(200, b""), WitnessError::Note(_)));
    assert!(matches!(answers(200, &[0xff; 9]), WitnessError::Note(_)));
    assert!(matches!(
        answers(409, b"later"),
        WitnessError::Refused { status: 409, .. }
    ));
    assert!(matches!(answers(404, b""), WitnessError::Unknown { .. }));
    let refused = answers(503, b"busy\x1b[2J\n").to_string();
    assert_eq!(refused, "the witness answered 503: busy[2J");
    let mut away = |_: &[u8]| Err("no route".into());
    let away = client.cosign(&good_note, &log, &mut good_tiles, &mut away);
    assert!(matches!(away, Err(WitnessError::Unreachable(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_state_file_is_refused_or_read(lines in proptest::collection::vec("([0-9]{1,20} [A-Za-z0-9+/]{43}= [0-9]{1,3} [a-z]{0,3}|.{0,20})", 0..4), end in "\n?(end)?\n?") {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        drop(WitnessFile::create(&path).unwrap());
        let first = fs::read_to_string(&path).unwrap();
        let first = first.lines().next().unwrap();
        fs::write(&path, format!("{first}\n{}{end}", lines.join("\n"))).unwrap();
        if let Ok(mut state) = WitnessFile::open(&path) {
            // An empty line before the end is none. What was read is what is written.
            let lines: Vec<_> = lines.iter().filter(|line| !line.is_empty()).collect();
            let seen: Vec<_> = lines.iter().map(|line| state.seen(line.splitn(4, ' ').nth(3).unwrap())).collect();
            state.keep("new", Seen { size: 1, root: Hash([0; 32]), at_s: 1 }).unwrap();
            drop(state);
            let state = WitnessFile::open(&path).unwrap();
            for (line, seen) in lines.iter().zip(seen) {
                prop_assert!(seen.is_some());
                prop_assert_eq!(state.seen(line.splitn(4, ' ').nth(3).unwrap()), seen);
            }
        }
    }

    /// Whatever is asked, in whatever order, with restarts in between: one root for each size,
    /// never less than before, and all of one history.
    #[test]
    fn a_witness_never_contradicts_itself(
        steps in proptest::collection::vec((0_u64..3, 0_u64..=16, 0_u64..=16, 0_u8..8, any::<u16>()), 1..60),
    ) {
        let histories = [history(16, 1), {
            // The second history parts from the first after 6 events.
            let store = MemoryStore::new();
            store.set_rows(history(6, 1).rows());
            let mut ledger = open(&store);
            for version in 1..=10 {
                ledger.append(&[draft(2, version, 0)]).unwrap();
            }
            store
        }, history(16, 3)];
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let mut now = witness(&path);
        let mut signed = BTreeMap::new();
        let (mut last, mut last_at) = (0, 0);
        for (which, old, size, what, at) in steps {
            let store = &histories[which as usize];
            // Mostly the right old size, so that much is signed.
            let known = now.seen(signer().origin()).map_or(0, |seen| seen.size);
            let old = if what < 6 { known } else { old };
            let mut body = request(store, old, size).into_bytes();
            if what == 5 {
                let at = usize::from(at) % body.len();
                body[at] ^= 1;
            }
            let answer = now.add_checkpoint(&body, u64::from(at));
            if answer.status == 200 {
                let note = AddCheckpoint::parse(&body).unwrap().note;
                let opened = Checkpoint::open(&note, signer().verifier()).unwrap();
                let note = add_cosignatures(&note, &answer.body).unwrap();
                let policy = Policy::least_of(1, [cosigner().verifier().clone()]).unwrap();
                let at_s = policy.check(&note).unwrap()[0].at_s;
                prop_assert!(opened.size >= last && at_s >= last_at);
                (last, last_at) = (opened.size, at_s);
                prop_assert_eq!(*signed.entry(opened.size).or_insert(opened.root), opened.root);
            }
            prop_assert!(!answer.body.is_empty());
            if what == 7 || what == 0 {
                drop(now);
                now = witness(&path);
            }
            prop_assert_eq!(now.seen(signer().origin()).map_or(0, |seen| seen.size), last);
        }
        // All that was signed is of one history.
        let fits = |store: &MemoryStore| signed.iter().all(|(size, root)| checkpoint(store, *size).root == *root);
        prop_assert!(histories.iter().any(fits));
    }
}
