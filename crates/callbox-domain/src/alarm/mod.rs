//! An alarm: something that asks a person for an action, and lasts until the action was taken.
//!
//! Alarms follow from the state and the time alone ([`Center::dues`]), and each is recorded when it
//! is raised, so that they survive a restart and a replay raises the same ones. An alarm is over
//! when what it asks for was done: a unit was sent, a crew answered, an emergency ended.

mod acknowledge;
mod due;
mod escalate;
mod raise;

use std::fmt;

use minicbor::{Decode, Encode};

pub use acknowledge::{AcknowledgeAlarm, AlarmAcknowledged};
pub use due::Due;
pub use escalate::AlarmEscalated;
pub use raise::{AlarmRaised, RaiseAlarms};

use crate::{
    ActorId, AssignmentNo, Center, Code, EmergencyCause, Entry, IncidentId, Stream, Timestamp,
    UnitId, clock::Moment,
};

/// Seconds after which a crew's emergency that nobody acknowledged goes on to the supervisors.
pub const EMERGENCY_ESCALATES_SECONDS: u32 = 30;

/// Names an alarm: the ledger position of the event that raised it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct AlarmId(#[n(0)] pub u64);

impl fmt::Display for AlarmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alarm {}", self.0)
    }
}

/// Why an alarm was raised.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Cause {
    /// A clock of the center ran out.
    #[n(0)]
    Clock(#[n(0)] Code),
    /// No unit was sent for longer than the incident's priority allows.
    #[n(1)]
    Waiting,
    /// A crew was asked whether it is well.
    #[n(2)]
    Welfare,
    /// A crew is in need of help itself.
    #[n(3)]
    Emergency(#[n(0)] EmergencyCause),
    /// A unit is free, and an incident is next on its stack.
    #[n(4)]
    Next,
}

impl Cause {
    /// The name in interfaces.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Clock(_) => "clock",
            Self::Waiting => "waiting",
            Self::Welfare => "welfare",
            Self::Emergency(_) => "emergency",
            Self::Next => "next",
        }
    }
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Subject {
    /// Which incident, if any.
    #[n(0)]
    pub incident: Option<IncidentId>,
    /// Which of its assignments, if one.
    #[n(1)]
    pub assignment: Option<AssignmentNo>,
    /// Which unit, if one.
    #[n(2)]
    pub unit: Option<UnitId>,
}

impl Subject {
    pub(crate) const fn of_incident(incident: IncidentId) -> Self {
        Self {
            incident: Some(incident),
            assignment: None,
            unit: None,
        }
    }

    pub(crate) const fn of_assignment(
        incident: IncidentId,
        assignment: AssignmentNo,
        unit: UnitId,
    ) -> Self {
        Self {
            incident: Some(incident),
            assignment: Some(assignment),
            unit: Some(unit),
        }
    }

    pub(crate) const fn of_unit(unit: UnitId, incident: Option<IncidentId>) -> Self {
        Self {
            incident,
            assignment: None,
            unit: Some(unit),
        }
    }

    /// The stream of what is recorded about it: a unit's emergency may outlast the incident.
    pub(crate) fn stream(&self) -> Stream {
        match (self.unit, self.assignment, self.incident) {
            (Some(unit), None, _) | (Some(unit), _, None) => Stream::Unit(unit),
            (_, _, Some(incident)) => Stream::Incident(incident),
            (None, _, None) => Stream::Center,
        }
    }
}

/// Something that asks a person for an action.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Alarm {
    /// Its name.
    #[n(0)]
    pub id: AlarmId,
    /// When it was due.
    #[n(1)]
    pub due: Timestamp,
    /// When it was raised: later than due when the server was down, or asked again.
    #[n(2)]
    pub raised: Timestamp,
    /// Why.
    #[n(3)]
    pub cause: Cause,
    /// About what.
    #[n(4)]
    pub subject: Subject,
    /// Who took it on, and when; it lasts nevertheless.
    #[n(5)]
    pub acknowledged: Option<Acknowledged>,
    /// When it went on to the supervisors, because nobody acknowledged it.
    #[n(6)]
    pub escalated: Option<Timestamp>,
}

/// Who acknowledged an alarm, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Acknowledged {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// By whom.
    #[n(1)]
    pub by: ActorId,
}

impl Center {
    /// The alarms that last, in the order in which they were raised.
    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    /// The alarm with this name, while it lasts.
    pub fn alarm(&self, id: AlarmId) -> Option<&Alarm> {
        let at = self
            .alarms
            .binary_search_by_key(&id, |alarm| alarm.id)
            .ok()?;
        self.alarms.get(at)
    }

    /// Whether an alarm of this cause about this subject lasts.
    pub(crate) fn is_raised(&self, cause: &Cause, subject: &Subject) -> bool {
        self.alarms
            .iter()
            .any(|alarm| alarm.subject == *subject && alarm.cause == *cause)
    }

    /// Adds an alarm; the same one again wakes it instead, since it asks anew.
    pub(crate) fn raise(&mut self, entry: &Entry, cause: Cause, subject: Subject, due: Timestamp) {
        let known = self
            .alarms
            .iter_mut()
            .find(|alarm| alarm.subject == subject && alarm.cause == cause);
        if let Some(alarm) = known {
            alarm.raised = entry.at;
            alarm.acknowledged = None;
            return;
        }
        self.alarms.push(Alarm {
            id: AlarmId(entry.seq),
            due,
            raised: entry.at,
            cause,
            subject,
            acknowledged: None,
            escalated: None,
        });
    }

    /// Drops the alarms that an event has made pointless.
    pub(crate) fn settle_alarms(&mut self) {
        if self.alarms.is_empty() {
            return;
        }
        let mut alarms = std::mem::take(&mut self.alarms);
        alarms.retain(|alarm| self.lasts(alarm));
        self.alarms = alarms;
    }

    /// Whether what an alarm asks for is still to be done.
    fn lasts(&self, alarm: &Alarm) -> bool {
        let Subject {
            incident,
            assignment,
            unit,
        } = alarm.subject;
        if let Cause::Emergency(_) = alarm.cause {
            let unit = unit.and_then(|unit| self.unit(unit));
            return unit.is_some_and(|unit| unit.emergency.is_some());
        }
        let Some(incident) = incident.and_then(|id| self.incident(id)) else {
            return false;
        };
        let assignment = assignment.and_then(|no| incident.assignment(no));
        match &alarm.cause {
            Cause::Emergency(_) => true,
            Cause::Next => {
                let unit = unit.and_then(|unit| self.unit(unit));
                unit.is_some_and(|unit| self.free_for_next(unit) == Some(incident.id))
            }
            Cause::Waiting => {
                incident.is_live() && Moment::FirstDispatched.of_incident(incident).is_none()
            }
            Cause::Welfare => assignment.is_some_and(|assignment| {
                assignment.ended.is_none() && assignment.welfare.asked.is_some()
            }),
            Cause::Clock(code) => {
                let clock = self.configuration.clocks.get(code);
                clock.is_some_and(|clock| match assignment {
                    Some(assignment) => clock.runs_for(incident, assignment).is_some(),
                    None => clock.runs_on(incident).is_some(),
                })
            }
        }
    }
}
