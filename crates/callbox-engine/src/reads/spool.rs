//! The file for reads of live work while the ledger cannot be written.
//!
//! It has its place on the disk before it is needed. A record is its length (4 bytes, big endian),
//! its chunk's number (8 bytes), SHA-256 of the rest, and a sealed [`KeptRead`]. A length of 0 ends
//! the file. The ledger notes the number of each chunk that it takes over, so that none is recorded
//! twice, whenever the program ends.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

use callbox_domain::{KeptRead, MAX_READ_BYTES, MAX_READS};
use callbox_ledger::{VaultError, sha256};
use thiserror::Error;

use crate::sealer::Sealer;

/// How many bytes the file has from the beginning: some thousand reads.
const RESERVED: u64 = 1 << 20;
const HEAD: usize = 4 + 8 + 32;

#[derive(Debug, Error)]
pub(crate) enum SpoolError {
    #[error("the spool of reads cannot be used: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("a read in the spool cannot be understood")]
    Shape(#[from] minicbor::decode::Error),
}

/// Chunks of reads with their numbers, ascending.
type Chunks = Vec<(u64, Vec<KeptRead>)>;

pub(crate) struct Spool {
    path: PathBuf,
    file: Option<File>,
    /// Where the next record goes.
    end: u64,
    /// The number of the chunk that is being filled, and what is in it.
    chunk: u64,
    reads: usize,
    bytes: usize,
}

impl Spool {
    /// Opens the file, with its place on the disk; `taken` is the number of the last chunk that the
    /// ledger has.
    pub(crate) fn open(path: PathBuf, taken: u64) -> Self {
        let mut spool = Self {
            path,
            file: None,
            end: 0,
            chunk: taken + 1,
            reads: 0,
            bytes: 0,
        };
        match spool.prepare() {
            Ok(records) => {
                // A chunk of an earlier run is never added to.
                let last = records.last().map_or(0, |(chunk, _)| *chunk);
                spool.chunk = spool.chunk.max(last + 1);
            }
            Err(error) => {
                tracing::error!(error = %error, "there is no spool for reads; it is tried again when one is needed");
            }
        }
        spool
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// Adds reads; they are durable when it returns.
    pub(crate) fn append(&mut self, sealer: &Sealer, reads: &[KeptRead]) -> Result<(), SpoolError> {
        if reads.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.prepare()?;
        }
        let mut content = Vec::new();
        for read in reads {
            self.bytes += read.bytes();
            self.reads += 1;
            if self.bytes > MAX_READ_BYTES || self.reads > MAX_READS {
                self.close_chunk();
                (self.reads, self.bytes) = (1, read.bytes());
            }
            let encoded = minicbor::to_vec(read).expect("encoding into memory does not fail");
            let sealed = sealer.seal_spooled(&encoded)?;
            content.extend_from_slice(&(sealed.len() as u32).to_be_bytes());
            content.extend_from_slice(&self.chunk.to_be_bytes());
            content.extend_from_slice(&check(self.chunk, &sealed));
            content.extend_from_slice(&sealed);
        }
        let length = content.len() as u64;
        // The end comes with it: what an earlier use left behind does not count.
        content.extend_from_slice(&0_u32.to_be_bytes());
        let end = self.end;
        let file = self.file.as_mut().expect("it was prepared");
        file.seek(SeekFrom::Start(end))?;
        file.write_all(&content)?;
        file.sync_data()?;
        self.end += length;
        Ok(())
    }

    /// What is in it, chunk by chunk.
    pub(crate) fn chunks(&mut self, sealer: &Sealer) -> Result<Chunks, SpoolError> {
        let mut chunks: Chunks = Vec::new();
        for (number, sealed) in self.records()? {
            let Some(encoded) = sealer.open_spooled(&sealed)? else {
                continue;
            };
            let read: KeptRead = minicbor::decode(&encoded)?;
            match chunks.last_mut() {
                Some((last, reads)) if *last == number => reads.push(read),
                _ => chunks.push((number, vec![read])),
            }
        }
        Ok(chunks)
    }

    /// Adds nothing more to the present chunk.
    pub(crate) fn close_chunk(&mut self) {
        self.chunk += 1;
        (self.reads, self.bytes) = (0, 0);
    }

    /// Empties it, once the ledger has all of it.
    pub(crate) fn clear(&mut self) -> Result<(), SpoolError> {
        self.end = 0;
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&0_u32.to_be_bytes())?;
            file.sync_data()?;
        }
        Ok(())
    }

    fn prepare(&mut self) -> Result<Vec<(u64, Vec<u8>)>, SpoolError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        let length = file.metadata()?.len();
        if length < RESERVED {
            file.seek(SeekFrom::End(0))?;
            file.write_all(&vec![0; (RESERVED - length) as usize])?;
            file.sync_all()?;
            if let Some(parent) = self.path.parent() {
                File::open(parent)?.sync_all()?;
            }
        }
        self.file = Some(file);
        self.records()
    }

    /// The records, and where they end.
    fn records(&mut self) -> Result<Vec<(u64, Vec<u8>)>, SpoolError> {
        let Some(file) = &mut self.file else {
            return Ok(Vec::new());
        };
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut content)?;
        let (mut rest, mut records) = (&content[..], Vec::new());
        while let Some(record) = first(rest) {
            let length = HEAD + record.1.len();
            records.push(record);
            rest = &rest[length..];
        }
        self.end = (content.len() - rest.len()) as u64;
        Ok(records)
    }
}

/// The record at the beginning of `bytes`; a torn one was never answered for.
fn first(bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let (hash, rest) = rest.split_first_chunk::<32>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let sealed = rest.get(..length).filter(|sealed| !sealed.is_empty())?;
    let number = u64::from_be_bytes(*number);
    (check(number, sealed) == *hash).then(|| (number, sealed.to_vec()))
}

fn check(number: u64, sealed: &[u8]) -> [u8; 32] {
    sha256(&[&number.to_be_bytes()[..], sealed].concat()).0
}
