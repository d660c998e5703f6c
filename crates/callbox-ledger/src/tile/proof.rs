//! Proofs from tiles: O(log n) reads of at most 8 KiB each.

use std::ops::Range;

use super::TileError;
use super::path::TILE_WIDTH;
use crate::hash::{Hash, node_hash};
use crate::merkle::{Frontier, ProofFault, consistency_ranges, inclusion_ranges};

/// Gives hash tiles: from a directory ([`TileReader`](crate::TileReader)), a web server, a cache.
///
/// What it gives needs no trust: a proof from wrong tiles does not verify.
pub trait Tiles {
    /// Gives the first `width` hashes (1 to 256) of tile `index` at `level`.
    fn hashes(&mut self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, TileError>;
}

/// Proves from tiles that event `seq` stands in the first `size` events.
///
/// The tiles must cover `size`, that is, a checkpoint of that size was published with them. Reads
/// at most two tiles for each factor of 256 in `size`.
pub fn inclusion_proof_from_tiles(
    tiles: &mut (impl Tiles + ?Sized),
    seq: u64,
    size: u64,
) -> Result<Vec<Hash>, TileError> {
    if seq >= size {
        return Err(ProofFault::Outside { asked: seq, size }.into());
    }
    Known::new(tiles, size).ranges(inclusion_ranges(seq, size))
}

/// Proves from tiles that the first `new` events begin with the first `old` events.
///
/// Reads as many tiles as [`inclusion_proof_from_tiles`].
pub fn consistency_proof_from_tiles(
    tiles: &mut (impl Tiles + ?Sized),
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, TileError> {
    if old > new {
        let size = new;
        return Err(ProofFault::Outside { asked: old, size }.into());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    Known::new(tiles, new).ranges(consistency_ranges(old, new))
}

/// Reads the tree's edge at `size` from tiles; its root is to be compared with a signed one.
pub fn frontier_from_tiles(
    tiles: &mut (impl Tiles + ?Sized),
    size: u64,
) -> Result<Frontier, TileError> {
    let peaks = Known::new(tiles, size).peaks(0..size)?;
    Ok(Frontier::from_parts(size, peaks).expect("one peak for each 1 bit of the size"))
}

/// The tiles that one proof has read already.
struct Known<'a, T: ?Sized> {
    tiles: &'a mut T,
    size: u64,
    read: Vec<((u8, u64), Vec<Hash>)>,
}

impl<'a, T: Tiles + ?Sized> Known<'a, T> {
    fn new(tiles: &'a mut T, size: u64) -> Self {
        Self {
            tiles,
            size,
            read: Vec::new(),
        }
    }

    fn ranges(&mut self, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, TileError> {
        ranges.into_iter().map(|range| self.root(range)).collect()
    }

    fn root(&mut self, range: Range<u64>) -> Result<Hash, TileError> {
        let mut peaks = self.peaks(range)?.into_iter().rev();
        let last = peaks.next().expect("a range of a proof is not empty");
        Ok(peaks.fold(last, |right, left| node_hash(&left, &right)))
    }

    /// Gives the roots of the perfect subtrees that make up the range, largest first. The range
    /// begins at a multiple of its largest subtree, as all ranges of proofs do.
    fn peaks(&mut self, range: Range<u64>) -> Result<Vec<Hash>, TileError> {
        let (mut from, mut peaks) = (range.start, Vec::new());
        while from < range.end {
            let height = (range.end - from).ilog2();
            peaks.push(self.node(height, from >> height)?);
            from += 1 << height;
        }
        Ok(peaks)
    }

    /// Gives the root of the perfect subtree number `position` among those of 2^`height` leaves.
    fn node(&mut self, height: u32, position: u64) -> Result<Hash, TileError> {
        let (level, within) = (height / 8, height % 8);
        let first = position << within;
        let (index, offset) = (first >> 8, (first & 0xff) as usize);
        let tile = self.tile(level as u8, index)?;
        Ok(subtree(&tile[offset..offset + (1 << within)]))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], TileError> {
        let key = (level, index);
        let at = match self.read.iter().position(|(known, _)| *known == key) {
            Some(at) => at,
            None => {
                let width = width_at(self.size, level, index);
                let hashes = self.tiles.hashes(level, index, width)?;
                if hashes.len() < usize::from(width) {
                    return Err(TileError::Short { level, index });
                }
                self.read.push((key, hashes));
                self.read.len() - 1
            }
        };
        Ok(&self.read[at].1)
    }
}

/// Gives how wide tile `index` of `level` is in a tree of `size` leaves.
pub(crate) fn width_at(size: u64, level: u8, index: u64) -> u16 {
    let hashes = size >> (8 * u32::from(level));
    let before = index << 8;
    hashes
        .saturating_sub(before)
        .min(u64::from(TILE_WIDTH))
        .try_into()
        .expect("at most 256")
}

/// Hashes the leaves of a perfect subtree; their number is a power of two.
pub(crate) fn subtree(hashes: &[Hash]) -> Hash {
    match hashes {
        [hash] => *hash,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&subtree(left), &subtree(right))
        }
    }
}
