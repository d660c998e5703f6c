use std::ops::ControlFlow;
use std::path::Path;

use super::TileError;
use super::tree::{EntryTree, HashTree};
use crate::audit::{Auditor, Depth};
use crate::checkpoint::Checkpoint;
use crate::frame::FrameRow;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::note::{NoteError, VerifierKey};
use crate::prove::find_frame;
use crate::store::{Source, StoreError};

/// After so many events a long export flushes and keeps its state, to go on from there.
const KEEP_EVERY: u64 = 1 << 18;

/// Tells how far the published tiles reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileReport {
    /// How many events the published checkpoint covers.
    pub size: u64,
    /// How many of them were read from the ledger by this call.
    pub read: u64,
}

/// Writes the ledger's tiles behind the commit path, up to signed checkpoints.
///
/// Each frame is read back and checked before its hashes go into a tile; the checkpoint is put in
/// place last, so a web server may serve the directory as it is. Files are whole or absent. They
/// are flushed by [`flush`](Self::flush) only, so as not to compete with the commits for the disk:
/// after a loss of power the next start writes anew what was not flushed.
///
/// One writer at a time has a directory; a lock file refuses a second one.
#[derive(Debug)]
pub struct TileWriter {
    hashes: HashTree,
    entries: Option<EntryTree>,
    /// How far the files reach; `None` before the first call and after a failure.
    at: Option<Auditor>,
    /// The size at the last point up to which all files were flushed.
    flushed: Option<u64>,
    published: Option<String>,
}

impl TileWriter {
    /// Opens the directories, making them where they are missing.
    ///
    /// `tiles` holds what is public: the checkpoint and the hash tiles. `entries`, if given, holds
    /// the leaves themselves, for auditors; it may be the same directory.
    pub fn open(tiles: &Path, entries: Option<&Path>) -> Result<Self, TileError> {
        let hashes = HashTree::open(tiles)?;
        let published = hashes.reader().checkpoint()?;
        Ok(Self {
            hashes,
            entries: entries.map(EntryTree::open).transpose()?,
            at: None,
            flushed: None,
            published,
        })
    }

    /// Writes the tiles up to the signed checkpoint `note` and publishes it.
    ///
    /// The note may carry cosignatures; publishing the same checkpoint with more of them is
    /// allowed. Refuses a checkpoint that `key` did not sign, one behind the published one, and a
    /// ledger that is not the one that was signed; then the published checkpoint stays.
    pub fn advance(
        &mut self,
        source: &mut dyn Source,
        note: &str,
        key: &VerifierKey,
    ) -> Result<TileReport, TileError> {
        let report = self.write(source, note, key)?;
        self.publish(note, key)?;
        Ok(report)
    }

    /// Publishes a checkpoint that the tiles written so far reach, such as one with cosignatures
    /// that came later; refuses one that they do not reach.
    pub fn publish(&mut self, note: &str, key: &VerifierKey) -> Result<(), TileError> {
        if self.published.as_deref() == Some(note) {
            return Ok(());
        }
        let size = Checkpoint::open(note, key)?.size;
        let reached = self.at.as_ref().map_or(0, |at| at.frontier.size());
        if size > reached {
            return Err(TileError::Behind {
                published: size,
                size: reached,
            });
        }
        self.hashes.publish(note)?;
        self.published = Some(note.to_owned());
        Ok(())
    }

    /// Writes the tiles up to the signed checkpoint `note`; the published one stays as it is.
    pub fn write(
        &mut self,
        source: &mut dyn Source,
        note: &str,
        key: &VerifierKey,
    ) -> Result<TileReport, TileError> {
        let checkpoint = Checkpoint::open(note, key)?;
        let published = match self
            .published
            .as_deref()
            .map(|note| Checkpoint::open(note, key))
        {
            // Loss of power may leave an empty file; it promised nothing.
            None | Some(Err(NoteError::Shape)) => None,
            Some(published) => Some(published?),
        };
        if let Some(published) = published
            && (published.size > checkpoint.size
                || (published.size == checkpoint.size && published.root != checkpoint.root))
        {
            return Err(TileError::Behind {
                published: published.size,
                size: checkpoint.size,
            });
        }
        let mut auditor = match self.at.take() {
            Some(auditor) => auditor,
            None => self.resume(source)?,
        };
        let before = auditor.frontier.size();
        if before > checkpoint.size {
            // A longer export stopped on its way; what it wrote is of no checkpoint yet.
            auditor = self.restart();
        }
        auditor.expect(&checkpoint)?;
        self.walk(source, &mut auditor, checkpoint.size)?;
        auditor.finish()?;
        self.write_partials()?;
        self.at = Some(auditor);
        Ok(TileReport {
            size: checkpoint.size,
            read: checkpoint.size.saturating_sub(before),
        })
    }

    /// Flushes all files to stable storage, so that the next start goes on from here.
    ///
    /// For about once a minute and before the end; a start repeats what came after.
    pub fn flush(&mut self) -> Result<(), TileError> {
        let Some(at) = self.at.take() else {
            return Ok(());
        };
        // After a failed flush only what was kept before counts: the rest is written anew.
        self.keep_state(at.frontier.size(), at.frontier.root())?;
        self.at = Some(at);
        Ok(())
    }

    fn keep_state(&mut self, size: u64, root: Hash) -> Result<(), TileError> {
        if self.flushed == Some(size) {
            return Ok(());
        }
        // The entries first: a crash between the two leaves states that differ, and so a new start.
        if let Some(entries) = &mut self.entries {
            entries.keep_state(root)?;
        }
        self.hashes.keep_state(root)?;
        self.flushed = Some(size);
        Ok(())
    }

    fn write_partials(&mut self) -> Result<(), TileError> {
        self.hashes.write_partials()?;
        match &mut self.entries {
            Some(entries) => entries.write_partial(),
            None => Ok(()),
        }
    }

    fn restart(&mut self) -> Auditor {
        self.hashes.restart();
        if let Some(entries) = &mut self.entries {
            entries.restart();
        }
        self.flushed = None;
        Auditor::new(Frontier::empty(), 0, Depth::Frames)
    }

    /// Goes on where all files were flushed, or begins anew where they or the ledger disagree.
    fn resume(&mut self, source: &mut dyn Source) -> Result<Auditor, TileError> {
        let Some(frontier) = self.hashes.resume() else {
            return Ok(self.restart());
        };
        let (size, root) = (frontier.size(), frontier.root());
        if let Some(entries) = &mut self.entries
            && !entries.resume(&self.hashes, root)
        {
            return Ok(self.restart());
        }
        if let Some(no) = find_frame(source, size - 1)?
            && let Some(row) = source.read(no, 1)?.pop()
            && row.first_seq + u64::from(row.n) == size
            && row.root == root
        {
            let mut auditor = Auditor::new(frontier, no + 1, Depth::Frames);
            auditor.last_recorded_us = Some(row.at_us);
            self.flushed = Some(size);
            return Ok(auditor);
        }
        Ok(self.restart())
    }

    fn walk(
        &mut self,
        source: &mut dyn Source,
        auditor: &mut Auditor,
        size: u64,
    ) -> Result<(), TileError> {
        let mut outcome = Ok(());
        let mut kept = auditor.frontier.size();
        let walked = match kept < size {
            true => source.visit(auditor.next_no, &mut |row| {
                outcome = self.take(auditor, &row, size, &mut kept);
                match outcome.is_ok() && auditor.frontier.size() < size {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            }),
            false => Ok(()),
        };
        outcome?;
        match walked {
            Err(error @ StoreError::Corrupt { .. }) => Err(auditor.unreadable(&error).into()),
            walked => Ok(walked?),
        }
    }

    fn take(
        &mut self,
        auditor: &mut Auditor,
        row: &FrameRow,
        size: u64,
        kept: &mut u64,
    ) -> Result<(), TileError> {
        // Nothing of a frame is written before all of it was found good.
        let (mut hashes, mut leaves) = (Vec::new(), Vec::new());
        let wanted = self.entries.is_some();
        auditor.admit_each(row, &mut |leaf, hash| {
            hashes.push(hash);
            if wanted {
                leaves.push(leaf.to_vec());
            }
        })?;
        let reached = auditor.frontier.size();
        if reached > size {
            return Err(TileError::WithinFrame { size });
        }
        for hash in hashes {
            self.hashes.push(hash)?;
        }
        if let Some(entries) = &mut self.entries {
            for leaf in leaves {
                entries.push(&leaf)?;
            }
        }
        if reached - *kept >= KEEP_EVERY {
            *kept = reached;
            self.write_partials()?;
            self.keep_state(reached, auditor.frontier.root())?;
        }
        Ok(())
    }
}

/// Writes the tiles of a whole ledger, up to the signed checkpoint `note`, for static hosting; an
/// export that was stopped goes on.
///
/// See [`TileWriter::open`] for the directories and [`TileWriter::advance`] for what is refused.
pub fn export_tiles(
    source: &mut dyn Source,
    note: &str,
    key: &VerifierKey,
    tiles: &Path,
    entries: Option<&Path>,
) -> Result<TileReport, TileError> {
    let mut writer = TileWriter::open(tiles, entries)?;
    let report = writer.advance(source, note, key)?;
    writer.flush()?;
    Ok(report)
}
