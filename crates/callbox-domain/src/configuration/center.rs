use minicbor::{Decode, Encode};

use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// Names the center and its time zone.
///
/// Refusals: none; defining it again changes it.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineCenter {
    /// What people call the center.
    pub name: Code,
    /// The IANA name of the time zone in which the center reads its clocks.
    pub timezone: Code,
}

/// The center has a name and a time zone.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CenterDefined {
    /// What people call the center.
    #[n(0)]
    pub name: Code,
    /// The IANA name of its time zone.
    #[n(1)]
    pub timezone: Code,
}

impl Verb for DefineCenter {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let defined = CenterDefined {
            name: self.name.clone(),
            timezone: self.timezone.clone(),
        };
        Ok(match &center.configuration.center {
            Some(current) if *current == defined => vec![],
            _ => vec![defined.into()],
        })
    }
}

impl Payload for CenterDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.configure().center = Some(self.clone());
    }
}
