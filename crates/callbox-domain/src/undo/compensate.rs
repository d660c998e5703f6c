use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::recent::{Act, Recent};
use crate::{
    Assignment, AssignmentEnd, AssignmentNo, Center, Closure, ClosureId, Code, Ended, Entry, Event,
    IncidentId, Meaning, Refusal, Stamps, Timestamp, UnitId, closure::MAX_CLOSURES, event::Payload,
};

/// A dispatch was undone: it was a slip, and counts in no figure.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct DispatchUndone {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// The ledger position of the event that is undone.
    #[n(3)]
    pub undoes: u64,
}

/// A change of a unit's status on an incident was undone: the state before it is back.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct StatusUndone {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// The ledger position of the event that is undone.
    #[n(3)]
    pub undoes: u64,
    /// The status code that is back.
    #[n(4)]
    pub status: Code,
    /// What it means.
    #[n(5)]
    pub meaning: Meaning,
    /// Since when the unit has had it.
    #[n(6)]
    pub since: Timestamp,
    /// The times that are back.
    #[n(7)]
    pub stamps: Stamps,
    /// Whether one of them lies before one recorded ahead of it.
    #[n(8)]
    pub out_of_order: bool,
}

/// The end of a unit's work on an incident was undone: it goes on as if it had not ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct EndUndone {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// The ledger position of the event that is undone.
    #[n(3)]
    pub undoes: u64,
}

/// The closing of an incident was undone: it is open, and was never reopened.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CloseUndone {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The ledger position of the event that is undone.
    #[n(1)]
    pub undoes: u64,
}

/// The closing of a street was undone: it was a slip, and the street is open.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClosureUndone {
    /// Which one.
    #[n(0)]
    pub closure: ClosureId,
    /// The ledger position of the event that is undone.
    #[n(1)]
    pub undoes: u64,
}

/// The opening of a closed street was undone: it is closed as it was.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct LiftUndone {
    /// What is closed again, with its number, its reason and its end.
    #[n(0)]
    pub closure: Box<Closure>,
    /// The ledger position of the event that is undone.
    #[n(1)]
    pub undoes: u64,
}

/// The event that takes one event of an act back, unless something was done on top of it.
pub(super) fn event(center: &Center, recent: &Recent, act: &[&Recent]) -> Result<Event, Refusal> {
    let undoes = recent.seq;
    let assignment_of = |incident: IncidentId, no: AssignmentNo| {
        let incident = center.incident(incident).ok_or(Refusal::ChangedSince)?;
        let assignment = incident.assignment(no).ok_or(Refusal::ChangedSince)?;
        Ok::<_, Refusal>((incident, assignment))
    };
    Ok(match &recent.act {
        Act::Dispatch(incident, no, unit) => {
            let (_, assignment) = assignment_of(*incident, *no)?;
            let is_fresh = assignment.ended.is_none()
                && assignment.meaning == Meaning::Dispatched
                && assignment.since == recent.at;
            if !is_fresh {
                return Err(Refusal::ChangedSince);
            }
            DispatchUndone {
                incident: *incident,
                assignment: *no,
                unit: *unit,
                undoes,
            }
            .into()
        }
        Act::Status(incident, no, before) => {
            let (_, assignment) = assignment_of(*incident, *no)?;
            if assignment.ended.is_some() || assignment.since != recent.at {
                return Err(Refusal::ChangedSince);
            }
            StatusUndone {
                incident: *incident,
                assignment: *no,
                unit: assignment.unit,
                undoes,
                status: before.status.clone(),
                meaning: before.meaning,
                since: before.since,
                stamps: before.stamps,
                out_of_order: before.out_of_order,
            }
            .into()
        }
        Act::End(incident, no, id) => {
            let (open, assignment) = assignment_of(*incident, *no)?;
            let unit = center.need_unit(*id)?;
            // On several incidents at once only expressly: what the same act sent it to goes back too.
            let by_accident = |(on, no): &(IncidentId, AssignmentNo)| {
                let sent = Act::Dispatch(*on, *no, *id);
                let goes_back = act.iter().any(|recent| recent.act == sent);
                let other = center.incident(*on).and_then(|on| on.assignment(*no));
                !goes_back && other.is_some_and(|other| !other.concurrent)
            };
            // Its crew may be out with another unit by now.
            let crew_is_here = unit
                .shared_crew
                .as_ref()
                .is_none_or(|crew| center.out_with_crew(crew, *id).is_none());
            let can = open.closed.is_none()
                && open.intake.merged_into.is_none()
                && assignment.ended.is_some()
                && open.active_of(*id).is_none()
                && unit.in_service
                && crew_is_here
                && (assignment.concurrent || !unit.active.iter().any(by_accident));
            if !can {
                return Err(Refusal::ChangedSince);
            }
            EndUndone {
                incident: *incident,
                assignment: *no,
                unit: *id,
                undoes,
            }
            .into()
        }
        Act::Close(incident) => {
            let closed = center.incident(*incident).and_then(|it| it.closed.as_ref());
            if center.is_erased(*incident) || closed.is_none_or(|closed| closed.at != recent.at) {
                return Err(Refusal::ChangedSince);
            }
            CloseUndone {
                incident: *incident,
                undoes,
            }
            .into()
        }
        Act::CloseStreet(closure) => {
            if center.closures.get(closure.0).is_none() {
                return Err(Refusal::ChangedSince);
            }
            ClosureUndone {
                closure: *closure,
                undoes,
            }
            .into()
        }
        Act::Lift(closure) => {
            if center.closures.len() >= MAX_CLOSURES {
                // Others have filled the list meanwhile.
                return Err(Refusal::ChangedSince);
            }
            LiftUndone {
                closure: closure.clone(),
                undoes,
            }
            .into()
        }
    })
}

impl Payload for DispatchUndone {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_assignment(
            self.incident,
            self.assignment,
            |assignment: &mut Assignment| {
                assignment.ended = Some(Ended {
                    at: Some(entry.at),
                    how: AssignmentEnd::Undone,
                    reason: None,
                });
            },
        );
        center.with_unit(self.unit, |unit| {
            let undone = (self.incident, self.assignment);
            unit.active.retain(|active| *active != undone);
        });
        center.forget_recent(self.undoes);
    }
}

impl Payload for StatusUndone {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_assignment(self.incident, self.assignment, |assignment| {
            assignment.status = self.status.clone();
            assignment.meaning = self.meaning;
            assignment.since = self.since;
            assignment.stamps = self.stamps;
            assignment.out_of_order = self.out_of_order;
        });
        center.forget_recent(self.undoes);
    }
}

impl Payload for EndUndone {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_assignment(self.incident, self.assignment, |assignment| {
            assignment.ended = None;
        });
        center.with_incident(self.incident, |incident| {
            incident.stacked_on.retain(|unit| *unit != self.unit);
        });
        center.with_unit(self.unit, |unit| {
            unit.active.push((self.incident, self.assignment));
            unit.freed = None;
            unit.stack.retain(|stacked| *stacked != self.incident);
        });
        center.forget_recent(self.undoes);
    }
}

impl Payload for CloseUndone {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| incident.closed = None);
        center.note_reopened(self.incident);
        center.forget_recent(self.undoes);
    }
}

impl Payload for ClosureUndone {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.end_closure(self.closure);
        center.forget_recent(self.undoes);
    }
}

impl Payload for LiftUndone {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let mut closure = (*self.closure).clone();
        let id = closure.id;
        // The event that opened it is one of its stream.
        closure.version += 1;
        if id.0 > center.last_closure || center.closures.get(id.0).is_some() {
            center.mark_broken(format!("closure {id} is closed again and was not open"));
        }
        center.closures.insert(id.0, Arc::new(closure));
        center.forget_recent(self.undoes);
    }
}
