use minicbor::{Decode, Encode};

use crate::{Center, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// What a recommendation of units reckons with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DispatchRules {
    /// How old the fix of a moving unit may be before it counts as stale.
    #[n(0)]
    pub moving_stale_seconds: u32,
    /// How old the fix of a standing unit may be before it counts as stale.
    #[n(1)]
    pub parked_stale_seconds: u32,
    /// From the dispatch to the first metre, for units in their station.
    #[n(2)]
    pub turnout_seconds: u32,
    /// How long after an incident a unit counts as not yet rested.
    #[n(3)]
    pub rest_seconds: u32,
    /// What a unit that is not yet rested counts as later; 0 leaves rest out.
    #[n(4)]
    pub rest_penalty_seconds: u32,
}

impl Default for DispatchRules {
    fn default() -> Self {
        Self {
            moving_stale_seconds: 120,
            parked_stale_seconds: 1_800,
            turnout_seconds: 60,
            rest_seconds: 1_800,
            rest_penalty_seconds: 0,
        }
    }
}

/// Defines what recommendations reckon with. Refusals: none.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineDispatchRules {
    /// The rules, all of them.
    pub rules: DispatchRules,
}

/// What recommendations reckon with was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct DispatchRulesDefined {
    /// The rules, all of them.
    #[n(0)]
    pub rules: DispatchRules,
}

impl Verb for DefineDispatchRules {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if center.configuration.dispatch_rules == self.rules {
            return Ok(vec![]);
        }
        let rules = self.rules;
        Ok(vec![DispatchRulesDefined { rules }.into()])
    }
}

impl Payload for DispatchRulesDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.configure().dispatch_rules = self.rules;
    }
}
