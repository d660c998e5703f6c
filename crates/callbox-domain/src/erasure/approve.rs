use minicbor::{Decode, Encode};

use super::{Digest, Erased};
use crate::{
    ActorId, Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb,
    event::Payload,
};

/// Approves a request for erasure: from here on nobody reads what was personal in the incident.
///
/// Refusals: no such incident; it is erased; nobody asks for it; the requester approves; the waiting
/// period lasts; a legal hold; it was reopened; it has changed since the facts were looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct ApproveErasure {
    /// Which incident.
    pub incident: IncidentId,
    /// What is going to be blanked and destroyed; the server looks it up when it decides.
    pub facts: Option<ErasureFacts>,
}

/// What an erasure blanks and destroys.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureFacts {
    /// How many events the incident's stream had when they were read.
    #[n(0)]
    pub version: u32,
    /// How many personal payloads its stream has.
    #[n(1)]
    pub payloads: u32,
    /// SHA-256 over them, in their order: the position in 8 bytes, big-endian, and the hash of the
    /// payload that stands in the leaf.
    #[n(2)]
    pub digest: Digest,
    /// SHA-256 of each key that sealed them.
    #[n(3)]
    pub keys: Vec<Digest>,
}

/// Everything personal in an incident was erased.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct DomainErased {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The legal basis.
    #[n(1)]
    pub basis: Code,
    /// Who asked for it; the entry's actor approved.
    #[n(2)]
    pub requested_by: ActorId,
    /// The request's position in the ledger.
    #[n(3)]
    pub request: u64,
    /// What is blanked and destroyed.
    #[n(4)]
    pub facts: ErasureFacts,
}

impl Verb for ApproveErasure {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let request = center.need_request(self.incident)?;
        if request.by == context.actor {
            return Err(Refusal::SameActor);
        }
        if context.at < request.not_before {
            return Err(Refusal::TooEarly(request.not_before));
        }
        let incident = center.need_erasable(self.incident)?;
        let current = |facts: &&ErasureFacts| facts.version == incident.version;
        let facts = self.facts.as_ref().filter(current);
        let facts = facts.ok_or(Refusal::Outdated(self.incident))?;
        Ok(vec![
            DomainErased {
                incident: self.incident,
                basis: request.basis.clone(),
                requested_by: request.by,
                request: request.seq,
                facts: facts.clone(),
            }
            .into(),
        ])
    }
}

impl Payload for DomainErased {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| incident.erase());
        let mut is_requested = true;
        center.with_erasure(self.incident, |case| match case.request.take() {
            Some(request) => {
                case.erased = Some(Erased {
                    request,
                    at: entry.at,
                    by: entry.actor,
                    seq: entry.seq,
                    completed: None,
                });
            }
            None => is_requested = false,
        });
        if !is_requested {
            center.mark_broken(format!(
                "incident {} was erased and nobody asked for it",
                self.incident
            ));
        }
    }
}
