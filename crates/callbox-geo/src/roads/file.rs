//! A file of named columns, written once and then memory-mapped.
//!
//! Layout, all little-endian: magic (8 bytes), version (u32), number of columns (u32), one entry of
//! 32 bytes per column (name: 8 bytes, offset: u64, bytes: u64, CRC-32 of the bytes: u32, 0: u32),
//! CRC-32 of all before it (u32); then the columns, each at a multiple of 64.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    marker::PhantomData,
    ops::{Deref, Range},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use bytemuck::Pod;
use memmap2::Mmap;

#[cfg(target_endian = "big")]
compile_error!("callbox's files are little-endian and are used as they lie in memory");

const MAGIC: [u8; 8] = *b"CALLBOXG";
const ENTRY: usize = 32;
const ALIGN: usize = 64;

/// Says why a file of the network cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {path}; check its permissions, or import the streets again")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was written by another version of callbox.
    #[error("{path} has version {found}, this callbox reads {wanted}; import the streets again")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that is read.
        wanted: u32,
    },
    /// Its bytes are not those that were written.
    #[error("{path} is damaged ({what}); import the streets again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// Holds numbers, either in memory or in a mapped file.
#[derive(Debug, Clone)]
pub(crate) enum Column<T> {
    Owned(Vec<T>),
    Mapped(Arc<Mmap>, Range<usize>, PhantomData<T>),
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(values) => values,
            Self::Mapped(map, range, _) => bytemuck::cast_slice(&map[range.clone()]),
        }
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Owned(values)
    }
}

/// Writes columns into one file.
pub(crate) struct FileWriter<'a> {
    version: u32,
    columns: Vec<(&'static str, &'a [u8])>,
}

impl<'a> FileWriter<'a> {
    pub(crate) fn new(version: u32) -> Self {
        Self {
            version,
            columns: Vec::new(),
        }
    }

    pub(crate) fn column<T: Pod>(&mut self, name: &'static str, values: &'a [T]) -> &mut Self {
        self.columns.push((name, bytemuck::cast_slice(values)));
        self
    }

    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut header = Vec::new();
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&self.version.to_le_bytes());
        header.extend_from_slice(&(self.columns.len() as u32).to_le_bytes());
        let mut at = (16 + ENTRY * self.columns.len() + 4).next_multiple_of(ALIGN);
        for (name, bytes) in &self.columns {
            header.extend_from_slice(&padded(name));
            header.extend_from_slice(&(at as u64).to_le_bytes());
            header.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            header.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
            header.extend_from_slice(&[0; 4]);
            at = (at + bytes.len()).next_multiple_of(ALIGN);
        }
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        let mut out = BufWriter::new(File::create(path)?);
        pad(&mut header);
        out.write_all(&header)?;
        for (_, bytes) in &self.columns {
            out.write_all(bytes)?;
            out.write_all(&[0; ALIGN][..bytes.len().next_multiple_of(ALIGN) - bytes.len()])?;
        }
        out.flush()
    }
}

fn padded(name: &str) -> [u8; 8] {
    let mut padded = [0; 8];
    padded[..name.len()].copy_from_slice(name.as_bytes());
    padded
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
}

/// Reads columns from a mapped file.
#[derive(Debug)]
pub(crate) struct FileReader {
    path: PathBuf,
    map: Arc<Mmap>,
    entries: Vec<([u8; 8], Range<usize>)>,
}

impl FileReader {
    /// Maps a file and checks every byte of it (about 0.1 s for a gigabyte on two cores).
    pub(crate) fn open(path: &Path, version: u32) -> Result<Self, FileError> {
        let io = |source| FileError::Io {
            path: path.to_owned(),
            source,
        };
        let damaged = |what: &str| FileError::Damaged {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        let file = File::open(path).map_err(io)?;
        let map = map(&file).map_err(io)?;
        if map.len() < 20 || map[..8] != MAGIC {
            return Err(damaged("it does not begin as callbox's files do"));
        }
        let found = u32_at(&map, 8);
        if found != version {
            return Err(FileError::Version {
                path: path.to_owned(),
                found,
                wanted: version,
            });
        }
        let count = u32_at(&map, 12) as usize;
        let end = count
            .checked_mul(ENTRY)
            .and_then(|entries| entries.checked_add(16))
            .filter(|end| end.saturating_add(4) <= map.len())
            .ok_or_else(|| damaged("its table of columns is cut off"))?;
        if crc32fast::hash(&map[..end]) != u32_at(&map, end) {
            return Err(damaged("its table of columns has changed"));
        }
        let mut entries = Vec::new();
        let mut sums = Vec::new();
        for entry in map[16..end].chunks_exact(ENTRY) {
            let name: [u8; 8] = entry[..8].try_into().expect("eight bytes");
            let start = u64_at(entry, 8) as usize;
            let range = start..start.saturating_add(u64_at(entry, 16) as usize);
            if range.end > map.len() || !start.is_multiple_of(ALIGN) {
                return Err(damaged("a column is cut off"));
            }
            sums.push((range.clone(), u32_at(entry, 24)));
            entries.push((name, range));
        }
        if !sums_hold(&map, &sums) {
            return Err(damaged("a column's bytes have changed"));
        }
        Ok(Self {
            path: path.to_owned(),
            map: Arc::new(map),
            entries,
        })
    }

    /// Gives a column; its length must be a whole number of values.
    pub(crate) fn column<T: Pod>(&self, name: &str) -> Result<Column<T>, FileError> {
        let padded = padded(name);
        self.entries
            .iter()
            .find(|entry| entry.0 == padded)
            .filter(|entry| entry.1.len().is_multiple_of(size_of::<T>()))
            .map(|entry| Column::Mapped(Arc::clone(&self.map), entry.1.clone(), PhantomData))
            .ok_or_else(|| self.damaged(&format!("its column {name}")))
    }

    pub(crate) fn damaged(&self, what: &str) -> FileError {
        FileError::Damaged {
            path: self.path.clone(),
            what: what.to_owned(),
        }
    }
}

fn sums_hold(map: &Mmap, sums: &[(Range<usize>, u32)]) -> bool {
    let check = |some: &[(Range<usize>, u32)]| {
        some.iter()
            .all(|(range, sum)| crc32fast::hash(&map[range.clone()]) == *sum)
    };
    let (one, two) = sums.split_at(sums.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| check(two));
        check(one) && other.join().expect("a checksum does not panic")
    })
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[expect(
    unsafe_code,
    reason = "mapping is unsafe because another process could change the file; imports write new files and never touch one in use"
)]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the file belongs to this data directory; callbox only ever replaces it by rename.
    unsafe { Mmap::map(file) }
}
