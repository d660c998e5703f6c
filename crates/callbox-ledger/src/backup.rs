//! Copies of a SQLite ledger: consistent while the server runs, verified before they count.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::audit::Fault;
use crate::checkpoint::Checkpoint;
use crate::files;
use crate::store::{SqliteReader, StoreError, sqlite_fault};
use crate::verify::{Progress, VerifyReport, verify};

/// Tells what a backup or a restore copied, after it was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupReport {
    /// What the copy holds.
    pub verified: VerifyReport,
    /// The copy's size in bytes.
    pub file_bytes: u64,
}

/// Tells why a copy was not made; nothing is left behind at its place.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target exists.
    #[error("{0} exists already and was left as it is; choose another name")]
    Exists(PathBuf),
    /// A file could not be used.
    #[error("cannot write {path}; check that its directory exists, may be written and has space")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy, and so the original, is damaged or not the one that was signed.
    #[error("the ledger in {path} is damaged: {fault}; nothing was put in place")]
    Damaged {
        /// The file that was verified.
        path: PathBuf,
        /// What is wrong.
        #[source]
        fault: Fault,
    },
}

/// Copies the ledger at `from` into the new file `to` while a server writes to it or not, verifies
/// the copy, and only then gives it its name.
///
/// One read transaction covers the whole copy, so it is the ledger at one moment; the writer is
/// not held up, but its write-ahead log grows meanwhile.
pub fn backup(
    from: &Path,
    to: &Path,
    against: Option<&Checkpoint>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackupReport, BackupError> {
    let part = fresh_part(to)?;
    let reader = SqliteReader::open(from)?;
    let mut copy = Connection::open(&part).map_err(sqlite_fault)?;
    {
        let backup = Backup::new(reader.connection(), &mut copy).map_err(sqlite_fault)?;
        let step = backup.step(-1).map_err(sqlite_fault)?;
        if step != StepResult::Done {
            let cause = "the ledger is locked by another program; try again".into();
            return Err(StoreError::Unavailable(cause).into());
        }
    }
    // One file without a log beside it can be moved about by any tool.
    copy.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))
        .map_err(sqlite_fault)?;
    copy.close().map_err(|(_, error)| sqlite_fault(error))?;
    put_in_place(&part, to, against, progress)
}

/// Puts a backup in place as the ledger `to`: copies, verifies the copy, and only then gives it its
/// name. Refuses a place that is taken.
///
/// A backup that is older than the signed checkpoint `against` is refused. Where it is all that is
/// left, restore it without and begin a new origin (and a new gate): the old one signed more.
pub fn restore(
    from: &Path,
    to: &Path,
    against: Option<&Checkpoint>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackupReport, BackupError> {
    for leftover in ["-wal", "-shm"] {
        let path = files::beside(to, leftover);
        if path.exists() {
            // SQLite would play an old log into the restored file.
            return Err(BackupError::Exists(path));
        }
    }
    let part = fresh_part(to)?;
    let file = |source| BackupError::File {
        path: part.clone(),
        source,
    };
    fs::copy(from, &part).map_err(|source| BackupError::File {
        path: from.to_owned(),
        source,
    })?;
    File::open(&part)
        .and_then(|copy| copy.sync_all())
        .map_err(file)?;
    put_in_place(&part, to, against, progress)
}

fn put_in_place(
    part: &Path,
    to: &Path,
    against: Option<&Checkpoint>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackupReport, BackupError> {
    let outcome = check_and_rename(part, to, against, progress);
    if outcome.is_err() {
        // A part that cannot be removed is overwritten by the next try.
        let _ = fs::remove_file(part);
    }
    outcome
}

fn check_and_rename(
    part: &Path,
    to: &Path,
    against: Option<&Checkpoint>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackupReport, BackupError> {
    let file = |source| BackupError::File {
        path: to.to_owned(),
        source,
    };
    let mut reader = SqliteReader::open(part)?;
    let verified =
        verify(&mut reader, against, progress).map_err(|fault| BackupError::Damaged {
            path: part.to_owned(),
            fault,
        })?;
    drop(reader);
    File::open(part)
        .and_then(|copy| copy.sync_all())
        .map_err(file)?;
    let file_bytes = fs::metadata(part).map_err(file)?.len();
    fs::rename(part, to).map_err(file)?;
    files::sync_parent(to).map_err(file)?;
    Ok(BackupReport {
        verified,
        file_bytes,
    })
}

/// Gives the name that the copy has until it is verified.
fn fresh_part(to: &Path) -> Result<PathBuf, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let part = files::beside(to, ".part");
    match fs::remove_file(&part) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(BackupError::File { path: part, source })
        }
        _ => Ok(part),
    }
}
