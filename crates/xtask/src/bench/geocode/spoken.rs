//! Places as callers say them, drawn from the extract with the seed: blocks, stretches, things on a street, beside
//! something, motorway junctions.
//!
//! The full-text searches are given the same places as texts of their own (a thing with its nearest street, a junction
//! with its road, the addresses), and the question without the words that part names (`block of`, `between`, `on`,
//! `across from`): with them a search by words finds nothing.

use std::collections::HashMap;

use callbox_geo::Coord;
use callbox_geo::geocode::{Ask, Geocoder, House, Source, Verdict};

use super::{super::cpu_time, Arguments, Baselines, Random, Tally, misspelt, near};

/// A thing farther from every named street than this is not asked for on one, in metres.
const BESIDE_STREET_METERS: f64 = 60.0;
/// The side of a cell in which streets are looked for, in units of 1e-7 degree.
const CELL: i32 = 20_000;

/// A question, the same for a search without the words between names, and the places that are right.
struct Asked {
    said: String,
    bare: String,
    right: Vec<Coord>,
}

/// Asks all kinds and prints a row for each.
pub(super) fn ask(
    geocoder: &Geocoder,
    source: &Source,
    houses: &[&House],
    addresses: &[(String, Coord)],
    arguments: &Arguments,
    random: &mut Random,
) -> anyhow::Result<()> {
    let things = things(source);
    let exits = exits(source);
    let mut texts = addresses.to_vec();
    let with_street = things
        .iter()
        .map(|it| (format!("{}, {}", it.name, it.street), it.point));
    texts.extend(with_street);
    texts.extend(exits.iter().flat_map(|exit| {
        let text = format!("Exit {} {}", exit.number, exit.road);
        exit.points.iter().map(move |point| (text.clone(), *point))
    }));
    let baselines = Baselines::new(&texts)?;
    let blocks = blocks(houses);
    let stretches = stretches(source);
    let count = arguments.sample;
    let thing = |random: &mut Random| (!things.is_empty()).then(|| random.below(things.len()));
    let on = |thing: &Thing, said: String| Asked {
        said,
        bare: format!("{} {}", thing.name, thing.street),
        right: thing.points.clone(),
    };
    type Draw<'a> = &'a dyn Fn(&mut Random) -> Option<Asked>;
    let kinds: [(&str, Draw<'_>); 9] = [
        ("N hundred block of A", &|random| {
            let (hundred, street, city, right) = pick(&blocks, random)?;
            Some(Asked {
                said: format!("{hundred} hundred block of {street}{city}"),
                bare: format!("{hundred}00 {street}{city}"),
                right: right.clone(),
            })
        }),
        ("A between B and C", &|random| {
            let (street, from, to, right) = pick(&stretches, random)?;
            Some(Asked {
                said: format!("{street} between {from} and {to}"),
                bare: format!("{street} {from} {to}"),
                right: right.clone(),
            })
        }),
        ("thing on A", &|random| {
            let thing = &things[thing(random)?];
            Some(on(thing, format!("{} on {}", thing.name, thing.street)))
        }),
        ("thing on A, one typing error", &|random| {
            let thing = &things[thing(random)?];
            let wrong = misspelt(&thing.street, random);
            let mut asked = on(thing, format!("{} on {wrong}", thing.name));
            asked.bare = format!("{} {wrong}", thing.name);
            Some(asked)
        }),
        ("thing, A", &|random| {
            let thing = &things[thing(random)?];
            Some(on(thing, format!("{}, {}", thing.name, thing.street)))
        }),
        ("A by the thing", &|random| {
            let thing = &things[thing(random)?];
            Some(on(
                thing,
                format!("{} in front of {}", thing.street, thing.name),
            ))
        }),
        ("across from the thing", &|random| {
            let thing = &things[thing(random)?];
            Some(Asked {
                said: format!("across from {}", thing.name),
                bare: thing.name.clone(),
                right: vec![thing.point],
            })
        }),
        ("opposite a house", &|random| {
            let at = random.below(houses.len());
            let (text, point) = addresses.get(at)?;
            Some(Asked {
                said: format!("opposite {text}"),
                bare: text.clone(),
                right: vec![*point],
            })
        }),
        ("exit of a motorway", &|random| {
            let exit = pick(&exits, random)?;
            let (number, road) = (&exit.number, &exit.road);
            let said = match random.below(6) {
                0 => format!("exit {number} on {road}"),
                1 => format!("exit {number} {road}"),
                2 => format!("{road} exit {number}"),
                3 => format!("{road} at exit {number}"),
                4 => format!("{road} junction {number}"),
                _ => format!("junction {number} of the {road}"),
            };
            Some(Asked {
                said,
                bare: format!("Exit {number} {road}"),
                right: exit.points.clone(),
            })
        }),
    ];
    for (name, draw) in kinds {
        let mut tally = Tally::default();
        for _ in 0..count {
            let Some(asked) = draw(random) else { break };
            let start = cpu_time();
            let found = geocoder.find(&asked.said, &Ask::default());
            tally.add(cpu_time() - start, &found, &asked.right);
            tally.add_baselines_any(&baselines, &asked.bare, &asked.right)?;
            let is_far = !near(&found, 1, &asked.right);
            let is_wrong = is_far && found.verdict == Verdict::Certain;
            if is_wrong || is_far && tally.shown < arguments.show {
                tally.shown += 1;
                let first = found.answers.first();
                let first = first.map(|answer| (&answer.label, &answer.reasons));
                println!("    {:?} -> {:?} {first:?}", asked.said, found.verdict);
            }
        }
        match tally.is_empty() {
            true => println!("({name}: the extract has none)"),
            false => tally.print(name),
        }
    }
    Ok(())
}

fn pick<'a, T>(from: &'a [T], random: &mut Random) -> Option<&'a T> {
    (!from.is_empty()).then(|| &from[random.below(from.len())])
}

/// The hundreds of streets as said (`12` for 1234), with the street, the town behind a comma, and their houses.
fn blocks(houses: &[&House]) -> Vec<(u32, String, String, Vec<Coord>)> {
    let mut blocks: HashMap<(u32, &str, Option<&str>), Vec<Coord>> = HashMap::new();
    for house in houses {
        let digits: String = house
            .number
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if let Ok(number @ 100..) = digits.parse::<u32>() {
            let key = (number / 100, house.street.as_str(), house.city.as_deref());
            blocks.entry(key).or_default().push(house.point);
        }
    }
    let mut blocks: Vec<_> = blocks
        .into_iter()
        .map(|((hundred, street, city), right)| {
            let city = city.map_or(String::new(), |city| format!(", {city}"));
            (hundred, street.to_owned(), city, right)
        })
        .collect();
    blocks.sort_by(|a, b| (a.0, &a.1, &a.2).cmp(&(b.0, &b.1, &b.2)));
    blocks
}

/// A street, two that cross it one after the other, and the points between.
fn stretches(source: &Source) -> Vec<(String, String, String, Vec<Coord>)> {
    let mut at: HashMap<u64, Vec<usize>> = HashMap::new();
    for (no, way) in source.streets.iter().enumerate() {
        for node in way.nodes.iter().filter(|_| !way.names.is_empty()) {
            at.entry(*node).or_default().push(no);
        }
    }
    let mut stretches = Vec::new();
    for way in source.streets.iter().filter(|way| !way.names.is_empty()) {
        let street = &way.names[0].text;
        let mut last: Option<(usize, &str)> = None;
        for (i, node) in way.nodes.iter().enumerate() {
            let others = at[node]
                .iter()
                .map(|no| source.streets[*no].names[0].text.as_str());
            let mut others: Vec<&str> = others.filter(|other| other != street).collect();
            others.sort_unstable();
            let Some(other) = others.first().copied() else {
                continue;
            };
            if let Some((from, before)) = last
                && before != other
                && way.points[from].meters_to(way.points[i]) > 30.0
            {
                let points = &way.points[from..=i];
                let steps = points.windows(2).flat_map(|pair| {
                    let along = |share: i32| Coord {
                        lat: pair[0].lat + (pair[1].lat - pair[0].lat) / 4 * share,
                        lon: pair[0].lon + (pair[1].lon - pair[0].lon) / 4 * share,
                    };
                    (0..4).map(along)
                });
                let (street, before, other) = (street.clone(), before.to_owned(), other.to_owned());
                stretches.push((street, before, other, steps.collect()));
            }
            last = Some((i, other));
        }
    }
    stretches
}

/// A named thing, and the named street nearest to it.
struct Thing {
    name: String,
    street: String,
    point: Coord,
    /// All of this name at this street.
    points: Vec<Coord>,
}

fn things(source: &Source) -> Vec<Thing> {
    let cell = |point: Coord| (point.lat.div_euclid(CELL), point.lon.div_euclid(CELL));
    let mut cells: HashMap<(i32, i32), Vec<(usize, usize)>> = HashMap::new();
    for (no, way) in source.streets.iter().enumerate() {
        for (i, pair) in way
            .points
            .windows(2)
            .enumerate()
            .filter(|_| !way.names.is_empty())
        {
            for end in [cell(pair[0]), cell(pair[1])] {
                let here = cells.entry(end).or_default();
                if here.last() != Some(&(no, i)) {
                    here.push((no, i));
                }
            }
        }
    }
    let mut things: Vec<Thing> = Vec::new();
    for place in &source.places {
        let name = &place.names[0].text;
        if name.chars().filter(|c| c.is_alphabetic()).count() < 4 {
            continue;
        }
        let (row, column) = cell(place.point);
        let around = (row - 1..=row + 1)
            .flat_map(|row| (column - 1..=column + 1).map(move |column| (row, column)));
        let segments = around.filter_map(|cell| cells.get(&cell)).flatten();
        let near = segments
            .map(|(no, i)| {
                let points = &source.streets[*no].points;
                (distance(place.point, points[*i], points[i + 1]), *no)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((meters, no)) = near
            && meters <= BESIDE_STREET_METERS
        {
            things.push(Thing {
                name: name.clone(),
                street: source.streets[no].names[0].text.clone(),
                point: place.point,
                points: Vec::new(),
            });
        }
    }
    let mut same: HashMap<(String, String), Vec<Coord>> = HashMap::new();
    for thing in &things {
        let key = (thing.name.clone(), thing.street.clone());
        same.entry(key).or_default().push(thing.point);
    }
    for thing in &mut things {
        let key = (thing.name.clone(), thing.street.clone());
        thing.points.clone_from(&same[&key]);
    }
    things
}

/// How far a point is from a segment, in metres.
fn distance(point: Coord, a: Coord, b: Coord) -> f64 {
    let narrow = (f64::from(point.lat) / 1e7).to_radians().cos();
    let flat = |to: Coord| {
        let east = (f64::from(to.lon) - f64::from(point.lon)) * narrow;
        (east, f64::from(to.lat) - f64::from(point.lat))
    };
    let ((ax, ay), (bx, by)) = (flat(a), flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let share = match length > 0.0 {
        true => (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0),
        false => 0.0,
    };
    (ax + share * dx).hypot(ay + share * dy) * 0.011_119_5
}

/// A junction's number, its road, and the places of all of that number there.
struct Exit {
    number: String,
    road: String,
    points: Vec<Coord>,
}

fn exits(source: &Source) -> Vec<Exit> {
    let mut roads: HashMap<u64, Vec<&str>> = HashMap::new();
    for way in &source.streets {
        for node in &way.nodes {
            let known = roads.entry(*node).or_default();
            known.extend(way.references.iter().map(String::as_str));
        }
    }
    let mut exits: HashMap<(&str, &str), Vec<Coord>> = HashMap::new();
    for exit in &source.exits {
        let Some(number) = &exit.number else { continue };
        for road in roads.get(&exit.node).into_iter().flatten() {
            exits.entry((number, road)).or_default().push(exit.point);
        }
    }
    let mut exits: Vec<Exit> = exits
        .into_iter()
        .map(|((number, road), points)| Exit {
            number: number.to_owned(),
            road: road.to_owned(),
            points,
        })
        .collect();
    exits.sort_by(|a, b| (&a.road, &a.number).cmp(&(&b.road, &b.number)));
    exits
}
