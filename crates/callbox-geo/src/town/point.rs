//! Metres on a flat ground, and chance that a seed decides.

use std::ops::{Add, Mul, Sub};

/// Metres east and north of the town's harbour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct P {
    pub(super) x: f64,
    pub(super) y: f64,
}

pub(super) const fn p(x: f64, y: f64) -> P {
    P { x, y }
}

impl Add for P {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        p(self.x + other.x, self.y + other.y)
    }
}

impl Sub for P {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        p(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f64> for P {
    type Output = Self;
    fn mul(self, by: f64) -> Self {
        p(self.x * by, self.y * by)
    }
}

impl P {
    pub(super) fn at_angle(angle: f64) -> Self {
        p(angle.cos(), angle.sin())
    }

    pub(super) fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    pub(super) fn to(self, other: Self) -> f64 {
        (other - self).length()
    }

    pub(super) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    pub(super) fn cross(self, other: Self) -> f64 {
        self.x * other.y - self.y * other.x
    }

    /// A quarter turn to the left.
    pub(super) fn left(self) -> Self {
        p(-self.y, self.x)
    }

    pub(super) fn unit(self) -> Self {
        self * (1.0 / self.length().max(1e-9))
    }

    pub(super) fn angle(self) -> f64 {
        self.y.atan2(self.x)
    }

    /// The cell of a grid of squares.
    pub(super) fn cell(self, size: f64) -> (i32, i32) {
        (
            (self.x / size).floor() as i32,
            (self.y / size).floor() as i32,
        )
    }
}

/// Metres along a line.
pub(super) fn length(points: &[P]) -> f64 {
    points.windows(2).map(|pair| pair[0].to(pair[1])).sum()
}

/// The point so many metres along a line, and the direction there.
pub(super) fn along(points: &[P], mut meters: f64) -> (P, P) {
    for pair in points.windows(2) {
        let step = pair[0].to(pair[1]);
        if meters <= step && step > 0.0 {
            return (
                pair[0] + (pair[1] - pair[0]) * (meters / step),
                (pair[1] - pair[0]).unit(),
            );
        }
        meters -= step;
    }
    let end = points.len() - 1;
    (
        points[end],
        (points[end] - points[end.saturating_sub(1)]).unit(),
    )
}

/// Random numbers that are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64, part: u64) -> Self {
        let mut random = Self(seed ^ part.wrapping_mul(0xff51_afd7_ed55_8ccd));
        random.next();
        random
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A smooth random function of the place, from -1 to 1; it changes over a distance of about 1.
pub(super) fn noise(seed: u64, at: P) -> f64 {
    let (x, y) = (at.x.floor(), at.y.floor());
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (u, v) = (smooth(at.x - x), smooth(at.y - y));
    let corner = |dx: i64, dy: i64| {
        let key = (x as i64 + dx).wrapping_mul(0x9e37_79b9)
            ^ (y as i64 + dy).wrapping_mul(0x85eb_ca6b_c2b2);
        (mix(seed ^ mix(key as u64)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let low = corner(0, 0) * (1.0 - u) + corner(1, 0) * u;
    let high = corner(0, 1) * (1.0 - u) + corner(1, 1) * u;
    low * (1.0 - v) + high * v
}
