use minicbor::{Decode, Encode};

use super::known;
use crate::{
    Center, Code, Context, Entry, Event, Point, Refusal, base::bounded, command::Verb,
    event::Payload,
};

/// The most corners of one area.
const MAX_CORNERS: usize = 1_000;

/// A part of the map that response plans speak of.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Area {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What people call it.
    #[n(1)]
    pub name: Code,
    /// Its corners in order, three or more; none for an area that is made of others.
    #[n(2)]
    pub corners: Vec<Point>,
    /// The areas that it is made of; they have corners of their own.
    #[n(3)]
    pub members: Vec<Code>,
    /// The stations from which it is served, the first-due one first.
    #[n(4)]
    pub station_order: Vec<Code>,
}

impl Area {
    /// Whether `point` lies inside the corners; the members are not looked at.
    pub(crate) fn surrounds(&self, point: Point) -> bool {
        // Even-odd rule: a ray to the east crosses the border an odd number of times.
        let mut inside = false;
        let mut before = match self.corners.last() {
            Some(last) => *last,
            None => return false,
        };
        for corner in &self.corners {
            let (a, b) = (corner, &before);
            if (a.lat_e7 > point.lat_e7) != (b.lat_e7 > point.lat_e7) {
                let up = i128::from(b.lat_e7) - i128::from(a.lat_e7);
                let left = (i128::from(point.lon_e7) - i128::from(a.lon_e7)) * up;
                let right = (i128::from(b.lon_e7) - i128::from(a.lon_e7))
                    * (i128::from(point.lat_e7) - i128::from(a.lat_e7));
                inside ^= if up > 0 { left < right } else { left > right };
            }
            before = *corner;
        }
        inside
    }
}

/// Defines an area: by its corners, or as several others together.
///
/// Refusals: an unknown station or member; a member that is made of others itself; neither corners
/// nor members, or fewer than three corners; too many.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineArea {
    /// All of it; defining it again changes it.
    pub area: Area,
}

/// An area was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AreaDefined {
    /// All of it.
    #[n(0)]
    pub area: Area,
}

impl Verb for DefineArea {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let (area, configuration) = (&self.area, &center.configuration);
        for station in &area.station_order {
            known("station", &configuration.stations, station)?;
        }
        for code in &area.members {
            let member = known("area", &configuration.areas, code)?;
            if member.corners.is_empty() || *code == area.code {
                return Err(Refusal::AreaOfAreas { area: code.clone() });
            }
        }
        let used_by_others = configuration
            .areas
            .values()
            .any(|other| other.members.contains(&area.code));
        if area.corners.is_empty() && used_by_others {
            return Err(Refusal::AreaOfAreas {
                area: area.code.clone(),
            });
        }
        let few = area.corners.len() < 3;
        if few && (area.members.is_empty() || !area.corners.is_empty()) {
            return Err(Refusal::TooFewCorners {
                area: area.code.clone(),
            });
        }
        bounded("the list of members", area.members.len())?;
        bounded("the list of stations", area.station_order.len())?;
        if area.corners.len() > MAX_CORNERS {
            return Err(Refusal::TooMany {
                what: "the list of corners",
                max: MAX_CORNERS,
            });
        }
        if configuration.areas.get(&area.code) == Some(area) {
            return Ok(vec![]);
        }
        let area = area.clone();
        Ok(vec![AreaDefined { area }.into()])
    }
}

impl Payload for AreaDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let areas = &mut center.configure().areas;
        areas.insert(self.area.code.clone(), self.area.clone());
    }
}
