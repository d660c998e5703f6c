//! Tests of the ledger as its users see it: through the public interface and the stored bytes.

mod checkpoint;
mod crash;
mod fault_table;
mod faults;
pub(crate) mod format;
mod fuzz;
mod objects;
mod packed;
mod proofs;
mod script;
mod ship;
mod sqlite;
mod tamper;
mod tiles;
mod witness;

use crate::*;

/// Gives a draft with little in it.
pub(crate) fn draft(stream: u64, version: u32, at_us: i64) -> Draft<'static> {
    Draft {
        kind: 7,
        schema: 1,
        stream: Stream {
            kind: 1,
            no: stream,
        },
        stream_version: version,
        at_us,
        recorded_us: at_us + 1_500,
        actor: 42,
        purpose: 1,
        idempotency: None,
        open: b"\x82\x01\x63ENR",
        personal: None,
    }
}

pub(crate) fn options() -> Options {
    Options {
        writer: 3,
        epoch: 2,
        salts: Salts::seeded(1),
    }
}

pub(crate) fn open(store: &MemoryStore) -> Ledger<MemoryStore> {
    Ledger::open(store.clone(), options()).expect("the ledger is good")
}

/// Appends five frames of 1, 3, 2, 5 and 1 events, with and without personal payloads and keys.
pub(crate) fn fill<S: Store>(ledger: &mut Ledger<S>) {
    let mut version = 0;
    for (frame, n) in [1, 3, 2, 5, 1].into_iter().enumerate() {
        let drafts: Vec<_> = (0..n)
            .map(|i| {
                version += 1;
                let mut draft = draft(2612, version, 1_700_000_000_000_000 + i64::from(version));
                draft.personal = (i % 2 == 1).then_some(b"caller Ada, 555 0100");
                draft.idempotency = (i == 0).then_some([frame as u8; 16]);
                draft
            })
            .collect();
        ledger.append(&drafts).expect("the drafts are good");
    }
}

/// Gives a store with five frames of twelve events.
pub(crate) fn small() -> MemoryStore {
    let store = MemoryStore::new();
    fill(&mut open(&store));
    store
}

pub(crate) fn check(
    source: &mut impl Source,
    against: Option<&Checkpoint>,
) -> Result<VerifyReport, Fault> {
    verify(source, against, &mut |_| {})
}

/// Signs a checkpoint by a fixed key in a directory that is thrown away.
pub(crate) fn sign(store: &MemoryStore) -> Checkpoint {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let gate = Gate::open(directory.path()).expect("a new gate");
    let signer = Signer::from_seed("test.example/center", &[7; 32]);
    Checkpointer::new(Box::new(store.clone()), signer, gate)
        .advance()
        .expect("the ledger is good")
}
