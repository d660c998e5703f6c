//! A ledger from a shipped copy, up to any frame.

use std::ops::ControlFlow;
use std::path::Path;

use super::ShipError;
use super::copy::ShippedCopy;
use crate::audit::{Auditor, Depth};
use crate::checkpoint::Checkpoint;
use crate::frame::FrameRow;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::store::{Source, SqliteStore};
use crate::verify::Progress;

/// Frames put into the new ledger in one transaction.
const GROUP: usize = 512;

/// Tells what was restored from a shipped copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredFrames {
    /// How many frames the new ledger holds.
    pub frames: u64,
    /// How many events.
    pub events: u64,
    /// Events whose personal payload was blanked.
    pub erased: u64,
    /// The tree head over them.
    pub root: Hash,
    /// The copy's signed checkpoint, if any: what was promised under the old name.
    pub signed: Option<Checkpoint>,
}

/// Makes the new ledger file `to` from the copy's frames up to and including `last`, or all of
/// them. Every frame is checked on the way, and the signed checkpoint where the frames reach it.
pub fn restore_frames(
    copy: &mut ShippedCopy,
    to: &Path,
    last: Option<u64>,
    progress: &mut dyn FnMut(Progress),
) -> Result<RestoredFrames, ShipError> {
    let signed = copy.checkpoint(&copy.key()?)?;
    let mut store = SqliteStore::create(to)?;
    let mut auditor = Auditor::new(Frontier::empty(), 0, Depth::Streams);
    let damaged = |fault| ShipError::Damaged {
        path: to.to_owned(),
        fault,
    };
    if let Some(checkpoint) = &signed {
        auditor.expect(checkpoint).map_err(damaged)?;
    }
    let mut group: Vec<FrameRow> = Vec::with_capacity(GROUP);
    let mut outcome = Ok(());
    copy.visit(0, &mut |row| {
        if last.is_some_and(|last| row.no > last) {
            return ControlFlow::Break(());
        }
        outcome = auditor.admit(&row).map_err(damaged);
        if outcome.is_err() {
            return ControlFlow::Break(());
        }
        group.push(row);
        if group.len() == GROUP {
            outcome = store.append_group(&group).map_err(ShipError::from);
            group.clear();
            progress(Progress {
                frames: auditor.next_no,
                events: auditor.frontier.size(),
            });
        }
        match outcome {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    outcome?;
    store.append_group(&group)?;
    if let Some(asked) = last.filter(|last| auditor.next_no <= *last) {
        return Err(ShipError::Short {
            last: auditor.next_no.saturating_sub(1),
            asked,
        });
    }
    // Up to an earlier frame, the checkpoint was compared only if the frames reach it.
    if last.is_none() {
        auditor.finish().map_err(damaged)?;
    }
    Ok(RestoredFrames {
        frames: auditor.next_no,
        events: auditor.frontier.size(),
        erased: auditor.erased,
        root: auditor.frontier.root(),
        signed,
    })
}
