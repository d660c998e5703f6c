//! Distances and directions in metres between near points, on a plane that touches the earth between them.

use crate::Coord;

/// Metres on one unit of latitude.
const METERS_PER_UNIT: f64 = 0.011_119_507_97;

/// The distance in metres: exact to 0.1 % below 100 km.
pub(crate) fn meters(a: Coord, b: Coord) -> f64 {
    let (east, north) = offset(a, b);
    east.hypot(north)
}

/// Metres east and north from `a` to `b`, the shorter way around the earth.
pub(crate) fn offset(a: Coord, b: Coord) -> (f64, f64) {
    let north = (f64::from(b.lat) - f64::from(a.lat)) * METERS_PER_UNIT;
    let mut units = f64::from(b.lon) - f64::from(a.lon);
    if units > 1.8e9 {
        units -= 3.6e9;
    } else if units < -1.8e9 {
        units += 3.6e9;
    }
    let middle = (f64::from(a.lat) + f64::from(b.lat)) / 2e7;
    (units * METERS_PER_UNIT * middle.to_radians().cos(), north)
}

/// The point at `fraction` of the way from `a` to `b`.
pub(crate) fn between(a: Coord, b: Coord, fraction: f64) -> Coord {
    let mix =
        |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * fraction).round() as i32;
    Coord {
        lat: mix(a.lat, b.lat),
        lon: mix(a.lon, b.lon),
    }
}

/// The point of the segment from `a` to `b` that is nearest to `point`, and its distance in metres.
pub(crate) fn project(point: Coord, a: Coord, b: Coord) -> (Coord, f64) {
    let (bx, by) = offset(a, b);
    let (px, py) = offset(a, point);
    let length = bx * bx + by * by;
    let fraction = if length > 0.0 {
        ((px * bx + py * by) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (
        between(a, b, fraction),
        (px - bx * fraction).hypot(py - by * fraction),
    )
}

/// The compass bearing from `a` to `b`, in degrees from north over east.
pub(crate) fn bearing(a: Coord, b: Coord) -> f64 {
    let (east, north) = offset(a, b);
    east.atan2(north).to_degrees().rem_euclid(360.0)
}

/// The compass direction of a bearing, one of eight.
pub(crate) fn compass(bearing: f64) -> &'static str {
    const NAMES: [&str; 8] = [
        "north",
        "north-east",
        "east",
        "south-east",
        "south",
        "south-west",
        "west",
        "north-west",
    ];
    NAMES[((bearing + 22.5) / 45.0) as usize % 8]
}

/// A box that grows over points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: Coord,
    pub(crate) high: Coord,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            low: Coord {
                lat: i32::MAX,
                lon: i32::MAX,
            },
            high: Coord {
                lat: i32::MIN,
                lon: i32::MIN,
            },
        }
    }
}

impl Bounds {
    pub(crate) fn add(&mut self, point: Coord) {
        self.low = Coord {
            lat: self.low.lat.min(point.lat),
            lon: self.low.lon.min(point.lon),
        };
        self.high = Coord {
            lat: self.high.lat.max(point.lat),
            lon: self.high.lon.max(point.lon),
        };
    }

    pub(crate) fn of(points: impl IntoIterator<Item = Coord>) -> Self {
        let mut bounds = Self::default();
        points.into_iter().for_each(|point| bounds.add(point));
        bounds
    }

    pub(crate) fn is_empty(self) -> bool {
        self.low.lat > self.high.lat || self.low.lon > self.high.lon
    }

    pub(crate) fn center(self) -> Coord {
        between(self.low, self.high, 0.5)
    }

    /// Whether a point lies inside, or within `reach` metres of it.
    pub(crate) fn holds(self, point: Coord, reach: f64) -> bool {
        if self.is_empty() {
            return false;
        }
        let nearest = Coord {
            lat: point.lat.clamp(self.low.lat, self.high.lat),
            lon: point.lon.clamp(self.low.lon, self.high.lon),
        };
        meters(nearest, point) <= reach
    }

    /// Whether the box of a segment comes within about `reach` metres of this one.
    pub(crate) fn meets(self, a: Coord, b: Coord, reach: f64) -> bool {
        let widest = 1.0 / (f64::from(a.lat) / 1e7).to_radians().cos().max(0.01);
        let (lat, lon) = (
            (reach / METERS_PER_UNIT) as i32,
            (reach * widest / METERS_PER_UNIT) as i32,
        );
        !self.is_empty()
            && a.lat.max(b.lat) >= self.low.lat.saturating_sub(lat)
            && a.lat.min(b.lat) <= self.high.lat.saturating_add(lat)
            && a.lon.max(b.lon) >= self.low.lon.saturating_sub(lon)
            && a.lon.min(b.lon) <= self.high.lon.saturating_add(lon)
    }

    /// Half of the diagonal, in metres.
    pub(crate) fn radius_meters(self) -> f64 {
        if self.is_empty() {
            0.0
        } else {
            meters(self.low, self.high) / 2.0
        }
    }
}

/// Whether a point lies in a polygon given as rings; inner rings cut holes.
pub(crate) fn inside(point: Coord, rings: &[Vec<Coord>]) -> bool {
    let mut inside = false;
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let (a, b) = (pair[0], pair[1]);
        if (a.lat > point.lat) != (b.lat > point.lat) {
            let fraction =
                (f64::from(point.lat) - f64::from(a.lat)) / (f64::from(b.lat) - f64::from(a.lat));
            if f64::from(point.lon)
                < f64::from(a.lon) + (f64::from(b.lon) - f64::from(a.lon)) * fraction
            {
                inside = !inside;
            }
        }
    }
    inside
}
