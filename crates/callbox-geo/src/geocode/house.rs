//! A house number on a street: known, between two known ones, or not known.

use super::answer::{Kind, Reason};
use super::geometry::{Bounds, between, meters};
use super::index::{HouseEntry, Index, NO_ENTITY};
use super::numbers::HouseNumber;
use super::source::HouseSource;
use crate::Coord;

/// Marks an alternate number in [`HouseEntry::source`].
const ALTERNATE: u32 = 16;
/// Entries of one number nearer than this are the same house: its building and its entrances.
const SAME_HOUSE_METERS: f64 = 150.0;
/// Between neighbours farther apart than this nothing is reckoned.
const MAX_GAP_METERS: f64 = 400.0;
/// Between numbers farther apart than this nothing is reckoned.
const MAX_GAP_NUMBERS: u32 = 100;

/// A house found, or what is found instead.
#[derive(Debug, Clone)]
pub(crate) struct Housed {
    pub(crate) kind: Kind,
    /// The number to show.
    pub(crate) number: String,
    pub(crate) point: Coord,
    pub(crate) extent_meters: f64,
    /// The town of its address, or [`NO_ENTITY`].
    pub(crate) area: u32,
    pub(crate) cost: f32,
    /// Whether the very number is in the file.
    pub(crate) known: bool,
    pub(crate) reasons: Vec<Reason>,
}

/// Whether the street has a house with this number, whatever follows the digits.
pub(crate) fn has(index: &Index, street: u32, number: u32) -> bool {
    index
        .stored
        .houses
        .get(street)
        .binary_search_by_key(&number, |house| house.number)
        .is_ok()
}

/// Looks for a number on a street; several results mean that it stands there more than once, none that the number
/// cannot be placed.
pub(crate) fn find(index: &Index, street: u32, asked: &HouseNumber) -> Vec<Housed> {
    let houses = index.stored.houses.get(street);
    let start = houses.partition_point(|house| house.number < asked.number);
    let end = houses.partition_point(|house| house.number <= asked.number);
    let same = &houses[start..end];
    let suffix = |house: &HouseEntry| index.text(house.suffix) == asked.suffix;
    let exact: Vec<&HouseEntry> = same.iter().filter(|house| suffix(house)).collect();
    let primary: Vec<&HouseEntry> = exact
        .iter()
        .copied()
        .filter(|house| house.source < ALTERNATE)
        .collect();
    if !primary.is_empty() {
        return grouped(index, &primary, 0.0, &|_| None);
    }
    if !exact.is_empty() {
        return grouped(index, &exact, 0.03, &|number| {
            Some(Reason::PartOfNumber(number.to_owned()))
        });
    }
    if !same.is_empty() {
        let plain: Vec<&HouseEntry> = same
            .iter()
            .filter(|house| index.text(house.suffix).is_empty())
            .collect();
        let others: Vec<&HouseEntry> = same.iter().collect();
        let asked = format!("{}{}", asked.number, asked.suffix);
        let reason = |number: &str| {
            Some(Reason::SuffixUnknown {
                asked: asked.clone(),
                known: number.to_owned(),
            })
        };
        let list = if plain.is_empty() { &others } else { &plain };
        return grouped(index, list, 0.10, &reason);
    }
    reckon(index, houses, start, asked).into_iter().collect()
}

/// The lowest and highest known numbers of a street, as written.
pub(crate) fn known_range(index: &Index, street: u32) -> (String, String) {
    let houses = index.stored.houses.get(street);
    let text = |house: Option<&HouseEntry>| {
        house
            .map(|house| house.number.to_string())
            .unwrap_or_default()
    };
    (text(houses.first()), text(houses.last()))
}

/// The house whose number is nearest to the asked one.
pub(crate) fn nearest(index: &Index, street: u32, number: u32) -> Option<Housed> {
    let houses = index.stored.houses.get(street);
    let house = houses
        .iter()
        .min_by_key(|house| (house.number.abs_diff(number), house.source))?;
    grouped(index, &[house], 0.0, &|_| None).pop()
}

/// One result for each place where the entries stand.
fn grouped(
    index: &Index,
    houses: &[&HouseEntry],
    cost: f32,
    reason: &dyn Fn(&str) -> Option<Reason>,
) -> Vec<Housed> {
    let mut groups: Vec<Vec<&HouseEntry>> = Vec::new();
    for house in houses {
        let near = |group: &Vec<&HouseEntry>| {
            group
                .iter()
                .any(|other| meters(other.point, house.point) <= SAME_HOUSE_METERS)
        };
        match groups.iter().position(near) {
            Some(group) => groups[group].push(house),
            None if groups.len() < 16 => groups.push(vec![house]),
            None => break,
        }
    }
    let twice = groups.len() > 1;
    let one = |group: Vec<&HouseEntry>| {
        let best = group.iter().min_by_key(|house| house.source)?;
        let number = index.text(best.text);
        let spread = group
            .iter()
            .map(|house| meters(house.point, best.point))
            .fold(0.0, f64::max);
        let mut reasons: Vec<Reason> = reason(number).into_iter().collect();
        if twice {
            reasons.push(Reason::NumberTwice);
        }
        let kind = match best.source % ALTERNATE {
            0 => Kind::HousePoint,
            1 => Kind::HouseBuilding,
            _ => Kind::HouseInterpolated,
        };
        debug_assert_eq!(HouseSource::Interpolation as u32, 2);
        let area = group
            .iter()
            .map(|house| house.area)
            .find(|area| *area != NO_ENTITY);
        Some(Housed {
            kind,
            number: number.to_owned(),
            point: best.point,
            extent_meters: f64::from(best.extent_meters).max(spread).max(5.0),
            area: area.unwrap_or(NO_ENTITY),
            cost,
            known: true,
            reasons,
        })
    };
    groups.into_iter().filter_map(one).collect()
}

/// Reckons a place between the nearest known numbers of the same side; `at` is where the number would stand.
fn reckon(index: &Index, houses: &[HouseEntry], at: usize, asked: &HouseNumber) -> Option<Housed> {
    let same_side = |house: &&HouseEntry| house.number % 2 == asked.number % 2;
    let below = houses[..at].iter().rev().take(64).find(same_side)?;
    let above = houses[at..].iter().take(64).find(same_side)?;
    let gap = meters(below.point, above.point);
    if above.number - below.number > MAX_GAP_NUMBERS || gap > MAX_GAP_METERS {
        return None;
    }
    let share = f64::from(asked.number - below.number) / f64::from(above.number - below.number);
    let text = |house: &HouseEntry| index.text(house.text).to_owned();
    Some(Housed {
        kind: Kind::HouseInterpolated,
        number: format!("{}{}", asked.number, asked.suffix),
        point: between(below.point, above.point, share),
        extent_meters: Bounds::of([below.point, above.point])
            .radius_meters()
            .max(15.0),
        area: below.area,
        cost: 0.12,
        known: false,
        reasons: vec![Reason::Interpolated {
            below: text(below),
            above: text(above),
        }],
    })
}
