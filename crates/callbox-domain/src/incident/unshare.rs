use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, configuration::known,
    event::Payload,
};

/// Takes the sharing of an incident back; an agency with a unit on it sees it all the same.
///
/// Refusals: no such incident; an unknown agency.
#[derive(Clone, Debug, PartialEq)]
pub struct UnshareIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// The agency with which it was shared.
    pub agency: Code,
}

/// The sharing of an incident with an agency was taken back.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentUnshared {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The agency with which it was shared.
    #[n(1)]
    pub agency: Code,
}

impl Verb for UnshareIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_incident(self.incident)?;
        known("agency", &center.configuration.agencies, &self.agency)?;
        if !incident.shared_with.contains(&self.agency) {
            return Ok(vec![]);
        }
        let event = IncidentUnshared {
            incident: self.incident,
            agency: self.agency.clone(),
        };
        Ok(vec![event.into()])
    }
}

impl Payload for IncidentUnshared {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.shared_with.retain(|agency| *agency != self.agency);
        });
    }
}
