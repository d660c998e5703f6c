#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use super::*;
use crate::{Coord, import, osm::PbfWriter, quiet};

fn village() -> (tempfile::TempDir, StreetMap) {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("village.osm.pbf");
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    let nodes = [
        (1, 0.0, 0.0),
        (2, 0.0, 0.004),
        (3, 0.001, 0.001),
        (4, 0.001, 0.002),
        (5, 0.002, 0.002),
        (6, 0.002, 0.001),
    ];
    for (id, lat, lon) in nodes {
        file.node(id, -30.0 + lat, -110.0 + lon, &[]).unwrap();
    }
    let hydrant = [("emergency", "fire_hydrant")];
    file.node(7, -30.0005, -109.999, &hydrant).unwrap();
    let street = [
        ("highway", "residential"),
        ("name", "Salt & <Anchor> Street"),
        ("name:zh", "盐锚街"),
    ];
    file.way(1, &[1, 2], &street).unwrap();
    file.way(2, &[3, 4, 5, 6, 3], &[("natural", "water")])
        .unwrap();
    file.way(3, &[3, 4, 5], &[("natural", "water")]).unwrap();
    fs::write(&pbf, file.finish().unwrap()).unwrap();
    let out = dir.path().join("streets");
    import::run_with(&[&MapBuilder], &pbf, &out, &quiet).unwrap();
    let map = StreetMap::open(&out).unwrap();
    (dir, map)
}

fn picture(lat: f64, zoom: f64) -> Picture {
    Picture {
        center: Coord::from_degrees(lat, -109.998).unwrap(),
        zoom,
        width: 600,
        height: 400,
        chinese: false,
        lines: Vec::new(),
        marks: vec![Mark {
            at: Coord::from_degrees(lat, -109.9975).unwrap(),
            class: "here".to_owned(),
            label: "\"2612\"".to_owned(),
        }],
        title: "Map".to_owned(),
    }
}

#[test]
fn what_lies_in_the_frame_is_drawn_and_texts_are_harmless() {
    let (_dir, map) = village();
    let svg = map.draw(&picture(-30.0, 17.0)).unwrap();
    assert!(svg.contains(r#"class="map-street""#), "{svg}");
    assert_eq!(svg.matches(r#"class="map-water""#).count(), 1, "{svg}");
    assert!(svg.contains("Salt &amp; &lt;Anchor&gt; Street"), "{svg}");
    assert!(svg.contains("&quot;2612&quot;"));
    assert!(svg.contains(r#"class="map-hydrant""#));
    assert!(svg.contains("© OpenStreetMap contributors"));
    let far = map.draw(&picture(-30.0, 13.0)).unwrap();
    assert!(!far.contains(r#"class="map-hydrant""#));
    assert_eq!(map.draw(&picture(10.0, 17.0)), None);
}

#[test]
fn a_chinese_page_has_chinese_names() {
    let (_dir, map) = village();
    let svg = map.draw(&Picture {
        chinese: true,
        ..picture(-30.0, 17.0)
    });
    let svg = svg.unwrap();
    assert!(svg.contains("盐锚街") && !svg.contains("Anchor"));
}

#[test]
fn a_way_is_drawn_and_cut_to_the_frame() {
    let (_dir, map) = village();
    let at = |lon: f64| Coord::from_degrees(-30.0, lon).unwrap();
    let way = |from: f64, to: f64| Line {
        points: vec![at(from), at(to)],
        class: "map-\"way".to_owned(),
    };
    let mut seen = picture(-30.0, 17.0);
    seen.lines = vec![way(-110.5, -109.5), way(-111.0, -110.9)];
    let svg = map.draw(&seen).unwrap();
    // One of the two lies outside; the other ends at the frame.
    assert_eq!(svg.matches("map-&quot;way").count(), 1, "{svg}");
    assert!(svg.contains(r#"d="M-16.0 200.0L616.0 200.0""#), "{svg}");
}

#[test]
fn nothing_is_drawn_far_outside_the_frame() {
    let (_dir, map) = village();
    let svg = map.draw(&picture(-29.9985, 22.0)).unwrap();
    let numbers = svg.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    let far = numbers
        .filter_map(|text| text.parse::<f64>().ok())
        .filter(|number| *number < -17.0);
    assert_eq!(far.count(), 0, "{svg}");
    assert!(svg.contains(r#"class="map-water""#), "{svg}");
}
