//! The check of a whole export: no database, no server.

use std::path::Path;

use super::path::{TILE_WIDTH, TilePath};
use super::proof::{Tiles as _, subtree, width_at};
use super::reader::{TileReader, malformed};
use super::{TileError, TileReport};
use crate::audit::{Auditor, Depth};
use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, leaf_hash};
use crate::leaf;
use crate::merkle::Frontier;
use crate::note::VerifierKey;

/// Reads every tile of an export and checks that they are the tree of the published checkpoint and
/// that `key` signed it; with `entries`, also that every leaf is the one that was signed, has the
/// canonical form, and that no stream of events has a gap.
///
/// Names the file at which the tree does not hold together: the changed one, or without entries the
/// one above it. Memory for one tile of each level, and with entries for one number per stream. Whether witnesses cosigned is for
/// [`Policy::check`](crate::Policy::check) of [`TileReader::checkpoint`].
pub fn audit_tiles(
    tiles: &Path,
    entries: Option<&Path>,
    key: &VerifierKey,
) -> Result<TileReport, TileError> {
    let mut reader = TileReader::new(tiles);
    let missing = || TileError::Missing(tiles.join("checkpoint"));
    let note = reader.checkpoint()?.ok_or_else(missing)?;
    let checkpoint = Checkpoint::open(&note, key)?;
    let mut leaves = entries.map(Leaves::new);
    let mut frontier = Frontier::empty();
    let mut levels: Vec<Vec<Hash>> = Vec::new();
    for index in 0..checkpoint.size.div_ceil(u64::from(TILE_WIDTH)) {
        let width = width_at(checkpoint.size, 0, index);
        let hashes = reader.hashes(0, index, width)?;
        if let Some(leaves) = &mut leaves {
            leaves.check(index, &hashes)?;
        }
        hashes.iter().for_each(|hash| frontier.push(*hash));
        if width == TILE_WIDTH {
            climb(&mut reader, tiles, &mut levels, index, subtree(&hashes))?;
        }
    }
    for (level, tile) in (1..).zip(&levels) {
        if !tile.is_empty() {
            let index = checkpoint.size.checked_shr(8 * (u32::from(level) + 1));
            compare(&mut reader, tiles, level, index.unwrap_or(0), tile)?;
        }
    }
    if frontier.root() != checkpoint.root {
        let what = "its root is not that of the tiles: they, or it, are of another history";
        return Err(malformed(&tiles.join("checkpoint"), what));
    }
    Ok(TileReport {
        size: checkpoint.size,
        read: leaves.map_or(0, |leaves| leaves.read),
    })
}

/// Takes the root of a full tile into the levels above; a tile that it fills is compared.
fn climb(
    reader: &mut TileReader,
    tiles: &Path,
    levels: &mut Vec<Vec<Hash>>,
    mut index: u64,
    mut hash: Hash,
) -> Result<(), TileError> {
    for level in 1.. {
        let at = usize::from(level) - 1;
        if levels.len() == at {
            levels.push(Vec::new());
        }
        levels[at].push(hash);
        index >>= 8;
        if levels[at].len() < usize::from(TILE_WIDTH) {
            break;
        }
        compare(reader, tiles, level, index, &levels[at])?;
        hash = subtree(&levels[at]);
        levels[at].clear();
    }
    Ok(())
}

fn compare(
    reader: &mut TileReader,
    tiles: &Path,
    level: u8,
    index: u64,
    expected: &[Hash],
) -> Result<(), TileError> {
    let width = expected.len() as u16;
    if reader.hashes(level, index, width)? == expected {
        return Ok(());
    }
    let path = tiles.join(TilePath::hashes(level, index, width).to_string());
    Err(malformed(
        &path,
        "its hashes are not those of the tiles below it",
    ))
}

/// Checks the leaves of the bundles in order.
struct Leaves<'a> {
    root: &'a Path,
    reader: TileReader,
    auditor: Auditor,
    read: u64,
}

impl<'a> Leaves<'a> {
    fn new(root: &'a Path) -> Self {
        Self {
            root,
            reader: TileReader::new(root),
            auditor: Auditor::new(Frontier::empty(), 0, Depth::Streams),
            read: 0,
        }
    }

    fn check(&mut self, index: u64, hashes: &[Hash]) -> Result<(), TileError> {
        let width = hashes.len() as u16;
        let entries = self.reader.entries(index, width)?;
        for (entry, hash) in entries.iter().zip(hashes) {
            self.check_leaf(entry, *hash).map_err(|what| {
                let path = self.root.join(TilePath::entries(index, width).to_string());
                malformed(&path, format!("event {}: {what}", self.read))
            })?;
            self.read += 1;
        }
        Ok(())
    }

    fn check_leaf(&mut self, entry: &[u8], hash: Hash) -> Result<(), String> {
        if leaf_hash(entry) != hash {
            return Err("it is not the one that was signed".to_owned());
        }
        let leaf = leaf::decode(entry).map_err(|error| error.to_string())?;
        match leaf.frame {
            Some(head) if head.no == self.auditor.next_no => self.auditor.next_no += 1,
            None if self.read > 0 => {}
            _ => return Err("it does not stand in its frame's place".to_owned()),
        }
        self.auditor.check_leaf(&leaf, entry, leaf.frame)
    }
}
