use minicbor::{Decode, Encode};

use super::{AlarmEscalated, Cause, Due, Subject};
use crate::{
    Center, Context, EmergencyCause, Entry, Event, Refusal, Timestamp,
    command::Verb,
    emergency::EmergencyDeclared,
    event::Payload,
    welfare::{WelfareAsked, WelfareMissed},
};

/// The most things that one command makes due; what is left comes with the next.
const AT_ONCE: usize = 500;

/// Records what has become due by the time of the command: alarms, welfare checks, escalations.
///
/// The server submits it when [`Center::next_due`] has passed; nothing due, nothing happens.
/// Refusals: none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RaiseAlarms;

/// Something asks for an action.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AlarmRaised {
    /// Why.
    #[n(0)]
    pub cause: Cause,
    /// About what.
    #[n(1)]
    pub subject: Subject,
    /// When it was due.
    #[n(2)]
    pub due: Timestamp,
}

impl Verb for RaiseAlarms {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let mut dues = center.dues();
        dues.retain(|(at, _)| *at <= context.at);
        // The one that is due longest comes first; what is due at once keeps its order.
        dues.sort_by_key(|(at, _)| *at);
        dues.truncate(AT_ONCE);
        let mut events = Vec::with_capacity(dues.len());
        for (due, what) in dues {
            match what {
                Due::Raise(cause, subject) => events.push(
                    AlarmRaised {
                        cause,
                        subject,
                        due,
                    }
                    .into(),
                ),
                Due::Ask(incident, assignment, unit) => events.push(
                    WelfareAsked {
                        incident,
                        assignment,
                        unit,
                        due: true,
                    }
                    .into(),
                ),
                Due::Miss {
                    incident,
                    assignment,
                    unit,
                    missed,
                    calls_help,
                } => {
                    events.push(
                        WelfareMissed {
                            incident,
                            assignment,
                            unit,
                            missed,
                        }
                        .into(),
                    );
                    // A unit that is on two incidents may miss both answers in one moment.
                    let is_known = center.unit(unit).is_some_and(|unit| unit.emergency.is_some())
                        || events.iter().any(|event| {
                            matches!(event, Event::EmergencyDeclared(known) if known.unit == unit)
                        });
                    if calls_help && !is_known {
                        events.push(
                            EmergencyDeclared {
                                unit,
                                incident: Some(incident),
                                cause: EmergencyCause::MissedChecks,
                            }
                            .into(),
                        );
                    }
                }
                Due::Escalate(alarm) => {
                    let subject = center.alarm(alarm).map(|alarm| alarm.subject);
                    events.extend(
                        subject.map(|subject| Event::from(AlarmEscalated { alarm, subject })),
                    );
                }
            }
        }
        Ok(events)
    }
}

impl Payload for AlarmRaised {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.raise(entry, self.cause.clone(), self.subject, self.due);
    }
}
