use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Meaning, Refusal, UnitId, command::Verb, event::Payload,
};

/// Puts a unit in service: it can be sent.
///
/// Refusals: no such unit; in service already; no status that means 'available'.
#[derive(Clone, Debug, PartialEq)]
pub struct PutUnitInService {
    /// Which unit.
    pub unit: UnitId,
}

/// A unit was put in service.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitPutInService {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// The status code that it got.
    #[n(1)]
    pub status: Code,
}

impl Verb for PutUnitInService {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        if unit.in_service {
            return Err(Refusal::UnitInService {
                unit: unit.call_sign.clone(),
            });
        }
        let status = center
            .configuration
            .need_status(Meaning::Available)?
            .code
            .clone();
        Ok(vec![
            UnitPutInService {
                unit: self.unit,
                status,
            }
            .into(),
        ])
    }
}

impl Payload for UnitPutInService {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_unit(self.unit, |unit| {
            unit.in_service = true;
            unit.out_of_service_reason = None;
            unit.status = self.status.clone();
            unit.since = entry.at;
        });
    }
}
