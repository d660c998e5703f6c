//! Where two streets meet: the nodes that both have.

use std::collections::HashMap;

use super::super::geometry::{Bounds, meters};
use super::super::index::{Crossing, EntityKind, PostEntry};
use super::super::source::{Name, NameKind, Source};
use super::streets::Streets;
use super::{Builder, distinct};
use crate::Coord;

/// Nodes of one pair of streets nearer than this are one crossing: the four of two dual carriageways.
const SAME_CROSSING_METERS: f64 = 80.0;
/// A node that more streets share than this is damage, not a crossing.
const MAX_STREETS: usize = 12;

pub(super) fn add(builder: &mut Builder, source: &Source, streets: &mut Streets) {
    let nodes = nodes(source, streets);
    let mut pairs: HashMap<(u32, u32), Vec<Coord>> = HashMap::new();
    for (point, at) in nodes.values() {
        for (no, a) in at.iter().enumerate().take(MAX_STREETS) {
            for b in at.iter().skip(no + 1).take(MAX_STREETS) {
                let pair = (*a.min(b), *a.max(b));
                if !run_together(builder, pair) {
                    pairs.entry(pair).or_default().push(*point);
                }
            }
        }
    }
    let mut pairs: Vec<((u32, u32), Vec<Coord>)> = pairs.into_iter().collect();
    pairs.sort();
    for ((a, b), mut points) in pairs {
        points.sort();
        for group in groups(&points) {
            let bounds = Bounds::of(group);
            let (point, extent) = (bounds.center(), bounds.radius_meters() as u32);
            for (street, other) in [(a, b), (b, a)] {
                let crossing = Crossing {
                    other,
                    point,
                    extent_meters: extent,
                };
                builder.crossings[street as usize].push(crossing);
            }
        }
    }
    add_posts(builder, source, streets, &nodes);
    add_exits(builder, source, &nodes);
}

type Nodes = HashMap<u64, (Coord, Vec<u32>)>;

/// The streets and routes at each node.
fn nodes(source: &Source, streets: &Streets) -> Nodes {
    let mut nodes: Nodes = HashMap::new();
    for (way, of_way) in source.streets.iter().zip(&streets.of_way) {
        for (node, point) in way.nodes.iter().zip(&way.points) {
            let at = &mut nodes.entry(*node).or_insert_with(|| (*point, Vec::new())).1;
            for street in of_way {
                if !at.contains(street) {
                    at.push(*street);
                }
            }
        }
    }
    nodes
}

/// A street that carries a route meets it everywhere, which tells nobody anything.
fn run_together(builder: &Builder, (a, b): (u32, u32)) -> bool {
    let is_route = |entity: u32| builder.stored.entities[entity as usize].kind == EntityKind::Route;
    if !is_route(a) && !is_route(b) {
        return false;
    }
    let (a, b) = (&builder.lines[a as usize], &builder.lines[b as usize]);
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().any(|line| many.binary_search(line).is_ok())
}

fn groups(points: &[Coord]) -> Vec<Vec<Coord>> {
    let mut groups: Vec<Vec<Coord>> = Vec::new();
    for point in points {
        let near = |group: &&mut Vec<Coord>| {
            group
                .iter()
                .any(|other| meters(*other, *point) <= SAME_CROSSING_METERS)
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push(*point),
            None => groups.push(vec![*point]),
        }
    }
    groups
}

fn add_posts(builder: &mut Builder, source: &Source, streets: &mut Streets, nodes: &Nodes) {
    for post in &source.posts {
        let entry = PostEntry {
            thousandths: post.thousandths,
            miles: u32::from(post.miles),
            point: post.point,
        };
        let kinds = |builder: &Builder, kind: EntityKind| -> Vec<u32> {
            let at = nodes
                .get(&post.node)
                .map_or(&[][..], |(_, streets)| streets);
            at.iter()
                .copied()
                .filter(|street| builder.stored.entities[*street as usize].kind == kind)
                .collect()
        };
        let mut owners = match &post.reference {
            Some(reference) => route_of(builder, streets, reference),
            None => kinds(builder, EntityKind::Route),
        };
        if owners.is_empty() {
            owners = kinds(builder, EntityKind::Street);
        }
        for owner in owners {
            builder.posts[owner as usize].push(entry);
        }
    }
}

/// The route of a reference; made, without lines, if no way has it.
fn route_of(builder: &mut Builder, streets: &mut Streets, reference: &str) -> Vec<u32> {
    let key = builder.key(reference);
    if key.is_empty() {
        return Vec::new();
    }
    let is_route =
        |entity: &u32| builder.stored.entities[*entity as usize].kind == EntityKind::Route;
    if let Some(route) = streets
        .by_key
        .get(&key)
        .and_then(|known| known.iter().copied().find(is_route))
    {
        return vec![route];
    }
    let names = vec![Name {
        text: reference.to_owned(),
        kind: NameKind::Reference,
    }];
    let route = builder.add_entity(EntityKind::Route, names, None, Coord::default(), 0.0);
    streets.by_key.entry(key).or_default().push(route);
    vec![route]
}

fn add_exits(builder: &mut Builder, source: &Source, nodes: &Nodes) {
    for exit in &source.exits {
        let at = nodes
            .get(&exit.node)
            .map_or(&[][..], |(_, streets)| streets);
        let mut roads: Vec<String> = Vec::new();
        for road in at {
            let text = builder
                .stored
                .texts
                .get(builder.stored.entities[*road as usize].text);
            roads.push(text.to_owned());
        }
        let mut names = Vec::new();
        if let Some(number) = &exit.number {
            for road in &roads {
                names.push(Name::main(format!("Exit {number} {road}")));
            }
            names.push(Name {
                text: format!("Exit {number}"),
                kind: NameKind::Other,
            });
        }
        if let Some(name) = &exit.name {
            names.push(Name {
                text: name.clone(),
                kind: NameKind::Other,
            });
        }
        if names.is_empty() {
            continue;
        }
        let entity =
            builder.add_entity(EntityKind::Exit, names, Some("junction"), exit.point, 150.0);
        let areas = at
            .iter()
            .flat_map(|road| builder.areas[*road as usize].clone());
        builder.areas[entity as usize] = distinct(areas.collect::<Vec<_>>(), 8);
    }
}
