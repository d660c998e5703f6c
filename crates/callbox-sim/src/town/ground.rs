//! Where things are: metres east and north of the harbour steps, and degrees.

use std::f64::consts::PI;

/// The harbour steps. The degrees lie in the open Atlantic, far from any land, so that no real
/// place is meant.
const HARBOUR: (f64, f64) = (41.5, -37.0);
const METERS_PER_DEGREE: f64 = 111_320.0;

/// Metres east and north of the harbour steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl From<[f64; 2]> for Point {
    fn from([x, y]: [f64; 2]) -> Self {
        Self { x, y }
    }
}

impl Point {
    /// Metres to another point, in a straight line.
    ///
    /// Degrees of longitude are counted as at the harbour; on a town's own extract they may be shorter or longer.
    pub(crate) fn meters_to(self, other: Self) -> f64 {
        let lat = HARBOUR.0 + self.y / METERS_PER_DEGREE;
        let east = METERS_PER_DEGREE * (lat * PI / 180.0).cos() / per_degree_east();
        // The invented town is flat: its own streets are measured as they are drawn.
        let east = if (east - 1.0).abs() < 0.01 { 1.0 } else { east };
        ((self.x - other.x) * east).hypot(self.y - other.y)
    }

    /// Latitude and longitude.
    pub(crate) fn degrees(self) -> (f64, f64) {
        let (lat, lon) = HARBOUR;
        (
            lat + self.y / METERS_PER_DEGREE,
            lon + self.x / per_degree_east(),
        )
    }

    /// The point with this latitude and longitude.
    pub(crate) fn from_degrees((lat, lon): (f64, f64)) -> Self {
        Self {
            x: (lon - HARBOUR.1) * per_degree_east(),
            y: (lat - HARBOUR.0) * METERS_PER_DEGREE,
        }
    }
}

fn per_degree_east() -> f64 {
    METERS_PER_DEGREE * (HARBOUR.0 * PI / 180.0).cos()
}

/// A straight street.
#[derive(Debug)]
pub(crate) struct Street {
    pub(crate) name: String,
    /// Whether people live there.
    pub(super) houses: bool,
    from: Point,
    to: Point,
}

/// Where two streets meet.
#[derive(Debug)]
pub(crate) struct Crossing {
    pub(crate) streets: (usize, usize),
    pub(crate) at: Point,
}

impl Street {
    pub(super) fn new(name: String, houses: bool, from: Point, to: Point) -> Self {
        Self {
            name,
            houses,
            from,
            to,
        }
    }

    pub(crate) fn meters(&self) -> f64 {
        self.from.meters_to(self.to)
    }

    /// The highest house number: one every 10 m on each side.
    pub(crate) fn last_number(&self) -> usize {
        (self.meters() / 5.0) as usize
    }

    /// Where a house number stands, 12 m from the middle of the street; odd numbers on the left.
    pub(crate) fn house(&self, number: usize) -> Point {
        let along = (number as f64 * 5.0 / self.meters()).min(1.0);
        let side = if number % 2 == 1 { 12.0 } else { -12.0 } / self.meters();
        let (dx, dy) = (self.to.x - self.from.x, self.to.y - self.from.y);
        Point {
            x: self.from.x + along * dx - side * dy,
            y: self.from.y + along * dy + side * dx,
        }
    }

    /// Where it crosses or meets another street.
    fn crossing(&self, other: &Self) -> Option<Point> {
        let (ax, ay) = (self.to.x - self.from.x, self.to.y - self.from.y);
        let (bx, by) = (other.to.x - other.from.x, other.to.y - other.from.y);
        let cross = ax * by - ay * bx;
        if cross.abs() < 1e-6 {
            return None;
        }
        let (cx, cy) = (other.from.x - self.from.x, other.from.y - self.from.y);
        let (along, beside) = ((cx * by - cy * bx) / cross, (cx * ay - cy * ax) / cross);
        let on = 0.0..=1.0;
        (on.contains(&along) && on.contains(&beside)).then_some(Point {
            x: self.from.x + along * ax,
            y: self.from.y + along * ay,
        })
    }
}

/// All crossings, each once.
pub(super) fn crossings(streets: &[Street]) -> Vec<Crossing> {
    let mut found = Vec::new();
    for (a, one) in streets.iter().enumerate() {
        for (b, other) in streets.iter().enumerate().skip(a + 1) {
            found.extend(one.crossing(other).map(|at| Crossing {
                streets: (a, b),
                at,
            }));
        }
    }
    found
}
