use minicbor::{Decode, Encode};

use super::Closed;
use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, configuration::known,
    event::Payload,
};

/// Closes an incident with a disposition.
///
/// Refusals: no such incident; closed already; units still assigned; an unknown disposition.
#[derive(Clone, Debug, PartialEq)]
pub struct CloseIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// How it ended.
    pub disposition: Code,
}

/// An incident was closed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentClosed {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// How it ended.
    #[n(1)]
    pub disposition: Code,
}

impl Verb for CloseIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        let units: Vec<_> = incident
            .active()
            .filter_map(|assignment| Some(center.unit(assignment.unit)?.call_sign.clone()))
            .collect();
        if !units.is_empty() {
            return Err(Refusal::UnitsStillAssigned {
                incident: self.incident,
                units,
            });
        }
        known(
            "disposition",
            &center.configuration.dispositions,
            &self.disposition,
        )?;
        let disposition = self.disposition.clone();
        Ok(vec![
            IncidentClosed {
                incident: self.incident,
                disposition,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentClosed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            let disposition = self.disposition.clone();
            incident.closed = Some(Closed {
                at: entry.at,
                disposition,
            });
        });
        center.note_closed(self.incident);
    }
}
