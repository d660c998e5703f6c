//! Frames as objects under names, as S3 and its like keep them: written once, never appended to.
//!
//! `origin`, `checkpoint` and the frames are what they are in a directory; a file of frames is an
//! object `frames/FIRST-LAST.frames` with the same bytes. Each begins with the tree's edge before its
//! first frame, so each proves that it continues the one before. Many small ones are merged into one
//! under a name of its own; what it holds is removed after it is there. A reader takes, from each
//! frame on, the object that goes farthest.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::segment::{self, Next, Segment};
use super::{ShipError, Shipped, compare, file};
use crate::audit::{Auditor, Depth, Fault, FaultKind};
use crate::checkpoint::Checkpoint;
use crate::files;
use crate::frame::FrameRow;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::note::VerifierKey;
use crate::store::{Cause, Source};

/// An object gets no further frames when it has so many bytes.
const OBJECT_BYTES: usize = 8 << 20;
/// So many objects of one run are merged into one, where together they have less than [`OBJECT_BYTES`].
const MERGED: usize = 64;

/// A place that keeps whole objects under names; whoever calls brings it.
///
/// Durability: what `put_new` and `put` acknowledged is kept, whole. Each call ends within some
/// seconds; the caller tries again later.
pub trait Objects: Send + Sync {
    /// Puts an object where none is; `false` where the name is taken.
    fn put_new(&self, name: &str, bytes: Vec<u8>) -> Result<bool, Cause>;
    /// Puts an object in the place of one.
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), Cause>;
    /// Gives an object; `None` where there is none.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Cause>;
    /// Gives the names that begin with the directory `prefix`.
    fn list(&self, prefix: &str) -> Result<Vec<String>, Cause>;
    /// Removes an object; one that is not there counts as removed.
    fn delete(&self, name: &str) -> Result<(), Cause>;
    /// What people know the place by.
    fn address(&self) -> String;
}

/// Brings the objects of a place up to a ledger, again and again, by frame number.
///
/// As [`Shipper`](super::Shipper) does in a directory: each frame is checked before it is sent, what was
/// put is read back and compared, a ledger that differs or is shorter is refused. Two shippers to one
/// place are told of each other: each looks, before it puts, whether the place ends where it left it.
pub struct ObjectShipper {
    place: Arc<dyn Objects>,
    key: VerifierKey,
    auditor: Auditor,
    root: Option<Hash>,
    note: Option<String>,
    is_compared: bool,
    /// The newest small objects of this run: name, edge before it, bytes.
    small: Vec<(String, Frontier, usize)>,
}

impl std::fmt::Debug for ObjectShipper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectShipper")
            .field("place", &self.place.address())
            .finish_non_exhaustive()
    }
}

/// One object of frames.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    first: u64,
    last: u64,
    name: String,
}

impl ObjectShipper {
    /// Opens a place for the ledger with this key, and reads and checks its newest object.
    pub fn open(place: Arc<dyn Objects>, key: &VerifierKey) -> Result<Self, ShipError> {
        let line = format!("{key}\n").into_bytes();
        let is_new = (place.put_new("origin", line)).map_err(object(&*place, "origin"))?;
        if !is_new {
            let found = origin(&*place)?;
            if found != *key {
                return Err(ShipError::OtherLedger {
                    path: place.address().into(),
                    found: found.to_string(),
                    expected: key.to_string(),
                });
            }
        }
        let mut shipper = Self {
            note: text(&*place, "checkpoint")?,
            key: key.clone(),
            auditor: Auditor::new(Frontier::empty(), 0, Depth::Frames),
            root: None,
            is_compared: false,
            small: Vec::new(),
            place,
        };
        if let Some(part) = parts(&*shipper.place)?.pop() {
            let (edge, rows) = read(&*shipper.place, &part)?;
            let mut auditor = Auditor::new(edge, part.first, Depth::Frames);
            for row in &rows {
                let fault = |fault| damaged(&*shipper.place, &part.name, fault);
                auditor.admit(row).map_err(fault)?;
            }
            shipper.root = rows.last().map(|row| row.root);
            shipper.auditor = auditor;
        }
        Ok(shipper)
    }

    /// Ships every frame below number `end` that the place does not have, then the checkpoint `note`
    /// when the frames reach that far.
    pub fn advance(
        &mut self,
        source: &mut (impl Source + ?Sized),
        end: u64,
        note: Option<&str>,
    ) -> Result<Shipped, ShipError> {
        if !self.is_compared {
            let (end, place) = ((self.auditor.next_no, self.root), &*self.place);
            compare(source, end, || {
                let pages = parts(place)?
                    .into_iter()
                    .map(|part| Ok(read(place, &part)?.1));
                Ok(Box::new(pages))
            })?;
            self.is_compared = true;
        }
        let mut edge = self.auditor.frontier.clone();
        let (mut first, mut body) = (self.auditor.next_no, Vec::new());
        let mut outcome = Ok(());
        let walked = source.visit(first, &mut |row| {
            if row.no >= end {
                return ControlFlow::Break(());
            }
            outcome = self.take(&row, &mut body);
            if outcome.is_ok() && body.len() >= OBJECT_BYTES {
                outcome = self.put(first, &edge, &mut body);
                (first, edge) = (self.auditor.next_no, self.auditor.frontier.clone());
            }
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        outcome?;
        walked?;
        if !body.is_empty() {
            self.put(first, &edge, &mut body)?;
        }
        self.merge(source)?;
        if let Some(note) = note.filter(|note| self.note.as_deref() != Some(*note)) {
            let checkpoint = Checkpoint::open(note, &self.key)?;
            if checkpoint.size <= self.auditor.frontier.size() {
                let put = self.place.put("checkpoint", note.as_bytes().to_vec());
                put.map_err(object(&*self.place, "checkpoint"))?;
                self.note = Some(note.to_owned());
            }
        }
        Ok(Shipped {
            frames: self.auditor.next_no,
            events: self.auditor.frontier.size(),
            last_recorded_us: self.auditor.last_recorded_us,
            root: self.auditor.frontier.root(),
        })
    }

    fn take(&mut self, row: &FrameRow, body: &mut Vec<u8>) -> Result<(), ShipError> {
        self.auditor.admit(row).map_err(ShipError::Ledger)?;
        self.root = Some(row.root);
        segment::put_frame(row, body);
        Ok(())
    }

    /// Puts the frames from `first` up to the newest one as one object, and reads it back.
    fn put(&mut self, first: u64, edge: &Frontier, body: &mut Vec<u8>) -> Result<(), ShipError> {
        self.must_end_at(first)?;
        let name = name(first, self.auditor.next_no - 1);
        let mut bytes = segment::head(first, edge);
        bytes.append(body);
        self.put_object(&name, &bytes)?;
        if bytes.len() < OBJECT_BYTES {
            self.small.push((name, edge.clone(), bytes.len()));
        } else {
            self.small.clear();
        }
        Ok(())
    }

    /// Sees that nobody else has shipped here since: frame `first` is the next one.
    fn must_end_at(&self, first: u64) -> Result<(), ShipError> {
        let end = parts(&*self.place)?.last().map_or(0, |part| part.last + 1);
        if end == first {
            return Ok(());
        }
        let what =
            format!("it holds {end} frames where {first} were shipped: another process ships here");
        Err(object(&*self.place, "frames")(what.into()))
    }

    fn put_object(&self, name: &str, bytes: &[u8]) -> Result<(), ShipError> {
        let failed = || object(&*self.place, name);
        (self.place.put_new(name, bytes.to_vec())).map_err(failed())?;
        // Where the name was taken, what stands there has to be the same.
        let found = self.place.get(name).map_err(failed())?;
        if found.as_deref() == Some(bytes) {
            return Ok(());
        }
        let what = "another object stands there, or not what was put";
        Err(failed()(what.into()))
    }

    /// Makes one object of many small ones, then removes these.
    fn merge(&mut self, source: &mut (impl Source + ?Sized)) -> Result<(), ShipError> {
        let bytes: usize = self.small.iter().map(|(_, _, bytes)| bytes).sum();
        if self.small.len() < MERGED && bytes < OBJECT_BYTES {
            return Ok(());
        }
        let small = std::mem::take(&mut self.small);
        let (Some((from, edge, _)), Some((to, _, _))) = (small.first(), small.last()) else {
            return Ok(());
        };
        let (Some(from), Some(to)) = (Part::of(from), Part::of(to)) else {
            return Ok(());
        };
        if small.len() < 2 {
            return Ok(());
        }
        let mut auditor = Auditor::new(edge.clone(), from.first, Depth::Frames);
        let mut whole = segment::head(from.first, edge);
        let mut outcome = Ok(());
        source.visit(from.first, &mut |row| {
            if row.no > to.last {
                return ControlFlow::Break(());
            }
            outcome = auditor.admit(&row).map_err(ShipError::Ledger);
            segment::put_frame(&row, &mut whole);
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        outcome?;
        self.put_object(&name(from.first, to.last), &whole)?;
        for (name, _, _) in &small {
            (self.place.delete(name)).map_err(object(&*self.place, name))?;
        }
        Ok(())
    }
}

/// Writes what a place holds into a directory, where it is a shipped copy like any other.
pub fn fetch_objects(place: &dyn Objects, directory: &Path) -> Result<(), ShipError> {
    let frames = directory.join("frames");
    fs::create_dir_all(&frames).map_err(file(&frames))?;
    let key = origin(place)?;
    let path = directory.join("origin");
    files::replace_private(&path, format!("{key}\n").as_bytes()).map_err(file(&path))?;
    // The checkpoint first: the frames that are read after it reach at least as far.
    if let Some(note) = text(place, "checkpoint")? {
        let path = directory.join("checkpoint");
        files::replace_private(&path, note.as_bytes()).map_err(file(&path))?;
    }
    for part in parts(place)? {
        let bytes = (place.get(&part.name)).map_err(object(place, &part.name))?;
        let bytes = bytes.ok_or_else(|| object(place, &part.name)("it went away".into()))?;
        let path = frames.join(format!("{:012}.frames", part.first));
        files::replace_private(&path, &bytes).map_err(file(&path))?;
    }
    Ok(())
}

fn origin(place: &dyn Objects) -> Result<VerifierKey, ShipError> {
    let line = text(place, "origin")?.ok_or_else(|| ShipError::NotACopy(place.address().into()))?;
    Ok(VerifierKey::parse(line.trim())?)
}

fn text(place: &dyn Objects, name: &str) -> Result<Option<String>, ShipError> {
    let bytes = place.get(name).map_err(object(place, name))?;
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|error| object(place, name)(Box::new(error)))
}

fn name(first: u64, last: u64) -> String {
    format!("frames/{first:012}-{last:012}.frames")
}

impl Part {
    fn of(name: &str) -> Option<Self> {
        let numbers = name.strip_prefix("frames/")?.strip_suffix(".frames")?;
        let (first, last) = numbers.split_once('-')?;
        let part = Self {
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            name: name.to_owned(),
        };
        (part.first <= part.last).then_some(part)
    }
}

/// The objects that a reader needs, in order: from each frame on the one that goes farthest.
fn parts(place: &dyn Objects) -> Result<Vec<Part>, ShipError> {
    let names = place.list("frames").map_err(object(place, "frames"))?;
    let mut farthest: BTreeMap<u64, Part> = BTreeMap::new();
    for part in names.iter().filter_map(|name| Part::of(name)) {
        let known = farthest.get(&part.first);
        if known.is_none_or(|known| known.last < part.last) {
            farthest.insert(part.first, part);
        }
    }
    let (mut chosen, mut next) = (Vec::new(), 0);
    while let Some(part) = farthest.remove(&next) {
        next = part.last + 1;
        chosen.push(part);
    }
    // What lies beyond a gap counts for nothing: it cannot be shown to continue what is here.
    match farthest.keys().find(|first| **first > next) {
        None => Ok(chosen),
        Some(_) => Err(damaged(
            place,
            "frames",
            Fault {
                frame: next,
                what: FaultKind::Unreadable("the object that holds it is missing".to_owned()),
            },
        )),
    }
}

fn read(place: &dyn Objects, part: &Part) -> Result<(Frontier, Vec<FrameRow>), ShipError> {
    let bytes = place.get(&part.name).map_err(object(place, &part.name))?;
    let bytes = bytes.ok_or_else(|| object(place, &part.name)("it went away".into()))?;
    let fault = |what: String| {
        let (frame, what) = (part.first, FaultKind::Unreadable(what));
        damaged(place, &part.name, Fault { frame, what })
    };
    let length = bytes.len() as u64;
    let segment = Segment::read(Cursor::new(bytes), length).map_err(|e| fault(e.to_string()))?;
    let mut segment = segment.ok_or_else(|| fault("it ends within its head".to_owned()))?;
    let mut rows = Vec::new();
    loop {
        match segment.next().map_err(|error| fault(error.to_string()))? {
            Next::Frame(row) => rows.push(row),
            Next::End => break,
            Next::Torn => return Err(fault("it ends within a frame".to_owned())),
        }
    }
    let fits = segment.no == part.first && rows.last().is_some_and(|row| row.no == part.last);
    match fits {
        true => Ok((segment.edge, rows)),
        false => Err(fault("it holds other frames than its name says".to_owned())),
    }
}

fn damaged(place: &dyn Objects, name: &str, fault: Fault) -> ShipError {
    let path = format!("{}/{name}", place.address()).into();
    ShipError::Damaged { path, fault }
}

fn object(place: &dyn Objects, name: &str) -> impl FnOnce(Cause) -> ShipError + use<> {
    let place = format!("{}/{name}", place.address());
    move |source| ShipError::Object { place, source }
}
