//! Closed streets: what nobody drives through at present, why, and until when.

mod close;
mod expire;
mod lift;

use minicbor::{Decode, Encode};

pub use close::{CloseStreet, StreetClosed};
pub use expire::{ClosureExpired, ExpireClosures};
pub use lift::{ClosureLifted, LiftClosure};

use crate::{ActorId, Center, ClosureId, Point, Refusal, Text, Timestamp};

/// The most closures in force of a center.
pub(crate) const MAX_CLOSURES: usize = 1_000;
/// The most directions of pieces of street in one closure.
pub const MAX_STRETCHES: usize = 400;

/// Why a street is closed; a list, so that no words about a person come into the open record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ClosureCause {
    /// Work on the street or below it.
    #[n(0)]
    Works,
    /// A crash or a vehicle that cannot move.
    #[n(1)]
    Crash,
    /// Fire, smoke, hoses across the street.
    #[n(2)]
    Fire,
    /// Water on the street.
    #[n(3)]
    Flood,
    /// Snow, ice, trees, wind.
    #[n(4)]
    Weather,
    /// A bridge, a wall or the street itself may give way.
    #[n(5)]
    Damage,
    /// A market, a run, a procession.
    #[n(6)]
    Event,
    /// A lifted bridge, a closed level crossing.
    #[n(7)]
    Crossing,
    /// Something else.
    #[n(8)]
    Other,
}

crate::call::names! { ClosureCause {
    Works => "works",
    Crash => "crash",
    Fire => "fire",
    Flood => "flood",
    Weather => "weather",
    Damage => "damage",
    Event => "event",
    Crossing => "crossing",
    Other => "other",
}}

/// One direction of a piece of street, told by what outlives an import of other streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ClosedStretch {
    /// The OpenStreetMap way.
    #[n(0)]
    pub way: i64,
    /// Where one drives in.
    #[n(1)]
    pub from: Point,
    /// Where one drives out.
    #[n(2)]
    pub to: Point,
}

/// A closure in force.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Closure {
    /// Its number.
    #[n(0)]
    pub id: ClosureId,
    /// Why.
    #[n(1)]
    pub cause: ClosureCause,
    /// The street's name, as the map had it then.
    #[n(2)]
    pub street: Text,
    /// Whether nobody gets in at all; else who has a call there still reaches it.
    #[n(3)]
    pub impassable: bool,
    /// What is closed.
    #[n(4)]
    pub stretches: Vec<ClosedStretch>,
    /// When it ends by itself; `None` when somebody has to lift it.
    #[n(5)]
    pub until: Option<Timestamp>,
    /// When it was closed.
    #[n(6)]
    pub since: Timestamp,
    /// By whom.
    #[n(7)]
    pub by: ActorId,
    /// How many events its stream has.
    #[n(8)]
    pub version: u32,
}

impl Center {
    /// When the next closure ends by itself.
    pub fn next_closure_end(&self) -> Option<Timestamp> {
        let closures = self.closures.iter();
        closures.filter_map(|(_, closure)| closure.until).min()
    }

    /// Another one whenever other streets are closed than before: the newest closure's number, and
    /// a sum over those in force.
    pub fn closures_mark(&self) -> (u64, u32) {
        let numbers = self.closures.iter().map(|(id, _)| id as u32 + 1);
        let sum = numbers.fold(0_u32, |sum, id| sum.wrapping_mul(16_777_619) ^ id);
        (self.last_closure, sum)
    }

    /// The closure in force, or the refusal that names it.
    fn need_closure(&self, id: ClosureId) -> Result<&Closure, Refusal> {
        let closure = self.closures.get(id.0).map(AsRef::as_ref);
        closure.ok_or(Refusal::UnknownClosure(id))
    }
}
