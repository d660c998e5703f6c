use minicbor::{Decode, Encode};

use super::{Acknowledged, Alarm, AlarmId, Subject};
use crate::{Center, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// Takes an alarm on: it is silent, and lasts until what it asks for was done.
///
/// Acknowledged again, nothing happens. Refusals: no such alarm, or it is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AcknowledgeAlarm {
    /// Which alarm.
    pub alarm: AlarmId,
}

/// Somebody took an alarm on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AlarmAcknowledged {
    /// Which alarm.
    #[n(0)]
    pub alarm: AlarmId,
    /// About what.
    #[n(1)]
    pub subject: Subject,
}

impl Verb for AcknowledgeAlarm {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let alarm = center
            .alarm(self.alarm)
            .ok_or(Refusal::UnknownAlarm(self.alarm))?;
        if alarm.acknowledged.is_some() {
            return Ok(vec![]);
        }
        let acknowledged = AlarmAcknowledged {
            alarm: self.alarm,
            subject: alarm.subject,
        };
        Ok(vec![acknowledged.into()])
    }
}

impl Payload for AlarmAcknowledged {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_alarm(self.alarm, |alarm| {
            alarm.acknowledged = Some(Acknowledged {
                at: entry.at,
                by: entry.actor,
            });
        });
    }
}

impl Center {
    /// Changes an alarm that lasts; an event about one that is over changes nothing.
    pub(super) fn with_alarm(&mut self, id: AlarmId, change: impl FnOnce(&mut Alarm)) {
        if let Ok(at) = self.alarms.binary_search_by_key(&id, |alarm| alarm.id) {
            change(&mut self.alarms[at]);
        }
    }
}
