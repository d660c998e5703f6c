//! Versions: former events are lifted when they are read, newer ones name the program that reads them.

use callbox_domain::{Code, Event, Purpose, events::ProgramRecorded};
use callbox_ledger::{
    Draft, Ledger, Options as LedgerOptions, SqliteReader, SqliteStore, Stream, verify,
};

use super::{configure, house, options, receive};
use crate::{DataDir, Engine, OpenError, Options, ReadError, program::VERSION};

/// Appends one event as another program would have written it.
fn append(dir: &DataDir, kind: u16, schema: u8, stream: (u8, u64), version: u32, open: &[u8]) {
    let store = SqliteStore::open_writer(&dir.ledger_db()).unwrap();
    let mut ledger = Ledger::open(store, LedgerOptions::default()).unwrap();
    let at_us = ledger.last_recorded_us() + 1;
    let draft = Draft {
        kind,
        schema,
        stream: Stream {
            kind: stream.0,
            no: stream.1,
        },
        stream_version: version,
        at_us,
        recorded_us: at_us,
        actor: 1,
        purpose: Purpose::Administration.number(),
        idempotency: None,
        open,
        personal: None,
    };
    ledger.append(&[draft]).unwrap();
}

fn refused(opened: Result<Engine, OpenError>) -> String {
    opened.unwrap_err().to_string()
}

#[test]
fn a_unit_of_the_first_version_is_lifted_at_every_start() {
    let house = house();
    let engine = house.open();
    configure(&engine);
    engine.shutdown();
    // The frozen bytes of `60-UnitDefined-v1.hex`, for a unit 4 with a station that is a mere name.
    let first = b"\xa6\x00\x04\x01\x64E999\x02\x62FD\x03\x61E\x04\x69Station 4\x05\x63AVL";
    append(&house.dir, 60, 1, (2, 4), 1, first);
    for from_snapshot in [true, false] {
        let engine = match from_snapshot {
            true => house.open(),
            false => house.open_from_the_first_frame(),
        };
        let center = engine.snapshot();
        let unit = center.unit_called("E999").unwrap();
        let station = unit.station.as_ref().map(Code::as_str);
        assert_eq!(station, Some("Station 4"));
        engine.shutdown();
    }
}

#[test]
fn the_program_is_recorded_once_for_each_change() {
    let house = house();
    let with = |program| Options {
        program,
        ..options()
    };
    for program in [None, Some("0.1.0"), Some("0.1.0"), Some("0.2.0"), None] {
        let engine = Engine::open(&house.dir, with(program)).unwrap();
        engine.shutdown();
    }
    let engine = house.open();
    let all = engine.entries_from(0, 10).unwrap();
    let versions: Vec<_> = all
        .iter()
        .map(|entry| match &entry.event {
            Event::ProgramRecorded(recorded) => recorded.version.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(versions, ["0.1.0", "0.2.0"]);
    engine.shutdown();
}

#[test]
fn what_a_newer_program_wrote_stops_a_start_and_names_it() {
    for (kind, schema) in [(24, 2), (9_999, 1)] {
        let house = house();
        let engine = house.open();
        receive(&engine);
        engine.shutdown();
        let newer = ProgramRecorded {
            version: Code::new("9.1.0").unwrap(),
        };
        append(&house.dir, 99, 1, (0, 0), 1, &Event::from(newer).open());
        append(&house.dir, kind, schema, (1, 1), 2, b"\xa0");
        let root = || {
            let mut reader = SqliteReader::open(&house.dir.ledger_db()).unwrap();
            verify(&mut reader, None, &mut |_| {}).unwrap().root
        };
        let before = root();
        let said = refused(Engine::open(&house.dir, options()));
        assert_eq!(
            said,
            format!(
                "event 2 (kind {kind}, version {schema}) was written by callbox 9.1.0, a newer one than this ({VERSION}): update to 9.1.0 or later; nothing was changed"
            )
        );
        // From the first frame, and when only reports are made, it is the same.
        std::fs::remove_file(house.dir.snapshot_file()).unwrap();
        assert_eq!(refused(Engine::open(&house.dir, options())), said);
        let read = crate::read_ledger::<ReadError>(&house.dir, |_| Ok(()));
        assert_eq!(read.unwrap_err().to_string(), said);
        assert_eq!(root(), before);
    }
}

#[test]
fn where_nobody_said_which_program_wrote_it_is_still_named_as_newer() {
    let house = house();
    let engine = house.open();
    receive(&engine);
    engine.shutdown();
    append(&house.dir, 9_999, 1, (1, 1), 2, b"\xa0");
    assert_eq!(
        refused(Engine::open(&house.dir, options())),
        format!(
            "event 1 (kind 9999, version 1) was written by a newer callbox than this one ({VERSION}): update it; nothing was changed"
        )
    );
}
