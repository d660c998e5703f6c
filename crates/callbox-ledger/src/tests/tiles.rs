//! Tiles and bundles as an outsider meets them: files, paths, proofs.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn signer() -> Signer {
    Signer::from_seed("test.example/center", &[7; 32])
}

/// Appends frames of these many events.
fn grow(store: &MemoryStore, frames: &[usize]) {
    let mut ledger = open(store);
    let mut version = ledger.size() as u32;
    for n in frames {
        let drafts: Vec<_> = (0..*n)
            .map(|_| {
                version += 1;
                draft(1, version, 1_700_000_000_000_000 + i64::from(version))
            })
            .collect();
        ledger.append(&drafts).unwrap();
    }
}

/// Gives the signed checkpoint after the first `frames` frames.
fn note(store: &MemoryStore, frames: usize) -> String {
    let rows = store.rows();
    let checkpoint = match frames.checked_sub(1).map(|last| &rows[last]) {
        None => Checkpoint {
            origin: signer().origin().to_owned(),
            size: 0,
            root: Frontier::empty().root(),
        },
        Some(row) => Checkpoint {
            origin: signer().origin().to_owned(),
            size: row.first_seq + u64::from(row.n),
            root: row.root,
        },
    };
    signer().sign(&checkpoint)
}

fn advance(
    writer: &mut TileWriter,
    store: &MemoryStore,
    frames: usize,
) -> Result<TileReport, TileError> {
    let key = signer().verifier().clone();
    writer.advance(&mut store.clone(), &note(store, frames), &key)
}

/// Gives every file of the tree below `root`, by its path.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn leaf_hashes(store: &MemoryStore) -> Vec<Hash> {
    let frames = store.rows().into_iter().map(Frame::new);
    frames
        .flat_map(|frame| {
            let events = frame.events();
            events
                .map(|event| leaf_hash(event.unwrap().leaf_bytes))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Counts what is read through it.
struct Counted<'a>(&'a mut TileReader, usize);

impl Tiles for Counted<'_> {
    fn hashes(&mut self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, TileError> {
        self.1 += 1;
        self.0.hashes(level, index, width)
    }
}

/// The example of the specification: a tree of 70,000 entries.
#[test]
fn the_tree_of_the_specification() {
    let store = MemoryStore::new();
    grow(&store, &[&[4000; 17][..], &[2000]].concat());
    let directory = tempfile::tempdir().unwrap();
    let (tiles, entries) = (directory.path().join("t"), directory.path().join("e"));
    let key = signer().verifier().clone();
    let note = note(&store, 18);
    let report = export_tiles(&mut store.clone(), &note, &key, &tiles, Some(&entries)).unwrap();
    assert_eq!((report.size, report.read), (70_000, 70_000));
    let found = files(&tiles);
    let count = |start: &str, full: bool| {
        let tiles = found.keys().filter(|path| path.starts_with(start));
        tiles.filter(|path| path.contains(".p/") != full).count()
    };
    assert_eq!((count("tile/0/", true), count("tile/0/", false)), (273, 1));
    assert_eq!((count("tile/1/", true), count("tile/1/", false)), (1, 1));
    assert_eq!((count("tile/2/", true), count("tile/2/", false)), (0, 1));
    for (path, width) in [
        ("tile/0/272", 256),
        ("tile/0/273.p/112", 112),
        ("tile/1/000", 256),
        ("tile/1/001.p/17", 17),
        ("tile/2/000.p/1", 1),
    ] {
        assert_eq!(found[path].len(), width * 32, "{path}");
    }
    assert_eq!(found["checkpoint"], note.as_bytes());
    // Bundles hash to the tiles of level 0, and nothing but bundles stands in their tree.
    let hashes = leaf_hashes(&store);
    let bundles = files(&entries);
    assert_eq!(bundles.len(), 274 + 2);
    assert_eq!(
        bundles
            .keys()
            .filter(|path| path.starts_with("tile/entries/"))
            .count(),
        274
    );
    let mut reader = TileReader::new(&tiles);
    let auditor = TileReader::new(&entries);
    for index in 0..274 {
        let width = if index == 273 { 112 } else { 256 };
        let leaves = auditor.entries(index, width).unwrap();
        let here: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        assert_eq!(here, hashes[index as usize * 256..][..here.len()]);
        assert_eq!(here, reader.hashes(0, index, width).unwrap());
    }
    // Proofs come from a handful of tiles and are those that the ledger itself gives.
    let root = Checkpoint::open(&note, &key).unwrap().root;
    for seq in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let mut counted = Counted(&mut reader, 0);
        let proof = inclusion_proof_from_tiles(&mut counted, seq, 70_000).unwrap();
        assert!(counted.1 <= 6, "{} tiles for event {seq}", counted.1);
        let own = inclusion_proof(&mut store.clone(), seq, 70_000).unwrap();
        assert_eq!(proof, own);
        assert_eq!(
            verify_inclusion(hashes[seq as usize], seq, 70_000, &proof, root),
            Ok(())
        );
    }
    for old in [1, 256, 4000, 65_536, 69_999] {
        let mut counted = Counted(&mut reader, 0);
        let proof = consistency_proof_from_tiles(&mut counted, old, 70_000).unwrap();
        assert!(counted.1 <= 6, "{} tiles for size {old}", counted.1);
        assert_eq!(
            proof,
            consistency_proof(&mut store.clone(), old, 70_000).unwrap()
        );
    }
}

/// However the ledger grew and whenever the writer started anew, the same files come out, and
/// every published checkpoint can still be proven from them.
#[test]
fn growing_by_steps_gives_the_same_files() {
    let frames = [1, 3, 250, 1, 1, 1, 255, 256, 257, 2, 1000, 5, 700];
    let store = MemoryStore::new();
    grow(&store, &frames);
    let hashes = leaf_hashes(&store);
    let whole = tempfile::tempdir().unwrap();
    let key = signer().verifier().clone();
    let last = note(&store, frames.len());
    let here = Some(whole.path());
    export_tiles(&mut store.clone(), &last, &key, whole.path(), here).unwrap();
    // Never, always, and now and then; with and without a flush before the end.
    for (anew, flush) in [(99, 99), (1, 1), (1, 99), (2, 3), (3, 2)] {
        let steps = tempfile::tempdir().unwrap();
        let mut writer = TileWriter::open(steps.path(), Some(steps.path())).unwrap();
        for step in 0..=frames.len() {
            let report = advance(&mut writer, &store, step).unwrap();
            assert_eq!(report.size, frames[..step].iter().sum::<usize>() as u64);
            if step % flush == 0 {
                writer.flush().unwrap();
            }
            if step % anew == 0 {
                drop(writer);
                writer = TileWriter::open(steps.path(), Some(steps.path())).unwrap();
            }
        }
        // A writer that has just been opened has written nothing to flush.
        advance(&mut writer, &store, frames.len()).unwrap();
        writer.flush().unwrap();
        let mut reader = TileReader::new(steps.path());
        for step in 1..=frames.len() {
            let checkpoint = Checkpoint::open(&note(&store, step), &key).unwrap();
            let frontier = frontier_from_tiles(&mut reader, checkpoint.size).unwrap();
            assert_eq!(frontier.root(), checkpoint.root);
            let seq = checkpoint.size - 1;
            let proof = inclusion_proof_from_tiles(&mut reader, seq, checkpoint.size).unwrap();
            let leaf = hashes[seq as usize];
            verify_inclusion(leaf, seq, checkpoint.size, &proof, checkpoint.root).unwrap();
            let width = (checkpoint.size & 0xff) as u16;
            if width > 0 {
                let leaves = reader.entries(checkpoint.size >> 8, width).unwrap();
                assert_eq!(leaf_hash(leaves.last().unwrap()), leaf);
            }
        }
        let stepwise = files(steps.path());
        for (path, bytes) in files(whole.path()) {
            assert!(stepwise.get(&path) == Some(&bytes), "{path} differs");
        }
        // Partial tiles remain only where no full one stands.
        for path in stepwise.keys() {
            if let Some((full, _)) = path.split_once(".p/") {
                assert!(!stepwise.contains_key(full), "{path}");
            }
        }
    }
}

#[test]
fn what_was_flushed_is_not_read_again_and_damage_is_written_anew() {
    let store = MemoryStore::new();
    grow(&store, &[300, 10, 5]);
    let directory = tempfile::tempdir().unwrap();
    let entries = tempfile::tempdir().unwrap();
    let writer = || TileWriter::open(directory.path(), Some(entries.path())).unwrap();
    let mut first = writer();
    advance(&mut first, &store, 1).unwrap();
    first.flush().unwrap();
    assert_eq!(advance(&mut first, &store, 2).unwrap().read, 10);
    drop(first);
    let good = files(directory.path());
    // The ten events after the flush are read again, the others are not.
    assert_eq!(advance(&mut writer(), &store, 2).unwrap().read, 10);
    for (damage, of) in [
        ("hashes.state", directory.path()),
        ("tile/0/001.p/44", directory.path()),
        ("tile/1/000.p/1", directory.path()),
        ("entries.state", entries.path()),
        ("tile/entries/001.p/44", entries.path()),
    ] {
        let path = of.join(damage);
        let kept = fs::read(&path).unwrap();
        for bad in [None, Some(b"".to_vec()), Some(vec![7; kept.len()])] {
            // Where it is missing or empty, the wider one of 54 that was written later serves.
            let gone = bad.as_ref().is_none_or(Vec::is_empty);
            let read = match damage.contains("001.p") && gone {
                true => 10,
                false => 310,
            };
            match bad {
                None => fs::remove_file(&path).unwrap(),
                Some(bytes) => fs::write(&path, bytes).unwrap(),
            }
            assert_eq!(
                advance(&mut writer(), &store, 2).unwrap().read,
                read,
                "{damage}"
            );
            fs::write(&path, &kept).unwrap();
        }
    }
    assert_eq!(files(directory.path()), good);
    // What is left of a checkpoint after loss of power stops nothing; one of another ledger does.
    let path = directory.path().join("checkpoint");
    for left in [&b""[..], &[0; 200]] {
        fs::write(&path, left).unwrap();
        advance(&mut writer(), &store, 2).unwrap();
        assert_eq!(files(directory.path()), good);
    }
    let stranger = Signer::from_seed("other.example", &[8; 32]);
    let foreign = Checkpoint {
        origin: "other.example".to_owned(),
        size: 1,
        root: Hash([1; 32]),
    };
    fs::write(&path, stranger.sign(&foreign)).unwrap();
    let refused = advance(&mut writer(), &store, 2);
    assert!(matches!(refused, Err(TileError::Note(_))), "{refused:?}");
}

#[test]
fn nothing_is_published_that_was_not_signed() {
    let store = MemoryStore::new();
    grow(&store, &[300, 10, 5]);
    let directory = tempfile::tempdir().unwrap();
    let mut writer = TileWriter::open(directory.path(), None).unwrap();
    assert!(matches!(
        TileWriter::open(directory.path(), None),
        Err(TileError::Locked(_))
    ));
    advance(&mut writer, &store, 2).unwrap();
    let published = || TileReader::new(directory.path()).checkpoint().unwrap();
    let kept = published();
    let key = signer().verifier().clone();
    let good = store.rows();
    let newest = note(&store, 3);
    let mut refused = |note: &str| {
        let error = writer.advance(&mut store.clone(), note, &key).unwrap_err();
        assert_eq!(published(), kept);
        error
    };
    // An older checkpoint, another of the same size, one by a stranger.
    let older = refused(&note(&store, 1));
    assert!(matches!(
        older,
        TileError::Behind {
            published: 310,
            size: 300
        }
    ));
    let root = Hash([1; 32]);
    let mut other = Checkpoint::open(&newest, &key).unwrap();
    (other.size, other.root) = (310, root);
    assert!(matches!(
        refused(&signer().sign(&other)),
        TileError::Behind { .. }
    ));
    let stranger = Signer::from_seed("test.example/center", &[8; 32]);
    assert!(matches!(
        refused(&stranger.sign(&other)),
        TileError::Note(_)
    ));
    // A checkpoint within a frame, one of another history, one of more than there is.
    other.size = 313;
    assert!(matches!(
        refused(&signer().sign(&other)),
        TileError::Ledger(_)
    ));
    other.size = 315;
    let forked = refused(&signer().sign(&other));
    assert!(
        forked
            .to_string()
            .contains("this is not the ledger that was signed"),
        "{forked}"
    );
    other.size = 400;
    let short = refused(&signer().sign(&other));
    assert!(short.to_string().contains("its tail was cut"), "{short}");
    // A changed leaf.
    let mut rows = good.clone();
    rows[2].leaves[20] ^= 1;
    store.set_rows(rows);
    let TileError::Ledger(fault) = refused(&newest) else {
        panic!("a changed leaf is a fault of the ledger")
    };
    assert_eq!(fault.frame, 2);
    store.set_rows(good);
    assert_eq!(advance(&mut writer, &store, 3).unwrap().size, 315);
    // The same checkpoint with one more signature takes the place of the published one.
    let more = format!(
        "{newest}{}\n",
        stranger.sign(&other).lines().last().unwrap()
    );
    writer.advance(&mut store.clone(), &more, &key).unwrap();
    assert_eq!(published(), Some(more));
}

/// Every byte of every file of an export counts, and the file is named.
#[test]
fn an_audit_finds_whatever_was_changed() {
    let store = MemoryStore::new();
    grow(&store, &[[1000; 66].as_slice(), &[77]].concat());
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let key = signer().verifier().clone();
    let last = note(&store, 67);
    export_tiles(&mut store.clone(), &last, &key, root, Some(root)).unwrap();
    let audit = || audit_tiles(root, Some(root), &key);
    let report = audit().unwrap();
    assert_eq!((report.size, report.read), (66_077, 66_077));
    assert_eq!(audit_tiles(root, None, &key).unwrap().read, 0);
    let good = files(root);
    for name in [
        "tile/0/000",
        "tile/0/128",
        "tile/0/258.p/29",
        "tile/1/000",
        "tile/1/001.p/2",
        "tile/2/000.p/1",
        "tile/entries/000",
        "tile/entries/200",
        "tile/entries/258.p/29",
    ] {
        let (path, bytes) = (root.join(name), &good[name]);
        let upper = name.starts_with("tile/1") || name.starts_with("tile/2");
        let audit = || audit_tiles(root, (!upper).then_some(root), &key);
        for at in [0, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            let error = audit().unwrap_err().to_string();
            // The tile and the bundle of a leaf have the same number.
            let place = name.rsplit('/').next().unwrap();
            assert!(error.contains(&format!("{place} ")), "{name} {at}: {error}");
        }
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(audit().is_err(), "{name}");
        fs::remove_file(&path).unwrap();
        assert!(matches!(audit(), Err(TileError::Missing(_))), "{name}");
        fs::write(&path, bytes).unwrap();
    }
    // A signed checkpoint of another history over these tiles.
    let mut other = Checkpoint::open(&last, &key).unwrap();
    other.root = Hash([1; 32]);
    fs::write(root.join("checkpoint"), signer().sign(&other)).unwrap();
    let error = audit().unwrap_err().to_string();
    assert!(error.contains("of another history"), "{error}");
    let stranger = Signer::from_seed("test.example/center", &[8; 32]);
    assert!(matches!(
        audit_tiles(root, None, stranger.verifier()),
        Err(TileError::Note(_))
    ));
}

/// What was signed although it breaks a rule is found in the leaves.
#[test]
fn an_audit_finds_a_gap_in_a_stream() {
    let store = MemoryStore::new();
    open(&store)
        .append(&[draft(1, 1, 0), draft(1, 3, 0)])
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let key = signer().verifier().clone();
    export_tiles(&mut store.clone(), &note(&store, 1), &key, root, Some(root)).unwrap();
    let error = audit_tiles(root, Some(root), &key).unwrap_err().to_string();
    assert!(
        error.contains("event 1: version 3 of stream 1/1 follows version 1"),
        "{error}"
    );
    assert!(audit_tiles(root, None, &key).is_ok());
}

#[test]
fn the_largest_leaf_fits_a_bundle() {
    let store = MemoryStore::new();
    let long = vec![0; MAX_OPEN];
    let largest = Draft {
        kind: u16::MAX,
        schema: u8::MAX,
        stream: Stream {
            kind: u8::MAX,
            no: u64::MAX,
        },
        stream_version: u32::MAX,
        at_us: -MAX_TIME_US,
        recorded_us: MAX_TIME_US,
        actor: u64::MAX,
        purpose: u8::MAX,
        idempotency: Some([9; 16]),
        open: &long,
        personal: Some(b"x"),
    };
    let options = Options {
        writer: u32::MAX,
        epoch: u32::MAX,
        salts: Salts::seeded(1),
    };
    let mut ledger = Ledger::open(store.clone(), options).unwrap();
    ledger.append(&[largest]).unwrap();
    let length = |event: Event<'_>| event.leaf_bytes.len();
    let length = read_event(&mut store.clone(), 0, length).unwrap().unwrap();
    // A frame number of nine bytes would add eight.
    assert!(length + 8 <= MAX_LEAF, "{length}");
    let directory = tempfile::tempdir().unwrap();
    let here = Some(directory.path());
    let mut writer = TileWriter::open(directory.path(), here).unwrap();
    advance(&mut writer, &store, 1).unwrap();
    let reader = TileReader::new(directory.path());
    assert_eq!(reader.entries(0, 1).unwrap()[0].len(), length);
}

#[test]
fn known_paths() {
    let known = [
        ("tile/0/000", Some(0), 0, 256),
        ("tile/7/x001/x234/067", Some(7), 1_234_067, 256),
        ("tile/1/001.p/17", Some(1), 1, 17),
        ("tile/entries/x001/000.p/255", None, 1000, 255),
    ];
    for (text, level, index, width) in known {
        let path = TilePath {
            level,
            index,
            width,
        };
        assert_eq!(
            (path.to_string().as_str(), TilePath::parse(text)),
            (text, Some(path))
        );
    }
    for text in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/00/001",
        "tile/8/001",
        "tile/-1/001",
        "tile/+1/001",
        "tile/0/+01",
        "tile/0/001.p",
        "tile/0/001.p/",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001.p/1/",
        "tile/data/001",
        "tile/0/../001",
        "tile/0/..",
        "tile/entries/../../../etc/passwd",
        "/tile/0/001",
        "tile/0/001 ",
        "checkpoint",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/٣٣٣",
    ] {
        assert_eq!(TilePath::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn paths_read_back(level in proptest::option::of(0_u8..8), index: u64, shift in 0_u32..64, width in 1_u16..=256) {
        let path = TilePath { level, index: index >> shift, width };
        prop_assert_eq!(TilePath::parse(&path.to_string()), Some(path));
    }

    #[test]
    fn any_text_is_a_path_or_not(text in "(tile/)?[0-9a-z/.x]{0,40}", odd: String) {
        for text in [text, odd] {
            if let Some(path) = TilePath::parse(&text) {
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }

    #[test]
    fn any_bytes_are_a_bundle_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..700), width: u16) {
        if let Ok(entries) = entries_of_bundle(&bytes, width) {
            prop_assert_eq!(entries.len(), usize::from(width));
            let length: usize = entries.iter().map(|entry| entry.len() + 2).sum();
            prop_assert!(length <= bytes.len());
        }
        // Short lengths, so that some are bundles.
        let short: Vec<u8> = bytes.iter().map(|byte| byte & 1).collect();
        let _ = entries_of_bundle(&short, width & 0x1f);
    }

    /// Whatever stands in the files, reading them ends in an error or in a proof that fails.
    #[test]
    fn changed_tiles_prove_nothing(frames in proptest::collection::vec(1_usize..400, 1..4), which: usize, at: usize, bit in 0_u8..8, cut: bool, seq: u64) {
        let store = MemoryStore::new();
        grow(&store, &frames);
        let directory = tempfile::tempdir().unwrap();
        let mut writer = TileWriter::open(directory.path(), None).unwrap();
        advance(&mut writer, &store, frames.len()).unwrap();
        let good = files(directory.path());
        let tiles: Vec<_> = good.iter().filter(|(path, _)| path.starts_with("tile/")).collect();
        let (path, bytes) = tiles[which % tiles.len()];
        let mut bytes = bytes.clone();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        fs::write(directory.path().join(path), bytes).unwrap();
        let size = frames.iter().sum::<usize>() as u64;
        let seq = seq % size;
        let (leaf, root) = (leaf_hashes(&store)[seq as usize], store.rows().last().unwrap().root);
        let mut reader = TileReader::new(directory.path());
        if let Ok(proof) = inclusion_proof_from_tiles(&mut reader, seq, size) {
            let own = inclusion_proof(&mut store.clone(), seq, size).unwrap();
            prop_assert_eq!(verify_inclusion(leaf, seq, size, &proof, root).is_ok(), proof == own);
        }
    }
}
