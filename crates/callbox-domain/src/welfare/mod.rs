//! Welfare checks: crews at work are asked at intervals whether all of them are well.
//!
//! Fire services call a round of answers a personnel accountability report (PAR; NFPA 1561). An
//! answer that does not come is asked for again; after a number of misses help is called for them.

mod answer;
mod ask;
mod define;
mod miss;

use minicbor::{Decode, Encode};

pub use answer::{AnswerWelfare, WelfareAnswered};
pub use ask::{AskWelfare, WelfareAsked};
pub use define::{DefineWelfareRule, WelfareRuleDefined};
pub use miss::WelfareMissed;

use crate::{Assignment, Code, Configuration, Incident, Meaning, Timestamp};

/// The most rules that a center has.
pub(crate) const MAX_RULES: usize = 64;

/// Which crews are asked, how often, and how long they have to answer.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct WelfareRule {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// The types of incidents on which it holds; none means all.
    #[n(2)]
    pub incident_types: Vec<Code>,
    /// The types of units that it concerns; none means all.
    #[n(3)]
    pub unit_types: Vec<Code>,
    /// Seconds from the arrival, or from the last answer, until a crew is asked; 0 means never
    /// again: the rule is switched off.
    #[n(4)]
    pub every_seconds: u32,
    /// Seconds that a crew has to answer.
    #[n(5)]
    pub answer_seconds: u32,
    /// How many answers may stay out before help is called for the crew.
    #[n(6)]
    pub misses_to_mayday: u8,
}

/// How an assignment stands with its welfare checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Welfare {
    /// When the crew last answered.
    #[n(0)]
    pub answered: Option<Timestamp>,
    /// Since when an answer is awaited.
    #[n(1)]
    pub asked: Option<Timestamp>,
    /// How many answers stayed out since the last one that came.
    #[n(2)]
    pub missed: u8,
}

impl Configuration {
    /// The rule by which a crew of this type is asked on an incident of this type: the first by
    /// code that names the unit type, else the first that concerns it.
    pub fn welfare_rule(
        &self,
        incident_type: Option<&Code>,
        unit_type: &Code,
    ) -> Option<&WelfareRule> {
        let mut concerned = self.welfare_rules.values().filter(|rule| {
            let names = |list: &[Code], code: Option<&Code>| {
                list.is_empty() || code.is_some_and(|code| list.contains(code))
            };
            rule.every_seconds > 0
                && names(&rule.incident_types, incident_type)
                && names(&rule.unit_types, Some(unit_type))
        });
        let first = concerned.next();
        let named = |rule: &&WelfareRule| rule.unit_types.contains(unit_type);
        match first {
            Some(rule) if named(&rule) => Some(rule),
            _ => concerned.find(named).or(first),
        }
    }
}

/// What is due next of an assignment's checks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NextCheck {
    /// The crew is to be asked at this time.
    Ask(Timestamp),
    /// The answer has to be there by this time.
    Answer(Timestamp),
}

impl NextCheck {
    pub(crate) const fn at(self) -> Timestamp {
        match self {
            Self::Ask(at) | Self::Answer(at) => at,
        }
    }
}

/// What is due next by `rule`, while the crew is at the incident; nothing while help is called
/// for it already.
pub(crate) fn next_check(rule: &WelfareRule, assignment: &Assignment) -> Option<NextCheck> {
    let welfare = &assignment.welfare;
    if assignment.ended.is_some() || welfare.missed >= rule.misses_to_mayday.max(1) {
        return None;
    }
    if let Some(asked) = welfare.asked {
        let by = asked.plus_seconds(i64::from(rule.answer_seconds));
        return Some(NextCheck::Answer(by));
    }
    if assignment.meaning != Meaning::OnScene {
        return None;
    }
    let arrived = assignment.stamps.on_scene.unwrap_or(assignment.since);
    let since = welfare.answered.map_or(arrived, |at| at.max(arrived));
    let at = since.plus_seconds(i64::from(rule.every_seconds));
    Some(NextCheck::Ask(at))
}

/// The rule for one assignment of an incident.
pub(crate) fn rule_of<'a>(
    configuration: &'a Configuration,
    incident: &Incident,
    assignment: &Assignment,
) -> Option<&'a WelfareRule> {
    configuration.welfare_rule(incident.incident_type.as_ref(), &assignment.unit_type)
}

impl crate::Center {
    /// When a crew is to be asked next, or its answer has to be there; `None` where no rule holds.
    pub fn welfare_due(&self, incident: &Incident, assignment: &Assignment) -> Option<Timestamp> {
        let rule = rule_of(&self.configuration, incident, assignment)?;
        Some(next_check(rule, assignment)?.at())
    }
}
