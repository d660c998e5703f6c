//! Reads on the record: durable before anything is shown, provable one by one, erased with what
//! they speak of, never lost and never doubled.

use callbox_domain::{
    ApproveErasure, DefineErasureRules, ErasureRules, Event, ReadAct, ReadObject, ReadOutcome,
    ReadPurpose, RequestErasure,
};

use super::*;
use crate::{
    ConsultationProof, ReadWanted, Reading, Recorded, Unproven, WordsKept, check_consultation,
};

pub(super) const CASE: ReadObject = ReadObject::Incident(IncidentId(1));

pub(super) fn reading(object: ReadObject, reason: Option<&str>) -> Reading {
    Reading {
        at: Timestamp::from_seconds(1_700_000_100),
        actor: ActorId(7),
        object,
        act: ReadAct::Read,
        purpose: Some(ReadPurpose::Court),
        outcome: ReadOutcome::Shown,
        number: reason.map(|_| text("CASE-7")),
        reason: reason.map(text),
        grant: None,
        is_live: false,
    }
}

fn live() -> Reading {
    Reading {
        purpose: Some(ReadPurpose::LiveWork),
        is_live: true,
        ..reading(CASE, None)
    }
}

pub(super) fn all() -> ReadWanted {
    ReadWanted {
        limit: 10_000,
        ..ReadWanted::default()
    }
}

/// An engine on a store in memory, with the store.
fn in_memory(house: &House) -> (Engine, MemoryStore) {
    let store = MemoryStore::new();
    (reopen(house, &store), store)
}

fn reopen(house: &House, store: &MemoryStore) -> Engine {
    let (writer, reader) = (store.clone(), store.clone());
    let stores = Stores::new(
        move || Ok(Box::new(writer.clone())),
        move || Ok(Box::new(reader.clone())),
    );
    Engine::open_stores(&house.dir, &stores, options()).unwrap()
}

pub(super) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{what} did not come");
}

#[test]
fn a_read_is_on_the_record_before_it_is_answered() {
    let house = house();
    let engine = house.open();
    let before = engine.snapshot().next_seq();
    let read = reading(CASE, Some("a reason"));
    assert_eq!(engine.consult_blocking(read).unwrap(), Recorded::Ledger);
    assert_eq!(engine.snapshot().next_seq(), before + 1);
    let listed = engine.consultations(&all()).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].read.object, CASE);
    let WordsKept::Known(words) = &listed[0].words else {
        panic!()
    };
    assert_eq!(words.reason.as_ref().unwrap().as_str(), "a reason");
    // Its leaf tells an outsider how many reads there were, and nothing else.
    let entry = engine.entries(&[before]).unwrap().pop().unwrap();
    let open = entry.event.open();
    assert!(open.len() < 64, "{}", open.len());
}

#[test]
fn reads_of_many_at_once_share_leaves_and_each_is_there_once() {
    let house = house();
    let engine = house.open();
    let threads: Vec<_> = (0..16)
        .map(|actor| {
            let engine = engine.clone();
            std::thread::spawn(move || {
                for _ in 0..50 {
                    let mut read = live();
                    read.actor = ActorId(actor);
                    engine.consult_blocking(read).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
    let counts = engine.snapshot().consultations;
    assert_eq!(counts.reads, 800);
    assert!(counts.batches < 400, "{}", counts.batches);
    let listed = engine.consultations(&all()).unwrap();
    for actor in 0..16 {
        let own = listed.iter().filter(|it| it.read.actor == ActorId(actor));
        assert_eq!(own.count(), 50);
    }
    let of_one = ReadWanted {
        actor: Some(ActorId(3)),
        ..all()
    };
    assert_eq!(engine.consultations(&of_one).unwrap().len(), 50);
}

#[test]
fn a_restart_finds_the_same_reads() {
    let house = house();
    let engine = house.open();
    engine
        .consult_blocking(reading(CASE, Some("before")))
        .unwrap();
    let live = state(&engine);
    let listed = engine.consultations(&all()).unwrap();
    engine.shutdown();
    let engine = house.open_from_the_first_frame();
    assert_eq!(state(&engine), live);
    assert_eq!(engine.consultations(&all()).unwrap(), listed);
    engine.shutdown();
    // The index is a projection: without it, or with a damaged one, the answer is the same.
    std::fs::write(house.dir.reads_db(), b"no database").unwrap();
    let engine = house.open();
    assert_eq!(engine.consultations(&all()).unwrap(), listed);
}

#[test]
fn no_case_is_shown_without_its_record_and_dispatch_goes_on_from_the_spool() {
    let house = house();
    let (engine, store) = in_memory(&house);
    store.inject(Injected::Full);
    // What is not durable is not shown.
    let refused = engine.consult_blocking(reading(CASE, None));
    assert!(
        matches!(refused, Err(SubmitError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(engine.snapshot().consultations.reads, 0);
    store.inject(Injected::Unavailable);
    assert_eq!(engine.consult_blocking(live()).unwrap(), Recorded::Spool);
    assert_eq!(engine.snapshot().consultations.reads, 0);
    // With the next read that the ledger takes, the spool is taken over too.
    wait_for("the spool", || {
        let _ = engine.consult_blocking(live());
        engine.snapshot().consultations.spool > 0
    });
    let taken = engine.snapshot().consultations.reads;
    let listed = engine.consultations(&all()).unwrap();
    assert_eq!(listed.len() as u64, taken);
    engine.shutdown();
    // The next start does not take it over again.
    let engine = reopen(&house, &store);
    assert_eq!(engine.consult_blocking(live()).unwrap(), Recorded::Ledger);
    assert_eq!(engine.snapshot().consultations.reads, taken + 1);
}

#[test]
fn what_a_halted_server_spooled_is_taken_over_by_the_next_start_once() {
    for fault in [Injected::FatalPersisted, Injected::FatalNotPersisted] {
        let house = house();
        let (engine, store) = in_memory(&house);
        let read = Reading {
            actor: ActorId(1),
            ..live()
        };
        store.inject(fault);
        // Nobody can tell what stands in the ledger: recording ends, dispatch goes on.
        assert_eq!(engine.consult_blocking(read).unwrap(), Recorded::Spool);
        assert!(engine.health().halted.is_some());
        for actor in 2..=5 {
            let read = Reading {
                actor: ActorId(actor),
                ..live()
            };
            assert_eq!(engine.consult_blocking(read).unwrap(), Recorded::Spool);
        }
        assert!(engine.consult_blocking(reading(CASE, None)).is_err());
        engine.shutdown();
        for _ in 0..2 {
            let engine = reopen(&house, &store);
            wait_for("the spool", || engine.snapshot().consultations.spool > 0);
            assert_eq!(engine.consult_blocking(live()).unwrap(), Recorded::Ledger);
            let listed = engine.consultations(&all()).unwrap();
            for actor in 2..=5 {
                let own = listed.iter().filter(|it| it.read.actor == ActorId(actor));
                assert_eq!(own.count(), 1, "{fault:?}");
            }
            // The first one may be in both: what failed may stand in the ledger all the same.
            let first = listed.iter().filter(|it| it.read.actor == ActorId(1));
            let due = 1 + usize::from(matches!(fault, Injected::FatalPersisted));
            assert_eq!(first.count(), due, "{fault:?}");
            engine.shutdown();
        }
    }
}

#[test]
fn a_spool_whose_taking_over_failed_half_way_is_neither_lost_nor_doubled() {
    for fault in [Injected::FatalPersisted, Injected::FatalNotPersisted] {
        let house = house();
        let (engine, store) = in_memory(&house);
        store.inject(Injected::Full);
        assert_eq!(engine.consult_blocking(live()).unwrap(), Recorded::Spool);
        engine.shutdown();
        // The start's attempt fails in a way that leaves open what stands in the ledger.
        store.inject(fault);
        let engine = reopen(&house, &store);
        wait_for("the halt", || engine.health().halted.is_some());
        // Later reads belong to a chunk of their own.
        let later = Reading {
            actor: ActorId(9),
            ..live()
        };
        assert_eq!(engine.consult_blocking(later).unwrap(), Recorded::Spool);
        engine.shutdown();
        let engine = reopen(&house, &store);
        wait_for("the spool", || engine.snapshot().consultations.reads == 2);
        let listed = engine.consultations(&all()).unwrap();
        let actors: Vec<_> = listed.iter().map(|it| it.read.actor).collect();
        assert_eq!(actors, [ActorId(9), ActorId(7)], "{fault:?}");
    }
}

#[test]
fn a_spool_that_was_torn_keeps_what_was_answered_for() {
    let house = house();
    let (engine, store) = in_memory(&house);
    for _ in 0..2 {
        store.inject(Injected::Full);
        assert_eq!(engine.consult_blocking(live()).unwrap(), Recorded::Spool);
    }
    engine.shutdown();
    let path = house.dir.reads_spool();
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(4).any(|four| four == b"CASE"));
    // A third record whose end never came.
    let length = |bytes: &[u8]| 44 + u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
    let first = length(&bytes);
    let end = first + length(&bytes[first..]);
    let torn = bytes[..first - 9].to_vec();
    bytes[end..end + torn.len()].copy_from_slice(&torn);
    std::fs::write(&path, &bytes).unwrap();
    let engine = reopen(&house, &store);
    wait_for("the spool", || engine.snapshot().consultations.reads == 2);
}

#[test]
fn one_read_is_proven_without_showing_another() {
    let house = house();
    let options = Options {
        publish: true,
        ..options()
    };
    let engine = Engine::open(&house.dir, options).unwrap();
    // Several in one batch.
    let threads: Vec<_> = (0..8)
        .map(|actor| {
            let engine = engine.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    let mut read = reading(CASE, Some("MARKER"));
                    read.actor = ActorId(1_000 + actor);
                    engine.consult_blocking(read).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
    let listed = engine.consultations(&all()).unwrap();
    let one = listed.iter().find(|it| it.no > 0).unwrap();
    let mut proof = None;
    wait_for("a checkpoint", || {
        proof = engine.prove_consultation(one.seq, one.no, false).ok();
        proof.is_some()
    });
    let proof = proof.unwrap();
    let key = engine.verifier_key();
    let shown = check_consultation(&proof.to_string(), key, None).unwrap();
    assert_eq!(shown.read, one.read);
    assert_eq!(shown.words, None);
    // With the words, if the one who asks may see them.
    let with_words = engine.prove_consultation(one.seq, one.no, true).unwrap();
    let shown = check_consultation(&with_words.to_string(), key, None).unwrap();
    assert_eq!(shown.words.unwrap().reason.unwrap().as_str(), "MARKER");
    // Nothing of the others is in it.
    let batch = engine.batch(one.seq).unwrap().unwrap().batch;
    for (no, other) in batch.iter().enumerate() {
        let is_in = proof.leaf.windows(16).any(|salt| salt == other.salt);
        assert_eq!(is_in, no == one.no as usize);
    }
    // Whatever is changed shows.
    let mut changed = proof.clone();
    changed.leaf[20] ^= 1;
    let refused = check_consultation(&changed.to_string(), key, None);
    assert!(
        matches!(refused, Err(Unproven::NotInBatch(_))),
        "{refused:?}"
    );
    let mut changed = with_words.clone();
    changed.words.as_mut().unwrap()[30] ^= 1;
    let refused = check_consultation(&changed.to_string(), key, None);
    assert!(matches!(refused, Err(Unproven::OtherWords)), "{refused:?}");
    let moved = ConsultationProof {
        no: proof.no - 1,
        ..proof.clone()
    };
    assert!(check_consultation(&moved.to_string(), key, None).is_err());
    let other = ConsultationProof {
        batch: engine.prove(0, None).unwrap().proof,
        ..proof
    };
    assert!(check_consultation(&other.to_string(), key, None).is_err());
}

#[test]
fn what_readers_said_of_a_case_is_erased_with_it_and_that_they_read_stays() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    for _ in 0..2 {
        receive(&engine);
        let incident = engine.snapshot().last_incident();
        let disposition = code("DONE");
        let close = CloseIncident {
            incident,
            disposition,
        };
        submit(&engine, close).unwrap();
        let object = ReadObject::Incident(incident);
        engine
            .consult_blocking(reading(object, Some("MARKER-said")))
            .unwrap();
    }
    let rules = ErasureRules { wait_days: 0 };
    submit(&engine, DefineErasureRules { rules }).unwrap();
    let (incident, basis) = (IncidentId(1), code("LAW-12"));
    submit(&engine, RequestErasure { incident, basis }).unwrap();
    let facts = None;
    let mut approve = submission(ApproveErasure { incident, facts }, None);
    approve.context.actor = ActorId(8);
    approve.context.at = Timestamp::from_seconds(1_700_000_000 + 3_600);
    let approved = engine.enqueue(approve).unwrap().wait().unwrap();
    assert!(matches!(approved.entries[0].event, Event::DomainErased(_)));
    let words = |engine: &Engine, incident| {
        let wanted = ReadWanted {
            object: Some(ReadObject::Incident(IncidentId(incident))),
            ..all()
        };
        let listed = engine.consultations(&wanted).unwrap();
        let words = listed.into_iter().map(|it| it.words);
        words.collect::<Vec<_>>()
    };
    // Out of reach at once; who reads what is erased leaves no words behind.
    assert_eq!(words(&engine, 1), [WordsKept::Erased]);
    engine
        .consult_blocking(reading(CASE, Some("MARKER-later")))
        .unwrap();
    assert_eq!(words(&engine, 1), [WordsKept::Absent, WordsKept::Erased]);
    assert!(matches!(words(&engine, 2)[..], [WordsKept::Known(_)]));
    // The next start destroys the key, and a start from the first frame finds the same.
    engine.shutdown();
    let engine = house.open();
    assert_eq!(engine.recovered().erasures, 1);
    assert_eq!(words(&engine, 1), [WordsKept::Absent, WordsKept::Erased]);
    engine.shutdown();
    let engine = house.open_from_the_first_frame();
    assert_eq!(words(&engine, 1), [WordsKept::Absent, WordsKept::Erased]);
    assert!(matches!(words(&engine, 2)[..], [WordsKept::Known(_)]));
    engine.shutdown();
    let mut ledger = SqliteReader::open(&house.dir.ledger_db()).unwrap();
    assert!(
        verify(&mut ledger, None, &mut |_| {}).is_ok(),
        "the ledger verifies"
    );
}

#[test]
fn a_vault_that_a_crash_made_forget_whom_words_belong_to_learns_it_again() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    receive(&engine);
    // The words get the first key of their incident's domain after the erased one here: no other
    // event names it.
    let object = ReadObject::Incident(engine.snapshot().last_incident());
    engine
        .consult_blocking(reading(object, Some("said")))
        .unwrap();
    engine.shutdown();
    let db = rusqlite::Connection::open(house.dir.vault_db()).unwrap();
    let forgotten = db
        .execute("UPDATE key SET domain_kind = NULL, domain_no = NULL", [])
        .unwrap();
    assert!(forgotten > 0);
    drop(db);
    let engine = house.open_from_the_first_frame();
    engine.shutdown();
    let db = rusqlite::Connection::open(house.dir.vault_db()).unwrap();
    let known: i64 = db
        .query_row(
            "SELECT count(*) FROM key WHERE domain_kind = 1 AND domain_no = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(known, 1);
}
