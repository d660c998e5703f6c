//! What may be signed: never less than before, never another history.

use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::audit::{Auditor, Depth, Fault};
use crate::checkpoint::Checkpoint;
use crate::files;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::note::{MAX_NOTE_BYTES, NoteError, Signer, VerifierKey};
use crate::prove::find_frame;
use crate::store::{Source, StoreError};

/// Keeps the last signed checkpoint in a directory of its own, outside the ledger and its backups.
///
/// The directory must not be restored together with the ledger: that the two disagree after an
/// old copy was put back is the point.
#[derive(Debug)]
pub struct Gate {
    directory: PathBuf,
}

/// Tells why no checkpoint was signed.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The gate's files cannot be used.
    #[error("cannot use the checkpoint directory {path}; check that it exists and may be written")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kept checkpoint is not one that this key signed.
    #[error(
        "the kept checkpoint {path} is not one that this ledger's key signed; put back the right key or file"
    )]
    Note {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: NoteError,
    },
    /// Another process changed the kept checkpoint meanwhile.
    #[error("another server has signed a newer checkpoint; only one may sign, stop the other")]
    Raced,
    /// The ledger is shorter than what was signed, differs from it, or is damaged.
    #[error("nothing was signed, the ledger is not the one that was signed before: {0}")]
    Ledger(#[from] Fault),
    /// The ledger cannot be read now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Gate {
    /// Opens the directory, making it where it is missing.
    pub fn open(directory: &Path) -> Result<Self, GateError> {
        let gate = Self {
            directory: directory.to_owned(),
        };
        fs::create_dir_all(directory).map_err(gate.file())?;
        Ok(gate)
    }

    /// Gives the last signed note as it stands in the file, or `None` before the first.
    pub fn note(&self) -> Result<Option<String>, GateError> {
        let path = self.note_path();
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.file()(error)),
            Ok(metadata) if metadata.len() > MAX_NOTE_BYTES as u64 => Err(GateError::Note {
                path,
                source: NoteError::Shape,
            }),
            Ok(_) => fs::read_to_string(&path).map(Some).map_err(self.file()),
        }
    }

    /// Gives the last signed checkpoint, its signature checked, or `None` before the first.
    pub fn checkpoint(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, GateError> {
        let Some(note) = self.note()? else {
            return Ok(None);
        };
        match Checkpoint::open(&note, key) {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(source) => Err(GateError::Note {
                path: self.note_path(),
                source,
            }),
        }
    }

    /// Gives the tree's edge at the last signed checkpoint, for [`Ledger::open_from`]; `None` when
    /// it was not kept. It is only given when its root is the signed one, so it needs no trust.
    ///
    /// [`Ledger::open_from`]: crate::Ledger::open_from
    pub fn frontier(&self, key: &VerifierKey) -> Result<Option<Frontier>, GateError> {
        let Some(checkpoint) = self.checkpoint(key)? else {
            return Ok(None);
        };
        Ok(self.kept_frontier(&checkpoint))
    }

    fn kept_frontier(&self, checkpoint: &Checkpoint) -> Option<Frontier> {
        // Only a saving of time: whatever is wrong with the file, the ledger is read instead.
        let bytes = fs::read(self.frontier_path()).ok()?;
        let peaks = bytes
            .chunks(32)
            .map(Hash::from_slice)
            .collect::<Option<Vec<_>>>()?;
        let frontier = Frontier::from_parts(checkpoint.size, peaks)?;
        (frontier.root() == checkpoint.root).then_some(frontier)
    }

    /// Puts `note` in the place of `expected`, or refuses when something else stands there.
    pub(crate) fn swap(
        &self,
        expected: Option<&str>,
        note: &str,
        frontier: &Frontier,
    ) -> Result<(), GateError> {
        let lock = File::create(self.directory.join("lock")).map_err(self.file())?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => GateError::Raced,
            TryLockError::Error(error) => self.file()(error),
        })?;
        if self.note()?.as_deref() != expected {
            return Err(GateError::Raced);
        }
        // The note first: a crash between the two leaves an edge that does not fit the note, which
        // is then passed over.
        files::replace(&self.note_path(), note.as_bytes()).map_err(self.file())?;
        let peaks: Vec<u8> = frontier.peaks().iter().flat_map(|peak| peak.0).collect();
        files::replace(&self.frontier_path(), &peaks).map_err(self.file())
    }

    fn note_path(&self) -> PathBuf {
        self.directory.join("checkpoint")
    }

    fn frontier_path(&self) -> PathBuf {
        self.directory.join("frontier")
    }

    fn file(&self) -> impl Fn(io::Error) -> GateError {
        |source| GateError::File {
            path: self.directory.clone(),
            source,
        }
    }
}

/// Signs the ledger's newest state after it has read and hashed every new byte itself.
///
/// It reads through a [`Source`] of its own and keeps a frontier of its own: what it signs is what
/// stands in the store, not what the writer believes to have written. One thread calls
/// [`advance`](Self::advance) about once a second.
pub struct Checkpointer {
    source: Box<dyn Source>,
    signer: Signer,
    gate: Gate,
    /// How far it has looked, and the checkpoint that it then left; `None` before the first walk
    /// and after a fault.
    seen: Option<(Auditor, Checkpoint)>,
}

impl Checkpointer {
    /// Makes a checkpointer; nothing is read yet.
    pub fn new(source: Box<dyn Source>, signer: Signer, gate: Gate) -> Self {
        Self {
            source,
            signer,
            gate,
            seen: None,
        }
    }

    /// Reads the frames that it has not seen, checks each, and signs and keeps the new state.
    ///
    /// Gives the checkpoint that now stands, an older one when nothing was added. Refuses when the
    /// ledger is behind the kept checkpoint or differs from it; a refusal never changes the kept
    /// checkpoint, and the next call looks at the whole ledger again.
    pub fn advance(&mut self) -> Result<Checkpoint, GateError> {
        let kept_note = self.gate.note()?;
        let kept = self.gate.checkpoint(self.signer.verifier())?;
        let mut auditor = match self.seen.take() {
            Some((auditor, left)) if kept.as_ref() == Some(&left) => auditor,
            _ => start(self.source.as_mut(), &self.gate, kept.as_ref())?,
        };
        look_back(self.source.as_mut(), &auditor)?;
        walk(self.source.as_mut(), &mut auditor)?;
        let size = auditor.frontier.size();
        if let Some(kept) = kept {
            if kept.size == size && kept.root == auditor.frontier.root() {
                self.seen = Some((auditor, kept.clone()));
                return Ok(kept);
            }
            if kept.size >= size {
                // Shorter, or as long and different; the edge in memory says which.
                auditor.expect(&kept)?;
                auditor.finish()?;
            }
        }
        let checkpoint = Checkpoint {
            origin: self.signer.origin().to_owned(),
            size,
            root: auditor.frontier.root(),
        };
        let note = self.signer.sign(&checkpoint);
        self.gate
            .swap(kept_note.as_deref(), &note, &auditor.frontier)?;
        self.seen = Some((auditor, checkpoint.clone()));
        Ok(checkpoint)
    }

    /// Gives the gate, for reading the last note.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// Starts at the kept checkpoint where its edge was kept too, else at the first frame.
fn start(
    source: &mut dyn Source,
    gate: &Gate,
    kept: Option<&Checkpoint>,
) -> Result<Auditor, GateError> {
    let Some(kept) = kept else {
        return Ok(Auditor::new(Frontier::empty(), 0, Depth::Frames));
    };
    if let Some(frontier) = gate
        .kept_frontier(kept)
        .filter(|frontier| frontier.size() > 0)
        && let Some(no) = find_frame(source, frontier.size() - 1)?
        && let Some(row) = source.read(no, 1)?.pop()
        && row.first_seq + u64::from(row.n) == frontier.size()
        && row.root == kept.root
    {
        let mut auditor = Auditor::new(frontier, no + 1, Depth::Frames);
        auditor.last_recorded_us = Some(row.at_us);
        return Ok(auditor);
    }
    let mut auditor = Auditor::new(Frontier::empty(), 0, Depth::Frames);
    auditor.expect(kept)?;
    walk(source, &mut auditor)?;
    auditor.finish()?;
    Ok(auditor)
}

/// Sees that the last frame that was admitted still stands: else the file was exchanged.
fn look_back(source: &mut dyn Source, auditor: &Auditor) -> Result<(), GateError> {
    let Some(last) = auditor.next_no.checked_sub(1) else {
        return Ok(());
    };
    let row = source.read(last, 1)?.pop().filter(|row| row.no == last);
    let signed = auditor.frontier.size();
    match row {
        Some(row) if row.root == auditor.frontier.root() => Ok(()),
        Some(row) => Err(Fault::root(last, auditor.frontier.root(), row.root).into()),
        None => {
            let events = source
                .last()?
                .map_or(0, |last| last.first_seq + u64::from(last.n));
            let frame = source.last()?.map_or(0, |last| last.no + 1).min(last);
            Err(Fault::behind(frame, events, signed).into())
        }
    }
}

fn walk(source: &mut dyn Source, auditor: &mut Auditor) -> Result<(), GateError> {
    let mut fault = None;
    let walked = source.visit(auditor.next_no, &mut |row| match auditor.admit(&row) {
        Ok(()) => ControlFlow::Continue(()),
        Err(found) => {
            fault = Some(found);
            ControlFlow::Break(())
        }
    });
    match (fault, walked) {
        (Some(fault), _) => Err(fault.into()),
        (None, Err(error @ StoreError::Corrupt { .. })) => Err(auditor.unreadable(&error).into()),
        (None, walked) => Ok(walked?),
    }
}
