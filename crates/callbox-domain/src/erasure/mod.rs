//! Erasure: what is personal in an incident is destroyed lawfully, and the record says so.
//!
//! Two people and a waiting period stand before it, a legal hold in its way. The event that erases
//! names what was blanked and which keys were destroyed, so that whoever has the leaves can check it.

mod approve;
mod complete;
mod digest;
mod hold;
mod refuse;
mod request;
mod rules;

use std::sync::Arc;

use minicbor::{Decode, Encode};

pub use approve::{ApproveErasure, DomainErased, ErasureFacts};
pub use complete::{CompleteErasure, ErasureCompleted};
pub use digest::Digest;
pub use hold::{HoldLifted, HoldPlaced, LiftHold, PlaceHold};
pub use refuse::{ErasureRefused, RefuseErasure};
pub use request::{ErasureRequested, RequestErasure};
pub use rules::{DefineErasureRules, ErasureRules, ErasureRulesDefined};

use crate::{ActorId, Center, Code, Entry, Incident, IncidentId, Personal, Refusal, Timestamp};

/// The most legal holds on one incident.
pub(crate) const MAX_HOLDS: usize = 32;

/// What stands on the record about the erasure of one incident.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureCase {
    /// Why nothing of it may be erased at present.
    #[n(0)]
    pub holds: Vec<Hold>,
    /// Who asks for it, while nobody has decided.
    #[n(1)]
    pub request: Option<ErasureRequest>,
    /// That it was erased.
    #[n(2)]
    pub erased: Option<Erased>,
}

/// A reason for which an incident has to be kept.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Hold {
    /// The legal basis, such as a court's file number.
    #[n(0)]
    pub basis: Code,
    /// Since when.
    #[n(1)]
    pub at: Timestamp,
    /// By whom.
    #[n(2)]
    pub by: ActorId,
}

/// That somebody asks for an erasure.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureRequest {
    /// The legal basis.
    #[n(0)]
    pub basis: Code,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// By whom.
    #[n(2)]
    pub by: ActorId,
    /// Before this nobody can approve it.
    #[n(3)]
    pub not_before: Timestamp,
    /// The request's position in the ledger.
    #[n(4)]
    pub seq: u64,
}

/// That an incident was erased.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Erased {
    /// The request that was approved.
    #[n(0)]
    pub request: ErasureRequest,
    /// When it was approved.
    #[n(1)]
    pub at: Timestamp,
    /// By whom.
    #[n(2)]
    pub by: ActorId,
    /// The approval's position in the ledger.
    #[n(3)]
    pub seq: u64,
    /// The position at which the ledger says that keys and bytes are gone.
    #[n(4)]
    pub completed: Option<u64>,
}

impl ErasureRequest {
    /// The request that an entry records.
    pub(crate) fn recorded(entry: &Entry, basis: Code, wait_days: u16) -> Self {
        // From when it was recorded: an earlier time that somebody gives shortens nothing.
        let since = entry.at.max(entry.recorded);
        Self {
            basis,
            at: entry.at,
            by: entry.actor,
            not_before: since.plus_seconds(i64::from(wait_days) * 86_400),
            seq: entry.seq,
        }
    }
}

impl ErasureCase {
    /// Whether the data is out of reach but keys and bytes are not destroyed yet.
    pub fn is_unfinished(&self) -> bool {
        self.erased
            .as_ref()
            .is_some_and(|erased| erased.completed.is_none())
    }
}

impl Center {
    /// What stands on the record about the erasure of an incident, if anything.
    pub fn erasure(&self, id: IncidentId) -> Option<&ErasureCase> {
        self.erasures.get(id.0).map(AsRef::as_ref)
    }

    /// All incidents about whose erasure something stands on the record, by number.
    pub fn erasures(&self) -> impl DoubleEndedIterator<Item = (IncidentId, &ErasureCase)> {
        let all = self.erasures.iter();
        all.map(|(id, case)| (IncidentId(id), case.as_ref()))
    }

    /// Whether what was personal in the incident is erased.
    pub fn is_erased(&self, id: IncidentId) -> bool {
        self.erasure(id).is_some_and(|case| case.erased.is_some())
    }

    /// The incident if it is closed and nothing is in the way of its erasure.
    fn need_erasable(&self, id: IncidentId) -> Result<&Incident, Refusal> {
        let incident = self.need_incident(id)?;
        if incident.closed.is_none() {
            return Err(Refusal::NotClosed(id));
        }
        let bases: Vec<Code> = self.erasure(id).map_or_else(Vec::new, |case| {
            case.holds.iter().map(|hold| hold.basis.clone()).collect()
        });
        match bases.is_empty() {
            true => Ok(incident),
            false => Err(Refusal::OnHold {
                incident: id,
                bases,
            }),
        }
    }

    /// The request that nobody has decided about yet.
    fn need_request(&self, id: IncidentId) -> Result<&ErasureRequest, Refusal> {
        self.need_incident(id)?;
        self.erasure(id)
            .and_then(|case| case.request.as_ref())
            .ok_or(Refusal::NotRequested(id))
    }

    /// Changes what stands on the record about an incident's erasure.
    fn with_erasure(&mut self, id: IncidentId, change: impl FnOnce(&mut ErasureCase)) {
        if self.erasures.get(id.0).is_none() {
            self.erasures.insert(id.0, Default::default());
        }
        if let Some(case) = self.erasures.get_mut(id.0) {
            change(case);
        }
    }
}

impl Incident {
    /// Takes everything personal out of the state.
    fn erase(&mut self) {
        lose(&mut self.place);
        lose(&mut self.caller);
        for line in &mut self.lines {
            Arc::make_mut(line).text = Personal::Erased;
        }
        for assignment in &mut self.assignments {
            if let Some(ended) = &mut Arc::make_mut(assignment).ended {
                lose(&mut ended.reason);
            }
        }
        for reopened in &mut self.reopened {
            reopened.reason = Personal::Erased;
        }
        for call in &mut self.intake.calls {
            lose(&mut call.caller);
            lose(&mut call.reported);
        }
        for answer in &mut self.intake.questions.answers {
            answer.said = Personal::Erased;
        }
        for transfer in &mut self.intake.transfers {
            lose(&mut transfer.reason);
        }
    }
}

/// What was there is known to have been there, and no more.
fn lose<T>(personal: &mut Option<Personal<T>>) {
    if let Some(personal) = personal {
        *personal = Personal::Erased;
    }
}
