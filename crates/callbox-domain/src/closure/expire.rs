use minicbor::{Decode, Encode};

use crate::{Center, ClosureId, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// The most closures that end by one command; what is left comes with the next.
const AT_ONCE: usize = 200;

/// Ends the closures whose time is over by the time of the command.
///
/// The server submits it when [`Center::next_closure_end`] has passed; nothing over, nothing
/// happens. Refusals: none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpireClosures;

/// A closure's time was over: the street is open again.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClosureExpired {
    /// Which one.
    #[n(0)]
    pub closure: ClosureId,
}

impl Verb for ExpireClosures {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let closures = center.closures.iter().map(|(_, closure)| closure);
        let over = closures.filter(|closure| closure.until.is_some_and(|end| end <= context.at));
        let events = over.map(|closure| {
            ClosureExpired {
                closure: closure.id,
            }
            .into()
        });
        Ok(events.take(AT_ONCE).collect())
    }
}

impl Payload for ClosureExpired {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.end_closure(self.closure);
    }
}
