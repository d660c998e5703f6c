use minicbor::{Decode, Encode};

use crate::{Center, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload};

/// Takes a merge back: the incident is one of its own again.
///
/// Refusals: no such incident; it is not merged into that one.
#[derive(Clone, Debug, PartialEq)]
pub struct UnmergeIncident {
    /// The merged one.
    pub incident: IncidentId,
    /// The one that it was merged into.
    pub from: IncidentId,
}

/// A merge was taken back.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct MergeUndone {
    /// The one that was merged; the event stands in its stream.
    #[n(0)]
    pub incident: IncidentId,
    /// The one that it had been merged into.
    #[n(1)]
    pub from: IncidentId,
}

impl Verb for UnmergeIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident, self.from]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_incident(self.incident)?;
        center.need_incident(self.from)?;
        if incident.intake.merged_into != Some(self.from) {
            return Err(Refusal::NotMerged {
                incident: self.incident,
                into: self.from,
            });
        }
        Ok(vec![
            MergeUndone {
                incident: self.incident,
                from: self.from,
            }
            .into(),
        ])
    }
}

impl Payload for MergeUndone {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.merged_into = None;
        });
        center.with_incident(self.from, |from| {
            from.intake.merged.retain(|id| *id != self.incident);
            from.touched = entry.seq;
            from.history.push(entry.seq);
        });
    }
}
