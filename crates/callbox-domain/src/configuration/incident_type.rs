use minicbor::{Decode, Encode};

use super::known;
use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// A kind of emergency.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentType {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// The priority that a call of this type gets unless somebody says otherwise.
    #[n(2)]
    pub priority: Option<Code>,
}

/// Defines an incident type. Refusals: an unknown default priority.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineIncidentType {
    /// The code that people type and read; defining it again changes the rest.
    pub code: Code,
    /// The words for it.
    pub label: Code,
    /// The priority that a call of this type gets unless somebody says otherwise.
    pub priority: Option<Code>,
}

/// An incident type was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentTypeDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// The priority that a call of this type gets unless somebody says otherwise.
    #[n(2)]
    pub priority: Option<Code>,
}

impl Verb for DefineIncidentType {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if let Some(priority) = &self.priority {
            known("priority", &center.configuration.priorities, priority)?;
        }
        if let Some(current) = center.configuration.incident_types.get(&self.code)
            && current.label == self.label
            && current.priority == self.priority
        {
            return Ok(vec![]);
        }
        let defined = IncidentTypeDefined {
            code: self.code.clone(),
            label: self.label.clone(),
            priority: self.priority.clone(),
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for IncidentTypeDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let defined = IncidentType {
            code: self.code.clone(),
            label: self.label.clone(),
            priority: self.priority.clone(),
        };
        center
            .configure()
            .incident_types
            .insert(self.code.clone(), defined);
    }
}
