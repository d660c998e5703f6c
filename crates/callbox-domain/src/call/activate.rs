use minicbor::{Decode, Encode};

use crate::{Center, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload};

/// Begins a scheduled incident: from now on it waits for units like any other.
///
/// The server asks for it when the time has come, a person may do so earlier. Refusals: no such
/// incident; it is closed or merged; it is not scheduled.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivateScheduled {
    /// Which incident.
    pub incident: IncidentId,
}

/// A scheduled incident began; response times begin here.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ScheduleActivated {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
}

impl Verb for ActivateScheduled {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        match center.need_open(self.incident)?.intake.scheduled {
            None => Err(Refusal::NotScheduled(self.incident)),
            Some(_) => Ok(vec![
                ScheduleActivated {
                    incident: self.incident,
                }
                .into(),
            ]),
        }
    }
}

impl Payload for ScheduleActivated {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.scheduled = None;
            incident.received = entry.at;
        });
    }
}
