//! One commit group: the row as stored, and the events in it.

mod codec;

use crate::hash::Hash;
use crate::leaf::{self, Leaf, Malformed, Personal};

pub(crate) use codec::{Parts, SALT, is_blanked, put_part};

/// The most events of one frame.
pub const MAX_EVENTS: usize = 4096;

/// The most bytes of one frame's leaves and personal payloads together.
pub const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

/// Holds one frame as it is stored: one row of the table `frame`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameRow {
    /// The frame's number, counted from 0 without gaps; the primary key.
    pub no: u64,
    /// The position of its first event.
    pub first_seq: u64,
    /// How many events it holds: 1 to [`MAX_EVENTS`].
    pub n: u32,
    /// When its last event was recorded, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// The server that wrote it.
    pub writer: u32,
    /// The writer's term.
    pub epoch: u32,
    /// The tree head over all events up to and including this frame.
    pub root: Hash,
    /// The leaves, each with its length before it (LEB128).
    pub leaves: Vec<u8>,
    /// The stored personal payloads of those leaves that have one, each with its length before
    /// it (LEB128).
    pub sealed: Vec<u8>,
}

/// Holds one frame read back from a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    row: FrameRow,
}

impl Frame {
    /// Wraps a stored row; its bytes are only looked at by [`events`](Self::events).
    pub fn new(row: FrameRow) -> Self {
        Self { row }
    }

    /// Gives the row as stored.
    pub fn row(&self) -> &FrameRow {
        &self.row
    }

    /// Decodes the frame's events in order.
    ///
    /// This reads; it proves nothing. [`verify`](crate::verify) proves.
    pub fn events(&self) -> Events<'_> {
        Events::new(&self.row)
    }
}

/// Holds one event read back: its position, its leaf, and its personal payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event's position in the log, its id.
    pub seq: u64,
    /// The public part.
    pub leaf: Leaf<'a>,
    /// The leaf as stored: what is hashed.
    pub leaf_bytes: &'a [u8],
    /// The personal part.
    pub personal: Personal<'a>,
    /// The personal part as stored, salt included: what the leaf's `personal_hash` commits to.
    pub stored_personal: Option<&'a [u8]>,
}

/// Iterates over the events of one frame; ends after the first error.
#[derive(Debug)]
pub struct Events<'a> {
    next_seq: u64,
    left: u32,
    leaves: Parts<'a>,
    sealed: Parts<'a>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(row: &'a FrameRow) -> Self {
        Self {
            next_seq: row.first_seq,
            left: row.n,
            leaves: Parts::new(&row.leaves),
            sealed: Parts::new(&row.sealed),
        }
    }

    /// Tells whether every byte of the frame was read; false before the last event.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.left == 0 && self.leaves.is_empty() && self.sealed.is_empty()
    }

    fn read(&mut self) -> Result<Event<'a>, Malformed> {
        let leaf_bytes = self.leaves.next_part()?;
        let leaf = leaf::decode(leaf_bytes)?;
        let stored_personal = match leaf.personal_hash {
            None => None,
            Some(_) => Some(self.sealed.next_part()?),
        };
        let personal = match stored_personal {
            None => Personal::Absent,
            Some(bytes) if bytes.len() < SALT => {
                return Err(Malformed::new(
                    "a personal payload is shorter than its salt",
                ));
            }
            Some(bytes) if is_blanked(bytes) => Personal::Erased,
            Some(bytes) => Personal::Known(&bytes[SALT..]),
        };
        let seq = self.next_seq;
        self.next_seq += 1;
        Ok(Event {
            seq,
            leaf,
            leaf_bytes,
            personal,
            stored_personal,
        })
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Event<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let event = self.read();
        if event.is_err() {
            self.left = 0;
        }
        Some(event)
    }
}
