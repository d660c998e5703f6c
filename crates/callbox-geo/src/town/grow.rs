//! Grows streets: lines that follow the ground's grain and keep their distance from each other.

use std::collections::HashMap;

use super::{
    ground::Ground,
    point::{P, Random, length},
};

/// How far one step of a growing line goes, in metres.
const STEP: f64 = 10.0;
const CELL: f64 = 60.0;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Motorway,
    Link,
    Main,
    Road,
    Street,
    Path,
    Ferry,
}

/// A street from end to end.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) class: Class,
    pub(super) points: Vec<P>,
}

impl Line {
    pub(super) fn new(class: Class, points: Vec<P>) -> Self {
        Self { class, points }
    }
}

/// The lines so far, and where they are.
#[derive(Debug)]
pub(super) struct Growth<'a> {
    ground: &'a Ground,
    pub(super) lines: Vec<Line>,
    samples: HashMap<(i32, i32), Vec<(P, P)>>,
}

impl<'a> Growth<'a> {
    pub(super) fn new(ground: &'a Ground) -> Self {
        Self {
            ground,
            lines: Vec::new(),
            samples: HashMap::new(),
        }
    }

    pub(super) fn add(&mut self, line: Line) {
        for pair in line.points.windows(2) {
            let way = (pair[1] - pair[0]).unit();
            let count = (pair[0].to(pair[1]) / STEP).ceil().max(1.0);
            for no in 0..count as usize {
                let at = pair[0] + (pair[1] - pair[0]) * (no as f64 / count);
                self.samples
                    .entry(at.cell(CELL))
                    .or_default()
                    .push((at, way));
            }
        }
        self.lines.push(line);
    }

    /// Grows all lines of a class that find room.
    pub(super) fn grow(&mut self, class: Class, random: &mut Random) {
        let r = self.ground.radius;
        let (reach, apart, least) = match class {
            Class::Main => (1.75, 0.24 * r + 250.0, 0.25 * r),
            Class::Road => (1.2, 0.045 * r + 240.0, 260.0),
            _ => (1.0, 60.0, 55.0),
        };
        let area = (2.0 * reach * r).powi(2);
        let tries =
            (area / apart.powi(2) * if class == Class::Street { 4.0 } else { 12.0 }) as usize;
        for no in 0..tries {
            let mut seed = self.ground.middle
                + super::point::p(random.between(-reach, reach), random.between(-reach, reach)) * r;
            // The island and the villages get their own share of tries.
            if no % 12 == 0 {
                let spot = random.below(self.ground.villages.len() + 1);
                let at = self
                    .ground
                    .villages
                    .get(spot)
                    .copied()
                    .unwrap_or(self.ground.island.at);
                seed = at + P::at_angle(random.between(0.0, 6.3)) * random.unit() * 0.2 * r;
            }
            let across = no % 2 == 1;
            let Some(room) = self.room(class, seed) else {
                continue;
            };
            let angle = self.ground.grain(seed)
                + if across {
                    std::f64::consts::FRAC_PI_2
                } else {
                    0.0
                };
            let way = P::at_angle(angle);
            if self.is_close(seed, way, room) {
                continue;
            }
            let mut points = self.trace(class, seed, way * -1.0);
            points.reverse();
            points.push(seed);
            points.extend(self.trace(class, seed, way));
            if length(&points) >= least {
                self.add(Line::new(class, points));
            }
        }
    }

    /// Metres that a line of a class keeps from others like it; `None` where it may not be.
    fn room(&self, class: Class, at: P) -> Option<f64> {
        let ground = self.ground;
        let r = ground.radius;
        match class {
            Class::Main => {
                let fits = ground.sea(at) > 70.0 && !ground.on_island(at) && ground.out(at) < 1.75;
                fits.then_some(0.24 * r + 250.0)
            }
            Class::Road => {
                let fits = ground.sea(at) > 45.0
                    && (ground.out(at) < 1.03
                        || ground.on_island(at)
                        || ground.spacing(at).is_some());
                fits.then_some((0.045 * r + 240.0) * (0.7 + 0.6 * ground.out(at).min(1.0)))
            }
            _ => ground.spacing(at),
        }
    }

    /// Whether a line in about the same direction is within some metres.
    fn is_close(&self, at: P, way: P, meters: f64) -> bool {
        let (cx, cy) = at.cell(CELL);
        let reach = (meters / CELL).ceil() as i32;
        (cx - reach..=cx + reach).any(|x| {
            (cy - reach..=cy + reach).any(|y| {
                self.samples.get(&(x, y)).is_some_and(|samples| {
                    samples.iter().any(|(other, theirs)| {
                        other.to(at) < meters && theirs.dot(way).abs() > 0.72
                    })
                })
            })
        })
    }

    /// Follows the grain from a point until there is no room any more.
    fn trace(&self, class: Class, from: P, way: P) -> Vec<P> {
        let ground = self.ground;
        let (mut at, mut way) = (from, way);
        let mut points = Vec::new();
        let most = 5.0 * ground.radius / STEP;
        while (points.len() as f64) < most {
            let over_river = class != Class::Street && ground.bank(at) < 35.0;
            if over_river {
                // A bridge is straight, and no road runs along in the water.
                if ground.bank(at) < 4.0 && way.dot(ground.river_way(at.y)).abs() > 0.75 {
                    break;
                }
            } else {
                let middle = at + way * (STEP / 2.0);
                let grain = P::at_angle(ground.grain(middle));
                let nearest = [grain, grain.left()]
                    .into_iter()
                    .max_by(|a, b| a.dot(way).abs().total_cmp(&b.dot(way).abs()))
                    .unwrap_or(grain);
                let next = if nearest.dot(way) < 0.0 {
                    nearest * -1.0
                } else {
                    nearest
                };
                // No street bends at once.
                way = (way * 0.6 + next * 0.4).unit();
            }
            at = at + way * STEP;
            let Some(room) = self.room(class, at) else {
                break;
            };
            if self.is_close(at, way, room * 0.55)
                || points
                    .iter()
                    .rev()
                    .skip(30)
                    .any(|old: &P| old.to(at) < 40.0)
            {
                break;
            }
            points.push(at);
        }
        // A road that ends in the river ends before it.
        while points.last().is_some_and(|&last| ground.bank(last) < 12.0) {
            points.pop();
        }
        points
    }

    /// Leads the ends of lines on to the next street, so that few streets end in nothing.
    pub(super) fn join(&mut self) {
        let mut segments: HashMap<(i32, i32), Vec<(usize, usize)>> = HashMap::new();
        for (no, line) in self.lines.iter().enumerate() {
            for (i, pair) in line.points.windows(2).enumerate() {
                segments
                    .entry(((pair[0] + pair[1]) * 0.5).cell(CELL))
                    .or_default()
                    .push((no, i));
            }
        }
        for no in 0..self.lines.len() {
            if self.lines[no].class < Class::Main || self.lines[no].class > Class::Street {
                continue;
            }
            for front in [false, true] {
                let line = &self.lines[no];
                let count = line.points.len();
                let (end, before) = if front {
                    (line.points[0], line.points[2.min(count - 1)])
                } else {
                    (line.points[count - 1], line.points[count - 3.min(count)])
                };
                let way = (end - before).unit();
                let reach = match line.class {
                    Class::Main => 500.0,
                    Class::Road => 260.0,
                    _ => self.ground.spacing(end).unwrap_or(100.0) * 1.05 + 10.0,
                };
                let found = self.ahead(&segments, no, end, way, reach).filter(|&hit| {
                    let middle = (end + hit) * 0.5;
                    line.class != Class::Street || self.ground.shore(middle) > 6.0
                });
                if let Some(hit) = found {
                    let points = &mut self.lines[no].points;
                    let hit = hit + way * 0.3;
                    if front {
                        points.insert(0, hit)
                    } else {
                        points.push(hit)
                    }
                }
            }
        }
    }

    /// Where a ray first meets another line.
    fn ahead(
        &self,
        segments: &HashMap<(i32, i32), Vec<(usize, usize)>>,
        own: usize,
        from: P,
        way: P,
        reach: f64,
    ) -> Option<P> {
        let to = from + way * reach;
        let steps = (reach / (CELL * 0.8)).ceil() as usize;
        let mut best = f64::MAX;
        for step in 0..=steps {
            let (cx, cy) = (from + way * (reach * step as f64 / steps as f64)).cell(CELL);
            for cell in (cx - 1..=cx + 1).flat_map(|x| (cy - 1..=cy + 1).map(move |y| (x, y))) {
                for &(no, i) in segments.get(&cell).into_iter().flatten() {
                    let other = &self.lines[no];
                    let takes = (Class::Main..=Class::Street).contains(&other.class);
                    if no == own || !takes || other.points.len() < i + 2 {
                        continue;
                    }
                    if let Some((t, _)) = meet(from, to, other.points[i], other.points[i + 1]) {
                        best = best.min(t);
                    }
                }
            }
        }
        (best <= 1.0).then(|| from + way * (reach * best))
    }
}

/// Where two segments meet: how far along each, from 0 to 1.
pub(super) fn meet(a: P, b: P, c: P, d: P) -> Option<(f64, f64)> {
    let (u, v) = (b - a, d - c);
    let cross = u.cross(v);
    if cross.abs() < 1e-9 {
        return None;
    }
    let (t, s) = ((c - a).cross(v) / cross, (c - a).cross(u) / cross);
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&s)).then_some((t, s))
}
