#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::{IncidentId, Meaning};

fn mistake(line: &str) -> String {
    command(&Center::default(), super::DAY, line)
        .unwrap_err()
        .to_string()
}

#[test]
fn every_command_has_one_line() {
    let rows: Vec<_> = VERBS.iter().map(|row| row.command).collect();
    assert_eq!(rows, Command::NAMES);
}

#[test]
fn a_line_that_cannot_be_read_says_what_was_expected() {
    for (line, expected) in [
        ("", "a verb is missing"),
        ("define car X", "there is no verb define car"),
        (
            "close",
            "an incident's number is missing; the line is: close INCIDENT DISPOSITION",
        ),
        ("close 1", "a disposition is missing"),
        ("close 1 \"DONE", "a quote is not closed"),
        ("close 1 DONE now", "now has no place here"),
        ("close 1 DONE // x", "a text after // has no place here"),
        ("note 1", "the line's text is missing; it stands after //"),
        ("note 1 //", "the text after //: it is empty"),
        ("link 1 same 2", "same is neither duplicate nor related"),
        ("locate 1 Elm", "a place is missing; it begins with @"),
        (
            "locate 1 @Elm (91,0)",
            "(91,0) is not a pair of coordinates",
        ),
        ("receive A B C", "a call has one type and one priority"),
        (
            "define status X Y flying",
            "there is no meaning flying; use one of: available",
        ),
        ("define priority 1 One 1", "the word rank is missing"),
        ("dispatch", "an incident's number is missing at the end"),
    ] {
        let said = mistake(line);
        assert!(said.starts_with(expected), "{line}: {said}");
    }
}

#[test]
fn words_are_quoted_left_out_or_in_any_order() {
    let center = Center::default();
    let read = |line| match command(&center, super::DAY, line).unwrap() {
        Command::ReceiveIncident(received) => received,
        other => panic!("{other:?}"),
    };
    let received = read(r#"receive - 1 caller - "555 01" ref A/7 @"212 Elm St" (50.85,-4.35)"#);
    assert_eq!(received.incident_type, None);
    assert_eq!(received.priority.unwrap().as_str(), "1");
    assert_eq!(received.reference.unwrap().as_str(), "A/7");
    let place = received.place.unwrap();
    assert_eq!(place.text.as_str(), "212 Elm St");
    assert_eq!(place.lat_lon(), Some((50.85, -4.35)));
    let caller = received.caller.unwrap();
    assert_eq!(caller.name, None);
    assert_eq!(caller.call_back.unwrap().as_str(), "555 01");
    assert_eq!(
        read(r#"receive "caller""#).incident_type.unwrap().as_str(),
        "caller"
    );
    assert_eq!(read("receive"), crate::ReceiveIncident::default());
}

#[test]
fn time_actor_and_purpose_stay_until_a_line_changes_them() {
    let mut run = Run::default();
    run.play(
        "09:00:00.5 by 7 for emergency-response receive
         receive
         25:00:00 by 8 receive",
    )
    .unwrap();
    let seen: Vec<_> = run
        .entries()
        .iter()
        .map(|e| (e.at.to_string(), e.actor, e.purpose))
        .collect();
    let first = "2026-01-05T09:00:00.500000Z".to_owned();
    let purpose = Purpose::EmergencyResponse;
    assert_eq!(
        seen,
        [
            (first.clone(), ActorId(7), purpose),
            (first, ActorId(7), purpose),
            ("2026-01-06T01:00:00Z".to_owned(), ActorId(8), purpose),
        ]
    );
}

#[test]
fn a_late_entry_is_recorded_after_what_is_on_record() {
    let mut run = Run::default();
    run.play("10:00:00 receive\n09:00:00 receive").unwrap();
    let [first, late] = run.entries() else {
        panic!()
    };
    assert!(late.at < first.at);
    assert_eq!(late.recorded, first.recorded);
}

#[test]
fn a_script_stops_at_a_line_that_cannot_be_read() {
    let mut run = Run::default();
    let stopped = run
        .play("receive\n; a remark\nreceive A B C\nreceive")
        .unwrap_err();
    assert_eq!(stopped.line, 3);
    assert_eq!(run.center().last_incident(), IncidentId(1));
}

#[test]
fn the_language_knows_all_meanings() {
    for meaning in Meaning::ALL {
        assert!(
            command(
                &Center::default(),
                super::DAY,
                &format!("define status X Y {meaning}")
            )
            .is_ok()
        );
    }
}
