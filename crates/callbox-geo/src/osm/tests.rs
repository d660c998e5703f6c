#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::PathBuf};

use super::*;
use crate::quiet;

struct Roads;

impl Wants for Roads {
    fn node(&self, tags: &Tags<'_>) -> bool {
        tags.get("barrier").is_some()
    }
    fn way(&self, tags: &Tags<'_>) -> bool {
        tags.get("highway").is_some()
    }
    fn relation(&self, tags: &Tags<'_>) -> Keep {
        if tags.is("type", "multipolygon") {
            Keep::WithWays
        } else {
            Keep::No
        }
    }
}

fn small() -> Vec<u8> {
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    file.node(5, 50.1, 8.6, &[("barrier", "gate")]).unwrap();
    file.node(3, -33.0, -151.25, &[("name", "unwanted")])
        .unwrap();
    file.node(9, 95.0, 8.0, &[]).unwrap();
    file.way(
        20,
        &[3, 5, 9, 77],
        &[("highway", "residential"), ("name", "中山路")],
    )
    .unwrap();
    file.way(10, &[5, 3], &[("natural", "water")]).unwrap();
    file.way(11, &[5], &[("natural", "wood")]).unwrap();
    file.relation(
        1,
        &[(MemberKind::Way, 10, "outer"), (MemberKind::Node, 3, "")],
        &[("type", "multipolygon")],
    )
    .unwrap();
    file.finish().unwrap()
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.osm.pbf");
    fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn read(bytes: &[u8]) -> Result<Extract, OsmError> {
    let (_dir, path) = written(bytes);
    Extract::read(&path, &[&Roads], &quiet)
}

#[test]
fn keeps_what_is_wanted_and_what_it_needs() {
    let extract = read(&small()).unwrap();
    let ways: Vec<i64> = extract.ways().map(|way| way.id).collect();
    assert_eq!(ways, [10, 20]);
    let way = extract.way(20).unwrap();
    assert_eq!(way.tags.get("name"), Some("中山路"));
    let places: Vec<_> = way
        .nodes
        .iter()
        .map(|&node| {
            (
                extract.node_id(node),
                extract.coord(node).map(crate::Coord::degrees),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (3, Some((-33.0, -151.25))),
            (5, Some((50.1, 8.6))),
            (9, None),
            (77, None)
        ]
    );
    let gates: Vec<i64> = extract.tagged_nodes().map(|node| node.id).collect();
    assert_eq!(gates, [5]);
    let relation = extract.relations().next().unwrap();
    let roles: Vec<_> = relation
        .members
        .iter()
        .map(|member| (member.id, member.role))
        .collect();
    assert_eq!(roles, [(10, "outer"), (3, "")]);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = small();
    for length in 0..whole.len() {
        // A file cut exactly between two blocks cannot be told from a shorter file.
        let Err(error) = read(&whole[..length]) else {
            let (_dir, path) = written(&whole[..length]);
            assert!(super::blob::BlobFile::open(&path).is_ok());
            continue;
        };
        let known = matches!(error, OsmError::Truncated { .. } | OsmError::Foreign { .. });
        assert!(known, "{length}: {error}");
    }
}

#[test]
fn a_changed_byte_never_panics() {
    let whole = small();
    let mut refused = 0;
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            refused += usize::from(read(&bytes).is_err());
        }
    }
    assert!(
        refused > whole.len(),
        "only {refused} of {} were refused",
        whole.len() * 3
    );
}

#[test]
fn other_files_are_named_foreign() {
    for bytes in [
        &b""[..],
        b"<?xml version=\"1.0\"?><osm/>",
        b"PK\x03\x04............",
        &[0; 64],
    ] {
        let error = read(bytes).unwrap_err();
        assert!(matches!(error, OsmError::Foreign { .. }), "{error}");
    }
    let error = Extract::read(&std::env::temp_dir(), &[&Roads], &quiet).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is not an OpenStreetMap PBF extract"),
        "{error}"
    );
}

#[test]
fn a_bomb_is_stopped() {
    let mut writer = PbfWriter::new(Vec::new()).unwrap();
    let long = "x".repeat(40 << 20);
    writer.node(1, 0.0, 0.0, &[("note", &long)]).unwrap();
    let error = read(&writer.finish().unwrap()).unwrap_err();
    assert!(matches!(error, OsmError::Damaged { .. }), "{error}");
}

#[test]
fn many_blocks_keep_their_order() {
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for id in (1..=30_000).rev() {
        file.node(id, f64::from(id as i32) * 1e-3, 1.0, &[])
            .unwrap();
    }
    for id in 1..30_000 {
        file.way(id, &[id, id + 1], &[("highway", "service")])
            .unwrap();
    }
    let extract = read(&file.finish().unwrap()).unwrap();
    assert_eq!(extract.ways().count(), 29_999);
    for way in extract.ways() {
        let lat = extract.coord(way.nodes[0]).unwrap().lat;
        assert_eq!(i64::from(lat), way.id * 10_000);
    }
}
