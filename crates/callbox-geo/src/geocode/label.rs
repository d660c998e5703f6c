//! How answers are said, and what tells two of the same label apart.

use super::answer::{Answer, Reason};
use super::geometry::{bearing, compass, meters};
use super::index::{EntityKind, Index, NO_ENTITY};
use super::text::is_han;
use crate::Coord;

/// A street with its number, in the order of the place: `12 Main Street`, `Hauptstrasse 12`, `长安街12号`.
pub(crate) fn address(index: &Index, street: &str, number: &str) -> String {
    if street.chars().any(is_han) {
        format!("{street}{}号", number.trim_end_matches(['号', '號']))
    } else if index.stored.number_first == 1 {
        format!("{number} {street}")
    } else {
        format!("{street} {number}")
    }
}

/// A name with its town behind it.
pub(crate) fn with_area(index: &Index, name: &str, entity: u32, area: u32) -> String {
    let area = if area == NO_ENTITY {
        town(index, entity)
    } else {
        area
    };
    if area == NO_ENTITY || area == entity {
        name.to_owned()
    } else {
        format!("{name}, {}", index.name_of(area))
    }
}

/// The first area of an entity that is a town and not a postcode.
pub(crate) fn town(index: &Index, entity: u32) -> u32 {
    let areas = index.stored.areas.get(entity).iter().copied();
    areas
        .into_iter()
        .find(|area| index.entity(*area).kind == EntityKind::Area)
        .unwrap_or(NO_ENTITY)
}

/// Fills in what tells answers of the same label apart: a part of the town, a cross street, a direction.
pub(crate) fn tell_apart(index: &Index, answers: &mut [(Answer, u32)]) {
    for no in 0..answers.len() {
        let label = answers[no].0.label.clone();
        let twins: Vec<usize> = (0..answers.len())
            .filter(|other| *other != no && answers[*other].0.label == label)
            .collect();
        let Some(first) = twins.first() else { continue };
        let (point, other) = (answers[no].0.point, answers[*first].0.point);
        let street = answers[no].1;
        let mut parts = Vec::new();
        let others_areas: Vec<u32> = twins
            .iter()
            .flat_map(|twin| index.stored.areas.get(answers[*twin].1).iter().copied())
            .collect();
        if street != NO_ENTITY {
            let mut own = index.stored.areas.get(street).iter();
            if let Some(area) = own.find(|area| !others_areas.contains(area)) {
                parts.push(index.name_of(*area).to_owned());
            }
            if let Some(cross) = nearest_cross(index, street, point) {
                parts.push(format!("near {}", index.name_of(cross)));
            }
        }
        if meters(point, other) > 20.0 {
            parts.push(format!("the {} one", compass(bearing(other, point))));
        }
        answers[no].0.tells_apart = Some(parts.join(", ")).filter(|text| !text.is_empty());
        if street != NO_ENTITY
            && twins.iter().any(|twin| answers[*twin].1 != street)
            && !answers[no].0.reasons.contains(&Reason::SameName)
        {
            answers[no].0.reasons.push(Reason::SameName);
        }
    }
}

/// The named street that crosses this one nearest to a point.
pub(crate) fn nearest_cross(index: &Index, street: u32, point: Coord) -> Option<u32> {
    let crossings = index.stored.crossings.get(street).iter();
    crossings
        .filter(|crossing| index.entity(crossing.other).kind == EntityKind::Street)
        .filter(|crossing| index.name_of(crossing.other) != index.name_of(street))
        .min_by(|a, b| meters(a.point, point).total_cmp(&meters(b.point, point)))
        .map(|crossing| crossing.other)
}
