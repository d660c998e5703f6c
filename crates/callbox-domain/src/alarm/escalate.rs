use minicbor::{Decode, Encode};

use super::{AlarmId, Subject};
use crate::{Center, Entry, event::Payload};

/// An alarm went on to the supervisors, because nobody acknowledged it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AlarmEscalated {
    /// Which alarm.
    #[n(0)]
    pub alarm: AlarmId,
    /// About what.
    #[n(1)]
    pub subject: Subject,
}

impl Payload for AlarmEscalated {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_alarm(self.alarm, |alarm| alarm.escalated = Some(entry.at));
    }
}
