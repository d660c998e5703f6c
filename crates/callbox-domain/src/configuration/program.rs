use minicbor::{Decode, Encode};

use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// Records which version of callbox writes the record from here on; the server says it, nobody else.
///
/// An older program that meets what it does not know can then say which version does.
/// Refusals: none.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordProgram {
    /// The version, as in '0.1.0'.
    pub version: Code,
}

/// From here on, this version of callbox writes the record.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ProgramRecorded {
    /// The version, as in '0.1.0'.
    #[n(0)]
    pub version: Code,
}

impl Verb for RecordProgram {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if center.configuration.program.as_ref() == Some(&self.version) {
            return Ok(vec![]);
        }
        let version = self.version.clone();
        Ok(vec![ProgramRecorded { version }.into()])
    }
}

impl Payload for ProgramRecorded {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.configure().program = Some(self.version.clone());
    }
}
