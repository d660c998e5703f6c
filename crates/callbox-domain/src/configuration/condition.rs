use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Refusal, base::bounded, command::Verb, event::Payload,
};

/// Says that a condition is in force for the whole center, or no more: a storm, a drought.
///
/// Response plans may hold only under a condition. Refusals: too many at once.
#[derive(Clone, Debug, PartialEq)]
pub struct SetCondition {
    /// Which condition.
    pub condition: Code,
    /// Whether it is in force from now on.
    pub in_force: bool,
}

/// A condition came into force, or ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ConditionSet {
    /// Which condition.
    #[n(0)]
    pub condition: Code,
    /// Whether it is in force.
    #[n(1)]
    pub in_force: bool,
}

impl Verb for SetCondition {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let conditions = &center.configuration.conditions;
        if conditions.contains(&self.condition) == self.in_force {
            return Ok(vec![]);
        }
        bounded(
            "the list of conditions",
            conditions.len() + usize::from(self.in_force),
        )?;
        let set = ConditionSet {
            condition: self.condition.clone(),
            in_force: self.in_force,
        };
        Ok(vec![set.into()])
    }
}

impl Payload for ConditionSet {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let conditions = &mut center.configure().conditions;
        conditions.retain(|known| *known != self.condition);
        if self.in_force {
            conditions.push(self.condition.clone());
        }
    }
}
