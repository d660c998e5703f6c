//! The table of `docs/ledger-faults.md`: every store fault, at every step, made and written down.
//!
//! `UPDATE_EXPECT=1 cargo test -p callbox-ledger fault_table` writes the page anew.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::fs;
use std::path::Path;

use expect_test::expect_file;

use super::*;

/// Where in the ledger's life the fault comes.
const STEPS: [&str; 5] = [
    "the very first frame",
    "the frame after the first",
    "a frame behind five others",
    "the frame after one whose answer was lost",
    "the frame after one that the disk had no room for",
];

/// A fault, what the store did, and whether the frame then stands in the store.
const FAULTS: [(Injected, &str, &str); 7] = [
    (Injected::UnknownPersisted, "its answer is lost", "yes"),
    (Injected::UnknownNotPersisted, "its answer is lost", "no"),
    (Injected::FatalPersisted, "its flush fails", "yes"),
    (Injected::FatalNotPersisted, "its flush fails", "no"),
    (
        Injected::Torn,
        "it breaks its promise: half a frame is kept",
        "half",
    ),
    (Injected::Full, "the disk is full", "no"),
    (Injected::Unavailable, "it is away", "no"),
];

/// What no injected store fault shows, and the test that does.
const OTHERS: [(&str, &str, &str, &str); 13] = [
    (
        "the process is killed at any moment",
        "every acknowledged event is there, in the same tree",
        "callbox-ledger/src/tests/crash.rs",
        "a_killed_server_loses_nothing",
    ),
    (
        "a flush fails under the running server",
        "it says so, ends with exit code 70 and flushes that file never again; a start recovers",
        "callbox/tests/cli/disk.rs",
        "a_failed_flush_ends_the_server_and_a_start_recovers",
    ),
    (
        "a real file system is full (as root on Linux)",
        "refused; with space again the same process goes on, and a new one too",
        "callbox-ledger/src/tests/crash.rs",
        "a_truly_full_disk_is_survived",
    ),
    (
        "the database meets a limit of its own",
        "refused; without the limit the same process goes on",
        "callbox-ledger/src/tests/sqlite.rs",
        "a_full_disk_is_survived",
    ),
    (
        "the clock jumps back",
        "recorded times stand still until it has caught up",
        "callbox-engine/src/tests.rs",
        "a_clock_that_goes_back_does_not_turn_the_record_around",
    ),
    (
        "a second server starts on the same data",
        "it is refused and told the first one's process number",
        "callbox/tests/cli/serving.rs",
        "a_second_writer_is_refused_and_readers_are_not",
    ),
    (
        "two servers share one database",
        "one of them writes a number, the other reads it and decides again",
        "callbox-ledger/src/tests/faults.rs",
        "of_two_writers_one_wins_and_the_other_catches_up",
    ),
    (
        "an answer is lost and the store cannot be read",
        "the ledger stops; a start finds out",
        "callbox-ledger/src/tests/faults.rs",
        "a_lost_answer_that_cannot_be_settled_stops_the_ledger",
    ),
    (
        "a frame fails while others are decided on top of it",
        "all of them are undone, none was acknowledged",
        "callbox-engine/src/tests/pipeline.rs",
        "what_was_decided_on_top_of_a_failed_frame_is_undone",
    ),
    (
        "the ledger cannot be written while somebody reads a case",
        "the read is refused, and live work goes on from the spool, which is taken over once",
        "callbox-engine/src/tests/reads.rs",
        "no_case_is_shown_without_its_record_and_dispatch_goes_on_from_the_spool",
    ),
    (
        "taking the spool over fails half way",
        "no read is lost, none is there twice",
        "callbox-engine/src/tests/reads.rs",
        "a_spool_whose_taking_over_failed_half_way_is_neither_lost_nor_doubled",
    ),
    (
        "an erasure is broken off between any two of its steps",
        "the next start completes it",
        "callbox-engine/src/tests/erasure.rs",
        "an_erasure_that_a_crash_broke_off_is_completed_from_wherever_it_was",
    ),
    (
        "the process is killed while reads are acknowledged, with a full disk every second time",
        "each acknowledged read is on the record once; cases are refused while the disk is full",
        "xtask/src/kill/reads.rs",
        "run",
    ),
];

/// What one fault did at one step.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    append: &'static str,
    same_process: &'static str,
    after_a_start: &'static str,
}

fn one(ledger: &Ledger<MemoryStore>) -> Draft<'static> {
    draft(1, ledger.size() as u32 + 1, 5_000_000)
}

/// Brings a new ledger to the step.
fn reach(step: usize, store: &MemoryStore) -> Ledger<MemoryStore> {
    let mut ledger = open(store);
    match step {
        0 => {}
        1 | 2 => {
            for _ in 0..[1, 5][step - 1] {
                ledger.append(&[one(&ledger)]).unwrap();
            }
        }
        3 => {
            store.inject(Injected::UnknownPersisted);
            ledger.append(&[one(&ledger)]).unwrap();
        }
        _ => {
            ledger.append(&[one(&ledger)]).unwrap();
            store.inject(Injected::Full);
            ledger.append(&[one(&ledger)]).unwrap_err();
        }
    }
    ledger
}

fn meet(fault: Injected, step: usize) -> Outcome {
    let store = MemoryStore::new();
    let mut ledger = reach(step, &store);
    let before = (ledger.size(), ledger.frontier().clone());
    store.inject(fault);
    let appended = ledger.append(&[one(&ledger)]);
    let mut acknowledged = before.0;
    let append = match &appended {
        Ok(_) => {
            acknowledged += 1;
            "succeeds"
        }
        Err(AppendError::Store(StoreError::Fatal(_))) => "fails for good",
        Err(AppendError::Store(StoreError::Full(_))) => "is refused: full",
        Err(AppendError::Store(StoreError::Unavailable(_))) => "is refused: away",
        Err(error) => panic!("{error}"),
    };
    if appended.is_err() {
        let now = (ledger.size(), ledger.frontier().clone());
        assert_eq!(now, before, "{fault:?}: nothing was acknowledged");
    }
    let same_process = match ledger.append(&[one(&ledger)]) {
        Ok(_) => {
            acknowledged += 1;
            "goes on"
        }
        Err(AppendError::Stopped) => "takes nothing more",
        Err(error) => panic!("{error}"),
    };
    drop(ledger);
    let after_a_start = match Ledger::open(store.clone(), options()) {
        Err(OpenError::Damaged(_)) => "refuses to start and names the frame",
        Err(error) => panic!("{error}"),
        Ok(mut recovered) => {
            let found = recovered.size() - acknowledged;
            recovered.append(&[one(&recovered)]).unwrap();
            let report = check(&mut store.clone(), None).unwrap();
            assert_eq!(report.events, acknowledged + found + 1);
            match found {
                0 => "all that was acknowledged",
                1 => "that, and the event whose end nobody was told",
                _ => panic!("{found} events came from nowhere"),
            }
        }
    };
    Outcome {
        append,
        same_process,
        after_a_start,
    }
}

#[test]
fn every_fault_at_every_step_has_the_outcome_of_the_table() {
    let mut page = String::from(
        "# What the ledger does when its store fails\n\n\
         Written by the test `fault_table` of `crates/callbox-ledger`, which makes each of these happen; the page and\n\
         the outcome cannot differ. How to read it: [ledger.md](ledger.md), *Durability*.\n\n\
         ## Store faults\n\n\
         Each fault meets each of these appends, with the same outcome:\n\n",
    );
    for step in STEPS {
        page.push_str(&format!("- {step}\n"));
    }
    page.push_str(
        "\n| the store | the frame is kept | the append | the same process | after a start there is |\n\
         |---|---|---|---|---|\n",
    );
    for (fault, words, kept) in FAULTS {
        let first = meet(fault, 0);
        for (step, name) in STEPS.iter().enumerate() {
            assert_eq!(meet(fault, step), first, "{fault:?} at {name}");
        }
        page.push_str(&format!(
            "| {words} | {kept} | {} | {} | {} |\n",
            first.append, first.same_process, first.after_a_start
        ));
    }
    page.push_str(
        "\nA lost answer is settled by reading the frame again by its number; it is not written twice.\n\n\
         ## Everything else\n\n\
         | what happens | what is seen | shown by |\n|---|---|---|\n",
    );
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (happens, seen, file, test) in OTHERS {
        let source = fs::read_to_string(crates.join(file)).unwrap();
        assert!(source.contains(&format!("fn {test}(")), "{test} in {file}");
        page.push_str(&format!("| {happens} | {seen} | `{test}` in `{file}` |\n"));
    }
    expect_file!["../../../../docs/ledger-faults.md"].assert_eq(&page);
}
