//! A clock: how long something may take, from which event to which, and by whose standard.
//!
//! The same definition drives the alarms of the live board and the figures of the report on targets,
//! so that what is measured is what was asked for.

mod define;
mod remove;
mod usual;

use minicbor::{Decode, Encode};

pub use define::{ClockDefined, DefineClock};
pub use remove::{ClockRemoved, RemoveClock};
pub use usual::{usual_clocks, usual_welfare_rule};

use crate::{Assignment, Code, Incident, Meaning, Timestamp, call::names};

/// The most clocks that a center has.
pub(crate) const MAX_CLOCKS: usize = 64;

/// A moment of an incident or of an assignment at which a clock starts or stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Moment {
    /// The call came in.
    #[n(0)]
    Received,
    /// The first unit was sent.
    #[n(1)]
    FirstDispatched,
    /// The first unit moved.
    #[n(2)]
    FirstEnRoute,
    /// The first unit arrived.
    #[n(3)]
    FirstOnScene,
    /// The incident was closed.
    #[n(4)]
    Closed,
    /// The unit was sent.
    #[n(10)]
    Dispatched,
    /// The unit answered.
    #[n(11)]
    Acknowledged,
    /// The unit moved.
    #[n(12)]
    EnRoute,
    /// The unit arrived.
    #[n(13)]
    OnScene,
    /// The unit left with a patient.
    #[n(14)]
    Transporting,
    /// The unit reached the hospital.
    #[n(15)]
    AtHospital,
    /// The unit's work ended.
    #[n(16)]
    Ended,
}

names! { Moment {
    Received => "received",
    FirstDispatched => "first_dispatched",
    FirstEnRoute => "first_en_route",
    FirstOnScene => "first_on_scene",
    Closed => "closed",
    Dispatched => "dispatched",
    Acknowledged => "acknowledged",
    EnRoute => "en_route",
    OnScene => "on_scene",
    Transporting => "transporting",
    AtHospital => "at_hospital",
    Ended => "ended",
} }

impl Moment {
    /// Whether it is a moment of one unit's work and not of the incident as a whole.
    pub const fn is_of_assignment(self) -> bool {
        matches!(
            self,
            Self::Dispatched
                | Self::Acknowledged
                | Self::EnRoute
                | Self::OnScene
                | Self::Transporting
                | Self::AtHospital
                | Self::Ended
        )
    }

    /// When the incident was there; `None` for the moments of an assignment.
    pub fn of_incident(self, incident: &Incident) -> Option<Timestamp> {
        match self {
            Self::Received => Some(incident.received),
            Self::FirstDispatched => incident.first(Meaning::Dispatched),
            Self::FirstEnRoute => incident.first(Meaning::EnRoute),
            Self::FirstOnScene => incident.first(Meaning::OnScene),
            Self::Closed => incident.closed.as_ref().map(|closed| closed.at),
            _ => None,
        }
    }

    /// When the assignment was there; `None` for the moments of an incident.
    pub fn of_assignment(self, assignment: &Assignment) -> Option<Timestamp> {
        match self {
            Self::Ended => assignment.ended.as_ref().and_then(|ended| ended.at),
            _ => assignment.stamps.get(self.meaning()?),
        }
    }

    /// The meaning of the status with which an assignment, or the first of several, gets there.
    pub const fn meaning(self) -> Option<Meaning> {
        match self {
            Self::FirstDispatched | Self::Dispatched => Some(Meaning::Dispatched),
            Self::Acknowledged => Some(Meaning::Acknowledged),
            Self::FirstEnRoute | Self::EnRoute => Some(Meaning::EnRoute),
            Self::FirstOnScene | Self::OnScene => Some(Meaning::OnScene),
            Self::Transporting => Some(Meaning::Transporting),
            Self::AtHospital => Some(Meaning::AtHospital),
            Self::Received | Self::Closed | Self::Ended => None,
        }
    }
}

/// How long something may take; which calls and units it concerns; what to do when it takes longer.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Clock {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// With what it starts.
    #[n(2)]
    pub start: Moment,
    /// With what it stops.
    #[n(3)]
    pub stop: Moment,
    /// The priorities that it concerns; none means all.
    #[n(4)]
    pub priorities: Vec<Code>,
    /// The types of units that it concerns, where it runs for each unit; none means all.
    #[n(5)]
    pub unit_types: Vec<Code>,
    /// Seconds after which it stands out.
    #[n(6)]
    pub warn_seconds: Option<u32>,
    /// Seconds after which it asks for an action.
    #[n(7)]
    pub alarm_seconds: Option<u32>,
    /// Seconds after which an alarm that nobody acknowledged goes on to the supervisors.
    #[n(8)]
    pub escalate_seconds: Option<u32>,
    /// What to do when the alarm comes, in a few words.
    #[n(9)]
    pub action: Option<Code>,
    /// The target that reports are held against.
    #[n(10)]
    pub target: Option<Target>,
}

/// A share of all cases that has to be done within a time, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Target {
    /// Seconds.
    #[n(0)]
    pub seconds: u32,
    /// The share in percent, 1 to 100.
    #[n(1)]
    pub percent: u8,
    /// The standard, as in `NFPA 1225`; editions differ, so both are data.
    #[n(2)]
    pub standard: Option<Code>,
    /// Its edition, as in `2022`.
    #[n(3)]
    pub edition: Option<Code>,
}

impl Clock {
    /// Whether it concerns incidents of this priority.
    pub fn concerns_priority(&self, priority: Option<&Code>) -> bool {
        self.priorities.is_empty() || priority.is_some_and(|it| self.priorities.contains(it))
    }

    /// Whether it concerns units of this type.
    pub fn concerns_unit_type(&self, unit_type: &Code) -> bool {
        self.unit_types.is_empty() || self.unit_types.contains(unit_type)
    }

    /// Whether it runs for each unit apart.
    pub const fn is_of_assignment(&self) -> bool {
        self.start.is_of_assignment()
    }

    /// Since when it runs on an incident as a whole; `None` when it does not run.
    pub fn runs_on(&self, incident: &Incident) -> Option<Timestamp> {
        let runs = !self.is_of_assignment()
            && incident.is_live()
            && self.concerns_priority(incident.priority.as_ref())
            && self.stop.of_incident(incident).is_none();
        self.start.of_incident(incident).filter(|_| runs)
    }

    /// Since when it runs for one unit's work; `None` when it does not run.
    pub fn runs_for(&self, incident: &Incident, assignment: &Assignment) -> Option<Timestamp> {
        let runs = self.is_of_assignment()
            && assignment.ended.is_none()
            && self.concerns_priority(incident.priority.as_ref())
            && self.concerns_unit_type(&assignment.unit_type)
            // A unit that is further along has left the point behind, recorded or not.
            && self.stop.meaning().is_none_or(|stop| assignment.meaning < stop);
        self.start.of_assignment(assignment).filter(|_| runs)
    }
}
