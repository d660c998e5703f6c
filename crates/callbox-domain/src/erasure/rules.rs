use minicbor::{Decode, Encode};

use crate::{Center, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// How an erasure is decided about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureRules {
    /// How many days lie at least between request and approval.
    #[n(0)]
    pub wait_days: u16,
}

impl Default for ErasureRules {
    fn default() -> Self {
        Self { wait_days: 7 }
    }
}

/// Defines how long a request for erasure waits; requests that are there keep their date.
///
/// 0 is for centers whose waiting lies before the request, as in a court's order. Refusals: none.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineErasureRules {
    /// The rules, all of them.
    pub rules: ErasureRules,
}

/// How an erasure is decided about was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureRulesDefined {
    /// The rules, all of them.
    #[n(0)]
    pub rules: ErasureRules,
}

impl Verb for DefineErasureRules {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if center.configuration.erasure_rules == self.rules {
            return Ok(vec![]);
        }
        let rules = self.rules;
        Ok(vec![ErasureRulesDefined { rules }.into()])
    }
}

impl Payload for ErasureRulesDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.configure().erasure_rules = self.rules;
    }
}
