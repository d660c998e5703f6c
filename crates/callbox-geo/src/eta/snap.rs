//! Where on the streets a point is.

use crate::{
    Coord,
    roads::{NO_EDGE, Near, RoadGraph, coord, near},
};

/// How far a point may lie from the nearest street.
const WITHIN_METERS: f64 = 2_000.0;
/// How far a street may lie on which one drives with a known heading.
const HEADING_METERS: f64 = 25.0;
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

/// A place on a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) segment: u32,
    /// How far along the segment, 0 to 1.
    pub(super) along: f64,
    /// Which of the segment's directions count: with it, against it.
    pub(super) sides: [bool; 2],
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
    pub(super) spots: Vec<Spot>,
}

/// Finds the nearest street, and the nearest one from which one gets everywhere if that is another.
pub(super) fn snap(graph: &RoadGraph, asked: Coord, heading: Option<f64>) -> Option<Snapped> {
    let driven = heading.and_then(|heading| driven(graph, asked, heading));
    let mut spots = Spots {
        graph,
        asked,
        served: 0,
        snapped: None,
    };
    if let Some((found, sides)) = driven {
        spots.add(found, sides);
    }
    near(graph, asked, WITHIN_METERS, |found| {
        let known = driven.is_some_and(|driven| driven.0.segment == found.segment);
        if !known {
            spots.add(found, directions(graph, found.segment));
        }
        spots.served != EVERYBODY
    });
    spots.snapped
}

/// Finds the street along which one drives with this heading, close by.
fn driven(graph: &RoadGraph, asked: Coord, heading: f64) -> Option<(Near, [bool; 2])> {
    let mut driven = None;
    near(graph, asked, HEADING_METERS, |found| {
        let points = graph.points(found.segment as usize);
        let piece = found.piece as usize;
        let direction = bearing(coord(points[piece]), coord(points[piece + 1]));
        let fits = |degrees: f64| {
            let off = (degrees - heading).rem_euclid(360.0);
            off.min(360.0 - off) <= HEADING_DEGREES
        };
        let [with, against] = directions(graph, found.segment);
        let sides = [with && fits(direction), against && fits(direction + 180.0)];
        if sides != [false, false] {
            driven = Some((found, sides));
        }
        driven.is_none()
    });
    driven
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
    /// For whom a spot on the main part of the network was found.
    served: u8,
    snapped: Option<Snapped>,
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
            spots: Vec::new(),
        });
        // 5 km/h on foot.
        let walk = (found.meters - snapped.meters).max(0.0) * 720.0;
        let points = self.graph.points(found.segment as usize);
        snapped.spots.push(Spot {
            segment: found.segment,
            along: along(points, found.piece as usize, found.along),
            sides,
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
