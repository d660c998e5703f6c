//! Each storage fault twice, persisted and not persisted, with the expected progress.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;

fn one(ledger: &Ledger<MemoryStore>) -> Draft<'static> {
    draft(1, ledger.size() as u32 + 1, 5_000_000)
}

#[test]
fn a_lost_answer_of_a_written_frame_is_a_success() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    store.inject(Injected::UnknownPersisted);
    let receipt = ledger.append(&[one(&ledger)]).unwrap();
    assert_eq!((receipt.frame, ledger.size()), (0, 1));
    ledger.append(&[one(&ledger)]).unwrap();
    assert_eq!(check(&mut store.clone(), None).unwrap().events, 2);
}

#[test]
fn a_lost_answer_of_an_unwritten_frame_may_be_tried_again() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    store.inject(Injected::UnknownNotPersisted);
    let error = ledger.append(&[one(&ledger)]).unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Unavailable(_))),
        "{error}"
    );
    assert_eq!((ledger.size(), store.rows().len()), (0, 0));
    assert_eq!(ledger.append(&[one(&ledger)]).unwrap().first_seq, 0);
    assert_eq!(check(&mut store.clone(), None).unwrap().events, 1);
}

#[test]
fn a_lost_answer_that_cannot_be_settled_stops_the_ledger() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    store.inject(Injected::UnknownPersisted);
    store.set_unreadable(true);
    let error = ledger.append(&[one(&ledger)]).unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Fatal(_))),
        "{error}"
    );
    store.set_unreadable(false);
    assert!(matches!(
        ledger.append(&[one(&ledger)]),
        Err(AppendError::Stopped)
    ));
    assert_eq!(open(&store).size(), 1);
}

#[test]
fn after_a_failed_flush_only_a_restart_goes_on() {
    for (fault, events) in [
        (Injected::FatalPersisted, 2),
        (Injected::FatalNotPersisted, 1),
    ] {
        let store = MemoryStore::new();
        let mut ledger = open(&store);
        ledger.append(&[one(&ledger)]).unwrap();
        store.inject(fault);
        let error = ledger.append(&[one(&ledger)]).unwrap_err();
        assert!(
            matches!(error, AppendError::Store(StoreError::Fatal(_))),
            "{error}"
        );
        assert!(matches!(
            ledger.append(&[one(&ledger)]),
            Err(AppendError::Stopped)
        ));
        let mut recovered = open(&store);
        assert_eq!(recovered.size(), events, "{fault:?}");
        recovered.append(&[one(&recovered)]).unwrap();
        assert_eq!(check(&mut store.clone(), None).unwrap().events, events + 1);
    }
}

#[test]
fn a_torn_frame_is_named_at_recovery() {
    let store = small();
    let mut ledger = open(&store);
    store.inject(Injected::Torn);
    assert!(ledger.append(&[draft(1, 1, 0)]).is_err());
    match Ledger::open(store.clone(), options()) {
        Err(OpenError::Damaged(fault)) => assert_eq!(fault.frame, 5),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_disk_and_an_absent_store_cost_nothing() {
    for fault in [Injected::Full, Injected::Unavailable] {
        let store = MemoryStore::new();
        let mut ledger = open(&store);
        ledger.append(&[one(&ledger)]).unwrap();
        let before = ledger.frontier().clone();
        store.inject(fault);
        assert!(ledger.append(&[one(&ledger)]).is_err());
        assert_eq!(*ledger.frontier(), before);
        ledger.append(&[one(&ledger)]).unwrap();
        assert_eq!(check(&mut store.clone(), None).unwrap().events, 2);
    }
}

#[test]
fn of_two_writers_one_wins_and_the_other_catches_up() {
    let store = MemoryStore::new();
    let (mut a, mut b) = (open(&store), open(&store));
    a.append(&[draft(1, 1, 10)]).unwrap();
    let error = b.append(&[draft(2, 1, 5)]).unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Conflict { no: 0 })),
        "{error}"
    );
    let mut seen = Vec::new();
    assert_eq!(b.catch_up(|frame| seen.push(frame.row().no)).unwrap(), 1);
    assert_eq!(seen, [0]);
    assert_eq!(b.append(&[draft(2, 1, 5)]).unwrap().first_seq, 1);
    // The answer is lost and the other writer's frame stands there.
    store.inject(Injected::UnknownNotPersisted);
    assert!(matches!(
        a.append(&[draft(1, 2, 10)]),
        Err(AppendError::Store(StoreError::Conflict { no: 1 }))
    ));
    assert_eq!(a.catch_up(|_| {}).unwrap(), 1);
    assert_eq!(a.frontier(), b.frontier());
    assert_eq!(check(&mut store.clone(), None).unwrap().events, 2);
}

#[test]
fn recorded_times_never_go_back() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    for (version, at) in [(1, 10), (2, 5), (3, -7), (4, 20)] {
        ledger.append(&[draft(1, version, at)]).unwrap();
    }
    let mut reopened = open(&store);
    assert_eq!(reopened.last_recorded_us(), 1_520);
    let mut times = Vec::new();
    reopened
        .frames(0, &mut |frame| {
            times.extend(
                frame
                    .events()
                    .map(|event| event.unwrap().leaf)
                    .map(|leaf| (leaf.at_us, leaf.recorded_us)),
            );
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(times, [(10, 1_510), (5, 1_510), (-7, 1_510), (20, 1_520)]);
}

#[test]
fn opening_after_a_frontier_reads_the_tail_only() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    fill(&mut ledger);
    let trusted = ledger.frontier().clone();
    ledger.append(&[draft(1, 1, 0), draft(1, 2, 0)]).unwrap();
    let mut seen = Vec::new();
    let reopened = Ledger::open_from(store.clone(), options(), trusted.clone(), |frame| {
        seen.push((frame.row().no, frame.row().n));
    })
    .unwrap();
    assert_eq!(seen, [(5, 2)]);
    assert_eq!(reopened.frontier(), ledger.frontier());
    assert_eq!(reopened.last_recorded_us(), ledger.last_recorded_us());
    // A frontier of another history, of the middle of a frame, or beyond the end.
    let mut longer = ledger.frontier().clone();
    longer.push(Hash([0; 32]));
    let mut inside = trusted.clone();
    inside.push(Hash([0; 32]));
    let other = Frontier::from_parts(12, vec![Hash([1; 32]); 2]).unwrap();
    for wrong in [longer, inside, other] {
        let opened = Ledger::open_from(store.clone(), options(), wrong, |_| {});
        assert!(
            matches!(opened, Err(OpenError::Frontier { .. })),
            "{opened:?}"
        );
    }
}

#[test]
fn bad_drafts_are_refused_and_change_nothing() {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    let good = draft(1, 1, 0);
    let long = vec![0; MAX_OPEN + 1];
    let longer = vec![0; MAX_PERSONAL + 1];
    let many = vec![good; MAX_EVENTS + 1];
    let full = vec![
        Draft {
            open: &long[1..],
            ..good
        };
        300
    ];
    let batches: [(&[Draft<'_>], &str); 8] = [
        (&[], "a frame holds 1 to 4096 events"),
        (&many, "split the batch"),
        (&full, "the frame would exceed"),
        (
            &[
                good,
                Draft {
                    open: &long,
                    ..good
                },
            ],
            "the payload of draft 1",
        ),
        (
            &[Draft {
                personal: Some(&longer),
                ..good
            }],
            "the payload of draft 0",
        ),
        (
            &[Draft {
                at_us: i64::MIN,
                ..good
            }],
            "a time of draft 0",
        ),
        (
            &[Draft {
                recorded_us: MAX_TIME_US + 1,
                ..good
            }],
            "a time of draft 0",
        ),
        (
            &[Draft {
                stream_version: 0,
                ..good
            }],
            "the stream version of draft 0",
        ),
    ];
    for (drafts, expected) in batches {
        let error = ledger.append(drafts).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(ledger.append(&[good]).unwrap().first_seq, 0);
}
