use minicbor::{Decode, Encode};

use super::{Incident, Place};
use crate::{
    Call, CallKind, Center, Code, Context, Entry, Event, IncidentId, Intake, Personal, Refusal,
    Text,
    command::Verb,
    configuration::known,
    event::{Payload, personal},
};

/// Who called and how to call back.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Caller {
    /// The caller's name as given.
    #[n(0)]
    pub name: Option<Text>,
    /// The number to call back.
    #[n(1)]
    pub call_back: Option<Text>,
}

impl Caller {
    /// Whether anything of the caller is known.
    pub(crate) fn is_known(&self) -> bool {
        self.name.is_some() || self.call_back.is_some()
    }
}

/// Opens an incident for a call.
///
/// Nothing but the time is needed, so that a call is on record before anything is known of it.
/// Without a priority it gets the type's own. Refusals: an unknown type or priority.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReceiveIncident {
    /// What kind of emergency it is.
    pub incident_type: Option<Code>,
    /// How urgent it is.
    pub priority: Option<Code>,
    /// Where it is.
    pub place: Option<Place>,
    /// Who called.
    pub caller: Option<Caller>,
    /// The number under which another system knows it.
    pub reference: Option<Code>,
}

/// A call was received; the entry's time is when.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentReceived {
    /// The number that the incident got.
    #[n(0)]
    pub incident: IncidentId,
    /// What kind of emergency it is.
    #[n(1)]
    pub incident_type: Option<Code>,
    /// How urgent it is.
    #[n(2)]
    pub priority: Option<Code>,
    /// The number under which another system knows it.
    #[n(3)]
    pub reference: Option<Code>,
    /// Whether the personal part holds a place.
    #[n(4)]
    pub has_place: bool,
    /// Whether the personal part holds a caller.
    #[n(5)]
    pub has_caller: bool,
    /// Where it is and who called.
    #[cbor(skip)]
    pub details: Personal<ReceivedDetails>,
}

/// The personal part of [`IncidentReceived`].
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ReceivedDetails {
    /// Where it is.
    #[n(0)]
    pub place: Option<Place>,
    /// Who called.
    #[n(1)]
    pub caller: Option<Caller>,
}

impl Verb for ReceiveIncident {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let configuration = &center.configuration;
        if let Some(priority) = &self.priority {
            known("priority", &configuration.priorities, priority)?;
        }
        let default = match &self.incident_type {
            Some(code) => known("incident type", &configuration.incident_types, code)?
                .priority
                .clone(),
            None => None,
        };
        let caller = self.caller.clone().filter(Caller::is_known);
        let has_caller = caller.is_some();
        let details = (self.place.is_some() || has_caller).then(|| ReceivedDetails {
            place: self.place.clone(),
            caller,
        });
        let received = IncidentReceived {
            incident: center.new_incident(),
            incident_type: self.incident_type.clone(),
            priority: self.priority.clone().or(default),
            reference: self.reference.clone(),
            has_place: self.place.is_some(),
            has_caller,
            details: details.into(),
        };
        Ok(vec![received.into()])
    }
}

impl Payload for IncidentReceived {
    personal!(details);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let details = self.details.known();
        let place = details.and_then(|details| details.place.clone());
        let caller = details.and_then(|details| details.caller.clone());
        let caller: Option<Personal<Caller>> = self.has_caller.then(|| caller.into());
        let intake = Intake {
            calls: vec![Call {
                at: entry.at,
                by: entry.actor,
                kind: CallKind::Spoken,
                caller: caller.clone(),
                reported: None,
                handled: Vec::new(),
            }],
            ..Intake::default()
        };
        center.add_incident(Incident {
            id: self.incident,
            received: entry.at,
            incident_type: self.incident_type.clone(),
            priority: self.priority.clone(),
            place: self.has_place.then(|| place.into()),
            caller,
            reference: self.reference.clone(),
            lines: Vec::new(),
            assignments: Vec::new(),
            links: Vec::new(),
            closed: None,
            reopened: Vec::new(),
            version: 0,
            touched: entry.seq,
            history: Vec::new(),
            intake,
            alarm: 0,
            stacked_on: Vec::new(),
            shared_with: Vec::new(),
            taken_for: None,
        });
    }
}
