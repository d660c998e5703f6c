//! The streets as the server holds them: driving times, places, and what follows from both.

use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use callbox_geo::{
    Coord,
    eta::{ProfileId, Snapped, Streets, StreetsError},
    geocode::{Geocoder, IndexError},
    import::{self, FindError},
    map::StreetMap,
    roads::{FileError, Network, WallClock},
};
use thiserror::Error;

/// Everything that the server knows of streets; cheap to clone, shared by all handlers.
///
/// A center without streets works on: places stay words, and units are ordered by station.
#[derive(Clone, Debug)]
pub struct Geography {
    /// Driving times and routes, with the closures in force.
    pub streets: Arc<Streets>,
    /// The ways of crews on foot and of boats, where the import made them.
    pub beside: Vec<Arc<Streets>>,
    /// Addresses, crossings and names.
    pub geocoder: Arc<Geocoder>,
    /// What maps are drawn from; `None` where an older callbox imported the streets.
    pub map: Option<Arc<StreetMap>>,
    /// The south-west and the north-east corner of the streets.
    corners: (Coord, Coord),
    /// The same of most of them.
    middle: (Coord, Coord),
    /// Where stations are on the streets: found once, so that what is searched from there is kept.
    stations: Arc<Mutex<HashMap<Coord, Option<Snapped>>>>,
}

/// The most places of stations that are kept; after that they are found anew.
const STATIONS: usize = 4_096;

/// Says why imported streets cannot be used.
#[derive(Debug, Error)]
pub enum GeographyError {
    /// The road network cannot be opened.
    #[error(transparent)]
    Streets(#[from] StreetsError),
    /// The addresses cannot be opened.
    #[error(transparent)]
    Places(#[from] IndexError),
    /// The map cannot be opened.
    #[error(transparent)]
    Map(#[from] FileError),
}

impl Geography {
    /// Opens what the last import into `dir` made; `None` when nothing was imported yet.
    ///
    /// Removes what a killed import left.
    pub fn open(dir: &Path) -> Result<Option<Self>, GeographyError> {
        import::clear(dir);
        let streets = match Streets::open(dir) {
            Err(StreetsError::Find(FindError::Missing(_))) => return Ok(None),
            opened => opened?,
        };
        let mut all = Self::new(streets, Geocoder::open(dir)?, map(dir)?);
        for network in [Network::Foot, Network::Boat] {
            match Streets::open_network(dir, network) {
                Err(StreetsError::NotBuilt(_)) => {}
                opened => all.beside.push(Arc::new(opened?)),
            }
        }
        Ok(Some(all))
    }

    /// The network that has a profile, and the profile on it.
    pub fn profile(&self, name: &str) -> Option<(&Arc<Streets>, ProfileId)> {
        let mut all = std::iter::once(&self.streets).chain(&self.beside);
        all.find_map(|streets| Some((streets, streets.profile(name)?)))
    }

    /// The names of all profiles that these streets have.
    pub fn profile_names(&self) -> Vec<String> {
        let all = std::iter::once(&self.streets).chain(&self.beside);
        all.flat_map(|streets| streets.profile_names()).collect()
    }

    /// Makes answers those of this local time.
    pub fn set_clock(&self, now: WallClock) {
        for streets in std::iter::once(&self.streets).chain(&self.beside) {
            streets.set_clock(now);
        }
    }

    /// Holds streets, places and a map that are open already.
    pub fn new(streets: Streets, geocoder: Geocoder, map: Option<StreetMap>) -> Self {
        let none = (
            Coord {
                lat: i32::MAX,
                lon: i32::MAX,
            },
            Coord {
                lat: i32::MIN,
                lon: i32::MIN,
            },
        );
        let nodes = (0..streets.node_count()).map(|node| streets.node(node));
        let corners = nodes.fold(none, |(least, most), at| {
            (
                Coord {
                    lat: least.lat.min(at.lat),
                    lon: least.lon.min(at.lon),
                },
                Coord {
                    lat: most.lat.max(at.lat),
                    lon: most.lon.max(at.lon),
                },
            )
        });
        let middle = middle(&streets, corners);
        Self {
            streets: Arc::new(streets),
            beside: Vec::new(),
            geocoder: Arc::new(geocoder),
            map: map.map(Arc::new),
            corners,
            middle,
            stations: Arc::default(),
        }
    }

    /// Where a station's place is on the streets; `None` where no street is near.
    pub(crate) fn station(&self, at: Coord) -> Option<Snapped> {
        let mut known = self.stations.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= STATIONS {
            known.clear();
        }
        let (lat, lon) = at.degrees();
        let find = || self.streets.snap(lat, lon);
        known.entry(at).or_insert_with(find).clone()
    }

    /// Searches once from a place where a unit of this type is; later questions use it.
    pub(crate) fn remember(&self, place: &Snapped, unit_type: &str) {
        let profile = self.streets.profile_of_unit(unit_type);
        if let Some(profile) = self.streets.profile(profile) {
            self.streets.remember(std::slice::from_ref(place), profile);
        }
    }

    /// Whether no network's times changed since [`Geography::settle`].
    pub(crate) fn is_settled(&self) -> bool {
        self.networks().all(|streets| streets.is_settled())
    }

    /// A number that another has once any network's times have changed; settling keeps it.
    pub(crate) fn times(&self) -> u64 {
        let numbers = self.networks().map(|streets| streets.times());
        numbers.max().unwrap_or_default()
    }

    fn networks(&self) -> impl Iterator<Item = &Arc<Streets>> {
        std::iter::once(&self.streets).chain(&self.beside)
    }

    /// Makes questions faster until the times change again; costs some seconds of a core with a country.
    pub(crate) fn settle(&self) {
        for streets in self.networks() {
            // What changed meanwhile is done at the next look.
            streets.settle();
        }
    }

    /// West, south, east and north of the streets, in degrees.
    pub fn bounds(&self) -> [f64; 4] {
        degrees(self.corners)
    }

    /// The same of nearly all streets, without the few long ones that an extract keeps whole and that lead far out of it:
    /// what a map shows first.
    pub fn view(&self) -> [f64; 4] {
        degrees(self.middle)
    }

    /// Whether a point lies among the streets or within half a degree of them.
    pub fn covers(&self, point: Coord) -> bool {
        const MARGIN: i32 = 5_000_000;
        let (least, most) = self.corners;
        let within = |at: i32, least: i32, most: i32| {
            (least.saturating_sub(MARGIN)..=most.saturating_add(MARGIN)).contains(&at)
        };
        within(point.lat, least.lat, most.lat) && within(point.lon, least.lon, most.lon)
    }
}

fn degrees((least, most): (Coord, Coord)) -> [f64; 4] {
    let ((south, west), (north, east)) = (least.degrees(), most.degrees());
    [west, south, east, north]
}

/// Where all junctions are but a twenty-fifth at each end of each axis, and an eighth around: a town that is evenly built
/// up is shown whole.
fn middle(streets: &Streets, corners: (Coord, Coord)) -> (Coord, Coord) {
    /// So many junctions tell as much as all of them.
    const SAMPLED: usize = 20_000;
    let step = streets.node_count().div_ceil(SAMPLED).max(1);
    let nodes = (0..streets.node_count()).step_by(step);
    let (mut lats, mut lons): (Vec<i32>, Vec<i32>) = nodes
        .map(|node| streets.node(node))
        .map(|at| (at.lat, at.lon))
        .unzip();
    let between = |axis: &mut Vec<i32>, least: i32, most: i32| {
        axis.sort_unstable();
        let cut = axis.len() / 25;
        let (Some(&low), Some(&high)) = (axis.get(cut), axis.iter().rev().nth(cut)) else {
            return (least, most);
        };
        let around = high.saturating_sub(low) / 8;
        (
            low.saturating_sub(around).max(least),
            high.saturating_add(around).min(most),
        )
    };
    let (south, north) = between(&mut lats, corners.0.lat, corners.1.lat);
    let (west, east) = between(&mut lons, corners.0.lon, corners.1.lon);
    let at = |lat, lon| Coord { lat, lon };
    (at(south, west), at(north, east))
}

/// Opens the map; one that was never made is no reason not to take calls.
fn map(dir: &Path) -> Result<Option<StreetMap>, FileError> {
    match StreetMap::open(dir) {
        Err(FileError::Io { path, source }) if source.kind() == io::ErrorKind::NotFound => {
            tracing::warn!(
                file = %path.display(),
                "the streets have no map; import them again to see one"
            );
            Ok(None)
        }
        opened => opened.map(Some),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

    use callbox_geo::{quiet, town::Plan};

    use super::*;

    #[test]
    fn streets_without_a_map_still_serve() {
        let dir = tempfile::tempdir().unwrap();
        let (pbf, streets) = (dir.path().join("town.osm.pbf"), dir.path().join("streets"));
        let file = std::fs::File::create(&pbf).unwrap();
        Plan { size: 2, seed: 1 }.write(file).unwrap();
        import::run(&pbf, &streets, &quiet).unwrap();
        // What a killed import left goes, and the streets in use serve.
        let left = streets.join("network9.tmp");
        std::fs::create_dir(&left).unwrap();
        assert!(Geography::open(&streets).unwrap().unwrap().map.is_some());
        assert!(!left.exists());

        let map = import::current(&streets).unwrap().join("map");
        std::fs::remove_file(&map).unwrap();
        assert!(Geography::open(&streets).unwrap().unwrap().map.is_none());

        // A damaged one is an error, not ignored.
        std::fs::write(&map, "not a map").unwrap();
        assert!(Geography::open(&streets).is_err());
    }
}
