use minicbor::{Decode, Encode};

use super::Closed;
use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, assignment::IncidentUnstacked,
    command::Verb, configuration::known, event::Payload, undo::Act,
};

/// Closes an incident, and those that were merged into it, with a disposition.
///
/// Refusals: no such incident; closed already; merged into another; units still assigned; an unknown disposition.
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
        let units = center.call_signs_on(incident);
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
        let closed = |incident| IncidentClosed {
            incident,
            disposition: self.disposition.clone(),
        };
        // What was merged into it ends with it, unless it was closed before.
        let merged = incident.intake.merged.iter().copied();
        let open = merged.filter(|id| center.incident(*id).is_some_and(|it| it.closed.is_none()));
        let all: Vec<IncidentId> = [self.incident].into_iter().chain(open).collect();
        // Nobody's next any more. Before the closings, which may be undone as one act.
        let unstacked = all.iter().flat_map(|id| {
            let stacked_on = center.incident(*id).map_or(&[][..], |it| &it.stacked_on);
            stacked_on.iter().map(|unit| {
                Event::from(IncidentUnstacked {
                    incident: *id,
                    unit: *unit,
                })
            })
        });
        let mut events: Vec<Event> = unstacked.collect();
        events.extend(all.iter().map(|id| Event::from(closed(*id))));
        Ok(events)
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
        center.note_recent(entry, Act::Close(self.incident));
    }
}
