//! The one place that says whether a frame is good; recovery, signing and `verify` all use it.

use std::collections::HashMap;
use std::ops::Range;

use crate::checkpoint::Checkpoint;
use crate::frame::{Event, Events, FrameRow, MAX_EVENTS};
use crate::hash::{Hash, leaf_hash, sha256};
use crate::leaf::{self, FrameHead, Personal, Stream};
use crate::merkle::Frontier;
use crate::store::StoreError;

/// Names the first bad frame and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("frame {frame}: {what}")]
pub struct Fault {
    /// The first frame that is not as it was written.
    pub frame: u64,
    /// What is wrong with it.
    pub what: FaultKind,
}

/// Tells what is wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// There is no such frame although a later one exists.
    #[error("it is missing")]
    Missing,
    /// Its bytes cannot be read from the store, or are not a frame.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// A column holds something else than its place or its leaves say.
    #[error("column {column} says {found}, it should say {expected}")]
    Column {
        /// The column.
        column: &'static str,
        /// What it holds.
        found: i128,
        /// What it should hold.
        expected: i128,
    },
    /// A leaf is not in canonical form, or out of its place.
    #[error("event {seq} (leaf {index} of the frame): {what}")]
    Leaf {
        /// The event's position in the log.
        seq: u64,
        /// The leaf's place in the frame, from 0.
        index: u32,
        /// What is wrong with it.
        what: String,
    },
    /// The stored personal payload is not the one that the leaf commits to.
    #[error(
        "event {seq} (leaf {index} of the frame): its personal payload does not hash to what its leaf says"
    )]
    Personal {
        /// The event's position in the log.
        seq: u64,
        /// The leaf's place in the frame, from 0.
        index: u32,
    },
    /// Columns hold bytes that belong to no event.
    #[error("it holds bytes that belong to no event")]
    LeftOver,
    /// The leaves do not hash to the stored root.
    #[error(
        "its leaves hash to the root {computed}, it says {stored}: a leaf or the root was changed"
    )]
    Root {
        /// The root that the stored leaves give.
        computed: Hash,
        /// The root that the frame holds.
        stored: Hash,
    },
    /// The ledger holds other events than the signed checkpoint covers.
    #[error(
        "with it the ledger reaches {size} events and the root {computed}, but the signed checkpoint says {signed}: this is not the ledger that was signed"
    )]
    Forked {
        /// The size that the checkpoint covers.
        size: u64,
        /// The root that the stored leaves give.
        computed: Hash,
        /// The signed root.
        signed: Hash,
    },
    /// The ledger is shorter than the signed checkpoint.
    #[error(
        "it is missing: the ledger ends at {events} events but the signed checkpoint covers {signed}; an older copy was put back or its tail was cut"
    )]
    Behind {
        /// How many events there are.
        events: u64,
        /// How many the checkpoint covers.
        signed: u64,
    },
}

impl Fault {
    pub(crate) fn root(frame: u64, computed: Hash, stored: Hash) -> Self {
        Self {
            frame,
            what: FaultKind::Root { computed, stored },
        }
    }

    pub(crate) fn behind(frame: u64, events: u64, signed: u64) -> Self {
        Self {
            frame,
            what: FaultKind::Behind { events, signed },
        }
    }
}

/// Walks over the frames in order and admits each or names its fault.
///
/// After a fault the auditor is of no more use.
#[derive(Debug)]
pub(crate) struct Auditor {
    pub(crate) next_no: u64,
    pub(crate) frontier: Frontier,
    /// The last event's recorded time; `None` before the first frame that was seen.
    pub(crate) last_recorded_us: Option<i64>,
    /// Events whose personal payload was blanked.
    pub(crate) erased: u64,
    expected: Option<(u64, Hash)>,
    depth: Depth,
    streams: HashMap<Stream, u32>,
    scratch: Vec<u8>,
}

/// What can be found out about a frame without those before it, and so on any thread.
#[derive(Debug)]
pub(crate) struct Looked {
    leaves: Vec<Result<LookedLeaf, String>>,
    is_exhausted: bool,
}

/// The same of one event.
#[derive(Debug)]
struct LookedLeaf {
    /// Where its leaf lies in the column.
    place: Range<usize>,
    hash: Hash,
    seat: Seat,
    personal: LookedPersonal,
}

/// What says whether a leaf may stand where it does.
#[derive(Debug)]
struct Seat {
    is_canonical: bool,
    frame: Option<FrameHead>,
    recorded_us: i64,
    stream: Stream,
    version: u32,
}

impl Seat {
    fn of(leaf: &leaf::Leaf<'_>, bytes: &[u8], scratch: &mut Vec<u8>) -> Self {
        Self {
            is_canonical: leaf::is_canonical(leaf, bytes, scratch),
            frame: leaf.frame,
            recorded_us: leaf.recorded_us,
            stream: leaf.stream,
            version: leaf.stream_version,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LookedPersonal {
    Good,
    Erased,
    Other,
}

impl Looked {
    /// Reads and hashes a frame up to its first event that cannot be read.
    pub(crate) fn at(row: &FrameRow) -> Self {
        let n = if row.n as usize > MAX_EVENTS {
            0
        } else {
            row.n
        };
        let mut leaves = Vec::with_capacity(n as usize);
        let mut scratch = Vec::new();
        let mut events = Events::new(row);
        for _ in 0..n {
            let event = events
                .next()
                .expect("the iterator gives one item for each of the n events");
            match event {
                Ok(event) => leaves.push(Ok(LookedLeaf::of(row, &event, &mut scratch))),
                Err(error) => {
                    leaves.push(Err(error.to_string()));
                    break;
                }
            }
        }
        Self {
            leaves,
            is_exhausted: events.is_exhausted(),
        }
    }
}

impl LookedLeaf {
    fn of(row: &FrameRow, event: &Event<'_>, scratch: &mut Vec<u8>) -> Self {
        let leaf = &event.leaf;
        let begin = event.leaf_bytes.as_ptr().addr() - row.leaves.as_ptr().addr();
        let personal = match (event.stored_personal, leaf.personal_hash) {
            (Some(_), Some(_)) if event.personal == Personal::Erased => LookedPersonal::Erased,
            (Some(stored), Some(hash)) if sha256(stored) != hash => LookedPersonal::Other,
            _ => LookedPersonal::Good,
        };
        Self {
            place: begin..begin + event.leaf_bytes.len(),
            hash: leaf_hash(event.leaf_bytes),
            seat: Seat::of(leaf, event.leaf_bytes, scratch),
            personal,
        }
    }
}

/// How much an [`Auditor`] looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All but what needs memory of the whole history.
    Frames,
    /// Stream versions as well; only from frame 0 on.
    Streams,
}

impl Auditor {
    /// Starts after the trusted `frontier`, whose last frame is `next_no - 1`.
    pub(crate) fn new(frontier: Frontier, next_no: u64, depth: Depth) -> Self {
        Self {
            next_no,
            frontier,
            last_recorded_us: None,
            erased: 0,
            expected: None,
            depth,
            streams: HashMap::new(),
            scratch: Vec::new(),
        }
    }

    /// Compares with this checkpoint when its size is reached; it must not lie behind.
    pub(crate) fn expect(&mut self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        self.expected = Some((checkpoint.size, checkpoint.root));
        self.compare().map_err(|what| Fault {
            frame: self.next_no,
            what,
        })
    }

    /// Checks every column of the next frame and takes it in.
    pub(crate) fn admit(&mut self, row: &FrameRow) -> Result<(), Fault> {
        self.admit_each(row, &mut |_, _| {})
    }

    /// As [`admit`](Self::admit), and hands on each leaf with its hash before the frame's root is
    /// checked: use them only after this returns without a fault.
    pub(crate) fn admit_each(
        &mut self,
        row: &FrameRow,
        each: &mut dyn FnMut(&[u8], Hash),
    ) -> Result<(), Fault> {
        self.admit_looked(row, &Looked::at(row), each)
    }

    /// The same with what was found out about this very row before, perhaps on another thread.
    pub(crate) fn admit_looked(
        &mut self,
        row: &FrameRow,
        looked: &Looked,
        each: &mut dyn FnMut(&[u8], Hash),
    ) -> Result<(), Fault> {
        if row.no > self.next_no {
            return Err(Fault {
                frame: self.next_no,
                what: FaultKind::Missing,
            });
        }
        self.check(row, looked, each).map_err(|what| Fault {
            frame: self.next_no,
            what,
        })?;
        self.next_no += 1;
        Ok(())
    }

    /// Ends the walk: the expected checkpoint must have been reached.
    pub(crate) fn finish(&self) -> Result<(), Fault> {
        match self.expected {
            Some((signed, _)) if signed > self.frontier.size() => {
                Err(Fault::behind(self.next_no, self.frontier.size(), signed))
            }
            _ => Ok(()),
        }
    }

    /// Turns an error of the store into a fault of the frame that should have come next.
    pub(crate) fn unreadable(&self, error: &StoreError) -> Fault {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Fault {
            frame: self.next_no,
            what: FaultKind::Unreadable(text),
        }
    }

    fn check(
        &mut self,
        row: &FrameRow,
        looked: &Looked,
        each: &mut dyn FnMut(&[u8], Hash),
    ) -> Result<(), FaultKind> {
        same("no", row.no, self.next_no)?;
        same("first_seq", row.first_seq, self.frontier.size())?;
        if row.n == 0 || row.n as usize > MAX_EVENTS {
            return Err(FaultKind::Unreadable(format!(
                "it says that it holds {} events",
                row.n
            )));
        }
        for (index, leaf) in (0..).zip(&looked.leaves) {
            let seq = row.first_seq + u64::from(index);
            let fault = |what| FaultKind::Leaf { seq, index, what };
            let leaf = leaf.as_ref().map_err(|what| fault(what.clone()))?;
            let head = (index == 0).then_some(FrameHead {
                no: row.no,
                writer: row.writer,
                epoch: row.epoch,
            });
            self.check_seat(&leaf.seat, head).map_err(fault)?;
            match leaf.personal {
                LookedPersonal::Good => {}
                LookedPersonal::Erased => self.erased += 1,
                LookedPersonal::Other => return Err(FaultKind::Personal { seq, index }),
            }
            each(&row.leaves[leaf.place.clone()], leaf.hash);
            self.frontier.push(leaf.hash);
            self.compare()?;
        }
        if !looked.is_exhausted {
            return Err(FaultKind::LeftOver);
        }
        same(
            "at_us",
            row.at_us,
            self.last_recorded_us.unwrap_or(row.at_us),
        )?;
        let computed = self.frontier.root();
        if computed != row.root {
            return Err(FaultKind::Root {
                computed,
                stored: row.root,
            });
        }
        Ok(())
    }

    /// Checks a leaf's form, its place in its frame, its time and its stream's version.
    pub(crate) fn check_leaf(
        &mut self,
        leaf: &leaf::Leaf<'_>,
        bytes: &[u8],
        head: Option<FrameHead>,
    ) -> Result<(), String> {
        let seat = Seat::of(leaf, bytes, &mut self.scratch);
        self.check_seat(&seat, head)
    }

    fn check_seat(&mut self, leaf: &Seat, head: Option<FrameHead>) -> Result<(), String> {
        if !leaf.is_canonical {
            return Err("its leaf is not in canonical form".to_owned());
        }
        if leaf.frame != head {
            return Err(match (leaf.frame, head) {
                (Some(found), Some(head)) => format!(
                    "its leaf was written for frame {} by writer {} in epoch {}, not for frame {} by writer {} in epoch {}",
                    found.no, found.writer, found.epoch, head.no, head.writer, head.epoch
                ),
                (None, _) => "its leaf does not open a frame".to_owned(),
                (Some(found), None) => format!("its leaf opens frame {}", found.no),
            });
        }
        if self
            .last_recorded_us
            .is_some_and(|last| leaf.recorded_us < last)
        {
            return Err("it was recorded before the event that stands before it".to_owned());
        }
        self.last_recorded_us = Some(leaf.recorded_us);
        if self.depth == Depth::Streams {
            let version = self.streams.entry(leaf.stream).or_insert(0);
            if leaf.version != version.wrapping_add(1) {
                return Err(format!(
                    "version {} of stream {}/{} follows version {version}",
                    leaf.version, leaf.stream.kind, leaf.stream.no
                ));
            }
            *version = leaf.version;
        }
        Ok(())
    }

    fn compare(&self) -> Result<(), FaultKind> {
        match self.expected {
            Some((size, signed)) if size == self.frontier.size() => {
                let computed = self.frontier.root();
                if computed == signed {
                    return Ok(());
                }
                Err(FaultKind::Forked {
                    size,
                    computed,
                    signed,
                })
            }
            _ => Ok(()),
        }
    }
}

fn same(
    column: &'static str,
    found: impl Into<i128>,
    expected: impl Into<i128>,
) -> Result<(), FaultKind> {
    let (found, expected) = (found.into(), expected.into());
    if found == expected {
        Ok(())
    } else {
        Err(FaultKind::Column {
            column,
            found,
            expected,
        })
    }
}
