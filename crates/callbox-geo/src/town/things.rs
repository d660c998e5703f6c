//! What stands on the ground: houses with numbers, places with names, hydrants, parks, water.

use std::collections::HashMap;

use super::{
    ground::Ground,
    grow::Class,
    lay::Laid,
    names::{Name, Names},
    net::Net,
    places::{PLACES, Spot},
    point::{P, Random, along, length, p},
    sheet::{Sheet, Tags, tags},
};
use crate::osm::MemberKind;

const CELL: f64 = 14.0;

/// The town's name.
pub(super) const TOWN: (&str, &str) = ("Velmora Bay", "维尔莫拉湾");

/// Where there is no room any more.
#[derive(Debug, Default)]
struct Taken {
    streets: HashMap<(i32, i32), Vec<P>>,
    houses: HashMap<(i32, i32), Vec<(P, f64)>>,
}

impl Taken {
    fn of(net: &Net) -> Self {
        let mut taken = Self::default();
        for edge in net.edges.iter().filter(|edge| edge.class <= Class::Street) {
            let whole = length(&edge.points);
            for step in 0..=(whole / 5.0) as usize {
                let at = along(&edge.points, step as f64 * 5.0).0;
                taken.streets.entry(at.cell(CELL)).or_default().push(at);
            }
        }
        taken
    }

    fn is_free(&self, at: P, half: f64) -> bool {
        let (cx, cy) = at.cell(CELL);
        let reach = ((half + 14.0) / CELL).ceil() as i32;
        let mut cells =
            (cx - reach..=cx + reach).flat_map(|x| (cy - reach..=cy + reach).map(move |y| (x, y)));
        cells.all(|cell| {
            let street = self
                .streets
                .get(&cell)
                .is_some_and(|all| all.iter().any(|other| other.to(at) < half + 3.8));
            let house = self.houses.get(&cell).is_some_and(|all| {
                all.iter()
                    .any(|(other, theirs)| other.to(at) < half + theirs + 0.8)
            });
            !street && !house
        })
    }

    fn take(&mut self, at: P, half: f64) {
        self.houses
            .entry(at.cell(CELL))
            .or_default()
            .push((at, half));
    }
}

/// Writes everything but the streets; says how many houses have a number.
pub(super) fn write(
    net: &Net,
    laid: &Laid,
    names: &[Name],
    ground: &Ground,
    sheet: &mut Sheet,
) -> usize {
    let mut random = Random::new(ground.seed, 5);
    let mut taken = Taken::of(net);
    water(ground, sheet);
    green(ground, sheet);
    for line in laid.lines.iter().filter(|line| line.class == Class::Path) {
        sheet.line(
            &super::streets::simple(&line.points),
            tags(&[("highway", "footway")]),
        );
    }
    quarters(ground, &mut random, sheet);
    let mut numbers: HashMap<usize, [u32; 2]> = HashMap::new();
    let mut houses = named(
        net,
        names,
        ground,
        &mut taken,
        &mut numbers,
        &mut random,
        sheet,
    );
    for edge in &net.edges {
        let known = &names[edge.line];
        if edge.roundabout
            || !(Class::Main..=Class::Street).contains(&edge.class)
            || known.english.is_empty()
        {
            continue;
        }
        let whole = length(&edge.points);
        let mut far = 9.0;
        let numbers = numbers.entry(edge.line).or_insert([1, 2]);
        let mut hydrant = 35.0;
        while far < whole - 7.0 {
            let (at, way) = along(&edge.points, far);
            let Some(room) = ground.spacing(at).filter(|_| ground.bank(at) > 20.0) else {
                far += 15.0;
                continue;
            };
            let step = 11.0 + room * 0.055 + random.between(0.0, 2.5);
            for side in [0, 1] {
                let out = if side == 0 {
                    way.left()
                } else {
                    way.left() * -1.0
                };
                let half = step * 0.39;
                let center = at
                    + out
                        * (half
                            + 6.0
                            + room * 0.02
                            + random.between(0.0, 1.6)
                            + if edge.class == Class::Street {
                                0.0
                            } else {
                                2.0
                            });
                let number = numbers[side];
                numbers[side] += 2;
                let fits = ground.shore(center) > 12.0
                    && ground.parks.iter().all(|park| park.depth(center) < -5.0);
                if !fits || random.unit() < 0.04 || !taken.is_free(center, half) {
                    continue;
                }
                taken.take(center, half);
                let depth = half * random.between(0.8, 1.15);
                house(
                    center,
                    way,
                    half * random.between(0.82, 1.0),
                    depth,
                    address(number, known, "house"),
                    sheet,
                );
                houses += 1;
            }
            far += step;
            if far > hydrant {
                let spot = at + way.left() * -4.4;
                sheet.node(
                    spot,
                    tags(&[
                        ("emergency", "fire_hydrant"),
                        ("fire_hydrant:type", "underground"),
                    ]),
                );
                hydrant = far + 130.0;
            }
        }
    }
    houses
}

fn address(number: u32, street: &Name, building: &str) -> Tags {
    vec![
        ("building", building.to_owned()),
        ("addr:housenumber", number.to_string()),
        ("addr:street", street.english.clone()),
        ("addr:city", TOWN.0.to_owned()),
    ]
}

fn house(at: P, way: P, width: f64, depth: f64, tags: Tags, sheet: &mut Sheet) {
    let (along, across) = (way * width, way.left() * depth);
    let ring = [
        at - along - across,
        at + along - across,
        at + along + across,
        at - along + across,
        at - along - across,
    ];
    sheet.area(&ring, tags);
}

/// Places that callers name; they take a house number of the street where they stand.
fn named(
    net: &Net,
    names: &[Name],
    ground: &Ground,
    taken: &mut Taken,
    numbers: &mut HashMap<usize, [u32; 2]>,
    random: &mut Random,
    sheet: &mut Sheet,
) -> usize {
    let mut count = 0;
    for place in PLACES {
        for _ in 0..6_000 {
            let edge = &net.edges[random.below(net.edges.len())];
            let whole = length(&edge.points);
            let (at, way) = along(&edge.points, whole * random.between(0.3, 0.7));
            let out = ground.out(at);
            let fits_spot = match place.spot {
                Spot::Ring(low, high) => (low..high).contains(&out) && !ground.on_island(at),
                Spot::Toward(low, high, angle) => {
                    (low..high).contains(&out)
                        && (at - ground.middle).unit().dot(P::at_angle(angle)) > 0.6
                        && !ground.on_island(at)
                }
                Spot::Shore => ground.sea(at) < 95.0 && out < 0.9 && !ground.on_island(at),
                Spot::Island => ground.on_island(at),
            };
            let center = at + way.left() * (place.half + 11.0);
            let streets = matches!(edge.class, Class::Road | Class::Street)
                && !names[edge.line].english.is_empty();
            if !fits_spot
                || !streets
                || edge.roundabout
                || whole < 40.0
                || ground.shore(center) < 14.0
                || ground.parks.iter().any(|park| park.depth(center) > -14.0)
                || !taken.is_free(center, place.half)
            {
                continue;
            }
            taken.take(center, place.half * 1.1);
            let number = numbers.entry(edge.line).or_insert([1, 2]);
            let mut tags = address(number[0], &names[edge.line], "yes");
            number[0] += 2;
            tags.push(("name", place.name.to_owned()));
            tags.push(("name:zh", place.chinese.to_owned()));
            tags.extend(super::sheet::tags(place.tags));
            house(center, way, place.half, place.half * 0.7, tags, sheet);
            count += 1;
            break;
        }
    }
    count
}

fn water(ground: &Ground, sheet: &mut Sheet) {
    let r = ground.radius;
    let steps = (9.0 * r / 22.0) as i32;
    let coast: Vec<P> = (-steps / 2..=steps / 2)
        .map(|no| f64::from(no) * 22.0)
        .map(|x| p(x, ground.coast(x)))
        .collect();
    // Land lies on the left of a coastline.
    sheet.line(&coast, tags(&[("natural", "coastline")]));
    let (first, last) = (coast[0], coast[coast.len() - 1]);
    let mut sea = coast;
    sea.extend([p(last.x, -3.0 * r), p(first.x, -3.0 * r), first]);
    let outer = sheet.area(&sea, Tags::new());
    let shore = ground.island.ring(0.0);
    let inner = sheet.area(&shore, tags(&[("natural", "coastline")]));
    sheet.relation(
        vec![
            (MemberKind::Way, outer, "outer"),
            (MemberKind::Way, inner, "inner"),
        ],
        tags(&[
            ("type", "multipolygon"),
            ("natural", "water"),
            ("name", "Velmora Sound"),
            ("name:zh", "维尔莫拉海峡"),
        ]),
    );
    let (mut left, mut right, mut middle) = (Vec::new(), Vec::new(), Vec::new());
    let mut y = ground.coast(ground.river(0.0)) - 60.0;
    while y < 3.0 * r {
        let (at, across) = (p(ground.river(y), y), ground.river_way(y).left());
        let half = ground.river_half(y);
        left.push(at + across * half);
        right.push(at - across * half);
        middle.push(at);
        y += 22.0;
    }
    let mut ring = right;
    ring.extend(left.into_iter().rev());
    ring.push(ring[0]);
    sheet.area(&ring, tags(&[("natural", "water"), ("water", "river")]));
    sheet.line(
        &middle,
        tags(&[
            ("waterway", "river"),
            ("name", "Velm"),
            ("name:zh", "维尔河"),
        ]),
    );
}

fn green(ground: &Ground, sheet: &mut Sheet) {
    let mut names = Names::new(ground.seed ^ 99);
    for (no, park) in ground.parks.iter().enumerate() {
        let mut all = tags(&[("leisure", "park")]);
        let stem = names.stem();
        all.push(("name", format!("{} Park", stem.english)));
        all.push(("name:zh", format!("{}公园", stem.chinese)));
        sheet.area(&park.ring(8.0), all);
        if no % 2 == 0 && park.radius > 90.0 {
            let pond = super::ground::Blob {
                at: park.at + p(park.radius * 0.3, park.radius * 0.25),
                ..park.smaller(0.26)
            };
            sheet.area(
                &pond.ring(0.0),
                tags(&[("natural", "water"), ("water", "pond")]),
            );
        }
    }
    for wood in &ground.woods {
        sheet.area(&wood.ring(0.0), tags(&[("natural", "wood")]));
    }
}

/// Names of the town, of its quarters and of the villages around.
fn quarters(ground: &Ground, random: &mut Random, sheet: &mut Sheet) {
    let mut names = Names::new(ground.seed ^ 77);
    let mut place = |at: P, kind: &'static str, name: Name| {
        sheet.node(
            at,
            vec![
                ("place", kind.to_owned()),
                ("name", name.english),
                ("name:zh", name.chinese),
            ],
        );
    };
    place(ground.middle, "town", Name::new(TOWN.0, TOWN.1));
    place(
        ground.island.at,
        "village",
        Name::new("Gull Island", "鸥岛"),
    );
    for &village in &ground.villages {
        place(village, "village", names.stem());
    }
    let mut made = vec![ground.middle];
    for _ in 0..400 {
        let at = ground.middle
            + P::at_angle(random.between(-0.4, 3.5)) * random.between(0.3, 0.9) * ground.radius;
        if ground.shore(at) > 120.0
            && ground.out(at) < 0.9
            && made.iter().all(|other| other.to(at) > 0.42 * ground.radius)
        {
            made.push(at);
            place(at, "suburb", names.stem());
        }
    }
}
