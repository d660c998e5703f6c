//! What outsiders find beside the ledger.

use callbox_ledger::{TilePath, audit_tiles, verify_proof};

use super::*;
use crate::NoProof;

fn publishing() -> Options {
    Options {
        publish: true,
        ..options()
    }
}

#[test]
fn everything_signed_is_published_and_every_event_can_be_proven() {
    let house = house();
    let mut length = 0;
    for _ in 0..2 {
        let engine = Engine::open(&house.dir, publishing()).unwrap();
        if length == 0 {
            configure(&engine);
        }
        work_through(&engine, 1);
        length = engine.snapshot().next_seq();
        let after = engine.clone();
        engine.shutdown();
        let published = after.published();
        assert_eq!((published.size, published.refused), (length, None));
        let key = after.verifier_key();
        let (tiles, entries) = (house.dir.tiles(), house.dir.entries());
        let report = audit_tiles(&tiles, Some(&entries), key).unwrap();
        assert_eq!(report.size, length);
        for seq in [0, length / 2, length - 1] {
            let proven = after.prove(seq, None).unwrap();
            let verified = verify_proof(&proven.proof, &proven.leaf, key, None).unwrap();
            assert_eq!((verified.seq, verified.checkpoint.size), (seq, length));
        }
        assert!(matches!(after.prove(length, None), Err(NoProof::NotYet)));
        let tile = TilePath::parse(&format!("tile/0/000.p/{length}")).unwrap();
        assert_eq!(after.tile(tile).unwrap().unwrap().len() as u64, 32 * length);
        // Both signatures stand under the checkpoint.
        let note = published.note.unwrap();
        let second = after.second_key().unwrap();
        for key in [key, second] {
            callbox_ledger::Checkpoint::open(&note, key).unwrap();
        }
    }
}

#[test]
fn a_center_from_before_second_keys_goes_on_with_one() {
    let house = house();
    std::fs::remove_file(house.dir.second_key()).unwrap();
    let engine = Engine::open(&house.dir, publishing()).unwrap();
    configure(&engine);
    assert_eq!(engine.second_key(), None);
    let after = engine.clone();
    engine.shutdown();
    let one = after.published();
    assert_eq!(one.refused, None);

    let origin = after.verifier_key().name();
    house.dir.make_second_key(origin).unwrap();
    let engine = Engine::open(&house.dir, publishing()).unwrap();
    receive(&engine);
    let after = engine.clone();
    engine.shutdown();
    let two = after.published();
    assert!(two.size > one.size && two.refused.is_none());
    let second = after.second_key().unwrap();
    callbox_ledger::Checkpoint::open(&two.note.unwrap(), second).unwrap();
}

#[test]
fn files_that_cannot_be_written_hold_nobody_up() {
    let house = house();
    std::fs::write(house.dir.tiles(), b"in the way").unwrap();
    let engine = Engine::open(&house.dir, publishing()).unwrap();
    configure(&engine);
    let length = engine.snapshot().next_seq();
    let after = engine.clone();
    engine.shutdown();
    let health = after.health();
    assert_eq!(health.signed_size, length);
    assert_eq!(health.published_size, 0);
    assert!(health.publishing_refused.is_some());
    std::fs::remove_file(house.dir.tiles()).unwrap();
    let engine = Engine::open(&house.dir, publishing()).unwrap();
    let after = engine.clone();
    engine.shutdown();
    let health = after.health();
    assert_eq!(
        (health.published_size, health.publishing_refused),
        (length, None)
    );
}
