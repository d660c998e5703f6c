//! The record gives the state back, and what was written stays.

use callbox_domain::{Center, Command, Entry, Line, Personal};
use proptest::prelude::*;

use super::{Life, histories, recorded};
use crate::canonical;

fn fold(entries: impl IntoIterator<Item = Entry>) -> Center {
    let mut center = Center::default();
    for entry in entries {
        center.evolve(&entry);
    }
    center
}

/// Every narrative line in memory.
fn lines(center: &Center) -> Vec<(u64, Vec<Line>)> {
    center
        .incidents
        .iter()
        .map(|(id, incident)| {
            let lines = incident.lines.iter();
            (id, lines.map(|line| Line::clone(line)).collect())
        })
        .collect()
}

proptest! {
    #[test]
    fn replay_gives_the_same_state_bit_for_bit(steps in histories()) {
        let life = Life::live(&steps);
        for entry in &life.entries {
            prop_assert_eq!(&recorded(entry), entry);
        }
        let replayed = fold(life.entries.iter().map(recorded));
        prop_assert_eq!(replayed.to_bytes(), life.center.to_bytes());
    }

    #[test]
    fn a_snapshot_and_the_rest_of_the_record_give_the_same_state(
        steps in histories(),
        at in any::<prop::sample::Index>(),
    ) {
        let life = Life::live(&steps);
        let (before, after) = life.entries.split_at(at.index(life.entries.len() + 1));
        let snapshot = fold(before.to_vec()).to_bytes();
        let mut center = Center::from_bytes(&snapshot).unwrap();
        prop_assert_eq!(center.to_bytes(), snapshot);
        for entry in after {
            center.evolve(entry);
        }
        prop_assert_eq!(center.to_bytes(), life.center.to_bytes());
    }

    #[test]
    fn all_that_is_recorded_is_deterministic_cbor(steps in histories()) {
        for entry in Life::live(&steps).entries {
            prop_assert_eq!(canonical::check(&entry.event.open()), Ok(()));
            if let Some(personal) = entry.event.personal() {
                prop_assert_eq!(canonical::check(&personal), Ok(()));
            }
        }
    }

    #[test]
    fn the_same_question_gets_the_same_answer_and_a_refusal_leaves_no_trace(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let before = life.center.to_bytes();
            let read_back = Center::from_bytes(&before).unwrap();
            // What an erasure takes is a fact from the ledger, determined before the rules are asked.
            let command = super::erasure::with_facts(&life.center, &step.command);
            let answer = life.step(step);
            let again = read_back.decide(&command, &life.context);
            prop_assert_eq!(&answer, &again);
            if answer.is_err() || answer.is_ok_and(|events| events.is_empty()) {
                prop_assert_eq!(life.center.to_bytes(), before);
            }
        }
    }

    #[test]
    fn every_state_is_sound(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let Ok(events) = life.step(step) else { continue };
            prop_assert_eq!(life.center.check(), Ok(()));
            let streams = events.iter().map(|event| event.stream());
            prop_assert_eq!(life.center.check_streams(streams), Ok(()));
        }
    }

    #[test]
    fn narrative_lines_stay_as_they_are(steps in histories()) {
        let mut life = Life::new();
        for step in &steps {
            let before = lines(&life.center);
            let written = life.step(step).is_ok_and(|events| !events.is_empty());
            let after = lines(&life.center);
            for ((id, before), (same, after)) in before.iter().zip(&after) {
                prop_assert_eq!(id, same);
                let speaks = match &step.command {
                    Command::AddNarrative(said) => written && said.incident.0 == *id,
                    Command::CorrectNarrative(said) => written && said.incident.0 == *id,
                    _ => false,
                };
                // An erasure takes what a line says; that there was one, by whom and when, stays.
                let is_erased = matches!(&step.command, Command::ApproveErasure(asked) if asked.incident.0 == *id);
                let stays = |(before, after): (&Line, &Line)| {
                    let mut erased = before.clone();
                    erased.text = Personal::Erased;
                    *after == *before || is_erased && *after == erased
                };
                prop_assert!(before.iter().zip(after).all(stays));
                prop_assert_eq!(after.len(), before.len() + usize::from(speaks));
            }
        }
        for (_, incident) in life.center.incidents.iter() {
            let numbers: Vec<_> = incident.lines.iter().map(|line| line.no.0 as usize).collect();
            prop_assert_eq!(numbers, (1..=incident.lines.len()).collect::<Vec<_>>());
            for line in &incident.lines {
                prop_assert!(line.corrects.is_none_or(|other| other < line.no && other.0 > 0));
            }
        }
    }

    #[test]
    fn versions_count_the_events_of_a_stream_and_histories_hold_them(steps in histories()) {
        let mut versions = std::collections::BTreeMap::new();
        let mut center = Center::default();
        for entry in Life::live(&steps).entries {
            let stream = entry.event.stream();
            let version = versions.entry(stream.key()).or_insert(0);
            *version += 1;
            prop_assert_eq!(center.next_version(stream), *version);
            center.evolve(&entry);
            for id in entry.event.shown_incidents() {
                let incident = center.incident(id).unwrap();
                prop_assert_eq!(incident.history.last(), Some(&entry.seq));
                prop_assert_eq!(incident.touched, entry.seq);
            }
            if let Some(unit) = entry.event.unit() {
                prop_assert_eq!(center.unit(unit).unwrap().touched, entry.seq);
            }
        }
    }
}
