//! The file `geocode.idx`: a header, a checksum, and the tables one after the other.
//!
//! All numbers are little-endian. The header is `CBXGEOCO`, the version (u32), the CRC-32 of what follows it (u32), and
//! its length (u64). Each table is its length in 32-bit words (u32) and the words; the texts come last, as bytes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::geometry::Bounds;
use super::index::{
    Crossing, Entity, EntityKind, HouseEntry, Lists, NameEntry, PostEntry, Stored, Texts,
};
use crate::Coord;
use crate::import::FindError;

/// The name of the file in the directory of streets.
pub const FILE_NAME: &str = "geocode.idx";

const MAGIC: &[u8; 8] = b"CBXGEOCO";
/// Raised with each change of the tables.
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 24;

/// Why an index cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// No streets are in use.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The file cannot be read.
    #[error("cannot read {path}; check its permissions, or run `callbox import streets` again")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The agency's list of names cannot be used.
    #[error("{path}: {what}; correct the line, or import a list that is right")]
    Names {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        what: super::overlay::OverlayError,
    },
    /// The file is something else.
    #[error("{path} is not an index of places; run `callbox import streets` again")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by another version.
    #[error(
        "{path} has version {found}, this program reads {VERSION}; run `callbox import streets` again"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it has.
        found: u32,
    },
    /// The file is cut short or altered.
    #[error("{path} is damaged ({what}); run `callbox import streets` again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: &'static str,
    },
}

/// One row of a table, as words.
trait Row: Sized {
    const WORDS: usize;
    fn put(&self, words: &mut Vec<u32>);
    fn take(words: &[u32]) -> Self;
}

impl Row for u32 {
    const WORDS: usize = 1;
    fn put(&self, words: &mut Vec<u32>) {
        words.push(*self);
    }
    fn take(words: &[u32]) -> Self {
        words[0]
    }
}

impl Row for u64 {
    const WORDS: usize = 2;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([*self as u32, (*self >> 32) as u32]);
    }
    fn take(words: &[u32]) -> Self {
        Self::from(words[0]) | Self::from(words[1]) << 32
    }
}

impl Row for Coord {
    const WORDS: usize = 2;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([self.lat.cast_unsigned(), self.lon.cast_unsigned()]);
    }
    fn take(words: &[u32]) -> Self {
        Self {
            lat: words[0].cast_signed(),
            lon: words[1].cast_signed(),
        }
    }
}

impl Row for Entity {
    const WORDS: usize = 6;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([
            self.kind as u32,
            self.text,
            self.category,
            self.extent_meters,
        ]);
        self.point.put(words);
    }
    fn take(words: &[u32]) -> Self {
        Self {
            kind: EntityKind::from_u32(words[0]),
            text: words[1],
            category: words[2],
            extent_meters: words[3],
            point: Coord::take(&words[4..]),
        }
    }
}

impl Row for NameEntry {
    const WORDS: usize = 3;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([self.owner, self.text, self.kind]);
    }
    fn take(words: &[u32]) -> Self {
        Self {
            owner: words[0],
            text: words[1],
            kind: words[2],
        }
    }
}

impl Row for HouseEntry {
    const WORDS: usize = 8;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([
            self.number,
            self.suffix,
            self.text,
            self.area,
            self.source,
            self.extent_meters,
        ]);
        self.point.put(words);
    }
    fn take(words: &[u32]) -> Self {
        Self {
            number: words[0],
            suffix: words[1],
            text: words[2],
            area: words[3],
            source: words[4],
            extent_meters: words[5],
            point: Coord::take(&words[6..]),
        }
    }
}

impl Row for Crossing {
    const WORDS: usize = 4;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([self.other, self.extent_meters]);
        self.point.put(words);
    }
    fn take(words: &[u32]) -> Self {
        Self {
            other: words[0],
            extent_meters: words[1],
            point: Coord::take(&words[2..]),
        }
    }
}

impl Row for PostEntry {
    const WORDS: usize = 4;
    fn put(&self, words: &mut Vec<u32>) {
        words.extend([self.thousandths, self.miles]);
        self.point.put(words);
    }
    fn take(words: &[u32]) -> Self {
        Self {
            thousandths: words[0],
            miles: words[1],
            point: Coord::take(&words[2..]),
        }
    }
}

/// Goes through all tables in the order of the file, either way.
trait Tables {
    fn rows<T: Row>(&mut self, rows: &mut Vec<T>) -> Option<()>;

    fn lists<T: Row>(&mut self, lists: &mut Lists<T>) -> Option<()> {
        self.rows(&mut lists.starts)?;
        self.rows(&mut lists.items)
    }

    fn all(&mut self, stored: &mut Stored) -> Option<()> {
        let mut head = vec![stored.vocabulary, stored.number_first];
        stored.bounds.low.put(&mut head);
        stored.bounds.high.put(&mut head);
        self.rows(&mut head)?;
        let [vocabulary, number_first, corners @ ..] = head.as_slice() else {
            return None;
        };
        stored.vocabulary = *vocabulary;
        stored.number_first = *number_first;
        stored.bounds = Bounds {
            low: Coord::take(corners.get(..2)?),
            high: Coord::take(corners.get(2..4)?),
        };
        self.rows(&mut stored.entities)?;
        self.lists(&mut stored.areas)?;
        self.rows(&mut stored.names)?;
        self.lists(&mut stored.name_tokens)?;
        self.lists(&mut stored.entity_names)?;
        self.rows(&mut stored.tokens)?;
        self.rows(&mut stored.classes)?;
        self.lists(&mut stored.postings)?;
        self.rows(&mut stored.words)?;
        self.rows(&mut stored.word_tokens)?;
        self.lists(&mut stored.houses)?;
        self.lists(&mut stored.lines)?;
        self.lists(&mut stored.points)?;
        self.lists(&mut stored.crossings)?;
        self.lists(&mut stored.posts)?;
        self.rows(&mut stored.han)?;
        self.lists(&mut stored.han_names)?;
        self.rows(&mut stored.cells)?;
        self.lists(&mut stored.cell_items)?;
        self.rows(&mut stored.texts.ends)
    }
}

struct Writer(Vec<u8>);

impl Tables for Writer {
    fn rows<T: Row>(&mut self, rows: &mut Vec<T>) -> Option<()> {
        let mut words = Vec::with_capacity(rows.len() * T::WORDS);
        rows.iter().for_each(|row| row.put(&mut words));
        self.0
            .extend(u32::try_from(words.len()).ok()?.to_le_bytes());
        words
            .iter()
            .for_each(|word| self.0.extend(word.to_le_bytes()));
        Some(())
    }
}

struct Reader<'a>(&'a [u8]);

impl Tables for Reader<'_> {
    fn rows<T: Row>(&mut self, rows: &mut Vec<T>) -> Option<()> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if !length.is_multiple_of(T::WORDS) || rest.len() / 4 < length {
            return None;
        }
        let (table, rest) = rest.split_at(length * 4);
        let words: Vec<u32> = table
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect();
        *rows = words.chunks_exact(T::WORDS).map(T::take).collect();
        self.0 = rest;
        Some(())
    }
}

/// Encodes the tables, header included.
pub(crate) fn encode(stored: &mut Stored) -> Vec<u8> {
    let mut writer = Writer(vec![0; HEADER_BYTES]);
    writer
        .all(stored)
        .expect("a table that fits into memory fits into the file");
    let mut bytes = writer.0;
    bytes.extend_from_slice(stored.texts.bytes.as_bytes());
    let body = bytes.len() - HEADER_BYTES;
    let checksum = crc32fast::hash(&bytes[HEADER_BYTES..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    bytes[16..24].copy_from_slice(&(body as u64).to_le_bytes());
    bytes
}

/// Decodes the tables; `path` only names the file in errors.
pub(crate) fn decode(bytes: &[u8], path: &Path) -> Result<Stored, IndexError> {
    let path = || path.to_path_buf();
    let damaged = |what| IndexError::Damaged { path: path(), what };
    if !bytes.starts_with(MAGIC) {
        return Err(IndexError::Foreign { path: path() });
    }
    let (header, body) = bytes
        .split_at_checked(HEADER_BYTES)
        .ok_or(damaged("cut short"))?;
    let word = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if word(8) != VERSION {
        return Err(IndexError::Version {
            path: path(),
            found: word(8),
        });
    }
    if u64::from(word(16)) | u64::from(word(20)) << 32 != body.len() as u64 {
        return Err(damaged("its length is not the one it names"));
    }
    if crc32fast::hash(body) != word(12) {
        return Err(damaged("its checksum does not match"));
    }
    let mut stored = Stored::default();
    let mut reader = Reader(body);
    reader
        .all(&mut stored)
        .ok_or(damaged("a table is cut short"))?;
    let bytes = String::from_utf8(reader.0.to_vec()).map_err(|_| damaged("texts are not UTF-8"))?;
    stored.texts = Texts {
        ends: stored.texts.ends,
        bytes,
    };
    Ok(stored)
}

/// Writes the file; the import that calls this syncs it and puts its folder in use.
pub(crate) fn write(stored: &mut Stored, path: &Path) -> io::Result<()> {
    fs::write(path, encode(stored))
}

/// Reads the file of a directory.
pub(crate) fn read(directory: &Path) -> Result<Stored, IndexError> {
    let path = directory.join(FILE_NAME);
    match fs::read(&path) {
        Ok(bytes) => decode(&bytes, &path),
        Err(source) => Err(IndexError::Io { path, source }),
    }
}
