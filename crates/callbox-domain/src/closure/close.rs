use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{ClosedStretch, Closure, ClosureCause, MAX_CLOSURES, MAX_STRETCHES};
use crate::{
    Center, ClosureId, Context, Entry, Event, Refusal, Text, Timestamp, command::Verb,
    event::Payload, undo::Act,
};

/// The longest closure that ends by itself, in seconds: two years.
const MAX_SECONDS: f64 = 2.0 * 366.0 * 86_400.0;

/// Closes pieces of street; which ones is a fact that the streets tell.
///
/// Driving times go round them as soon as it is recorded. Refusals: no pieces or more than 400, an
/// end that is past or more than two years ahead; too many closures.
#[derive(Clone, Debug, PartialEq)]
pub struct CloseStreet {
    /// Why.
    pub cause: ClosureCause,
    /// The street's name.
    pub street: Text,
    /// Whether nobody gets in at all; else who has a call there still reaches it.
    pub impassable: bool,
    /// What is closed, each direction by itself.
    pub stretches: Vec<ClosedStretch>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}

/// Pieces of street were closed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct StreetClosed {
    /// The closure's number.
    #[n(0)]
    pub closure: ClosureId,
    /// Why.
    #[n(1)]
    pub cause: ClosureCause,
    /// The street's name, as the map had it then.
    #[n(2)]
    pub street: Text,
    /// Whether nobody gets in at all.
    #[n(3)]
    pub impassable: bool,
    /// What is closed.
    #[n(4)]
    pub stretches: Vec<ClosedStretch>,
    /// When it ends by itself.
    #[n(5)]
    pub until: Option<Timestamp>,
}

impl Verb for CloseStreet {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let ends_in = self.until.map(|until| until.seconds_since(context.at));
        let fits = (1..=MAX_STRETCHES).contains(&self.stretches.len())
            && ends_in.is_none_or(|seconds| seconds > 0.0 && seconds <= MAX_SECONDS);
        if !fits {
            return Err(Refusal::ClosureOutOfBounds);
        }
        if center.closures.len() >= MAX_CLOSURES {
            return Err(Refusal::TooMany {
                what: "the list of closures",
                max: MAX_CLOSURES,
            });
        }
        Ok(vec![
            StreetClosed {
                closure: ClosureId(center.last_closure + 1),
                cause: self.cause,
                street: self.street.clone(),
                impassable: self.impassable,
                stretches: self.stretches.clone(),
                until: self.until,
            }
            .into(),
        ])
    }
}

impl Payload for StreetClosed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        if self.closure.0 != center.last_closure + 1 {
            center.mark_broken(format!("closure {} came out of order", self.closure));
        }
        center.last_closure = center.last_closure.max(self.closure.0);
        let closure = Closure {
            id: self.closure,
            cause: self.cause,
            street: self.street.clone(),
            impassable: self.impassable,
            stretches: self.stretches.clone(),
            until: self.until,
            since: entry.at,
            by: entry.actor,
            version: 0,
        };
        center.closures.insert(self.closure.0, Arc::new(closure));
        center.note_recent(entry, Act::CloseStreet(self.closure));
    }
}
