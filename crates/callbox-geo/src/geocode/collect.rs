//! What the geocoder takes out of OpenStreetMap.
//!
//! Keys and values as in the OpenStreetMap wiki: Key:addr, Key:place, Tag:highway=milestone, Tag:highway=motorway_junction,
//! Relation:boundary, Relation:associatedStreet.

use std::collections::{BTreeSet, HashMap};

use super::geometry::Bounds;
use super::source::{
    Area, Exit, House, HouseSource, Name, NameKind, Place, Post, Source, StreetWay,
};
use crate::Coord;
use crate::osm::{Extract, Keep, MemberKind, Tags, Wants, Way};

mod interpolation;
mod rings;

/// Chooses what the geocoder needs of an extract.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted;

impl Wants for Wanted {
    fn node(&self, tags: &Tags<'_>) -> bool {
        tags.iter().any(|(key, value)| match key {
            "name" | "addr:housenumber" | "addr:housename" | "addr:streetnumber" => true,
            "highway" => matches!(value, "milestone" | "motorway_junction"),
            _ => false,
        })
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        tags.iter().any(|(key, value)| match key {
            "name" | "addr:housenumber" | "addr:housename" | "addr:interpolation"
            | "bridge:name" => true,
            "ref" => tags.get("highway").is_some_and(is_road) && !value.is_empty(),
            _ => false,
        })
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        match tags.get("type") {
            Some("associatedStreet" | "street") => Keep::Alone,
            Some("boundary" | "multipolygon" | "site")
                if tags.get("name").is_some() || tags.get("addr:housenumber").is_some() =>
            {
                Keep::WithWays
            }
            _ => Keep::No,
        }
    }
}

/// Gathers streets, houses, towns, places, posts and junctions.
#[must_use]
pub fn collect(extract: &Extract) -> Source {
    let mut collector = Collector {
        extract,
        source: Source::default(),
        street_of: HashMap::new(),
        regions: BTreeSet::new(),
    };
    collector.associated_streets();
    for way in extract.ways() {
        collector.way(&way);
    }
    for node in extract.tagged_nodes() {
        collector.node(node.id, node.coord, &node.tags);
    }
    for relation in extract.relations() {
        let rings = rings::outer_and_inner(extract, &relation.members);
        collector.relation(relation.id, &relation.tags, rings);
    }
    interpolation::add(extract, &mut collector.source);
    collector.source.regions = collector.regions.into_iter().collect();
    collector.source
}

struct Collector<'a> {
    extract: &'a Extract,
    source: Source,
    /// The street that a relation gives to a house, by kind and number of the house's element.
    street_of: HashMap<(u8, i64), String>,
    regions: BTreeSet<String>,
}

const NODE: u8 = 0;
const WAY: u8 = 1;
const RELATION: u8 = 2;

impl Collector<'_> {
    fn associated_streets(&mut self) {
        for relation in self.extract.relations() {
            if !matches!(
                relation.tags.get("type"),
                Some("associatedStreet" | "street")
            ) {
                continue;
            }
            let named = relation
                .tags
                .get("name")
                .or(relation.tags.get("addr:street"));
            let of_street = || {
                let streets = relation
                    .members
                    .iter()
                    .filter(|member| member.role == "street");
                streets
                    .filter_map(|member| self.extract.way(member.id)?.tags.get("name"))
                    .next()
            };
            let Some(name) = named.or_else(of_street) else {
                continue;
            };
            for member in relation
                .members
                .iter()
                .filter(|member| member.role != "street")
            {
                let kind = match member.kind {
                    MemberKind::Node => NODE,
                    MemberKind::Way => WAY,
                    MemberKind::Relation => RELATION,
                };
                self.street_of.insert((kind, member.id), name.to_owned());
            }
        }
    }

    fn way(&mut self, way: &Way<'_>) {
        let points: Vec<Coord> = way
            .nodes
            .iter()
            .filter_map(|node| self.extract.coord(*node))
            .collect();
        if points.is_empty() {
            return;
        }
        let tags = &way.tags;
        if tags.get("highway").is_some_and(is_road) && !tags.is("area", "yes") {
            let nodes = way
                .nodes
                .iter()
                .filter(|node| self.extract.coord(**node).is_some());
            let nodes = nodes
                .map(|node| self.extract.node_id(*node).cast_unsigned())
                .collect();
            let names = names(tags);
            let references = references(tags);
            if points.len() > 1 && !(names.is_empty() && references.is_empty()) {
                self.source.streets.push(StreetWay {
                    names,
                    references,
                    nodes,
                    points: points.clone(),
                });
            }
            if let Some(bridge) = tags.get("bridge:name") {
                let names = vec![Name::main(bridge)];
                self.place(names, "bridge".to_owned(), &points, tags);
            }
            return;
        }
        self.house((WAY, way.id), tags, &points, HouseSource::Building);
        self.named(tags, &points, &[]);
    }

    fn node(&mut self, id: i64, point: Coord, tags: &Tags<'_>) {
        match tags.get("highway") {
            Some("milestone") => return self.post(id, point, tags),
            Some("motorway_junction") => {
                let exit = Exit {
                    number: tags.get("ref").map(str::to_owned),
                    name: tags.get("name").map(str::to_owned),
                    node: id.cast_unsigned(),
                    point,
                };
                self.source.exits.push(exit);
                return;
            }
            _ => {}
        }
        self.house((NODE, id), tags, &[point], HouseSource::Point);
        self.named(tags, &[point], &[]);
    }

    fn relation(&mut self, id: i64, tags: &Tags<'_>, rings: Vec<Vec<Coord>>) {
        if matches!(tags.get("type"), Some("associatedStreet" | "street")) {
            return;
        }
        let Some(outer) = rings.first() else { return };
        let points = outer.clone();
        self.house((RELATION, id), tags, &points, HouseSource::Building);
        self.named(tags, &points, &rings);
    }

    fn house(&mut self, id: (u8, i64), tags: &Tags<'_>, points: &[Coord], source: HouseSource) {
        if tags.get("addr:interpolation").is_some() {
            return;
        }
        for key in [
            "addr:state",
            "addr:country",
            "addr:province",
            "is_in:country",
            "is_in:state",
        ] {
            if let Some(region) = tags.get(key)
                && self.regions.len() < 200
            {
                self.regions.insert(region.to_owned());
            }
        }
        let street = tags
            .get("addr:street")
            .or_else(|| self.street_of.get(&id).map(String::as_str))
            .or_else(|| tags.get("addr:place"))
            .or_else(|| tags.get("addr:hamlet"))
            .unwrap_or_default()
            .to_owned();
        let (halves, number) = (
            [
                tags.get("addr:streetnumber"),
                tags.get("addr:conscriptionnumber"),
            ],
            tags.get("addr:housenumber"),
        );
        let bounds = Bounds::of(points.iter().copied());
        let city = tags
            .get("addr:city")
            .or(tags.get("addr:suburb"))
            .map(str::to_owned);
        if let Some(house_name) = tags.get("addr:housename")
            && tags.get("name").is_none()
        {
            let names = vec![Name::main(house_name)];
            self.place(names, "house".to_owned(), points, tags);
        }
        if let Some(number) = number.or(halves[0]).or(halves[1]) {
            self.source.houses.push(House {
                number: number.to_owned(),
                alternates: halves
                    .iter()
                    .flatten()
                    .map(|half| (*half).to_owned())
                    .collect(),
                street,
                city,
                postcode: tags.get("addr:postcode").map(str::to_owned),
                point: bounds.center(),
                extent_meters: bounds.radius_meters(),
                source,
            });
        }
    }

    /// Towns and named things.
    fn named(&mut self, tags: &Tags<'_>, points: &[Coord], rings: &[Vec<Coord>]) {
        let names = names(tags);
        if names.is_empty() {
            return;
        }
        let bounds = Bounds::of(points.iter().copied());
        let reach = tags.get("place").and_then(reach_of_place);
        let level = tags
            .get("admin_level")
            .and_then(|level| level.parse().ok())
            .unwrap_or(0_u8);
        let boundary = match tags.get("boundary") {
            Some("administrative") if (2..=11).contains(&level) => Some(level),
            Some("census") => Some(8),
            _ => None,
        };
        if boundary.is_some() || reach.is_some() {
            let closed = rings.is_empty() && points.len() > 3 && points.first() == points.last();
            let rings = if closed {
                vec![points.to_vec()]
            } else {
                rings.to_vec()
            };
            let only_node = rings.is_empty();
            self.source.areas.push(Area {
                names,
                point: bounds.center(),
                level: if only_node { 0 } else { boundary.unwrap_or(10) },
                rings: if boundary.is_none() && reach.is_none() {
                    Vec::new()
                } else {
                    rings
                },
                reach_meters: reach.unwrap_or(2_000.0).max(bounds.radius_meters()),
            });
            return;
        }
        if let Some(category) = category(tags) {
            self.place(names, category, points, tags);
        }
    }

    fn place(&mut self, names: Vec<Name>, category: String, points: &[Coord], tags: &Tags<'_>) {
        let bounds = Bounds::of(points.iter().copied());
        self.source.places.push(Place {
            names,
            category,
            point: bounds.center(),
            extent_meters: bounds.radius_meters(),
            city: tags.get("addr:city").map(str::to_owned),
        });
    }

    fn post(&mut self, id: i64, point: Coord, tags: &Tags<'_>) {
        let Some(distance) = tags.get("distance").or(tags.get("pk")) else {
            return;
        };
        let Some((thousandths, miles)) = distance_on_post(distance) else {
            return;
        };
        self.source.posts.push(Post {
            reference: tags
                .get("ref")
                .and_then(|list| split_list(list).next())
                .map(str::to_owned),
            node: id.cast_unsigned(),
            thousandths,
            miles,
            point,
        });
    }
}

/// `12.5`, `12,5 km`, `7 mi`.
pub(super) fn distance_on_post(text: &str) -> Option<(u32, bool)> {
    let text = text.trim().to_lowercase().replace(',', ".");
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let value: f64 = text[..digits]
        .parse()
        .ok()
        .filter(|value| (0.0..1e5).contains(value))?;
    let miles = match text[digits..].trim() {
        "" | "km" | "公里" => false,
        "mi" | "mile" | "miles" => true,
        _ => return None,
    };
    Some(((value * 1000.0).round() as u32, miles))
}

/// The names of an element; the sign's first.
fn names(tags: &Tags<'_>) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (key, value) in tags.iter() {
        let kind = match key {
            "name" => NameKind::Main,
            "alt_name" | "official_name" | "short_name" | "loc_name" | "int_name" | "reg_name"
            | "nat_name" | "name_1" | "name_2" => NameKind::Other,
            "old_name" => NameKind::Former,
            key if key.starts_with("name:") && is_language(&key[5..]) => NameKind::Other,
            _ => continue,
        };
        // The sign's name may hold a semicolon; a list of names is always in another key.
        let parts = if kind == NameKind::Main {
            vec![value]
        } else {
            split_list(value).collect()
        };
        for text in parts {
            let known = names.iter().any(|name| name.text == text);
            if !known && text.chars().any(char::is_alphanumeric) && names.len() < 40 {
                names.push(Name {
                    text: text.to_owned(),
                    kind,
                });
            }
        }
    }
    names.sort_by_key(|name| name.kind);
    if names
        .first()
        .is_some_and(|name| name.kind != NameKind::Main)
        && tags.get("name").is_none()
    {
        names.clear();
    }
    names
}

/// `en`, `zh-Hant`, `sr_Latn`; not `left`, `etymology`, `pronunciation`.
fn is_language(suffix: &str) -> bool {
    let main = suffix.split(['-', '_']).next().unwrap_or_default();
    (2..=3).contains(&main.len()) && main.chars().all(|c| c.is_ascii_lowercase())
}

fn references(tags: &Tags<'_>) -> Vec<String> {
    tags.get("ref")
        .into_iter()
        .flat_map(split_list)
        .take(8)
        .map(str::to_owned)
        .collect()
}

fn split_list(list: &str) -> impl Iterator<Item = &str> {
    list.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// Ways on which people and vehicles move; not those that are planned, gone or platforms.
fn is_road(highway: &str) -> bool {
    !matches!(
        highway,
        "proposed"
            | "construction"
            | "abandoned"
            | "razed"
            | "platform"
            | "rest_area"
            | "services"
            | "elevator"
            | "bus_stop"
            | "emergency_bay"
            | "raceway"
            | "corridor"
    )
}

/// How far a place known by its point only is taken to reach, in metres.
fn reach_of_place(place: &str) -> Option<f64> {
    Some(match place {
        "city" => 10_000.0,
        "town" => 5_000.0,
        "village" => 2_500.0,
        "suburb" | "borough" => 2_000.0,
        "hamlet" | "quarter" => 1_200.0,
        "neighbourhood" | "isolated_dwelling" | "locality" => 800.0,
        "island" | "islet" => 1_500.0,
        "municipality" | "district" => 6_000.0,
        _ => return None,
    })
}

/// What a named thing is, in the words of its main tag.
fn category(tags: &Tags<'_>) -> Option<String> {
    const KEYS: [&str; 20] = [
        "amenity",
        "emergency",
        "shop",
        "tourism",
        "leisure",
        "office",
        "healthcare",
        "craft",
        "historic",
        "railway",
        "aeroway",
        "public_transport",
        "man_made",
        "natural",
        "landuse",
        "bridge",
        "tunnel",
        "building",
        "waterway",
        "club",
    ];
    let (key, value) = KEYS.iter().find_map(|key| Some((*key, tags.get(key)?)))?;
    let word = if matches!(value, "yes" | "no") || key == "building" {
        key
    } else {
        value
    };
    Some(word.replace('_', " "))
}
