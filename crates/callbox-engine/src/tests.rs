#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

mod erasure;
mod outside;
mod pipeline;
mod program;
mod reads;
mod reads_page;
mod sealing;
mod shipping;
mod witnessing;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use callbox_domain::{
    ActorId, AddNarrative, CLOSED_AT_MOST, Center, ChangeUnitStatus, CloseIncident, Code, Command,
    Context, DefineAgency, DefineDisposition, DefineUnit, DefineUnitStatus, DefineUnitType,
    DispatchUnits, Facts, IncidentId, LocalTime, Meaning, Purpose, ReceiveIncident, Refusal,
    ReopenIncident, SendSuggested, Text, Timestamp, UnitId,
};
use callbox_ledger::{Injected, MemoryStore, SqliteReader, verify};

use crate::{
    DataDir, Engine, Options, Receipt, RequestKey, Stores, Submission, SubmitError, Ticket,
};

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn text(words: &str) -> Text {
    Text::new(words).unwrap()
}

/// A clock that goes on by a millisecond with each look, and never back.
fn options() -> Options {
    let now = AtomicI64::new(1_700_000_000_000_000);
    Options {
        clock: Arc::new(move || Timestamp::from_micros(now.fetch_add(1_000, Ordering::Relaxed))),
        exit_on_fatal: false,
        ..Options::default()
    }
}

fn submission(command: impl Into<Command>, key: Option<&str>) -> Submission {
    Submission {
        command: command.into(),
        context: Context {
            at: Timestamp::from_seconds(1_700_000_000),
            actor: ActorId(7_000_000_000),
            purpose: Purpose::EmergencyResponse,
        },
        idempotency: key.map(Into::into),
    }
}

fn submit(engine: &Engine, command: impl Into<Command>) -> Result<Receipt, SubmitError> {
    engine.enqueue(submission(command, None)).unwrap().wait()
}

fn configure(engine: &Engine) {
    for (status, meaning) in [
        ("AVL", Meaning::Available),
        ("DSP", Meaning::Dispatched),
        ("ENR", Meaning::EnRoute),
        ("ONS", Meaning::OnScene),
    ] {
        let label = code(status);
        submit(
            engine,
            DefineUnitStatus {
                code: code(status),
                label,
                meaning,
            },
        )
        .unwrap();
    }
    submit(
        engine,
        DefineAgency {
            code: code("FD"),
            name: code("Fire"),
        },
    )
    .unwrap();
    submit(
        engine,
        DefineUnitType {
            code: code("E"),
            label: code("Engine"),
        },
    )
    .unwrap();
    submit(
        engine,
        DefineDisposition {
            code: code("DONE"),
            label: code("Done"),
        },
    )
    .unwrap();
    for call_sign in ["E1", "E2", "E3"] {
        let (agency, unit_type) = (code("FD"), code("E"));
        let unit = DefineUnit {
            call_sign: code(call_sign),
            agency,
            unit_type,
            station: None,
        };
        submit(engine, unit).unwrap();
    }
}

fn receive(engine: &Engine) -> IncidentId {
    submit(engine, ReceiveIncident::default()).unwrap();
    engine.snapshot().last_incident()
}

/// One incident from the call to its disposition.
fn work_through(engine: &Engine, unit: u32) -> IncidentId {
    let (incident, unit) = (receive(engine), UnitId(unit));
    submit(
        engine,
        DispatchUnits {
            incident,
            units: vec![unit],
            although_committed: false,
        },
    )
    .unwrap();
    for status in ["ENR", "ONS", "AVL"] {
        let status = code(status);
        submit(
            engine,
            ChangeUnitStatus {
                unit,
                status,
                incident: None,
                correction: false,
            },
        )
        .unwrap();
    }
    submit(
        engine,
        AddNarrative {
            incident,
            text: text("smoke on the second floor"),
        },
    )
    .unwrap();
    submit(
        engine,
        CloseIncident {
            incident,
            disposition: code("DONE"),
        },
    )
    .unwrap();
    incident
}

struct House {
    dir: DataDir,
    _temporary: tempfile::TempDir,
}

fn house() -> House {
    let temporary = tempfile::tempdir().unwrap();
    let dir = DataDir::create(temporary.path().join("center"), "test.example/1").unwrap();
    House {
        dir,
        _temporary: temporary,
    }
}

impl House {
    fn open(&self) -> Engine {
        Engine::open(&self.dir, options()).unwrap()
    }

    /// Reads everything from the first frame on, without the snapshot.
    fn open_from_the_first_frame(&self) -> Engine {
        let _ = std::fs::remove_file(self.dir.snapshot_file());
        self.open()
    }
}

fn state(engine: &Engine) -> Vec<u8> {
    engine.snapshot().to_bytes()
}

#[test]
fn a_start_gives_the_same_state_with_and_without_a_snapshot() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    for unit in 1..=3 {
        work_through(&engine, unit);
    }
    receive(&engine);
    let live = state(&engine);
    let length = engine.snapshot().next_seq();
    engine.shutdown();

    let engine = house.open();
    assert_eq!(engine.recovered().snapshot_seq, length);
    assert_eq!(engine.recovered().tail, 0);
    assert_eq!(state(&engine), live);
    engine.shutdown();

    let engine = house.open_from_the_first_frame();
    assert_eq!(
        (engine.recovered().snapshot_seq, engine.recovered().tail),
        (0, length)
    );
    assert_eq!(state(&engine), live);
    engine.shutdown();
}

#[test]
fn a_repeated_request_gets_the_first_answer_even_after_a_start() {
    let house = house();
    let engine = house.open();
    let ask = |engine: &Engine, key: &str| {
        engine
            .enqueue(submission(ReceiveIncident::default(), Some(key)))
            .unwrap()
            .wait()
    };
    let first = ask(&engine, "call-1").unwrap();
    let again = ask(&engine, "call-1").unwrap();
    assert_eq!((&again.entries, again.repeated), (&first.entries, true));
    assert_eq!(engine.snapshot().last_incident(), IncidentId(1));
    engine.shutdown();

    for open in [House::open, House::open_from_the_first_frame] {
        let engine = open(&house);
        let again = ask(&engine, "call-1").unwrap();
        assert_eq!((&again.entries, again.repeated), (&first.entries, true));
        let other = DefineAgency {
            code: code("X"),
            name: code("X"),
        };
        let reused = engine
            .enqueue(submission(other, Some("call-1")))
            .unwrap()
            .wait();
        assert_eq!(reused, Err(SubmitError::KeyReused));
        let long = "k".repeat(129);
        assert_eq!(ask(&engine, &long), Err(SubmitError::BadKey));
        engine.shutdown();
    }
}

#[test]
fn a_request_is_told_by_what_was_received_and_not_by_what_was_made_of_it() {
    let house = house();
    let named = |key: &str, said: u8| RequestKey::of_received(key, [said; 32]);
    // The server made another command of the same words a moment later.
    let ask = |engine: &Engine, name: &str, said: u8| {
        let command = DefineAgency {
            code: code("X"),
            name: code(name),
        };
        let submission = Submission {
            idempotency: Some(named("k", said)),
            ..submission(command, None)
        };
        engine.enqueue(submission).unwrap().wait()
    };
    let engine = house.open();
    let first = ask(&engine, "One", 1).unwrap();
    engine.shutdown();
    for open in [House::open, House::open_from_the_first_frame] {
        let engine = open(&house);
        let again = ask(&engine, "Two", 1).unwrap();
        assert_eq!((&again.entries, again.repeated), (&first.entries, true));
        let other = ask(&engine, "One", 2);
        assert_eq!(other, Err(SubmitError::KeyReused));
        // The same where no command could be made of it.
        let by = submission(ReceiveIncident::default(), None).context.actor;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let earlier = |key: &str, said| runtime.block_on(engine.earlier(by, named(key, said)));
        assert_eq!(earlier("k", 1).unwrap().unwrap().entries, first.entries);
        assert_eq!(earlier("k", 2), Err(SubmitError::KeyReused));
        assert_eq!(earlier("other", 1), Ok(None));
        engine.shutdown();
    }
}

#[test]
fn requests_with_one_key_in_one_batch_are_carried_out_once() {
    let house = house();
    let engine = house.open();
    let tickets: Vec<_> = (0..50)
        .map(|_| {
            engine
                .enqueue(submission(ReceiveIncident::default(), Some("k")))
                .unwrap()
        })
        .collect();
    let receipts: Vec<_> = tickets
        .into_iter()
        .map(|ticket| ticket.wait().unwrap())
        .collect();
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.entries == receipts[0].entries)
    );
    assert_eq!(
        receipts.iter().filter(|receipt| !receipt.repeated).count(),
        1
    );
    assert_eq!(engine.snapshot().last_incident(), IncidentId(1));
    engine.shutdown();
}

#[test]
fn old_closed_incidents_leave_memory_and_come_back_when_touched() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let first = work_through(&engine, 1);
    let told = |engine: &Engine| {
        let incident = engine.incident(first).unwrap().unwrap();
        (
            incident.lines.len(),
            incident.assignments.len(),
            incident.history.clone(),
        )
    };
    let before = told(&engine);
    for _ in 0..CLOSED_AT_MOST {
        let incident = receive(&engine);
        submit(
            &engine,
            CloseIncident {
                incident,
                disposition: code("DONE"),
            },
        )
        .unwrap();
    }
    assert!(engine.snapshot().is_archived(first));
    assert_eq!(told(&engine), before);

    // A refused command leaves no trace in memory.
    let refused = submit(
        &engine,
        CloseIncident {
            incident: first,
            disposition: code("DONE"),
        },
    );
    assert_eq!(refused, Err(Refusal::IncidentClosed(first).into()));
    assert!(engine.snapshot().is_archived(first));

    submit(
        &engine,
        AddNarrative {
            incident: first,
            text: text("later note"),
        },
    )
    .unwrap();
    assert_eq!(told(&engine).0, before.0 + 1);
    submit(
        &engine,
        ReopenIncident {
            incident: first,
            reason: text("fire again"),
        },
    )
    .unwrap();
    let live = state(&engine);
    let newest = engine.history(None, 3).unwrap();
    assert_eq!(newest.len(), 3);
    assert!(newest.windows(2).all(|pair| pair[0].id > pair[1].id));
    engine.shutdown();

    let engine = house.open_from_the_first_frame();
    assert_eq!(state(&engine), live);
    engine.shutdown();
    std::fs::remove_file(house.dir.archive_db()).unwrap();
    let engine = house.open();
    assert_eq!(state(&engine), live);
    engine.shutdown();
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let house = house();
    let engine = house.open();
    let second = Engine::open(&house.dir, options());
    assert!(second.is_err(), "two writers would tear the ledger apart");
    engine.shutdown();
    house.open().shutdown();
}

#[test]
fn a_client_that_was_away_learns_what_it_missed() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let since = engine.snapshot().next_seq();
    let incident = work_through(&engine, 2);
    let touched = engine.touched_since(since).unwrap();
    assert_eq!(
        (touched.incidents, touched.units),
        (vec![incident], vec![UnitId(2)])
    );
    assert_eq!(touched.seq, engine.snapshot().next_seq());
    assert_eq!(engine.touched_since(touched.seq).unwrap().incidents, vec![]);
    assert_eq!(
        engine.touched_since(touched.seq + 1),
        None,
        "a position that never was"
    );
    engine.shutdown();
}

#[test]
fn the_checkpoint_covers_everything_after_a_shutdown() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let length = engine.snapshot().next_seq();
    let (health, key) = (engine.clone(), engine.verifier_key().clone());
    engine.shutdown();
    assert_eq!(health.health().signed_size, length);
    let checkpoint = callbox_ledger::Checkpoint::open(&health.checkpoint().unwrap(), &key).unwrap();
    let mut reader = SqliteReader::open(&house.dir.ledger_db()).unwrap();
    let report = verify(&mut reader, Some(&checkpoint), &mut |_| {}).unwrap();
    assert_eq!(report.events, length);
}

/// Each fault of the store comes twice: with the frame written, and without.
#[test]
fn store_faults_lose_nothing_that_was_acknowledged() {
    for (fault, goes_on) in [
        (Injected::UnknownPersisted, true),
        (Injected::UnknownNotPersisted, true),
        (Injected::Full, true),
        (Injected::Unavailable, true),
        (Injected::FatalPersisted, false),
        (Injected::FatalNotPersisted, false),
    ] {
        let house = house();
        let store = MemoryStore::new();
        let (writer, reader) = (store.clone(), store.clone());
        let stores = Stores::new(
            move || Ok(Box::new(writer.clone())),
            move || Ok(Box::new(reader.clone())),
        );
        let engine = Engine::open_stores(&house.dir, &stores, options()).unwrap();
        receive(&engine);
        store.inject(fault);
        let outcome = submit(&engine, ReceiveIncident::default());
        let kept = IncidentId(if outcome.is_ok() { 2 } else { 1 });
        assert_eq!(engine.snapshot().last_incident(), kept, "{fault:?}");
        let next = submit(&engine, ReceiveIncident::default());
        assert_eq!(next.is_ok(), goes_on, "{fault:?}: {next:?}");
        assert_eq!(engine.health().halted.is_some(), !goes_on, "{fault:?}");
        // Reads go on either way.
        assert!(engine.incident(IncidentId(1)).unwrap().is_some());
        let acknowledged = engine.snapshot().last_incident();
        engine.shutdown();

        let engine = Engine::open_stores(&house.dir, &stores, options()).unwrap();
        assert!(
            engine.snapshot().last_incident() >= acknowledged,
            "{fault:?}"
        );
        assert!(submit(&engine, ReceiveIncident::default()).is_ok());
        let live = state(&engine);
        engine.shutdown();
        std::fs::remove_file(house.dir.snapshot_file()).unwrap();
        let engine = Engine::open_stores(&house.dir, &stores, options()).unwrap();
        assert_eq!(state(&engine), live, "{fault:?}");
        engine.shutdown();
    }
}

#[test]
fn a_clock_that_goes_back_does_not_turn_the_record_around() {
    let house = house();
    let times = [50, 40, 30, 60].map(Timestamp::from_seconds);
    let look = AtomicI64::new(0);
    let clock = move || times[look.fetch_add(1, Ordering::Relaxed) as usize % 4];
    let backwards = Options {
        clock: Arc::new(clock),
        exit_on_fatal: false,
        ..Options::default()
    };
    let engine = Engine::open(&house.dir, backwards).unwrap();
    for _ in 0..4 {
        receive(&engine);
    }
    let recorded: Vec<i64> = engine
        .entries_from(0, 10)
        .unwrap()
        .iter()
        .map(|entry| entry.recorded.micros() / 1_000_000)
        .collect();
    assert_eq!(recorded, [50, 50, 50, 60]);
    engine.shutdown();
}

#[test]
fn a_snapshot_of_another_ledger_is_left_aside() {
    let one = house();
    let engine = one.open();
    configure(&engine);
    engine.shutdown();
    let other = house();
    let engine = other.open();
    receive(&engine);
    let live = state(&engine);
    engine.shutdown();
    std::fs::copy(one.dir.snapshot_file(), other.dir.snapshot_file()).unwrap();
    let engine = other.open();
    assert_eq!(engine.recovered().snapshot_seq, 0);
    assert_eq!(state(&engine), live);
    engine.shutdown();
    std::fs::write(other.dir.snapshot_file(), b"not a snapshot").unwrap();
    let engine = other.open();
    assert_eq!(state(&engine), live);
    assert_ne!(state(&engine), Center::default().to_bytes());
    engine.shutdown();
}

/// Found by days of dispatching through the API: the server knows other facts a moment later.
#[test]
fn units_that_were_sent_by_plan_are_not_sent_again_when_the_request_comes_twice() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let incident = receive(&engine);
    let send = |at: i64| {
        let facts = Facts {
            at: Timestamp::from_seconds(at),
            local: LocalTime::default(),
            units: Vec::new(),
        };
        let send = SendSuggested {
            incident,
            alarm: 1,
            facts,
            instead: Some(vec![UnitId(1)]),
            although_committed: false,
        };
        let submission = Submission {
            idempotency: Some(RequestKey::of_received("once", [1; 32])),
            ..submission(send, None)
        };
        engine.enqueue(submission).unwrap().wait().unwrap()
    };
    let (first, again) = (send(1_700_000_000), send(1_700_000_001));
    assert!(again.repeated && !first.repeated);
    assert_eq!(again.entries, first.entries);
}
