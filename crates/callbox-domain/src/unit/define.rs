use minicbor::{Decode, Encode};

use super::Unit;
use crate::{
    Center, Code, Context, Entry, Event, Meaning, Refusal, UnitId,
    command::Verb,
    configuration::known,
    event::{Former, Payload},
};

/// Defines a unit, or changes the definition of the one with this call sign.
///
/// A new unit is in service and available. Refusals: an unknown agency, unit type or station; no
/// status that means 'available'.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineUnit {
    /// The name by which it is called on the air.
    pub call_sign: Code,
    /// The service it belongs to.
    pub agency: Code,
    /// What kind of unit it is.
    pub unit_type: Code,
    /// The code of the station where it stands when it is free.
    pub station: Option<Code>,
}

/// A unit was defined or its definition changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitDefined {
    /// Its number.
    #[n(0)]
    pub unit: UnitId,
    /// The name by which it is called on the air.
    #[n(1)]
    pub call_sign: Code,
    /// The service it belongs to.
    #[n(2)]
    pub agency: Code,
    /// What kind of unit it is.
    #[n(3)]
    pub unit_type: Code,
    /// The status code that a new unit gets.
    #[n(5)]
    pub status: Code,
    /// The code of the station where it stands when it is free.
    #[n(6)]
    pub station: Option<Code>,
}

/// The first version: the station was a name that nothing was known of.
#[derive(Debug, Decode)]
#[cbor(map)]
pub(crate) struct UnitDefinedV1 {
    #[n(0)]
    unit: UnitId,
    #[n(1)]
    call_sign: Code,
    #[n(2)]
    agency: Code,
    #[n(3)]
    unit_type: Code,
    #[n(4)]
    station: Option<Code>,
    #[n(5)]
    status: Code,
}

impl Former for UnitDefinedV1 {
    type Next = UnitDefined;

    /// The name goes on as the station's code; a position follows when the station is defined.
    fn lift(self) -> UnitDefined {
        UnitDefined {
            unit: self.unit,
            call_sign: self.call_sign,
            agency: self.agency,
            unit_type: self.unit_type,
            status: self.status,
            station: self.station,
        }
    }
}

impl Verb for DefineUnit {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let configuration = &center.configuration;
        known("agency", &configuration.agencies, &self.agency)?;
        known("unit type", &configuration.unit_types, &self.unit_type)?;
        let current = center.unit_called(self.call_sign.as_str());
        if let Some(unit) = current
            && unit.agency == self.agency
            && unit.unit_type == self.unit_type
            && unit.station == self.station
        {
            return Ok(vec![]);
        }
        // A unit from before stations had codes keeps the name that it has.
        if let Some(station) = &self.station
            && current.is_none_or(|unit| unit.station.as_ref() != Some(station))
        {
            known("station", &configuration.stations, station)?;
        }
        let defined = UnitDefined {
            unit: current.map_or_else(|| center.new_unit(), |unit| unit.id),
            call_sign: self.call_sign.clone(),
            agency: self.agency.clone(),
            unit_type: self.unit_type.clone(),
            station: self.station.clone(),
            status: configuration.need_status(Meaning::Available)?.code.clone(),
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for UnitDefined {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let unit = match center.unit(self.unit) {
            Some(current) => Unit {
                call_sign: self.call_sign.clone(),
                agency: self.agency.clone(),
                unit_type: self.unit_type.clone(),
                station: self.station.clone(),
                ..Unit::clone(current)
            },
            None => Unit {
                id: self.unit,
                call_sign: self.call_sign.clone(),
                agency: self.agency.clone(),
                unit_type: self.unit_type.clone(),
                station: self.station.clone(),
                in_service: true,
                status: self.status.clone(),
                since: entry.at,
                out_of_service_reason: None,
                active: Vec::new(),
                version: 0,
                touched: entry.seq,
                equipment: Vec::new(),
                seats: 0,
                shared_crew: None,
                crew: None,
                freed: None,
                emergency: None,
                stack: Vec::new(),
            },
        };
        center.put_unit(unit);
    }
}
