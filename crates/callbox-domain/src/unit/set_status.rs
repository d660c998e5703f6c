use minicbor::{Decode, Encode};

use super::{Unit, UnitPutInService};
use crate::{Center, Code, Entry, Event, Refusal, UnitId, event::Payload};

/// A unit that is on no incident has another status code that means 'available'.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitStatusSet {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// The status code that it got.
    #[n(1)]
    pub status: Code,
}

/// Decides on a status that means 'available' for a unit without an assignment.
pub(crate) fn set_idle_status(unit: &Unit, status: &Code) -> Result<Vec<Event>, Refusal> {
    if !unit.in_service {
        return Ok(vec![
            UnitPutInService {
                unit: unit.id,
                status: status.clone(),
            }
            .into(),
        ]);
    }
    if unit.status == *status {
        return Err(Refusal::SameStatus {
            unit: unit.call_sign.clone(),
            status: status.clone(),
        });
    }
    Ok(vec![
        UnitStatusSet {
            unit: unit.id,
            status: status.clone(),
        }
        .into(),
    ])
}

impl Payload for UnitStatusSet {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_unit(self.unit, |unit| {
            unit.status = self.status.clone();
            unit.since = entry.at;
        });
    }
}
