use minicbor::{Decode, Encode};

use super::{Call, MAX_CALLS, PlaceSource, names};
use crate::{
    Caller, Center, Context, Entry, Event, IncidentId, Personal, Place, Refusal,
    command::Verb,
    event::{Payload, personal},
};

/// How a call came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CallKind {
    /// Somebody spoke.
    #[default]
    #[n(0)]
    Spoken,
    /// The line is open and nobody speaks.
    #[n(1)]
    Silent,
    /// It ended before it was answered, or before anything was learnt.
    #[n(2)]
    Abandoned,
    /// In writing: a text message, real-time text.
    #[n(3)]
    Written,
    /// From an alarm system or another service.
    #[n(4)]
    Relayed,
}

names! { CallKind {
    Spoken => "spoken",
    Silent => "silent",
    Abandoned => "abandoned",
    Written => "written",
    Relayed => "relayed",
}}

/// Where a call says that it is; offered, and applied only by a person.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Reported {
    /// Where.
    #[n(0)]
    pub place: Place,
    /// Who or what says so.
    #[n(1)]
    pub source: PlaceSource,
    /// The radius within which it is, in metres.
    #[n(2)]
    pub uncertainty_meters: Option<u32>,
}

/// Records a further call to an incident, or what was learnt of a call later.
///
/// A call to a closed incident is recorded too; it reopens nothing by itself. Refusals: no such
/// incident; no such call; too many calls.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordCall {
    /// Which incident.
    pub incident: IncidentId,
    /// The number of a call that is recorded already; without it this is a further one.
    pub call: Option<u16>,
    /// How it came in.
    pub kind: CallKind,
    /// Who called.
    pub caller: Option<Caller>,
    /// Where the call says that it is.
    pub reported: Option<Reported>,
}

/// A call to an incident was recorded, or more was learnt of it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CallRecorded {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The call's number within the incident, from 1.
    #[n(1)]
    pub call: u16,
    /// How it came in.
    #[n(2)]
    pub kind: CallKind,
    /// Whether the personal part holds a caller.
    #[n(3)]
    pub has_caller: bool,
    /// Whether the personal part holds a place.
    #[n(4)]
    pub has_reported: bool,
    /// Who called and where that is.
    #[cbor(skip)]
    pub details: Personal<CallDetails>,
}

/// The personal part of [`CallRecorded`].
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CallDetails {
    /// Who called.
    #[n(0)]
    pub caller: Option<Caller>,
    /// Where the call says that it is.
    #[n(1)]
    pub reported: Option<Reported>,
}

impl RecordCall {
    /// The event for a call with this number.
    pub(super) fn event(&self, call: u16) -> CallRecorded {
        let caller = self.caller.clone().filter(Caller::is_known);
        let (has_caller, has_reported) = (caller.is_some(), self.reported.is_some());
        let reported = self.reported.clone();
        CallRecorded {
            incident: self.incident,
            call,
            kind: self.kind,
            has_caller,
            has_reported,
            details: (has_caller || has_reported)
                .then_some(CallDetails { caller, reported })
                .into(),
        }
    }
}

impl Verb for RecordCall {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let calls = &center.need_incident(self.incident)?.intake.calls;
        let call = match self.call {
            Some(no) if (1..=calls.len()).contains(&usize::from(no)) => no,
            Some(call) => {
                return Err(Refusal::UnknownCall {
                    incident: self.incident,
                    call,
                });
            }
            None if calls.len() >= MAX_CALLS => {
                return Err(Refusal::Full {
                    what: "the list of calls",
                    max: MAX_CALLS,
                });
            }
            None => calls.len() as u16 + 1,
        };
        Ok(vec![self.event(call).into()])
    }
}

impl Payload for CallRecorded {
    personal!(details);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let details = self.details.known();
        let caller = details.and_then(|details| details.caller.clone());
        let reported = details.and_then(|details| details.reported.clone());
        let caller: Option<Personal<Caller>> = self.has_caller.then(|| caller.into());
        let reported: Option<Personal<Reported>> = self.has_reported.then(|| reported.into());
        let mut fits = true;
        center.with_incident(self.incident, |incident| {
            let at = usize::from(self.call).wrapping_sub(1);
            let calls = &mut incident.intake.calls;
            if at == calls.len() {
                calls.push(Call {
                    at: entry.at,
                    by: entry.actor,
                    kind: self.kind,
                    caller: caller.clone(),
                    reported,
                    handled: Vec::new(),
                });
            } else if let Some(call) = calls.get_mut(at) {
                call.kind = self.kind;
                // What a later record leaves out was not taken back.
                call.caller = caller.clone().or(call.caller.take());
                call.reported = reported.or(call.reported.take());
            } else {
                fits = false;
            }
            if at == 0 && caller.is_some() {
                incident.caller = caller;
            }
        });
        if !fits {
            center.mark_broken(format!(
                "call {} of incident {} was not due",
                self.call, self.incident
            ));
        }
    }
}
