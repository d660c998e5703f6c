//! One event: what the caller hands in, and the public leaf that is hashed and proven.

mod codec;

use crate::hash::Hash;

pub use codec::decode;
pub(crate) use codec::{encode, is_canonical};

/// The most bytes of one leaf: entry bundles (C2SP tlog-tiles) give its length two bytes.
pub const MAX_LEAF: usize = 65_535;

/// The most bytes of one open payload: with the largest of everything else it still fits a leaf of
/// [`MAX_LEAF`] bytes.
pub const MAX_OPEN: usize = 65_024;

/// The most bytes of one personal payload, without its salt.
pub const MAX_PERSONAL: usize = 64 * 1024;

/// The farthest time from 1970 in either direction, in microseconds (about 36,000 years), so
/// that the difference of two times always fits.
pub const MAX_TIME_US: i64 = 1 << 60;

/// Names the stream (an incident, a unit, …) that an event belongs to.
///
/// The ledger gives the kinds no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stream {
    /// The kind of stream.
    pub kind: u8,
    /// Its number within the kind.
    pub no: u64,
}

/// Holds one event to be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// The event's kind; the ledger gives it no meaning.
    pub kind: u16,
    /// The version of the payload's schema.
    pub schema: u8,
    /// The stream that the event belongs to.
    pub stream: Stream,
    /// The event's number within its stream: 1, 2, 3, … without gaps. The caller assigns it;
    /// [`verify`](crate::verify) checks it.
    pub stream_version: u32,
    /// When it happened, in microseconds since 1970 UTC; at most [`MAX_TIME_US`] from it.
    pub at_us: i64,
    /// When it was recorded. The ledger raises it to the previous event's where it is lower.
    pub recorded_us: i64,
    /// The pseudonymous account that did it.
    pub actor: u64,
    /// The purpose it was done for, by the caller's list.
    pub purpose: u8,
    /// A hash of the command's idempotency key; on the first event of a command only.
    pub idempotency: Option<[u8; 16]>,
    /// The public payload, at most [`MAX_OPEN`] bytes; CBOR by convention.
    pub open: &'a [u8],
    /// The personal payload, at most [`MAX_PERSONAL`] bytes. It is stored beside the leaf, which
    /// holds only a salted hash of it.
    pub personal: Option<&'a [u8]>,
}

/// Holds one decoded leaf: the public part of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// See [`Draft::kind`].
    pub kind: u16,
    /// See [`Draft::schema`].
    pub schema: u8,
    /// See [`Draft::stream`].
    pub stream: Stream,
    /// See [`Draft::stream_version`].
    pub stream_version: u32,
    /// See [`Draft::at_us`].
    pub at_us: i64,
    /// When it was recorded: never lower than the previous event's.
    pub recorded_us: i64,
    /// See [`Draft::actor`].
    pub actor: u64,
    /// See [`Draft::purpose`].
    pub purpose: u8,
    /// See [`Draft::idempotency`].
    pub idempotency: Option<[u8; 16]>,
    /// See [`Draft::open`].
    pub open: &'a [u8],
    /// SHA-256 of the stored personal payload (salt and bytes), where there is one.
    pub personal_hash: Option<Hash>,
    /// On the first leaf of a frame, the frame that it opens.
    pub frame: Option<FrameHead>,
}

/// Commits the first leaf of a frame to that frame's number and writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// The frame's number, counted from 0.
    pub no: u64,
    /// The server that wrote it.
    pub writer: u32,
    /// The writer's term: one more each time that another server takes over.
    pub epoch: u32,
}

/// Tells what is left of an event's personal payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal<'a> {
    /// The event never had one.
    Absent,
    /// The bytes as they were handed in.
    Known(&'a [u8]),
    /// It was lawfully blanked; the leaf and every proof still hold.
    Erased,
}

/// Tells why a draft was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftFault {
    /// There was no draft, or more than [`MAX_EVENTS`](crate::MAX_EVENTS).
    #[error("a frame holds 1 to {max} events, not {count}; split the batch", max = crate::MAX_EVENTS)]
    Count {
        /// How many there were.
        count: usize,
    },
    /// A payload is too long.
    #[error(
        "the payload of draft {index} has {bytes} bytes, the most is {max}; split it into several events"
    )]
    Payload {
        /// Which draft, from 0.
        index: usize,
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// The frame as a whole is too large.
    #[error("the frame would exceed {max} bytes; split the batch", max = crate::MAX_FRAME_BYTES)]
    Frame,
    /// A time lies too far from 1970.
    #[error(
        "a time of draft {index} lies more than 36,000 years from 1970; check its unit (microseconds)"
    )]
    Time {
        /// Which draft, from 0.
        index: usize,
    },
    /// Stream versions count from 1.
    #[error("the stream version of draft {index} is 0; versions count from 1")]
    Version {
        /// Which draft, from 0.
        index: usize,
    },
}

/// Tells why stored bytes are not a leaf or a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(crate) String);

impl Malformed {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}
