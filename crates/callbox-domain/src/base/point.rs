use minicbor::{Decode, Encode};

/// A point on the Earth in WGS 84: a station, a corner of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Point {
    /// Latitude in units of 1e-7 degrees, at most 90 degrees north or south.
    #[n(0)]
    pub lat_e7: i32,
    /// Longitude in units of 1e-7 degrees, at most 180 degrees east or west.
    #[n(1)]
    pub lon_e7: i32,
}

impl Point {
    /// Rounds degrees to a point; `None` for what does not lie on the Earth.
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Self> {
        let on_globe = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        on_globe.then(|| Self {
            lat_e7: e7(lat),
            lon_e7: e7(lon),
        })
    }

    /// Latitude and longitude in degrees.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.lat_e7) / 1e7, f64::from(self.lon_e7) / 1e7)
    }

    /// Metres to another point in a straight line; good to a percent within 100 km.
    pub fn meters_to(self, other: Self) -> f64 {
        const METERS_PER_DEGREE: f64 = 111_195.0;
        let ((lat, lon), (other_lat, other_lon)) = (self.degrees(), other.degrees());
        // The short way round: a center may lie on both sides of the date line.
        let east = (other_lon - lon + 540.0).rem_euclid(360.0) - 180.0;
        let middle = (lat + other_lat).to_radians() / 2.0;
        (east * middle.cos()).hypot(other_lat - lat) * METERS_PER_DEGREE
    }
}
