//! Reads the records of a CSV file, gzip or not, in bounded memory.

use std::{
    cell::Cell,
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use flate2::read::MultiGzDecoder;

use crate::failure::{Failure, Outcome, said};

/// The most bytes of one record; a longer one is a stray quote or not a CSV file.
pub(super) const MAX_RECORD_BYTES: usize = 1 << 20;
const BUFFER_BYTES: usize = 1 << 16;

/// The records of a file, the head apart.
pub(crate) struct Source {
    path: PathBuf,
    reader: csv::Reader<Bounded>,
    head: Vec<String>,
    is_gzip: bool,
    since: Rc<Cell<usize>>,
}

impl Source {
    /// Opens the file and reads its head.
    pub(crate) fn open(path: &Path, delimiter: char) -> Outcome<Self> {
        let cannot =
            |error: &io::Error| Failure::io(format_args!("cannot read {}", path.display()), error);
        let mut file = File::open(path).map_err(|error| cannot(&error))?;
        let mut magic = Vec::with_capacity(2);
        (&mut file)
            .take(2)
            .read_to_end(&mut magic)
            .map_err(|error| cannot(&error))?;
        let is_gzip = magic == [0x1f, 0x8b];
        let whole = io::Cursor::new(magic).chain(file);
        let buffered = BufReader::with_capacity(BUFFER_BYTES, whole);
        let bytes: Box<dyn Read> = if is_gzip {
            Box::new(MultiGzDecoder::new(buffered))
        } else {
            Box::new(buffered)
        };
        let since = Rc::new(Cell::new(0));
        let bounded = Bounded {
            inner: bytes,
            begun: false,
            since: Rc::clone(&since),
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter as u8)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(bounded);
        let mut source = Self {
            path: path.to_owned(),
            reader,
            head: Vec::new(),
            is_gzip,
            since,
        };
        let mut record = ByteRecord::new();
        if !source.next(&mut record)? {
            return Err(Failure::Input(format!(
                "{} is empty; a head with the names of the columns is needed",
                path.display()
            )));
        }
        source.head = source
            .texts(&record)?
            .map(|name| name.trim().to_owned())
            .collect();
        Ok(source)
    }

    /// The names of the columns.
    pub(crate) fn head(&self) -> &[String] {
        &self.head
    }

    /// Reads the next record; false at the end of the file.
    pub(crate) fn next(&mut self, record: &mut ByteRecord) -> Outcome<bool> {
        let read = self.reader.read_byte_record(record);
        self.since.set(0);
        read.map_err(|error| self.unreadable(&error))
    }

    /// The record's fields as text; refuses bytes that are not UTF-8.
    pub(super) fn texts<'a>(
        &self,
        record: &'a ByteRecord,
    ) -> Outcome<impl Iterator<Item = &'a str> + use<'a>> {
        for (at, field) in record.iter().enumerate() {
            if let Err(error) = std::str::from_utf8(field) {
                let line = record.position().map_or(0, csv::Position::line);
                let column = self
                    .head
                    .get(at)
                    .map_or_else(String::new, |name| format!(" ({name})"));
                return Err(Failure::Input(format!(
                    "{} line {line}, column {}{column}: byte {} of the field is not UTF-8; convert \
                     the file first, for example: iconv -f WINDOWS-1252 -t UTF-8. Nothing was \
                     recorded.",
                    self.path.display(),
                    at + 1,
                    error.valid_up_to() + 1,
                )));
            }
        }
        Ok(record
            .iter()
            .map(|field| std::str::from_utf8(field).unwrap_or_default()))
    }

    fn unreadable(&self, error: &csv::Error) -> Failure {
        let path = self.path.display();
        let line = self.reader.position().line();
        let ErrorKind::Io(io) = error.kind() else {
            return Failure::Input(format!(
                "{path} line {line}: {error}. Nothing was recorded."
            ));
        };
        if io.get_ref().is_some_and(|inner| inner.is::<TooLong>()) {
            return Failure::Input(format!(
                "{path} line {line}: the record that begins here has more than {} bytes; look for a \
                 quote that is not closed, or for a file that is not CSV. Nothing was recorded.",
                MAX_RECORD_BYTES
            ));
        }
        if self.is_gzip && io.kind() == io::ErrorKind::UnexpectedEof {
            return Failure::Input(format!(
                "{path}: the gzip file ends too early (after line {line}): it was cut off. Copy or \
                 download it again. Nothing was recorded."
            ));
        }
        if self.is_gzip {
            return Failure::Input(format!(
                "{path}: the gzip file is damaged (after line {line}): {}. Copy or download it \
                 again. Nothing was recorded.",
                said(io)
            ));
        }
        Failure::io(format_args!("cannot read {path} after line {line}"), io)
    }
}

/// Counts the bytes since the last record, and stops at too many; passes over a byte order mark.
struct Bounded {
    inner: Box<dyn Read>,
    begun: bool,
    since: Rc<Cell<usize>>,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > MAX_RECORD_BYTES + BUFFER_BYTES {
            return Err(io::Error::other(TooLong));
        }
        let mut n = 0;
        if !self.begun {
            self.begun = true;
            n = self.inner.by_ref().take(3).read(into)?;
            while (1..3).contains(&n) {
                match self
                    .inner
                    .by_ref()
                    .take(3 - n as u64)
                    .read(&mut into[n..])?
                {
                    0 => break,
                    more => n += more,
                }
            }
            if into[..n] == *b"\xef\xbb\xbf" {
                n = 0;
            }
        }
        if n == 0 {
            n = self.inner.read(into)?;
        }
        self.since.set(self.since.get() + n);
        Ok(n)
    }
}

#[derive(Debug)]
struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record is too long")
    }
}

impl std::error::Error for TooLong {}
