use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, configuration::known,
    event::Payload,
};

/// Sets how urgent an incident is.
///
/// Refusals: no such incident; it is closed; an unknown code.
#[derive(Clone, Debug, PartialEq)]
pub struct PrioritiseIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// The code from the center's configuration.
    pub priority: Code,
}

/// An incident's priority was set.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentPrioritised {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The code from the center's configuration.
    #[n(1)]
    pub priority: Code,
}

impl Verb for PrioritiseIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        known("priority", &center.configuration.priorities, &self.priority)?;
        if incident.priority.as_ref() == Some(&self.priority) {
            return Ok(vec![]);
        }
        let priority = self.priority.clone();
        Ok(vec![
            IncidentPrioritised {
                incident: self.incident,
                priority,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentPrioritised {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.priority = Some(self.priority.clone());
            // Set by a person, unless the next event says otherwise.
            incident.intake.questions.ruled_priority = None;
            incident.intake.questions.chosen_priority = true;
        });
    }
}
