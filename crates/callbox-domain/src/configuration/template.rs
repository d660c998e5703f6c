use minicbor::{Decode, Encode};

use super::known;
use crate::{
    Center, Code, Context, Entry, Event, Place, ReceiveIncident, Refusal, Text, base::bounded,
    command::Verb, event::Payload,
};

/// A call that comes often, as it would be typed each time.
///
/// It fills in what a call leaves out and nothing else: the record holds the call, as if it had been
/// typed in full. Its words stand on the ledger in the clear, so that they name no person.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CallTemplate {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What people call it.
    #[n(1)]
    pub label: Code,
    /// What kind of emergency.
    #[n(2)]
    pub incident_type: Option<Code>,
    /// How urgent; without it the type's own.
    #[n(3)]
    pub priority: Option<Code>,
    /// Where, in words, for what always happens at one place.
    #[n(4)]
    pub place: Option<Text>,
    /// The first line of the narrative.
    #[n(5)]
    pub text: Option<Text>,
    /// Whether it is not offered any more.
    #[n(6)]
    pub retired: bool,
}

impl CallTemplate {
    /// Fills in what a call leaves out. Words that were told follow the template's own.
    pub fn fill(&self, received: &mut ReceiveIncident, told: &mut Option<Text>) {
        if received.incident_type.is_none() {
            received.incident_type.clone_from(&self.incident_type);
        }
        // The priority belongs to the type: a call of another type keeps that one's own.
        if received.priority.is_none() && received.incident_type == self.incident_type {
            received.priority.clone_from(&self.priority);
        }
        if received.place.is_none() {
            let place = self.place.clone();
            received.place = place.map(|text| Place::new(text, None));
        }
        *told = self.words(told.take());
    }

    /// The template's words, then those that were told; only the latter where both are too long.
    pub fn words(&self, told: Option<Text>) -> Option<Text> {
        match (&self.text, told) {
            (Some(text), Some(told)) => Some(Text::new(&format!("{text} {told}")).unwrap_or(told)),
            (text, told) => told.or_else(|| text.clone()),
        }
    }
}

/// Defines a template for calls.
///
/// Refusals: an unknown type or priority; too many.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineCallTemplate {
    /// All of it; defining it again changes it.
    pub template: CallTemplate,
}

/// A template for calls was defined, changed or retired.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CallTemplateDefined {
    /// All of it.
    #[n(0)]
    pub template: CallTemplate,
}

impl Verb for DefineCallTemplate {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let (template, configuration) = (&self.template, &center.configuration);
        if let Some(incident_type) = &template.incident_type {
            known(
                "incident type",
                &configuration.incident_types,
                incident_type,
            )?;
        }
        if let Some(priority) = &template.priority {
            known("priority", &configuration.priorities, priority)?;
        }
        let current = configuration.templates.get(&template.code);
        if current == Some(template) {
            return Ok(vec![]);
        }
        bounded(
            "the list of templates",
            configuration.templates.len() + usize::from(current.is_none()),
        )?;
        let template = template.clone();
        Ok(vec![CallTemplateDefined { template }.into()])
    }
}

impl Payload for CallTemplateDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let templates = &mut center.configure().templates;
        templates.insert(self.template.code.clone(), self.template.clone());
    }
}
