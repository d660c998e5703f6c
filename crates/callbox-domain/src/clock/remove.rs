use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Refusal, command::Verb, configuration::known,
    event::Payload,
};

/// Removes a clock: it raises no more alarms, and those that it raised are over.
///
/// Refusals: no such clock.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveClock {
    /// Which clock.
    pub code: Code,
}

/// A clock was removed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClockRemoved {
    /// Which clock.
    #[n(0)]
    pub code: Code,
}

impl Verb for RemoveClock {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        known("clock", &center.configuration.clocks, &self.code)?;
        let code = self.code.clone();
        Ok(vec![ClockRemoved { code }.into()])
    }
}

impl Payload for ClockRemoved {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.configure().clocks.remove(&self.code);
    }
}
