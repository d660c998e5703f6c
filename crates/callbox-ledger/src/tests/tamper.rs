//! Whatever is changed is found, and the right frame is named.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::frame::put_part;
use crate::leaf::encode;

/// The ways to change one byte.
const MASKS: [u8; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 255];

/// Gives every row that differs from `row` in one byte of one column, with that column's name.
fn every_flip(row: &FrameRow) -> Vec<(&'static str, FrameRow)> {
    let mut flips = Vec::new();
    for mask in MASKS {
        macro_rules! integer {
            ($($field:ident),*) => {$({
                let bytes = row.$field.to_be_bytes();
                for at in 0..bytes.len() {
                    let (mut bytes, mut row) = (bytes, row.clone());
                    bytes[at] ^= mask;
                    row.$field = bytes_to(bytes, &row.$field);
                    flips.push((stringify!($field), row));
                }
            })*};
        }
        integer!(no, first_seq, n, at_us, writer, epoch);
        for at in 0..32 {
            let mut row = row.clone();
            row.root.0[at] ^= mask;
            flips.push(("root", row));
        }
        for at in 0..row.leaves.len() {
            let mut row = row.clone();
            row.leaves[at] ^= mask;
            flips.push(("leaves", row));
        }
        for at in 0..row.sealed.len() {
            let mut row = row.clone();
            row.sealed[at] ^= mask;
            flips.push(("sealed", row));
        }
    }
    flips
}

trait FromBytes<const N: usize>: Sized {
    fn from_bytes(bytes: [u8; N]) -> Self;
}
impl FromBytes<8> for u64 {
    fn from_bytes(bytes: [u8; 8]) -> Self {
        Self::from_be_bytes(bytes)
    }
}
impl FromBytes<8> for i64 {
    fn from_bytes(bytes: [u8; 8]) -> Self {
        Self::from_be_bytes(bytes)
    }
}
impl FromBytes<4> for u32 {
    fn from_bytes(bytes: [u8; 4]) -> Self {
        Self::from_be_bytes(bytes)
    }
}
fn bytes_to<const N: usize, T: FromBytes<N>>(bytes: [u8; N], _like: &T) -> T {
    T::from_bytes(bytes)
}

/// Puts `changed` in the place of row `at`; false where its number is another row's.
fn put(store: &MemoryStore, good: &[FrameRow], at: usize, changed: FrameRow) -> bool {
    if good
        .iter()
        .enumerate()
        .any(|(i, row)| i != at && row.no == changed.no)
    {
        return false;
    }
    let mut rows = good.to_vec();
    rows[at] = changed;
    store.set_rows(rows);
    true
}

#[test]
fn every_changed_byte_is_found_and_its_frame_named() {
    let mut store = small();
    // One event is blanked, so that zeros are changed too.
    open(&store).blank(&[2]).unwrap();
    let good = store.rows();
    assert_eq!(check(&mut store, None).unwrap().erased, 1);
    let mut flips = 0;
    for (at, row) in good.iter().enumerate() {
        for (column, changed) in every_flip(row) {
            if !put(&store, &good, at, changed) {
                continue;
            }
            let fault = check(&mut store, None).expect_err(column);
            assert_eq!(fault.frame, row.no, "{column}: {fault}");
            flips += 1;
        }
    }
    let bytes: usize = good
        .iter()
        .map(|row| 36 + 32 + row.leaves.len() + row.sealed.len())
        .sum();
    assert!(
        flips > (bytes - 5) * MASKS.len(),
        "{flips} flips of {bytes} bytes"
    );
}

#[test]
fn a_dropped_frame_is_missing() {
    let mut store = small();
    let signed = sign(&store);
    let good = store.rows();
    for dropped in 0..good.len() {
        store.set_rows(good.iter().filter(|row| row.no != dropped as u64).cloned());
        let fault = check(&mut store, Some(&signed)).unwrap_err();
        assert_eq!(fault.frame, dropped as u64);
        match fault.what {
            FaultKind::Missing => assert!(dropped < 4),
            FaultKind::Behind {
                events: 11,
                signed: 12,
            } => assert_eq!(dropped, 4),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn swapped_frames_are_found() {
    let mut store = small();
    let good = store.rows();
    for (a, b) in [(0, 1), (1, 2), (2, 4), (0, 4)] {
        let mut rows = good.clone();
        rows.swap(a, b);
        (rows[a].no, rows[b].no) = (a as u64, b as u64);
        store.set_rows(rows);
        assert_eq!(check(&mut store, None).unwrap_err().frame, a as u64);
    }
}

#[test]
fn a_cut_tail_is_found_by_the_checkpoint_alone() {
    let mut store = small();
    let signed = sign(&store);
    let good = store.rows();
    for left in 0..good.len() {
        store.set_rows(good[..left].iter().cloned());
        assert!(check(&mut store, None).is_ok());
        let fault = check(&mut store, Some(&signed)).unwrap_err();
        assert_eq!(fault.frame, left as u64);
        assert!(
            fault
                .to_string()
                .contains("an older copy was put back or its tail was cut"),
            "{fault}"
        );
    }
}

/// A history that was written anew from some point holds together; the checkpoint tells.
#[test]
fn a_rewritten_history_is_found_by_the_checkpoint_alone() {
    let mut store = small();
    let signed = sign(&store);
    let good = store.rows();
    for kept in 0..4 {
        let other = MemoryStore::new();
        other.set_rows(good[..kept].iter().cloned());
        let mut ledger = open(&other);
        while ledger.size() < 12 {
            let size = ledger.size() as u32;
            ledger
                .append(&[draft(2612, size + 1, 1_800_000_000_000_000)])
                .unwrap();
        }
        store.set_rows(other.rows());
        assert!(check(&mut store, None).is_ok());
        let fault = check(&mut store, Some(&signed)).unwrap_err();
        assert!(
            matches!(fault.what, FaultKind::Forked { size: 12, .. }),
            "{fault}"
        );
    }
}

/// The checkpoint may lie in the middle of a frame and before the end.
#[test]
fn an_older_checkpoint_of_the_same_history_holds() {
    let mut store = small();
    let mut frontier = Frontier::empty();
    for row in store.rows() {
        for event in Frame::new(row).events() {
            let checkpoint = Checkpoint {
                origin: "test.example/center".to_owned(),
                size: frontier.size(),
                root: frontier.root(),
            };
            assert!(check(&mut store, Some(&checkpoint)).is_ok());
            let other = Checkpoint {
                root: Hash([9; 32]),
                ..checkpoint
            };
            assert!(matches!(
                check(&mut store, Some(&other)).unwrap_err().what,
                FaultKind::Forked { .. }
            ));
            frontier.push(leaf_hash(event.unwrap().leaf_bytes));
        }
    }
}

#[test]
fn a_gap_in_a_stream_is_found() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    ledger
        .append(&[draft(1, 1, 0), draft(2, 1, 0), draft(1, 2, 0)])
        .unwrap();
    ledger.append(&[draft(2, 3, 0)]).unwrap();
    let fault = check(&mut store.clone(), None).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "frame 1: event 3 (leaf 0 of the frame): version 3 of stream 1/2 follows version 1"
    );
}

/// Blanking keeps roots and proofs and takes away the bytes.
#[test]
fn a_blanked_payload_is_gone_and_every_proof_holds() {
    let mut store = small();
    let signed = sign(&store);
    let mut ledger = open(&store);
    let event = |store: &mut MemoryStore| {
        read_event(store, 2, |event| match event.personal {
            Personal::Known(bytes) => Some(bytes.to_vec()),
            Personal::Erased => None,
            Personal::Absent => panic!("event 2 has a personal payload"),
        })
        .unwrap()
        .unwrap()
    };
    assert_eq!(event(&mut store).unwrap(), b"caller Ada, 555 0100");
    ledger.blank(&[2]).unwrap();
    ledger.blank(&[2]).unwrap();
    assert_eq!(event(&mut store), None);
    let report = check(&mut store, Some(&signed)).unwrap();
    assert_eq!(
        (report.events, report.erased, report.root),
        (12, 1, signed.root)
    );
    assert!(ledger.blank(&[12]).is_err());
    // Copying the blanked entry over another event's payload is not erasure.
    let mut rows = store.rows();
    let Some(row) = rows.iter_mut().find(|row| row.no == 3) else {
        panic!("there is a frame 3")
    };
    let length = row.sealed[0];
    row.sealed[1..=usize::from(length)].fill(0);
    row.sealed[0] = length - 1;
    store.set_rows(rows);
    assert_eq!(check(&mut store, None).unwrap_err().frame, 3);
}

/// Gives a store with one frame of these leaves, its root as if all were well.
fn forged(leaves: &[Vec<u8>], at_us: i64) -> MemoryStore {
    let mut frontier = Frontier::empty();
    let mut column = Vec::new();
    for leaf in leaves {
        frontier.push(leaf_hash(leaf));
        put_part(&mut column, leaf);
    }
    let store = MemoryStore::new();
    store.set_rows([FrameRow {
        no: 0,
        first_seq: 0,
        n: leaves.len() as u32,
        at_us,
        writer: 3,
        epoch: 2,
        root: frontier.root(),
        leaves: column,
        sealed: Vec::new(),
    }]);
    store
}

fn leaf(version: u32, recorded_us: i64) -> Vec<u8> {
    let frame = (version == 1).then_some(FrameHead {
        no: 0,
        writer: 3,
        epoch: 2,
    });
    let leaf = Leaf {
        kind: 7,
        schema: 1,
        stream: Stream { kind: 1, no: 1 },
        stream_version: version,
        at_us: 0,
        recorded_us,
        actor: 1,
        purpose: 1,
        idempotency: None,
        open: b"",
        personal_hash: None,
        frame,
    };
    let mut bytes = Vec::new();
    encode(&leaf, &mut bytes);
    bytes
}

/// What hashes as it should and still breaks a rule was not written by a ledger.
#[test]
fn forged_frames_that_hash_are_found() {
    let fault = |mut store: MemoryStore| check(&mut store, None).unwrap_err().to_string();
    assert!(check(&mut forged(&[leaf(1, 5), leaf(2, 9)], 9), None).is_ok());
    let back = fault(forged(&[leaf(1, 9), leaf(2, 5)], 5));
    assert!(
        back.contains("event 1 (leaf 1 of the frame): it was recorded before"),
        "{back}"
    );
    // The schema version 1 written in two bytes: well-formed CBOR, not the canonical.
    let mut long = leaf(1, 5);
    assert_eq!(long[..4], [0x8c, 1, 7, 1]);
    long.splice(3..4, [0x18, 1]);
    let long = fault(forged(&[long], 5));
    assert!(
        long.contains("event 0 (leaf 0 of the frame): its leaf is not in canonical form"),
        "{long}"
    );
    // The length of a leaf written in two bytes.
    let store = forged(&[leaf(1, 5)], 5);
    let mut rows = store.rows();
    let length = rows[0].leaves[0];
    rows[0].leaves.splice(0..1, [length | 0x80, 0]);
    store.set_rows(rows);
    let long = fault(store);
    assert!(
        long.contains("a length is not in its shortest form"),
        "{long}"
    );
}
