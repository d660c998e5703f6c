use minicbor::{Decode, Encode};

use crate::{Center, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload};

/// Records that keys and bytes of an erased incident are gone; the server says it, nobody else.
///
/// Refusals: it is not erased.
#[derive(Clone, Debug, PartialEq)]
pub struct CompleteErasure {
    /// Which incident.
    pub incident: IncidentId,
    /// How many payloads are blanked.
    pub payloads: u32,
    /// How many keys are destroyed.
    pub keys: u32,
    /// The key epoch that ended: a copy of the vault opens nothing without that epoch's key.
    pub epoch: u32,
}

/// Keys and bytes of an erased incident are gone.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureCompleted {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// How many payloads are blanked.
    #[n(1)]
    pub payloads: u32,
    /// How many keys are destroyed.
    #[n(2)]
    pub keys: u32,
    /// The key epoch that ended.
    #[n(3)]
    pub epoch: u32,
}

impl Verb for CompleteErasure {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let case = center.erasure(self.incident);
        let erased = case.and_then(|case| case.erased.as_ref());
        match erased {
            None => Err(Refusal::NotErased(self.incident)),
            Some(erased) if erased.completed.is_some() => Ok(vec![]),
            Some(_) => Ok(vec![
                ErasureCompleted {
                    incident: self.incident,
                    payloads: self.payloads,
                    keys: self.keys,
                    epoch: self.epoch,
                }
                .into(),
            ]),
        }
    }
}

impl Payload for ErasureCompleted {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_erasure(self.incident, |case| {
            if let Some(erased) = &mut case.erased {
                erased.completed = Some(entry.seq);
            }
        });
    }
}
