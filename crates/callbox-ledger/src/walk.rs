//! One pass over a ledger's frames, with the hashing on all cores.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::audit::{Fault, Looked};
use crate::frame::FrameRow;
use crate::store::{Source, StoreError};

/// The most threads that hash: more wait for the one that folds what they found into the tree.
const MAX_WORKERS: usize = 8;
/// Frames handed from one thread to the next at once.
const BATCH: usize = 64;
/// Batches that wait for each worker and from each, so that memory stays bounded.
const AHEAD: usize = 2;
/// At most so many bytes in a batch, but for a single frame.
const BATCH_BYTES: usize = 1 << 20;

/// How a pass ended that found no fault.
pub(crate) enum Walked {
    /// It came to the last frame.
    Through,
    /// The store gave no more.
    Stopped(StoreError),
    /// The reading thread ended in a panic.
    Lost,
}

/// Hands over each frame from number `from` on, in order, with what was found in it.
///
/// One thread reads, one for each core (at most 8) parses and hashes, the caller's takes what they
/// found; memory is bounded. The first fault that `each` gives ends the pass.
pub(crate) fn walk(
    source: &mut (impl Source + ?Sized),
    from: u64,
    each: &mut dyn FnMut(FrameRow, &Looked) -> Result<(), Fault>,
) -> Result<Walked, Fault> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let workers = workers.clamp(1, MAX_WORKERS);
    let read = thread::scope(|scope| {
        // Batches go to the workers in turn and are taken from them in the same turn, so that the
        // order of the frames, and with it the first fault, stays.
        let (mut to_workers, mut from_workers) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (send, receive) = sync_channel::<Vec<FrameRow>>(AHEAD);
            let (done, looked) = sync_channel(AHEAD);
            to_workers.push(send);
            from_workers.push(looked);
            scope.spawn(move || {
                for batch in receive {
                    let looked: Vec<Looked> = batch.iter().map(Looked::at).collect();
                    if done.send((batch, looked)).is_err() {
                        break;
                    }
                }
            });
        }
        let reader = scope.spawn(move || {
            let mut turn = to_workers.iter().cycle();
            let mut hand_on = |batch| turn.next().is_some_and(|to| to.send(batch).is_ok());
            let (mut batch, mut batch_bytes) = (Vec::with_capacity(BATCH), 0);
            let read = source.visit(from, &mut |row| {
                batch_bytes += row.leaves.len() + row.sealed.len();
                batch.push(row);
                if batch.len() < BATCH && batch_bytes < BATCH_BYTES {
                    return ControlFlow::Continue(());
                }
                batch_bytes = 0;
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                match hand_on(full) {
                    true => ControlFlow::Continue(()),
                    // The other side has found a fault and gone.
                    false => ControlFlow::Break(()),
                }
            });
            // What was read before an error still counts: the fault lies after it.
            hand_on(batch);
            read
        });
        let mut turn = from_workers.iter().cycle();
        while let Some(Ok((batch, looked))) = turn.next().map(Receiver::recv) {
            for (row, looked) in batch.into_iter().zip(&looked) {
                each(row, looked)?;
            }
        }
        Ok(reader.join())
    })?;
    Ok(match read {
        Ok(Ok(())) => Walked::Through,
        Ok(Err(error)) => Walked::Stopped(error),
        Err(_) => Walked::Lost,
    })
}
