use minicbor::{Decode, Encode};

use crate::{
    Center, Context, Entry, Event, Personal, Refusal, Text, UnitId,
    command::Verb,
    event::{Payload, personal},
    welfare::WelfareAnswered,
};

/// Ends a crew's emergency, with what was found: helped, pressed by mistake.
///
/// Answers that stayed out count from nought again. Refusals: no such unit; it has no emergency.
#[derive(Clone, Debug, PartialEq)]
pub struct EndEmergency {
    /// Which unit.
    pub unit: UnitId,
    /// What was found.
    pub reason: Text,
}

/// A crew's emergency ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct EmergencyEnded {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// What was found.
    #[cbor(skip)]
    pub reason: Personal<Text>,
}

impl Verb for EndEmergency {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        if unit.emergency.is_none() {
            return Err(Refusal::NoEmergency {
                unit: unit.call_sign.clone(),
            });
        }
        let ended = EmergencyEnded {
            unit: self.unit,
            reason: Personal::Known(self.reason.clone()),
        };
        // The crew was heard of: where its answers stayed out, its checks begin anew from here.
        let heard = unit.active.iter().filter_map(|(incident, no)| {
            let assignment = center.incident(*incident)?.assignment(*no)?;
            (assignment.welfare.missed > 0).then(|| {
                Event::from(WelfareAnswered {
                    incident: *incident,
                    assignment: *no,
                    unit: self.unit,
                    has_words: false,
                    words: Personal::Erased,
                })
            })
        });
        Ok([ended.into()].into_iter().chain(heard).collect())
    }
}

impl Payload for EmergencyEnded {
    personal!(reason);

    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_unit(self.unit, |unit| unit.emergency = None);
    }
}
