use crate::audit::{Auditor, Depth, Fault, FaultKind};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::store::Source;
use crate::walk::{Walked, walk};

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

/// So many frames lie between two reports of progress.
const PROGRESS_EVERY: u64 = 64;

/// Reads the whole ledger again, hashes every byte, checks every column, and names the first frame
/// that is not as it was written.
///
/// With a signed checkpoint (see [`Checkpoint::open`]) it also finds what a consistent ledger
/// cannot show by itself: a cut tail, an older copy, a history written anew. Without one, only
/// events that were changed without writing anew everything after them are found. One thread reads,
/// one for each core (at most 8) parses and hashes, and the caller's folds the hashes into the tree;
/// bounded memory but for one number per stream. `progress` is called every 64 frames.
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
    let walked = walk(source, 0, &mut |row, looked| {
        auditor.admit_looked(&row, looked, &mut |_, _| {})?;
        bytes += (row.leaves.len() + row.sealed.len()) as u64;
        if auditor.next_no.is_multiple_of(PROGRESS_EVERY) {
            progress(Progress {
                frames: auditor.next_no,
                events: auditor.frontier.size(),
            });
        }
        Ok(())
    })?;
    match walked {
        Walked::Through => auditor.finish()?,
        Walked::Stopped(error) => return Err(auditor.unreadable(&error)),
        Walked::Lost => {
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
