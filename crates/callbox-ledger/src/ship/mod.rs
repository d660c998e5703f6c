//! The ledger's frames at another place: shipped behind the commit path, checked where they arrive.
//!
//! A copy is a directory. `origin` names the ledger; `frames/NNNNNNNNNNNN.frames` hold the frames
//! from that number on; `checkpoint` is the newest signed one that the frames cover. Files of
//! frames only grow at their end. Each begins with the tree's edge before its first frame, which
//! hashes to the last root of the file before: this and the leaves after it are the proof that the
//! new root continues the old one.

mod copy;
mod objects;
mod restore;
mod segment;
mod shipper;

use std::io;
use std::path::PathBuf;

pub use copy::{ShippedCopy, ShippedReport};
pub use objects::{ObjectShipper, Objects, fetch_objects};
pub use restore::{RestoredFrames, restore_frames};
pub use shipper::{Shipped, Shipper};

use crate::audit::Fault;
use crate::frame::FrameRow;
use crate::hash::Hash;
use crate::note::NoteError;
use crate::store::{Cause, Source, StoreError};

/// Tells why frames were not shipped, or a shipped copy not used.
#[derive(Debug, thiserror::Error)]
pub enum ShipError {
    /// A file or directory cannot be used.
    #[error("cannot use {path}; check that it exists, may be written and has space")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An object cannot be used.
    #[error("cannot use {place}; check that the place exists, may be written and has space")]
    Object {
        /// The place and the object's name.
        place: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The directory is not a shipped copy.
    #[error("{0} holds no shipped ledger; check the path")]
    NotACopy(PathBuf),
    /// The directory holds another ledger's frames.
    #[error("{path} holds the ledger {found}, not {expected}; choose another directory")]
    OtherLedger {
        /// The directory.
        path: PathBuf,
        /// Whose frames it holds.
        found: String,
        /// Whose were to go there.
        expected: String,
    },
    /// Another process ships to the directory.
    #[error("another process ships to {0}; stop it, or choose another directory")]
    Locked(PathBuf),
    /// Copy and ledger hold different events.
    #[error(
        "there are two histories: ledger and copy agree up to frame {}, then the ledger's root is {ledger} and the copy's is {copy}; nothing was changed, keep both and find out which one people relied on",
        agreed(.first)
    )]
    Forked {
        /// The first frame that differs.
        first: u64,
        /// The ledger's root after it.
        ledger: Hash,
        /// The copy's root after it.
        copy: Hash,
    },
    /// The copy holds more than the ledger.
    #[error(
        "the copy holds {copy} frames, the ledger only {ledger} of them: an older ledger was put back; nothing was changed, restore from the copy"
    )]
    Behind {
        /// Frames in the copy.
        copy: u64,
        /// Frames in the ledger.
        ledger: u64,
    },
    /// A shipped file is not as it was written.
    #[error("the copy in {path} is damaged: {fault}; ship to a new directory, and keep this one")]
    Damaged {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong.
        #[source]
        fault: Fault,
    },
    /// The copy's checkpoint is not signed by the ledger's key.
    #[error("the checkpoint in the copy does not count")]
    Note(#[from] NoteError),
    /// The copy ends before the frame that was asked for.
    #[error("the copy ends with frame {last}; there is no frame {asked} in it")]
    Short {
        /// Its last frame.
        last: u64,
        /// The frame that was asked for.
        asked: u64,
    },
    /// The ledger cannot be read, or the restored one not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger itself is damaged.
    #[error("the ledger is damaged: {0}; nothing was shipped, run verify")]
    Ledger(#[source] Fault),
}

fn agreed(first: &u64) -> String {
    match first.checked_sub(1) {
        Some(last) => last.to_string(),
        None => "none".to_owned(),
    }
}

fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> ShipError {
    let path = path.into();
    move |source| ShipError::File { path, source }
}

/// A copy's frames in order, some at a time.
type Pages<'a> = Box<dyn Iterator<Item = Result<Vec<FrameRow>, ShipError>> + 'a>;

/// Sees that the ledger holds a copy's last frame, the one before `end` with `root`; names the first frame that
/// differs. `pages` are the copy's frames in order; they are read only where the last one differs.
fn compare<'a>(
    source: &mut (impl Source + ?Sized),
    (end, root): (u64, Option<Hash>),
    pages: impl FnOnce() -> Result<Pages<'a>, ShipError>,
) -> Result<(), ShipError> {
    let (Some(last), Some(root)) = (end.checked_sub(1), root) else {
        return Ok(());
    };
    match source.read(last, 1)?.pop() {
        Some(row) if row.no == last && row.root == root => return Ok(()),
        _ => {}
    }
    let mut agreed = 0;
    for theirs in pages()? {
        let theirs = theirs?;
        let ours = source.read(agreed, theirs.len())?;
        let pairs = ours.iter().zip(&theirs);
        if let Some((ours, theirs)) = pairs.clone().find(|(a, b)| a.root != b.root) {
            return Err(ShipError::Forked {
                first: ours.no,
                ledger: ours.root,
                copy: theirs.root,
            });
        }
        agreed += pairs.count() as u64;
        if ours.len() < theirs.len() {
            break;
        }
    }
    Err(ShipError::Behind {
        copy: end,
        ledger: agreed,
    })
}
