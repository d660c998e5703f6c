//! Towns, their parts, postcodes, and which of them a point lies in.

use std::collections::HashMap;

use super::super::geometry::{Bounds, inside, meters};
use super::super::index::{EntityKind, NO_ENTITY};
use super::super::source::{Area, Name, Source};
use super::Builder;
use crate::Coord;

/// Two areas of one name nearer than this are one.
const SAME_AREA_METERS: f64 = 15_000.0;

/// Tells which areas a point lies in, and finds areas by the names that addresses give them.
pub(super) struct Locator {
    rings: Vec<Ringed>,
    points: Vec<(Coord, f64, u32)>,
    by_key: HashMap<String, Vec<u32>>,
    postcodes: HashMap<String, u32>,
    pub(super) regions: Vec<u32>,
}

struct Ringed {
    bounds: Bounds,
    rings: Vec<Vec<Coord>>,
    level: u8,
    area: u32,
}

impl Locator {
    pub(super) fn new(builder: &mut Builder, source: &Source) -> Self {
        let mut locator = Self {
            rings: Vec::new(),
            points: Vec::new(),
            by_key: HashMap::new(),
            postcodes: HashMap::new(),
            regions: Vec::new(),
        };
        let mut areas: Vec<&Area> = source.areas.iter().collect();
        areas.sort_by_key(|area| (area.rings.is_empty(), area.level));
        for area in areas {
            locator.add(builder, area);
        }
        locator.rings.sort_by_key(|ringed| telling(ringed.level));
        for region in &source.regions {
            let names = vec![Name::main(region.clone())];
            let region = builder.add_entity(EntityKind::Region, names, None, Coord::default(), 0.0);
            locator.regions.push(region);
        }
        locator
    }

    fn add(&mut self, builder: &mut Builder, area: &Area) {
        let Some(main) = area.names.first() else {
            return;
        };
        let key = builder.key(&main.text);
        let same = self.by_key.get(&key).and_then(|known| {
            known.iter().copied().find(|known| {
                let entity = &builder.stored.entities[*known as usize];
                meters(entity.point, area.point)
                    < SAME_AREA_METERS.min(f64::from(entity.extent_meters) + area.reach_meters)
            })
        });
        let bounds = Bounds::of(area.rings.iter().flatten().copied());
        let entity = same.unwrap_or_else(|| {
            let extent = area.reach_meters.max(bounds.radius_meters());
            let names = area.names.clone();
            let entity = builder.add_entity(EntityKind::Area, names, None, area.point, extent);
            self.by_key.entry(key).or_default().push(entity);
            entity
        });
        if area.rings.is_empty() {
            self.points.push((area.point, area.reach_meters, entity));
        } else {
            let rings = area.rings.clone();
            self.rings.push(Ringed {
                bounds,
                rings,
                level: area.level,
                area: entity,
            });
            if same.is_none() {
                // The label node of a town, added later, tells better where its middle is than the box does.
                builder.stored.entities[entity as usize].point = area.point;
            }
        }
    }

    /// The areas around a point, the most telling first.
    pub(super) fn areas_at(&self, point: Coord) -> Vec<u32> {
        let mut areas: Vec<u32> = self
            .rings
            .iter()
            .filter(|ringed| ringed.bounds.holds(point, 0.0) && inside(point, &ringed.rings))
            .map(|ringed| ringed.area)
            .collect();
        let has_town = self
            .rings
            .iter()
            .any(|ringed| matches!(ringed.level, 7 | 8) && areas.contains(&ringed.area));
        let mut near: Vec<(f64, u32)> = self
            .points
            .iter()
            .map(|(place, reach, area)| (meters(*place, point) / reach, *area))
            .filter(|(share, _)| *share <= 1.0)
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = if has_town { areas.len().min(1) } else { 0 };
        for (_, area) in near.into_iter().take(3).rev() {
            if !areas.contains(&area) {
                areas.insert(at, area);
            }
        }
        areas
    }

    /// The area that an address near `point` names; made if it is new.
    pub(super) fn named(&mut self, builder: &mut Builder, city: &str, point: Coord) -> u32 {
        let key = builder.key(city);
        if key.is_empty() {
            return NO_ENTITY;
        }
        if let Some(known) = self.by_key.get(&key) {
            let nearest = known.iter().copied().min_by(|a, b| {
                let distance =
                    |area: &u32| meters(builder.stored.entities[*area as usize].point, point);
                distance(a).total_cmp(&distance(b))
            });
            if let Some(nearest) = nearest
                && meters(builder.stored.entities[nearest as usize].point, point)
                    < 2.0 * SAME_AREA_METERS
            {
                return nearest;
            }
        }
        let names = vec![Name::main(city)];
        let area = builder.add_entity(EntityKind::Area, names, None, point, 5_000.0);
        self.by_key.entry(key).or_default().push(area);
        area
    }

    pub(super) fn postcode(&mut self, builder: &mut Builder, code: &str, point: Coord) -> u32 {
        // In the United States `21136-4307` lies in `21136`.
        let code = code.split([';', ',']).next().unwrap_or_default().trim();
        let code = match code.split_once('-') {
            Some((five, four)) if five.len() == 5 && four.len() == 4 => five,
            _ => code,
        };
        if code.is_empty() || code.len() > 12 {
            return NO_ENTITY;
        }
        if let Some(known) = self.postcodes.get(code) {
            return *known;
        }
        let names = vec![Name::main(code)];
        let area = builder.add_entity(EntityKind::Postcode, names, None, point, 5_000.0);
        self.postcodes.insert(code.to_owned(), area);
        area
    }
}

/// The order in which levels tell people where something is: the town, then its parts, then what is around it.
fn telling(level: u8) -> u8 {
    match level {
        8 => 0,
        7 => 1,
        9 => 2,
        10 => 3,
        11.. => 4,
        level => 20 - level,
    }
}
