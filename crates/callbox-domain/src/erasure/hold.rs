use minicbor::{Decode, Encode};

use super::{Hold, MAX_HOLDS};
use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload,
};

/// Places a legal hold: nothing of the incident is erased until it is lifted.
///
/// The basis is open for good: a file number or a section of a law, never a name. Refusals: no such
/// incident; it is erased; too many holds.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceHold {
    /// On which incident.
    pub incident: IncidentId,
    /// The legal basis.
    pub basis: Code,
}

/// Lifts a legal hold. Refusals: no such incident; it is erased; no such hold.
#[derive(Clone, Debug, PartialEq)]
pub struct LiftHold {
    /// On which incident.
    pub incident: IncidentId,
    /// The legal basis with which it was placed.
    pub basis: Code,
}

/// A legal hold was placed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct HoldPlaced {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The legal basis.
    #[n(1)]
    pub basis: Code,
}

/// A legal hold was lifted.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct HoldLifted {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The legal basis with which it was placed.
    #[n(1)]
    pub basis: Code,
}

fn holds(center: &Center, id: IncidentId) -> &[Hold] {
    center.erasure(id).map_or(&[], |case| &case.holds)
}

impl Verb for PlaceHold {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        center.need_incident(self.incident)?;
        let holds = holds(center, self.incident);
        if holds.iter().any(|hold| hold.basis == self.basis) {
            return Ok(vec![]);
        }
        if holds.len() >= MAX_HOLDS {
            return Err(Refusal::Full {
                what: "the list of legal holds",
                max: MAX_HOLDS,
            });
        }
        Ok(vec![
            HoldPlaced {
                incident: self.incident,
                basis: self.basis.clone(),
            }
            .into(),
        ])
    }
}

impl Verb for LiftHold {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        center.need_incident(self.incident)?;
        let mut holds = holds(center, self.incident).iter();
        if !holds.any(|hold| hold.basis == self.basis) {
            return Err(Refusal::NotOnHold {
                incident: self.incident,
                basis: self.basis.clone(),
            });
        }
        Ok(vec![
            HoldLifted {
                incident: self.incident,
                basis: self.basis.clone(),
            }
            .into(),
        ])
    }
}

impl Payload for HoldPlaced {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_erasure(self.incident, |case| {
            case.holds.push(Hold {
                basis: self.basis.clone(),
                at: entry.at,
                by: entry.actor,
            });
        });
    }
}

impl Payload for HoldLifted {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_erasure(self.incident, |case| {
            case.holds.retain(|hold| hold.basis != self.basis);
        });
    }
}
