//! A shipped copy as a source of frames.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::segment::{Next, Segment};
use super::{ShipError, file};
use crate::audit::{Fault, FaultKind};
use crate::checkpoint::Checkpoint;
use crate::frame::FrameRow;
use crate::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::store::{RowHead, Source, StoreError};
use crate::verify::{Progress, VerifyReport, verify};

/// Tells what [`ShippedCopy::check`] found in a good copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedReport {
    /// What the frames hold.
    pub verified: VerifyReport,
    /// How many of the events the copy's signed checkpoint covers.
    pub signed: u64,
}

/// Reads a directory that a [`Shipper`](super::Shipper) wrote, while it is written to or not.
#[derive(Debug)]
pub struct ShippedCopy {
    directory: PathBuf,
}

impl ShippedCopy {
    /// Opens a directory; refuses one that is no shipped copy.
    pub fn open(directory: &Path) -> Result<Self, ShipError> {
        let copy = Self {
            directory: directory.to_owned(),
        };
        if !copy.origin_path().is_file() {
            return Err(ShipError::NotACopy(directory.to_owned()));
        }
        Ok(copy)
    }

    /// Gives the verifier key of the ledger whose frames these are.
    pub fn key(&self) -> Result<VerifierKey, ShipError> {
        let path = self.origin_path();
        let text = fs::read_to_string(&path).map_err(file(path))?;
        Ok(VerifierKey::parse(text.trim())?)
    }

    /// Gives the newest signed checkpoint that the frames cover, or `None` before the first.
    pub fn checkpoint(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, ShipError> {
        let note = self.note()?;
        Ok(note.map(|note| Checkpoint::open(&note, key)).transpose()?)
    }

    /// The same as the signed note that was shipped, with its signatures unchecked.
    pub fn note(&self) -> Result<Option<String>, ShipError> {
        let path = self.directory.join("checkpoint");
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ShipError::File { path, source }),
            Ok(metadata) if metadata.len() > MAX_NOTE_BYTES as u64 => {
                Err(crate::note::NoteError::Shape.into())
            }
            Ok(_) => Ok(Some(fs::read_to_string(&path).map_err(file(&path))?)),
        }
    }

    /// Reads and hashes all of it, and compares it with its checkpoint.
    pub fn check(
        &mut self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ShippedReport, ShipError> {
        let key = self.key()?;
        let checkpoint = self.checkpoint(&key)?;
        let directory = self.directory.clone();
        let verified =
            verify(self, checkpoint.as_ref(), progress).map_err(|fault| ShipError::Damaged {
                path: directory,
                fault,
            })?;
        Ok(ShippedReport {
            verified,
            signed: checkpoint.map_or(0, |checkpoint| checkpoint.size),
        })
    }

    pub(super) fn origin_path(&self) -> PathBuf {
        self.directory.join("origin")
    }

    /// Gives the files of frames with their first numbers, in order.
    pub(super) fn segments(&self) -> Result<Vec<(u64, PathBuf)>, ShipError> {
        let frames = self.directory.join("frames");
        let mut found = Vec::new();
        for item in fs::read_dir(&frames).map_err(file(&frames))? {
            let path = item.map_err(file(&frames))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let no = name.and_then(|name| name.strip_suffix(".frames")?.parse().ok());
            if let Some(no) = no {
                found.push((no, path));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn walk(
        &self,
        from: u64,
        visit: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), ShipError> {
        let segments = self.segments()?;
        let first = segments.partition_point(|(no, _)| *no <= from).max(1) - 1;
        let count = segments.len();
        for (index, (no, path)) in segments.into_iter().enumerate().skip(first) {
            let is_last = index + 1 == count;
            let damaged = |what: &str| ShipError::Damaged {
                path: path.clone(),
                fault: Fault {
                    frame: no,
                    what: FaultKind::Unreadable(what.to_owned()),
                },
            };
            let opened = Segment::open(&path).map_err(|error| damaged(&error.to_string()))?;
            let Some(mut segment) = opened else {
                // Its writer has not come further yet, or never did.
                match is_last {
                    true => return Ok(()),
                    false => return Err(damaged("it ends within its head")),
                }
            };
            if segment.no != no {
                return Err(damaged("its head names another frame than its name"));
            }
            loop {
                match segment
                    .next()
                    .map_err(|error| damaged(&error.to_string()))?
                {
                    Next::Frame(row) if row.no < from => {}
                    Next::Frame(row) => {
                        if visit(row).is_break() {
                            return Ok(());
                        }
                    }
                    Next::End => break,
                    Next::Torn if is_last => return Ok(()),
                    Next::Torn => return Err(damaged("it ends within a frame")),
                }
            }
        }
        Ok(())
    }
}

impl Source for ShippedCopy {
    fn visit(
        &mut self,
        from: u64,
        visit: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.walk(from, visit).map_err(|error| StoreError::Corrupt {
            no: None,
            cause: Box::new(error),
        })
    }

    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError> {
        let row = self.read(no, 1)?.pop().filter(|row| row.no == no);
        Ok(row.as_ref().map(head_of))
    }

    fn last(&mut self) -> Result<Option<RowHead>, StoreError> {
        let segments = self.segments().map_err(|error| StoreError::Corrupt {
            no: None,
            cause: Box::new(error),
        })?;
        // The newest file may hold no whole frame yet.
        for (no, _) in segments.into_iter().rev().take(2) {
            let mut last = None;
            self.visit(no, &mut |row| {
                last = Some(head_of(&row));
                ControlFlow::Continue(())
            })?;
            if last.is_some() {
                return Ok(last);
            }
        }
        Ok(None)
    }
}

fn head_of(row: &FrameRow) -> RowHead {
    RowHead {
        no: row.no,
        first_seq: row.first_seq,
        n: row.n,
    }
}
