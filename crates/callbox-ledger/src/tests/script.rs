//! Scripts of what happens to a ledger, and what its keepers get to read.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

/// Runs a script, one command a line, and compares what was answered.
fn check(script: &str, expected: Expect) {
    let directory = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    let mut checkpointer = checkpointer(&store, directory.path());
    let mut kept = Vec::new();
    let mut version = 0;
    let mut out = String::new();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        writeln!(out, "> {line}").unwrap();
        let words: Vec<_> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<u64>().unwrap();
        let answer = match words[0] {
            "append" => {
                let drafts: Vec<_> = (1..=number(1) as u32)
                    .map(|i| draft(9, version + i, 1_000))
                    .collect();
                match ledger.append(&drafts) {
                    Ok(receipt) => {
                        version += receipt.n;
                        format!("frame {} from event {}", receipt.frame, receipt.first_seq)
                    }
                    Err(error) => format!("refused: {error}"),
                }
            }
            "fault" => {
                store.inject(match words[1] {
                    "unknown-persisted" => Injected::UnknownPersisted,
                    "unknown-not-persisted" => Injected::UnknownNotPersisted,
                    "fatal-persisted" => Injected::FatalPersisted,
                    "fatal-not-persisted" => Injected::FatalNotPersisted,
                    "full" => Injected::Full,
                    other => panic!("{other}"),
                });
                continue;
            }
            "restart" => match Ledger::open(store.clone(), options()) {
                Ok(opened) => {
                    ledger = opened;
                    checkpointer = self::checkpointer(&store, directory.path());
                    version = ledger.size() as u32;
                    format!("{} events", ledger.size())
                }
                Err(error) => format!("refused: {error}"),
            },
            "sign" => match checkpointer.advance() {
                Ok(checkpoint) => format!("signed {} events", checkpoint.size),
                Err(error) => format!("refused: {error}"),
            },
            "verify" => {
                let signed = checkpointer.gate().checkpoint(signer().verifier()).unwrap();
                match verify(&mut store.clone(), signed.as_ref(), &mut |_| {}) {
                    Ok(report) => {
                        format!("good: {} frames, {} events", report.frames, report.events)
                    }
                    Err(fault) => fault.to_string(),
                }
            }
            "backup" => {
                kept = store.rows();
                continue;
            }
            "put-back" => {
                store.set_rows(kept.clone());
                continue;
            }
            "drop" => {
                store.set_rows(store.rows().into_iter().filter(|row| row.no != number(1)));
                continue;
            }
            "change" => {
                let mut rows = store.rows();
                rows[number(1) as usize].leaves[20] ^= 1;
                store.set_rows(rows);
                continue;
            }
            other => panic!("{other}"),
        };
        writeln!(out, "{answer}").unwrap();
    }
    expected.assert_eq(&out);
}

fn signer() -> Signer {
    Signer::from_seed("test.example/center", &[7; 32])
}

fn checkpointer(store: &MemoryStore, directory: &std::path::Path) -> Checkpointer {
    Checkpointer::new(
        Box::new(store.clone()),
        signer(),
        Gate::open(directory).unwrap(),
    )
}

#[test]
fn an_old_copy_put_back() {
    check(
        "append 3
         sign
         backup
         append 2
         sign
         verify
         put-back
         verify
         sign
         restart
         sign
         append 1
         sign
         append 1
         sign
         verify",
        expect![[r#"
            > append 3
            frame 0 from event 0
            > sign
            signed 3 events
            > backup
            > append 2
            frame 1 from event 3
            > sign
            signed 5 events
            > verify
            good: 2 frames, 5 events
            > put-back
            > verify
            frame 1: it is missing: the ledger ends at 3 events but the signed checkpoint covers 5; an older copy was put back or its tail was cut
            > sign
            refused: nothing was signed, the ledger is not the one that was signed before: frame 1: it is missing: the ledger ends at 3 events but the signed checkpoint covers 5; an older copy was put back or its tail was cut
            > restart
            3 events
            > sign
            refused: nothing was signed, the ledger is not the one that was signed before: frame 1: it is missing: the ledger ends at 3 events but the signed checkpoint covers 5; an older copy was put back or its tail was cut
            > append 1
            frame 1 from event 3
            > sign
            refused: nothing was signed, the ledger is not the one that was signed before: frame 2: it is missing: the ledger ends at 4 events but the signed checkpoint covers 5; an older copy was put back or its tail was cut
            > append 1
            frame 2 from event 4
            > sign
            refused: nothing was signed, the ledger is not the one that was signed before: frame 2: with it the ledger reaches 5 events and the root 5b45f8092717cf7fde3f6f7756a48ea5aa71d1976242f22e1eb401f16d2f90c7, but the signed checkpoint says a35f61eb90b4375e613e62aa5ff8e9de6405db9bea4e0faa2bc9f2aaa81dc8b3: this is not the ledger that was signed
            > verify
            frame 2: with it the ledger reaches 5 events and the root 5b45f8092717cf7fde3f6f7756a48ea5aa71d1976242f22e1eb401f16d2f90c7, but the signed checkpoint says a35f61eb90b4375e613e62aa5ff8e9de6405db9bea4e0faa2bc9f2aaa81dc8b3: this is not the ledger that was signed
        "#]],
    );
}

#[test]
fn faults_and_what_they_leave() {
    check(
        "append 1
         fault unknown-persisted
         append 2
         fault unknown-not-persisted
         append 2
         append 2
         fault full
         append 1
         append 1
         sign
         fault fatal-persisted
         append 1
         append 1
         restart
         sign
         fault fatal-not-persisted
         append 1
         restart
         append 1
         sign
         verify",
        expect![[r#"
            > append 1
            frame 0 from event 0
            > fault unknown-persisted
            > append 2
            frame 1 from event 1
            > fault unknown-not-persisted
            > append 2
            refused: the ledger cannot be reached now; nothing was written, try again
            > append 2
            frame 2 from event 3
            > fault full
            > append 1
            refused: the disk is full; free space, nothing was written
            > append 1
            frame 3 from event 5
            > sign
            signed 6 events
            > fault fatal-persisted
            > append 1
            refused: the ledger's store failed; the server must stop and start again
            > append 1
            refused: the ledger stopped taking events after a failure; restart the server
            > restart
            7 events
            > sign
            signed 7 events
            > fault fatal-not-persisted
            > append 1
            refused: the ledger's store failed; the server must stop and start again
            > restart
            7 events
            > append 1
            frame 5 from event 7
            > sign
            signed 8 events
            > verify
            good: 6 frames, 8 events
        "#]],
    );
}

#[test]
fn a_changed_event() {
    check(
        "append 1
         append 1
         append 1
         sign
         change 1
         verify
         sign
         restart
         sign",
        expect![[r#"
            > append 1
            frame 0 from event 0
            > append 1
            frame 1 from event 1
            > append 1
            frame 2 from event 2
            > sign
            signed 3 events
            > change 1
            > verify
            frame 1: its leaves hash to the root 2c3d20df4d23149f9fc0a9950f4d81b220e6966ea14fdb96537cd2d463d72052, it says 6e8c0b2f179cff26d647d905d32c3818f499327d24733878b3677eb840e55edc: a leaf or the root was changed
            > sign
            signed 3 events
            > restart
            refused: the ledger is damaged: frame 1: its leaves hash to the root 2c3d20df4d23149f9fc0a9950f4d81b220e6966ea14fdb96537cd2d463d72052, it says 6e8c0b2f179cff26d647d905d32c3818f499327d24733878b3677eb840e55edc: a leaf or the root was changed; restore a backup or ask for help, nothing was changed
            > sign
            signed 3 events
        "#]],
    );
}

#[test]
fn a_dropped_frame() {
    check(
        "append 1
         append 1
         append 1
         sign
         drop 1
         verify
         restart",
        expect![[r#"
            > append 1
            frame 0 from event 0
            > append 1
            frame 1 from event 1
            > append 1
            frame 2 from event 2
            > sign
            signed 3 events
            > drop 1
            > verify
            frame 1: it is missing
            > restart
            refused: the ledger is damaged: frame 1: it is missing; restore a backup or ask for help, nothing was changed
        "#]],
    );
}
