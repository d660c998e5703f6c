//! The ground that a town grows on: sea, river, island, parks, and which way streets run.

use std::f64::consts::{PI, TAU};

use super::point::{P, Random, noise, p};

/// A round shape with an uneven edge.
#[derive(Clone, Debug)]
pub(super) struct Blob {
    pub(super) at: P,
    pub(super) radius: f64,
    pub(super) seed: u64,
}

impl Blob {
    fn reach(&self, angle: f64) -> f64 {
        let on_circle = P::at_angle(angle) * 1.6 + p(7.3, 7.3);
        self.radius * (1.0 + 0.38 * noise(self.seed, on_circle))
    }

    /// One of the same shape, so many times as large.
    pub(super) fn smaller(&self, by: f64) -> Self {
        Self {
            radius: self.radius * by,
            ..*self
        }
    }

    /// Metres from the edge, positive inside.
    pub(super) fn depth(&self, at: P) -> f64 {
        let out = at - self.at;
        let far = out.length();
        if far > self.radius * 1.6 {
            self.radius - far
        } else {
            self.reach(out.angle()) - far
        }
    }

    /// The edge moved inwards by some metres, counter-clockwise, the first point again at the end.
    pub(super) fn ring(&self, inset: f64) -> Vec<P> {
        let steps = (self.radius * TAU / 18.0).ceil().max(12.0) as usize;
        let at = |no: usize| {
            let angle = (no % steps) as f64 / steps as f64 * TAU;
            self.at + P::at_angle(angle) * (self.reach(angle) - inset).max(4.0)
        };
        (0..=steps).map(at).collect()
    }
}

/// Sea, river, island, parks and the grain of the streets.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) seed: u64,
    /// Metres from the middle to where the town ends.
    pub(super) radius: f64,
    pub(super) middle: P,
    pub(super) island: Blob,
    pub(super) parks: Vec<Blob>,
    pub(super) woods: Vec<Blob>,
    pub(super) villages: Vec<P>,
    grains: Vec<(P, f64, f64)>,
}

impl Ground {
    pub(super) fn new(seed: u64, radius: f64) -> Self {
        let mut random = Random::new(seed, 1);
        let middle = p(0.0, 0.34 * radius);
        let mut ground = Self {
            seed,
            radius,
            middle,
            island: Blob {
                at: p(0.5 * radius, -0.6 * radius),
                radius: 0.21 * radius,
                seed: seed ^ 5,
            },
            parks: Vec::new(),
            woods: Vec::new(),
            villages: Vec::new(),
            grains: Vec::new(),
        };
        let districts = 9 + (radius / 450.0) as usize;
        for _ in 0..districts {
            let at = middle
                + P::at_angle(random.between(-0.3, PI + 0.3)) * random.between(0.25, 1.2) * radius;
            ground.grains.push((
                at,
                random.between(0.0, PI),
                random.between(0.16, 0.34) * radius,
            ));
        }
        let blobs = |count: usize,
                     ring: (f64, f64),
                     size: (f64, f64),
                     random: &mut Random,
                     ground: &Self| {
            let mut made: Vec<Blob> = Vec::new();
            for _ in 0..count * 30 {
                let at = middle
                    + P::at_angle(random.between(0.0, TAU))
                        * random.between(ring.0, ring.1)
                        * radius;
                let blob = Blob {
                    at,
                    radius: random.between(size.0, size.1),
                    seed: random.next(),
                };
                let apart = made
                    .iter()
                    .all(|other| other.at.to(at) > 2.2 * (other.radius + blob.radius));
                if apart && ground.shore(at) > blob.radius * 1.35 && made.len() < count {
                    made.push(blob);
                }
            }
            made
        };
        let parks = 5 + (radius / 500.0) as usize;
        ground.parks = blobs(
            parks,
            (0.16, 0.9),
            (0.035 * radius + 25.0, 0.075 * radius + 30.0),
            &mut random,
            &ground,
        );
        ground.woods = blobs(
            10,
            (1.25, 2.0),
            (0.1 * radius, 0.22 * radius),
            &mut random,
            &ground,
        );
        for (angle, far) in [(0.35, 1.55), (1.1, 1.62), (2.15, 1.55), (2.85, 1.5)] {
            let at = middle + P::at_angle(angle + random.between(-0.12, 0.12)) * far * radius;
            if ground.shore(at) > 300.0 {
                ground.villages.push(at);
            }
        }
        ground
    }

    /// How far north the land begins.
    pub(super) fn coast(&self, x: f64) -> f64 {
        let r = self.radius;
        let at = |scale: f64, part: u64| noise(self.seed ^ part, p(x / (scale * r), 0.5));
        // A bay with the town in it, headlands on both sides.
        let bay = 0.2 * r * (1.0 - (-((x + 0.1 * r) / (0.62 * r)).powi(2)).exp());
        0.13 * r * at(0.6, 11) + 0.06 * r * at(0.21, 12) + 0.012 * r * at(0.06, 13) - bay
    }

    /// How far east the river's middle is.
    pub(super) fn river(&self, y: f64) -> f64 {
        let r = self.radius;
        let bend = |scale: f64, part: u64| noise(self.seed ^ part, p(y / (scale * r), 3.5));
        -0.12 * r + 0.12 * y + 0.3 * r * bend(0.55, 21) + 0.05 * r * bend(0.23, 22)
    }

    /// Half of the river's width.
    pub(super) fn river_half(&self, y: f64) -> f64 {
        let r = self.radius;
        (0.006 * r + 10.0)
            * (1.0 + 1.6 * (-(y - self.coast(self.river(0.0))).max(0.0) / (0.25 * r)).exp())
    }

    /// The river's direction.
    pub(super) fn river_way(&self, y: f64) -> P {
        p(self.river(y + 15.0) - self.river(y - 15.0), 30.0).unit()
    }

    /// Metres to the river's bank, negative in it.
    pub(super) fn bank(&self, at: P) -> f64 {
        let way = self.river_way(at.y);
        (at.x - self.river(at.y)).abs() * way.y - self.river_half(at.y)
    }

    /// Metres to the sea, negative in it.
    pub(super) fn sea(&self, at: P) -> f64 {
        let way = p(30.0, self.coast(at.x + 15.0) - self.coast(at.x - 15.0)).unit();
        let main = (at.y - self.coast(at.x)) * way.x;
        main.max(self.island.depth(at))
    }

    /// Metres to any water, negative in it.
    pub(super) fn shore(&self, at: P) -> f64 {
        self.sea(at).min(self.bank(at))
    }

    pub(super) fn on_island(&self, at: P) -> bool {
        self.island.depth(at) > 0.0
    }

    /// Distance from the middle: 0 there, 1 where the town ends, which is not everywhere as far.
    pub(super) fn out(&self, at: P) -> f64 {
        let out = at - self.middle;
        let uneven = 1.0
            + 0.2 * noise(self.seed ^ 31, P::at_angle(out.angle()) * 2.2)
            + 0.06 * noise(self.seed ^ 32, at * (6.0 / self.radius));
        out.length() / (self.radius * uneven)
    }

    /// Metres between neighbouring streets; `None` where nobody builds.
    pub(super) fn spacing(&self, at: P) -> Option<f64> {
        if self.shore(at) < 28.0 || self.parks.iter().any(|park| park.depth(at) > -6.0) {
            return None;
        }
        if self.on_island(at) {
            return Some(120.0);
        }
        let out = self.out(at);
        if out < 1.0 {
            // Close in the old town, wide where gardens are.
            let uneven = 1.0 + 0.25 * noise(self.seed ^ 33, at * (9.0 / self.radius));
            return Some((58.0 + 85.0 * out.powf(0.8)) * uneven);
        }
        let village = self
            .villages
            .iter()
            .any(|village| village.to(at) < 0.1 * self.radius + 120.0);
        village.then_some(115.0)
    }

    /// Which way one of the two families of streets runs here; the other is at a right angle to it.
    pub(super) fn grain(&self, at: P) -> f64 {
        let r = self.radius;
        let mut sum = P::default();
        // Directions without a sign add up by their doubled angles.
        let mut add = |angle: f64, weight: f64| sum = sum + P::at_angle(2.0 * angle) * weight;
        let near = |meters: f64, reach: f64| (-(meters / reach).powi(2)).exp();
        let slope = self.coast(at.x + 40.0) - self.coast(at.x - 40.0);
        add(
            slope.atan2(80.0),
            1.2 * near(at.y - self.coast(at.x), 0.24 * r),
        );
        add(
            self.river_way(at.y).angle(),
            1.1 * near(self.bank(at).max(0.0), 0.12 * r),
        );
        let out = at - self.middle;
        add(out.angle(), 1.5 * near(out.length(), 0.24 * r) + 0.35);
        for (from, angle, reach) in &self.grains {
            add(*angle, near(from.to(at), *reach));
        }
        sum.angle() / 2.0
            + 0.28 * noise(self.seed ^ 41, at * (5.0 / r))
            + 0.1 * noise(self.seed ^ 42, at * (16.0 / r))
    }
}
