//! Personal data stands apart: what is open never holds it, and without it all goes on.

use callbox_domain::{Center, Event};
use proptest::prelude::*;

use super::{
    Life, histories,
    life::{LAT_LON_E7, MARKER},
    without_personal,
};

/// Whether any personal content of the lives' commands stands in `bytes`.
fn is_personal(bytes: &[u8]) -> bool {
    let (lat, lon) = LAT_LON_E7;
    // As CBOR writes them: a negative number as its distance from -1.
    let (lat, lon) = (lat.to_be_bytes(), (-1 - lon).to_be_bytes());
    [MARKER.as_bytes(), &lat, &lon]
        .into_iter()
        .any(|content| bytes.windows(content.len()).any(|window| window == content))
}

fn erased(life: &Life) -> Center {
    let mut center = Center::default();
    for entry in &life.entries {
        center.evolve(&without_personal(entry));
    }
    center
}

#[test]
fn what_is_personal_is_recognised() {
    let life = Life::live(&[]);
    assert!(!is_personal(&life.center.to_bytes()));
    let (lat, lon) = LAT_LON_E7;
    assert!(is_personal(&minicbor::to_vec(lat).unwrap()));
    assert!(is_personal(&minicbor::to_vec(lon).unwrap()));
    assert!(is_personal(&minicbor::to_vec(MARKER).unwrap()));
}

proptest! {
    #[test]
    fn no_open_part_holds_personal_data(steps in histories()) {
        let life = Life::live(&steps);
        for entry in &life.entries {
            prop_assert!(!is_personal(&entry.event.open()), "{:?}", entry.event);
        }
        // The commands did hold some, and it did arrive in the personal parts.
        let personal = |event: &Event| event.personal().is_some_and(|bytes| is_personal(&bytes));
        prop_assert!(life.entries.iter().any(|entry| personal(&entry.event)));
        prop_assert!(is_personal(&life.center.to_bytes()));
    }

    #[test]
    fn a_debug_print_never_shows_personal_data(steps in histories()) {
        let life = Life::live(&steps);
        let printed = format!("{:?} {:?} {:?}", steps, life.entries, life.center);
        prop_assert!(!printed.contains(MARKER));
        for number in [LAT_LON_E7.0, LAT_LON_E7.1] {
            prop_assert!(!printed.contains(&number.to_string()));
        }
    }

    #[test]
    fn without_personal_parts_all_goes_on(steps in histories()) {
        let life = Life::live(&steps);
        let center = erased(&life);
        prop_assert_eq!(center.check(), Ok(()));
        prop_assert!(!is_personal(&center.to_bytes()));
        prop_assert_eq!(center.next_seq(), life.center.next_seq());
        // Whatever is not personal is the same: the same incidents, lines, times, units.
        for (id, incident) in life.center.incidents.iter() {
            let same = center.incidents.get(id).unwrap();
            prop_assert_eq!(same.place.is_some(), incident.place.is_some());
            prop_assert_eq!(same.caller.is_some(), incident.caller.is_some());
            prop_assert_eq!(same.lines.len(), incident.lines.len());
            prop_assert_eq!(same.reopened.len(), incident.reopened.len());
            prop_assert_eq!(&same.closed, &incident.closed);
            prop_assert_eq!(&same.links, &incident.links);
            prop_assert_eq!(&same.history, &incident.history);
            for (one, other) in same.assignments.iter().zip(&incident.assignments) {
                prop_assert_eq!(one.stamps, other.stamps);
                prop_assert_eq!(&one.status, &other.status);
                prop_assert_eq!(one.ended.is_some(), other.ended.is_some());
            }
        }
        for (id, unit) in life.center.units.iter() {
            let same = center.units.get(id).unwrap();
            prop_assert_eq!(same.shown(&center), unit.shown(&life.center));
        }
    }

    #[test]
    fn after_erasure_the_rules_answer_as_before(steps in histories(), more in histories()) {
        let mut life = Life::live(&steps);
        let mut other = Life { center: erased(&life), ..life.clone() };
        for step in &more {
            let (answer, same) = (life.step(step), other.step(step));
            let shape = |answer: &super::Answer| match answer {
                Ok(events) => Ok(events.iter().map(|event| event.open()).collect::<Vec<_>>()),
                Err(refusal) => Err(refusal.clone()),
            };
            // An erased text cannot be compared: saying it again is new then.
            let compares = matches!(
                step.command,
                callbox_domain::Command::LocateIncident(_)
                    | callbox_domain::Command::AnswerQuestion(_)
                    | callbox_domain::Command::AssessPlace(_)
                    | callbox_domain::Command::TakeUnitOutOfService(_)
            );
            if compares && shape(&answer) != shape(&same) {
                break;
            }
            prop_assert_eq!(shape(&answer), shape(&same));
        }
    }
}
