//! Witnesses: what outsiders are shown, and who is told when one of them does not cosign.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

use callbox_ledger::{
    Cosigner, KeyKind, Policy, PolicyWitness, TileReader, Witness, WitnessFile, verify_proof,
};

use super::*;
use crate::{Health, PostTo};

/// Answers as the witnesses do, or with a status of its own; 0 stands for no answer.
struct Outside {
    witnesses: Mutex<BTreeMap<String, Witness<WitnessFile>>>,
    status: AtomicU16,
}

impl Outside {
    fn post(self: &Arc<Self>) -> PostTo {
        let outside = Arc::clone(self);
        PostTo::new(move |request| {
            let (address, body) = (request.address, request.body);
            let press = address == "http://press/add-checkpoint";
            match outside.status.load(Ordering::SeqCst) {
                0 if press => return Err("nobody answers".into()),
                status if press && status != 200 => {
                    return Ok((status, b"1000000\n".to_vec()));
                }
                _ => {}
            }
            let mut witnesses = outside.witnesses.lock().unwrap();
            let witness = witnesses.get_mut(address).ok_or("unknown address")?;
            let answer = witness.add_checkpoint(body, 1_700_000_000);
            Ok((answer.status, answer.body.into_bytes()))
        })
    }
}

/// A center with the witnesses court and press, of which so many are enough.
fn witnessed(house: &House, least: usize) -> (Arc<Outside>, Policy) {
    let log = house.dir.signer().unwrap().verifier().clone();
    let mut witnesses = BTreeMap::new();
    let mut all = Vec::new();
    for name in ["court", "press"] {
        let place = |kind: &str| house.dir.root.join(format!("{name}.{kind}"));
        let cosigner =
            Cosigner::generate(name, KeyKind::Ed25519Cosignature, &place("key")).unwrap();
        all.push(PolicyWitness {
            name: name.to_owned(),
            key: cosigner.verifier().clone(),
            url: Some(format!("http://{name}")),
        });
        let state = WitnessFile::create(&place("state")).unwrap();
        let witness = Witness::new(vec![log.clone()], vec![cosigner], state).unwrap();
        witnesses.insert(format!("http://{name}/add-checkpoint"), witness);
    }
    let policy = Policy::of_ledger(log, least, all).unwrap();
    assert_eq!(policy, Policy::parse(&policy.to_string()).unwrap());
    std::fs::write(house.dir.witness_policy(), policy.to_string()).unwrap();
    let outside = Outside {
        witnesses: Mutex::new(witnesses),
        status: AtomicU16::new(200),
    };
    (Arc::new(outside), policy)
}

fn open(house: &House, outside: &Arc<Outside>) -> Engine {
    let options = Options {
        publish: true,
        post: Some(outside.post()),
        ..options()
    };
    Engine::open(&house.dir, options).unwrap()
}

fn until(engine: &Engine, satisfied: impl Fn(&Health) -> bool) -> Health {
    let begun = Instant::now();
    loop {
        let health = engine.health();
        if satisfied(&health) {
            return health;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{health:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn outsiders_are_shown_what_enough_witnesses_cosigned() {
    let house = house();
    let (outside, policy) = witnessed(&house, 2);
    let engine = open(&house, &outside);
    configure(&engine);
    let length = engine.snapshot().next_seq();
    until(&engine, |health| {
        (health.witnessing.as_ref()).is_some_and(|now| now.size == length)
    });
    let begun = Instant::now();
    let shown = loop {
        let shown = engine.published().shown.unwrap_or_default();
        let of_all = shown.lines().nth(1) == Some(length.to_string().as_str());
        if of_all && policy.check(&shown).is_ok() {
            break shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{shown}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let proven = engine.prove(0, None).unwrap();
    let key = engine.verifier_key().clone();
    let verified = verify_proof(&proven.proof, &proven.leaf, &key, Some(&policy)).unwrap();
    assert_eq!(verified.cosigned.len(), 2);
    let health = engine.health();
    assert!(!health.is_troubled());
    engine.shutdown();
    // Whoever serves the files as they are serves the same.
    let file = TileReader::new(&house.dir.tiles()).checkpoint().unwrap();
    assert_eq!(file, Some(shown));
    // A restart while nobody answers shows it still, as long as nothing was recorded since.
    outside.status.store(0, Ordering::SeqCst);
    let engine = open(&house, &outside);
    until(&engine, |health| {
        let witnesses = health.witnessing.iter().flat_map(|now| &now.witnesses);
        witnesses.filter(|one| one.trouble.is_some()).count() == 1
    });
    assert!(policy.check(&engine.published().shown.unwrap()).is_ok());
    engine.shutdown();
}

#[test]
fn a_witness_that_refuses_or_is_silent_holds_nothing_up_and_is_told_of() {
    let house = house();
    let (outside, policy) = witnessed(&house, 1);
    for (status, alarming) in [(0, false), (404, true), (409, true), (500, true)] {
        outside.status.store(status, Ordering::SeqCst);
        let engine = open(&house, &outside);
        match status {
            0 => configure(&engine),
            _ => drop(receive(&engine)),
        }
        let length = engine.snapshot().next_seq();
        let health = until(&engine, |health| {
            (health.witnessing.as_ref()).is_some_and(|now| {
                now.size == length && now.witnesses.iter().any(|one| one.trouble.is_some())
            })
        });
        let now = health.witnessing.as_ref().unwrap();
        let states: Vec<_> = (now.witnesses.iter())
            .map(|one| (one.name.as_str(), one.trouble.is_some(), one.alarming))
            .collect();
        assert_eq!(
            states,
            [("court", false, false), ("press", true, alarming)],
            "{status}"
        );
        assert_eq!(health.is_troubled(), alarming);
        assert_eq!(health.signing_refused, None);
        engine.shutdown();
    }
    let file = TileReader::new(&house.dir.tiles()).checkpoint().unwrap();
    let cosigned = policy.check(&file.unwrap()).unwrap();
    assert_eq!(cosigned.len(), 1);
}

#[test]
fn a_policy_that_cannot_be_read_is_told_of() {
    let house = house();
    let (outside, _) = witnessed(&house, 1);
    std::fs::write(house.dir.witness_policy(), "witness court\n").unwrap();
    let engine = open(&house, &outside);
    configure(&engine);
    let health = until(&engine, Health::is_troubled);
    let why = health.witnessing.unwrap().unusable.unwrap();
    assert!(why.contains("line 1 of the policy"), "{why}");
    engine.shutdown();
}
