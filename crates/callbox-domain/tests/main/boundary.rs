//! What is recorded, held against what an emergency service may record (`docs/boundary.md`).

use std::collections::BTreeSet;

use callbox_domain::{Command, KINDS, Purpose};

use crate::samples::samples;

/// Words that no kind, field or verb may have: what they name is out of bounds for good.
const FORBIDDEN: &[&str] = &[
    "alias",
    "anpr",
    "biometric",
    "biometrics",
    "birth",
    "blacklist",
    "bluetooth",
    "camera",
    "checkpoint",
    "citizen",
    "crawl",
    "dna",
    "ethnic",
    "ethnicity",
    "face",
    "faces",
    "facial",
    "fence",
    "fingerprint",
    "gait",
    "gang",
    "geofence",
    "household",
    "identity",
    "imei",
    "imsi",
    "informant",
    "intelligence",
    "iris",
    "lpr",
    "nationality",
    "offender",
    "passport",
    "person",
    "persons",
    "petition",
    "petitioner",
    "phone",
    "plate",
    "plates",
    "population",
    "predict",
    "predicted",
    "prediction",
    "predictive",
    "profile",
    "protest",
    "race",
    "recidivism",
    "religion",
    "resident",
    "risk",
    "score",
    "scored",
    "sensor",
    "surveillance",
    "suspect",
    "track",
    "tracked",
    "tracking",
    "traveller",
    "trajectory",
    "vehicle",
    "video",
    "visitor",
    "voice",
    "voiceprint",
    "watch",
    "watched",
    "watchlist",
    "wifi",
];

/// The words of all names in `text`: `IncidentClosed` and `has_place` give two each.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for name in text.split(|c: char| !c.is_ascii_alphabetic()) {
        let mut word = String::new();
        for c in name.chars() {
            if c.is_ascii_uppercase() {
                words.insert(std::mem::take(&mut word));
            }
            word.push(c.to_ascii_lowercase());
        }
        words.insert(word);
    }
    words
}

/// The names of all fields, from debug prints of samples; quoted contents are left out.
fn fields() -> String {
    let printed = format!("{:?}", samples());
    printed.split('"').step_by(2).collect()
}

#[test]
fn every_kind_has_a_number_a_name_and_a_reason_of_its_own() {
    let numbers: BTreeSet<_> = KINDS.iter().map(|row| row.number).collect();
    let names: BTreeSet<_> = KINDS.iter().map(|row| row.name).collect();
    let reasons: BTreeSet<_> = KINDS.iter().map(|row| row.reason).collect();
    assert_eq!(numbers.len(), KINDS.len());
    assert_eq!(names.len(), KINDS.len());
    assert_eq!(reasons.len(), KINDS.len());
    assert!(KINDS.is_sorted_by_key(|row| row.number));
    for row in KINDS {
        assert!(row.schema >= 1, "{}", row.name);
        assert!(
            row.reason.split(' ').count() >= 4,
            "{}: {}",
            row.name,
            row.reason
        );
    }
}

#[test]
fn nothing_is_named_after_what_is_out_of_bounds() {
    let kinds: Vec<_> = KINDS.iter().map(|row| row.name).collect();
    let all = format!("{kinds:?} {:?} {}", Command::NAMES, fields());
    let words = words(&all);
    // The names are really taken apart.
    for there in ["incident", "closed", "place", "caller", "reason", "unit"] {
        assert!(words.contains(there), "{there}");
    }
    let met: Vec<_> = FORBIDDEN
        .iter()
        .filter(|word| words.contains(**word))
        .collect();
    assert!(met.is_empty(), "out of bounds: {met:?}");
}

#[test]
fn the_kinds_are_these() {
    // A new kind is a decision about what is recorded of people's lives: it is made here too.
    let numbers: Vec<_> = KINDS.iter().map(|row| row.number).collect();
    let expected: Vec<u16> = (1..=16)
        .chain(20..=38)
        .chain(40..=48)
        .chain(60..=66)
        .chain([69])
        .chain(70..=74)
        .chain(80..=86)
        .chain(90..=93)
        .chain([99])
        .chain(100..=105)
        .chain(110..=114)
        .chain(120..=137)
        .collect();
    assert_eq!(numbers, expected);
}

#[test]
fn purposes_keep_their_numbers() {
    let purposes = Purpose::ALL.map(|purpose| (purpose.number(), purpose.name()));
    let expected = [
        (1, "emergency-response"),
        (2, "administration"),
        (3, "history-import"),
        (4, "exercise"),
        (5, "oversight"),
    ];
    assert_eq!(purposes, expected);
    for (number, name) in expected {
        assert_eq!(Purpose::from_number(number).map(Purpose::name), Some(name));
    }
    assert_eq!(Purpose::from_number(6), None);
}
