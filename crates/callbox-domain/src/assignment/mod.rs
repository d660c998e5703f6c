//! An assignment: one unit's work on one incident, with its own state and times.

mod cancel;
mod change_status;
mod dispatch;
mod end;
mod progress;
mod reassign;
mod release;
mod stack;
mod unstack;

use minicbor::{Decode, Encode};

pub use cancel::CancelAssignment;
pub use change_status::ChangeUnitStatus;
pub use dispatch::{DispatchUnits, UnitDispatched};
pub use end::AssignmentEnded;
pub use progress::AssignmentProgressed;
pub use reassign::ReassignUnit;
pub use release::ReleaseUnit;
pub use stack::{IncidentStacked, StackIncident};
pub use unstack::{IncidentUnstacked, UnstackIncident};

use crate::{
    AssignmentNo, Center, Code, IncidentId, Meaning, Personal, Refusal, Text, Timestamp, Unit,
    UnitId, welfare::Welfare,
};

/// The most assignments that one incident holds.
pub(crate) const MAX_ASSIGNMENTS: usize = 2_000;
/// The most incidents that wait for one unit.
pub(crate) const MAX_STACK: usize = 20;

/// One unit's work on one incident; nothing of it bleeds into another assignment.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Assignment {
    /// Its number within the incident.
    #[n(0)]
    pub no: AssignmentNo,
    /// Which unit.
    #[n(1)]
    pub unit: UnitId,
    /// What kind of unit it was when it was dispatched.
    #[n(2)]
    pub unit_type: Code,
    /// The status code that it has on this incident.
    #[n(3)]
    pub status: Code,
    /// What that status means.
    #[n(4)]
    pub meaning: Meaning,
    /// Since when.
    #[n(5)]
    pub since: Timestamp,
    /// Its times.
    #[n(6)]
    pub stamps: Stamps,
    /// Whether it was expressly dispatched although it was on another incident.
    #[n(7)]
    pub concurrent: bool,
    /// Whether one of its times lies before the one recorded ahead of it.
    #[n(8)]
    pub out_of_order: bool,
    /// When and how it ended.
    #[n(9)]
    pub ended: Option<Ended>,
    /// How it stands with its welfare checks.
    #[n(20)]
    #[cbor(default)]
    pub welfare: Welfare,
}

/// The times of one assignment; the first of each kind counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Stamps {
    /// Sent.
    #[n(0)]
    pub dispatched: Timestamp,
    /// Answered.
    #[n(1)]
    pub acknowledged: Option<Timestamp>,
    /// On the way.
    #[n(2)]
    pub en_route: Option<Timestamp>,
    /// Arrived.
    #[n(3)]
    pub on_scene: Option<Timestamp>,
    /// On the way with a patient.
    #[n(4)]
    pub transporting: Option<Timestamp>,
    /// At the hospital.
    #[n(5)]
    pub at_hospital: Option<Timestamp>,
}

/// When and how an assignment ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Ended {
    /// When; unknown where nobody recorded it.
    #[n(0)]
    pub at: Option<Timestamp>,
    /// How.
    #[n(1)]
    pub how: AssignmentEnd,
    /// Why, where somebody said so.
    #[n(2)]
    pub reason: Option<Personal<Text>>,
}

/// How an assignment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum AssignmentEnd {
    /// The unit became available.
    #[n(0)]
    Cleared,
    /// The dispatch was taken back before the unit arrived.
    #[n(1)]
    Cancelled,
    /// The unit was sent to another incident instead.
    #[n(2)]
    Reassigned(#[n(0)] IncidentId),
    /// The unit is free again; when it became so was not recorded.
    #[n(3)]
    Released,
    /// The dispatch was a slip that was taken back at once; it counts in no figure.
    #[n(4)]
    Undone,
    /// The unit was taken from work that it had begun, for a more urgent incident.
    #[n(5)]
    Preempted(#[n(0)] IncidentId),
}

impl AssignmentEnd {
    /// The name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Cancelled => "cancelled",
            Self::Reassigned(_) => "reassigned",
            Self::Released => "released",
            Self::Undone => "undone",
            Self::Preempted(_) => "preempted",
        }
    }
}

impl Stamps {
    fn new(dispatched: Timestamp) -> Self {
        Self {
            dispatched,
            acknowledged: None,
            en_route: None,
            on_scene: None,
            transporting: None,
            at_hospital: None,
        }
    }

    /// The time with this meaning.
    pub fn get(&self, meaning: Meaning) -> Option<Timestamp> {
        match meaning {
            Meaning::Dispatched => Some(self.dispatched),
            Meaning::Acknowledged => self.acknowledged,
            Meaning::EnRoute => self.en_route,
            Meaning::OnScene => self.on_scene,
            Meaning::Transporting => self.transporting,
            Meaning::AtHospital => self.at_hospital,
            Meaning::Available | Meaning::OutOfService => None,
        }
    }

    fn slot(&mut self, meaning: Meaning) -> Option<&mut Option<Timestamp>> {
        match meaning {
            Meaning::Acknowledged => Some(&mut self.acknowledged),
            Meaning::EnRoute => Some(&mut self.en_route),
            Meaning::OnScene => Some(&mut self.on_scene),
            Meaning::Transporting => Some(&mut self.transporting),
            Meaning::AtHospital => Some(&mut self.at_hospital),
            Meaning::Available | Meaning::Dispatched | Meaning::OutOfService => None,
        }
    }

    /// Every recorded time with its meaning, in the order of an assignment's course.
    pub fn recorded(&self) -> impl Iterator<Item = (Meaning, Timestamp)> {
        let stamps = *self;
        Meaning::ALL
            .into_iter()
            .filter_map(move |meaning| Some((meaning, stamps.get(meaning)?)))
    }

    /// Whether a meaning after this one has a time.
    fn has_later_than(&self, meaning: Meaning) -> bool {
        self.recorded().any(|(later, _)| later > meaning)
    }

    /// Whether no time lies before one of an earlier meaning.
    fn are_in_order(&self) -> bool {
        self.recorded().map(|(_, at)| at).is_sorted()
    }
}

impl Assignment {
    /// Whether its dispatch was a slip that was taken back.
    pub fn is_undone(&self) -> bool {
        let ended = self.ended.as_ref();
        ended.is_some_and(|ended| ended.how == AssignmentEnd::Undone)
    }

    /// Whether a time for `meaning` at `at` lies before one that was recorded ahead of it.
    fn is_backward(&self, meaning: Meaning, at: Timestamp) -> bool {
        self.stamps
            .recorded()
            .any(|(earlier, time)| earlier < meaning && time > at)
    }
}

/// The unit's active assignment that is meant: the one on `incident`, or its only one.
pub(crate) fn pick<'a>(
    center: &'a Center,
    unit: &Unit,
    incident: Option<IncidentId>,
) -> Result<(IncidentId, &'a Assignment), Refusal> {
    let called = || unit.call_sign.clone();
    let id = match (incident, unit.active.as_slice()) {
        (Some(id), _) => id,
        (None, []) => return Err(Refusal::NotCommitted { unit: called() }),
        (None, [(id, _)]) => *id,
        (None, several) => {
            let incidents = several.iter().map(|(id, _)| *id).collect();
            return Err(Refusal::WhichIncident {
                unit: called(),
                incidents,
            });
        }
    };
    let assignment = center
        .need_incident(id)?
        .active_of(unit.id)
        .ok_or_else(|| Refusal::NotAssigned {
            unit: called(),
            incident: id,
        })?;
    Ok((id, assignment))
}
