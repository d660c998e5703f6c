use minicbor::{Decode, Encode};

use super::{MAX_RULES, WelfareRule};
use crate::{
    Center, Context, Entry, Event, Refusal, command::Verb, configuration::known, event::Payload,
};

/// Defines a rule for welfare checks, or changes the one with this code.
///
/// Refusals: an unknown incident type or unit type; no time to answer; too many rules.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineWelfareRule {
    /// All of it.
    pub rule: WelfareRule,
}

/// A rule for welfare checks was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct WelfareRuleDefined {
    /// All of it.
    #[n(0)]
    pub rule: WelfareRule,
}

impl Verb for DefineWelfareRule {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let (rule, configuration) = (&self.rule, &center.configuration);
        for code in &rule.incident_types {
            known("incident type", &configuration.incident_types, code)?;
        }
        for code in &rule.unit_types {
            known("unit type", &configuration.unit_types, code)?;
        }
        if rule.answer_seconds == 0 {
            return Err(Refusal::NoTimeToAnswer);
        }
        match configuration.welfare_rules.get(&rule.code) {
            Some(current) if current == rule => return Ok(vec![]),
            None if configuration.welfare_rules.len() >= MAX_RULES => {
                return Err(Refusal::Full {
                    what: "the list of welfare rules",
                    max: MAX_RULES,
                });
            }
            _ => {}
        }
        let rule = rule.clone();
        Ok(vec![WelfareRuleDefined { rule }.into()])
    }
}

impl Payload for WelfareRuleDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let rules = &mut center.configure().welfare_rules;
        rules.insert(self.rule.code.clone(), self.rule.clone());
    }
}
