//! What is decided while a frame is on its way stands only if the frame does.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use callbox_ledger::{FrameRow, RowHead, Source, Store, StoreError};

use super::*;

/// A store whose every append waits until the test says how it ends.
struct Held {
    inner: MemoryStore,
    verdicts: Arc<Mutex<Receiver<Injected>>>,
    /// Told when an append has begun.
    begun: SyncSender<()>,
}

impl Source for Held {
    fn visit(
        &mut self,
        from: u64,
        visit: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.inner.visit(from, visit)
    }

    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError> {
        self.inner.head(no)
    }

    fn last(&mut self) -> Result<Option<RowHead>, StoreError> {
        self.inner.last()
    }
}

impl Store for Held {
    fn append(&mut self, frame: &FrameRow) -> Result<(), StoreError> {
        self.begun.send(()).unwrap();
        let verdict = self.verdicts.lock().unwrap().recv().unwrap();
        self.inner.inject(verdict);
        self.inner.append(frame)
    }

    fn replace_sealed(&mut self, no: u64, sealed: &[u8]) -> Result<(), StoreError> {
        self.inner.replace_sealed(no, sealed)
    }
}

struct Bench {
    house: House,
    store: MemoryStore,
    verdict: SyncSender<Injected>,
    begun: Receiver<()>,
    engine: Engine,
}

impl Bench {
    /// An engine that has seen two clients at once, so that it decides beside the disk.
    fn new() -> Self {
        let (house, store) = (house(), MemoryStore::new());
        let (verdict, verdicts) = sync_channel(64);
        let verdicts = Arc::new(Mutex::new(verdicts));
        let (begin, begun) = sync_channel(64);
        let (writer, reader) = (store.clone(), store.clone());
        let stores = Stores::new(
            move || {
                Ok(Box::new(Held {
                    inner: writer.clone(),
                    verdicts: Arc::clone(&verdicts),
                    begun: begin.clone(),
                }))
            },
            move || Ok(Box::new(reader.clone())),
        );
        let engine = Engine::open_stores(&house.dir, &stores, options()).unwrap();
        let bench = Self {
            house,
            store,
            verdict,
            begun,
            engine,
        };
        let first = bench.ask(None);
        bench.begun.recv().unwrap();
        // Two that wait for the first go into one frame, which goes to the other thread.
        let others = [bench.ask(None), bench.ask(None)];
        bench.verdict.send(Injected::None).unwrap();
        bench.begun.recv().unwrap();
        first.wait().unwrap();
        bench.verdict.send(Injected::None).unwrap();
        for other in others {
            other.wait().unwrap();
        }
        bench
    }

    fn ask(&self, key: Option<&str>) -> Ticket {
        self.engine
            .enqueue(submission(ReceiveIncident::default(), key))
            .unwrap()
    }

    /// Waits until the sequencer has taken up all that was asked.
    fn all_taken(&self) {
        while self.engine.health().queue > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Two requests: at least the first is on its way to the disk, the other beside or behind it.
    fn two_flying(&self, keys: [&str; 2]) -> [Ticket; 2] {
        let tickets = keys.map(|key| self.ask(Some(key)));
        self.begun.recv().unwrap();
        tickets
    }

    /// The state that a start from the first frame gives.
    fn replayed(self) -> Vec<u8> {
        self.engine.shutdown();
        let _ = std::fs::remove_file(self.house.dir.snapshot_file());
        let (writer, reader) = (self.store.clone(), self.store.clone());
        let stores = Stores::new(
            move || Ok(Box::new(writer.clone())),
            move || Ok(Box::new(reader.clone())),
        );
        let engine = Engine::open_stores(&self.house.dir, &stores, options()).unwrap();
        let replayed = state(&engine);
        engine.shutdown();
        replayed
    }
}

#[test]
fn a_request_that_is_on_its_way_is_not_carried_out_twice() {
    let bench = Bench::new();
    let flying = bench.two_flying(["a", "b"]);
    let again = [
        bench.ask(Some("a")),
        bench.ask(Some("b")),
        bench.ask(Some("c")),
    ];
    let other = DefineAgency {
        code: code("X"),
        name: code("X"),
    };
    let reused = bench.engine.enqueue(submission(other, Some("a"))).unwrap();
    bench.all_taken();
    assert_eq!(bench.engine.snapshot().last_incident(), IncidentId(3));
    for _ in 0..8 {
        bench.verdict.send(Injected::None).unwrap();
    }
    let first = flying.map(|ticket| ticket.wait().unwrap());
    let again = again.map(|ticket| ticket.wait().unwrap());
    assert_eq!(reused.wait(), Err(SubmitError::KeyReused));
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(first.entries, again.entries);
        assert!(again.repeated && !first.repeated);
    }
    assert!(!again[2].repeated);
    assert_eq!(bench.engine.snapshot().last_incident(), IncidentId(6));
    let live = state(&bench.engine);
    assert_eq!(bench.replayed(), live);
}

#[test]
fn what_was_decided_on_top_of_a_failed_frame_is_undone() {
    for fault in [
        Injected::Full,
        Injected::Unavailable,
        Injected::UnknownNotPersisted,
    ] {
        let bench = Bench::new();
        let flying = bench.two_flying(["a", "b"]);
        // The fourth incident exists for the sequencer, but not on the disk.
        let note = AddNarrative {
            incident: IncidentId(4),
            text: text("on top"),
        };
        let on_top = bench.engine.enqueue(submission(note, Some("n"))).unwrap();
        let again = bench.ask(Some("a"));
        bench.all_taken();
        bench.verdict.send(fault).unwrap();
        let mut failed = Vec::from(flying);
        failed.extend([on_top, again]);
        let failed: Vec<_> = failed.into_iter().map(Ticket::wait).collect();
        // Whether the second was in the frame or on top of it, and the rest with them: none stands.
        for outcome in &failed {
            assert!(
                matches!(outcome, Err(SubmitError::Unavailable(_))),
                "{fault:?}: {outcome:?}"
            );
        }
        assert_eq!(bench.engine.snapshot().last_incident(), IncidentId(3));
        for _ in 0..8 {
            bench.verdict.send(Injected::None).unwrap();
        }
        let retried = bench.ask(Some("a")).wait().unwrap();
        assert!(!retried.repeated, "{fault:?}: nothing was recorded before");
        assert_eq!(bench.engine.snapshot().last_incident(), IncidentId(4));
        let live = state(&bench.engine);
        assert_eq!(bench.replayed(), live, "{fault:?}");
    }
}

#[test]
fn a_failed_flush_stops_everything_on_top_of_it() {
    let bench = Bench::new();
    let flying = bench.two_flying(["a", "b"]);
    let on_top = bench.ask(Some("c"));
    bench.all_taken();
    bench.verdict.send(Injected::FatalPersisted).unwrap();
    for ticket in flying.into_iter().chain([on_top]) {
        assert!(matches!(ticket.wait(), Err(SubmitError::Halted(_))));
    }
    let refused = bench.ask(None).wait();
    assert!(matches!(refused, Err(SubmitError::Halted(_))));
    assert_eq!(bench.engine.snapshot().last_incident(), IncidentId(3));
}
