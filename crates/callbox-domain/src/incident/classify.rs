use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, configuration::known,
    event::Payload,
};

/// Sets or corrects what kind of emergency an incident is; the priority stays as it is.
///
/// Refusals: no such incident; it is closed; an unknown code.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassifyIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// The code from the center's configuration.
    pub incident_type: Code,
}

/// An incident's type was set or corrected.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentClassified {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The code from the center's configuration.
    #[n(1)]
    pub incident_type: Code,
}

impl Verb for ClassifyIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        known(
            "incident type",
            &center.configuration.incident_types,
            &self.incident_type,
        )?;
        if incident.incident_type.as_ref() == Some(&self.incident_type) {
            return Ok(vec![]);
        }
        let incident_type = self.incident_type.clone();
        Ok(vec![
            IncidentClassified {
                incident: self.incident,
                incident_type,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentClassified {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.incident_type = Some(self.incident_type.clone());
            // Set by a person, unless the next event says otherwise.
            incident.intake.questions.ruled_type = None;
        });
    }
}
