//! What is tried, from which real bytes, and which law it has to keep.

use std::collections::BTreeMap;
use std::fs;

use super::super::*;
use super::packed::{columns, columns_together, packed, stored_column};
use crate::note::Note;
use crate::witness::WitnessStateError;

/// Reads an input, and panics where a law is broken.
pub(super) type Check = Box<dyn FnMut(&[u8])>;

/// One decoder with the bytes to begin with.
pub(super) struct Target {
    /// Its name, and that of its directory in the corpus.
    pub(super) name: &'static str,
    /// How much slower than the others it is, roughly.
    pub(super) cost: u64,
    /// Real bytes.
    pub(super) seeds: fn() -> Vec<Vec<u8>>,
    /// Makes what reads an input and panics where a law is broken.
    pub(super) make: fn() -> Check,
}

const fn target(
    name: &'static str,
    cost: u64,
    seeds: fn() -> Vec<Vec<u8>>,
    make: fn() -> Check,
) -> Target {
    Target {
        name,
        cost,
        seeds,
        make,
    }
}

pub(super) const TARGETS: &[Target] = &[
    target("leaf", 1, leaves, || Box::new(leaf)),
    target("frame", 1, frames, frame),
    target("packed", 2, packed, stored_column),
    target("columns", 2, columns, columns_together),
    target("checkpoint", 1, checkpoints, || Box::new(checkpoint)),
    target("note", 2, notes, note),
    target("key", 1, keys, || Box::new(key)),
    target("proof", 2, proofs, proof),
    target("path", 1, paths, || Box::new(path)),
    target("bundle", 1, bundles, || Box::new(bundle)),
    target("policy", 1, policies, policy),
    target("request", 2, requests, request),
    target("state", 20, states, state),
    target("cose", 1, sealed, cose),
    target("backup", 100, backups, backup_file),
];

const ORIGIN: &str = "test.example/center";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[7; 32])
}

fn ml_dsa() -> Cosigner {
    Cosigner::from_seed(ORIGIN, KeyKind::MlDsa44Cosignature, &[8; 32])
}

fn witness_key(n: u8, kind: KeyKind) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/w{n}"), kind, &[n; 32])
}

/// The checkpoints after each frame of the small ledger, and of the empty one.
fn real_checkpoints() -> Vec<Checkpoint> {
    let empty = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 0,
        root: Frontier::empty().root(),
    };
    let signed = small().rows().into_iter().map(|row| Checkpoint {
        origin: ORIGIN.to_owned(),
        size: row.first_seq + u64::from(row.n),
        root: row.root,
    });
    std::iter::once(empty).chain(signed).collect()
}

/// Real notes: plain, with a second signature, with cosignatures.
fn real_notes() -> Vec<String> {
    let plain = signer();
    let both = signer().with_ml_dsa(ml_dsa()).expect("the names agree");
    let mut notes = Vec::new();
    for (place, checkpoint) in real_checkpoints().iter().enumerate() {
        let mut note = match place % 2 {
            0 => plain.sign(checkpoint),
            _ => both.sign(checkpoint),
        };
        if place > 2 {
            let kind = KeyKind::Ed25519Cosignature;
            note.push_str(&witness_key(1, kind).cosign(&checkpoint.to_string(), 1_700_000_000));
        }
        notes.push(note);
    }
    notes
}

fn bytes(texts: Vec<String>) -> Vec<Vec<u8>> {
    texts.into_iter().map(String::into_bytes).collect()
}

fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

// --- leaf ---

fn leaves() -> Vec<Vec<u8>> {
    let frames = small().rows().into_iter().map(Frame::new);
    frames
        .flat_map(|frame| {
            let leaves = frame.events().map(|event| {
                let event = event.expect("the ledger is good");
                event.leaf_bytes.to_vec()
            });
            leaves.collect::<Vec<_>>()
        })
        .collect()
}

fn leaf(input: &[u8]) {
    let Ok(read) = crate::leaf::decode(input) else {
        return;
    };
    let mut written = Vec::new();
    crate::leaf::encode(&read, &mut written);
    let again = crate::leaf::decode(&written).expect("what was written is read");
    assert_eq!(read, again, "a leaf reads back as the same");
    let canonical = crate::leaf::is_canonical(&read, input, &mut Vec::new());
    assert_eq!(canonical, written == input, "one encoding is canonical");
}

// --- frame: 4 bytes of n, 4 bytes of the leaves' length, leaves, personal payloads ---

fn pack(row: &FrameRow) -> Vec<u8> {
    let mut packed = row.n.to_be_bytes().to_vec();
    packed.extend((row.leaves.len() as u32).to_be_bytes());
    packed.extend(&row.leaves);
    packed.extend(&row.sealed);
    packed
}

fn unpack(input: &[u8], row: &FrameRow) -> Option<FrameRow> {
    let (n, rest) = input.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = (u32::from_be_bytes(*length) as usize).min(rest.len());
    let (leaves, sealed) = rest.split_at(length);
    Some(FrameRow {
        n: u32::from_be_bytes(*n),
        leaves: leaves.to_vec(),
        sealed: sealed.to_vec(),
        ..row.clone()
    })
}

fn frames() -> Vec<Vec<u8>> {
    small().rows().iter().map(pack).collect()
}

fn frame() -> Check {
    let rows = small().rows();
    Box::new(move |input| {
        for real in &rows {
            let Some(row) = unpack(input, real) else {
                return;
            };
            let read = Frame::new(row.clone()).events().count();
            assert!(read <= MAX_EVENTS.max(row.leaves.len() + 1));
            let store = MemoryStore::new();
            store.set_rows(rows.iter().map(|other| match other.no == row.no {
                true => row.clone(),
                false => other.clone(),
            }));
            let sound = check(&mut store.clone(), None).is_ok();
            // Blanking a personal payload is the one change that the ledger allows.
            let same = row.n == real.n && row.leaves == real.leaves;
            assert!(!sound || same, "a changed frame was taken as sound");
        }
    })
}

// --- checkpoint and note ---

fn checkpoints() -> Vec<Vec<u8>> {
    bytes(real_checkpoints().iter().map(ToString::to_string).collect())
}

fn checkpoint(input: &[u8]) {
    let Some(Ok(read)) = text(input).map(Checkpoint::parse) else {
        return;
    };
    let again = Checkpoint::parse(&read.to_string());
    assert_eq!(again.ok(), Some(read.clone()));
    assert!(text(input).is_some_and(|text| text.starts_with(&read.to_string())));
}

fn notes() -> Vec<Vec<u8>> {
    bytes(real_notes())
}

fn note() -> Check {
    let log = signer().verifier().clone();
    let second = ml_dsa().verifier().clone();
    let real = real_checkpoints();
    Box::new(move |input| {
        let Some(note) = text(input) else { return };
        let parsed = Note::parse(note);
        for key in [&log, &second] {
            if let Ok(signed) = Checkpoint::open(note, key) {
                assert!(parsed.is_ok());
                assert!(real.contains(&signed), "nobody signed {signed:?}");
                let body = Note::parse(note).expect("it was opened").text;
                match key.kind() {
                    KeyKind::Ed25519 => assert_eq!(body, signed.to_string(), "all was signed"),
                    // It covers origin, size and root (C2SP tlog-cosignature); nothing else is
                    // taken from the note.
                    _ => assert!(body.starts_with(&signed.to_string())),
                }
            }
        }
    })
}

// --- keys ---

fn keys() -> Vec<Vec<u8>> {
    let witness = witness_key(1, KeyKind::Ed25519Cosignature);
    bytes(vec![
        signer().verifier().to_string(),
        ml_dsa().verifier().to_string(),
        witness.verifier().to_string(),
    ])
}

fn key(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text.trim(), "a key has one spelling");
    }
}

// --- proof ---

fn proofs() -> Vec<Vec<u8>> {
    let key = signer().verifier().clone();
    let mut found = Vec::new();
    for (note, checkpoint) in real_notes().iter().zip(real_checkpoints()) {
        for seq in 0..checkpoint.size {
            let proven = prove_event(&mut small(), seq, note, &key).expect("it is in there");
            found.push(proven.proof);
        }
    }
    bytes(found)
}

fn proof() -> Check {
    let key = signer().verifier().clone();
    let real = leaves();
    Box::new(move |input| {
        let Some(Ok(read)) = text(input).map(TlogProof::parse) else {
            return;
        };
        assert_eq!(read.to_string().as_bytes(), input, "a proof has one form");
        let Some(leaf) = &read.extra else { return };
        let text = text(input).expect("it was read");
        if let Ok(verified) = verify_proof(text, leaf, &key, None) {
            let stands = real.get(verified.seq as usize);
            assert_eq!(stands, Some(leaf), "nobody recorded this");
        }
    })
}

// --- tiles ---

fn paths() -> Vec<Vec<u8>> {
    let found = [
        "tile/0/000",
        "tile/0/x001/067.p/17",
        "tile/7/x018/x446/x744/x073/x709/x551/615",
        "tile/entries/273.p/112",
        "tile/entries/x072/x057/x594/x037/x927/935.p/255",
    ];
    bytes(found.map(str::to_owned).to_vec())
}

fn path(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Some(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text, "a tile has one name");
        let stays = text.split('/').all(|part| !part.is_empty() && part != "..");
        assert!(stays, "a name leads out of its directory");
    }
}

fn bundles() -> Vec<Vec<u8>> {
    let mut bundle = vec![12];
    for leaf in leaves() {
        bundle.extend((leaf.len() as u16).to_be_bytes());
        bundle.extend(leaf);
    }
    vec![bundle, vec![255, 0, 1, 7], vec![1, 0, 0]]
}

/// The first byte is the width.
fn bundle(input: &[u8]) {
    let Some((width, rest)) = input.split_first() else {
        return;
    };
    let width = u16::from(*width) + 1;
    for width in [width, width.wrapping_mul(257)] {
        if let Ok(entries) = entries_of_bundle(rest, width) {
            assert_eq!(entries.len(), usize::from(width));
            let mut again = Vec::new();
            for entry in entries {
                again.extend((entry.len() as u16).to_be_bytes());
                again.extend(entry);
            }
            assert!(rest.starts_with(&again));
        }
    }
}

// --- policy ---

fn policies() -> Vec<Vec<u8>> {
    let log = signer().verifier().to_string();
    let one = witness_key(1, KeyKind::Ed25519Cosignature);
    let two = witness_key(2, KeyKind::Ed25519Cosignature);
    let (one, two) = (one.verifier(), two.verifier());
    let long = format!(
        "# who counts\nlog {log}\nwitness court {one} https://court.example/w\nwitness press {two}\n\
         group outside 1 court press\ngroup both all court outside\nquorum both\n"
    );
    bytes(vec![
        long,
        format!("log {log}\nquorum none\n"),
        format!("witness a {one}\ngroup g any a\nquorum g"),
    ])
}

fn policy() -> Check {
    let notes = real_notes();
    Box::new(move |input| {
        let Some(Ok(policy)) = text(input).map(Policy::parse) else {
            return;
        };
        assert!(policy.witnesses().len() <= 64 && policy.logs().len() <= 64);
        for note in &notes {
            if let Ok(cosigned) = policy.check(note) {
                assert!(cosigned.len() <= policy.witnesses().len());
            }
        }
    })
}

// --- requests to a witness ---

/// A state in memory.
#[derive(Debug, Default)]
struct Remembered(BTreeMap<String, Seen>);

impl WitnessState for Remembered {
    fn seen(&self, origin: &str) -> Option<Seen> {
        self.0.get(origin).copied()
    }

    fn keep(&mut self, origin: &str, seen: Seen) -> Result<(), WitnessStateError> {
        self.0.insert(origin.to_owned(), seen);
        Ok(())
    }
}

fn requests() -> Vec<Vec<u8>> {
    let (notes, checkpoints) = (real_notes(), real_checkpoints());
    let mut found = Vec::new();
    for from in &checkpoints {
        for (note, to) in notes.iter().zip(&checkpoints) {
            if from.size <= to.size {
                let proof = consistency_proof(&mut small(), from.size, to.size);
                let request = AddCheckpoint {
                    old: from.size,
                    proof: proof.expect("it is one history"),
                    note: note.clone(),
                };
                found.push(request.to_string());
            }
        }
    }
    bytes(found)
}

fn request() -> Check {
    let cosigner = witness_key(1, KeyKind::Ed25519Cosignature);
    let key = cosigner.verifier().clone();
    let logs = vec![signer().verifier().clone()];
    let mut witness = Witness::new(logs, vec![cosigner], Remembered::default())
        .expect("the keys are of different kinds");
    let real = real_checkpoints();
    let mut size = 0;
    Box::new(move |input| {
        if let Ok(request) = AddCheckpoint::parse(input) {
            assert_eq!(request.to_string().as_bytes(), input, "one form");
        }
        let answer = witness.add_checkpoint(input, 1_700_000_000);
        assert!(matches!(answer.status, 200 | 400 | 403 | 404 | 409 | 422));
        let seen = witness.seen(ORIGIN).map_or(0, |seen| seen.size);
        assert!(seen >= size, "a witness went back");
        size = seen;
        if answer.status == 200 {
            let request = AddCheckpoint::parse(input).expect("it was answered");
            let cosigned = Note::parse(&request.note).expect("it was cosigned").text;
            let note = format!("{cosigned}\n{}", answer.body);
            let stands = Note::parse(&note).expect("it is a note").signed_at(&key);
            assert!(matches!(stands, Ok(Some(_))));
            let signed = Checkpoint::parse(cosigned).expect("it was cosigned");
            assert!(real.contains(&signed), "nobody signed {signed:?}");
        }
    })
}

// --- the witness's own file ---

fn states() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("state");
    let mut file = WitnessFile::create(&path).expect("a new file");
    let mut found = vec![fs::read(&path).expect("it was written")];
    for checkpoint in real_checkpoints() {
        let seen = Seen {
            size: checkpoint.size,
            root: checkpoint.root,
            at_s: 1_700_000_000,
        };
        let origin = format!("{ORIGIN}/{}", checkpoint.size % 5);
        file.keep(&origin, seen).expect("it has room");
        found.push(fs::read(&path).expect("it was written"));
    }
    found
}

fn state() -> Check {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Box::new(move |input| {
        let path = directory.path().join("state");
        fs::write(&path, input).expect("it can be written");
        // It is opened, or called damaged; nothing else.
        if let Err(error) = WitnessFile::open(&path) {
            assert!(matches!(error, WitnessStateError::Damaged { .. }));
        }
    })
}

// --- sealed payloads ---

const HEADER: &[u8] = b"header";
const CONTENT: &[u8] = b"smoke on the second floor";

/// Sealed under a key that the target does not have; it reads their form.
fn sealed() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut vault = vault(directory.path());
    let domains = (0..8).map(|no| Stream { kind: 1, no });
    domains
        .map(|domain| vault.seal(domain, HEADER, CONTENT).expect("it is sealed"))
        .collect()
}

fn vault(directory: &std::path::Path) -> Vault {
    let path = directory.join("root.key");
    RootFile::generate(&path).expect("a new key");
    let root = Box::new(RootFile::load(&path).expect("it was written"));
    Vault::create(directory, root).expect("a new vault")
}

fn cose() -> Check {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut vault = vault(directory.path());
    let domain = Stream { kind: 1, no: 1 };
    let own = vault.seal(domain, HEADER, CONTENT).expect("it is sealed");
    Box::new(move |input| {
        let Ok(kid) = kid_of(input) else { return };
        // An input of the same key's number, so that its content is looked at too.
        let mut own = own.clone();
        let length = own.len().min(input.len());
        own[..length].copy_from_slice(&input[..length]);
        for sealed in [input, &own] {
            if let Ok(Opened::Known(content)) = vault.open_sealed(HEADER, sealed) {
                panic!("{kid}: opened as {content:?} what this vault did not seal");
            }
        }
    })
}

// --- copies of the database ---

fn backups() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (ledger, copy) = (
        directory.path().join("ledger.db"),
        directory.path().join("copy.db"),
    );
    let store = SqliteStore::create(&ledger).expect("a new store");
    fill(&mut Ledger::open(store, options()).expect("it is empty"));
    backup(&ledger, &copy, None, &mut |_| {}).expect("it is sound");
    vec![fs::read(&copy).expect("it was written")]
}

fn backup_file() -> Check {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let against = real_checkpoints().pop().expect("there are some");
    Box::new(move |input| {
        let (from, to) = (
            directory.path().join("copy.db"),
            directory.path().join("restored.db"),
        );
        fs::write(&from, input).expect("it can be written");
        if let Ok(report) = restore(&from, &to, Some(&against), &mut |_| {}) {
            assert_eq!(report.verified.events, against.size);
            let root = check(&mut SqliteReader::open(&to).expect("it was restored"), None);
            assert!(root.is_ok());
        }
        for name in ["restored.db", "restored.db-wal", "restored.db-shm"] {
            let path = directory.path().join(name);
            if path.exists() {
                fs::remove_file(path).expect("it can be removed");
            }
        }
        assert!(!directory.path().join("restored.db.part").exists());
    })
}
