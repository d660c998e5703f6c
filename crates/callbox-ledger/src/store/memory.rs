use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{RowHead, Source, Store, StoreError};
use crate::frame::FrameRow;

/// Names a fault that the next append of a [`MemoryStore`] meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Injected {
    /// No fault: the append in this turn succeeds.
    None,
    /// The answer is lost after the frame was written.
    UnknownPersisted,
    /// The answer is lost and the frame was not written.
    UnknownNotPersisted,
    /// The flush fails although the frame reaches the disk.
    FatalPersisted,
    /// The flush fails and the frame does not reach the disk.
    FatalNotPersisted,
    /// The store breaks its contract: half the frame's leaves reach the disk.
    Torn,
    /// The disk is full.
    Full,
    /// The store cannot be reached.
    Unavailable,
}

/// Keeps frames in memory, with faults on demand; for tests and simulation.
///
/// Clones share the frames, as several servers share a database.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    rows: BTreeMap<u64, FrameRow>,
    faults: VecDeque<Injected>,
    unreadable: bool,
}

impl MemoryStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Queues a fault: each append takes one from the queue.
    pub fn inject(&self, fault: Injected) {
        self.lock().faults.push_back(fault);
    }

    /// Makes every read fail, or stops that.
    pub fn set_unreadable(&self, unreadable: bool) {
        self.lock().unreadable = unreadable;
    }

    /// Gives all rows, in order.
    pub fn rows(&self) -> Vec<FrameRow> {
        self.lock().rows.values().cloned().collect()
    }

    /// Puts these rows in place of all others, as an intruder or an old backup would.
    pub fn set_rows(&self, rows: impl IntoIterator<Item = FrameRow>) {
        self.lock().rows = rows.into_iter().map(|row| (row.no, row)).collect();
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared
            .lock()
            .expect("no thread panics while it holds the rows")
    }

    fn readable(&self) -> Result<MutexGuard<'_, Shared>, StoreError> {
        let shared = self.lock();
        if shared.unreadable {
            return Err(StoreError::Unavailable("injected: unreadable".into()));
        }
        Ok(shared)
    }
}

impl Source for MemoryStore {
    fn visit(
        &mut self,
        from: u64,
        visit: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        // The lock is not held while the visitor runs: it may append.
        let rows: Vec<_> = self
            .readable()?
            .rows
            .range(from..)
            .map(|(_, row)| row.clone())
            .collect();
        for row in rows {
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError> {
        Ok(self.readable()?.rows.get(&no).map(head_of))
    }

    fn last(&mut self) -> Result<Option<RowHead>, StoreError> {
        Ok(self.readable()?.rows.values().next_back().map(head_of))
    }
}

impl Store for MemoryStore {
    fn append(&mut self, frame: &FrameRow) -> Result<(), StoreError> {
        let mut shared = self.lock();
        let fault = shared.faults.pop_front().unwrap_or(Injected::None);
        if shared.rows.contains_key(&frame.no) {
            // That the number is taken may be the answer that is lost.
            return Err(match fault {
                Injected::UnknownPersisted | Injected::UnknownNotPersisted => {
                    StoreError::Unknown(format!("injected: {fault:?}").into())
                }
                _ => StoreError::Conflict { no: frame.no },
            });
        }
        match fault {
            Injected::None | Injected::UnknownPersisted | Injected::FatalPersisted => {
                shared.rows.insert(frame.no, frame.clone());
            }
            Injected::Torn => {
                let mut torn = frame.clone();
                torn.leaves.truncate(torn.leaves.len() / 2);
                shared.rows.insert(frame.no, torn);
            }
            _ => {}
        }
        let cause = || format!("injected: {fault:?}").into();
        match fault {
            Injected::None => Ok(()),
            Injected::UnknownPersisted | Injected::UnknownNotPersisted => {
                Err(StoreError::Unknown(cause()))
            }
            Injected::FatalPersisted | Injected::FatalNotPersisted | Injected::Torn => {
                Err(StoreError::Fatal(cause()))
            }
            Injected::Full => Err(StoreError::Full(cause())),
            Injected::Unavailable => Err(StoreError::Unavailable(cause())),
        }
    }

    fn replace_sealed(&mut self, no: u64, sealed: &[u8]) -> Result<(), StoreError> {
        let mut shared = self.lock();
        match shared.rows.get_mut(&no) {
            Some(row) => {
                row.sealed = sealed.to_vec();
                Ok(())
            }
            None => Err(StoreError::Corrupt {
                no: Some(no),
                cause: "there is no such frame".into(),
            }),
        }
    }
}

fn head_of(row: &FrameRow) -> RowHead {
    RowHead {
        no: row.no,
        first_seq: row.first_seq,
        n: row.n,
    }
}
