use minicbor::{Decode, Encode};

use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// A way in which an incident can end.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Disposition {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
}

/// Defines a disposition. Refusals: none.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineDisposition {
    /// The code that people type and read; defining it again changes the rest.
    pub code: Code,
    /// The words for it.
    pub label: Code,
}

/// A disposition was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct DispositionDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
}

impl Verb for DefineDisposition {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if let Some(current) = center.configuration.dispositions.get(&self.code)
            && current.label == self.label
        {
            return Ok(vec![]);
        }
        let defined = DispositionDefined {
            code: self.code.clone(),
            label: self.label.clone(),
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for DispositionDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let defined = Disposition {
            code: self.code.clone(),
            label: self.label.clone(),
        };
        center
            .configure()
            .dispositions
            .insert(self.code.clone(), defined);
    }
}
