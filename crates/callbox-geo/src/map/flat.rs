//! From the globe to the picture's pixels (Web Mercator), cut to the frame.

use std::fmt::Write as _;

use crate::Coord;

/// A point of the picture.
pub(super) type Pixel = [f64; 2];

/// How much beyond the frame lines still run, so that no end shows.
const MARGIN: f64 = 16.0;

/// A window onto the flat map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    world: f64,
    corner: Pixel,
    pub(super) size: Pixel,
}

impl Window {
    pub(super) fn new(center: Coord, zoom: f64, size: Pixel) -> Self {
        let world = 256.0 * zoom.exp2();
        let middle = flat([center.lat, center.lon], world);
        let corner = [middle[0] - size[0] / 2.0, middle[1] - size[1] / 2.0];
        Self {
            world,
            corner,
            size,
        }
    }

    pub(super) fn pixel(&self, point: [i32; 2]) -> Pixel {
        let at = flat(point, self.world);
        [at[0] - self.corner[0], at[1] - self.corner[1]]
    }

    /// The window on the globe: south, west, north, east.
    pub(super) fn bounds(&self) -> [i32; 4] {
        let globe = |x: f64, y: f64| {
            let lon = (x / self.world - 0.5) * 360.0;
            let lat = (std::f64::consts::PI * (1.0 - 2.0 * y / self.world))
                .sinh()
                .atan();
            [(lat.to_degrees() * 1e7) as i32, (lon * 1e7) as i32]
        };
        let [left, top] = [self.corner[0] - MARGIN, self.corner[1] - MARGIN];
        let [south, west] = globe(left, top + self.size[1] + 2.0 * MARGIN);
        let [north, east] = globe(left + self.size[0] + 2.0 * MARGIN, top);
        [south, west, north, east]
    }

    fn frame(&self) -> [f64; 4] {
        [
            -MARGIN,
            -MARGIN,
            self.size[0] + MARGIN,
            self.size[1] + MARGIN,
        ]
    }

    /// Adds a line to a path's data, without what lies outside.
    pub(super) fn line(&self, points: &[[i32; 2]], data: &mut String) {
        let [left, top, right, bottom] = self.frame();
        let pixels = thin(points.iter().map(|&point| self.pixel(point)));
        let mut inside = false;
        for pair in pixels.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            let meets = a[0].min(b[0]) <= right
                && a[0].max(b[0]) >= left
                && a[1].min(b[1]) <= bottom
                && a[1].max(b[1]) >= top;
            if meets {
                if !inside {
                    step(data, 'M', a);
                }
                step(data, 'L', b);
            }
            inside = meets;
        }
    }

    /// Adds a ring to a path's data, cut along the frame (Sutherland and Hodgman).
    pub(super) fn ring(&self, points: &[[i32; 2]], data: &mut String) {
        let mut ring = thin(points.iter().map(|&point| self.pixel(point)));
        for (side, limit) in self.frame().into_iter().enumerate() {
            let axis = side % 2;
            let keeps = |at: Pixel| {
                if side < 2 {
                    at[axis] >= limit
                } else {
                    at[axis] <= limit
                }
            };
            let cut = |a: Pixel, b: Pixel| {
                let part = (limit - a[axis]) / (b[axis] - a[axis]);
                [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])]
            };
            let mut next = Vec::with_capacity(ring.len());
            for no in 0..ring.len() {
                let (a, b) = (ring[(no + ring.len() - 1) % ring.len()], ring[no]);
                if keeps(a) != keeps(b) {
                    next.push(cut(a, b));
                }
                if keeps(b) {
                    next.push(b);
                }
            }
            ring = next;
        }
        if ring.len() > 2 {
            for (no, &at) in ring.iter().enumerate() {
                step(data, if no == 0 { 'M' } else { 'L' }, at);
            }
            data.push('Z');
        }
    }
}

fn flat([lat, lon]: [i32; 2], world: f64) -> Pixel {
    // Beyond this latitude the projection has no end.
    let lat = (f64::from(lat) / 1e7).clamp(-85.05, 85.05).to_radians();
    let x = f64::from(lon) / 1e7 / 360.0 + 0.5;
    let y = 0.5 - lat.tan().asinh() / std::f64::consts::TAU;
    [x * world, y * world]
}

/// Leaves out points that are closer to the one before than the eye can tell.
fn thin(pixels: impl Iterator<Item = Pixel>) -> Vec<Pixel> {
    let all: Vec<Pixel> = pixels.collect();
    let mut kept: Vec<Pixel> = Vec::with_capacity(all.len());
    for (no, &at) in all.iter().enumerate() {
        let far = kept
            .last()
            .is_none_or(|last| (last[0] - at[0]).hypot(last[1] - at[1]) >= 0.7);
        if far || no + 1 == all.len() {
            kept.push(at);
        }
    }
    kept
}

fn step(data: &mut String, verb: char, [x, y]: Pixel) {
    // Writing to a string does not fail.
    let _ = write!(data, "{verb}{x:.1} {y:.1}");
}
