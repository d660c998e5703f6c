//! Where on the streets a point is.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

use crate::{
    Coord,
    roads::{NO_EDGE, Near, Network, RoadGraph, coord, near},
};

use super::ascent::Ascents;

/// How far a street may lie that what else is known of a vehicle speaks for.
const HINT_METERS: f64 = 25.0;
/// Streets of two levels whose distances differ by less are not told apart by them.
const ALIKE_METERS: f64 = 10.0;
/// A position before that lies farther away says nothing.
const BEFORE_METERS: f64 = 600.0;
/// How far a heading may be off.
const HEADING_DEGREES: f64 = 60.0;

/// The side of the street, in the direction in which it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// On the street itself, within two metres.
    On,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// Says what else is known of a point than where it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// Where the vehicle is going, in degrees from north.
    pub heading_degrees: Option<f64>,
    /// How many roads lie below: 0 on the ground, 1 on a bridge, -1 in a tunnel.
    pub level: Option<i8>,
    /// Where the same vehicle was shortly before, on the same streets.
    pub before: Option<&'a Snapped>,
}

/// Says why a street was taken and not another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is the nearest.
    Nearest,
    /// It is the nearest along which one drives with this heading.
    Heading,
    /// It is the nearest on this level.
    Level,
    /// The vehicle came along it: from where it was, others nearby are far to drive.
    Before,
    /// It is the nearest, but a street on another level is as near, and nothing tells them apart.
    Unsure,
}

/// A place on a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) segment: u32,
    /// How far along the segment, 0 to 1.
    pub(super) along: f64,
    /// Which of the segment's directions count: with it, against it.
    pub(super) sides: [bool; 2],
    /// For whom the spot is: all, or those whom no nearer spot serves.
    pub(super) whom: u8,
    /// Milliseconds on foot by which this spot is farther than the nearest.
    pub(super) detour_ms: u32,
}

/// Is a point that was found on the streets.
///
/// Belongs to the [`Streets`](super::Streets) that made it. Find it once, when the position arrives:
/// a query then searches nothing.
#[derive(Clone, Debug)]
pub struct Snapped {
    /// The point that was asked for.
    pub asked: Coord,
    /// The nearest point on a street.
    pub point: Coord,
    /// Metres between the two.
    pub meters: f64,
    /// On which side of the street the asked point lies.
    pub side: Side,
    /// The street's level: 0 on the ground, above it on bridges, below it in tunnels.
    pub level: i8,
    /// Why this street.
    pub why: Why,
    pub(super) spots: Arc<[Spot]>,
    /// What was searched from here; copies share it.
    pub(super) ascents: Arc<Ascents>,
}

/// Finds the nearest street, and the nearest one from which one gets everywhere if that is another.
pub(super) fn snap(
    graph: &RoadGraph,
    network: Network,
    asked: Coord,
    hint: Option<Hint<'_>>,
) -> Option<Snapped> {
    let chosen = hint.and_then(|hint| choose(graph, asked, &hint));
    let mut spots = Spots {
        graph,
        asked,
        walk_ms: match network {
            // Off the path, 2.5 km/h.
            Network::Foot => 1_440.0,
            // From the street, 5 km/h.
            Network::Drive | Network::Boat => 720.0,
        },
        why: chosen.as_ref().map_or(Why::Nearest, |chosen| chosen.1),
        served: 0,
        snapped: None,
        found: Vec::new(),
    };
    if let Some((found, _)) = &chosen {
        spots.add(found.near, found.sides);
    }
    near(graph, asked, network.within_meters(), |found| {
        let known = chosen
            .as_ref()
            .is_some_and(|chosen| chosen.0.near.segment == found.segment);
        if !known {
            spots.add(found, directions(graph, found.segment));
        }
        spots.served != EVERYBODY
    });
    let found = spots.found.into();
    spots.snapped.map(|snapped| Snapped {
        spots: found,
        ..snapped
    })
}

/// A street close by, and its directions that the hint allows.
#[derive(Clone, Copy)]
struct Candidate {
    near: Near,
    sides: [bool; 2],
}

/// Chooses among the streets close by, nearest first, by what else is known.
fn choose(graph: &RoadGraph, asked: Coord, hint: &Hint<'_>) -> Option<(Candidate, Why)> {
    let mut close: Vec<Candidate> = Vec::new();
    near(graph, asked, HINT_METERS, |near| {
        if !close.iter().any(|known| known.near.segment == near.segment) {
            let sides = directions(graph, near.segment);
            close.push(Candidate { near, sides });
        }
        true
    });
    let mut why = Why::Nearest;
    let mut narrow = |close: &mut Vec<Candidate>, fits: Vec<Candidate>, because: Why| {
        // What fits nothing is a mistake, or a street that the map does not have.
        if fits.is_empty() {
            return;
        }
        if fits.len() < close.len() || because == Why::Heading {
            why = because;
        }
        *close = fits;
    };
    if let Some(heading) = hint.heading_degrees.filter(|heading| heading.is_finite()) {
        let fits = close
            .iter()
            .map(|one| Candidate {
                sides: along_heading(graph, one, heading),
                ..*one
            })
            .filter(|one| one.sides != [false, false])
            .collect();
        narrow(&mut close, fits, Why::Heading);
    }
    let level = |one: &Candidate| graph.seg_level[one.near.segment as usize];
    if let Some(wanted) = hint.level {
        let fits = close.iter().copied().filter(|one| level(one) == wanted);
        let fits = fits.collect();
        narrow(&mut close, fits, Why::Level);
    }
    let stacked = |close: &[Candidate]| {
        let first = close.first()?;
        let alike = |one: &&Candidate| one.near.meters < first.near.meters + ALIKE_METERS;
        let other = close.iter().take_while(alike);
        Some(other.into_iter().any(|one| level(one) != level(first)))
    };
    if stacked(&close)? {
        let before = hint.before.filter(|before| {
            before.why != Why::Unsure && before.asked.meters_to(asked) < BEFORE_METERS
        });
        if let Some(before) = before {
            let reached = reached(graph, before, before.asked.meters_to(asked) * 1.5 + 60.0);
            let came = |one: &Candidate| reached.contains_key(&one.near.segment);
            let fits = close.iter().copied().filter(came).collect();
            narrow(&mut close, fits, Why::Before);
        }
        if stacked(&close)? {
            why = Why::Unsure;
        }
    }
    Some((*close.first()?, why))
}

/// The directions of a street along which one drives with this heading.
fn along_heading(graph: &RoadGraph, one: &Candidate, heading: f64) -> [bool; 2] {
    let points = graph.points(one.near.segment as usize);
    let piece = one.near.piece as usize;
    let direction = bearing(coord(points[piece]), coord(points[piece + 1]));
    let fits = |degrees: f64| {
        let off = (degrees - heading).rem_euclid(360.0);
        off.min(360.0 - off) <= HEADING_DEGREES
    };
    [
        one.sides[0] && fits(direction),
        one.sides[1] && fits(direction + 180.0),
    ]
}

/// The pieces of street that begin within so many metres of driving from a place, either way.
fn reached(graph: &RoadGraph, from: &Snapped, meters: f64) -> HashMap<u32, u32> {
    let most = (meters * 10.0) as u32;
    let mut reached: HashMap<u32, u32> = HashMap::new();
    let mut known: HashMap<u32, u32> = HashMap::new();
    let mut queue = BinaryHeap::new();
    if let Some(spot) = from.spots.first() {
        let length = f64::from(graph.seg_length[spot.segment as usize]);
        reached.insert(spot.segment, 0);
        for (against, &edge) in graph.seg_edge[spot.segment as usize].iter().enumerate() {
            if edge != NO_EDGE {
                let rest = if against == 0 {
                    1.0 - spot.along
                } else {
                    spot.along
                };
                queue.push((Reverse((length * rest) as u32), edge));
            }
        }
    }
    while let Some((Reverse(far), edge)) = queue.pop() {
        if far > most || known.get(&edge).is_some_and(|known| *known <= far) {
            continue;
        }
        known.insert(edge, far);
        for turn in graph.turns(edge) {
            let next = graph.turn_to[turn];
            let (segment, _) = graph.side(next);
            reached.entry(segment as u32).or_insert(far);
            queue.push((Reverse(far + graph.seg_length[segment]), next));
        }
    }
    reached
}

fn directions(graph: &RoadGraph, segment: u32) -> [bool; 2] {
    graph.seg_edge[segment as usize].map(|edge| edge != NO_EDGE)
}

/// All kinds of vehicles that the main parts are known for.
const EVERYBODY: u8 = 3;

/// The spots of one point while they are found, nearest first.
struct Spots<'a> {
    graph: &'a RoadGraph,
    asked: Coord,
    /// Milliseconds that a metre on foot takes.
    walk_ms: f64,
    why: Why,
    /// For whom a spot on the main part of the network was found.
    served: u8,
    snapped: Option<Snapped>,
    found: Vec<Spot>,
}

impl Spots<'_> {
    fn add(&mut self, found: Near, sides: [bool; 2]) {
        let edges = self.graph.seg_edge[found.segment as usize];
        let main = edges
            .iter()
            .filter(|edge| **edge != NO_EDGE)
            .fold(0, |main, &edge| main | self.graph.edge_main[edge as usize]);
        if self.snapped.is_some() && main & !self.served == 0 {
            return;
        }
        let whom = match self.snapped {
            None => EVERYBODY,
            Some(_) => main & !self.served,
        };
        self.served |= main;
        let snapped = self.snapped.get_or_insert_with(|| Snapped {
            asked: self.asked,
            point: found.point,
            meters: found.meters,
            side: match (found.meters > 2.0, found.right) {
                (false, _) => Side::On,
                (true, false) => Side::Left,
                (true, true) => Side::Right,
            },
            level: self.graph.seg_level[found.segment as usize],
            why: self.why,
            spots: Arc::default(),
            ascents: Arc::default(),
        });
        let walk = (found.meters - snapped.meters).max(0.0) * self.walk_ms;
        let points = self.graph.points(found.segment as usize);
        self.found.push(Spot {
            segment: found.segment,
            along: along(points, found.piece as usize, found.along),
            sides,
            whom,
            detour_ms: walk as u32,
        });
    }
}

/// How far along the whole segment a place on one of its pieces is, 0 to 1.
fn along(points: &[[i32; 2]], piece: usize, part: f64) -> f64 {
    // Only proportions count, and a segment is short: one scale for all its degrees of longitude.
    let squeeze = coord(points[0]).degrees().0.to_radians().cos();
    let (mut before, mut total) = (0.0, 0.0);
    for (no, pair) in points.windows(2).enumerate() {
        let north = f64::from(pair[1][0]) - f64::from(pair[0][0]);
        let east = (f64::from(pair[1][1]) - f64::from(pair[0][1])) * squeeze;
        let length = (north * north + east * east).sqrt();
        if no < piece {
            before += length;
        } else if no == piece {
            before += length * part;
        }
        total += length;
    }
    if total > 0.0 {
        (before / total).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

pub(super) fn bearing(a: Coord, b: Coord) -> f64 {
    let ((lat_a, lon_a), (lat_b, lon_b)) = (a.degrees(), b.degrees());
    let east = (lon_b - lon_a) * lat_a.to_radians().cos();
    east.atan2(lat_b - lat_a).to_degrees().rem_euclid(360.0)
}
