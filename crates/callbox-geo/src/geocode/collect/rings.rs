//! Rings of a boundary out of the ways of its relation.

use crate::Coord;
use crate::osm::{Extract, Member, MemberKind, NodeIx};

/// The most nodes of all rings of one relation; a longer boundary is left out.
const MAX_NODES: usize = 500_000;

/// The closed rings of a relation, outer ones first. Ways that lead out of the extract leave a ring open; an open ring
/// is left out, because a point cannot be said to lie inside it.
pub(super) fn outer_and_inner(extract: &Extract, members: &[Member<'_>]) -> Vec<Vec<Coord>> {
    let mut rings = of_role(extract, members, |role| role != "inner");
    if !rings.is_empty() {
        rings.extend(of_role(extract, members, |role| role == "inner"));
    }
    rings
}

fn of_role(extract: &Extract, members: &[Member<'_>], wanted: fn(&str) -> bool) -> Vec<Vec<Coord>> {
    let mut pending: Vec<Vec<NodeIx>> = members
        .iter()
        .filter(|member| member.kind == MemberKind::Way && wanted(member.role))
        .filter_map(|member| Some(extract.way(member.id)?.nodes.to_vec()))
        .filter(|nodes| nodes.len() > 1)
        .collect();
    let mut rings = Vec::new();
    if pending.iter().map(Vec::len).sum::<usize>() > MAX_NODES || pending.len() > 4_000 {
        return rings;
    }
    while let Some(mut ring) = pending.pop() {
        while ring.first() != ring.last() {
            let end = ring.last().copied();
            let next = pending
                .iter()
                .position(|way| way.first().copied() == end || way.last().copied() == end);
            let Some(next) = next else { break };
            let mut way = pending.swap_remove(next);
            if way.first().copied() != end {
                way.reverse();
            }
            ring.extend(way.into_iter().skip(1));
        }
        if ring.len() > 3 && ring.first() == ring.last() {
            let points: Option<Vec<Coord>> = ring.iter().map(|node| extract.coord(*node)).collect();
            rings.extend(points);
        }
    }
    rings
}
