//! Houses on their streets.

use std::collections::HashMap;

use super::super::geometry::{Bounds, meters, project};
use super::super::index::{EntityKind, HouseEntry, NO_ENTITY};
use super::super::numbers::HouseNumber;
use super::super::source::{House, HouseSource, Name, Source};
use super::areas::Locator;
use super::streets::{Streets, join, root};
use super::{Builder, distinct};
use crate::Coord;

/// A house is not put onto a street of its name that is farther away.
const MAX_STREET_METERS: f64 = 1_500.0;
/// Houses of one street name without such a street on the map belong together up to this distance.
const SAME_STREET_METERS: f64 = 1_000.0;
/// Marks an alternate number in [`HouseEntry::source`].
pub(in super::super) const ALTERNATE: u32 = 16;
/// Above this count of lost houses only their names are compared, to keep the import linear.
const MAX_CLUSTER: usize = 3_000;

pub(super) fn add(
    builder: &mut Builder,
    source: &Source,
    streets: &Streets,
    locator: &mut Locator,
) {
    let mut lost: HashMap<String, Vec<&House>> = HashMap::new();
    for house in &source.houses {
        let key = builder.key(&house.street);
        if key.is_empty() {
            builder.counts.houses_without_street += 1;
            continue;
        }
        match nearest(builder, streets, &key, house.point) {
            Some(street) => add_house(builder, locator, street, house),
            None => lost.entry(key).or_default().push(house),
        }
    }
    let mut lost: Vec<(String, Vec<&House>)> = lost.into_iter().collect();
    lost.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, houses) in lost {
        builder.counts.houses_off_street += houses.len();
        for cluster in clusters(&houses) {
            let bounds = Bounds::of(cluster.iter().map(|house| house.point));
            let names = vec![Name::main(cluster[0].street.clone())];
            let (point, extent) = (bounds.center(), bounds.radius_meters());
            let street = builder.add_entity(EntityKind::Street, names, None, point, extent);
            builder.areas[street as usize] = distinct(locator.areas_at(point), 16);
            for house in cluster {
                add_house(builder, locator, street, house);
            }
        }
    }
    order_areas(builder);
}

/// Puts the towns that houses name before those that were found by position: people say what stands on letters.
fn order_areas(builder: &mut Builder) {
    for street in 0..builder.houses.len() {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for house in &builder.houses[street] {
            if house.area != NO_ENTITY {
                *counts.entry(house.area).or_default() += 1;
            }
        }
        let mut named: Vec<(u32, usize)> = counts.into_iter().collect();
        named.sort_by_key(|(area, count)| (std::cmp::Reverse(*count), *area));
        let rest = std::mem::take(&mut builder.areas[street]);
        let named = named.into_iter().map(|(area, _)| area);
        builder.areas[street] = distinct(named.chain(rest), 24);
    }
}

/// The street of that name nearest to the point, if one is near.
fn nearest(builder: &Builder, streets: &Streets, key: &str, point: Coord) -> Option<u32> {
    let candidates = streets.by_key.get(key)?;
    let distance = |street: u32| {
        let mut best = f64::INFINITY;
        for line in &builder.lines[street as usize] {
            let points = builder.stored.points.get(*line);
            for pair in points.windows(2) {
                best = best.min(project(point, pair[0], pair[1]).1);
            }
        }
        best
    };
    candidates
        .iter()
        .map(|street| (distance(*street), *street))
        .filter(|(meters, _)| *meters <= MAX_STREET_METERS)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, street)| street)
}

fn add_house(builder: &mut Builder, locator: &mut Locator, street: u32, house: &House) {
    let area = house
        .city
        .as_deref()
        .map_or(NO_ENTITY, |city| locator.named(builder, city, house.point));
    if let Some(code) = &house.postcode {
        let code = locator.postcode(builder, code, house.point);
        let areas = &mut builder.areas[street as usize];
        if code != NO_ENTITY && !areas.contains(&code) && areas.len() < 40 {
            areas.push(code);
        }
    }
    let text = builder.text(house.number.trim());
    let mut added: Vec<HouseNumber> = Vec::new();
    let written = HouseNumber::list(&house.number)
        .into_iter()
        .map(|number| (number, 0));
    let others = house
        .alternates
        .iter()
        .flat_map(|number| HouseNumber::list(number));
    for (number, alternate) in written.chain(others.map(|number| (number, ALTERNATE))) {
        if added.contains(&number) {
            continue;
        }
        // The parts of a list after the first are other numbers of the same house.
        let alternate = if added.is_empty() {
            alternate
        } else {
            ALTERNATE
        };
        let suffix = builder.text(&number.suffix);
        builder.houses[street as usize].push(HouseEntry {
            number: number.number,
            suffix,
            text,
            point: house.point,
            area,
            source: house.source as u32 + alternate,
            extent_meters: house.extent_meters.clamp(0.0, 10_000.0) as u32,
        });
        added.push(number);
    }
    builder.counts.houses +=
        usize::from(!added.is_empty() && house.source != HouseSource::Interpolation);
}

fn clusters<'a>(houses: &[&'a House]) -> Vec<Vec<&'a House>> {
    let mut parents: Vec<usize> = (0..houses.len()).collect();
    for a in 0..houses.len() {
        if houses.len() > MAX_CLUSTER {
            break;
        }
        for b in a + 1..houses.len() {
            if houses[a].city == houses[b].city
                && meters(houses[a].point, houses[b].point) <= SAME_STREET_METERS
            {
                join(&mut parents, a, b);
            }
        }
    }
    let mut groups: HashMap<usize, Vec<&House>> = HashMap::new();
    for (no, house) in houses.iter().enumerate() {
        groups
            .entry(root(&mut parents, no))
            .or_default()
            .push(house);
    }
    let mut groups: Vec<(usize, Vec<&House>)> = groups.into_iter().collect();
    groups.sort_by_key(|(root, _)| *root);
    groups.into_iter().map(|(_, houses)| houses).collect()
}
