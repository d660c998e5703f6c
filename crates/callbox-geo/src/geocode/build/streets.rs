//! Streets out of ways: one name that hangs together is one street.

use std::collections::HashMap;

use super::super::geometry::{Bounds, between, meters};
use super::super::index::{EntityKind, size};
use super::super::source::{Name, NameKind, Source};
use super::areas::Locator;
use super::{Builder, distinct};
use crate::Coord;

/// A gap in a street that is bridged: a square without the name, a bridge with a name of its own.
const GAP_METERS: f64 = 250.0;
/// The most areas that are remembered for a street.
const MAX_AREAS: usize = 16;

/// Which entities each way belongs to.
pub(super) struct Streets {
    /// Streets and routes of each way of the source.
    pub(super) of_way: Vec<Vec<u32>>,
    /// Streets and routes by any of their names' keys.
    pub(super) by_key: HashMap<String, Vec<u32>>,
}

pub(super) fn add(builder: &mut Builder, source: &Source, locator: &Locator) -> Streets {
    let mut streets = Streets {
        of_way: vec![Vec::new(); source.streets.len()],
        by_key: HashMap::new(),
    };
    for way in &source.streets {
        builder.stored.points.push(way.points.iter().copied());
    }
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    let mut by_reference: HashMap<String, Vec<usize>> = HashMap::new();
    for (no, way) in source.streets.iter().enumerate() {
        if let Some(name) = way.names.first() {
            by_name.entry(builder.key(&name.text)).or_default().push(no);
        }
        for reference in &way.references {
            by_reference
                .entry(builder.key(reference))
                .or_default()
                .push(no);
        }
    }
    let mut groups: Vec<(String, Vec<usize>)> = by_name.into_iter().collect();
    groups.sort();
    for (_, ways) in groups {
        for component in components(source, &ways) {
            add_street(builder, source, locator, &mut streets, &component);
        }
    }
    let mut groups: Vec<(String, Vec<usize>)> = by_reference.into_iter().collect();
    groups.sort();
    for (key, ways) in groups {
        let text = source.streets[ways[0]]
            .references
            .iter()
            .find(|reference| builder.key(reference) == key)
            .cloned()
            .unwrap_or_default();
        let names = vec![Name {
            text,
            kind: NameKind::Reference,
        }];
        let route = add_lines(builder, source, EntityKind::Route, names, &ways);
        for way in ways {
            streets.of_way[way].push(route);
        }
        streets.by_key.entry(key).or_default().push(route);
    }
    streets
}

fn add_street(
    builder: &mut Builder,
    source: &Source,
    locator: &Locator,
    streets: &mut Streets,
    ways: &[usize],
) {
    let mut names: Vec<Name> = Vec::new();
    for name in ways.iter().flat_map(|way| &source.streets[*way].names) {
        if !names.iter().any(|known| known.text == name.text) && names.len() < 24 {
            names.push(name.clone());
        }
    }
    names.sort_by_key(|name| name.kind);
    let keys = distinct_keys(builder, &names);
    let street = add_lines(builder, source, EntityKind::Street, names, ways);
    let mut areas = Vec::new();
    for way in ways {
        streets.of_way[*way].push(street);
        if let Some(middle) = middle(&source.streets[*way].points) {
            areas.push(locator.areas_at(middle));
        }
    }
    // The town of most of its ways comes first, so that the street's label names that one.
    let mut first: HashMap<u32, usize> = HashMap::new();
    areas
        .iter()
        .filter_map(|areas| areas.first())
        .for_each(|area| *first.entry(*area).or_default() += 1);
    let most = first
        .into_iter()
        .max_by_key(|(area, count)| (*count, std::cmp::Reverse(*area)));
    let towns = areas.iter().filter_map(|areas| areas.first().copied());
    let others = areas.iter().flatten().copied();
    builder.areas[street as usize] = distinct(
        most.map(|(area, _)| area)
            .into_iter()
            .chain(towns)
            .chain(others),
        MAX_AREAS,
    );
    for key in keys {
        streets.by_key.entry(key).or_default().push(street);
    }
}

fn distinct_keys(builder: &Builder, names: &[Name]) -> Vec<String> {
    let mut keys: Vec<String> = names.iter().map(|name| builder.key(&name.text)).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn add_lines(
    builder: &mut Builder,
    source: &Source,
    kind: EntityKind,
    names: Vec<Name>,
    ways: &[usize],
) -> u32 {
    let bounds = Bounds::of(
        ways.iter()
            .flat_map(|way| &source.streets[*way].points)
            .copied(),
    );
    let point = nearest_to(
        bounds.center(),
        ways.iter().flat_map(|way| &source.streets[*way].points),
    );
    let entity = builder.add_entity(kind, names, None, point, bounds.radius_meters());
    builder.lines[entity as usize] = ways.iter().map(|way| size(*way)).collect();
    entity
}

/// The point of the street that is nearest to the middle of its box, so that the label lies on the street.
fn nearest_to<'a>(center: Coord, points: impl Iterator<Item = &'a Coord>) -> Coord {
    points
        .copied()
        .min_by(|a, b| meters(*a, center).total_cmp(&meters(*b, center)))
        .unwrap_or(center)
}

fn middle(points: &[Coord]) -> Option<Coord> {
    match points {
        [] => None,
        [one] => Some(*one),
        points => {
            let at = (points.len() - 1) / 2;
            Some(between(points[at], points[at + 1], 0.5))
        }
    }
}

/// Ways that share a node, or whose ends are near each other.
fn components(source: &Source, ways: &[usize]) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = (0..ways.len()).collect();
    let mut by_node: HashMap<u64, usize> = HashMap::new();
    for (no, way) in ways.iter().enumerate() {
        for node in &source.streets[*way].nodes {
            let other = *by_node.entry(*node).or_insert(no);
            join(&mut parents, no, other);
        }
    }
    let ends: Vec<(usize, Coord)> = ways
        .iter()
        .enumerate()
        .flat_map(|(no, way)| {
            let points = &source.streets[*way].points;
            points
                .first()
                .into_iter()
                .chain(points.last())
                .map(move |point| (no, *point))
        })
        .collect();
    // Sorted by latitude, each end is compared only with those within the gap.
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by_key(|end| ends[*end].1.lat);
    let gap_units = (GAP_METERS / 0.0111) as i32;
    for (position, a) in order.iter().enumerate() {
        for b in &order[position + 1..] {
            if ends[*b].1.lat - ends[*a].1.lat > gap_units {
                break;
            }
            if meters(ends[*a].1, ends[*b].1) <= GAP_METERS {
                join(&mut parents, ends[*a].0, ends[*b].0);
            }
        }
    }
    let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
    for (no, way) in ways.iter().enumerate() {
        groups.entry(root(&mut parents, no)).or_default().push(*way);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort();
    groups
}

pub(super) fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

pub(super) fn join(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b)] = a.min(b);
}
