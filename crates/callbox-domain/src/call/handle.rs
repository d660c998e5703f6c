use minicbor::{Decode, Encode};

use super::{Handled, names};
use crate::{Center, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload};

/// What was done about a call that was abandoned, silent or in writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Handling {
    /// Somebody called back and reached the caller.
    #[n(0)]
    Reached,
    /// Somebody called back and nobody answered.
    #[n(1)]
    NoAnswer,
    /// Somebody asked on the silent line, and a key, a tap or a noise answered.
    #[n(2)]
    SignalGiven,
    /// Somebody asked on the silent line and nothing answered.
    #[n(3)]
    NoSignal,
    /// Somebody answered in writing.
    #[n(4)]
    WroteBack,
    /// It is settled: called by mistake, or help goes there anyway.
    #[n(5)]
    Settled,
}

names! { Handling {
    Reached => "reached",
    NoAnswer => "no-answer",
    SignalGiven => "signal-given",
    NoSignal => "no-signal",
    WroteBack => "wrote-back",
    Settled => "settled",
}}

impl Handling {
    /// Whether nothing more has to be tried after it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Reached | Self::SignalGiven | Self::Settled)
    }
}

/// Records what was done about a call.
///
/// Refusals: no such incident; no such call; too many attempts.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleCall {
    /// Which incident.
    pub incident: IncidentId,
    /// Which of its calls, from 1.
    pub call: u16,
    /// What was done.
    pub how: Handling,
}

/// Something was done about a call.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CallHandled {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which of its calls, from 1.
    #[n(1)]
    pub call: u16,
    /// What was done.
    #[n(2)]
    pub how: Handling,
}

/// The most attempts for one call.
const MAX_HANDLED: usize = 100;

impl Verb for HandleCall {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let calls = &center.need_incident(self.incident)?.intake.calls;
        let at = usize::from(self.call).wrapping_sub(1);
        let call = calls.get(at).ok_or(Refusal::UnknownCall {
            incident: self.incident,
            call: self.call,
        })?;
        if call.handled.len() >= MAX_HANDLED {
            return Err(Refusal::Full {
                what: "the list of what was done about a call",
                max: MAX_HANDLED,
            });
        }
        Ok(vec![
            CallHandled {
                incident: self.incident,
                call: self.call,
                how: self.how,
            }
            .into(),
        ])
    }
}

impl Payload for CallHandled {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            let at = usize::from(self.call).wrapping_sub(1);
            if let Some(call) = incident.intake.calls.get_mut(at) {
                call.handled.push(Handled {
                    at: entry.at,
                    by: entry.actor,
                    how: self.how,
                });
            }
        });
    }
}
