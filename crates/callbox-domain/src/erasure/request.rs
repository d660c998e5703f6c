use minicbor::{Decode, Encode};

use super::ErasureRequest;
use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload,
};

/// Asks that everything personal in a closed incident be erased.
///
/// The basis is open for good: a section of a law or a file number, never a name. Refusals: no such
/// incident; it is erased; it is open; a legal hold; it is asked for already.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestErasure {
    /// Which incident.
    pub incident: IncidentId,
    /// The legal basis.
    pub basis: Code,
}

/// Somebody asked for an erasure.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureRequested {
    /// Of which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The legal basis.
    #[n(1)]
    pub basis: Code,
    /// How many days it waits at least.
    #[n(2)]
    pub wait_days: u16,
}

impl Verb for RequestErasure {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        center.need_erasable(self.incident)?;
        let case = center.erasure(self.incident);
        if case.is_some_and(|case| case.request.is_some()) {
            return Err(Refusal::AlreadyRequested(self.incident));
        }
        Ok(vec![
            ErasureRequested {
                incident: self.incident,
                basis: self.basis.clone(),
                wait_days: center.configuration.erasure_rules.wait_days,
            }
            .into(),
        ])
    }
}

impl Payload for ErasureRequested {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let request = ErasureRequest::recorded(entry, self.basis.clone(), self.wait_days);
        center.with_erasure(self.incident, |case| case.request = Some(request));
    }
}
