//! Named things, with the towns they are in.

use super::super::index::{EntityKind, NO_ENTITY};
use super::super::source::Source;
use super::areas::Locator;
use super::{Builder, distinct};

pub(super) fn add(builder: &mut Builder, source: &Source, locator: &mut Locator) {
    for place in &source.places {
        if place
            .names
            .iter()
            .all(|name| builder.key(&name.text).is_empty())
        {
            continue;
        }
        let entity = builder.add_entity(
            EntityKind::Place,
            place.names.clone(),
            Some(&place.category),
            place.point,
            place.extent_meters,
        );
        let city = place
            .city
            .as_deref()
            .map_or(NO_ENTITY, |city| locator.named(builder, city, place.point));
        let areas = std::iter::once(city).chain(locator.areas_at(place.point));
        builder.areas[entity as usize] = distinct(areas, 8);
    }
}
