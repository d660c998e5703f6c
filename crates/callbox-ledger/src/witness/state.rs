use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::checkpoint::parse_decimal;
use crate::files;
use crate::hash::Hash;

const FIRST_LINE: &str = "callbox witness state, version 1";
/// The most ledgers of one witness.
const MAX_LOGS: usize = 1024;
/// The most bytes of the file: a line for each ledger.
const MAX_BYTES: u64 = 512 * 1024;

/// Holds what a witness cosigned last of one ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How many events.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When, in seconds since 1970 UTC.
    pub at_s: u64,
}

/// Remembers what a witness has cosigned.
///
/// # Contract
///
/// - **Durability.** When [`keep`](Self::keep) returns `Ok`, the new state survives loss of power;
///   the witness signs only after that. After an error nothing was signed, and the state may be the
///   old or the new one; either way the witness has promised no more than the state says.
/// - **Concurrency.** One witness value owns the state; a second process must be refused.
/// - **Loss.** A witness whose state is lost must not go on under the same key: it would sign a
///   ledger that shrank.
pub trait WitnessState: Send {
    /// Gives what was cosigned last of the ledger `origin`.
    fn seen(&self, origin: &str) -> Option<Seen>;

    /// Keeps what is about to be cosigned.
    fn keep(&mut self, origin: &str, seen: Seen) -> Result<(), WitnessStateError>;
}

/// Tells why a witness's state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WitnessStateError {
    /// The file exists.
    #[error("{0} exists already; a witness's state is never made anew under the same key")]
    Exists(PathBuf),
    /// The file is missing.
    #[error(
        "{0} is missing; put it back, or begin a new witness with a new key: without its state it would sign ledgers that shrank"
    )]
    Missing(PathBuf),
    /// The file cannot be read as a state.
    #[error(
        "{path}, line {line}, is damaged; put back the file, or begin a new witness with a new key"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first bad line, from 1.
        line: usize,
    },
    /// There are too many ledgers.
    #[error(
        "{0} holds {MAX_LOGS} ledgers, no more fit; run a second witness with a key of its own"
    )]
    Full(PathBuf),
    /// Another process uses the file.
    #[error("another witness uses {0}; stop it first")]
    Locked(PathBuf),
    /// The file cannot be read or written.
    #[error("cannot use {path}; check the disk, then start the witness again")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A write failed before; only a new start shows what the disk holds.
    #[error("an earlier write of {0} failed; check the disk, then start the witness again")]
    Stopped(PathBuf),
}

/// Keeps a witness's state in one small text file, replaced as a whole.
#[derive(Debug)]
pub struct WitnessFile {
    path: PathBuf,
    seen: BTreeMap<String, Seen>,
    stopped: bool,
    _lock: File,
}

impl WitnessFile {
    /// Makes the state of a new witness; refuses a file that exists.
    pub fn create(path: &Path) -> Result<Self, WitnessStateError> {
        let lock = lock(path)?;
        if path.exists() {
            return Err(WitnessStateError::Exists(path.to_owned()));
        }
        let state = Self {
            path: path.to_owned(),
            seen: BTreeMap::new(),
            stopped: false,
            _lock: lock,
        };
        state.write(&state.seen)?;
        Ok(state)
    }

    /// Opens the state of a witness; refuses a missing or damaged file, and a second process.
    pub fn open(path: &Path) -> Result<Self, WitnessStateError> {
        let file = |source| WitnessStateError::File {
            path: path.to_owned(),
            source,
        };
        if !path.exists() {
            return Err(WitnessStateError::Missing(path.to_owned()));
        }
        let lock = lock(path)?;
        let damaged = |line| WitnessStateError::Damaged {
            path: path.to_owned(),
            line,
        };
        if fs::metadata(path).map_err(file)?.len() > MAX_BYTES {
            return Err(damaged(1));
        }
        let bytes = fs::read(path).map_err(file)?;
        let text = String::from_utf8(bytes).map_err(|_| damaged(1))?;
        let seen = parse(&text).map_err(damaged)?;
        Ok(Self {
            path: path.to_owned(),
            seen,
            stopped: false,
            _lock: lock,
        })
    }

    fn write(&self, seen: &BTreeMap<String, Seen>) -> Result<(), WitnessStateError> {
        let mut text = format!("{FIRST_LINE}\n");
        for (origin, seen) in seen {
            let root = seen.root.to_base64();
            text.push_str(&format!("{} {root} {} {origin}\n", seen.size, seen.at_s));
        }
        text.push_str("end\n");
        files::replace(&self.path, text.as_bytes()).map_err(|source| WitnessStateError::File {
            path: self.path.clone(),
            source,
        })
    }
}

impl WitnessState for WitnessFile {
    fn seen(&self, origin: &str) -> Option<Seen> {
        self.seen.get(origin).copied()
    }

    fn keep(&mut self, origin: &str, seen: Seen) -> Result<(), WitnessStateError> {
        if self.stopped {
            return Err(WitnessStateError::Stopped(self.path.clone()));
        }
        if self.seen.len() >= MAX_LOGS && !self.seen.contains_key(origin) {
            return Err(WitnessStateError::Full(self.path.clone()));
        }
        let mut all = self.seen.clone();
        all.insert(origin.to_owned(), seen);
        // After a failed flush the kernel may have dropped the pages: a second one would lie.
        self.write(&all).inspect_err(|_| self.stopped = true)?;
        self.seen = all;
        Ok(())
    }
}

/// Reads the file's text, or gives the number of the first bad line.
fn parse(text: &str) -> Result<BTreeMap<String, Seen>, usize> {
    let lines = text.strip_suffix("\nend\n").ok_or(1_usize)?;
    let mut seen = BTreeMap::new();
    for (index, line) in lines.split('\n').enumerate() {
        if index == 0 {
            if line != FIRST_LINE {
                return Err(1);
            }
            continue;
        }
        let (origin, one) = parse_line(line).ok_or(index + 1)?;
        if index > MAX_LOGS || seen.insert(origin, one).is_some() {
            return Err(index + 1);
        }
    }
    Ok(seen)
}

fn parse_line(line: &str) -> Option<(String, Seen)> {
    let mut parts = line.splitn(4, ' ');
    let seen = Seen {
        size: parse_decimal(parts.next()?)?,
        root: Hash::from_base64(parts.next()?)?,
        at_s: parse_decimal(parts.next()?)?,
    };
    let origin = parts.next().filter(|origin| !origin.is_empty())?;
    Some((origin.to_owned(), seen))
}

fn lock(path: &Path) -> Result<File, WitnessStateError> {
    let lock_path = files::beside(path, ".lock");
    let file = |source| WitnessStateError::File {
        path: lock_path.clone(),
        source,
    };
    let lock = File::create(&lock_path).map_err(file)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(WitnessStateError::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(file(error)),
    }
}
