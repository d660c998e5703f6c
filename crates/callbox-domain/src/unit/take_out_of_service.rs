use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Meaning, Personal, Refusal, Text, UnitId,
    command::Verb,
    event::{Payload, personal},
};

/// Takes a unit out of service: it cannot be sent.
///
/// A unit that is out of service can get another status or another reason. Refusals: no such unit;
/// out of service with this status and reason already; it is on an incident; the status does not
/// mean 'out of service', or none does.
#[derive(Clone, Debug, PartialEq)]
pub struct TakeUnitOutOfService {
    /// Which unit.
    pub unit: UnitId,
    /// The status code to show; without one the default for 'out of service'.
    pub status: Option<Code>,
    /// Why, in words.
    pub reason: Option<Text>,
}

/// A unit was taken out of service.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitTakenOutOfService {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// The status code that it got.
    #[n(1)]
    pub status: Code,
    /// Whether the personal part holds a reason.
    #[n(2)]
    pub has_reason: bool,
    /// Why; words about a crew may be personal.
    #[cbor(skip)]
    pub reason: Personal<Text>,
}

impl Verb for TakeUnitOutOfService {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        if let Some((incident, _)) = unit.active.first() {
            let unit = unit.call_sign.clone();
            return Err(Refusal::StillOnIncident {
                unit,
                incident: *incident,
            });
        }
        let configuration = &center.configuration;
        let status = match &self.status {
            Some(code) => configuration.need_unit_status(code)?,
            None => configuration.need_status(Meaning::OutOfService)?,
        };
        if status.meaning != Meaning::OutOfService {
            return Err(Refusal::WrongMeaning {
                status: status.code.clone(),
                meaning: status.meaning,
                wanted: Meaning::OutOfService,
            });
        }
        let same_reason = self.reason.as_ref().is_none_or(|reason| {
            let known = unit.out_of_service_reason.as_ref();
            known.and_then(Personal::known) == Some(reason)
        });
        if !unit.in_service && unit.status == status.code && same_reason {
            return Err(Refusal::SameStatus {
                unit: unit.call_sign.clone(),
                status: status.code.clone(),
            });
        }
        let taken = UnitTakenOutOfService {
            unit: self.unit,
            status: status.code.clone(),
            has_reason: self.reason.is_some(),
            reason: self.reason.clone().into(),
        };
        Ok(vec![taken.into()])
    }
}

impl Payload for UnitTakenOutOfService {
    personal!(reason);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_unit(self.unit, |unit| {
            // Another reason for the same status does not begin a new time out of service.
            if unit.in_service || unit.status != self.status {
                unit.since = entry.at;
            }
            unit.in_service = false;
            unit.out_of_service_reason = self.has_reason.then(|| self.reason.clone());
            unit.status = self.status.clone();
        });
    }
}
