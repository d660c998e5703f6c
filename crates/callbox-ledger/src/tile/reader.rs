use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::TileError;
use super::bundle::{entries_of_bundle, put_entry};
use super::path::{TILE_WIDTH, TilePath};
use super::proof::Tiles;
use crate::hash::Hash;
use crate::leaf::MAX_LEAF;
use crate::note::MAX_NOTE_BYTES;

const MAX_TILE_BYTES: usize = 256 * 32;
const MAX_BUNDLE_BYTES: usize = 256 * (2 + MAX_LEAF);

/// Reads the tiles, bundles and the checkpoint that a [`TileWriter`](crate::TileWriter) put into a
/// directory.
#[derive(Clone, Debug)]
pub struct TileReader {
    directory: PathBuf,
}

impl TileReader {
    /// Names the directory; nothing is read yet.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
        }
    }

    /// Gives the published checkpoint, a signed note, or `None` before the first.
    pub fn checkpoint(&self) -> Result<Option<String>, TileError> {
        let path = self.directory.join("checkpoint");
        let Some(bytes) = read_bounded(&path, MAX_NOTE_BYTES)? else {
            return Ok(None);
        };
        // What is not text is no note either, and is found when its signature is checked.
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Gives the bytes of one resource, or `None` where there is none: what a web server answers
    /// with (`application/octet-stream`, immutable).
    ///
    /// Where a partial tile or bundle has become wider, it gives the beginning of that.
    pub fn resource(&self, path: TilePath) -> Result<Option<Vec<u8>>, TileError> {
        let bound = match path.level {
            Some(_) => MAX_TILE_BYTES,
            None => MAX_BUNDLE_BYTES,
        };
        let file = self.directory.join(path.to_string());
        let bytes = read_bounded(&file, bound)?;
        // Loss of power may leave a partial tile empty that was not flushed; a wider one has it.
        if !path.is_partial() || bytes.as_ref().is_some_and(|bytes| !bytes.is_empty()) {
            return Ok(bytes);
        }
        let Some(wider) = self.wider(path)? else {
            return Ok(None);
        };
        let file = self.directory.join(wider.to_string());
        let Some(mut bytes) = read_bounded(&file, bound)? else {
            return Ok(None);
        };
        match path.level {
            Some(_) => bytes.truncate(usize::from(path.width) * 32),
            None => {
                let entries = entries_of_bundle(&bytes, path.width)
                    .map_err(|error| malformed(&file, error.to_string()))?;
                let mut cut = Vec::with_capacity(bytes.len());
                for entry in entries {
                    put_entry(&mut cut, entry);
                }
                bytes = cut;
            }
        }
        Ok(Some(bytes))
    }

    /// Finds a tile in the same place that holds more: the full one, or the narrowest partial one.
    fn wider(&self, path: TilePath) -> Result<Option<TilePath>, TileError> {
        let full = path.full();
        if self.directory.join(full.to_string()).exists() {
            return Ok(Some(full));
        }
        let partials = self.directory.join(path.partials());
        let names = match fs::read_dir(&partials) {
            Err(error) if is_absent(&error) => return Ok(None),
            names => names.map_err(|source| TileError::File {
                path: partials.clone(),
                source,
            })?,
        };
        let width = |name: io::Result<fs::DirEntry>| name.ok()?.file_name().to_str()?.parse().ok();
        let wide_enough = |width: &u16| (path.width + 1..TILE_WIDTH).contains(width);
        let width = names.filter_map(width).filter(wide_enough).min();
        Ok(width.map(|width| TilePath { width, ..path }))
    }

    /// Gives the first `width` leaves of bundle `index`.
    pub fn entries(&self, index: u64, width: u16) -> Result<Vec<Vec<u8>>, TileError> {
        let path = TilePath::entries(index, width);
        let file = self.directory.join(path.to_string());
        let bytes = self
            .resource(path)?
            .ok_or_else(|| TileError::Missing(file.clone()))?;
        let entries = entries_of_bundle(&bytes, width)
            .map_err(|error| malformed(&file, error.to_string()))?;
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }
}

impl Tiles for TileReader {
    fn hashes(&mut self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, TileError> {
        let path = TilePath::hashes(level, index, width);
        let file = self.directory.join(path.to_string());
        let bytes = self
            .resource(path)?
            .ok_or_else(|| TileError::Missing(file.clone()))?;
        if bytes.len() != usize::from(width) * 32 {
            return Err(malformed(&file, "its length does not fit its name"));
        }
        let hashes = bytes.chunks(32).map(Hash::from_slice);
        Ok(hashes
            .collect::<Option<Vec<_>>>()
            .expect("all chunks have 32 bytes"))
    }
}

/// Reads a file of at most `bound` bytes; `None` where there is none.
pub(crate) fn read_bounded(path: &Path, bound: usize) -> Result<Option<Vec<u8>>, TileError> {
    let failed = |source| TileError::File {
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        file => file.map_err(failed)?,
    };
    let mut bytes = Vec::new();
    file.take(bound as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > bound {
        return Err(malformed(path, "it is too large"));
    }
    Ok(Some(bytes))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

pub(crate) fn malformed(path: &Path, what: impl Into<String>) -> TileError {
    TileError::Malformed {
        path: path.to_owned(),
        what: what.into(),
    }
}
