use minicbor::{Decode, Encode};

use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// A kind of unit: engine, ambulance, patrol.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitType {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
}

/// Defines a unit type. Refusals: none.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineUnitType {
    /// The code that people type and read; defining it again changes the rest.
    pub code: Code,
    /// The words for it.
    pub label: Code,
}

/// A unit type was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitTypeDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
}

impl Verb for DefineUnitType {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if let Some(current) = center.configuration.unit_types.get(&self.code)
            && current.label == self.label
        {
            return Ok(vec![]);
        }
        let defined = UnitTypeDefined {
            code: self.code.clone(),
            label: self.label.clone(),
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for UnitTypeDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let defined = UnitType {
            code: self.code.clone(),
            label: self.label.clone(),
        };
        center
            .configure()
            .unit_types
            .insert(self.code.clone(), defined);
    }
}
