//! Where frames are kept: the contract, and two stores that hold it.

mod columns;
mod memory;
mod packing;
mod sqlite;

use std::ops::ControlFlow;

use crate::frame::FrameRow;

#[cfg(test)]
pub(crate) use columns::{Columns, put_together};
pub use memory::{Injected, MemoryStore};
#[cfg(test)]
pub(crate) use packing::{Packer, Unpacker};
pub(crate) use sqlite::fault as sqlite_fault;
pub use sqlite::{SqliteReader, SqliteStore};

/// The underlying error of a store, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Tells why a store could not do what it was asked, and what that leaves behind.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A frame of this number exists: another writer won. Nothing was written. Read its frames
    /// ([`Ledger::catch_up`](crate::Ledger::catch_up)), decide again, append again.
    #[error("frame {no} exists already; another server has written to this ledger")]
    Conflict {
        /// The number that was taken.
        no: u64,
    },
    /// The disk is full. Nothing was written; free space and try again.
    #[error("the disk is full; free space, nothing was written")]
    Full(#[source] Cause),
    /// The store cannot be reached now. Nothing was written; try again.
    #[error("the ledger cannot be reached now; nothing was written, try again")]
    Unavailable(#[source] Cause),
    /// It is not known whether the frame was written. [`Ledger`](crate::Ledger) re-reads it and
    /// never hands this to its caller.
    #[error("it is not known whether the frame was written")]
    Unknown(#[source] Cause),
    /// A stored frame cannot be read.
    #[error("{}", unreadable(.no))]
    Corrupt {
        /// The frame, where it is known.
        no: Option<u64>,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
    /// The store is in a state that only a restart can settle (a failed flush, say): the process
    /// must exit, start again and recover. Nothing may be retried.
    #[error("the ledger's store failed; the server must stop and start again")]
    Fatal(#[source] Cause),
    /// The store cannot be opened at all; the text says what to do.
    #[error("{0}")]
    Refused(String),
}

fn unreadable(no: &Option<u64>) -> String {
    match no {
        Some(no) => format!("frame {no} cannot be read"),
        None => "the ledger cannot be read".to_owned(),
    }
}

/// Holds the small columns of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowHead {
    /// See [`FrameRow::no`].
    pub no: u64,
    /// See [`FrameRow::first_seq`].
    pub first_seq: u64,
    /// See [`FrameRow::n`].
    pub n: u32,
}

/// Reads frames.
///
/// A source sees only frames whose append was durable or is still being decided by the writer's
/// store; it never sees half a frame. Reading needs no lock and never holds up the writer.
pub trait Source: Send {
    /// Hands over the frames from number `from` on, in order, until there are no more or `visit`
    /// breaks off. One call sees one state: frames appended meanwhile may be left out.
    fn visit(
        &mut self,
        from: u64,
        visit: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Gives the small columns of frame `no`, or `None` when there is none.
    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError>;

    /// Gives the small columns of the frame with the highest number, or `None` when there is none.
    fn last(&mut self) -> Result<Option<RowHead>, StoreError>;

    /// Gives at most `limit` frames from number `from` on.
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<FrameRow>, StoreError> {
        let mut rows = Vec::new();
        if limit > 0 {
            self.visit(from, &mut |row| {
                rows.push(row);
                if rows.len() < limit {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            })?;
        }
        Ok(rows)
    }
}

/// Appends frames, each in one transaction.
///
/// # Contract
///
/// - **Durability.** `Ok` means that the frame is on stable storage and survives loss of power.
/// - **Compare-and-swap.** Of all appends of one number exactly one succeeds; every other gets
///   [`StoreError::Conflict`]. A frame is whole or absent, never half there.
/// - **Concurrency.** One store value is used by one thread at a time. Several stores on the same
///   data (other processes, other nodes) are kept apart by the compare-and-swap alone.
/// - **Who retries.** The store never retries a write. [`Ledger`](crate::Ledger) settles
///   [`StoreError::Unknown`] by reading the frame again. The caller may retry `Full` and
///   `Unavailable`, decides anew after `Conflict`, and exits after `Fatal`.
/// - **Crash points.** Before the commit: the frame is absent, nobody was told of it. After the
///   commit and before the answer: the frame is there; recovery reads it as any other, and the
///   client's repeated request finds its idempotency key. A crash never leaves anything to undo.
pub trait Store: Source {
    /// Appends one frame.
    fn append(&mut self, frame: &FrameRow) -> Result<(), StoreError>;

    /// Overwrites the column `sealed` of frame `no`, for lawful erasure only; no proof changes.
    ///
    /// When this returns, the old bytes are gone from the store's own files.
    fn replace_sealed(&mut self, no: u64, sealed: &[u8]) -> Result<(), StoreError>;
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn visit(
        &mut self,
        from: u64,
        visit: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        (**self).visit(from, visit)
    }

    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError> {
        (**self).head(no)
    }

    fn last(&mut self) -> Result<Option<RowHead>, StoreError> {
        (**self).last()
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<FrameRow>, StoreError> {
        (**self).read(from, limit)
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn append(&mut self, frame: &FrameRow) -> Result<(), StoreError> {
        (**self).append(frame)
    }

    fn replace_sealed(&mut self, no: u64, sealed: &[u8]) -> Result<(), StoreError> {
        (**self).replace_sealed(no, sealed)
    }
}
