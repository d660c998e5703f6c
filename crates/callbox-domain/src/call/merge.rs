use minicbor::{Decode, Encode};

use crate::{
    Center, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload,
    incident::MAX_LINKS,
};

/// Merges an incident into another about the same emergency; it can be undone.
///
/// Both keep their timelines. The merged one is worked on under the other's number, is closed with
/// it, and counts in reports as a call and not as an incident. Refusals: no such incident; one and
/// the same; one is closed or merged already; units are still assigned; too many.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeIncidents {
    /// The one that was opened for the same emergency again.
    pub incident: IncidentId,
    /// The one that goes on.
    pub into: IncidentId,
}

/// An incident was merged into another.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentsMerged {
    /// The merged one; the event stands in its stream.
    #[n(0)]
    pub incident: IncidentId,
    /// The one that goes on.
    #[n(1)]
    pub into: IncidentId,
}

impl Verb for MergeIncidents {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident, self.into]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if self.incident == self.into {
            return Err(Refusal::LinkToItself);
        }
        let incident = center.need_open(self.incident)?;
        let into = center.need_open(self.into)?;
        let units = center.call_signs_on(incident);
        if !units.is_empty() {
            return Err(Refusal::UnitsStillAssigned {
                incident: self.incident,
                units,
            });
        }
        // A merge into a merged one would hide the third; need_open rules out the other direction.
        if let Some(&first) = incident.intake.merged.first() {
            return Err(Refusal::IncidentMerged {
                incident: first,
                into: self.incident,
            });
        }
        if into.intake.merged.len() >= MAX_LINKS {
            return Err(Refusal::Full {
                what: "the list of merged incidents",
                max: MAX_LINKS,
            });
        }
        Ok(vec![
            IncidentsMerged {
                incident: self.incident,
                into: self.into,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentsMerged {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.merged_into = Some(self.into);
        });
        center.with_incident(self.into, |into| {
            into.intake.merged.push(self.incident);
            into.touched = entry.seq;
            // It stands in the other's stream; this one shows it too.
            into.history.push(entry.seq);
        });
    }
}
