use minicbor::{Decode, Encode};

use super::MAX_STACK;
use crate::{
    Center, Context, Entry, Event, IncidentId, Refusal, UnitId, command::Verb, event::Payload,
};

/// Puts an incident on a unit's stack: the unit is to do it next, and is not sent yet.
///
/// The incident goes on waiting, and its clocks run. Refusals: no such incident or unit; the
/// incident is closed; the unit is out of service, on the incident, or has it on its stack already;
/// the stack is full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StackIncident {
    /// Which unit.
    pub unit: UnitId,
    /// Which incident.
    pub incident: IncidentId,
}

/// An incident was put on a unit's stack.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentStacked {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which unit.
    #[n(1)]
    pub unit: UnitId,
}

impl Verb for StackIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        let unit = center.need_unit(self.unit)?;
        let called = || unit.call_sign.clone();
        if !unit.in_service {
            return Err(Refusal::UnitOutOfService { unit: called() });
        }
        if incident.active_of(unit.id).is_some() {
            return Err(Refusal::AlreadyAssigned {
                unit: called(),
                incident: self.incident,
            });
        }
        if unit.stack.contains(&self.incident) {
            return Ok(vec![]);
        }
        if unit.stack.len() >= MAX_STACK {
            return Err(Refusal::Full {
                what: "the unit's stack",
                max: MAX_STACK,
            });
        }
        Ok(vec![
            IncidentStacked {
                incident: self.incident,
                unit: self.unit,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentStacked {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.stacked_on.push(self.unit);
        });
        center.with_unit(self.unit, |unit| {
            unit.stack.push(self.incident);
        });
    }
}
