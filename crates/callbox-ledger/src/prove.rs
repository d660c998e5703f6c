//! Proofs and single events from a store.
//!
//! A proof reads and hashes every leaf up to its size: O(n) time (about a second per million
//! events) and O(log n) memory.

use std::ops::{ControlFlow, Range};

use crate::frame::{Event, Frame};
use crate::hash::{Hash, leaf_hash};
use crate::leaf::Malformed;
use crate::merkle::{ProofFault, RangeHasher, consistency_ranges, inclusion_ranges};
use crate::note::NoteError;
use crate::store::{Source, StoreError};

/// Tells why a proof could not be made or an event not be read.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The position or size lies outside the ledger.
    #[error(transparent)]
    Outside(#[from] ProofFault),
    /// A stored frame is damaged; `verify` names it.
    #[error("a frame is damaged: {0}; run verify")]
    Damaged(#[from] Malformed),
    /// The note is not a checkpoint of this ledger.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The event does not stand in the ledger as it was signed.
    #[error("event {seq} is not in the ledger as it was signed; run verify")]
    Differs {
        /// The event's position.
        seq: u64,
    },
}

/// Proves that event `seq` stands in the ledger's first `size` events: the sibling hashes from the
/// leaf to the root, for [`verify_inclusion`](crate::verify_inclusion).
pub fn inclusion_proof(
    source: &mut (impl Source + ?Sized),
    seq: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError> {
    if seq >= size {
        return Err(ProofFault::Outside { asked: seq, size }.into());
    }
    hash_ranges(source, inclusion_ranges(seq, size), size)
}

/// Proves that the ledger's first `new` events begin with its first `old` events, for
/// [`verify_consistency`](crate::verify_consistency).
pub fn consistency_proof(
    source: &mut (impl Source + ?Sized),
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProveError> {
    if old > new {
        return Err(ProofFault::Outside {
            asked: old,
            size: new,
        }
        .into());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    hash_ranges(source, consistency_ranges(old, new), new)
}

/// Finds the frame that holds event `seq`, or `None` when the ledger is shorter.
///
/// Halves the frames' numbers by their first events: about log2(frames) reads by primary key.
pub fn find_frame(
    source: &mut (impl Source + ?Sized),
    seq: u64,
) -> Result<Option<u64>, StoreError> {
    let Some(last) = source.last()? else {
        return Ok(None);
    };
    if seq >= last.first_seq + u64::from(last.n) {
        return Ok(None);
    }
    // The frame lies in low..=high.
    let (mut low, mut high) = (0, last.no);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let head = source.head(middle)?.ok_or_else(|| StoreError::Corrupt {
            no: Some(middle),
            cause: "it is missing".into(),
        })?;
        if head.first_seq <= seq {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Some(low))
}

/// Reads event `seq` and hands it to `read`; gives `None` when the ledger is shorter.
pub fn read_event<T>(
    source: &mut (impl Source + ?Sized),
    seq: u64,
    read: impl FnOnce(Event<'_>) -> T,
) -> Result<Option<T>, ProveError> {
    let Some(no) = find_frame(source, seq)? else {
        return Ok(None);
    };
    let Some(row) = source.read(no, 1)?.pop() else {
        return Ok(None);
    };
    let frame = Frame::new(row);
    for event in frame.events() {
        let event = event?;
        if event.seq == seq {
            return Ok(Some(read(event)));
        }
    }
    Ok(None)
}

fn hash_ranges(
    source: &mut (impl Source + ?Sized),
    ranges: Vec<Range<u64>>,
    size: u64,
) -> Result<Vec<Hash>, ProveError> {
    let mut hasher = RangeHasher::new(ranges);
    let mut reached = 0;
    let mut damaged = None;
    source.visit(0, &mut |row| {
        let frame = Frame::new(row);
        for event in frame.events() {
            match event {
                Ok(event) if event.seq < size => {
                    hasher.push(event.seq, leaf_hash(event.leaf_bytes));
                    reached = event.seq + 1;
                }
                Ok(_) => return ControlFlow::Break(()),
                Err(error) => {
                    damaged = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    if let Some(error) = damaged {
        return Err(error.into());
    }
    let proof = (reached == size).then(|| hasher.finish()).flatten();
    Ok(proof.ok_or(ProofFault::Outside {
        asked: size,
        size: reached,
    })?)
}
