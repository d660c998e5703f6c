use minicbor::{Decode, Encode};

use super::Reopened;
use crate::{
    Center, Context, Entry, Event, IncidentId, Personal, Refusal, Text,
    command::Verb,
    event::{Payload, personal},
};

/// Reopens a closed incident, with the reason; it stays open until somebody closes it.
///
/// Refusals: no such incident; it is erased; it is not closed; it is merged into another.
#[derive(Clone, Debug, PartialEq)]
pub struct ReopenIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// Why.
    pub reason: Text,
}

/// A closed incident was reopened.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentReopened {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Why.
    #[cbor(skip)]
    pub reason: Personal<Text>,
}

impl Verb for ReopenIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_incident(self.incident)?;
        if incident.closed.is_none() {
            return Err(Refusal::IncidentOpen(self.incident));
        }
        if let Some(into) = incident.intake.merged_into {
            return Err(Refusal::IncidentMerged {
                incident: self.incident,
                into,
            });
        }
        let reason = Personal::Known(self.reason.clone());
        Ok(vec![
            IncidentReopened {
                incident: self.incident,
                reason,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentReopened {
    personal!(reason);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.closed = None;
            let reason = self.reason.clone();
            incident.reopened.push(Reopened {
                at: entry.at,
                by: entry.actor,
                reason,
            });
        });
        center.note_reopened(self.incident);
    }
}
