//! What does not fit is noticed: by `evolve`, by `check` and by `decode`.

use std::sync::Arc;

use callbox_domain::{
    AssignmentNo, Center, Closed, DecodeError, Ended, Entry, Event, Incident, IncidentId, Stream,
    Unit, UnitId, script::Run,
};

use crate::{
    samples::samples,
    town::{code, town},
};

fn at_work() -> Run {
    let mut run = town();
    run.play("receive\nreceive\ndispatch E104 1").unwrap();
    run
}

/// What `check` says after `event` was folded as the next entry.
fn after(event: Event) -> Option<String> {
    let mut center = at_work().center().clone();
    let seq = center.next_seq();
    let last = at_work().entries().last().unwrap().clone();
    center.evolve(&Entry { seq, event, ..last });
    center.check().err().map(|broken| broken.to_string())
}

/// What `check` says after a state was changed behind the rules' back.
fn changed(change: impl FnOnce(&mut Center)) -> String {
    let mut center = at_work().center().clone();
    assert_eq!(center.check(), Ok(()));
    change(&mut center);
    center.check().unwrap_err().to_string()
}

fn incident(center: &mut Center, change: impl FnOnce(&mut Incident)) {
    change(center.incidents.get_mut(1).unwrap());
}

fn unit(center: &mut Center, change: impl FnOnce(&mut Unit)) {
    change(center.units.get_mut(1).unwrap());
}

#[test]
fn an_event_that_does_not_fit_marks_the_state() {
    // The samples speak of incident 2612 and unit 104, which this town does not have.
    let mut strangers = 0;
    for sample in samples() {
        // What belongs to no thing of its own fits every state.
        if matches!(sample.stream(), Stream::Center | Stream::Consultations(_)) {
            continue;
        }
        // So does what makes a new account, or is about the rules of sign-in.
        if matches!(sample, Event::AccountAdded(_) | Event::SignInRuleSet(_)) {
            continue;
        }
        // A credential leaves its trace in its account's count.
        assert!(after(sample.clone()).is_some(), "{sample:?}");
        strangers += 1;
    }
    assert!(strangers > 20);
}

#[test]
fn numbers_out_of_turn_mark_the_state() {
    let events = at_work();
    let dispatched = events.entries().last().unwrap().event.clone();
    let Event::UnitDispatched(mut again) = dispatched else {
        panic!()
    };
    again.unit = UnitId(2);
    assert_eq!(
        after(again.clone().into()).unwrap(),
        "broken invariant: assignment 1 of incident #1 came where 2 was due"
    );
    again.assignment = AssignmentNo(2);
    assert_eq!(after(again.into()), None);

    let received = events.entries()[events.entries().len() - 2].event.clone();
    assert_eq!(
        after(received).unwrap(),
        "broken invariant: incident #2 came where #3 was due"
    );

    let mut noted = at_work();
    noted.play("note 1 // a").unwrap();
    let line = noted.entries().last().unwrap().event.clone();
    assert_eq!(after(line.clone()), None);
    let Event::NarrativeAdded(mut line) = line else {
        panic!()
    };
    line.line.0 = 7;
    assert_eq!(
        after(line.into()).unwrap(),
        "broken invariant: line 7 of incident #1 came where 1 was due"
    );
}

#[test]
fn a_gap_in_the_record_marks_the_state_and_the_first_reason_stays() {
    let run = at_work();
    let mut center = Center::default();
    for entry in &run.entries()[1..] {
        center.evolve(entry);
    }
    let broken = center.check().unwrap_err().to_string();
    assert_eq!(broken, "broken invariant: entry 1 came where 0 was due");
    let read_back = Center::from_bytes(&center.to_bytes()).unwrap();
    assert_eq!(read_back.check().unwrap_err().to_string(), broken);
    assert!(center.check_streams([]).is_err());
}

#[test]
fn a_state_that_breaks_a_rule_is_noticed() {
    let first = (IncidentId(1), AssignmentNo(1));
    let closed = |at| Closed {
        at,
        disposition: code("DONE"),
    };
    let said = [
        changed(|c| incident(c, |i| i.closed = Some(closed(i.received)))),
        changed(|c| {
            c.incidents
                .get_mut(2)
                .map(|i| i.closed = Some(closed(i.received)))
                .unwrap();
        }),
        changed(|c| unit(c, |u| u.active.clear())),
        changed(|c| unit(c, |u| u.active.push((IncidentId(2), AssignmentNo(1))))),
        changed(|c| unit(c, |u| u.active = vec![first, first])),
        changed(|c| unit(c, |u| u.in_service = false)),
        changed(|c| unit(c, |u| u.call_sign = code("E999"))),
        changed(|c| {
            incident(c, |i| {
                let twice = i.assignments[0].clone();
                i.assignments.push(twice);
            });
        }),
        changed(|c| {
            incident(c, |i| {
                let one = Arc::make_mut(&mut i.assignments[0]);
                one.ended = Some(Ended {
                    at: None,
                    how: callbox_domain::AssignmentEnd::Released,
                    reason: None,
                });
            });
        }),
        changed(|c| {
            incident(c, |i| {
                Arc::make_mut(&mut i.assignments[0]).unit = UnitId(99)
            })
        }),
    ];
    expect_test::expect![[r#"
        broken invariant: the closed incidents are not those that wait for the archive
        broken invariant: the closed incidents are not those that wait for the archive
        broken invariant: unit u1 does not know of #1
        broken invariant: unit u1 is on #2, which does not know of it
        broken invariant: unit u1 is on several incidents by accident
        broken invariant: unit u1 is out of service and on an incident
        broken invariant: call signs and units do not belong together
        broken invariant: a unit is active twice on incident #1
        broken invariant: unit u1 is on #1, which does not know of it
        broken invariant: unit u99 does not know of #1"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_stays_on_two_incidents_by_accident_is_noticed() {
    let mut run = at_work();
    run.play("dispatch E104 2 although-committed").unwrap();
    let mut center = run.center().clone();
    assert_eq!(center.check(), Ok(()));
    let second = center.incidents.get_mut(2).unwrap();
    Arc::make_mut(&mut second.assignments[0]).concurrent = false;
    let expected = "broken invariant: unit u1 is on several incidents by accident";
    assert_eq!(center.check().unwrap_err().to_string(), expected);
    let streams = [Stream::Incident(IncidentId(2))];
    assert_eq!(
        center.check_streams(streams).unwrap_err().to_string(),
        expected
    );
}

#[test]
fn bytes_that_are_no_event_are_refused() {
    let event = samples()
        .into_iter()
        .find(|event| event.kind().name == "NarrativeAdded")
        .unwrap();
    let (open, personal) = (event.open(), event.personal().unwrap());
    let malformed =
        |open: &[u8], personal: Option<&[u8]>| match Event::decode(24, 1, open, personal)
            .unwrap_err()
        {
            DecodeError::Malformed { name, part, .. } => format!("{name} {part}"),
            other => panic!("{other}"),
        };
    assert!(Event::decode(24, 1, &open, Some(&personal)).is_ok());
    assert_eq!(
        malformed(&open[..open.len() - 1], None),
        "NarrativeAdded open"
    );
    assert_eq!(
        malformed(&[&open[..], b"\0"].concat(), None),
        "NarrativeAdded open"
    );
    assert_eq!(
        malformed(&open, Some(&personal[1..])),
        "NarrativeAdded personal"
    );
    let longer = [&personal[..], b"\0"].concat();
    assert_eq!(malformed(&open, Some(&longer)), "NarrativeAdded personal");

    for (kind, schema) in [(0, 1), (24, 0), (24, 2), (999, 1)] {
        let unknown = Event::decode(kind, schema, &open, None);
        assert!(
            matches!(unknown, Err(DecodeError::Newer { .. })),
            "{kind} {schema}"
        );
    }
    let closed = samples()
        .into_iter()
        .find(|event| event.kind().name == "IncidentClosed")
        .unwrap();
    let odd = Event::decode(27, 1, &closed.open(), Some(&personal));
    assert!(matches!(
        odd,
        Err(DecodeError::Malformed {
            part: "personal",
            ..
        })
    ));
}

#[test]
fn a_street_whose_opening_is_undone_counts_its_events_without_a_gap() {
    let mut run = town();
    run.play("09:00:00 by 7 closure flood \"Mill Lane\" 8 (50.85,4.35) (50.85,4.36)\n09:05:00 lift 1\n09:05:20 undo")
        .unwrap();
    let mut center = town().center().clone();
    let mut versions = Vec::new();
    let begin = center.next_seq();
    for entry in run.entries().iter().filter(|entry| entry.seq >= begin) {
        versions.push(center.next_version(entry.event.stream()));
        center.evolve(entry);
    }
    assert_eq!(versions, [1, 2, 3]);
    assert_eq!(
        center.next_version(Stream::Closure(callbox_domain::ClosureId(1))),
        4
    );
}
