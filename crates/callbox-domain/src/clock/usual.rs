//! The clocks and welfare checks that a new center begins with; all of them can be changed.

use super::{Clock, Moment, Target};
use crate::{Code, Command, DefineClock, DefineWelfareRule, WelfareRule};

/// Code, words, start, stop; alarm after so many seconds and what to do then; target in seconds and
/// percent, whose it is, and its edition.
type Row = (
    &'static str,
    &'static str,
    Moment,
    Moment,
    Option<(u32, &'static str)>,
    (u32, u8),
    Option<(&'static str, &'static str)>,
);

const CLOCKS: [Row; 5] = [
    (
        "CALL",
        "Call to dispatch",
        Moment::Received,
        Moment::FirstDispatched,
        None,
        (60, 90),
        Some(("NFPA 1225", "2022")),
    ),
    (
        "TURNOUT",
        "Turnout",
        Moment::Dispatched,
        Moment::EnRoute,
        Some((180, "Call the crew")),
        (80, 90),
        Some(("NFPA 1710", "2020")),
    ),
    (
        "TRAVEL",
        "Travel of the first unit",
        Moment::FirstEnRoute,
        Moment::FirstOnScene,
        None,
        (240, 90),
        Some(("NFPA 1710", "2020")),
    ),
    (
        "RESPONSE",
        "Call to arrival",
        Moment::Received,
        Moment::FirstOnScene,
        None,
        (900, 90),
        Some(("England ARP, C1", "2017")),
    ),
    (
        "HOSPITAL",
        "Time at hospital",
        Moment::AtHospital,
        Moment::Ended,
        Some((3_600, "Ask when the unit is free")),
        (1_800, 90),
        None,
    ),
];

/// The definitions, in their order. They name no priorities and no types, which differ.
///
/// A clock without an alarm only measures: how long a call may wait is said by its priority.
pub fn usual_clocks() -> impl Iterator<Item = Command> {
    CLOCKS.into_iter().map(
        |(name, label, start, stop, alarm, (seconds, percent), standard)| {
            let clock = Clock {
                code: code(name),
                label: code(label),
                start,
                stop,
                priorities: Vec::new(),
                unit_types: Vec::new(),
                warn_seconds: None,
                alarm_seconds: alarm.map(|(seconds, _)| seconds),
                escalate_seconds: alarm.map(|_| 120),
                action: alarm.map(|(_, action)| code(action)),
                target: Some(Target {
                    seconds,
                    percent,
                    standard: standard.map(|(standard, _)| code(standard)),
                    edition: standard.map(|(_, edition)| code(edition)),
                }),
            };
            DefineClock {
                clock: Box::new(clock),
            }
            .into()
        },
    )
}

/// Crews at incidents of these types are asked every 20 minutes whether they are well, have a
/// minute to answer, and get help after two answers that stayed out (NFPA 1561 asks for such
/// rounds; the intervals are the usual practice).
pub fn usual_welfare_rule(incident_types: &[&str]) -> Command {
    DefineWelfareRule {
        rule: WelfareRule {
            code: code("PAR"),
            label: code("Personnel accountability"),
            incident_types: incident_types.iter().map(|name| code(name)).collect(),
            unit_types: Vec::new(),
            every_seconds: 1_200,
            answer_seconds: 60,
            misses_to_mayday: 2,
        },
    }
    .into()
}

fn code(text: &str) -> Code {
    Code::new(text).expect("the usual names are short and printable")
}
