use minicbor::{Decode, Encode};

use crate::{Center, Context, Entry, Event, NoteId, Refusal, command::Verb, event::Payload};

/// Takes a premise note out of force before its end. Refusals: no such note.
#[derive(Clone, Debug, PartialEq)]
pub struct RetirePremiseNote {
    /// Which one.
    pub note: NoteId,
}

/// A premise note was taken out of force.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct PremiseNoteRetired {
    /// Which one.
    #[n(0)]
    pub note: NoteId,
}

impl Verb for RetirePremiseNote {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let note = center.need_note(self.note)?;
        if note.expires <= context.at {
            return Ok(vec![]);
        }
        Ok(vec![PremiseNoteRetired { note: self.note }.into()])
    }
}

impl Payload for PremiseNoteRetired {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_note(self.note, |note| note.expires = entry.at);
    }
}
