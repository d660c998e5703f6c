//! Points on the ground.

/// A point in degrees: latitude, then longitude.
pub type Degrees = (f64, f64);

/// The Earth's mean radius in metres (IUGG).
const EARTH_METERS: f64 = 6_371_008.8;

/// Is a point in units of 1e-7 degree, WGS 84.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Coord {
    /// Latitude, -900,000,000..=900,000,000.
    pub lat: i32,
    /// Longitude, -1,800,000,000..=1,800,000,000.
    pub lon: i32,
}

impl Coord {
    /// Rounds degrees to a point; refuses what lies outside the Earth or is not a number.
    #[must_use]
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Self> {
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            return None;
        }
        Some(Self {
            lat: (lat * 1e7).round() as i32,
            lon: (lon * 1e7).round() as i32,
        })
    }

    /// Gives degrees.
    #[must_use]
    pub fn degrees(self) -> Degrees {
        (f64::from(self.lat) / 1e7, f64::from(self.lon) / 1e7)
    }

    /// Measures the great-circle distance in metres (haversine; within 0.6 % of the ellipsoid).
    #[must_use]
    pub fn meters_to(self, other: Self) -> f64 {
        let ((lat_a, lon_a), (lat_b, lon_b)) = (self.degrees(), other.degrees());
        let (lat_a, lat_b) = (lat_a.to_radians(), lat_b.to_radians());
        let half_lat = ((lat_b - lat_a) / 2.0).sin();
        let half_lon = ((lon_b - lon_a).to_radians() / 2.0).sin();
        let chord = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
        2.0 * EARTH_METERS * chord.sqrt().min(1.0).asin()
    }
}
