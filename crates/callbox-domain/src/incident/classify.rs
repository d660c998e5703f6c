use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Incident, IncidentId, Refusal, command::Verb,
    configuration::known, event::Payload, incident::IncidentPrioritised,
};

/// Sets or corrects what kind of emergency an incident is.
///
/// A priority that only came with the former type goes with it: the new type brings its own, as when
/// a call is taken. One that a person or the answers set otherwise stays.
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
        let classified = IncidentClassified {
            incident: self.incident,
            incident_type,
        };
        // The priority first: what follows says that nobody chose it.
        let mut events = Vec::new();
        if let Some(priority) = brought(center, incident, &self.incident_type) {
            events.push(
                IncidentPrioritised {
                    incident: self.incident,
                    priority,
                }
                .into(),
            );
        }
        events.push(classified.into());
        Ok(events)
    }
}

/// The priority that a type brings to an incident whose own nobody chose; `None` where it is that already.
fn brought(center: &Center, incident: &Incident, wanted: &Code) -> Option<Code> {
    let types = &center.configuration.incident_types;
    let usual = |code: &Code| types.get(code)?.priority.as_ref();
    let known = incident.priority.as_ref();
    let former = incident.incident_type.as_ref().and_then(usual);
    let is_brought = known.is_none() || known == former;
    let new = usual(wanted).filter(|new| is_brought && known != Some(*new))?;
    Some(new.clone())
}

impl Payload for IncidentClassified {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.incident_type = Some(self.incident_type.clone());
            // Set by a person, unless the next event says otherwise.
            incident.intake.questions.ruled_type = None;
            // A priority that is the type's usual one counts as brought by it.
            incident.intake.questions.chosen_priority = false;
        });
    }
}
