//! Finds the way itself: geometry, names, and what is special about it.

use crate::{
    Coord,
    roads::{Class, NEVER, RoadGraph, coord},
};

use super::{
    cch::{Cch, NONE},
    live::{Driven, Live},
    metric::plain,
    query::{Room, Seed},
    snap::Snapped,
};

/// Says what a driver should know before a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A gate has to be opened.
    Gate,
    /// A sign forbids the turn to others.
    ForbiddenTurn,
    /// The vehicle turns round.
    TurnRound,
    /// A ferry.
    Ferry,
    /// Not open to everybody (now): a bus lane, a pedestrian or private street.
    Restricted,
}

/// Is a part of a route along one street.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// The street's name and number; empty if it has none.
    pub name: String,
    /// The street's class.
    pub class: Class,
    /// Metres.
    pub meters: f64,
    /// Milliseconds, the turn into it included.
    pub milliseconds: u32,
    /// Where in the route's points the leg begins.
    pub first_point: usize,
    /// What to know, each once.
    pub notices: Vec<Notice>,
}

/// Is a way from one place to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Milliseconds: what an ETA for the same two places says.
    pub milliseconds: u32,
    /// Metres on the streets.
    pub meters: f64,
    /// The way on the map, from the street at the start to the street at the end.
    pub points: Vec<Coord>,
    /// Its parts in order; a leg ends where the street's name or class does.
    pub legs: Vec<Leg>,
}

/// The way as edges, and where on the first and the last it begins and ends.
pub(super) struct Path {
    pub(super) edges: Vec<u32>,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) milliseconds: u32,
}

/// Finds the best chain of edges from one of `starts` (ends of edges, with times) to one of `ends`.
pub(super) fn chain(
    cch: &Cch,
    live: &Live,
    weights: &(impl Fn(u32) -> u32 + Sync),
    graph: &RoadGraph,
    rooms: (&mut Room, &mut Room),
    starts: &[Seed],
    ends: &[Seed],
) -> Option<(Vec<u32>, u32)> {
    let (there, back) = rooms;
    let ranked = |seeds: &[Seed]| -> Vec<Seed> {
        seeds
            .iter()
            .map(|&(edge, time)| (cch.rank[edge as usize], time))
            .collect()
    };
    let (starts, ends) = (ranked(starts), ranked(ends));
    let (up, down) = (&*live.metric.up, &*live.metric.down);
    let forward = there.climb_only(cch, up, &starts).to_vec();
    let backward = back.climb_only(cch, down, &ends).to_vec();
    let meeting = forward
        .iter()
        .filter(|vertex| backward.binary_search(vertex).is_ok())
        .map(|&vertex| {
            (
                there.time[vertex as usize].saturating_add(back.time[vertex as usize]),
                vertex,
            )
        })
        .min()?;
    if meeting.0 >= NEVER {
        return None;
    }
    let mut links = descend(cch, up, &there.time, &forward, &starts, meeting.1)?;
    links.reverse();
    let first = links.first().map_or(meeting.1, |&link| cch.tail[link]);
    let mut edges = vec![cch.edge[first as usize]];
    let mut stack: Vec<(usize, usize)> = links.into_iter().map(|link| (link, 0)).collect();
    let later = descend(cch, down, &back.time, &backward, &ends, meeting.1)?;
    stack.extend(later.into_iter().map(|link| (link, 1)));
    stack.reverse();
    while let Some((link, side)) = stack.pop() {
        let weight = if side == 0 { up[link] } else { down[link] };
        if plain(cch, weights, link)[side] == weight {
            let turn = cch.turns[link][side];
            debug_assert_ne!(turn, NONE, "a link without a turn is never below NEVER");
            edges.push(graph.turn_to[turn as usize]);
            continue;
        }
        let mut parts = None;
        cch.triangles(link, |low, high| {
            // Down to the common lower vertex, then up again.
            let (first, second) = if side == 0 { (low, high) } else { (high, low) };
            let fits = down[first] + up[second] == weight;
            if fits {
                parts = Some((first, second));
            }
            fits
        });
        let (first, second) = parts?;
        stack.push((second, 0));
        stack.push((first, 1));
    }
    Some((edges, meeting.0))
}

/// Follows a climb back from where it met the other: the links, from the top down to a seed.
fn descend(
    cch: &Cch,
    weights: &[u32],
    time: &[u32],
    climbed: &[u32],
    seeds: &[Seed],
    top: u32,
) -> Option<Vec<usize>> {
    let mut links = Vec::new();
    let mut at = top;
    loop {
        let here = time[at as usize];
        if seeds.contains(&(at, here)) {
            return Some(links);
        }
        let link = cch
            .downs(at)
            .iter()
            .map(|&link| link as usize)
            .find(|&link| {
                let lower = cch.tail[link];
                climbed.binary_search(&lower).is_ok()
                    && time[lower as usize].saturating_add(weights[link]) == here
            })?;
        links.push(link);
        at = cch.tail[link];
    }
}

/// Draws a path.
pub(super) fn draw(
    graph: &RoadGraph,
    driven: &Driven,
    live: &Live,
    path: &Path,
    ends: (&Snapped, &Snapped),
) -> Route {
    let mut route = Route {
        milliseconds: path.milliseconds,
        meters: 0.0,
        points: Vec::new(),
        legs: Vec::new(),
    };
    let count = path.edges.len();
    let mut told = 0;
    for (no, &edge) in path.edges.iter().enumerate() {
        let (segment, _) = graph.side(edge);
        let from = if no == 0 { path.from } else { 0.0 };
        let to = if no + 1 == count { path.to } else { 1.0 };
        let part = (to - from).max(0.0);
        let meters = f64::from(graph.seg_length[segment]) / 10.0 * part;
        let mut time =
            (f64::from(driven.edge_ms(graph, &live.conditions, edge)) * part).round() as u32;
        let mut notices = Vec::new();
        if no > 0 {
            let before = path.edges[no - 1];
            let turn = graph
                .turns(before)
                .find(|&turn| graph.turn_to[turn] == edge);
            if let Some(turn) = turn {
                let now = &live.conditions;
                time += driven.turn_alone_ms(graph, now, turn as u32, before);
                let mut what = graph.turn_what[turn];
                if now.hours.turns.contains(&(turn as u32)) {
                    what = crate::roads::turn::forbidden_to_all(what);
                }
                notices = notices_of(what, driven.profile.is_forbidden(what));
            }
        }
        let class = graph.class(segment);
        if class == Class::Ferry {
            notices.push(Notice::Ferry);
        }
        let says = live.conditions.hours.edges.get(&edge).copied();
        if !says.unwrap_or_else(|| graph.always(edge)).open_to_all() {
            notices.push(Notice::Restricted);
        }
        let first_point = route.points.len().saturating_sub(1);
        add_points(graph, edge, from, to, &mut route.points);
        told += time;
        route.meters += meters;
        let name = graph.name(segment);
        match route.legs.last_mut() {
            Some(leg) if leg.name == name && leg.class == class => {
                leg.meters += meters;
                leg.milliseconds += time;
                for notice in notices {
                    if !leg.notices.contains(&notice) {
                        leg.notices.push(notice);
                    }
                }
            }
            _ => route.legs.push(Leg {
                name: name.to_owned(),
                class,
                meters,
                milliseconds: time,
                first_point,
                notices,
            }),
        }
    }
    // Parts of edges round, and a way on foot to the street counts: the sum is the ETA.
    if let Some(leg) = route.legs.last_mut() {
        leg.milliseconds = (leg.milliseconds + path.milliseconds).saturating_sub(told);
    }
    if route.points.is_empty() {
        route.points = vec![ends.0.point, ends.1.point];
    }
    route
}

fn notices_of(what: u8, is_forbidden: bool) -> Vec<Notice> {
    use crate::roads::turn::{BACK, GATE, KIND};
    let mut notices = Vec::new();
    if what & GATE != 0 {
        notices.push(Notice::Gate);
    }
    if is_forbidden {
        notices.push(Notice::ForbiddenTurn);
    }
    if what & KIND == BACK {
        notices.push(Notice::TurnRound);
    }
    notices
}

/// Adds the points of an edge from one part of its length to another.
fn add_points(graph: &RoadGraph, edge: u32, from: f64, to: f64, points: &mut Vec<Coord>) {
    let (segment, against) = graph.side(edge);
    let mut line: Vec<Coord> = graph.points(segment).iter().copied().map(coord).collect();
    if against == 1 {
        line.reverse();
    }
    let lengths: Vec<f64> = line
        .windows(2)
        .map(|pair| pair[0].meters_to(pair[1]))
        .collect();
    let total: f64 = lengths.iter().sum();
    let (from, to) = (from * total, to * total);
    let mut add = |point: Coord| {
        if points.last() != Some(&point) {
            points.push(point);
        }
    };
    let mut before = 0.0;
    for (pair, &length) in line.windows(2).zip(&lengths) {
        let at = |meters: f64| {
            let part = if length > 0.0 {
                ((meters - before) / length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let between = |a: i32, b: i32| {
                (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as i32
            };
            Coord {
                lat: between(pair[0].lat, pair[1].lat),
                lon: between(pair[0].lon, pair[1].lon),
            }
        };
        if before + length >= from && before <= to {
            add(at(from.max(before)));
            add(at(to.min(before + length)));
        }
        before += length;
    }
}
