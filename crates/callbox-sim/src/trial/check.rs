//! Invariants beside those that the rules check of themselves.

use std::{collections::BTreeSet, sync::Arc};

use callbox_domain::{AssignmentNo, Center, Entry, Event, IncidentId};

type One = (IncidentId, AssignmentNo);

/// The assignment that an event is about.
fn assignment_of(event: &Event) -> Option<One> {
    Some(match event {
        Event::UnitDispatched(event) => (event.incident, event.assignment),
        Event::AssignmentProgressed(event) => (event.incident, event.assignment),
        Event::AssignmentEnded(event) => (event.incident, event.assignment),
        Event::DispatchUndone(event) => (event.incident, event.assignment),
        Event::StatusUndone(event) => (event.incident, event.assignment),
        Event::EndUndone(event) => (event.incident, event.assignment),
        Event::WelfareAsked(event) => (event.incident, event.assignment),
        Event::WelfareAnswered(event) => (event.incident, event.assignment),
        Event::WelfareMissed(event) => (event.incident, event.assignment),
        _ => return None,
    })
}

/// A change of one assignment never touches another: what no event names is as it was.
pub(super) fn others_untouched(
    before: &Center,
    after: &Center,
    entries: &[Entry],
) -> Result<(), String> {
    let named: BTreeSet<One> = entries
        .iter()
        .filter_map(|entry| assignment_of(&entry.event))
        .collect();
    for (_, incident) in before.incidents.iter() {
        let Some(now) = after.incident(incident.id) else {
            continue;
        };
        if Arc::ptr_eq(incident, now) {
            continue;
        }
        for assignment in &incident.assignments {
            if named.contains(&(incident.id, assignment.no)) {
                continue;
            }
            let same = now
                .assignments
                .get(usize::from(assignment.no.0) - 1)
                .is_some_and(|now| {
                    Arc::ptr_eq(assignment, now) || format!("{assignment:?}") == format!("{now:?}")
                });
            if !same {
                return Err(format!(
                    "assignment {} of incident {} changed, and no event names it",
                    assignment.no, incident.id
                ));
            }
        }
        if now.lines.len() < incident.lines.len()
            || incident.lines.iter().zip(&now.lines).any(|(a, b)| a != b)
        {
            return Err(format!("a narrative line of {} changed", incident.id));
        }
    }
    Ok(())
}

/// Alarms last once each; who reopened an incident and why stands in it.
pub(super) fn state(center: &Center) -> Result<(), String> {
    center.check().map_err(|broken| broken.to_string())?;
    let mut lasting = Vec::new();
    for alarm in center.alarms() {
        let what = format!("{:?} {:?}", alarm.cause, alarm.subject);
        if lasting.contains(&what) {
            return Err(format!("the same alarm lasts twice: {what}"));
        }
        lasting.push(what);
        let incident = alarm.subject.incident;
        let closed = incident
            .and_then(|id| center.incident(id))
            .is_some_and(|incident| incident.closed.is_some());
        if closed && !matches!(alarm.cause, callbox_domain::Cause::Emergency(_)) {
            return Err(format!("an alarm lasts about a closed incident: {alarm:?}"));
        }
    }
    for (_, unit) in center.units.iter() {
        let named_twice =
            (1..unit.stack.len()).any(|at| unit.stack[..at].contains(&unit.stack[at]));
        if named_twice {
            return Err(format!(
                "unit {} has a call twice on its stack",
                unit.call_sign
            ));
        }
    }
    Ok(())
}
