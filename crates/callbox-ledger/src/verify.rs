use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::audit::{Auditor, Depth, Fault, FaultKind};
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

/// Frames handed from the reading to the checking thread at once.
const BATCH: usize = 64;
/// Batches under way, so that memory stays bounded.
const AHEAD: usize = 4;
/// At most so many bytes in a batch, but for a single frame.
const BATCH_BYTES: usize = 1 << 20;

/// Reads the whole ledger again, hashes every byte, checks every column, and names the first frame
/// that is not as it was written.
///
/// With a signed checkpoint (see [`Checkpoint::open`]) it also finds what a consistent ledger
/// cannot show by itself: a cut tail, an older copy, a history written anew. Without one, only
/// events that were changed without writing anew everything after them are found. Two threads,
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
    let (send, receive) = sync_channel::<Vec<FrameRow>>(AHEAD);
    let read = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let (mut batch, mut batch_bytes) = (Vec::with_capacity(BATCH), 0);
            let read = source.visit(0, &mut |row| {
                batch_bytes += row.leaves.len() + row.sealed.len();
                batch.push(row);
                if batch.len() < BATCH && batch_bytes < BATCH_BYTES {
                    return ControlFlow::Continue(());
                }
                batch_bytes = 0;
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                match send.send(full) {
                    Ok(()) => ControlFlow::Continue(()),
                    // The other side has found a fault and gone.
                    Err(_) => ControlFlow::Break(()),
                }
            });
            // What was read before an error still counts: the fault lies after it.
            let _ = send.send(batch);
            read
        });
        for batch in receive {
            for row in &batch {
                auditor.admit(row)?;
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
