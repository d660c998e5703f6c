//! An incident: one emergency from the call to its disposition.

mod classify;
mod close;
mod correct_narrative;
mod link;
mod locate;
mod narrate;
mod prioritise;
mod receive;
mod reopen;
mod share;
mod take_for;
mod unshare;

use std::sync::Arc;

use minicbor::{Decode, Encode};

pub use classify::{ClassifyIncident, IncidentClassified};
pub use close::{CloseIncident, IncidentClosed};
pub use correct_narrative::{CorrectNarrative, NarrativeCorrected};
pub use link::{IncidentsLinked, LinkIncidents, Relation};
pub use locate::{IncidentLocated, LocateIncident, Place};
pub use narrate::{AddNarrative, NarrativeAdded};
pub use prioritise::{IncidentPrioritised, PrioritiseIncident};
pub use receive::{Caller, IncidentReceived, ReceiveIncident, ReceivedDetails};
pub use reopen::{IncidentReopened, ReopenIncident};
pub use share::{IncidentShared, ShareIncident};
pub use take_for::IncidentTakenFor;
pub use unshare::{IncidentUnshared, UnshareIncident};

use crate::{
    ActorId, Assignment, AssignmentNo, Code, IncidentId, Intake, LineNo, Meaning, Personal, Text,
    Timestamp, UnitId,
};

/// The most narrative lines that one incident holds.
pub(crate) const MAX_LINES: usize = 10_000;
/// The most links that one incident holds.
pub(crate) const MAX_LINKS: usize = 200;

/// One emergency from the call to its disposition.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Incident {
    /// The number that people speak of.
    #[n(0)]
    pub id: IncidentId,
    /// When the call was received.
    #[n(1)]
    pub received: Timestamp,
    /// What kind of emergency it is, once known.
    #[n(2)]
    pub incident_type: Option<Code>,
    /// How urgent it is, once known.
    #[n(3)]
    pub priority: Option<Code>,
    /// Where it is, once known.
    #[n(4)]
    pub place: Option<Personal<Place>>,
    /// Who called, where that is known.
    #[n(5)]
    pub caller: Option<Personal<Caller>>,
    /// The number under which another system knows it.
    #[n(6)]
    pub reference: Option<Code>,
    /// What was learnt and done, in the order of recording; never changed.
    #[cbor(n(7), with = "crate::base::shared_list")]
    pub lines: Vec<Arc<Line>>,
    /// All assignments, ended ones too, in the order of dispatch.
    #[cbor(n(8), with = "crate::base::shared_list")]
    pub assignments: Vec<Arc<Assignment>>,
    /// Incidents that belong to it.
    #[n(9)]
    pub links: Vec<Link>,
    /// How it ended, while it is closed.
    #[n(10)]
    pub closed: Option<Closed>,
    /// Each time that it was reopened, with the reason.
    #[n(11)]
    pub reopened: Vec<Reopened>,
    /// How many events its stream has.
    #[n(12)]
    pub version: u32,
    /// The ledger position of the last event that touched it.
    #[n(13)]
    pub touched: u64,
    /// The ledger positions of its events.
    #[n(14)]
    pub history: Vec<u64>,
    /// What its calls brought.
    #[n(20)]
    pub intake: Intake,
    /// The highest alarm for which units were sent by a plan; 0 for none.
    #[n(15)]
    pub alarm: u8,
    /// The units that are to do it next, once they are free.
    #[n(40)]
    #[cbor(default)]
    pub stacked_on: Vec<UnitId>,
    /// The agencies that see it though they have no unit on it.
    #[n(41)]
    #[cbor(default)]
    pub shared_with: Vec<Code>,
    /// The agency whose account took the call, where it was bound to one: the incident is theirs.
    #[n(42)]
    pub taken_for: Option<Code>,
}

/// Whether an incident is being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentState {
    /// It is being worked on, or waits for a unit.
    Open,
    /// It has a disposition.
    Closed,
}

/// A narrative line: who wrote what, when; corrections are lines of their own.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Line {
    /// Its number within the incident.
    #[n(0)]
    pub no: LineNo,
    /// When it was said.
    #[n(1)]
    pub at: Timestamp,
    /// Who wrote it.
    #[n(2)]
    pub author: ActorId,
    /// What it says.
    #[n(3)]
    pub text: Personal<Text>,
    /// The line that this one corrects.
    #[n(4)]
    pub corrects: Option<LineNo>,
}

/// Another incident and how it belongs to this one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Link {
    /// The other incident.
    #[n(0)]
    pub other: IncidentId,
    /// How the two belong together.
    #[n(1)]
    pub relation: Relation,
}

/// How and when an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Closed {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// How.
    #[n(1)]
    pub disposition: Code,
}

/// That an incident was reopened.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Reopened {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// By whom.
    #[n(1)]
    pub by: ActorId,
    /// Why.
    #[n(2)]
    pub reason: Personal<Text>,
}

impl Incident {
    /// Whether it is open or closed.
    pub fn state(&self) -> IncidentState {
        if self.closed.is_some() {
            IncidentState::Closed
        } else {
            IncidentState::Open
        }
    }

    /// Whether somebody has to act on it now, under its own number: it is open, not merged into
    /// another, and does not lie in the future.
    pub fn is_live(&self) -> bool {
        let intake = &self.intake;
        self.closed.is_none() && intake.merged_into.is_none() && intake.scheduled.is_none()
    }

    /// The assignment with this number.
    pub fn assignment(&self, no: AssignmentNo) -> Option<&Assignment> {
        self.assignments
            .get(usize::from(no.0).checked_sub(1)?)
            .map(AsRef::as_ref)
    }

    /// The assignments that have not ended.
    pub fn active(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments
            .iter()
            .map(AsRef::as_ref)
            .filter(|assignment| assignment.ended.is_none())
    }

    /// The active assignment of `unit`.
    pub fn active_of(&self, unit: UnitId) -> Option<&Assignment> {
        self.active().find(|assignment| assignment.unit == unit)
    }

    /// The place's words, unless unknown or erased.
    pub fn place_text(&self) -> Option<&str> {
        Some(self.place.as_ref()?.known()?.text.as_str())
    }

    /// The first of the times with this meaning; dispatches that were undone do not count.
    pub fn first(&self, meaning: Meaning) -> Option<Timestamp> {
        self.assignments
            .iter()
            .filter(|assignment| !assignment.is_undone())
            .filter_map(|assignment| assignment.stamps.get(meaning))
            .min()
    }

    /// The first of the times at which units were dispatched.
    pub fn first_dispatched(&self) -> Option<Timestamp> {
        self.first(Meaning::Dispatched)
    }

    /// The first of the times at which units arrived.
    pub fn first_on_scene(&self) -> Option<Timestamp> {
        self.first(Meaning::OnScene)
    }

    /// The whole incident as CBOR, for the archive.
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::event::to_bytes(self)
    }

    /// Reads an incident that [`to_bytes`](Incident::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        minicbor::decode(bytes)
    }

    pub(crate) fn next_line(&self) -> Result<LineNo, crate::Refusal> {
        if self.lines.len() >= MAX_LINES {
            return Err(crate::Refusal::Full {
                what: "the narrative",
                max: MAX_LINES,
            });
        }
        Ok(LineNo(self.lines.len() as u32 + 1))
    }
}
