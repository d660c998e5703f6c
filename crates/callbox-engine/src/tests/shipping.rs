//! The copy elsewhere while the center works.

use callbox_ledger::{ShippedCopy, restore_frames};

use super::*;
use crate::ShipTo;

#[test]
fn what_was_acknowledged_is_shipped_at_the_stop_and_the_vault_with_it() {
    let house = house();
    let far = tempfile::tempdir().unwrap();
    let (ledger, vault) = (far.path().join("ledger"), far.path().join("vault"));
    let to = ShipTo {
        ledger: ledger.clone().into(),
        vault: vault.clone().into(),
    };
    let shipping = || Options {
        ship_to: Some(to.clone()),
        ..options()
    };
    let mut length = 0;
    for _ in 0..2 {
        let engine = Engine::open(&house.dir, shipping()).unwrap();
        if length == 0 {
            configure(&engine);
        }
        work_through(&engine, 1);
        length = engine.snapshot().next_seq();
        let health = engine.clone();
        engine.shutdown();
        let shipped = health.health().shipping.unwrap();
        assert_eq!((shipped.events, shipped.refused), (length, None));
    }
    let mut copy = ShippedCopy::open(&ledger).unwrap();
    let report = copy.check(&mut |_| {}).unwrap();
    assert_eq!((report.verified.events, report.signed), (length, length));

    // A center from nothing but the copies and the keys' files has the same state.
    let live = state(&house.open());
    let other = house_without_ledger();
    restore_frames(&mut copy, &other.dir.ledger_db(), None, &mut |_| {}).unwrap();
    std::fs::copy(vault.join("vault.db"), other.dir.vault_db()).unwrap();
    let root = |house: &House| house.dir.keys().join("root.key");
    std::fs::copy(root(&house), root(&other)).unwrap();
    for item in std::fs::read_dir(house.dir.vault()).unwrap() {
        let path = item.unwrap().path();
        if path.extension().is_some_and(|it| it == "key") {
            let name = path.file_name().unwrap().to_owned();
            std::fs::copy(&path, other.dir.vault().join(name)).unwrap();
        }
    }
    let engine = other.open();
    assert_eq!(state(&engine), live);
    engine.shutdown();
}

#[test]
fn a_place_that_cannot_be_used_holds_nobody_up() {
    let house = house();
    let far = tempfile::tempdir().unwrap();
    let blocked = far.path().join("a-file");
    std::fs::write(&blocked, b"in the way").unwrap();
    let engine = Engine::open(
        &house.dir,
        Options {
            ship_to: Some(ShipTo {
                ledger: blocked.into(),
                vault: far.path().join("vault").into(),
            }),
            ..options()
        },
    )
    .unwrap();
    receive(&engine);
    let health = engine.clone();
    engine.shutdown();
    let health = health.health();
    assert!(health.shipping.unwrap().refused.is_some());
    assert_eq!(health.halted, None);
}

/// A new center whose ledger and vault are still to come.
fn house_without_ledger() -> House {
    let house = house();
    for path in [house.dir.ledger_db(), house.dir.vault_db()] {
        std::fs::remove_file(path).unwrap();
    }
    for item in std::fs::read_dir(house.dir.vault()).unwrap() {
        std::fs::remove_file(item.unwrap().path()).unwrap();
    }
    house
}
