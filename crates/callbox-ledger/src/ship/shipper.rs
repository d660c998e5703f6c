//! Ships new frames to a copy.

use std::fs::{self, File, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::iter;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::copy::ShippedCopy;
use super::segment::{self, Next, Segment};
use super::{ShipError, compare, file};
use crate::audit::{Auditor, Depth, Fault, FaultKind};
use crate::checkpoint::Checkpoint;
use crate::files;
use crate::frame::FrameRow;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::note::VerifierKey;
use crate::store::Source;

/// A file of frames gets no further frames when it is this long.
const SEGMENT_BYTES: u64 = 32 << 20;
/// How many bytes are collected before they are written and flushed.
const PORTION_BYTES: usize = 4 << 20;

/// How many frames are compared at once.
const COMPARED: usize = 256;

/// How far a copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// How many frames it holds.
    pub frames: u64,
    /// How many events it holds.
    pub events: u64,
    /// When the last of them was recorded, in microseconds since 1970 UTC.
    pub last_recorded_us: Option<i64>,
    /// The tree head over them.
    pub root: Hash,
}

/// Brings a copy up to a ledger, again and again, by frame number.
///
/// Each frame is checked before it is written, and what was written is read back and hashed before
/// it counts. One thread calls [`advance`](Self::advance); a lock keeps a second shipper away.
/// After an error open it anew, which finds out what arrived.
#[derive(Debug)]
pub struct Shipper {
    directory: PathBuf,
    key: VerifierKey,
    auditor: Auditor,
    out: Option<Out>,
    /// Whether the ledger was compared with what the copy holds.
    is_compared: bool,
    /// The root after the last frame in the copy.
    root: Option<Hash>,
    note: Option<String>,
    _lock: File,
}

/// The file of frames that grows.
#[derive(Debug)]
struct Out {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Shipper {
    /// Opens the directory for the ledger with this key, making it where it is missing, and reads
    /// and checks the newest file of frames. What a loss of power has left of an unfinished frame
    /// is cut off.
    pub fn open(directory: &Path, key: &VerifierKey) -> Result<Self, ShipError> {
        let frames = directory.join("frames");
        fs::create_dir_all(&frames).map_err(file(&frames))?;
        let lock_path = directory.join("lock");
        let lock = File::create(&lock_path).map_err(file(&lock_path))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => ShipError::Locked(directory.to_owned()),
            TryLockError::Error(source) => ShipError::File {
                path: lock_path.clone(),
                source,
            },
        })?;
        // A version before this one wrote them for everybody to read.
        let mut written: Vec<_> = ["origin", "checkpoint"]
            .map(|name| directory.join(name))
            .into();
        for item in fs::read_dir(&frames).map_err(file(&frames))? {
            written.push(item.map_err(file(&frames))?.path());
        }
        for path in written.iter().filter(|path| path.exists()) {
            files::make_private(path).map_err(file(path))?;
        }
        let origin = directory.join("origin");
        if !origin.exists() {
            files::replace_private(&origin, format!("{key}\n").as_bytes())
                .map_err(file(&origin))?;
        }
        let copy = ShippedCopy::open(directory)?;
        let found = copy.key()?;
        if found.to_string() != key.to_string() {
            return Err(ShipError::OtherLedger {
                path: directory.to_owned(),
                found: found.to_string(),
                expected: key.to_string(),
            });
        }
        let mut shipper = Self {
            directory: directory.to_owned(),
            key: key.clone(),
            auditor: Auditor::new(Frontier::empty(), 0, Depth::Frames),
            out: None,
            is_compared: false,
            root: None,
            note: fs::read_to_string(directory.join("checkpoint")).ok(),
            _lock: lock,
        };
        shipper.resume(&copy)?;
        Ok(shipper)
    }

    /// Goes on at the end of the newest file.
    fn resume(&mut self, copy: &ShippedCopy) -> Result<(), ShipError> {
        let mut segments = copy.segments()?;
        while let Some((no, path)) = segments.pop() {
            let damaged = |frame, what: String| ShipError::Damaged {
                path: path.clone(),
                fault: Fault {
                    frame,
                    what: FaultKind::Unreadable(what),
                },
            };
            let opened = Segment::open(&path).map_err(|error| damaged(no, error.to_string()))?;
            let Some(mut segment) = opened.filter(|segment| segment.no == no) else {
                // Power went while it was begun; nothing in it ever counted.
                fs::remove_file(&path).map_err(file(&path))?;
                continue;
            };
            let mut auditor = Auditor::new(segment.edge.clone(), no, Depth::Frames);
            let mut root = (no > 0).then(|| segment.edge.root());
            loop {
                let next = segment.next();
                match next.map_err(|error| damaged(auditor.next_no, error.to_string()))? {
                    Next::Frame(row) => {
                        let fault = |fault| ShipError::Damaged {
                            path: path.clone(),
                            fault,
                        };
                        auditor.admit(&row).map_err(fault)?;
                        root = Some(row.root);
                    }
                    Next::End | Next::Torn => break,
                }
            }
            let mut out = File::options()
                .write(true)
                .open(&path)
                .map_err(file(&path))?;
            out.set_len(segment.offset).map_err(file(&path))?;
            out.seek(SeekFrom::End(0)).map_err(file(&path))?;
            out.sync_all().map_err(file(&path))?;
            (self.auditor, self.root) = (auditor, root);
            self.out = Some(Out {
                path,
                file: out,
                length: segment.offset,
            });
            return Ok(());
        }
        Ok(())
    }

    /// Ships every frame below number `end` that the copy does not have, then the checkpoint `note`
    /// when the frames reach that far.
    ///
    /// Refuses a ledger whose frames differ from the copy's, or that is shorter.
    pub fn advance(
        &mut self,
        source: &mut (impl Source + ?Sized),
        end: u64,
        note: Option<&str>,
    ) -> Result<Shipped, ShipError> {
        if !self.is_compared {
            compare(source, (self.auditor.next_no, self.root), || {
                let (mut copy, mut next) = (ShippedCopy::open(&self.directory)?, 0);
                let pages = iter::from_fn(move || {
                    let page = copy.read(next, COMPARED).map_err(ShipError::from);
                    next += COMPARED as u64;
                    Some(page).filter(|page| !page.as_ref().is_ok_and(Vec::is_empty))
                });
                Ok(Box::new(pages))
            })?;
            self.is_compared = true;
        }
        let mut portion = Vec::new();
        let mut outcome = Ok(());
        let walked = source.visit(self.auditor.next_no, &mut |row| {
            if row.no >= end {
                return ControlFlow::Break(());
            }
            outcome = self.take(&row, &mut portion);
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        outcome?;
        walked?;
        self.write(&mut portion)?;
        if let Some(note) = note.filter(|note| self.note.as_deref() != Some(*note)) {
            let checkpoint = Checkpoint::open(note, &self.key)?;
            if checkpoint.size <= self.auditor.frontier.size() {
                let path = self.directory.join("checkpoint");
                files::replace_private(&path, note.as_bytes()).map_err(file(&path))?;
                self.note = Some(note.to_owned());
            }
        }
        Ok(self.shipped())
    }

    /// Says how far the copy is.
    pub fn shipped(&self) -> Shipped {
        Shipped {
            frames: self.auditor.next_no,
            events: self.auditor.frontier.size(),
            last_recorded_us: self.auditor.last_recorded_us,
            root: self.auditor.frontier.root(),
        }
    }

    fn take(&mut self, row: &FrameRow, portion: &mut Vec<u8>) -> Result<(), ShipError> {
        let edge = self.auditor.frontier.clone();
        self.auditor.admit(row).map_err(ShipError::Ledger)?;
        let is_full = |out: &Out| out.length + portion.len() as u64 >= SEGMENT_BYTES;
        if self.out.as_ref().is_none_or(is_full) {
            self.write(portion)?;
            self.begin(row.no, &edge)?;
        }
        segment::put_frame(row, portion);
        self.root = Some(row.root);
        if portion.len() >= PORTION_BYTES {
            self.write(portion)?;
        }
        Ok(())
    }

    fn begin(&mut self, no: u64, edge: &Frontier) -> Result<(), ShipError> {
        let path = self.directory.join(format!("frames/{no:012}.frames"));
        let head = segment::head(no, edge);
        let mut new = files::create_private(&path).map_err(file(&path))?;
        new.write_all(&head)
            .and_then(|()| new.sync_all())
            .and_then(|()| files::sync_parent(&path))
            .map_err(file(&path))?;
        self.out = Some(Out {
            path,
            file: new,
            length: head.len() as u64,
        });
        Ok(())
    }

    /// Writes and flushes a portion, reads it back and compares it.
    fn write(&mut self, portion: &mut Vec<u8>) -> Result<(), ShipError> {
        if portion.is_empty() {
            return Ok(());
        }
        let out = self
            .out
            .as_mut()
            .expect("a file was begun for the first frame");
        out.file
            .write_all(portion)
            .and_then(|()| out.file.sync_data())
            .map_err(file(&out.path))?;
        let before = out.length;
        out.length += portion.len() as u64;
        let mut arrived = Segment::open(&out.path)
            .map_err(file(&out.path))?
            .ok_or_else(|| segment::invalid("what was written cannot be read back"))
            .map_err(file(&out.path))?;
        arrived.seek(before).map_err(file(&out.path))?;
        let mut last = None;
        while let Next::Frame(row) = arrived.next().map_err(file(&out.path))? {
            last = Some(row.root);
        }
        if last != self.root || arrived.offset != out.length {
            let error = segment::invalid("what was read back is not what was written");
            return Err(file(&out.path)(error));
        }
        portion.clear();
        Ok(())
    }
}
