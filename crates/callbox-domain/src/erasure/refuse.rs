use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload,
};

/// Refuses a request for erasure, or withdraws one's own.
///
/// Refusals: no such incident; it is erased; nobody asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct RefuseErasure {
    /// Which incident.
    pub incident: IncidentId,
    /// Why, as a short code.
    pub reason: Code,
}

/// A request for erasure was refused or withdrawn.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureRefused {
    /// Of which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Why.
    #[n(1)]
    pub reason: Code,
}

impl Verb for RefuseErasure {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        center.need_request(self.incident)?;
        Ok(vec![
            ErasureRefused {
                incident: self.incident,
                reason: self.reason.clone(),
            }
            .into(),
        ])
    }
}

impl Payload for ErasureRefused {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_erasure(self.incident, |case| case.request = None);
    }
}
