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
        let incident = center.incident(self.incident);
        let kind = incident.and_then(|incident| incident.incident_type.as_ref());
        let kind = kind.and_then(|code| center.configuration.incident_types.get(code));
        let is_usual = kind.is_some_and(|kind| kind.priority.as_ref() == Some(&self.priority));
        center.with_incident(self.incident, |incident| {
            incident.priority = Some(self.priority.clone());
            let questions = &mut incident.intake.questions;
            // Set by a person, unless the next event says otherwise. What the type brings is nobody's choice,
            // but where the answers had set another it is one.
            questions.chosen_priority = !is_usual || questions.ruled_priority.is_some();
            questions.ruled_priority = None;
        });
    }
}
