//! The elements of the extract, collected until they can be written in the usual order.

use std::io::{self, Write};

use super::point::P;
use crate::osm::{MemberKind, PbfWriter};

/// The harbour in degrees: in the open Atlantic, far from any land, so that no real place is meant.
const HARBOUR: (f64, f64) = (41.5, -37.0);
const METERS_PER_DEGREE: f64 = 111_320.0;

/// A relation's members: what each is, its id, its role.
pub(super) type Members = Vec<(MemberKind, i64, &'static str)>;

pub(super) type Tags = Vec<(&'static str, String)>;

/// Tags whose values are known in advance.
pub(super) fn tags(known: &[(&'static str, &str)]) -> Tags {
    known
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect()
}

/// Nodes, ways and relations; an id is the place in the list and one.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    nodes: Vec<(P, Tags)>,
    ways: Vec<(Vec<i64>, Tags)>,
    relations: Vec<(Members, Tags)>,
}

impl Sheet {
    pub(super) fn node(&mut self, at: P, tags: Tags) -> i64 {
        self.nodes.push((at, tags));
        self.nodes.len() as i64
    }

    /// Adds tags to a node.
    pub(super) fn mark(&mut self, node: i64, tags: Tags) {
        self.nodes[node as usize - 1].1.extend(tags);
    }

    pub(super) fn way(&mut self, nodes: Vec<i64>, tags: Tags) -> i64 {
        self.ways.push((nodes, tags));
        self.ways.len() as i64
    }

    /// A closed way; the ring's last point is its first.
    pub(super) fn area(&mut self, ring: &[P], tags: Tags) -> i64 {
        let mut nodes: Vec<i64> = ring[..ring.len() - 1]
            .iter()
            .map(|&at| self.node(at, Tags::new()))
            .collect();
        nodes.push(nodes[0]);
        self.way(nodes, tags)
    }

    pub(super) fn line(&mut self, points: &[P], tags: Tags) -> i64 {
        let nodes = points
            .iter()
            .map(|&at| self.node(at, Tags::new()))
            .collect();
        self.way(nodes, tags)
    }

    pub(super) fn relation(&mut self, members: Members, tags: Tags) {
        self.relations.push((members, tags));
    }

    /// How many nodes, ways and relations there are.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.nodes.len(), self.ways.len(), self.relations.len())
    }

    pub(super) fn write(&self, out: impl Write) -> io::Result<()> {
        let mut writer = PbfWriter::new(out)?;
        for (id, (at, tags)) in (1..).zip(&self.nodes) {
            let (lat, lon) = degrees(*at);
            writer.node(id, lat, lon, &borrowed(tags))?;
        }
        for (id, (nodes, tags)) in (1..).zip(&self.ways) {
            writer.way(id, nodes, &borrowed(tags))?;
        }
        for (id, (members, tags)) in (1..).zip(&self.relations) {
            writer.relation(id, members, &borrowed(tags))?;
        }
        writer.finish().map(drop)
    }
}

fn borrowed(tags: &Tags) -> Vec<(&str, &str)> {
    tags.iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect()
}

/// Latitude and longitude of a place of the town.
pub(super) fn degrees(at: P) -> (f64, f64) {
    let (lat, lon) = HARBOUR;
    let east = METERS_PER_DEGREE * lat.to_radians().cos();
    (lat + at.y / METERS_PER_DEGREE, lon + at.x / east)
}
