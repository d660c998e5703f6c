//! Velmora Bay, a town of about 100,000 by the sea that does not exist.

mod atlas;
mod files;
mod ground;
mod setup;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use callbox_domain::{Code, Incident, Place, Text, Unit};

pub use atlas::{Atlas, Spot};
pub(crate) use files::{Kind, People, PlaceKind, Service};
pub(crate) use ground::{Crossing, Point, Street};
pub(crate) use setup::code;

use crate::random::Random;

/// The invented town's name.
pub const NAME: &str = "Velmora Bay";
/// Where a unit counts from whose place nobody knows.
const MIDDLE: Point = Point { x: 0.0, y: 1_500.0 };

/// The invented town: its streets, places, services, and what happens there.
#[derive(Debug)]
pub struct Town {
    pub(crate) service: Service,
    pub(crate) people: People,
    pub(crate) kinds: Vec<Kind>,
    streets: Vec<Street>,
    crossings: Vec<Crossing>,
    places: Vec<files::Place>,
    homes: BTreeMap<String, Point>,
    /// Where the town has real streets: they stand in for those above.
    atlas: Option<Atlas>,
}

impl Default for Town {
    fn default() -> Self {
        Self::new()
    }
}

impl Town {
    /// Reads the town out of the program itself.
    pub fn new() -> Self {
        let streets: files::Streets = read(include_str!("../../data/streets.toml"));
        let places: files::Places = read(include_str!("../../data/places.toml"));
        let service: Service = read(include_str!("../../data/service.toml"));
        let incidents: files::Incidents = read(include_str!("../../data/incidents.toml"));
        let streets: Vec<_> = streets
            .streets
            .into_iter()
            .map(|street| {
                Street::new(
                    street.name,
                    street.houses,
                    street.from.into(),
                    street.to.into(),
                )
            })
            .collect();
        let homes = homes(&service);
        Self {
            people: read(include_str!("../../data/people.toml")),
            kinds: incidents.kinds,
            crossings: ground::crossings(&streets),
            streets,
            places: places.places,
            homes,
            atlas: None,
            service,
        }
    }

    /// The town's name.
    pub fn name(&self) -> &str {
        &self.service.town
    }

    /// The kind of incident with this code.
    pub(crate) fn kind(&self, code: &Code) -> Option<usize> {
        self.kinds
            .iter()
            .position(|kind| kind.code == code.as_str())
    }

    /// Where a unit counts from when it is free.
    pub(crate) fn home(&self, unit: &Unit) -> Point {
        let station = unit
            .station
            .as_ref()
            .and_then(|station| self.homes.get(station.as_str()));
        self.homes
            .get(unit.call_sign.as_str())
            .or(station)
            .copied()
            .unwrap_or_else(|| self.middle())
    }

    /// The middle of town: what counts where nobody knows better.
    fn middle(&self) -> Point {
        self.atlas.as_ref().map_or(MIDDLE, Atlas::middle)
    }

    /// Where an incident is; the middle of town where nobody knows.
    pub(crate) fn scene(&self, incident: &Incident) -> Point {
        let known = incident
            .place
            .as_ref()
            .and_then(|place| place.known()?.lat_lon());
        known.map_or_else(|| self.middle(), Point::from_degrees)
    }

    /// The hospital that is nearest.
    pub(crate) fn hospital(&self, from: Point) -> &str {
        self.service
            .hospitals
            .iter()
            .min_by(|a, b| {
                let meters = |site: &files::Site| from.meters_to(site.at.into());
                meters(a).total_cmp(&meters(b))
            })
            .map_or("hospital", |site| &site.name)
    }

    /// Somewhere of this kind.
    pub(crate) fn somewhere(&self, kind: PlaceKind, random: &mut Random) -> Place {
        if let Some(atlas) = &self.atlas {
            return atlas.somewhere(kind, random);
        }
        let named: Vec<_> = self
            .places
            .iter()
            .filter(|place| place.kind == kind)
            .collect();
        match kind {
            PlaceKind::Home if random.chance(0.93) => self.house(random),
            PlaceKind::Shop if random.chance(0.5) => self.house(random),
            PlaceKind::Road => self.crossing(random),
            PlaceKind::Any if random.chance(0.5) => self.crossing(random),
            PlaceKind::Any => self.house(random),
            _ => {
                let found = random.pick(&named);
                place(
                    &format!("{}, {}", found.name, found.street),
                    found.at.into(),
                )
            }
        }
    }

    /// The crossing nearest to a place, in words: what a caller says who knows no number.
    pub(crate) fn near(&self, exact: &Place) -> Option<Place> {
        let from = Point::from_degrees(exact.lat_lon()?);
        if let Some(atlas) = &self.atlas {
            return atlas.near(from);
        }
        let nearest = self
            .crossings
            .iter()
            .min_by(|a, b| from.meters_to(a.at).total_cmp(&from.meters_to(b.at)))?;
        Some(place(&format!("near {}", self.words(nearest)), nearest.at))
    }

    fn house(&self, random: &mut Random) -> Place {
        // A long street has more houses, so that each house is as likely as any other.
        let meters: Vec<_> = self
            .streets
            .iter()
            .map(|street| {
                if street.houses {
                    street.meters() as u32
                } else {
                    0
                }
            })
            .collect();
        let street = &self.streets[random.weighted(&meters)];
        let number = 1 + random.below(street.last_number());
        place(&format!("{number} {}", street.name), street.house(number))
    }

    fn crossing(&self, random: &mut Random) -> Place {
        let crossing = random.pick(&self.crossings);
        place(&self.words(crossing), crossing.at)
    }

    fn words(&self, crossing: &Crossing) -> String {
        let (a, b) = crossing.streets;
        format!("{} / {}", self.streets[a].name, self.streets[b].name)
    }
}

/// Where stations are, and units that count from elsewhere.
fn homes(service: &Service) -> BTreeMap<String, Point> {
    let stations: BTreeMap<_, _> = service
        .stations
        .iter()
        .map(|station| (station.code.clone(), Point::from(station.at)))
        .collect();
    let mut homes = stations.clone();
    for crews in &service.crews {
        let home = crews.home.map_or(stations[&crews.station], Point::from);
        homes.extend(crews.signs.iter().map(|sign| (sign.clone(), home)));
    }
    homes
}

fn place(words: &str, at: Point) -> Place {
    Place::new(
        Text::new(words).expect("the town's names are printable"),
        Some(at.degrees()),
    )
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("the town's own files are well formed")
}
