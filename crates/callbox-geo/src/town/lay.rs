//! Lays out the lines of a town: motorway, ring, harbour road, then all that grows between them.

use std::f64::consts::TAU;

use super::{
    ground::Ground,
    grow::{Class, Growth, Line, meet},
    point::{P, Random, along, length, noise, p},
};

/// The lines that have a name of their own, by their place in the list.
#[derive(Debug, Default)]
pub(super) struct Laid {
    pub(super) lines: Vec<Line>,
    pub(super) motorway: Vec<P>,
    pub(super) junctions: Vec<P>,
    pub(super) harbour: usize,
    pub(super) ring: std::ops::Range<usize>,
    pub(super) island: usize,
}

pub(super) fn lay(ground: &Ground) -> Laid {
    let mut random = Random::new(ground.seed, 2);
    let mut growth = Growth::new(ground);
    let r = ground.radius;
    let mut laid = Laid::default();

    let quay = |x: f64| {
        p(
            x,
            ground.coast(x) + 62.0 + 26.0 * noise(ground.seed ^ 51, p(x / 240.0, 0.0)),
        )
    };
    let steps = (2.1 * r / 12.0) as i32;
    laid.harbour = growth.lines.len();
    let points: Vec<P> = (-steps / 2..=steps / 2)
        .map(|no| quay(f64::from(no) * 12.0))
        .collect();
    growth.add(Line::new(Class::Road, points));

    let first = growth.lines.len();
    for part in ring(ground) {
        growth.add(Line::new(Class::Main, part));
    }
    laid.ring = first..growth.lines.len();
    laid.island = growth.lines.len();
    growth.add(Line::new(Class::Road, ground.island.ring(55.0)));
    laid.motorway = motorway(ground);
    growth.add(Line::new(Class::Motorway, side(&laid.motorway, -9.0)));
    let mut back = side(&laid.motorway, 9.0);
    back.reverse();
    growth.add(Line::new(Class::Motorway, back));

    growth.grow(Class::Main, &mut random);
    growth.join();
    growth.grow(Class::Road, &mut random);
    growth.join();
    growth.grow(Class::Street, &mut random);
    growth.join();
    laid.lines = growth.lines;
    ramps(&mut laid, r);
    for park in &ground.parks {
        let ring = park.ring(22.0);
        let half = ring.len() / 2;
        laid.lines.push(Line::new(Class::Path, ring.clone()));
        laid.lines
            .push(Line::new(Class::Path, vec![ring[0], park.at, ring[half]]));
        laid.lines.push(Line::new(
            Class::Path,
            vec![ring[half / 2], park.at, ring[half + half / 2]],
        ));
    }
    laid
}

/// A road around the town's inner part, where there is land.
fn ring(ground: &Ground) -> Vec<Vec<P>> {
    let radius = 0.58 * ground.radius;
    let steps = (radius * TAU / 14.0) as usize;
    let at = |no: usize| {
        // It begins in the south, in the sea, so that it is one piece.
        let angle = no as f64 / steps as f64 * TAU - TAU / 4.0;
        let uneven = 1.0 + 0.2 * noise(ground.seed ^ 61, P::at_angle(angle) * 1.7);
        let way = P::at_angle(angle);
        ground.middle + p(way.x * 1.22, way.y * 0.98) * (radius * uneven)
    };
    let mut parts: Vec<Vec<P>> = vec![Vec::new()];
    for point in (0..=steps).map(at) {
        if ground.sea(point) > 40.0 && !ground.on_island(point) {
            if let Some(part) = parts.last_mut() {
                part.push(point);
            }
        } else if parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(Vec::new());
        }
    }
    parts.retain(|part| part.len() > 20);
    parts
}

fn motorway(ground: &Ground) -> Vec<P> {
    let r = ground.radius;
    let steps = (7.0 * r / 25.0) as i32;
    (-steps / 2..=steps / 2)
        .map(|no| {
            let x = f64::from(no) * 25.0;
            let bend = 0.16 * r * noise(ground.seed ^ 71, p(x / (1.1 * r), 0.0));
            p(
                x,
                ground.middle.y + 1.2 * r + bend
                    - 0.3 * r * (1.0 - (-(x / (1.4 * r)).powi(2)).exp()),
            )
        })
        .collect()
}

/// A line beside another; positive is on its left.
fn side(points: &[P], meters: f64) -> Vec<P> {
    let last = points.len() - 1;
    (0..=last)
        .map(|no| {
            let way = (points[(no + 1).min(last)] - points[no.saturating_sub(1)]).unit();
            points[no] + way.left() * meters
        })
        .collect()
}

/// Joins the motorway with the roads that cross it, a few of them, by four ramps each.
fn ramps(laid: &mut Laid, r: f64) {
    let mut crossings: Vec<(f64, usize, f64)> = Vec::new();
    for (no, line) in laid
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.class == Class::Main)
    {
        let mut far = 0.0;
        for pair in line.points.windows(2) {
            let mut on_motorway = 0.0;
            for other in laid.motorway.windows(2) {
                if let Some((t, s)) = meet(pair[0], pair[1], other[0], other[1]) {
                    crossings.push((
                        on_motorway + s * other[0].to(other[1]),
                        no,
                        far + t * pair[0].to(pair[1]),
                    ));
                }
                on_motorway += other[0].to(other[1]);
            }
            far += pair[0].to(pair[1]);
        }
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let whole = length(&laid.motorway);
    let (out, before) = (90.0, 380.0);
    let mut last = f64::MIN;
    let (south, north) = (side(&laid.motorway, -9.0), side(&laid.motorway, 9.0));
    for (on_motorway, no, far) in crossings {
        let road = laid.lines[no].points.clone();
        let fits = on_motorway - last > 0.5 * r
            && on_motorway > before + 50.0
            && on_motorway < whole - before - 50.0
            && far > out + 20.0
            && far < length(&road) - out - 20.0;
        if !fits {
            continue;
        }
        last = on_motorway;
        let (middle, way) = along(&laid.motorway, on_motorway);
        let (one, other) = (along(&road, far - out).0, along(&road, far + out).0);
        let (right, left) = if way.cross(one - middle) < 0.0 {
            (one, other)
        } else {
            (other, one)
        };
        laid.junctions.push(middle);
        let mut ramp = |lane: &[P], meters: f64, end: P, leaves: bool| {
            let from = along(lane, meters).0;
            let toward = along(lane, meters + (on_motorway - meters) * 0.72).0;
            let bend = toward + (end - middle) * 0.3;
            let mut points: Vec<P> = (0..=14)
                .map(|step| {
                    let t = f64::from(step) / 14.0;
                    from * (1.0 - t).powi(2) + bend * (2.0 * t * (1.0 - t)) + end * t.powi(2)
                })
                .collect();
            if !leaves {
                points.reverse();
            }
            laid.lines.push(Line::new(Class::Link, points));
        };
        ramp(&south, on_motorway - before, right, true);
        ramp(&south, on_motorway + before, right, false);
        ramp(&north, on_motorway + before, left, true);
        ramp(&north, on_motorway - before, left, false);
    }
}
