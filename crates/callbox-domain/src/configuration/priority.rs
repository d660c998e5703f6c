use minicbor::{Decode, Encode};

use super::warns_first;
use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// How urgent a call is.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Priority {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// 1 is the most urgent.
    #[n(2)]
    pub rank: u8,
    /// How long a call may wait for a first unit before it stands out, in seconds.
    #[n(3)]
    pub unassigned_warn_seconds: Option<u32>,
    /// How long until it asks for an action, in seconds.
    #[n(4)]
    pub unassigned_alarm_seconds: Option<u32>,
}

/// Defines a priority. Refusals: it raises an alarm before it stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinePriority {
    /// The code that people type and read; defining it again changes the rest.
    pub code: Code,
    /// The words for it.
    pub label: Code,
    /// 1 is the most urgent.
    pub rank: u8,
    /// How long a call may wait for a first unit before it stands out, in seconds.
    pub unassigned_warn_seconds: Option<u32>,
    /// How long until it asks for an action, in seconds.
    pub unassigned_alarm_seconds: Option<u32>,
}

/// A priority was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct PriorityDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// 1 is the most urgent.
    #[n(2)]
    pub rank: u8,
    /// How long a call may wait for a first unit before it stands out, in seconds.
    #[n(3)]
    pub unassigned_warn_seconds: Option<u32>,
    /// How long until it asks for an action, in seconds.
    #[n(4)]
    pub unassigned_alarm_seconds: Option<u32>,
}

impl Verb for DefinePriority {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if let Some(current) = center.configuration.priorities.get(&self.code)
            && current.label == self.label
            && current.rank == self.rank
            && current.unassigned_warn_seconds == self.unassigned_warn_seconds
            && current.unassigned_alarm_seconds == self.unassigned_alarm_seconds
        {
            return Ok(vec![]);
        }
        warns_first(self.unassigned_warn_seconds, self.unassigned_alarm_seconds)?;
        let defined = PriorityDefined {
            code: self.code.clone(),
            label: self.label.clone(),
            rank: self.rank,
            unassigned_warn_seconds: self.unassigned_warn_seconds,
            unassigned_alarm_seconds: self.unassigned_alarm_seconds,
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for PriorityDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let defined = Priority {
            code: self.code.clone(),
            label: self.label.clone(),
            rank: self.rank,
            unassigned_warn_seconds: self.unassigned_warn_seconds,
            unassigned_alarm_seconds: self.unassigned_alarm_seconds,
        };
        center
            .configure()
            .priorities
            .insert(self.code.clone(), defined);
    }
}
