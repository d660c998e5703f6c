use minicbor::{Decode, Encode};

use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// A service that the center dispatches: police, fire, ambulance.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Agency {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What people call the agency.
    #[n(1)]
    pub name: Code,
}

/// Defines an agency. Refusals: none.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineAgency {
    /// The code that people type and read; defining it again changes the rest.
    pub code: Code,
    /// What people call the agency.
    pub name: Code,
}

/// An agency was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AgencyDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What people call the agency.
    #[n(1)]
    pub name: Code,
}

impl Verb for DefineAgency {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if let Some(current) = center.configuration.agencies.get(&self.code)
            && current.name == self.name
        {
            return Ok(vec![]);
        }
        let defined = AgencyDefined {
            code: self.code.clone(),
            name: self.name.clone(),
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for AgencyDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let defined = Agency {
            code: self.code.clone(),
            name: self.name.clone(),
        };
        center
            .configure()
            .agencies
            .insert(self.code.clone(), defined);
    }
}
