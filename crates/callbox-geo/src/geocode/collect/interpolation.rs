//! House numbers along a line whose ends carry numbers (Key:addr:interpolation).

use super::super::geometry::{between, meters};
use super::super::numbers::HouseNumber;
use super::super::source::{House, HouseSource, Source};
use crate::Coord;
use crate::osm::{Extract, TaggedNode, Way};

/// The most numbers between two ends; more is a mistake in the data.
const MAX_NUMBERS: u32 = 400;

/// Adds the numbers that stand between the numbered nodes of each line.
pub(super) fn add(extract: &Extract, source: &mut Source) {
    for way in extract.ways() {
        let step = match way.tags.get("addr:interpolation") {
            Some("odd" | "even") => 2,
            Some("all") => 1,
            _ => continue,
        };
        let mut from: Option<(usize, TaggedNode<'_>)> = None;
        for (at, node) in way.nodes.iter().enumerate() {
            let Some(end) = extract.tagged_node(extract.node_id(*node)) else {
                continue;
            };
            if end.tags.get("addr:housenumber").is_none() {
                continue;
            }
            if let Some((start_at, start)) = from {
                add_between(extract, source, &way, (start_at, &start), (at, &end), step);
            }
            from = Some((at, end));
        }
    }
}

fn add_between(
    extract: &Extract,
    source: &mut Source,
    way: &Way<'_>,
    (start_at, start): (usize, &TaggedNode<'_>),
    (end_at, end): (usize, &TaggedNode<'_>),
    step: u32,
) {
    let number = |node: &TaggedNode<'_>| {
        node.tags
            .get("addr:housenumber")
            .and_then(HouseNumber::parse)
            .map(|number| number.number)
    };
    let (Some(a), Some(b)) = (number(start), number(end)) else {
        return;
    };
    let street = [
        way.tags.get("addr:street"),
        start.tags.get("addr:street"),
        end.tags.get("addr:street"),
    ];
    let Some(street) = street.into_iter().flatten().next() else {
        return;
    };
    if a.abs_diff(b) > MAX_NUMBERS || a.abs_diff(b) <= step {
        return;
    }
    let line: Vec<Coord> = way.nodes[start_at..=end_at]
        .iter()
        .filter_map(|node| extract.coord(*node))
        .collect();
    let length: f64 = line.windows(2).map(|pair| meters(pair[0], pair[1])).sum();
    let (low, high) = (a.min(b), a.max(b));
    for number in (low + step..high).step_by(step as usize) {
        let share = f64::from(number.abs_diff(a)) / f64::from(a.abs_diff(b));
        let Some(point) = along(&line, length * share) else {
            return;
        };
        source.houses.push(House {
            number: number.to_string(),
            alternates: Vec::new(),
            street: street.to_owned(),
            city: start.tags.get("addr:city").map(str::to_owned),
            postcode: start.tags.get("addr:postcode").map(str::to_owned),
            point,
            extent_meters: length / f64::from(high - low) * f64::from(step),
            source: HouseSource::Interpolation,
        });
    }
}

/// The point so many metres along a line.
fn along(line: &[Coord], mut distance: f64) -> Option<Coord> {
    for pair in line.windows(2) {
        let length = meters(pair[0], pair[1]);
        if distance <= length && length > 0.0 {
            return Some(between(pair[0], pair[1], distance / length));
        }
        distance -= length;
    }
    line.last().copied()
}
