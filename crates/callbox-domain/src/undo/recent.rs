use minicbor::{Decode, Encode};

use super::UNDO_SECONDS;
use crate::{
    ActorId, AssignmentNo, Center, Closure, ClosureId, Code, Entry, IncidentId, Meaning, Stamps,
    Timestamp, UnitId,
};

/// The most acts that are kept for undoing.
const KEPT: usize = 256;

/// An act that its actor may still take back, and what was there before it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Recent {
    /// The ledger position of its event.
    #[n(0)]
    pub(crate) seq: u64,
    /// When it was done.
    #[n(1)]
    pub(crate) at: Timestamp,
    /// When it was recorded: from then on it can be undone for a while.
    #[n(4)]
    pub(crate) recorded: Timestamp,
    /// By whom.
    #[n(2)]
    pub(crate) actor: ActorId,
    /// What it was.
    #[n(3)]
    pub(crate) act: Act,
}

/// What was done, with what it replaced.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum Act {
    /// A unit was sent.
    #[n(0)]
    Dispatch(#[n(0)] IncidentId, #[n(1)] AssignmentNo, #[n(2)] UnitId),
    /// A unit's status on an incident changed.
    #[n(1)]
    Status(#[n(0)] IncidentId, #[n(1)] AssignmentNo, #[n(2)] Before),
    /// A unit's work ended.
    #[n(2)]
    End(#[n(0)] IncidentId, #[n(1)] AssignmentNo, #[n(2)] UnitId),
    /// An incident was closed.
    #[n(3)]
    Close(#[n(0)] IncidentId),
    /// A street was closed.
    #[n(4)]
    CloseStreet(#[n(0)] ClosureId),
    /// A closed street was opened again; what was closed.
    #[n(5)]
    Lift(#[n(0)] Box<Closure>),
}

/// What an act changed: a later act on the same stands in the way of undoing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// An incident, or one of its assignments.
    Incident(IncidentId, Option<AssignmentNo>),
    /// A closure.
    Closure(ClosureId),
}

impl Act {
    /// What it changed.
    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::Dispatch(incident, no, _)
            | Self::Status(incident, no, _)
            | Self::End(incident, no, _) => Subject::Incident(*incident, Some(*no)),
            Self::Close(incident) => Subject::Incident(*incident, None),
            Self::CloseStreet(closure) => Subject::Closure(*closure),
            Self::Lift(closure) => Subject::Closure(closure.id),
        }
    }
}

/// An assignment's state before its status changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Before {
    #[n(0)]
    pub(crate) status: Code,
    #[n(1)]
    pub(crate) meaning: Meaning,
    #[n(2)]
    pub(crate) since: Timestamp,
    #[n(3)]
    pub(crate) stamps: Stamps,
    #[n(4)]
    pub(crate) out_of_order: bool,
}

impl Center {
    /// Keeps what an act replaced for as long as it may be undone.
    pub(crate) fn note_recent(&mut self, entry: &Entry, act: Act) {
        let oldest = entry.recorded.plus_seconds(-i64::from(UNDO_SECONDS));
        while let Some(seq) = self.beyond_undoing(oldest) {
            self.recent.remove(seq);
        }
        let recent = Recent {
            seq: entry.seq,
            at: entry.at,
            recorded: entry.recorded,
            actor: entry.actor,
            act,
        };
        self.recent.insert(entry.seq, recent.into());
    }

    /// The oldest act, where it is older than `oldest` or there is no room for another.
    fn beyond_undoing(&self, oldest: Timestamp) -> Option<u64> {
        let first = self.recents().next()?;
        (first.recorded < oldest || self.recent.len() >= KEPT).then_some(first.seq)
    }

    /// What may still be undone, the oldest first.
    pub(super) fn recents(&self) -> impl DoubleEndedIterator<Item = &Recent> {
        self.recent.iter().map(|(_, recent)| &**recent)
    }

    /// A closure that was opened, while that may be undone: as it was before.
    pub(crate) fn lifted(&self, id: ClosureId) -> Option<&Closure> {
        self.recents().rev().find_map(|recent| match &recent.act {
            Act::Lift(closure) if closure.id == id => Some(&**closure),
            _ => None,
        })
    }

    /// Forgets the act that was undone: it cannot be undone twice.
    pub(super) fn forget_recent(&mut self, seq: u64) {
        self.recent.remove(seq);
    }
}
