//! Units, incidents and assignments: nothing bleeds, nothing is lost.

use std::collections::{BTreeMap, BTreeSet};

use callbox_domain::{AssignmentNo, Center, Command, Event, IncidentId, IncidentState, UnitId};
use proptest::prelude::*;

use super::{Life, histories};

type Key = (IncidentId, AssignmentNo);

/// Every assignment in memory, as bytes.
fn assignments(center: &Center) -> BTreeMap<Key, (UnitId, Vec<u8>)> {
    let incidents = center.incidents.iter().map(|(_, incident)| incident);
    incidents
        .flat_map(|incident| incident.assignments.iter().map(|one| (incident.id, one)))
        .map(|(id, one)| ((id, one.no), (one.unit, minicbor::to_vec(&**one).unwrap())))
        .collect()
}

/// The incidents on which each unit is active, counted from the incidents alone.
fn active(center: &Center) -> BTreeMap<UnitId, Vec<Key>> {
    let mut active: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (_, incident) in center.incidents.iter() {
        for one in &incident.assignments {
            if one.ended.is_none() {
                active
                    .entry(one.unit)
                    .or_default()
                    .push((incident.id, one.no));
            }
        }
    }
    active
}

/// The unit that a command is about, and the incident that it names.
fn subject(command: &Command) -> Option<(UnitId, Option<IncidentId>)> {
    match command {
        Command::ChangeUnitStatus(c) => Some((c.unit, c.incident)),
        Command::CancelAssignment(c) => Some((c.unit, c.incident)),
        Command::ReleaseUnit(c) => Some((c.unit, c.incident)),
        Command::ReassignUnit(c) => Some((c.unit, c.from)),
        Command::AnswerWelfare(c) => Some((c.unit, c.incident)),
        _ => None,
    }
}

/// The assignment that an event changes, where it changes one.
fn assignment(event: &Event) -> Option<Key> {
    match event {
        Event::DispatchUndone(it) => Some((it.incident, it.assignment)),
        Event::StatusUndone(it) => Some((it.incident, it.assignment)),
        Event::EndUndone(it) => Some((it.incident, it.assignment)),
        Event::WelfareAsked(it) => Some((it.incident, it.assignment)),
        Event::WelfareAnswered(it) => Some((it.incident, it.assignment)),
        Event::WelfareMissed(it) => Some((it.incident, it.assignment)),
        _ => None,
    }
}

/// Every unit's own bytes.
fn units(center: &Center) -> BTreeMap<u64, Vec<u8>> {
    let units = center.units.iter();
    units
        .map(|(id, unit)| (id, minicbor::to_vec(&**unit).unwrap()))
        .collect()
}

proptest! {
    #[test]
    fn a_change_of_one_assignment_never_touches_another(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let (before, was_active) = (assignments(&life.center), active(&life.center));
            let answer = life.step(step);
            let after = assignments(&life.center);
            let changed: Vec<_> =
                before.iter().filter(|(key, value)| after[key] != **value).map(|(key, _)| *key).collect();
            let Some((unit, named)) = subject(&step.command) else {
                // What time makes due, rounds of answers and undoing change what they name.
                let named: Vec<_> = answer.iter().flatten().filter_map(assignment).collect();
                prop_assert!(changed.iter().all(|key| named.contains(key)), "{:?}", step.command);
                continue;
            };
            prop_assert!(changed.len() <= 1, "{:?} changed {:?}", step.command, changed);
            for key in changed {
                prop_assert_eq!(before[&key].0, unit);
                // The one that was named, or the only one there was.
                let meant: Vec<_> = was_active[&unit]
                    .iter()
                    .filter(|(id, _)| named.is_none_or(|named| named == *id))
                    .copied()
                    .collect();
                prop_assert_eq!(meant, vec![key]);
            }
        }
    }

    #[test]
    fn a_command_about_one_unit_leaves_all_others_alone(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let before = units(&life.center);
            let answer = life.step(step);
            let named: BTreeSet<_> = match (&step.command, subject(&step.command)) {
                (_, Some((unit, _))) => BTreeSet::from([unit]),
                (Command::SendSuggested(c), _) => {
                    c.instead.iter().flatten().copied().collect()
                }
                (Command::DispatchUnits(c), _) => c.units.iter().copied().collect(),
                (Command::PutUnitInService(c), _) => BTreeSet::from([c.unit]),
                (Command::TakeUnitOutOfService(c), _) => BTreeSet::from([c.unit]),
                (Command::EquipUnit(c), _) => BTreeSet::from([c.unit]),
                (Command::CrewUnit(c), _) => BTreeSet::from([c.unit]),
                (
                    Command::DefineUnit(_)
                    | Command::StackIncident(_)
                    | Command::UnstackIncident(_)
                    | Command::CloseIncident(_)
                    | Command::Undo(_)
                    | Command::RaiseAlarms(_)
                    | Command::AcknowledgeAlarm(_)
                    | Command::AskWelfare(_)
                    | Command::DeclareEmergency(_)
                    | Command::EndEmergency(_),
                    _,
                ) => answer.iter().flatten().filter_map(Event::unit).collect(),
                _ => BTreeSet::new(),
            };
            for (id, bytes) in &before {
                if !named.contains(&UnitId(*id as u32)) {
                    prop_assert_eq!(&units(&life.center)[id], bytes);
                }
            }
        }
    }

    #[test]
    fn a_unit_that_is_still_on_an_incident_keeps_its_own_status(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let before = life.center.clone();
            let _ = life.step(step);
            for (id, unit) in life.center.units.iter() {
                let Some(was) = before.units.get(id) else { continue };
                // A reassigned unit is free for a moment.
                let moves = matches!(&step.command, Command::ReassignUnit(_));
                if !moves && !unit.active.is_empty() && !was.active.is_empty() {
                    prop_assert_eq!((&unit.status, unit.since), (&was.status, was.since));
                }
                let shown = unit.shown(&life.center);
                prop_assert_eq!(shown.incident, unit.active.last().map(|(id, _)| *id));
                let meaning = life.center.configuration.unit_statuses[shown.status].meaning;
                prop_assert_eq!(shown.meaning, meaning, "what is shown is what the code means");
            }
        }
    }

    #[test]
    fn a_unit_is_on_one_incident_unless_expressly_sent_to_more(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let before = active(&life.center);
            let _ = life.step(step);
            let count = |active: &BTreeMap<_, Vec<Key>>, unit| active.get(unit).map_or(0, Vec::len);
            // What was sent expressly comes back so, when the end of its work is undone.
            let expressly = match &step.command {
                Command::DispatchUnits(c) => c.although_committed,
                Command::Undo(_) => true,
                _ => false,
            };
            let after = active(&life.center);
            for (unit, keys) in &after {
                let grows = keys.len() > count(&before, unit);
                prop_assert!(expressly || !grows || keys.len() == 1, "{:?}", step.command);
                let incidents: BTreeSet<_> = keys.iter().map(|(id, _)| id).collect();
                prop_assert_eq!(incidents.len(), keys.len(), "twice on one incident");
            }
            // What the units say of themselves is what the incidents say of them.
            for (_, unit) in life.center.units.iter() {
                let mut own = unit.active.clone();
                own.sort_unstable();
                let known = after.get(&unit.id).cloned().unwrap_or_default();
                prop_assert_eq!(&own, &known);
                prop_assert!(own.is_empty() || unit.in_service);
            }
        }
    }

    #[test]
    fn a_closed_incident_has_a_disposition_and_no_unit(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let was_closed: Vec<_> = life.center.incidents.iter()
                .filter(|(_, incident)| incident.closed.is_some())
                .map(|(id, _)| id)
                .collect();
            let answer = life.step(step);
            for (id, incident) in life.center.incidents.iter() {
                let is_closed = incident.state() == IncidentState::Closed;
                if let Some(closed) = &incident.closed {
                    let known = &life.center.configuration.dispositions;
                    prop_assert!(known.contains_key(&closed.disposition));
                    prop_assert!(incident.assignments.iter().all(|one| one.ended.is_some()));
                }
                if was_closed.contains(&id) && !is_closed {
                    let undone = |event: &Event| matches!(event, Event::CloseUndone(it) if it.incident.0 == id);
                    if answer.iter().flatten().any(undone) {
                        continue;
                    }
                    // It goes on only by a reason that somebody gave, unless that was a slip.
                    let Command::ReopenIncident(reopen) = &step.command else {
                        return Err(TestCaseError::fail(format!("{:?}", step.command)));
                    };
                    let last = incident.reopened.last().unwrap();
                    prop_assert!(answer.is_ok());
                    prop_assert_eq!(last.by, life.context.actor);
                    prop_assert_eq!(last.at, life.context.at);
                    prop_assert_eq!(last.reason.known(), Some(&reopen.reason));
                }
            }
        }
    }

    #[test]
    fn a_time_once_stamped_stays_unless_it_is_corrected(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let before = life.center.clone();
            let _ = life.step(step);
            let corrects = matches!(&step.command, Command::ChangeUnitStatus(c) if c.correction);
            let undoes = matches!(&step.command, Command::Undo(_));
            for (id, incident) in before.incidents.iter() {
                let now = life.center.incident(IncidentId(id)).unwrap();
                for one in &incident.assignments {
                    let after = now.assignment(one.no).unwrap();
                    for (meaning, at) in one.stamps.recorded() {
                        let kept = after.stamps.get(meaning) == Some(at);
                        prop_assert!(kept || undoes || (corrects && meaning > after.meaning));
                    }
                    if let Some(ended) = &one.ended
                        && !undoes
                    {
                        prop_assert_eq!(after.ended.as_ref(), Some(ended));
                    }
                    if !one.out_of_order && !after.out_of_order {
                        let times: Vec<_> = after.stamps.recorded().map(|(_, at)| at).collect();
                        prop_assert!(times.is_sorted(), "{:?}", after);
                    }
                }
            }
        }
    }
}
