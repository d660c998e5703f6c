//! The two trees of files: hash tiles, and entry bundles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::TileError;
use super::bundle::put_entry;
use super::path::{MAX_LEVEL, TILE_WIDTH, TilePath};
use super::proof::{Tiles as _, frontier_from_tiles, subtree, width_at};
use super::reader::{TileReader, read_bounded};
use crate::files;
use crate::hash::{Hash, leaf_hash};
use crate::merkle::Frontier;

/// Files that wait for their flush at most; each is a few KiB of the system's cache.
const MAX_UNFLUSHED: usize = 4096;

/// A directory of tiles with one writer.
#[derive(Debug)]
struct Files {
    root: PathBuf,
    /// Begins the names of the lock and of the state, so that both trees may share a directory.
    name: &'static str,
    /// The newest file of each place that waits for its flush. Narrower partial tiles of the same
    /// place need none: a wider one serves where loss of power has left them empty.
    unflushed: BTreeMap<TilePath, TilePath>,
    _lock: File,
}

impl Files {
    fn open(root: &Path, name: &'static str) -> Result<Self, TileError> {
        let failed = |source| TileError::File {
            path: root.to_owned(),
            source,
        };
        fs::create_dir_all(root).map_err(failed)?;
        let lock = File::create(root.join(format!("{name}.lock"))).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => TileError::Locked(root.to_owned()),
            TryLockError::Error(error) => failed(error),
        })?;
        Ok(Self {
            root: root.to_owned(),
            name,
            unflushed: BTreeMap::new(),
            _lock: lock,
        })
    }

    /// Puts one tile in place, whole or not at all; it survives loss of power after `flush`.
    fn write(&mut self, path: TilePath, bytes: &[u8]) -> Result<(), TileError> {
        let file = self.root.join(path.to_string());
        let failed = |source| TileError::File {
            path: file.clone(),
            source,
        };
        match files::put(&file, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let directory = file.parent().expect("a tile lies in a directory");
                fs::create_dir_all(directory).map_err(failed)?;
                files::put(&file, bytes).map_err(failed)?;
            }
            outcome => outcome.map_err(failed)?,
        }
        if !path.is_partial() {
            // The full tile serves whoever still asks for a part of it.
            match fs::remove_dir_all(self.root.join(path.partials())) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        self.unflushed.insert(path.full(), path);
        if self.unflushed.len() >= MAX_UNFLUSHED {
            self.flush_files()?;
        }
        Ok(())
    }

    fn flush_files(&mut self) -> Result<(), TileError> {
        let mut directories = BTreeSet::new();
        while let Some((_, path)) = self.unflushed.pop_first() {
            let path = self.root.join(path.to_string());
            sync(&path)?;
            // The directory's own name may be new as well.
            let above = path.ancestors().skip(1).map(Path::to_owned);
            directories.extend(above.take_while(|path| path.starts_with(&self.root)));
        }
        directories.iter().try_for_each(|path| sync(path))
    }

    /// Flushes all and keeps how far the files reach; a start goes on from there.
    fn keep_state(&mut self, size: u64, root: Hash) -> Result<(), TileError> {
        self.flush_files()?;
        let path = self.state_path();
        files::replace(&path, format!("{size}\n{root}\n").as_bytes())
            .map_err(|source| TileError::File { path, source })
    }

    /// Gives what was kept, or `None` where it cannot be read: then all is written anew.
    fn state(&self) -> Option<(u64, String)> {
        let bytes = read_bounded(&self.state_path(), 200).ok()??;
        let text = String::from_utf8(bytes).ok()?;
        let (size, root) = text.strip_suffix('\n')?.split_once('\n')?;
        Some((size.parse().ok()?, root.to_owned()))
    }

    fn state_path(&self) -> PathBuf {
        self.root.join(format!("{}.state", self.name))
    }
}

/// Writes hash tiles as leaf hashes come in.
#[derive(Debug)]
pub(crate) struct HashTree {
    files: Files,
    size: u64,
    /// For each level the hashes of its last tile, at most 255, and how many of them the newest
    /// partial file holds.
    levels: Vec<(Vec<Hash>, usize)>,
}

impl HashTree {
    pub(crate) fn open(root: &Path) -> Result<Self, TileError> {
        Ok(Self {
            files: Files::open(root, "hashes")?,
            size: 0,
            levels: Vec::new(),
        })
    }

    pub(crate) fn restart(&mut self) {
        self.size = 0;
        self.levels.clear();
    }

    /// Goes back to where all files were flushed, if they hold together there.
    pub(crate) fn resume(&mut self) -> Option<Frontier> {
        self.restart();
        let (size, root) = self.files.state()?;
        let mut reader = TileReader::new(&self.files.root);
        let frontier = frontier_from_tiles(&mut reader, size).ok()?;
        if size == 0 || frontier.root().to_string() != root {
            return None;
        }
        for level in 0..=MAX_LEVEL {
            let index = size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
            let width = width_at(size, level, index);
            let tile = match width {
                0 => Vec::new(),
                _ => reader.hashes(level, index, width).ok()?,
            };
            let written = tile.len();
            self.levels.push((tile, written));
        }
        self.size = size;
        Some(frontier)
    }

    pub(crate) fn push(&mut self, leaf: Hash) -> Result<(), TileError> {
        let mut hash = leaf;
        for level in 0..=MAX_LEVEL {
            let at = usize::from(level);
            if self.levels.len() == at {
                self.levels
                    .push((Vec::with_capacity(usize::from(TILE_WIDTH)), 0));
            }
            let (tile, written) = &mut self.levels[at];
            tile.push(hash);
            if tile.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let bytes = bytes_of(tile);
            hash = subtree(tile);
            tile.clear();
            *written = 0;
            let index = self
                .size
                .checked_shr(8 * (u32::from(level) + 1))
                .unwrap_or(0);
            self.files
                .write(TilePath::hashes(level, index, TILE_WIDTH), &bytes)?;
        }
        self.size += 1;
        Ok(())
    }

    /// Writes the partial tiles that a checkpoint of this size needs.
    pub(crate) fn write_partials(&mut self) -> Result<(), TileError> {
        for (level, (tile, written)) in (0..).zip(&mut self.levels) {
            if tile.is_empty() || *written == tile.len() {
                continue;
            }
            let index = self
                .size
                .checked_shr(8 * (u32::from(level) + 1))
                .unwrap_or(0);
            let path = TilePath::hashes(level, index, tile.len() as u16);
            self.files.write(path, &bytes_of(tile))?;
            *written = tile.len();
        }
        Ok(())
    }

    pub(crate) fn publish(&mut self, note: &str) -> Result<(), TileError> {
        let path = self.files.root.join("checkpoint");
        files::put(&path, note.as_bytes()).map_err(|source| TileError::File { path, source })
    }

    pub(crate) fn keep_state(&mut self, root: Hash) -> Result<(), TileError> {
        let checkpoint = self.files.root.join("checkpoint");
        if checkpoint.exists() {
            sync(&checkpoint)?;
        }
        self.files.keep_state(self.size, root)
    }

    pub(crate) fn reader(&self) -> TileReader {
        TileReader::new(&self.files.root)
    }

    /// The leaf hashes of the last, partial tile.
    fn last_leaves(&self) -> &[Hash] {
        self.levels.first().map_or(&[], |(tile, _)| tile)
    }
}

/// Writes entry bundles as leaves come in.
#[derive(Debug)]
pub(crate) struct EntryTree {
    files: Files,
    size: u64,
    bundle: Vec<u8>,
    written: u64,
}

impl EntryTree {
    pub(crate) fn open(root: &Path) -> Result<Self, TileError> {
        Ok(Self {
            files: Files::open(root, "entries")?,
            size: 0,
            bundle: Vec::new(),
            written: 0,
        })
    }

    pub(crate) fn restart(&mut self) {
        (self.size, self.written) = (0, 0);
        self.bundle.clear();
    }

    /// Goes back to where all files were flushed, if that is where the hashes stand too.
    pub(crate) fn resume(&mut self, hashes: &HashTree, root: Hash) -> bool {
        self.restart();
        if self.files.state() != Some((hashes.size, root.to_string())) {
            return false;
        }
        let leaves = hashes.last_leaves();
        if !leaves.is_empty() {
            let reader = TileReader::new(&self.files.root);
            let Ok(entries) = reader.entries(hashes.size >> 8, leaves.len() as u16) else {
                return false;
            };
            if !entries
                .iter()
                .map(|entry| leaf_hash(entry))
                .eq(leaves.iter().copied())
            {
                return false;
            }
            for entry in entries {
                put_entry(&mut self.bundle, &entry);
            }
        }
        (self.size, self.written) = (hashes.size, hashes.size);
        true
    }

    pub(crate) fn push(&mut self, leaf: &[u8]) -> Result<(), TileError> {
        if !put_entry(&mut self.bundle, leaf) {
            return Err(TileError::Leaf { seq: self.size });
        }
        self.size += 1;
        if self.size.is_multiple_of(u64::from(TILE_WIDTH)) {
            let path = TilePath::entries((self.size >> 8) - 1, TILE_WIDTH);
            self.files.write(path, &self.bundle)?;
            self.bundle.clear();
            self.written = self.size;
        }
        Ok(())
    }

    pub(crate) fn write_partial(&mut self) -> Result<(), TileError> {
        if self.written < self.size {
            let width = (self.size & 0xff) as u16;
            let path = TilePath::entries(self.size >> 8, width);
            self.files.write(path, &self.bundle)?;
            self.written = self.size;
        }
        Ok(())
    }

    pub(crate) fn keep_state(&mut self, root: Hash) -> Result<(), TileError> {
        self.files.keep_state(self.size, root)
    }
}

/// Flushes a file or a directory.
fn sync(path: &Path) -> Result<(), TileError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| TileError::File {
            path: path.to_owned(),
            source,
        })
}

fn bytes_of(tile: &[Hash]) -> Vec<u8> {
    tile.iter().flat_map(|hash| hash.0).collect()
}
