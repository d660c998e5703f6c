//! Puts the town's stations, units and calls onto streets that were imported.

use callbox_domain::Place;

use super::{PlaceKind, Point, Town, files, homes, place};
use crate::random::Random;

/// A place of the imported streets, in words that its geocoder finds.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The address or name.
    pub words: String,
    /// What a named place is, as its extract says: `hospital`, `fire station`.
    pub category: Option<String>,
    /// Latitude and longitude in degrees.
    pub at: (f64, f64),
}

/// What is known of the imported streets: places to choose from.
#[derive(Clone, Debug, Default)]
pub struct Atlas {
    /// Addresses; there is at least one.
    pub houses: Vec<Spot>,
    /// Where streets meet.
    pub crossings: Vec<Spot>,
    /// Places with names.
    pub places: Vec<Spot>,
}

impl Spot {
    fn point(&self) -> Point {
        Point::from_degrees(self.at)
    }

    fn place(&self) -> Place {
        place(&self.words, self.point())
    }

    fn is(&self, words: &[&str]) -> bool {
        self.category
            .as_deref()
            .is_some_and(|category| words.contains(&category))
    }
}

/// The categories that stand for a kind of place.
const fn categories(kind: PlaceKind) -> &'static [&'static str] {
    match kind {
        PlaceKind::Care => &["nursing home", "social facility", "retirement home"],
        PlaceKind::Shop => &[
            "mall",
            "supermarket",
            "seafood",
            "trade",
            "fuel",
            "convenience",
            "clothes",
            "bakery",
            "marketplace",
        ],
        PlaceKind::School => &["school", "college", "kindergarten", "university"],
        PlaceKind::Water => &[
            "marina",
            "beach resort",
            "beach",
            "ferry terminal",
            "harbour",
        ],
        PlaceKind::Public => &[
            "townhall",
            "library",
            "hotel",
            "cinema",
            "stadium",
            "theatre",
            "place of worship",
            "restaurant",
            "museum",
            "park",
        ],
        PlaceKind::Home | PlaceKind::Road | PlaceKind::Any => &[],
    }
}

impl Atlas {
    /// The middle of all addresses.
    pub(super) fn middle(&self) -> Point {
        let count = self.houses.len().max(1) as f64;
        let sum = self
            .houses
            .iter()
            .map(Spot::point)
            .fold((0.0, 0.0), |sum, at| (sum.0 + at.x, sum.1 + at.y));
        Point {
            x: sum.0 / count,
            y: sum.1 / count,
        }
    }

    pub(super) fn somewhere(&self, kind: PlaceKind, random: &mut Random) -> Place {
        let on_road = match kind {
            PlaceKind::Road => true,
            PlaceKind::Any => random.chance(0.5),
            _ => false,
        };
        if on_road && !self.crossings.is_empty() {
            return random.pick(&self.crossings).place();
        }
        let named: Vec<&Spot> = self
            .places
            .iter()
            .filter(|spot| spot.is(categories(kind)))
            .collect();
        let at_home = match kind {
            PlaceKind::Home | PlaceKind::Any | PlaceKind::Road => true,
            PlaceKind::Shop => random.chance(0.5),
            _ => false,
        };
        if at_home || named.is_empty() {
            return random.pick(&self.houses).place();
        }
        random.pick(&named).place()
    }

    /// The nearest crossing, in words: what a caller says who knows no number.
    pub(super) fn near(&self, from: Point) -> Option<Place> {
        self.crossings
            .iter()
            .min_by(|a, b| {
                from.meters_to(a.point())
                    .total_cmp(&from.meters_to(b.point()))
            })
            .map(Spot::place)
    }

    /// Spots that lie far from each other, the first nearest to the middle.
    fn spread(&self, count: usize) -> Vec<Point> {
        let points: Vec<Point> = self.houses.iter().map(Spot::point).collect();
        let middle = self.middle();
        let first = points
            .iter()
            .min_by(|a, b| a.meters_to(middle).total_cmp(&b.meters_to(middle)));
        let mut taken: Vec<Point> = first.copied().into_iter().collect();
        while taken.len() < count {
            let apart = |at: &Point| {
                taken
                    .iter()
                    .map(|other| at.meters_to(*other))
                    .fold(f64::MAX, f64::min)
            };
            // Who stands at the very edge is far from everything: the middle pulls.
            let worth = |at: &Point| apart(at) - 0.5 * at.meters_to(middle);
            let Some(next) = points.iter().max_by(|a, b| worth(a).total_cmp(&worth(b))) else {
                break;
            };
            taken.push(*next);
        }
        taken
    }
}

impl Town {
    /// The town on imported streets: stations stand where the extract has some, else spread over its addresses.
    ///
    /// `None` where the streets have no address at all.
    pub fn on(atlas: Atlas, name: Option<&str>) -> Option<Self> {
        if atlas.houses.is_empty() {
            return None;
        }
        let mut town = Self::new();
        if let Some(name) = name {
            name.clone_into(&mut town.service.town);
        }
        let spread = atlas.spread(town.service.stations.len());
        let mut used: Vec<&Spot> = Vec::new();
        for (station, fallback) in town.service.stations.iter_mut().zip(spread.iter().cycle()) {
            let (category, number): (&[&str], _) = match &station.code[..2] {
                "FS" => (&["fire station"], "Fire Station"),
                "AS" => (&["ambulance station"], "Ambulance"),
                _ => (&["police"], "Police"),
            };
            let fits = |spot: &&Spot| {
                spot.is(category) && !used.iter().any(|known| known.words == spot.words)
            };
            // A station of the same name first: it is the one meant.
            let same = atlas
                .places
                .iter()
                .find(|spot| spot.words.starts_with(&station.name) && fits(spot));
            match same.or_else(|| atlas.places.iter().find(fits)) {
                Some(spot) => {
                    used.push(spot);
                    station.name = spot
                        .words
                        .split(',')
                        .next()
                        .unwrap_or(&spot.words)
                        .to_owned();
                    station.at = [spot.point().x, spot.point().y];
                }
                None => {
                    station.name = format!("{number} {}", &station.code[2..]);
                    station.at = [fallback.x, fallback.y];
                }
            }
        }
        let hospitals: Vec<&Spot> = atlas
            .places
            .iter()
            .filter(|spot| spot.is(&["hospital"]))
            .collect();
        if hospitals.is_empty() {
            let at = atlas.middle();
            town.service.hospitals = vec![files::Site {
                name: "the hospital".to_owned(),
                at: [at.x, at.y],
            }];
        } else {
            town.service.hospitals = hospitals
                .iter()
                .map(|spot| files::Site {
                    name: spot
                        .words
                        .split(',')
                        .next()
                        .unwrap_or(&spot.words)
                        .to_owned(),
                    at: [spot.point().x, spot.point().y],
                })
                .collect();
        }
        let moving = town
            .service
            .crews
            .iter_mut()
            .filter(|crews| crews.home.is_some());
        for (crews, at) in moving.zip(atlas.spread(9)) {
            crews.home = Some([at.x, at.y]);
        }
        town.homes = homes(&town.service);
        town.atlas = Some(atlas);
        Some(town)
    }
}
