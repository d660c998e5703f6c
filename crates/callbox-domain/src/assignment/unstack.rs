use minicbor::{Decode, Encode};

use crate::{
    Center, Context, Entry, Event, IncidentId, Refusal, UnitId, command::Verb, event::Payload,
};

/// Takes an incident off a unit's stack: it is nobody's next any more.
///
/// Refusals: no such incident or unit; it is not on the unit's stack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnstackIncident {
    /// Which unit.
    pub unit: UnitId,
    /// Which incident.
    pub incident: IncidentId,
}

/// An incident was taken off a unit's stack.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentUnstacked {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which unit.
    #[n(1)]
    pub unit: UnitId,
}

impl Verb for UnstackIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        center.need_incident(self.incident)?;
        let unit = center.need_unit(self.unit)?;
        if !unit.stack.contains(&self.incident) {
            return Err(Refusal::NotStacked {
                unit: unit.call_sign.clone(),
                incident: self.incident,
            });
        }
        Ok(vec![
            IncidentUnstacked {
                incident: self.incident,
                unit: self.unit,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentUnstacked {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.stacked_on.retain(|unit| *unit != self.unit);
        });
        center.with_unit(self.unit, |unit| {
            unit.stack.retain(|incident| *incident != self.incident);
        });
    }
}
