//! Throws whatever anybody may paste at the geocoder: it must reply, in bounded size, and say the same twice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::OnceLock;

use callbox_geo::Coord;
use callbox_geo::geocode::{
    Ask, Geocoder, House, HouseSource, Name, Overlay, Reason, Source, StreetWay, Verdict,
};
use proptest::prelude::*;

/// Many streets whose names share words, so that each word leads to many names.
fn geocoder() -> &'static Geocoder {
    static GEOCODER: OnceLock<Geocoder> = OnceLock::new();
    GEOCODER.get_or_init(|| {
        let mut source = Source::default();
        let firsts = [
            "Old", "New", "Great", "Saint", "Seven", "长", "Rue", "Im", "N", "E",
        ];
        let seconds = [
            "Mill", "Oak", "Main", "安", "Market", "St", "5th", "Höhe", "Court", "Elm",
        ];
        let thirds = ["Road", "Street", "街", "Avenue", "Strasse", "North"];
        for (i, first) in firsts.iter().enumerate() {
            for (j, second) in seconds.iter().enumerate() {
                for (k, third) in thirds.iter().enumerate() {
                    let at = |step: f64| {
                        let (row, column) = ((i * 10 + j) as f64, k as f64);
                        Coord::from_degrees(40.0 + row * 0.01, 10.0 + (column + step) * 0.01)
                            .unwrap()
                    };
                    let name = format!("{first} {second} {third}");
                    for number in 1..6 {
                        source.houses.push(House {
                            number: (number * 2).to_string(),
                            alternates: Vec::new(),
                            street: name.clone(),
                            city: Some(format!("Town {i}")),
                            postcode: Some(format!("1000{j}")),
                            point: at(f64::from(number) / 10.0),
                            extent_meters: 5.0,
                            source: HouseSource::Building,
                        });
                    }
                    let node = (i * 1_000 + j * 10) as u64;
                    source.streets.push(StreetWay {
                        names: vec![Name::main(name)],
                        references: vec![format!("A {}", i * 10 + j)],
                        nodes: vec![node + k as u64, node + k as u64 + 1],
                        points: vec![at(0.0), at(1.0)],
                    });
                }
            }
        }
        let list = "name,target\nThe Pit,\"40.5, 10.01\"\nLoop,Loop\nOak,Mill & Oak\n";
        Geocoder::build(&source, "")
            .0
            .with_overlay(Overlay::parse(list).unwrap())
    })
}

fn laws(text: &str, typing: bool, limit: usize) {
    let ask = Ask {
        near: Coord::from_degrees(40.0, 10.0),
        limit,
        typing,
        ..Ask::default()
    };
    let found = geocoder().find(text, &ask);
    assert!(found.answers.len() <= limit.clamp(1, 50));
    assert!(found.notes.len() <= 20);
    for answer in &found.answers {
        assert!((0.0..=1.0).contains(&answer.score), "{answer:?}");
        assert!(
            answer.extent_meters.is_finite() && answer.extent_meters > 0.0,
            "{answer:?}"
        );
        assert!(
            !answer.label.is_empty() && answer.label.len() < 2_000,
            "{answer:?}"
        );
        assert!(answer.reasons.len() <= 60, "{answer:?}");
    }
    let scores: Vec<f64> = found.answers.iter().map(|answer| answer.score).collect();
    assert!(
        found.answers.is_empty() || scores[0] + 1e-6 >= scores.iter().copied().fold(0.0, f64::max)
    );
    if found.verdict != Verdict::Missing {
        assert!(!found.answers.is_empty());
    }
    assert_eq!(
        geocoder().find(text, &ask),
        found,
        "the same question, another reply"
    );
}

/// Words that mean something to the parser, in any order.
fn words() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Old",
        "Mill",
        "Road",
        "&",
        "and",
        "corner of",
        "@",
        "/",
        "12",
        "12a",
        "12-14",
        "1/2",
        "5th",
        "fifth",
        "N",
        "South",
        "St",
        "apt",
        "#",
        "km",
        "K12+500",
        "mile",
        "exit",
        "长安街",
        "号",
        "与",
        "路口",
        "40.1",
        "-10.0",
        "°",
        "'",
        "\"",
        "18S",
        "UJ",
        "23371",
        "9QCJ+2V",
        "+",
        ",",
        "the",
        "of",
        "twenty",
        "one",
        "hundred",
        "Town",
        "10003",
    ]);
    prop::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn replies_to_any_text(text in any::<String>(), typing: bool, limit in 0_usize..80) {
        laws(&text, typing, limit);
    }

    #[test]
    fn replies_to_any_words(text in words(), typing: bool) {
        laws(&text, typing, 8);
    }

    #[test]
    fn replies_at_any_point(lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64) {
        let _ = geocoder().reverse(Coord::from_degrees(lat, lon).unwrap());
    }

    #[test]
    fn reads_any_list_or_says_which_line(text in any::<String>()) {
        if let Err(error) = Overlay::parse(&format!("name,target\n{text}")) {
            prop_assert!(error.to_string().starts_with("line "), "{error}");
        }
    }
}

#[test]
fn replies_to_what_is_pasted_by_mistake() {
    let long = [
        "a".repeat(10_000),
        "old mill road ".repeat(1_000),
        "old & ".repeat(2_000),
        "12 ".repeat(3_000),
        "号".repeat(4_000),
        "长安街".repeat(4_000),
        "长安街与".repeat(4_000),
        "twenty one hundred ".repeat(600),
        "\u{202E}dlo llim \u{200F}".repeat(500),
        "شارع الملك ".repeat(900),
        "👩\u{200D}🚒🚒🔥".repeat(700),
        "e\u{301}\u{301}\u{301}".repeat(2_000),
        "1/2/3/4-5-6".repeat(900),
        "+".repeat(10_000),
        "40.1 ".repeat(2_000),
        "N.W.".repeat(2_500),
        "\u{0}\u{1}\u{7f}\r\n\t".repeat(1_500),
        "İıſßŉﬀ".repeat(1_000),
    ];
    for text in &long {
        for typing in [false, true] {
            laws(text, typing, 8);
        }
        let found = geocoder().find(text, &Ask::default());
        assert!(
            found.notes.contains(&Reason::CutShort),
            "{} characters were read without saying that most were not",
            text.chars().count()
        );
    }
}

#[test]
fn a_direction_mark_does_not_hide_an_address() {
    let found = geocoder().find("4 \u{202E}Old\u{200B} Oak Road, Town 0", &Ask::default());
    assert_eq!(found.verdict, Verdict::Certain, "{found:?}");
    assert_eq!(found.answers[0].label, "4 Old Oak Road, Town 0");
}
