use minicbor::{Decode, Encode};

use super::known;
use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// Says how long a kind of unit takes from the dispatch to the first metre, in its station.
///
/// Refusals: an unknown unit type.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineTurnout {
    /// Which kind of unit.
    pub unit_type: Code,
    /// How long; kinds without one take what the dispatch rules say.
    pub seconds: u32,
}

/// The turnout of a kind of unit was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TurnoutDefined {
    /// Which kind of unit.
    #[n(0)]
    pub unit_type: Code,
    /// How long.
    #[n(1)]
    pub seconds: u32,
}

impl Verb for DefineTurnout {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let configuration = &center.configuration;
        known("unit type", &configuration.unit_types, &self.unit_type)?;
        if configuration.turnouts.get(&self.unit_type) == Some(&self.seconds) {
            return Ok(vec![]);
        }
        let defined = TurnoutDefined {
            unit_type: self.unit_type.clone(),
            seconds: self.seconds,
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for TurnoutDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let turnouts = &mut center.configure().turnouts;
        turnouts.insert(self.unit_type.clone(), self.seconds);
    }
}
