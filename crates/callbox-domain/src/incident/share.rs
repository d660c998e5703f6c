use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, configuration::known,
    event::Payload,
};

/// Shows an incident to an agency that has no unit on it.
///
/// Refusals: no such incident; an unknown agency.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// The agency that sees it from now on.
    pub agency: Code,
}

/// An incident was shared with an agency.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentShared {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The agency that sees it from now on.
    #[n(1)]
    pub agency: Code,
}

impl Verb for ShareIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_incident(self.incident)?;
        known("agency", &center.configuration.agencies, &self.agency)?;
        if incident.shared_with.contains(&self.agency) {
            return Ok(vec![]);
        }
        let event = IncidentShared {
            incident: self.incident,
            agency: self.agency.clone(),
        };
        Ok(vec![event.into()])
    }
}

impl Payload for IncidentShared {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.shared_with.push(self.agency.clone());
        });
    }
}
