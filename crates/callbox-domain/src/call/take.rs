use minicbor::{Decode, Encode};

use super::{Assessed, CallKind, PlaceAssessed, RecordCall, Reported};
use crate::{
    Center, Context, Entry, Event, IncidentId, LineNo, Personal, ReceiveIncident, Refusal, Text,
    Timestamp, command::Verb, event::Payload, events::NarrativeAdded,
};

/// When an incident begins that is known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Schedule {
    /// When it begins.
    #[n(0)]
    pub at: Timestamp,
    /// From how long before that the board points at it, in seconds.
    #[n(1)]
    pub warn_seconds: u32,
}

/// Takes a call: opens an incident with all that the call brought, at once.
///
/// Refusals: an unknown type or priority; a scheduled time that is not in the future.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakeCall {
    /// What is known of the emergency.
    pub received: Box<ReceiveIncident>,
    /// How the call came in.
    pub kind: CallKind,
    /// Where the call says that it is, where that is not the incident's place.
    pub reported: Option<Reported>,
    /// How the incident's place came about.
    pub assessed: Option<Assessed>,
    /// When it begins, where that lies in the future.
    pub scheduled: Option<Schedule>,
    /// What was said first: the first line of the narrative.
    pub told: Option<Text>,
}

/// An incident was recorded that begins later.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentScheduled {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// When it begins.
    #[n(1)]
    pub schedule: Schedule,
}

impl Verb for TakeCall {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        if self.scheduled.is_some_and(|it| it.at <= context.at) {
            return Err(Refusal::NotInTheFuture);
        }
        let incident = center.new_incident();
        let mut events = self.received.decide(center, context)?;
        if self.kind != CallKind::Spoken || self.reported.is_some() {
            let first = RecordCall {
                incident,
                call: Some(1),
                kind: self.kind,
                // The incident's own record holds the caller already.
                caller: None,
                reported: self.reported.clone(),
            };
            events.push(first.event(1).into());
        }
        if let Some(assessed) = self
            .assessed
            .clone()
            .filter(|_| self.received.place.is_some())
        {
            events.push(PlaceAssessed { incident, assessed }.into());
        }
        if let Some(schedule) = self.scheduled {
            events.push(IncidentScheduled { incident, schedule }.into());
        }
        if let Some(text) = self.told.clone() {
            let (line, text) = (LineNo(1), Personal::Known(text));
            events.push(
                NarrativeAdded {
                    incident,
                    line,
                    text,
                }
                .into(),
            );
        }
        Ok(events)
    }
}

impl Payload for IncidentScheduled {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.scheduled = Some(self.schedule);
        });
    }
}
