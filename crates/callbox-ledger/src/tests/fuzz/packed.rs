//! The column `leaves` as it is stored, and what its Zstandard holds.

use super::super::*;
use super::targets::Check;
use crate::frame::MAX_FRAME_BYTES;
use crate::store::{Columns, Packer, Unpacker, put_together};

/// The leaves of frames that are large enough to be packed, and of small ones.
fn groups() -> Vec<Vec<u8>> {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    let mut version = 0;
    for events in [1, 16, 64] {
        let drafts: Vec<_> = (0..events)
            .map(|i| {
                version += 1;
                draft(1, version, i64::from(i) * 1_000)
            })
            .collect();
        ledger.append(&drafts).expect("memory has room");
    }
    store.rows().into_iter().map(|row| row.leaves).collect()
}

pub(super) fn packed() -> Vec<Vec<u8>> {
    let mut packer = Packer::default();
    let groups = groups();
    let mut seeds: Vec<_> = (groups.iter().map(|leaves| packer.pack(leaves).to_vec())).collect();
    // The format before had Zstandard alone.
    seeds.extend(
        groups
            .iter()
            .map(|leaves| zstd::bulk::compress(leaves, 1).expect("it packs")),
    );
    seeds
}

/// Whatever is unpacked is never more than a frame, and packs and unpacks as the same.
pub(super) fn stored_column() -> Check {
    let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
    Box::new(move |input| {
        let Ok(leaves) = unpacker.unpack(input) else {
            return;
        };
        assert!(leaves.len() <= MAX_FRAME_BYTES.max(input.len()), "a bomb");
        let again = packer.pack(&leaves).to_vec();
        // What is no leaves is stored as it is, and may look like anything.
        if again != leaves {
            assert_eq!(unpacker.unpack(&again).as_ref(), Ok(&leaves));
        }
    })
}

pub(super) fn columns() -> Vec<Vec<u8>> {
    let mut columns = Columns::default();
    let mut seeds = Vec::new();
    for leaves in groups() {
        let n = columns.take_apart(&leaves).expect("they are leaves");
        let mut seed = n.to_be_bytes().to_vec();
        seed.extend((columns.hashes.len() as u32).to_be_bytes());
        seed.extend(&columns.hashes);
        seed.extend(&columns.plain);
        seeds.push(seed);
    }
    seeds
}

/// Whatever is put together is so many events, and taken apart gives columns that give it again.
pub(super) fn columns_together() -> Check {
    let mut columns = Columns::default();
    Box::new(move |input| {
        let Some((n, rest)) = input.split_first_chunk::<4>() else {
            return;
        };
        let Some((length, rest)) = rest.split_first_chunk::<4>() else {
            return;
        };
        let length = (u32::from_be_bytes(*length) as usize).min(rest.len());
        let (hashes, plain) = rest.split_at(length);
        let n = u32::from_be_bytes(*n);
        let Ok(leaves) = put_together(n, plain, hashes) else {
            return;
        };
        assert!(leaves.len() <= MAX_FRAME_BYTES, "more than a frame holds");
        if let Some(found) = columns.take_apart(&leaves) {
            assert_eq!(found, n, "as many as were said");
            let again = put_together(found, &columns.plain, &columns.hashes);
            assert_eq!(again.as_ref(), Ok(&leaves));
        }
    })
}
