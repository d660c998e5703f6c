//! Lines and transcripts of clocks, alarms, welfare checks, emergencies, stacks and undoing.

use super::{
    NotACommand,
    transcript::{called, clock, flag, part, reason_part, seconds},
    verbs::{Said, named},
    words::{Words, syntax},
};
use crate::{
    Alarm, Cause, Center, Clock, Code, DefineClock, DefineWelfareRule, EmergencyCause, Event,
    Moment, Subject, Target, WelfareRule, events::*,
};

pub(super) fn define_clock(w: &mut Words, _: &Said<'_>) -> Result<DefineClock, NotACommand> {
    let (code, label) = (w.code("a code")?, w.code("a label")?);
    let (start, stop) = (moment(w)?, moment(w)?);
    let mut clock = Box::new(Clock {
        code,
        label,
        start,
        stop,
        priorities: Vec::new(),
        unit_types: Vec::new(),
        warn_seconds: None,
        alarm_seconds: None,
        escalate_seconds: None,
        action: None,
        target: None,
    });
    while !w.is_empty() {
        if w.keyword("warn") {
            clock.warn_seconds = Some(w.number("a number of seconds")?);
        } else if w.keyword("alarm") {
            clock.alarm_seconds = Some(w.number("a number of seconds")?);
        } else if w.keyword("escalate") {
            clock.escalate_seconds = Some(w.number("a number of seconds")?);
        } else if w.keyword("do") {
            clock.action = Some(w.code("an action")?);
        } else if w.keyword("priority") {
            clock.priorities.push(w.code("a priority")?);
        } else if w.keyword("unit-type") {
            clock.unit_types.push(w.code("a unit type")?);
        } else if w.keyword("target") {
            let (percent, seconds) = (w.number("percent")?, w.number("a number of seconds")?);
            let (standard, edition) = match w.keyword("by") {
                true => (
                    w.code_or_none("a standard")?,
                    w.code_or_none("its edition")?,
                ),
                false => (None, None),
            };
            clock.target = Some(Target {
                seconds,
                percent,
                standard,
                edition,
            });
        } else {
            return syntax(
                "a word is not one of warn, alarm, escalate, do, priority, unit-type, target",
            );
        }
    }
    Ok(DefineClock { clock })
}

pub(super) fn define_welfare(
    w: &mut Words,
    _: &Said<'_>,
) -> Result<DefineWelfareRule, NotACommand> {
    let mut rule = WelfareRule {
        code: w.code("a code")?,
        label: w.code("a label")?,
        incident_types: Vec::new(),
        unit_types: Vec::new(),
        every_seconds: 0,
        answer_seconds: 60,
        misses_to_mayday: 2,
    };
    while !w.is_empty() {
        if w.keyword("every") {
            rule.every_seconds = w.number("a number of seconds")?;
        } else if w.keyword("answer") {
            rule.answer_seconds = w.number("a number of seconds")?;
        } else if w.keyword("misses") {
            rule.misses_to_mayday = w.number("a number")?;
        } else if w.keyword("type") {
            rule.incident_types.push(w.code("an incident type")?);
        } else if w.keyword("unit-type") {
            rule.unit_types.push(w.code("a unit type")?);
        } else {
            return syntax("a word is not one of every, answer, misses, type, unit-type");
        }
    }
    Ok(DefineWelfareRule { rule })
}

fn moment(w: &mut Words) -> Result<Moment, NotACommand> {
    named(w, "a moment", Moment::from_name, Moment::NAMES)
}

pub(super) fn cause(w: &mut Words) -> Result<EmergencyCause, NotACommand> {
    named(
        w,
        "a cause",
        EmergencyCause::from_name,
        EmergencyCause::NAMES,
    )
}

/// The transcript of an event of this file's matters; empty for others.
pub(super) fn event(center: &Center, event: &Event) -> String {
    let call_sign = |unit| called(center, unit);
    match event {
        Event::DispatchUndone(DispatchUndone {
            incident,
            assignment,
            unit,
            undoes,
        })
        | Event::EndUndone(EndUndone {
            incident,
            assignment,
            unit,
            undoes,
        }) => format!(
            "{incident}/{assignment} {} undoes={undoes}",
            call_sign(*unit)
        ),
        Event::StatusUndone(undone) => format!(
            "{}/{} {} status={} {} since={}{} undoes={}",
            undone.incident,
            undone.assignment,
            call_sign(undone.unit),
            undone.status,
            undone.meaning,
            clock(undone.since),
            flag("out-of-order", undone.out_of_order),
            undone.undoes
        ),
        Event::CloseUndone(CloseUndone { incident, undoes }) => {
            format!("{incident} undoes={undoes}")
        }
        Event::IncidentStacked(IncidentStacked { incident, unit })
        | Event::IncidentUnstacked(IncidentUnstacked { incident, unit }) => {
            format!("{incident} {}", call_sign(*unit))
        }
        Event::WelfareAsked(asked) => format!(
            "{}/{} {}{}",
            asked.incident,
            asked.assignment,
            call_sign(asked.unit),
            flag("due", asked.due)
        ),
        Event::WelfareAnswered(answered) => format!(
            "{}/{} {}{}",
            answered.incident,
            answered.assignment,
            call_sign(answered.unit),
            reason_part(&answered.has_words.then(|| answered.words.clone()))
        ),
        Event::WelfareMissed(missed) => format!(
            "{}/{} {} missed={}",
            missed.incident,
            missed.assignment,
            call_sign(missed.unit),
            missed.missed
        ),
        Event::EmergencyDeclared(declared) => {
            let on = declared.incident.map(|incident| format!(" on {incident}"));
            let (unit, cause) = (call_sign(declared.unit), declared.cause.name());
            format!("{unit} {cause}{}", on.unwrap_or_default())
        }
        Event::EmergencyEnded(ended) => format!(
            "{}{}",
            call_sign(ended.unit),
            reason_part(&Some(ended.reason.clone()))
        ),
        Event::ClockDefined(ClockDefined { clock }) => defined(clock),
        Event::ClockRemoved(ClockRemoved { code }) => code.to_string(),
        Event::AlarmRaised(raised) => format!(
            "{}{} due={}",
            said(&raised.cause),
            about(center, &raised.subject),
            clock(raised.due)
        ),
        Event::AlarmAcknowledged(AlarmAcknowledged { alarm, subject })
        | Event::AlarmEscalated(AlarmEscalated { alarm, subject }) => {
            format!("{alarm}{}", about(center, subject))
        }
        Event::WelfareRuleDefined(WelfareRuleDefined { rule }) => format!(
            "{} {:?} every {} answer {} misses {}{}{}",
            rule.code,
            rule.label,
            rule.every_seconds,
            rule.answer_seconds,
            rule.misses_to_mayday,
            list(" type", &rule.incident_types),
            list(" unit-type", &rule.unit_types)
        ),
        _ => String::new(),
    }
}

/// The alarms that last, one a line.
pub(super) fn show_alarms(center: &Center) -> Vec<String> {
    let line = |alarm: &Alarm| {
        let acknowledged = alarm
            .acknowledged
            .map(|it| format!(" acknowledged by {}", it.by));
        format!(
            "  {} {}{} since {}{}{}",
            alarm.id,
            said(&alarm.cause),
            about(center, &alarm.subject),
            clock(alarm.raised),
            flag("escalated", alarm.escalated.is_some()),
            acknowledged.unwrap_or_default()
        )
    };
    match center.alarms() {
        [] => vec!["  no alarm".into()],
        alarms => alarms.iter().map(line).collect(),
    }
}

fn defined(clock: &Clock) -> String {
    let target = clock.target.as_ref().map(|target| {
        let (percent, limit) = (target.percent, target.seconds);
        let (standard, edition) = (
            part("standard", &target.standard),
            part("edition", &target.edition),
        );
        format!(" target {percent} % in {limit}{standard}{edition}")
    });
    format!(
        "{} {:?} {} to {}{}{}{}{}{}{}{}",
        clock.code,
        clock.label,
        clock.start.name(),
        clock.stop.name(),
        list(" priority", &clock.priorities),
        list(" unit-type", &clock.unit_types),
        seconds(" warn", &clock.warn_seconds),
        seconds(" alarm", &clock.alarm_seconds),
        seconds(" escalate", &clock.escalate_seconds),
        part("do", &clock.action),
        target.unwrap_or_default()
    )
}

fn list(name: &str, codes: &[Code]) -> String {
    codes.iter().map(|code| format!("{name} {code}")).collect()
}

fn said(cause: &Cause) -> String {
    match cause {
        Cause::Clock(code) => format!("clock {code}"),
        Cause::Emergency(cause) => format!("emergency {}", cause.name()),
        Cause::Waiting | Cause::Welfare | Cause::Next => cause.name().to_owned(),
    }
}

fn about(center: &Center, subject: &Subject) -> String {
    let incident = subject.incident.map(|id| format!(" {id}"));
    let assignment = subject.assignment.map(|no| format!("/{no}"));
    let unit = subject
        .unit
        .map(|unit| format!(" {}", called(center, unit)));
    [incident, assignment, unit].into_iter().flatten().collect()
}
