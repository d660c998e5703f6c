use minicbor::{Decode, Encode};

use crate::{
    Center, ClosureId, Context, Entry, Event, Refusal, command::Verb, event::Payload, undo::Act,
};

/// Opens a closed street again. Refusals: no such closure in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiftClosure {
    /// Which one.
    pub closure: ClosureId,
}

/// A closed street was opened again by a person.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClosureLifted {
    /// Which one.
    #[n(0)]
    pub closure: ClosureId,
}

impl Verb for LiftClosure {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let closure = center.need_closure(self.closure)?.id;
        Ok(vec![ClosureLifted { closure }.into()])
    }
}

impl Payload for ClosureLifted {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        if let Some(closure) = center.closures.get(self.closure.0) {
            let closure = Box::new(closure.as_ref().clone());
            center.note_recent(entry, Act::Lift(closure));
        }
        center.end_closure(self.closure);
    }
}
