//! Writes a small extract, imports it, and asks: what the tags of OpenStreetMap become.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;

use callbox_geo::Coord;
use callbox_geo::geocode::{Ask, FILE_NAME, GeocodeBuilder, Geocoder, Here, IndexError};
use callbox_geo::import::{current, run_with};
use callbox_geo::osm::{MemberKind, PbfWriter};
use expect_test::expect;
use tempfile::TempDir;

/// The latitude and longitude of a place on a grid of about 100 m.
fn at(x: i32, y: i32) -> (f64, f64) {
    (48.0 + f64::from(y) * 0.0009, 11.0 + f64::from(x) * 0.00135)
}

fn write(path: &Path) {
    let mut pbf = PbfWriter::new(std::fs::File::create(path).unwrap()).unwrap();
    let mut node = |id: i64, (x, y): (i32, i32), tags: &[(&str, &str)]| {
        let (lat, lon) = at(x, y);
        pbf.node(id, lat, lon, tags).unwrap();
    };
    for x in 0..=10 {
        node(100 + i64::from(x), (x, 0), &[]);
    }
    for y in 1..=5 {
        node(200 + i64::from(y), (5, y), &[]);
    }
    node(
        1,
        (1, 1),
        &[
            ("addr:housenumber", "1"),
            ("addr:street", "Lange Straße"),
            ("addr:city", "Au"),
        ],
    );
    node(
        2,
        (9, 1),
        &[
            ("addr:housenumber", "9"),
            ("addr:street", "Lange Straße"),
            ("addr:city", "Au"),
        ],
    );
    node(3, (6, 2), &[("addr:housenumber", "4a;6")]);
    node(
        4,
        (4, 3),
        &[
            ("addr:housenumber", "771/12"),
            ("addr:streetnumber", "12"),
            ("addr:conscriptionnumber", "771"),
            ("addr:street", "Kirchweg"),
        ],
    );
    node(
        5,
        (2, 0),
        &[
            ("highway", "milestone"),
            ("distance", "17,0"),
            ("ref", "B 3"),
        ],
    );
    node(
        6,
        (8, 0),
        &[
            ("highway", "milestone"),
            ("distance", "17.6 km"),
            ("ref", "B 3"),
        ],
    );
    node(
        7,
        (3, 4),
        &[
            ("amenity", "fire_station"),
            ("name", "Feuerwehr Au"),
            ("addr:city", "Au"),
        ],
    );
    node(
        8,
        (5, 0),
        &[("place", "village"), ("name", "Au"), ("name:zh", "奥村")],
    );
    node(
        9,
        (7, 4),
        &[("addr:housenumber", "3"), ("addr:place", "Moos")],
    );
    node(10, (7, 5), &[("addr:housenumber", "44")]);
    for (no, (x, y)) in [(0, (6, 4)), (1, (7, 4)), (2, (7, 5)), (3, (6, 5))] {
        node(300 + no, (x, y), &[]);
    }
    for (no, (x, y)) in [
        (0, (-20, -20)),
        (1, (30, -20)),
        (2, (30, 40)),
        (3, (-20, 40)),
    ] {
        node(400 + no, (x, y), &[]);
    }
    let all: Vec<i64> = (100..=110).collect();
    pbf.way(
        1,
        &all,
        &[
            ("highway", "primary"),
            ("name", "Lange Straße"),
            ("ref", "B 3"),
            ("old_name", "Heerstraße"),
        ],
    )
    .unwrap();
    pbf.way(
        2,
        &[105, 201, 202, 203, 204, 205],
        &[("highway", "residential"), ("name", "Kirchweg")],
    )
    .unwrap();
    pbf.way(
        3,
        &[1, 2],
        &[
            ("addr:interpolation", "odd"),
            ("addr:street", "Lange Straße"),
        ],
    )
    .unwrap();
    pbf.way(
        4,
        &[300, 301, 302, 303, 300],
        &[
            ("building", "yes"),
            ("addr:housenumber", "70"),
            ("addr:street", "Kirchweg"),
        ],
    )
    .unwrap();
    pbf.way(5, &[400, 401, 402], &[]).unwrap();
    pbf.way(6, &[402, 403, 400], &[]).unwrap();
    pbf.relation(
        1,
        &[
            (MemberKind::Way, 2, "street"),
            (MemberKind::Node, 3, "house"),
        ],
        &[("type", "associatedStreet")],
    )
    .unwrap();
    pbf.relation(
        2,
        &[(MemberKind::Way, 5, "outer"), (MemberKind::Way, 6, "outer")],
        &[
            ("type", "boundary"),
            ("boundary", "administrative"),
            ("admin_level", "8"),
            ("name", "Markt Au"),
        ],
    )
    .unwrap();
    pbf.finish().unwrap();
}

fn imported() -> (TempDir, Geocoder, GeocodeBuilder) {
    let directory = tempfile::tempdir().unwrap();
    let pbf = directory.path().join("au.osm.pbf");
    write(&pbf);
    let builder = GeocodeBuilder::new("word: kirchweg, kw");
    let streets = directory.path().join("streets");
    run_with(&[&builder], &pbf, &streets, &callbox_geo::quiet).unwrap();
    let geocoder = Geocoder::open(&streets).unwrap();
    (directory, geocoder, builder)
}

#[test]
fn an_extract_becomes_answers() {
    let (_directory, geocoder, builder) = imported();
    let mut replies = format!("{:?}\n", builder.counts());
    let script = [
        "Lange Straße 1",
        "lange str. 5, Au",
        "Heerstrasse 9",
        "Kirchweg 6",
        "Kirchweg 4a",
        "Kirchweg 12",
        "Kirchweg 771/12",
        "KW 70",
        "Moos 3",
        "B3 km 17.3",
        "Lange Strasse & Kirchweg",
        "feuerwehr",
        "奥村",
    ];
    for question in script {
        let found = geocoder.find(
            question,
            &Ask {
                limit: 1,
                ..Ask::default()
            },
        );
        let first = found.answers.first();
        let label = first.map_or(String::new(), |answer| {
            format!(
                "{} {} {:?}",
                answer.kind.code(),
                answer.label,
                answer.point.degrees()
            )
        });
        replies += &format!("{question} -> {} {label}\n", found.verdict.code());
    }
    let here = geocoder.reverse(Coord::from_degrees(48.0008, 11.0013).unwrap());
    replies += &format!("{:?}\n", here.as_ref().and_then(Here::label));
    expect![[r#"
        Counts { streets: 3, routes: 1, houses: 6, houses_without_street: 1, houses_off_street: 1, areas: 2, places: 1, crossings: 2, posts: 2, exits: 0, words: 16 }
        Lange Straße 1 -> certain house-point Lange Straße 1, Au (48.0009, 11.00135)
        lange str. 5, Au -> confirm house-interpolated Lange Straße 5, Au (48.0009, 11.00675)
        Heerstrasse 9 -> certain house-point Lange Straße 9, Au (48.0009, 11.01215)
        Kirchweg 6 -> certain house-point Kirchweg 4a;6, Markt Au (48.0018, 11.0081)
        Kirchweg 4a -> certain house-point Kirchweg 4a;6, Markt Au (48.0018, 11.0081)
        Kirchweg 12 -> certain house-point Kirchweg 771/12, Markt Au (48.0027, 11.0054)
        Kirchweg 771/12 -> certain house-point Kirchweg 771/12, Markt Au (48.0027, 11.0054)
        KW 70 -> certain house-building Kirchweg 70, Markt Au (48.00405, 11.008775)
        Moos 3 -> certain house-point Moos 3, Markt Au (48.0036, 11.00945)
        B3 km 17.3 -> certain post B 3, km 17.3 (48.0, 11.00675)
        Lange Strasse & Kirchweg -> certain intersection Lange Straße & Kirchweg, Au (48.0, 11.00675)
        feuerwehr -> confirm place Feuerwehr Au, Au (48.0036, 11.00405)
        奥村 -> certain area Au (48.0, 11.00675)
        Some("Lange Straße 1, Au")
    "#]].assert_eq(&replies);
}

#[test]
fn a_damaged_index_is_refused_with_what_to_do() {
    let (directory, _, _) = imported();
    let streets = directory.path().join("streets");
    let file = current(&streets).unwrap().join(FILE_NAME);
    let whole = std::fs::read(&file).unwrap();
    let refusal = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let error = Geocoder::open(&streets).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("callbox import streets"), "{text}");
        error
    };
    assert!(matches!(
        refusal(&whole[..whole.len() / 2]),
        IndexError::Damaged { .. }
    ));
    assert!(matches!(refusal(&whole[..20]), IndexError::Damaged { .. }));
    assert!(matches!(refusal(b"PK\x03\x04"), IndexError::Foreign { .. }));
    assert!(matches!(refusal(b""), IndexError::Foreign { .. }));
    for at in (0..whole.len()).step_by(whole.len() / 97) {
        let mut altered = whole.clone();
        altered[at] ^= 0x10;
        refusal(&altered);
    }
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(
        Geocoder::open(&streets),
        Err(IndexError::Io { .. })
    ));
    assert!(matches!(
        Geocoder::open(directory.path()),
        Err(IndexError::Find(_))
    ));
}

#[test]
fn the_same_extract_gives_the_same_file() {
    let (first, _, _) = imported();
    let (second, _, _) = imported();
    let bytes = |directory: &TempDir| {
        std::fs::read(
            current(&directory.path().join("streets"))
                .unwrap()
                .join(FILE_NAME),
        )
        .unwrap()
    };
    assert!(bytes(&first) == bytes(&second));
}
