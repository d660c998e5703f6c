//! Personal data at rest: sealed everywhere, and never without its keys.

use super::*;

fn files_below(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(directory).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path))
        } else {
            found.push(path)
        }
    }
    found
}

#[test]
fn nothing_personal_stands_in_the_clear_in_any_file() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let place = callbox_domain::Place::new(text("MARKER-place"), Some((1.0, 2.0)));
    let caller = callbox_domain::Caller {
        name: Some(text("MARKER-name")),
        call_back: Some(text("MARKER-number")),
    };
    let call = ReceiveIncident {
        place: Some(place),
        caller: Some(caller),
        ..ReceiveIncident::default()
    };
    submit(&engine, call).unwrap();
    let incident = engine.snapshot().last_incident();
    submit(
        &engine,
        AddNarrative {
            incident,
            text: text("MARKER-narrative"),
        },
    )
    .unwrap();
    submit(
        &engine,
        CloseIncident {
            incident,
            disposition: code("DONE"),
        },
    )
    .unwrap();
    submit(
        &engine,
        ReopenIncident {
            incident,
            reason: text("MARKER-reason"),
        },
    )
    .unwrap();
    let live = state(&engine);
    assert!(
        live.windows(6).any(|window| window == b"MARKER"),
        "the state knows it"
    );
    engine.rotate_keys().unwrap();
    engine.shutdown();
    for path in files_below(&house.dir.root) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !bytes.windows(6).any(|window| window == b"MARKER"),
            "{}",
            path.display()
        );
    }
    for open in [House::open, House::open_from_the_first_frame] {
        let engine = open(&house);
        assert_eq!(state(&engine), live, "the keys open all of it");
        engine.shutdown();
    }
}

#[test]
fn reports_read_the_record_without_its_keys() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    work_through(&engine, 1);
    engine.shutdown();
    std::fs::remove_dir_all(house.dir.vault()).unwrap();
    let (mut entries, mut known) = (0, 0);
    crate::read_ledger(&house.dir, |entry| {
        entries += 1;
        if let callbox_domain::Event::NarrativeAdded(line) = &entry.event {
            known += usize::from(line.text.known().is_some());
        }
        Ok::<(), crate::ReadError>(())
    })
    .unwrap();
    assert!(entries > 10);
    assert_eq!(known, 0);
    assert!(
        Engine::open(&house.dir, options()).is_err(),
        "a server without keys does not start"
    );
}

#[test]
fn a_vault_that_is_older_than_the_ledger_is_refused() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    let call = |engine: &Engine| {
        let place = callbox_domain::Place::new(text("12 Elm St"), None);
        let call = ReceiveIncident {
            place: Some(place),
            ..ReceiveIncident::default()
        };
        submit(engine, call).unwrap();
    };
    call(&engine);
    engine.shutdown();
    let old = house.dir.root.join("old-vault.db");
    std::fs::copy(house.dir.vault_db(), &old).unwrap();
    let engine = house.open();
    // More calls than one pool of keys serves.
    (0..600).for_each(|_| call(&engine));
    let live = state(&engine);
    engine.shutdown();
    let newest = std::fs::read(house.dir.vault_db()).unwrap();
    std::fs::copy(&old, house.dir.vault_db()).unwrap();
    let opened = Engine::open(&house.dir, options());
    assert!(opened.is_err(), "a key's number would be given out twice");
    std::fs::write(house.dir.vault_db(), newest).unwrap();
    let engine = house.open();
    assert_eq!(state(&engine), live);
    engine.shutdown();
}
