use minicbor::{Decode, Encode};

use super::{Emergency, EmergencyCause};
use crate::{
    Center, Context, Entry, Event, IncidentId, Refusal, UnitId,
    alarm::{Cause, Subject},
    command::Verb,
    event::Payload,
};

/// Declares that a crew is in need of help itself.
///
/// Declared again while it lasts, nothing more happens. Refusals: no such unit.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclareEmergency {
    /// Which unit.
    pub unit: UnitId,
    /// How it became known.
    pub cause: EmergencyCause,
}

/// A crew is in need of help itself.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct EmergencyDeclared {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// On which incident it was, if on any.
    #[n(1)]
    pub incident: Option<IncidentId>,
    /// How it became known.
    #[n(2)]
    pub cause: EmergencyCause,
}

impl Verb for DeclareEmergency {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        if unit.emergency.is_some() {
            return Ok(vec![]);
        }
        let declared = EmergencyDeclared {
            unit: unit.id,
            incident: unit.active.last().map(|(incident, _)| *incident),
            cause: self.cause,
        };
        Ok(vec![declared.into()])
    }
}

impl Payload for EmergencyDeclared {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_unit(self.unit, |unit| {
            unit.emergency = Some(Emergency {
                since: entry.at,
                cause: self.cause,
                incident: self.incident,
            });
        });
        let subject = Subject::of_unit(self.unit, self.incident);
        center.raise(entry, Cause::Emergency(self.cause), subject, entry.at);
    }
}
