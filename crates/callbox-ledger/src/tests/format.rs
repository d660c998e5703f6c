//! The stored bytes: frozen, canonical, and read back as they were written.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::frame::{Parts, put_part};
use crate::leaf::{decode, encode, is_canonical};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// This frame is frozen: a ledger written by any version must read and verify for ever.
#[test]
fn golden_frame() {
    let store = MemoryStore::new();
    let first = Draft {
        kind: 260,
        schema: 2,
        stream: Stream { kind: 1, no: 2612 },
        stream_version: 17,
        at_us: 1_700_000_000_000_000,
        recorded_us: 1_700_000_002_500_000,
        actor: 42,
        purpose: 1,
        idempotency: Some([0xab; 16]),
        open: b"\x82\x01\x63ENR",
        personal: Some(b"\x6312A"),
    };
    let second = Draft {
        idempotency: None,
        personal: None,
        stream_version: 18,
        ..first
    };
    open(&store).append(&[first, second]).unwrap();
    let row = store.rows().remove(0);
    let mut leaves = Parts::new(&row.leaves);
    let leaves: Vec<_> = [0; 2]
        .iter()
        .map(|_| hex(leaves.next_part().unwrap()))
        .collect();
    let text = format!(
        "no {} first_seq {} n {} at_us {} writer {} epoch {}\nroot {}\nleaf {}\nleaf {}\nleaves {}\nsealed {}\n",
        row.no,
        row.first_seq,
        row.n,
        row.at_us,
        row.writer,
        row.epoch,
        row.root,
        leaves[0],
        leaves[1],
        hex(&row.leaves),
        hex(&row.sealed),
    );
    expect![[r#"
        no 0 first_seq 0 n 2 at_us 1700000002500000 writer 3 epoch 2
        root 85423619729f4821ef8284abc1d207168240bf9cf96827b2006fce99facc8d27
        leaf 8c011901040201190a34111b00060a24184465a01a002625a0182a0146820163454e52a30050abababababababababababababababab015820183b443a9c47d1e741422a991623473b062ea9e9df50b5ddcb7a1d4cf6f272120283000302
        leaf 8b011901040201190a34121b00060a24184465a01a002625a0182a0146820163454e52
        leaves 5e8c011901040201190a34111b00060a24184465a01a002625a0182a0146820163454e52a30050abababababababababababababababab015820183b443a9c47d1e741422a991623473b062ea9e9df50b5ddcb7a1d4cf6f272120283000302238b011901040201190a34121b00060a24184465a01a002625a0182a0146820163454e52
        sealed 14783825822a6f9e62da2190e828e4c9d263313241
    "#]].assert_eq(&text);
}

/// The example in the published description is the golden frame's first leaf.
#[test]
fn published_example() {
    let cddl = include_str!("../../../../docs/ledger.cddl");
    let golden = include_str!("format.rs");
    let example: String = cddl
        .lines()
        .filter_map(|line| line.strip_prefix(";   hex "))
        .collect();
    assert!(example.len() > 100, "the description has an example");
    assert!(golden.contains(&format!("leaf {example}\n")), "{example}");
}

prop_compose! {
    pub(crate) fn any_leaf()(
        kind: u16, schema: u8, stream in (any::<u8>(), any::<u64>()), stream_version: u32,
        times in (-MAX_TIME_US..=MAX_TIME_US, -MAX_TIME_US..=MAX_TIME_US),
        actor: u64, purpose: u8, idempotency: Option<[u8; 16]>,
        open in proptest::collection::vec(any::<u8>(), 0..300),
        personal_hash: Option<[u8; 32]>, frame: Option<(u64, u32, u32)>,
    ) -> (Leaf<'static>, Vec<u8>) {
        let leaf = Leaf {
            kind, schema, stream: Stream { kind: stream.0, no: stream.1 }, stream_version,
            at_us: times.0, recorded_us: times.1, actor, purpose, idempotency, open: &[],
            personal_hash: personal_hash.map(Hash),
            frame: frame.map(|(no, writer, epoch)| FrameHead { no, writer, epoch }),
        };
        (leaf, open)
    }
}

proptest! {
    #[test]
    fn a_leaf_reads_back(parts in any_leaf()) {
        let (leaf, open) = parts;
        let leaf = Leaf { open: &open, ..leaf };
        let mut bytes = Vec::new();
        encode(&leaf, &mut bytes);
        prop_assert_eq!(&decode(&bytes).unwrap(), &leaf);
        prop_assert!(is_canonical(&leaf, &bytes, &mut Vec::new()));
        // A second encoder's opinion on well-formedness: one item and nothing after it.
        let mut decoder = minicbor::Decoder::new(&bytes);
        decoder.skip().unwrap();
        prop_assert_eq!(decoder.position(), bytes.len());
        for cut in 0..bytes.len() {
            prop_assert!(decode(&bytes[..cut]).is_err());
        }
    }

    /// No other bytes than the canonical ones are taken for the same leaf.
    #[test]
    fn what_decodes_and_differs_is_not_canonical(parts in any_leaf(), at: usize, mask in 1_u8..) {
        let (leaf, open) = parts;
        let leaf = Leaf { open: &open, ..leaf };
        let mut bytes = Vec::new();
        encode(&leaf, &mut bytes);
        let at = at % bytes.len();
        bytes[at] ^= mask;
        if let Ok(changed) = decode(&bytes) {
            prop_assert!(changed != leaf || !is_canonical(&changed, &bytes, &mut Vec::new()));
        }
    }

    #[test]
    fn decoding_any_bytes_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(leaf) = decode(&bytes) {
            is_canonical(&leaf, &bytes, &mut Vec::new());
        }
        let row = FrameRow {
            no: 0, first_seq: 0, n: 9, at_us: 0, writer: 0, epoch: 0, root: Hash([0; 32]),
            leaves: bytes.clone(), sealed: bytes,
        };
        prop_assert!(Frame::new(row).events().count() <= 9);
    }

    #[test]
    fn parts_read_back(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..20)) {
        let mut column = Vec::new();
        parts.iter().for_each(|part| put_part(&mut column, part));
        let mut read = Parts::new(&column);
        for part in &parts {
            prop_assert_eq!(read.next_part().unwrap(), part.as_slice());
        }
        prop_assert!(read.is_empty());
    }

    /// What was handed in is what is read back, and it verifies.
    #[test]
    fn a_ledger_gives_back_its_drafts(
        groups in proptest::collection::vec(proptest::collection::vec(
            (0_u64..4, any::<u16>(), any::<Option<[u8; 16]>>(), proptest::collection::vec(any::<u8>(), 0..60),
             proptest::option::of(proptest::collection::vec(any::<u8>(), 0..60))), 1..20), 0..12),
    ) {
        let store = MemoryStore::new();
        let mut ledger = open(&store);
        let mut versions = [0; 4];
        let mut expected = Vec::new();
        for group in &groups {
            let drafts: Vec<_> = group.iter().map(|(stream, kind, idempotency, open, personal)| {
                let version = &mut versions[*stream as usize];
                *version += 1;
                Draft {
                    kind: *kind, idempotency: *idempotency, open, personal: personal.as_deref(),
                    ..draft(*stream, *version, 1_000)
                }
            }).collect();
            ledger.append(&drafts).unwrap();
            expected.extend(drafts);
        }
        let report = check(&mut store.clone(), None).unwrap();
        prop_assert_eq!(report.events, expected.len() as u64);
        prop_assert_eq!(report.root, ledger.frontier().root());
        let reopened = open(&store);
        prop_assert_eq!(reopened.frontier(), ledger.frontier());
        for (seq, draft) in (0..).zip(&expected) {
            let found = read_event(&mut store.clone(), seq, |event| {
                let personal = match event.personal {
                    Personal::Known(bytes) => Some(bytes.to_vec()),
                    _ => None,
                };
                (event.seq, event.leaf.kind, event.leaf.stream, event.leaf.stream_version,
                 event.leaf.idempotency, event.leaf.open.to_vec(), personal)
            }).unwrap();
            prop_assert_eq!(found, Some((seq, draft.kind, draft.stream, draft.stream_version,
                draft.idempotency, draft.open.to_vec(), draft.personal.map(<[u8]>::to_vec))));
            let mut leaf = None;
            read_event(&mut store.clone(), seq, |event| leaf = Some(leaf_hash(event.leaf_bytes))).unwrap();
            let proof = inclusion_proof(&mut store.clone(), seq, report.events).unwrap();
            prop_assert_eq!(verify_inclusion(leaf.unwrap(), seq, report.events, &proof, report.root), Ok(()));
        }
        prop_assert!(read_event(&mut store.clone(), report.events, |_| ()).unwrap().is_none());
        prop_assert!(inclusion_proof(&mut store.clone(), 0, report.events + 1).is_err());
    }
}
