//! Shipping to an object store: here a map in memory that fails on demand.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::store::Cause;
use crate::{ObjectShipper, Objects, ShipError, ShippedCopy, fetch_objects, restore_frames};

/// Objects in memory; the call whose number `fails_at` says fails, with its work done or not.
#[derive(Default)]
struct Bucket {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    calls: AtomicU32,
    fails_at: AtomicU32,
    fails_after: std::sync::atomic::AtomicBool,
}

impl Bucket {
    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Does `work`, unless this call is the one that fails; then before or after it.
    fn call<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> Result<T, Cause> {
        let no = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fails = no == self.fails_at.load(Ordering::SeqCst);
        if fails && !self.fails_after.load(Ordering::SeqCst) {
            return Err("the network is away".into());
        }
        let done = work(&mut self.objects.lock().unwrap());
        match fails {
            true => Err("the answer is lost".into()),
            false => Ok(done),
        }
    }
}

impl Objects for Bucket {
    fn put_new(&self, name: &str, bytes: Vec<u8>) -> Result<bool, Cause> {
        self.call(|objects| match objects.contains_key(name) {
            true => false,
            false => objects.insert(name.to_owned(), bytes).is_none(),
        })
    }

    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), Cause> {
        self.call(|objects| drop(objects.insert(name.to_owned(), bytes)))
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Cause> {
        self.call(|objects| objects.get(name).cloned())
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, Cause> {
        let prefix = format!("{prefix}/");
        self.call(|objects| {
            let names = objects.keys().filter(|name| name.starts_with(&prefix));
            names.cloned().collect()
        })
    }

    fn delete(&self, name: &str) -> Result<(), Cause> {
        self.call(|objects| drop(objects.remove(name)))
    }

    fn address(&self) -> String {
        "memory://bucket".to_owned()
    }
}

fn signer() -> Signer {
    Signer::from_seed("test.example/center", &[7; 32])
}

fn history(events: u32, flavour: u64) -> MemoryStore {
    let store = MemoryStore::new();
    let mut ledger = open(&store);
    for version in 1..=events {
        ledger.append(&[draft(flavour, version, 0)]).unwrap();
    }
    store
}

fn note(store: &MemoryStore, events: usize) -> String {
    signer().sign(&Checkpoint {
        origin: signer().origin().to_owned(),
        size: events as u64,
        root: store.rows()[events - 1].root,
    })
}

fn shipper(bucket: &Arc<Bucket>) -> Result<ObjectShipper, ShipError> {
    let place: Arc<dyn Objects> = bucket.clone();
    ObjectShipper::open(place, signer().verifier())
}

/// What the bucket holds, checked as a whole: frames and signed events.
fn checked(bucket: &Bucket) -> (u64, u64) {
    let directory = tempfile::tempdir().unwrap();
    fetch_objects(bucket, directory.path()).unwrap();
    let mut copy = ShippedCopy::open(directory.path()).unwrap();
    let report = copy.check(&mut |_| {}).unwrap();
    (report.verified.frames, report.signed)
}

#[test]
fn frames_arrive_and_many_small_objects_become_one() {
    let bucket = Arc::new(Bucket::default());
    let store = history(200, 1);
    let mut ship = shipper(&bucket).unwrap();
    let mut most = 0;
    for end in 1..=200_u64 {
        let note = (end % 50 == 0).then(|| note(&store, end as usize));
        let shipped = ship.advance(&mut store.clone(), end, note.as_deref());
        assert_eq!(shipped.unwrap().frames, end);
        most = most.max(bucket.names().len());
    }
    assert!(most < 80, "{most} objects at once");
    assert_eq!(checked(&bucket), (200, 200));
    // Another run goes on where this one stopped, also with nothing new.
    let mut again = shipper(&bucket).unwrap();
    let before = bucket.names();
    let shipped = again.advance(&mut store.clone(), 200, None).unwrap();
    assert_eq!((shipped.frames, bucket.names()), (200, before));
    // Up to any frame.
    let directory = tempfile::tempdir().unwrap();
    fetch_objects(&*bucket, directory.path()).unwrap();
    let mut copy = ShippedCopy::open(directory.path()).unwrap();
    let to = directory.path().join("restored.db");
    let restored = restore_frames(&mut copy, &to, Some(70), &mut |_| {}).unwrap();
    assert_eq!(
        (restored.frames, restored.root),
        (71, store.rows()[70].root)
    );
}

/// Each call fails once, its work done or not; the next round finds out what arrived.
#[test]
fn whatever_call_fails_the_next_round_goes_on() {
    for fails_after in [false, true] {
        // The first calls, those around the merging, and the last ones of the removing.
        for fails_at in (1..10).chain(190..205).chain(255..265) {
            let bucket = Arc::new(Bucket::default());
            bucket.fails_at.store(fails_at, Ordering::SeqCst);
            bucket.fails_after.store(fails_after, Ordering::SeqCst);
            let store = history(66, 1);
            let (mut open, mut failures) = (None, 0);
            for end in 1..=66_u64 {
                loop {
                    let round = (|| {
                        if open.is_none() {
                            open = Some(shipper(&bucket)?);
                        }
                        let ship = open.as_mut().unwrap();
                        ship.advance(&mut store.clone(), end, None)
                    })();
                    match round {
                        Ok(_) => break,
                        Err(error) => {
                            assert!(matches!(error, ShipError::Object { .. }), "{error}");
                            failures += 1;
                            assert_eq!(failures, 1, "one call fails");
                            open = None;
                        }
                    }
                }
            }
            assert_eq!(
                checked(&bucket).0,
                66,
                "call {fails_at}, after {fails_after}"
            );
        }
    }
}

#[test]
fn other_histories_other_keys_and_damage_are_refused() {
    let bucket = Arc::new(Bucket::default());
    let (good, other) = (history(9, 1), history(9, 2));
    shipper(&bucket)
        .unwrap()
        .advance(&mut good.clone(), 9, Some(&note(&good, 9)))
        .unwrap();
    let before = bucket.objects.lock().unwrap().clone();
    let refused = |store: &MemoryStore, end| {
        let mut shipper = shipper(&bucket).unwrap();
        shipper.advance(&mut store.clone(), end, None).unwrap_err()
    };
    assert!(matches!(
        refused(&other, 9),
        ShipError::Forked { first: 0, .. }
    ));
    let short = history(4, 1);
    assert!(matches!(
        refused(&short, 4),
        ShipError::Behind { copy: 9, ledger: 4 }
    ));
    let place: Arc<dyn Objects> = bucket.clone();
    let stranger = Signer::from_seed("test.example/center", &[8; 32]);
    let strange = ObjectShipper::open(place, stranger.verifier());
    assert!(matches!(strange, Err(ShipError::OtherLedger { .. })));
    assert_eq!(
        *bucket.objects.lock().unwrap(),
        before,
        "nothing was changed"
    );
    // A second shipper with another history, which has not seen the first one's frames yet.
    let bucket = Arc::new(Bucket::default());
    let (mut one, mut two) = (shipper(&bucket).unwrap(), shipper(&bucket).unwrap());
    one.advance(&mut good.clone(), 5, None).unwrap();
    let error = two.advance(&mut other.clone(), 5, None).unwrap_err();
    assert!(matches!(error, ShipError::Object { .. }), "{error}");
    assert_eq!(checked(&bucket).0, 5);

    // Any byte of any object, and any object that is gone.
    for (name, bytes) in &before {
        for at in (0..bytes.len() - 1).step_by(7) {
            let bucket = Bucket::default();
            let mut changed = before.clone();
            changed.get_mut(name).unwrap()[at] ^= 1;
            *bucket.objects.lock().unwrap() = changed;
            let directory = tempfile::tempdir().unwrap();
            let sound = fetch_objects(&bucket, directory.path()).is_ok_and(|()| {
                let copy = ShippedCopy::open(directory.path());
                copy.is_ok_and(|mut copy| copy.check(&mut |_| {}).is_ok())
            });
            assert!(!sound, "byte {at} of {name}");
        }
    }
}
