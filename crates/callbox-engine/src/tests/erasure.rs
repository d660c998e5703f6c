//! Erasure: out of reach when it is approved, out of the files after the next start.

use std::path::Path;

use callbox_domain::{
    AccountAct, AccountNames, ApproveErasure, Caller, DefineErasureRules, ErasureRules, Event,
    KeepAccount, Personal, Place, RequestErasure,
    events::{AccountAdded, AccountErased, AccountErasureRequested, AccountSwitched},
};
use callbox_ledger::{Ledger, RootFile, SqliteStore, Stream, Vault};

use super::*;
use crate::{Blanks, explain_blanks};

const FIRST: IncidentId = IncidentId(1);

/// At a moment after everything else, by the supervisor of this number.
fn submit_as(
    engine: &Engine,
    supervisor: u64,
    command: impl Into<Command>,
) -> Result<Receipt, SubmitError> {
    let mut submission = submission(command, None);
    submission.context.actor = ActorId(supervisor);
    submission.context.at = Timestamp::from_seconds(1_700_000_000 + 3_600);
    engine.enqueue(submission).unwrap().wait()
}

fn close(engine: &Engine, incident: IncidentId) {
    let disposition = code("DONE");
    let close = CloseIncident {
        incident,
        disposition,
    };
    submit(engine, close).unwrap();
}

/// Two closed incidents full of personal data, as personal as each other.
fn two_cases(house: &House) -> Engine {
    let engine = house.open();
    configure(&engine);
    for _ in 0..2 {
        let call = ReceiveIncident {
            place: Some(Place::new(text("MARKER-place"), Some((1.0, 2.0)))),
            caller: Some(Caller {
                name: Some(text("MARKER-name")),
                call_back: None,
            }),
            ..ReceiveIncident::default()
        };
        submit(&engine, call).unwrap();
        let incident = engine.snapshot().last_incident();
        for words in ["MARKER-one", "MARKER-two"] {
            let text = text(words);
            submit(&engine, AddNarrative { incident, text }).unwrap();
        }
        close(&engine, incident);
        let reason = text("MARKER-reason");
        submit(&engine, ReopenIncident { incident, reason }).unwrap();
        close(&engine, incident);
    }
    let rules = ErasureRules { wait_days: 0 };
    submit(&engine, DefineErasureRules { rules }).unwrap();
    engine
}

fn ask(engine: &Engine) {
    let basis = code("LAW-12");
    let request = RequestErasure {
        incident: FIRST,
        basis,
    };
    submit(engine, request).unwrap();
}

fn approve(engine: &Engine) -> Result<Receipt, SubmitError> {
    let (incident, facts) = (FIRST, None);
    submit_as(engine, 8, ApproveErasure { incident, facts })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}

fn knows_words(engine: &Engine, incident: IncidentId) -> bool {
    let incident = engine.incident(incident).unwrap().unwrap();
    let entries = engine.entries(&incident.history).unwrap();
    let read = entries.iter().any(|entry| entry.event.personal().is_some());
    let kept = incident.to_bytes().windows(6).any(|six| six == b"MARKER");
    assert_eq!(read, kept);
    read
}

#[test]
fn nobody_reads_what_was_erased_and_the_next_start_destroys_it() {
    let house = house();
    let engine = two_cases(&house);
    ask(&engine);
    let reach = engine.erasure_reach(FIRST).unwrap().unwrap();
    assert_eq!((reach.payloads, reach.keys), (4, 1));
    assert!(knows_words(&engine, FIRST));
    let approved = approve(&engine).unwrap();
    let Event::DomainErased(erased) = &approved.entries[0].event else {
        panic!("{approved:?}");
    };
    assert_eq!((erased.facts.payloads, erased.facts.keys.len()), (4, 1));
    // At once, in the state and in what is read from the ledger.
    assert!(!knows_words(&engine, FIRST));
    assert!(knows_words(&engine, IncidentId(2)));
    let blanks = explain_blanks(&house.dir).unwrap();
    assert_eq!((blanks.erasures, &*blanks.unfinished), (1, &[FIRST][..]));
    engine.shutdown();
    // What stands on the disk can still be opened by whoever has the keys: the next start ends that.
    let before = house.dir.root.with_extension("before");
    copy(&house.dir.root, &before);
    let sealed = std::fs::read(before.join("ledger/ledger.db")).unwrap();

    let engine = house.open();
    assert_eq!(engine.recovered().erasures, 1);
    let live = state(&engine);
    let case = engine.snapshot().erasure(FIRST).cloned().unwrap();
    assert!(case.erased.unwrap().completed.is_some());
    engine.shutdown();
    let expected = Blanks {
        erasures: 1,
        ..Blanks::default()
    };
    assert_eq!(explain_blanks(&house.dir).unwrap(), expected);
    assert_ne!(std::fs::read(house.dir.ledger_db()).unwrap(), sealed);
    let mut reader = SqliteReader::open(&house.dir.ledger_db()).unwrap();
    assert_eq!(verify(&mut reader, None, &mut |_| {}).unwrap().erased, 4);
    for open in [House::open, House::open_from_the_first_frame] {
        let engine = open(&house);
        assert_eq!(engine.recovered().erasures, 0, "once is enough");
        assert_eq!(state(&engine), live);
        assert!(!knows_words(&engine, FIRST));
        assert!(knows_words(&engine, IncidentId(2)));
        engine.shutdown();
    }

    // The old vault and the old ledger, with all the keys that there are now.
    std::fs::remove_dir_all(before.join("keys")).unwrap();
    copy(&house.dir.keys(), &before.join("keys"));
    std::fs::remove_file(before.join("vault/epoch-1.key")).unwrap();
    std::fs::copy(
        house.dir.vault().join("epoch-2.key"),
        before.join("vault/epoch-2.key"),
    )
    .unwrap();
    assert!(Engine::open(&DataDir::new(&before), options()).is_err());
    // Nor does an old vault that is told that it is of the new epoch.
    let db = rusqlite::Connection::open(before.join("vault/vault.db")).unwrap();
    db.execute_batch("UPDATE state SET epoch = 2").unwrap();
    drop(db);
    assert!(Engine::open(&DataDir::new(&before), options()).is_err());
}

#[test]
fn an_erasure_that_a_crash_broke_off_is_completed_from_wherever_it_was() {
    let house = house();
    let engine = two_cases(&house);
    engine.shutdown();
    let engine = house.open();
    ask(&engine);
    approve(&engine).unwrap();
    // The process is killed: neither the state nor which key serves whom is written.
    let killed = house.dir.root.with_extension("killed");
    copy(&house.dir.root, &killed);
    engine.shutdown();
    type Broken = fn(&DataDir);
    let broken: [Broken; 4] = [
        |_| {},
        |dir| {
            let root = Box::new(RootFile::load(&dir.root_key()).unwrap());
            let mut vault = Vault::open(&dir.vault(), root).unwrap();
            assert_eq!(
                vault.destroy(Stream { kind: 1, no: 1 }, 5).unwrap().len(),
                1
            );
            std::fs::remove_file(dir.snapshot_file()).unwrap();
        },
        |dir| {
            let store = SqliteStore::open_writer(&dir.ledger_db()).unwrap();
            let mut ledger = Ledger::open(store, callbox_ledger::Options::default()).unwrap();
            let mut first = None;
            crate::read_ledger(dir, |entry| {
                if let Event::NarrativeAdded(line) = &entry.event {
                    first.get_or_insert((entry.seq, line.incident));
                }
                Ok::<(), crate::ReadError>(())
            })
            .unwrap();
            let (seq, incident) = first.unwrap();
            assert_eq!(incident, FIRST);
            ledger.blank(&[seq]).unwrap();
        },
        |dir| {
            let root = Box::new(RootFile::load(&dir.root_key()).unwrap());
            let mut vault = Vault::open(&dir.vault(), root).unwrap();
            vault.destroy(Stream { kind: 255, no: 0 }, 5).unwrap();
            vault.rotate().unwrap();
        },
    ];
    for (at, broken) in broken.into_iter().enumerate() {
        let root = house.dir.root.with_extension(format!("broken-{at}"));
        copy(&killed, &root);
        let dir = DataDir::new(&root);
        broken(&dir);
        let engine = Engine::open(&dir, options()).unwrap();
        assert_eq!(engine.recovered().erasures, 1, "{at}");
        assert!(!knows_words(&engine, FIRST));
        assert!(knows_words(&engine, IncidentId(2)));
        engine.shutdown();
        let blanks = explain_blanks(&dir).unwrap();
        assert_eq!(
            (blanks.unexplained, blanks.unfinished.len()),
            (0, 0),
            "{at}"
        );
        assert!(blanks.misfits.is_empty(), "{at}");
    }
}

#[test]
fn a_blank_needs_an_erasure_of_its_own_incident_after_it() {
    let house = house();
    let engine = two_cases(&house);
    ask(&engine);
    approve(&engine).unwrap();
    engine.shutdown();
    house.open().shutdown();
    let mut other = None;
    crate::read_ledger(&house.dir, |entry| {
        if let Event::NarrativeAdded(line) = &entry.event
            && line.incident != FIRST
        {
            other.get_or_insert(entry.seq);
        }
        Ok::<(), crate::ReadError>(())
    })
    .unwrap();
    let store = SqliteStore::open_writer(&house.dir.ledger_db()).unwrap();
    let mut ledger = Ledger::open(store, callbox_ledger::Options::default()).unwrap();
    ledger.blank(&[other.unwrap()]).unwrap();
    let blanks = explain_blanks(&house.dir).unwrap();
    assert_eq!(
        (blanks.unexplained, blanks.first),
        (1, vec![other.unwrap()])
    );
}

#[test]
fn a_repeated_approval_gets_the_first_answer() {
    let house = house();
    let engine = two_cases(&house);
    ask(&engine);
    let (incident, facts) = (FIRST, None);
    let mut approval = submission(ApproveErasure { incident, facts }, Some("k"));
    approval.context.at = Timestamp::from_seconds(1_700_000_000 + 3_600);
    approval.context.actor = ActorId(8);
    let first = engine.enqueue(approval.clone()).unwrap().wait().unwrap();
    let again = engine.enqueue(approval).unwrap().wait().unwrap();
    assert_eq!((again.first_seq, again.repeated), (first.first_seq, true));
    let refused = approve(&engine);
    assert_eq!(
        refused,
        Err(SubmitError::Refused(Refusal::IncidentErased(FIRST)))
    );
    engine.shutdown();
}

#[test]
fn the_names_of_an_account_are_destroyed_at_the_next_start() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let account = ActorId(4_711_000_001);
    let rules = ErasureRules { wait_days: 0 };
    submit(&engine, DefineErasureRules { rules }).unwrap();
    let keep = |act| submit(&engine, KeepAccount { act }).unwrap();
    for (id, login) in [
        (account, "MARKER-one"),
        (ActorId(4_711_000_002), "MARKER-two"),
    ] {
        keep(AccountAct::Add(AccountAdded {
            account: id,
            role: code("dispatcher"),
            expires: None,
            names: Personal::Known(AccountNames {
                login: code(login),
                name: code(login),
            }),
        }));
    }
    let disabled = true;
    keep(AccountAct::Switch(AccountSwitched { account, disabled }));
    let added = engine.snapshot().accounts.get(account.0).unwrap().added;
    let named = |engine: &Engine, seq| {
        let entries = engine.entries(&[seq]).unwrap();
        entries[0].event.personal().is_some()
    };
    assert!(named(&engine, added));
    keep(AccountAct::RequestErasure(AccountErasureRequested {
        account,
        basis: code("LAW-12"),
        wait_days: 0,
    }));
    let act = AccountAct::Erase(AccountErased {
        account,
        basis: code("LAW-12"),
        facts: Default::default(),
    });
    let mut approval = submission(KeepAccount { act }, None);
    approval.context.actor = ActorId(7_000_000_001);
    approval.context.at = Timestamp::from_seconds(1_700_000_000 + 3_600);
    let erased = engine.enqueue(approval).unwrap().wait().unwrap();
    let Event::AccountErased(erased) = &erased.entries[0].event else {
        panic!("{erased:?}");
    };
    assert_eq!((erased.facts.payloads, erased.facts.keys.len()), (1, 1));
    // At once, in the state and in what is read from the ledger.
    let center = engine.snapshot();
    let known = center.accounts.get(account.0).unwrap();
    assert_eq!(
        (&known.names, named(&engine, added)),
        (&Personal::Erased, false)
    );
    let blanks = explain_blanks(&house.dir).unwrap();
    assert_eq!(blanks.unfinished_accounts, [account]);
    engine.shutdown();
    let engine = house.open();
    assert_eq!(engine.recovered().erasures, 1);
    let live = state(&engine);
    assert!(
        !engine
            .snapshot()
            .accounts
            .get(account.0)
            .unwrap()
            .is_half_erased()
    );
    assert!(named(&engine, added + 1), "nobody else's");
    engine.shutdown();
    let expected = Blanks {
        erasures: 1,
        ..Blanks::default()
    };
    assert_eq!(explain_blanks(&house.dir).unwrap(), expected);
    let mut reader = SqliteReader::open(&house.dir.ledger_db()).unwrap();
    assert_eq!(verify(&mut reader, None, &mut |_| {}).unwrap().erased, 1);
    for open in [House::open, House::open_from_the_first_frame] {
        let engine = open(&house);
        assert_eq!(engine.recovered().erasures, 0, "once is enough");
        assert_eq!(state(&engine), live);
        engine.shutdown();
    }
}
