//! What stands at a point: the nearest house, the block of a street, its cross streets.

use super::geometry::{bearing, compass, meters};
use super::index::{EntityKind, HouseEntry, Index, NO_ENTITY};
use super::label::{address, town, with_area};
use super::nearby::{self, HOUSE};
use crate::Coord;

/// Farther away than this, nothing is said to stand at a point.
const REACH_METERS: f64 = 2_000.0;
/// A house is named where it is nearer than this.
const HOUSE_METERS: f64 = 60.0;
/// A block is named where its street is nearer than this.
const BLOCK_REACH_METERS: f64 = 120.0;
/// Numbers this near along a street tell the block.
const BLOCK_METERS: f64 = 250.0;

/// What stands at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Here {
    /// The nearest house with a number, if one is near.
    pub house: Option<Near>,
    /// The nearest named street.
    pub street: Option<Near>,
    /// Where streets are numbered by hundreds, the block: `200 block of Main Street`.
    pub block: Option<String>,
    /// The side of the street on which the point lies, as a compass direction.
    pub side: Option<&'static str>,
    /// The nearest cross streets, at most one on each side.
    pub cross_streets: Vec<Near>,
    /// The town.
    pub town: Option<String>,
}

/// Something near a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// How to say it.
    pub label: String,
    /// Where it is: for a street, its nearest point.
    pub point: Coord,
    /// How far that is, in metres.
    pub meters: f64,
}

impl Here {
    /// One line: the house, else the block, else the street, with the cross streets.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        let place = match (&self.house, &self.block, &self.street) {
            (Some(house), _, _) => house.label.clone(),
            (None, Some(block), _) => block.clone(),
            (None, None, Some(street)) => street.label.clone(),
            (None, None, None) => return self.town.clone(),
        };
        Some(match self.cross_streets.as_slice() {
            _ if self.house.is_some() => place,
            [] => place,
            [one] => format!("{place}, near {}", one.label),
            [one, two, ..] => format!("{place}, between {} and {}", one.label, two.label),
        })
    }
}

/// Says what stands at a point; `None` beyond 2 km from anything known.
pub(crate) fn here(index: &Index, point: Coord) -> Option<Here> {
    let mut reach = 150.0;
    let street = loop {
        if let Some(found) = nearest_street(index, point, reach) {
            break Some(found);
        }
        reach *= 3.0;
        if reach > REACH_METERS {
            break None;
        }
    };
    let houses = nearby::houses(index, point, HOUSE_METERS, 8);
    let house = houses
        .first()
        .map(|(distance, no)| house_near(index, *distance, *no));
    let (Some((street, on, distance, segment)), _) = (street, ()) else {
        return house.map(|house| Here {
            house: Some(house),
            street: None,
            block: None,
            side: None,
            cross_streets: Vec::new(),
            town: None,
        });
    };
    let name = index.name_of(street);
    let town_name = Some(town(index, street)).filter(|town| *town != NO_ENTITY);
    Some(Here {
        house,
        street: Some(Near {
            label: with_area(index, name, street, NO_ENTITY),
            point: on,
            meters: distance,
        }),
        block: block(index, street, on).filter(|_| distance <= BLOCK_REACH_METERS),
        side: (distance > 2.0).then(|| side(segment, on, point)),
        cross_streets: cross_streets(index, street, on),
        town: town_name.map(|town| index.name_of(town).to_owned()),
    })
}

fn house_near(index: &Index, distance: f64, no: u32) -> Near {
    let house = &index.stored.houses.items[no as usize];
    let street = index.house_owner[no as usize];
    let text = address(index, index.name_of(street), index.text(house.text));
    Near {
        label: with_area(index, &text, street, house.area),
        point: house.point,
        meters: distance,
    }
}

type OnStreet = (u32, Coord, f64, (Coord, Coord));

/// The nearest street within reach, the point on it, and the segment of that point.
fn nearest_street(index: &Index, point: Coord, reach: f64) -> Option<OnStreet> {
    let mut lines: Vec<u32> = Vec::new();
    nearby::visit(index, point, reach, |item| {
        if item & HOUSE == 0 {
            lines.push(item);
        }
    });
    lines.sort_unstable();
    lines.dedup();
    let mut best: Option<OnStreet> = None;
    for line in lines {
        let street = index.line_owner[line as usize];
        if street == NO_ENTITY {
            continue;
        }
        for pair in index.stored.points.get(line).windows(2) {
            let (on, distance) = super::geometry::project(point, pair[0], pair[1]);
            if distance <= reach && best.is_none_or(|best| distance < best.2) {
                best = Some((street, on, distance, (pair[0], pair[1])));
            }
        }
    }
    best
}

/// The hundred that the numbers around a point of a street belong to.
fn block(index: &Index, street: u32, on: Coord) -> Option<String> {
    if index.stored.number_first == 0 {
        return None;
    }
    let houses = index.stored.houses.get(street);
    let near = houses
        .iter()
        .map(|house: &HouseEntry| (meters(house.point, on), house.number))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    (near.0 <= BLOCK_METERS).then(|| {
        let block = format!("{} block of {}", near.1 / 100 * 100, index.name_of(street));
        with_area(index, &block, street, NO_ENTITY)
    })
}

/// The compass side of a segment on which a point lies: across the street, not towards the point's own corner.
fn side((a, b): (Coord, Coord), on: Coord, point: Coord) -> &'static str {
    let along = bearing(a, b);
    let toward = bearing(on, point);
    let right = (toward - along).rem_euclid(360.0) < 180.0;
    let across = if right { along + 90.0 } else { along - 90.0 };
    compass(across.rem_euclid(360.0))
}

/// The nearest crossing, and the nearest one in the other direction.
fn cross_streets(index: &Index, street: u32, on: Coord) -> Vec<Near> {
    let mut crossings: Vec<Near> = index
        .stored
        .crossings
        .get(street)
        .iter()
        .filter(|crossing| index.entity(crossing.other).kind == EntityKind::Street)
        .filter(|crossing| index.name_of(crossing.other) != index.name_of(street))
        .map(|crossing| Near {
            label: index.name_of(crossing.other).to_owned(),
            point: crossing.point,
            meters: meters(crossing.point, on),
        })
        .collect();
    crossings.sort_by(|a, b| a.meters.total_cmp(&b.meters));
    let Some(first) = crossings.first().cloned() else {
        return crossings;
    };
    let direction = bearing(on, first.point);
    let other = crossings.into_iter().skip(1).find(|crossing| {
        let turn = (bearing(on, crossing.point) - direction).rem_euclid(360.0);
        crossing.label != first.label && (90.0..=270.0).contains(&turn)
    });
    std::iter::once(first).chain(other).collect()
}
