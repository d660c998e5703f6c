use minicbor::{Decode, Encode};

use super::{Clock, MAX_CLOCKS};
use crate::{
    Center, Context, Entry, Event, Refusal,
    command::Verb,
    configuration::{known, warns_first},
    event::Payload,
};

/// Defines a clock, or changes the one with this code.
///
/// Refusals: it stops before it starts, or starts with an incident's moment and stops with a
/// unit's; an unknown priority or unit type; a share that is not 1 to 100 percent; too many clocks.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineClock {
    /// All of it.
    pub clock: Box<Clock>,
}

/// A clock was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClockDefined {
    /// All of it.
    #[n(0)]
    pub clock: Box<Clock>,
}

impl Verb for DefineClock {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let (clock, configuration) = (&self.clock, &center.configuration);
        let same_kind = clock.start.is_of_assignment() == clock.stop.is_of_assignment();
        if clock.start >= clock.stop || !same_kind {
            return Err(Refusal::ClockOrder);
        }
        for code in &clock.priorities {
            known("priority", &configuration.priorities, code)?;
        }
        for code in &clock.unit_types {
            known("unit type", &configuration.unit_types, code)?;
        }
        if let Some(target) = &clock.target
            && !(1..=100).contains(&target.percent)
        {
            return Err(Refusal::NotAShare(target.percent));
        }
        warns_first(clock.warn_seconds, clock.alarm_seconds)?;
        match configuration.clocks.get(&clock.code) {
            Some(current) if *current == **clock => return Ok(vec![]),
            None if configuration.clocks.len() >= MAX_CLOCKS => {
                return Err(Refusal::Full {
                    what: "the list of clocks",
                    max: MAX_CLOCKS,
                });
            }
            _ => {}
        }
        Ok(vec![
            ClockDefined {
                clock: clock.clone(),
            }
            .into(),
        ])
    }
}

impl Payload for ClockDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let code = self.clock.code.clone();
        let clocks = &mut center.configure().clocks;
        clocks.insert(code, Clock::clone(&self.clock));
    }
}
