//! A closed incident may leave memory and come back; nobody notices.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use callbox_domain::{Center, Entry, Event, Incident, IncidentId};
use proptest::prelude::*;

use super::{Answer, Life, Step, histories};

type Archive = BTreeMap<IncidentId, Vec<u8>>;

fn retire(center: &mut Center, keep: usize, archive: &mut Archive) -> Vec<Arc<Incident>> {
    let retired = center.retire(keep);
    archive.extend(
        retired
            .iter()
            .map(|incident| (incident.id, incident.to_bytes())),
    );
    retired
}

fn thaw(center: &mut Center, archive: &Archive, id: IncidentId) {
    let incident = Incident::from_bytes(&archive[&id]).unwrap();
    center.thaw(Arc::new(incident));
}

/// Takes a step as a server does that keeps no closed incident in memory.
fn step_in_archive(life: &mut Life, archive: &mut Archive, step: &Step) -> Answer {
    let wanted = step.command.incidents(&life.center, &life.context_of(step));
    let thawed: Vec<_> = wanted
        .into_iter()
        .filter(|id| life.center.is_archived(*id))
        .collect();
    for id in &thawed {
        if life.center.is_archived(*id) {
            thaw(&mut life.center, archive, *id);
        }
    }
    let answer = life.step(step);
    if !answer.as_ref().is_ok_and(|events| !events.is_empty()) {
        thawed.into_iter().for_each(|id| life.center.freeze(id));
    }
    assert_eq!(life.center.check(), Ok(()));
    retire(&mut life.center, 0, archive);
    answer
}

/// The incident's entries, as its history names them.
fn history(entries: &[Entry], incident: &Incident) -> Vec<Entry> {
    incident
        .history
        .iter()
        .map(|seq| entries[*seq as usize].clone())
        .collect()
}

proptest! {
    #[test]
    fn out_of_memory_and_back_changes_nothing(steps in histories()) {
        let mut life = Life::live(&steps);
        let before = life.center.to_bytes();
        let mut archive = Archive::new();
        let retired = retire(&mut life.center, 0, &mut archive);
        prop_assert_eq!(life.center.check(), Ok(()));
        for incident in &retired {
            prop_assert!(life.center.is_archived(incident.id));
            thaw(&mut life.center, &archive, incident.id);
        }
        prop_assert_eq!(life.center.to_bytes(), before);
    }

    #[test]
    fn the_last_closed_incidents_stay(steps in histories(), keep in 0..4usize) {
        let mut life = Life::live(&steps);
        let is_closed = |(_, incident): &(u64, &Arc<Incident>)| incident.closed.is_some();
        let closed = life.center.incidents.iter().filter(is_closed).count();
        // The order in which they were closed for the last time.
        let mut order: Vec<(u64, IncidentId)> = life.entries.iter()
            .filter_map(|entry| match &entry.event {
                Event::IncidentClosed(closed) => Some((entry.seq, closed.incident)),
                _ => None,
            })
            .filter(|(_, id)| life.center.incident(*id).unwrap().closed.is_some())
            .collect();
        order.reverse();
        let mut seen = BTreeSet::new();
        order.retain(|(_, id)| seen.insert(*id));
        let retired = life.center.retire(keep);
        let gone: Vec<_> = retired.iter().map(|incident| incident.id).collect();
        let oldest: Vec<_> = order.iter().skip(keep).rev().map(|(_, id)| *id).collect();
        prop_assert_eq!(gone, oldest);
        prop_assert_eq!(retired.len(), closed.saturating_sub(keep));
        prop_assert_eq!(life.center.check(), Ok(()));
        prop_assert!(retired.iter().all(|incident| incident.closed.is_some()));
    }

    #[test]
    fn a_server_that_keeps_nothing_gives_the_same_answers(steps in histories()) {
        let (mut plain, mut spare, mut archive) = (Life::new(), Life::new(), Archive::new());
        for step in &steps {
            let answer = plain.step(step);
            prop_assert_eq!(step_in_archive(&mut spare, &mut archive, step), answer);
            prop_assert_eq!(spare.center.check(), Ok(()));
        }
        prop_assert_eq!(&spare.entries, &plain.entries);
        for (id, incident) in plain.center.incidents.iter() {
            let id = IncidentId(id);
            if spare.center.is_archived(id) {
                thaw(&mut spare.center, &archive, id);
            }
            prop_assert_eq!(spare.center.incident(id).unwrap().to_bytes(), incident.to_bytes());
        }
    }

    #[test]
    fn an_incident_is_built_anew_from_its_history(steps in histories()) {
        let life = Life::live(&steps);
        for (id, incident) in life.center.incidents.iter() {
            let entries = history(&life.entries, incident);
            let rebuilt = Center::rebuild(IncidentId(id), &entries).unwrap();
            prop_assert_eq!(rebuilt.to_bytes(), incident.to_bytes());
        }
    }
}
