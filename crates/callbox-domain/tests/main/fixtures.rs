//! Frozen bytes: what ever stood in a ledger is read the same for all time.
//!
//! One file per kind and schema version in `tests/fixtures/events`, never changed. A new kind or
//! version gets its file by one run with `UPDATE_EXPECT=1`, which never overwrites a file.
#![expect(
    clippy::disallowed_methods,
    reason = "frozen files are read from, and new ones written to, the source tree"
)]

use std::{fmt::Write as _, fs, path::PathBuf};

use callbox_domain::{Event, KINDS, KindRow};
use expect_test::expect;

use crate::{
    canonical::{self, hex},
    samples::samples,
};

/// The bytes of one event.
#[derive(Debug, PartialEq)]
struct Frozen {
    open: Vec<u8>,
    personal: Option<Vec<u8>>,
}

impl Frozen {
    fn of(event: &Event) -> Self {
        Self {
            open: event.open(),
            personal: event.personal(),
        }
    }

    fn decode(&self, kind: u16, schema: u8) -> Event {
        Event::decode(kind, schema, &self.open, self.personal.as_deref()).unwrap()
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events")
}

fn file_name(row: &KindRow) -> String {
    file_of(row, row.schema)
}

fn file_of(row: &KindRow, schema: u8) -> String {
    format!("{:02}-{}-v{schema}.hex", row.number, row.name)
}

fn samples_of(row: &KindRow) -> Vec<Event> {
    samples()
        .into_iter()
        .filter(|sample| sample.kind() == row)
        .collect()
}

fn read(name: &str) -> Vec<Frozen> {
    let content = fs::read_to_string(folder().join(name)).unwrap_or_default();
    let mut all: Vec<Frozen> = Vec::new();
    for line in content.lines() {
        match line.split_once(' ') {
            Some(("open", digits)) => all.push(Frozen {
                open: hex(digits),
                personal: None,
            }),
            Some(("personal", digits)) => all.last_mut().unwrap().personal = Some(hex(digits)),
            _ => assert!(line.is_empty() || line.starts_with('#'), "{name}: {line}"),
        }
    }
    all
}

fn write_missing(row: &KindRow) {
    let path = folder().join(file_name(row));
    if std::env::var_os("UPDATE_EXPECT").is_none() || path.exists() {
        return;
    }
    let digits = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let mut content = format!(
        "# {}, schema version {}; never change it\n",
        row.name, row.schema
    );
    for sample in samples_of(row).iter().map(Frozen::of) {
        writeln!(content, "open {}", digits(&sample.open)).unwrap();
        if let Some(personal) = &sample.personal {
            writeln!(content, "personal {}", digits(personal)).unwrap();
        }
    }
    fs::write(path, content).unwrap();
}

#[test]
fn every_kind_has_a_frozen_file_and_still_reads_and_writes_its_bytes() {
    for row in KINDS {
        write_missing(row);
        let (samples, frozen) = (samples_of(row), read(&file_name(row)));
        assert!(!samples.is_empty(), "{} has no sample", row.name);
        assert!(!frozen.is_empty(), "{} has no frozen file", row.name);
        assert_eq!(samples.len(), frozen.len(), "{}", row.name);
        for (sample, frozen) in samples.iter().zip(&frozen) {
            assert_eq!(
                Frozen::of(sample),
                *frozen,
                "{} is written differently",
                row.name
            );
            assert_eq!(
                *sample,
                frozen.decode(row.number, row.schema),
                "{}",
                row.name
            );
        }
    }
}

#[test]
fn every_frozen_file_is_of_a_known_kind_and_can_be_read() {
    let mut files = 0;
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let parts: Vec<_> = name.trim_end_matches(".hex").split('-').collect();
        let [number, kind, version] = parts[..] else {
            panic!("{name}")
        };
        let number: u16 = number.parse().unwrap();
        let schema: u8 = version.trim_start_matches('v').parse().unwrap();
        let row = KINDS.iter().find(|row| row.number == number).expect(&name);
        assert_eq!(row.name, kind, "a kind keeps its number");
        assert!(schema <= row.schema, "{name} is from a later version");
        for frozen in read(&name) {
            assert_eq!(frozen.decode(number, schema).kind(), row);
        }
        files += 1;
    }
    let versions: usize = KINDS.iter().map(|row| usize::from(row.schema)).sum();
    assert_eq!(
        files, versions,
        "one file for each kind and version: a former version keeps its own"
    );
}

/// What a former version wrote, and what it is lifted to: neither may ever change.
#[test]
fn every_former_version_is_lifted_to_the_present_one() {
    let mut lifted = String::new();
    for row in KINDS {
        for schema in 1..row.schema {
            let name = file_of(row, schema);
            let frozen = read(&name);
            assert!(!frozen.is_empty(), "{name} is missing or empty");
            for frozen in frozen {
                let event = frozen.decode(row.number, schema);
                let digits = |bytes: &[u8]| -> String {
                    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
                };
                writeln!(lifted, "{name}\n  {}", digits(&frozen.open)).unwrap();
                if let Some(personal) = &frozen.personal {
                    writeln!(lifted, "  personal {}", digits(personal)).unwrap();
                }
                writeln!(lifted, "  {event:?}").unwrap();
                // What was lifted is written as the present version, and read as the same.
                let now = Frozen::of(&event);
                assert_eq!(now.decode(row.number, row.schema), event, "{name}");
            }
        }
    }
    expect![[r#"
        60-UnitDefined-v1.hex
          a60018680164453130340264464952450366454e47494e45046953746174696f6e2034056341564c
          UnitDefined(UnitDefined { unit: UnitId(104), call_sign: "E104", agency: "FIRE", unit_type: "ENGINE", status: "AVL", station: Some("Station 4") })
        60-UnitDefined-v1.hex
          a50018680164453130340264464952450366454e47494e45056341564c
          UnitDefined(UnitDefined { unit: UnitId(104), call_sign: "E104", agency: "FIRE", unit_type: "ENGINE", status: "AVL", station: None })
    "#]].assert_eq(&lifted);
}

#[test]
fn what_a_newer_callbox_wrote_is_named_as_such() {
    for row in KINDS {
        let newer = Event::decode(row.number, row.schema + 1, &[0xa0], None).unwrap_err();
        assert_eq!(
            newer.to_string(),
            format!(
                "event kind {} in schema version {} was written by a newer callbox; update callbox",
                row.number,
                row.schema + 1
            )
        );
    }
}

#[test]
fn frozen_bytes_are_deterministic_cbor() {
    for row in KINDS {
        for frozen in read(&file_name(row)) {
            for bytes in [Some(&frozen.open), frozen.personal.as_ref()]
                .into_iter()
                .flatten()
            {
                assert_eq!(canonical::check(bytes), Ok(()), "{}", row.name);
            }
        }
    }
}

#[test]
fn the_samples_use_every_personal_part() {
    let with_personal: Vec<_> = samples()
        .iter()
        .filter(|sample| sample.personal().is_some())
        .map(|sample| sample.kind().number)
        .collect();
    assert_eq!(
        with_personal,
        [
            15, 20, 21, 21, 24, 25, 28, 29, 29, 36, 37, 37, 37, 37, 37, 37, 42, 42, 62, 71, 74, 90,
            122
        ]
    );
}
