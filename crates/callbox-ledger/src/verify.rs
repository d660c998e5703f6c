use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::audit::{Auditor, Depth, Fault, FaultKind, Looked};
use crate::checkpoint::Checkpoint;
use crate::frame::FrameRow;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::store::Source;

/// Tells how far [`verify`] has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames checked.
    pub frames: u64,
    /// Events checked.
    pub events: u64,
}

/// Tells what [`verify`] found in a good ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// Frames checked.
    pub frames: u64,
    /// Events checked.
    pub events: u64,
    /// Bytes of leaves and personal payloads.
    pub bytes: u64,
    /// Events whose personal payload was blanked. Each needs its reason on the ledger, which the
    /// caller can judge and the ledger cannot.
    pub erased: u64,
    /// When the last event was recorded, in microseconds since 1970 UTC.
    pub last_recorded_us: Option<i64>,
    /// The tree head over all events.
    pub root: Hash,
}

/// The most threads that hash: more wait for the one that folds what they found into the tree.
const MAX_WORKERS: usize = 8;
/// Frames handed from one thread to the next at once.
const BATCH: usize = 64;
/// Batches that wait for each worker and from each, so that memory stays bounded.
const AHEAD: usize = 2;
/// At most so many bytes in a batch, but for a single frame.
const BATCH_BYTES: usize = 1 << 20;

/// Reads the whole ledger again, hashes every byte, checks every column, and names the first frame
/// that is not as it was written.
///
/// With a signed checkpoint (see [`Checkpoint::open`]) it also finds what a consistent ledger
/// cannot show by itself: a cut tail, an older copy, a history written anew. Without one, only
/// events that were changed without writing anew everything after them are found. One thread reads,
/// one for each core (at most 8) parses and hashes, and the caller's folds the hashes into the tree;
/// bounded memory but for one number per stream. `progress` is called about every 64 frames.
pub fn verify(
    source: &mut (impl Source + ?Sized),
    against: Option<&Checkpoint>,
    progress: &mut dyn FnMut(Progress),
) -> Result<VerifyReport, Fault> {
    let mut auditor = Auditor::new(Frontier::empty(), 0, Depth::Streams);
    if let Some(checkpoint) = against {
        auditor.expect(checkpoint)?;
    }
    let mut bytes = 0;
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
            let read = source.visit(0, &mut |row| {
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
            for (row, looked) in batch.iter().zip(&looked) {
                auditor.admit_looked(row, looked, &mut |_, _| {})?;
                bytes += (row.leaves.len() + row.sealed.len()) as u64;
            }
            progress(Progress {
                frames: auditor.next_no,
                events: auditor.frontier.size(),
            });
        }
        Ok(reader.join())
    })?;
    match read {
        Ok(Ok(())) => auditor.finish()?,
        Ok(Err(error)) => return Err(auditor.unreadable(&error)),
        Err(_) => {
            let what = FaultKind::Unreadable("the reading thread stopped".to_owned());
            return Err(Fault {
                frame: auditor.next_no,
                what,
            });
        }
    }
    Ok(VerifyReport {
        frames: auditor.next_no,
        events: auditor.frontier.size(),
        bytes,
        erased: auditor.erased,
        last_recorded_us: auditor.last_recorded_us,
        root: auditor.frontier.root(),
    })
}
