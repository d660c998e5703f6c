//! Keeps of an extract what is drawn.

use std::{collections::HashMap, path::Path};

use crate::{
    Coord, Progress,
    import::{Builder, ImportError},
    osm::{Extract, Keep, MemberKind, NodeIx, Relation, Tags, Wants, Way},
    roads::FileWriter,
};

use super::{
    Kind,
    file::{FILE, GROUP, VERSION, around},
    sea::sea,
};

/// Writes the part of the network's files that maps are drawn from.
#[derive(Clone, Copy, Debug, Default)]
pub struct MapBuilder;

impl Wants for MapBuilder {
    fn node(&self, tags: &Tags<'_>) -> bool {
        Kind::of_point(tags).is_some()
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        Kind::of_way(tags)
            .or_else(|| Kind::of_point(tags))
            .is_some()
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        match tags.is("type", "multipolygon") && Kind::of_area(tags).is_some() {
            true => Keep::WithWays,
            false => Keep::No,
        }
    }
}

/// One thing to draw, before the file.
struct Thing {
    kind: Kind,
    names: [String; 2],
    parts: Vec<Vec<[i32; 2]>>,
}

impl Thing {
    fn new(kind: Kind, tags: &Tags<'_>, parts: Vec<Vec<[i32; 2]>>) -> Self {
        let name = match kind {
            Kind::House => tags.get("addr:housenumber"),
            Kind::Hydrant | Kind::Building | Kind::Green => None,
            _ => tags.get("name").or_else(|| tags.get("ref")),
        };
        let name = name.unwrap_or_default().to_owned();
        let chinese = match kind.is_line() || matches!(kind, Kind::Water) || kind > Kind::Hydrant {
            true => tags.get("name:zh-Hans").or_else(|| tags.get("name:zh")),
            false => None,
        };
        let names = [name, chinese.unwrap_or_default().to_owned()];
        Self { kind, names, parts }
    }
}

impl Builder for MapBuilder {
    fn build(&self, extract: &Extract, dir: &Path, _: Progress<'_>) -> Result<(), ImportError> {
        let path = dir.join(FILE);
        let mut things = things(extract);
        let sea = sea(extract, frame(&things));
        things.extend(sea.into_iter().map(|parts| Thing {
            kind: Kind::Water,
            names: [String::new(), String::new()],
            parts,
        }));
        write(&things, &path).map_err(ImportError::write(&path))
    }
}

/// Around everything that is not at sea, and a tenth more to each side (at least a kilometre).
fn frame(things: &[Thing]) -> [i32; 4] {
    let ashore = |thing: &&Thing| !matches!(thing.kind, Kind::Coast | Kind::Ferry);
    let corners: Vec<[i32; 2]> = things
        .iter()
        .filter(ashore)
        .flat_map(|thing| thing.parts.iter().flatten().copied())
        .collect();
    let [south, west, north, east] = around(&corners);
    if south > north {
        return [south, west, north, east];
    }
    let more = |low: i32, high: i32| ((i64::from(high) - i64::from(low)) / 10).max(90_000);
    let (up, across) = (more(south, north), more(west, east));
    let add =
        |value: i32, more: i64, most: i64| (i64::from(value) + more).clamp(-most, most) as i32;
    [
        add(south, -up, 850_000_000),
        add(west, -across, 1_800_000_000),
        add(north, up, 850_000_000),
        add(east, across, 1_800_000_000),
    ]
}

fn things(extract: &Extract) -> Vec<Thing> {
    let mut things = Vec::new();
    for node in extract.tagged_nodes() {
        if let Some(kind) = Kind::of_point(&node.tags) {
            things.push(Thing::new(kind, &node.tags, vec![vec![place(node.coord)]]));
        }
    }
    for way in extract.ways() {
        let points = points(extract, way.nodes);
        if points.is_empty() {
            continue;
        }
        if let Some(kind) = Kind::of_point(&way.tags) {
            things.push(Thing::new(kind, &way.tags, vec![vec![middle(&points)]]));
        }
        let closed = way.nodes.first() == way.nodes.last() && way.nodes.len() > 3;
        if let Some(kind) = Kind::of_way(&way.tags)
            && points.len() > 1
            && (closed || !kind.is_area())
        {
            things.push(Thing::new(kind, &way.tags, vec![points]));
        }
    }
    for relation in extract.relations() {
        let multipolygon = relation.tags.is("type", "multipolygon");
        if let Some(kind) = Kind::of_area(&relation.tags).filter(|_| multipolygon) {
            let rings = rings(extract, &relation);
            if !rings.is_empty() {
                things.push(Thing::new(kind, &relation.tags, rings));
            }
        }
    }
    things
}

fn place(coord: Coord) -> [i32; 2] {
    [coord.lat, coord.lon]
}

fn points(extract: &Extract, nodes: &[NodeIx]) -> Vec<[i32; 2]> {
    let known = nodes.iter().filter_map(|&node| extract.coord(node));
    known.map(place).collect()
}

fn middle(points: &[[i32; 2]]) -> [i32; 2] {
    let [south, west, north, east] = around(points);
    let half = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
    [half(south, north), half(west, east)]
}

/// Joins a multipolygon's ways into rings; what does not close (cut off by the extract's edge) is
/// closed by a straight line.
fn rings(extract: &Extract, relation: &Relation<'_>) -> Vec<Vec<[i32; 2]>> {
    let members = relation.members.iter();
    let ways: Vec<Way<'_>> = members
        .filter(|member| member.kind == MemberKind::Way)
        .filter_map(|member| extract.way(member.id))
        .filter(|way| way.nodes.len() > 1)
        .collect();
    let mut at_end: HashMap<NodeIx, Vec<usize>> = HashMap::new();
    for (no, way) in ways.iter().enumerate() {
        for end in [way.nodes[0], way.nodes[way.nodes.len() - 1]] {
            at_end.entry(end).or_default().push(no);
        }
    }
    let mut used = vec![false; ways.len()];
    let mut rings = Vec::new();
    for first in 0..ways.len() {
        if std::mem::replace(&mut used[first], true) {
            continue;
        }
        let mut nodes = ways[first].nodes.to_vec();
        while nodes[0] != nodes[nodes.len() - 1] {
            let end = nodes[nodes.len() - 1];
            let next = at_end[&end].iter().copied().find(|&no| !used[no]);
            let Some(next) = next else { break };
            used[next] = true;
            let more = ways[next].nodes;
            match more[0] == end {
                true => nodes.extend_from_slice(&more[1..]),
                false => nodes.extend(more.iter().rev().skip(1)),
            }
        }
        let ring = points(extract, &nodes);
        if ring.len() > 2 {
            rings.push(ring);
        }
    }
    rings
}

fn write(things: &[Thing], path: &Path) -> std::io::Result<()> {
    let mut order: Vec<(u64, usize, [i32; 4])> = things
        .iter()
        .enumerate()
        .map(|(no, thing)| {
            let bounds = around(&thing.parts.concat());
            (curve(bounds), no, bounds)
        })
        .collect();
    order.sort_unstable();
    let (mut kinds, mut bounds, mut points) = (Vec::new(), Vec::new(), Vec::new());
    let (mut thing_parts, mut part_points) = (vec![0u32], vec![0u32]);
    let (mut names, mut name_ends) = (Vec::new(), vec![0u32]);
    for &(_, no, around) in &order {
        let thing = &things[no];
        kinds.push(thing.kind as u8);
        bounds.push(around);
        for part in &thing.parts {
            points.extend_from_slice(part);
            part_points.push(points.len() as u32);
        }
        thing_parts.push(part_points.len() as u32 - 1);
        for name in &thing.names {
            names.extend_from_slice(name.as_bytes());
            name_ends.push(names.len() as u32);
        }
    }
    let groups: Vec<[i32; 4]> = bounds
        .chunks(GROUP)
        .map(|some| {
            let corners: Vec<_> = some
                .iter()
                .flat_map(|b| [[b[0], b[1]], [b[2], b[3]]])
                .collect();
            around(&corners)
        })
        .collect();
    FileWriter::new(VERSION)
        .column("kinds", &kinds)
        .column("bounds", &bounds)
        .column("groups", &groups)
        .column("parts", &thing_parts)
        .column("starts", &part_points)
        .column("points", &points)
        .column("names", &names)
        .column("nameends", &name_ends)
        .write(path)
}

/// Interleaves the bits of a box's corner, so that neighbours on the ground are mostly neighbours in the
/// file.
fn curve([south, west, ..]: [i32; 4]) -> u64 {
    let spread = |value: i32| {
        let bits = u64::from(value.abs_diff(i32::MIN));
        (0..32).fold(0u64, |all, bit| all | (bits >> bit & 1) << (2 * bit))
    };
    spread(south) << 1 | spread(west)
}
