//! Shipping: what arrives is what was recorded, whatever happens on the way.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn key() -> VerifierKey {
    Signer::from_seed("test.example/center", &[7; 32])
        .verifier()
        .clone()
}

fn note(store: &MemoryStore) -> String {
    let directory = tempfile::tempdir().unwrap();
    let signer = Signer::from_seed("test.example/center", &[7; 32]);
    let gate = Gate::open(directory.path()).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(store.clone()), signer, gate);
    checkpointer.advance().unwrap();
    checkpointer.gate().note().unwrap().unwrap()
}

fn ship(store: &MemoryStore, to: &Path, end: u64) -> Result<Shipped, ShipError> {
    let note = note(store);
    Shipper::open(to, &key())?.advance(&mut store.clone(), end, Some(&note))
}

fn segment(to: &Path) -> PathBuf {
    to.join("frames/000000000000.frames")
}

fn root_after(store: &MemoryStore, frames: usize) -> Hash {
    store.rows()[frames - 1].root
}

#[test]
fn a_copy_grows_in_pieces_and_is_restored_to_any_frame() {
    let (store, directory) = (small(), tempfile::tempdir().unwrap());
    let to = directory.path().join("copy");
    for end in [0, 1, 1, 3, 5, 5] {
        let shipped = ship(&store, &to, end).unwrap();
        assert_eq!(shipped.frames, end);
        let mut copy = ShippedCopy::open(&to).unwrap();
        let report = copy.check(&mut |_| {}).unwrap();
        assert_eq!(report.verified.frames, end);
        assert_eq!(report.signed, if end == 5 { 12 } else { 0 });
    }
    let mut copy = ShippedCopy::open(&to).unwrap();
    assert_eq!(copy.last().unwrap().unwrap().no, 4);
    for last in (0..5).map(Some).chain([None]) {
        let path = directory.path().join(format!("{last:?}.db"));
        let restored = restore_frames(&mut copy, &path, last, &mut |_| {}).unwrap();
        let frames = last.map_or(5, |last| last as usize + 1);
        assert_eq!(restored.frames, frames as u64);
        assert_eq!(restored.root, root_after(&store, frames));
        let mut reader = SqliteReader::open(&path).unwrap();
        assert_eq!(reader.read(0, 9).unwrap(), store.rows()[..frames]);
        check(&mut reader, None).unwrap();
    }
    let path = directory.path().join("beyond.db");
    let beyond = restore_frames(&mut copy, &path, Some(5), &mut |_| {});
    assert!(matches!(
        beyond,
        Err(ShipError::Short { last: 4, asked: 5 })
    ));
}

#[test]
fn a_torn_end_is_cut_off_wherever_power_went() {
    let (store, directory) = (small(), tempfile::tempdir().unwrap());
    let to = directory.path().join("copy");
    ship(&store, &to, 3).unwrap();
    let three = fs::read(segment(&to)).unwrap();
    ship(&store, &to, 4).unwrap();
    let four = fs::read(segment(&to)).unwrap();
    // The end never came, or came as zeros.
    let lengths = (0..three.len())
        .step_by(41)
        .chain((three.len()..four.len()).step_by(19));
    for length in lengths {
        for zeros in [0, 7] {
            let mut torn = four[..length].to_vec();
            torn.extend(vec![0; zeros]);
            fs::write(segment(&to), &torn).unwrap();
            match ship(&store, &to, 5) {
                Ok(shipped) => {
                    assert_eq!(shipped.frames, 5);
                    assert_eq!(shipped.root, root_after(&store, 5));
                    let mut copy = ShippedCopy::open(&to).unwrap();
                    copy.check(&mut |_| {}).unwrap();
                }
                // Zeros within a frame of which more than the length came: named, never taken.
                Err(error) => assert!(
                    zeros > 0 && matches!(error, ShipError::Damaged { .. }),
                    "{length}: {error}"
                ),
            }
            fs::remove_dir_all(to.join("frames")).unwrap();
            fs::create_dir(to.join("frames")).unwrap();
        }
    }
}

#[test]
fn any_changed_byte_of_a_copy_is_found() {
    let (store, directory) = (small(), tempfile::tempdir().unwrap());
    let to = directory.path().join("copy");
    ship(&store, &to, 5).unwrap();
    let good = fs::read(segment(&to)).unwrap();
    for at in 0..good.len() {
        for mask in [1, 128] {
            let mut bad = good.clone();
            bad[at] ^= mask;
            fs::write(segment(&to), &bad).unwrap();
            let found = ShippedCopy::open(&to).unwrap().check(&mut |_| {});
            assert!(found.is_err(), "byte {at} of {}", good.len());
        }
    }
}

#[test]
fn two_histories_are_named_and_never_merged() {
    let (store, directory) = (small(), tempfile::tempdir().unwrap());
    let to = directory.path().join("copy");
    ship(&store, &to, 5).unwrap();
    let kept = fs::read(segment(&to)).unwrap();

    // Another history from frame 3 on, longer than the first.
    let other = MemoryStore::new();
    other.set_rows(store.rows().into_iter().take(3));
    let mut ledger = open(&other);
    for version in 100..104 {
        ledger
            .append(&[draft(9, version - 99, 1_700_000_000_900_000)])
            .unwrap();
    }
    let error = ship(&other, &to, 9).unwrap_err();
    let ShipError::Forked {
        first,
        ledger,
        copy,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(first, 3);
    assert_eq!(ledger, root_after(&other, 4));
    assert_eq!(copy, root_after(&store, 4));
    let told = error_text(first, ledger, copy);
    assert!(told.contains("agree up to frame 2"), "{told}");

    // An older ledger put back.
    let older = MemoryStore::new();
    older.set_rows(store.rows().into_iter().take(2));
    let error = ship(&older, &to, 9).unwrap_err();
    assert!(
        matches!(error, ShipError::Behind { copy: 5, ledger: 2 }),
        "{error}"
    );
    // Another ledger altogether.
    let key = Signer::from_seed("other.example/center", &[8; 32]);
    let error = Shipper::open(&to, key.verifier()).unwrap_err();
    assert!(matches!(error, ShipError::OtherLedger { .. }), "{error}");
    assert_eq!(fs::read(segment(&to)).unwrap(), kept);
}

fn error_text(first: u64, ledger: Hash, copy: Hash) -> String {
    ShipError::Forked {
        first,
        ledger,
        copy,
    }
    .to_string()
}

#[test]
fn a_second_shipper_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = Shipper::open(directory.path(), &key()).unwrap();
    let second = Shipper::open(directory.path(), &key());
    assert!(matches!(second, Err(ShipError::Locked(_))));
    drop(first);
    Shipper::open(directory.path(), &key()).unwrap();
}

#[test]
fn a_damaged_ledger_is_not_shipped() {
    let (store, directory) = (small(), tempfile::tempdir().unwrap());
    let to = directory.path().join("copy");
    let mut rows = store.rows();
    let end = rows[3].leaves.len() - 1;
    rows[3].leaves[end] ^= 1;
    let bad = MemoryStore::new();
    bad.set_rows(rows);
    let mut shipper = Shipper::open(&to, &key()).unwrap();
    let error = shipper.advance(&mut bad.clone(), 9, None).unwrap_err();
    assert!(matches!(error, ShipError::Ledger(_)), "{error}");
    drop(shipper);
    let shipped = ship(&store, &to, 5).unwrap();
    assert_eq!(shipped.frames, 5, "what was good before it goes on");
}

/// Nobody but the owner reads a copy, also one that an earlier version shipped.
#[cfg(unix)]
#[test]
fn a_copy_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (store, directory) = (small(), tempfile::tempdir().unwrap());
    let to = directory.path().join("copy");
    ship(&store, &to, u64::MAX).unwrap();
    let files = || vec![to.join("origin"), to.join("checkpoint"), segment(&to)];
    let modes = || -> Vec<u32> {
        let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        files().iter().map(mode).collect()
    };
    assert_eq!(modes(), [0o600; 3]);
    for path in files() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    ship(&store, &to, u64::MAX).unwrap();
    assert_eq!(modes(), [0o600; 3]);
}
