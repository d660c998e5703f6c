//! Finds streets near a point: a packed tree of boxes over the pieces of all segments.
//!
//! Pieces are sorted along a Hilbert curve and grouped by 16, the groups by 16 again, and so on;
//! the tree needs no pointers, because each level is full but for its last group.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::Coord;

use super::{build::Segments, graph::RoadGraph};

const FAN: usize = 16;
/// Metres per unit of 1e-7 degree of latitude.
const METERS: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0 / 1e7;

/// Gives the pieces in their order, and the boxes of all levels from the pieces up.
pub(super) fn build(segments: &Segments) -> (Vec<[u32; 2]>, Vec<[i32; 4]>) {
    let mut items: Vec<(u64, [u32; 2], [i32; 4])> = Vec::new();
    for segment in 0..segments.way.len() {
        for (no, pair) in segments.points(segment).windows(2).enumerate() {
            let [a, b] = [pair[0], pair[1]];
            let (low, high) = (
                [a[0].min(b[0]), a[1].min(b[1])],
                [a[0].max(b[0]), a[1].max(b[1])],
            );
            let middle = (
                u64::from(low[0].abs_diff(i32::MIN)),
                u64::from(low[1].abs_diff(i32::MIN)),
            );
            let key = hilbert(middle.0 as u32, middle.1 as u32);
            items.push((
                key,
                [segment as u32, no as u32],
                [low[0], low[1], high[0], high[1]],
            ));
        }
    }
    items.sort_unstable();
    let mut boxes: Vec<[i32; 4]> = items.iter().map(|item| item.2).collect();
    let mut level = 0..boxes.len();
    while level.len() > 1 {
        let groups: Vec<[i32; 4]> = boxes[level.clone()].chunks(FAN).map(around).collect();
        level = boxes.len()..boxes.len() + groups.len();
        boxes.extend(groups);
    }
    (items.into_iter().map(|item| item.1).collect(), boxes)
}

fn around(boxes: &[[i32; 4]]) -> [i32; 4] {
    boxes
        .iter()
        .copied()
        .fold([i32::MAX, i32::MAX, i32::MIN, i32::MIN], |all, one| {
            [
                all[0].min(one[0]),
                all[1].min(one[1]),
                all[2].max(one[2]),
                all[3].max(one[3]),
            ]
        })
}

/// The place of a point on a Hilbert curve of order 32.
fn hilbert(mut x: u32, mut y: u32) -> u64 {
    let mut place = 0;
    for bit in (0..32).rev() {
        let (right, up) = (x >> bit & 1, y >> bit & 1);
        place = place << 2 | u64::from((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    place
}

/// A piece of a segment near a point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Near {
    pub(crate) segment: u32,
    pub(crate) piece: u32,
    pub(crate) meters: f64,
    /// How far along the piece the nearest point lies, 0 to 1.
    pub(crate) along: f64,
    /// Whether the point lies to the right of the piece's direction.
    pub(crate) right: bool,
    pub(crate) point: Coord,
}

/// Calls `visit` with pieces by growing distance until it says that it has enough.
pub(crate) fn near(
    graph: &RoadGraph,
    point: Coord,
    within_meters: f64,
    mut visit: impl FnMut(Near) -> bool,
) {
    let boxes = &*graph.boxes;
    let items = &*graph.box_items;
    let mut levels: Vec<_> = std::iter::once(0..items.len()).collect();
    while levels[levels.len() - 1].len() > 1 {
        let below = &levels[levels.len() - 1];
        levels.push(below.end..below.end + below.len().div_ceil(FAN));
    }
    let squeeze = point.degrees().0.to_radians().cos();
    let top = levels.len() - 1;
    let mut queue = BinaryHeap::with_capacity(128);
    if !items.is_empty() {
        queue.push(entry(0.0, top as u32, 0));
    }
    let most = within_meters * within_meters;
    // Some piece is at most so far away, so what is farther waits outside of the queue until somebody
    // asks for a second piece.
    let (mut bound, mut later) = (f64::INFINITY, Vec::new());
    loop {
        let Some(Reverse(next)) = queue.pop() else {
            if later.is_empty() {
                return;
            }
            bound = f64::INFINITY;
            queue.extend(later.drain(..));
            continue;
        };
        let (far, level, no) = ((next >> 64) as u64, (next >> 32) as u32, next as u32);
        if f64::from_bits(far) > most {
            return;
        }
        if level == EXACT {
            let found = measure(graph, items[no as usize], point, squeeze);
            if !visit(found) {
                return;
            }
            bound = f64::INFINITY;
            queue.extend(later.drain(..));
            continue;
        }
        if level == 0 {
            let exact = squared(graph, items[no as usize], point, squeeze);
            queue.push(entry(exact, EXACT, no));
            continue;
        }
        let below = &levels[level as usize - 1];
        let children = no as usize * FAN..((no as usize + 1) * FAN).min(below.len());
        let around = &boxes[below.start + children.start..below.start + children.end];
        for (child, &[south, west, north, east]) in children.zip(around) {
            let lat = f64::from(point.lat.clamp(south, north)) - f64::from(point.lat);
            let lon = f64::from(point.lon.clamp(west, east)) - f64::from(point.lon);
            let square = |north: f64, east: f64| {
                let (north, east) = (north * METERS, east * squeeze * METERS);
                north * north + east * east
            };
            let meters = square(lat, lon);
            if meters > most {
                continue;
            }
            let off = |low: i32, high: i32, at: i32| {
                (f64::from(high) - f64::from(at)).max(f64::from(at) - f64::from(low))
            };
            let farthest = square(off(south, north, point.lat), off(west, east, point.lon));
            bound = bound.min(farthest);
            let entry = entry(meters, level - 1, child as u32);
            if meters <= bound {
                queue.push(entry);
            } else {
                later.push(entry);
            }
        }
    }
}

/// An entry of the queue in one number: squared metres first, ordered as bits (floats that are not
/// negative have the order of their bits), then level and number.
fn entry(squared: f64, level: u32, no: u32) -> Reverse<u128> {
    let rest = u128::from(level) << 32 | u128::from(no);
    Reverse(u128::from(squared.to_bits()) << 64 | rest)
}

/// Stands for a piece whose own distance is known, instead of its box's.
const EXACT: u32 = u32::MAX;

/// How far along a piece the nearest place lies, and where it is from the point, in metres.
fn nearest(
    graph: &RoadGraph,
    item: [u32; 2],
    point: Coord,
    squeeze: f64,
) -> (f64, (f64, f64), bool) {
    let points = graph.points(item[0] as usize);
    let (a, b) = (points[item[1] as usize], points[item[1] as usize + 1]);
    let flat = |to: [i32; 2]| {
        let lat = f64::from(to[0]) - f64::from(point.lat);
        let lon = f64::from(to[1]) - f64::from(point.lon);
        (lon * squeeze * METERS, lat * METERS)
    };
    let ((ax, ay), (bx, by)) = (flat(a), flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let place = (ax + along * dx, ay + along * dy);
    (along, place, dx * ay - dy * ax > 0.0)
}

fn squared(graph: &RoadGraph, item: [u32; 2], point: Coord, squeeze: f64) -> f64 {
    let (_, (x, y), _) = nearest(graph, item, point, squeeze);
    x * x + y * y
}

fn measure(graph: &RoadGraph, item: [u32; 2], point: Coord, squeeze: f64) -> Near {
    let points = graph.points(item[0] as usize);
    let (a, b) = (points[item[1] as usize], points[item[1] as usize + 1]);
    let (along, (x, y), right) = nearest(graph, item, point, squeeze);
    let between = |from: i32, to: i32| {
        (f64::from(from) + along * (f64::from(to) - f64::from(from))).round() as i32
    };
    Near {
        segment: item[0],
        piece: item[1],
        meters: (x * x + y * y).sqrt(),
        along,
        right,
        point: Coord {
            lat: between(a[0], b[0]),
            lon: between(a[1], b[1]),
        },
    }
}
