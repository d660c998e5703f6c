//! From the globe to the picture's pixels (Web Mercator), cut to the frame.

use std::fmt::Write as _;

use crate::Coord;

/// A point of the picture.
pub(super) type Pixel = [f64; 2];

/// How much beyond the frame lines still run, so that no end shows.
const MARGIN: f64 = 16.0;
/// The same for a tile, which its neighbours meet.
const TILE_MARGIN: f64 = 64.0;
/// Points closer to the one before are left out: the eye cannot tell.
const NEAREST: f64 = 0.7;
/// The same for a tile, whose units are an eighth of a pixel.
const TILE_NEAREST: f64 = 3.0;
/// How many units a tile is wide.
pub(super) const TILE_UNITS: u32 = 4_096;

/// A window onto the flat map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    world: f64,
    corner: Pixel,
    pub(super) size: Pixel,
    margin: f64,
    nearest: f64,
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
            margin: MARGIN,
            nearest: NEAREST,
        }
    }

    /// The window of a tile, in the tile's units.
    pub(super) fn tile(zoom: u8, x: u32, y: u32) -> Self {
        let units = f64::from(TILE_UNITS);
        Self {
            world: units * f64::from(zoom).exp2(),
            corner: [f64::from(x) * units, f64::from(y) * units],
            size: [units, units],
            margin: TILE_MARGIN,
            nearest: TILE_NEAREST,
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
        let [left, top, right, bottom] = self.frame();
        let [south, west] = globe(self.corner[0] + left, self.corner[1] + bottom);
        let [north, east] = globe(self.corner[0] + right, self.corner[1] + top);
        [south, west, north, east]
    }

    /// Left, top, right, bottom of what is drawn.
    fn frame(&self) -> [f64; 4] {
        let [width, height] = self.size;
        let margin = self.margin;
        [-margin, -margin, width + margin, height + margin]
    }

    /// The pieces of a line that lie in the frame.
    pub(super) fn line(&self, points: &[[i32; 2]]) -> Vec<Vec<Pixel>> {
        let frame = self.frame();
        let pixels = self.thin(points);
        let mut pieces: Vec<Vec<Pixel>> = Vec::new();
        let mut end = None;
        for pair in pixels.windows(2) {
            let Some([a, b]) = inside([pair[0], pair[1]], frame) else {
                end = None;
                continue;
            };
            match pieces.last_mut().filter(|_| end == Some(a)) {
                Some(piece) => piece.push(b),
                None => pieces.push(vec![a, b]),
            }
            end = Some(b);
        }
        pieces
    }

    /// A ring, open, cut along the frame (Sutherland and Hodgman); empty where nothing is left.
    pub(super) fn ring(&self, points: &[[i32; 2]]) -> Vec<Pixel> {
        let mut ring = self.thin(points);
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
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
        if ring.len() < 3 {
            ring.clear();
        }
        ring
    }

    /// Leaves out points that are closer to the one before than the eye can tell.
    fn thin(&self, points: &[[i32; 2]]) -> Vec<Pixel> {
        let mut kept: Vec<Pixel> = Vec::with_capacity(points.len());
        for (no, &point) in points.iter().enumerate() {
            let at = self.pixel(point);
            let far = kept
                .last()
                .is_none_or(|last| (last[0] - at[0]).hypot(last[1] - at[1]) >= self.nearest);
            if far || no + 1 == points.len() {
                kept.push(at);
            }
        }
        kept
    }
}

/// The piece of a straight line that lies in a frame (Liang and Barsky).
fn inside([a, b]: [Pixel; 2], [left, top, right, bottom]: [f64; 4]) -> Option<[Pixel; 2]> {
    let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (step, room) in [
        (-dx, a[0] - left),
        (dx, right - a[0]),
        (-dy, a[1] - top),
        (dy, bottom - a[1]),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    let at = |part: f64| [a[0] + part * dx, a[1] + part * dy];
    // The ends stay what they are to the last bit, so that pieces join.
    let start = if from == 0.0 { a } else { at(from) };
    let end = if to == 1.0 { b } else { at(to) };
    (from < to).then_some([start, end])
}

/// Adds a line to the data of an SVG path.
pub(super) fn put_line(piece: &[Pixel], data: &mut String) {
    for (no, &[x, y]) in piece.iter().enumerate() {
        let verb = if no == 0 { 'M' } else { 'L' };
        // Writing to a string does not fail.
        let _ = write!(data, "{verb}{x:.1} {y:.1}");
    }
}

fn flat([lat, lon]: [i32; 2], world: f64) -> Pixel {
    // Beyond this latitude the projection has no end.
    let lat = (f64::from(lat) / 1e7).clamp(-85.05, 85.05).to_radians();
    let x = f64::from(lon) / 1e7 / 360.0 + 0.5;
    let y = 0.5 - lat.tan().asinh() / std::f64::consts::TAU;
    [x * world, y * world]
}
