use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{Assignment, MAX_ASSIGNMENTS, Stamps};
use crate::{
    AssignmentNo, Center, Code, Context, Entry, Event, Incident, IncidentId, Meaning, Refusal,
    Unit, UnitId, command::Verb, event::Payload, undo::Act, welfare::Welfare,
};

/// Dispatches units to an incident, all or none.
///
/// Refusals: no such incident or unit; the incident is closed; no unit named, or one twice; a unit
/// is out of service, on this incident already, or on another one while `although_committed` is
/// not set; its crew is out with another unit; no status that means 'dispatched'.
#[derive(Clone, Debug, PartialEq)]
pub struct DispatchUnits {
    /// To which incident.
    pub incident: IncidentId,
    /// Which units.
    pub units: Vec<UnitId>,
    /// Whether a unit is expressly sent although it is on another incident, which it keeps.
    pub although_committed: bool,
}

/// A unit was dispatched to an incident.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitDispatched {
    /// To which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The number that the assignment got.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// What kind of unit it was at that time.
    #[n(3)]
    pub unit_type: Code,
    /// The status code that it got.
    #[n(4)]
    pub status: Code,
    /// Whether it was expressly sent although it was on another incident.
    #[n(5)]
    pub concurrent: bool,
}

impl Verb for DispatchUnits {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        if self.units.is_empty() {
            return Err(Refusal::NothingToDispatch);
        }
        let status = &center.configuration.need_status(Meaning::Dispatched)?.code;
        let mut events = Vec::with_capacity(self.units.len());
        for (offset, id) in self.units.iter().enumerate() {
            let unit = center.need_unit(*id)?;
            if self.units[..offset].contains(id) {
                return Err(Refusal::NamedTwice {
                    unit: unit.call_sign.clone(),
                });
            }
            if let Some((other, _)) = unit.active.first()
                && !self.although_committed
                && incident.active_of(*id).is_none()
            {
                let unit = unit.call_sign.clone();
                return Err(Refusal::UnitCommitted {
                    unit,
                    incident: *other,
                });
            }
            if let Some(crew) = &unit.shared_crew {
                let named = self.units[..offset]
                    .iter()
                    .filter_map(|id| center.unit(*id));
                let mut together = named
                    .filter(|other| other.shared_crew.as_ref() == Some(crew))
                    .map(|other| (&**other, self.incident));
                if let Some((other, incident)) = center
                    .out_with_crew(crew, *id)
                    .or_else(|| together.next_back())
                {
                    return Err(Refusal::CrewIsOut {
                        unit: unit.call_sign.clone(),
                        other: other.call_sign.clone(),
                        incident,
                    });
                }
            }
            let concurrent = !unit.active.is_empty();
            events.push(dispatch(incident, unit, offset, status, concurrent)?.into());
        }
        Ok(events)
    }
}

/// The event that sends `unit` to `incident` as the `offset`th of one command.
pub(super) fn dispatch(
    incident: &Incident,
    unit: &Unit,
    offset: usize,
    status: &Code,
    concurrent: bool,
) -> Result<UnitDispatched, Refusal> {
    if !unit.in_service {
        return Err(Refusal::UnitOutOfService {
            unit: unit.call_sign.clone(),
        });
    }
    if incident.active_of(unit.id).is_some() {
        let unit = unit.call_sign.clone();
        return Err(Refusal::AlreadyAssigned {
            unit,
            incident: incident.id,
        });
    }
    let before = incident.assignments.len() + offset;
    if before >= MAX_ASSIGNMENTS {
        return Err(Refusal::Full {
            what: "the list of assignments",
            max: MAX_ASSIGNMENTS,
        });
    }
    Ok(UnitDispatched {
        incident: incident.id,
        assignment: AssignmentNo(before as u16 + 1),
        unit: unit.id,
        unit_type: unit.unit_type.clone(),
        status: status.clone(),
        concurrent,
    })
}

impl Payload for UnitDispatched {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let assignment = Assignment {
            no: self.assignment,
            unit: self.unit,
            unit_type: self.unit_type.clone(),
            status: self.status.clone(),
            meaning: Meaning::Dispatched,
            since: entry.at,
            stamps: Stamps::new(entry.at),
            concurrent: self.concurrent,
            out_of_order: false,
            ended: None,
            welfare: Welfare::default(),
        };
        let mut due = self.assignment.0;
        center.with_incident(self.incident, |incident| {
            // Whoever is sent to what was planned begins it.
            if incident.intake.scheduled.take().is_some() {
                incident.received = entry.at;
            }
            incident.assignments.push(Arc::new(assignment));
            incident.stacked_on.retain(|unit| *unit != self.unit);
            due = incident.assignments.len() as u16;
        });
        if due != self.assignment.0 {
            center.mark_broken(format!(
                "assignment {} of incident {} came where {due} was due",
                self.assignment, self.incident
            ));
        }
        center.with_unit(self.unit, |unit| {
            unit.active.push((self.incident, self.assignment));
            unit.stack.retain(|stacked| *stacked != self.incident);
        });
        let act = Act::Dispatch(self.incident, self.assignment, self.unit);
        center.note_recent(entry, act);
    }
}
