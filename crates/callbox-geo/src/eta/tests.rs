#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says what it skips"
)]

use std::path::{Path, PathBuf};

use proptest::prelude::*;

mod closures;
mod hours;
mod levels;
mod networks;

use super::{
    cch::Cch,
    metric::Metric,
    prune::Pruned,
    query::{Kept, Rooms},
    *,
};
use crate::{
    import,
    osm::{MemberKind, PbfWriter},
    quiet,
    roads::{NEVER, Network, Profile, WallClock},
};

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn unit(&mut self) -> f64 {
        self.roll(1 << 30) as f64 / f64::from(1 << 30)
    }
}

/// Floyd and Warshall, on arcs between edges.
fn all_pairs(count: usize, turns: &[(u32, u32)], times: &[u32]) -> Vec<Vec<u32>> {
    let mut best = vec![vec![NEVER; count]; count];
    for (edge, row) in best.iter_mut().enumerate() {
        row[edge] = 0;
    }
    for (&(from, into), &time) in turns.iter().zip(times) {
        let slot = &mut best[from as usize][into as usize];
        *slot = (*slot).min(time);
    }
    for over in 0..count {
        for from in 0..count {
            for into in 0..count {
                let sum = (best[from][over] + best[over][into]).min(NEVER);
                best[from][into] = best[from][into].min(sum);
            }
        }
    }
    best
}

/// An order, turns, their times, a seed.
type Small = (Vec<u32>, Vec<(u32, u32)>, Vec<u32>, u64);

fn graph() -> impl Strategy<Value = Small> {
    (2u32..24).prop_flat_map(|count| {
        let arcs = prop::collection::btree_set((0..count, 0..count), 0..80);
        (
            Just((0..count).collect::<Vec<_>>()).prop_shuffle(),
            arcs,
            any::<u64>(),
        )
            .prop_map(|(order, arcs, seed)| {
                let arcs: Vec<_> = arcs.into_iter().collect();
                let mut dice = Dice(seed);
                let times = arcs
                    .iter()
                    .map(|_| {
                        if dice.roll(9) == 0 {
                            NEVER
                        } else {
                            1 + dice.roll(49) as u32
                        }
                    })
                    .collect();
                (order, arcs, times, seed)
            })
    })
}

proptest! {
    /// Any graph, any order: the hierarchy's times are the shortest ones, before and after changes,
    /// and a partial update leaves the very weights that a new customization computes.
    #[test]
    fn the_hierarchy_equals_all_pairs((order, turns, mut times, seed) in graph()) {
        let cch = Cch::contract(&order, &turns);
        let mut metric = Metric::customize(&cch, &|turn: u32| times[turn as usize]);
        let mut dice = Dice(seed ^ 1);
        let rooms = Rooms::default();
        for _ in 0..4 {
            let best = all_pairs(order.len(), &turns, &times);
            let pruned = Pruned::new(&cch, &metric);
            prop_assert!(pruned.up.len() + pruned.down.len() <= 2 * cch.head.len());
            for (to, &rank_to) in cch.rank.iter().enumerate() {
                let kept = [
                    (Kept::All(&metric.up), Kept::All(&metric.down)),
                    (Kept::Pruned(&pruned.up), Kept::Pruned(&pruned.down)),
                ];
                for (up, down) in kept {
                    let found: Vec<(u32, u32)> = rooms.with(&cch, |room| {
                        let seeds = [(rank_to, 0)];
                        let all = || cch.rank.iter().copied();
                        room.search(&cch, down, up, &seeds, all());
                        let to_it = room.time.clone();
                        room.search(&cch, up, down, &seeds, all());
                        (0..order.len())
                            .map(|edge| cch.rank[edge] as usize)
                            .map(|rank| (to_it[rank].min(NEVER), room.time[rank].min(NEVER)))
                            .collect()
                    });
                    for (edge, &times) in found.iter().enumerate() {
                        prop_assert_eq!(times, (best[edge][to], best[to][edge]));
                    }
                }
            }
            if turns.is_empty() {
                break;
            }
            let mut changed = Vec::new();
            for _ in 0..=dice.roll(3) {
                let turn = dice.roll(turns.len() as u64) as usize;
                times[turn] = if dice.roll(2) == 0 { NEVER } else { 1 + dice.roll(49) as u32 };
                changed.push(turn as u32);
            }
            let mut copy = metric.clone();
            let changes = metric.update(&cch, &|turn: u32| times[turn as usize], &changed);
            copy.apply(&changes);
            let anew = Metric::customize(&cch, &|turn: u32| times[turn as usize]);
            prop_assert_eq!((&metric.up[..], &metric.down[..]), (&anew.up[..], &anew.down[..]));
            prop_assert_eq!((&copy.up[..], &copy.down[..]), (&anew.up[..], &anew.down[..]));
        }
    }
}

/// A town with everything: one-ways, restrictions over nodes and ways, barriers, limits, islands.
fn random_town(seed: u64, side: i64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for id in 0..side * side {
        let north = (id / side) as f64 + 0.6 * dice.unit();
        let east = (id % side) as f64 + 0.6 * dice.unit();
        let tags: &[(&str, &str)] = match dice.roll(25) {
            0 => &[("barrier", "bollard")],
            1 => &[("barrier", "gate"), ("access", "private")],
            2..5 => &[("highway", "traffic_signals")],
            _ => &[],
        };
        file.node(id + 1, 50.0 + north * 1e-3, 8.0 + east * 1e-3, tags)
            .unwrap();
    }
    let mut way = 0;
    for id in 0..side * side {
        let neighbours = [
            (id % side < side - 1, id + 1),
            (id / side < side - 1, id + side),
        ];
        for (inside, other) in neighbours {
            if !inside || dice.roll(6) == 0 {
                continue;
            }
            way += 1;
            let class = [
                "residential",
                "primary",
                "motorway_link",
                "track",
                "pedestrian",
            ];
            let mut tags = vec![("highway", class[dice.roll(5) as usize])];
            match dice.roll(8) {
                0 | 1 => tags.push(("oneway", "yes")),
                2 => tags.push(("oneway", "-1")),
                3 => tags.push(("maxspeed", "30")),
                4 => tags.push(("maxheight", "3")),
                5 => tags.push(("junction", "roundabout")),
                6 => match dice.roll(3) {
                    0 => tags.push(("access:conditional", "no @ (Mo-Fr 07:00-09:00)")),
                    1 => tags.push(("maxspeed:conditional", "30 @ (08:00-17:00); 20 @ (Sa)")),
                    _ => {
                        tags.push(("oneway", "reversible"));
                        tags.push((
                            "oneway:conditional",
                            "yes @ (00:00-12:00); -1 @ (12:00-24:00)",
                        ));
                    }
                },
                _ => {}
            }
            file.way(way, &[id + 1, other + 1], &tags).unwrap();
        }
    }
    // A street that ends where it begins.
    file.way(way + 1, &[1, 2, 3, 1], &[("highway", "residential")])
        .unwrap();
    for relation in 0..side * side {
        let one = |dice: &mut Dice| dice.roll(way as u64) as i64 + 1;
        let (from, via, to) = (one(&mut dice), one(&mut dice), one(&mut dice));
        let node = dice.roll((side * side) as u64) as i64 + 1;
        let middle = match dice.roll(2) {
            0 => (MemberKind::Node, node, "via"),
            _ => (MemberKind::Way, via, "via"),
        };
        let kind = ["no_left_turn", "no_u_turn", "only_straight_on"][dice.roll(3) as usize];
        let (key, kind) = match dice.roll(4) {
            0 => (
                "restriction:conditional",
                format!("{kind} @ (Mo-Fr 07:00-09:00)"),
            ),
            _ => ("restriction", kind.to_owned()),
        };
        file.relation(
            relation + 1,
            &[
                (MemberKind::Way, from, "from"),
                middle,
                (MemberKind::Way, to, "to"),
            ],
            &[("type", "restriction"), (key, &kind)],
        )
        .unwrap();
    }
    file.finish().unwrap()
}

/// A node: its number, latitude and longitude in steps of a thousandth of a degree, its tags.
type Node<'a> = (i64, f64, f64, &'a [(&'a str, &'a str)]);
/// A way: its number, nodes and tags.
type Drawn<'a> = (i64, &'a [i64], &'a [(&'a str, &'a str)]);

/// Draws a small place.
fn drawn(nodes: &[Node<'_>], ways: &[Drawn<'_>]) -> PbfWriter<Vec<u8>> {
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for (id, north, east, tags) in nodes {
        file.node(*id, 50.0 + north * 1e-3, 8.0 + east * 1e-3, tags)
            .unwrap();
    }
    for (id, nodes, tags) in ways {
        file.way(*id, nodes, tags).unwrap();
    }
    file
}

/// Imports what was drawn, for vehicles and other networks.
fn built(file: PbfWriter<Vec<u8>>, networks: &[Network]) -> (tempfile::TempDir, import::Imported) {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    std::fs::write(&pbf, file.finish().unwrap()).unwrap();
    let imported = import::run_for(networks, &pbf, dir.path(), &quiet).unwrap();
    (dir, imported)
}

/// The point at steps as in [`drawn`].
fn at(streets: &Streets, north: f64, east: f64) -> Snapped {
    streets
        .snap(50.0 + north * 1e-3, 8.0 + east * 1e-3)
        .unwrap()
}

/// The names of a route's streets, and its seconds.
fn way(streets: &Streets, profile: &str, from: &Snapped, to: &Snapped) -> Option<(String, f64)> {
    let route = streets.route(from, to, streets.profile(profile).unwrap())?;
    check(&route);
    let names: Vec<&str> = route.legs.iter().map(|leg| leg.name.as_str()).collect();
    Some((names.join(" "), f64::from(route.milliseconds) / 1e3))
}

fn imported(pbf: &Path) -> (tempfile::TempDir, Streets) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("streets");
    import::run(pbf, &out, &quiet).unwrap();
    let streets = Streets::open(&out).unwrap();
    (dir, streets)
}

/// Points on and beside streets, some with a heading.
fn points(streets: &Streets, dice: &mut Dice, count: usize) -> Vec<Snapped> {
    let mut points = Vec::new();
    while points.len() < count {
        let node = dice.roll(streets.node_count() as u64) as usize;
        let (lat, lon) = streets.node(node).degrees();
        let (lat, lon) = (
            lat + (dice.unit() - 0.5) * 2e-3,
            lon + (dice.unit() - 0.5) * 2e-3,
        );
        let snapped = match dice.roll(3) {
            0 => streets.snap_heading(lat, lon, dice.unit() * 360.0),
            _ => streets.snap(lat, lon),
        };
        points.extend(snapped);
    }
    points
}

/// Compares ETAs, their inverse and routes with Dijkstra; gives how many pairs and how many ways.
fn compare(streets: &Streets, dice: &mut Dice, units: usize, places: usize) -> (usize, usize) {
    let (mut pairs, mut ways) = (0, 0);
    // Answers are the same whether links are left out or not.
    if dice.roll(2) == 0 {
        assert!(streets.settle());
    }
    for name in ["blue-light", "heavy", "car"] {
        let profile = streets.profile(name).unwrap();
        let plain = streets.plain(profile);
        let units = points(streets, dice, units);
        let starts: Vec<(Snapped, u32)> = units
            .iter()
            .zip([0, 60_000].into_iter().cycle())
            .map(|(unit, before)| (unit.clone(), before))
            .collect();
        assert_eq!(streets.reach(&starts, profile), plain.reach(&starts));
        assert_eq!(streets.reach(&[], profile).times().flatten().count(), 0);
        for place in points(streets, dice, places) {
            let expected = plain.eta_many_to_one(&units, &place);
            let found = streets.eta_many_to_one(&units, &place, profile);
            assert_eq!(found, expected);
            // What is remembered of some units, or of all, changes no answer.
            let some = dice.roll(units.len() as u64 + 1) as usize;
            streets.remember(&units[..some], profile);
            assert_eq!(streets.eta_many_to_one(&units, &place, profile), expected);
            pairs += found.len();
            ways += found.iter().flatten().count();
            for (unit, expected) in units.iter().zip(&expected).take(20) {
                let back = streets.eta_one_to_many(unit, std::slice::from_ref(&place), profile);
                assert_eq!(back, [*expected]);
                let route = streets.route(unit, &place, profile);
                assert_eq!(
                    route.as_ref().map(|route| route.milliseconds),
                    expected.map(|eta| eta.milliseconds)
                );
                if let Some(route) = route {
                    check(&route);
                }
            }
        }
    }
    (pairs, ways)
}

/// A route's parts fit together.
fn check(route: &Route) {
    let legs: u32 = route.legs.iter().map(|leg| leg.milliseconds).sum();
    assert_eq!(legs, route.milliseconds);
    let along: f64 = route
        .points
        .windows(2)
        .map(|pair| pair[0].meters_to(pair[1]))
        .sum();
    assert!(
        (along - route.meters).abs() < 1.0 + route.meters * 0.001 + route.points.len() as f64 * 0.1,
        "{along} {route:?}"
    );
    let steps = route
        .points
        .windows(2)
        .map(|pair| pair[0].meters_to(pair[1]));
    assert!(steps.fold(0.0, f64::max) < 30_000.0);
}

#[test]
fn random_towns_equal_dijkstra_under_changing_conditions() {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    let (mut pairs, mut ways, mut differ) = (0, 0, 0);
    for seed in 0..12 {
        std::fs::write(&pbf, random_town(seed, 9)).unwrap();
        let (_dir, streets) = imported(&pbf);
        let mut dice = Dice(seed);
        let mut closed = Vec::new();
        assert!(streets.timed_conditions() > 0);
        let mut changed = 0;
        for _ in 0..4 {
            let at = WallClock {
                month: 6,
                day: 1,
                weekday: dice.roll(7) as u8,
                minute: dice.roll(1_440) as u16,
            };
            // Asked about an hour before it has come, the answers are those that it brings.
            let profile = streets.profile("car").unwrap();
            let places = points(&streets, &mut dice, 8);
            let times = |at| {
                let vehicle = streets.vehicle_at(profile, Size::default(), at);
                vehicle.matrix(&places, &places)
            };
            let (before, then) = (times(None), times(Some(at)));
            assert_eq!(times(None), before);
            changed += streets.set_clock(at);
            assert_eq!(times(None), then);
            differ += usize::from(before != then);
            let (more, found) = compare(&streets, &mut dice, 40, 6);
            pairs += more;
            ways += found;
            for at in points(&streets, &mut dice, 6) {
                let edges = streets.edges_at(&at);
                let condition = match dice.roll(4) {
                    0 | 1 => Condition::ClosedToThrough,
                    2 => Condition::Impassable,
                    _ => Condition::Slower(0.3 + 4.0 * dice.unit() as f32),
                };
                streets.set_condition(&edges[..1], condition);
                closed.extend(edges);
            }
            if dice.roll(2) == 0 {
                streets.reopen(&closed.split_off(closed.len() / 2));
            }
        }
        assert!(changed > 0);
        // A new profile starts under the present conditions; reopening leads back to the map.
        streets.set_profile(Profile {
            name: "car".to_owned(),
            ..Profile::car().scaled(0.7)
        });
        compare(&streets, &mut dice, 20, 3);
        streets.reopen(&closed);
        assert_eq!(streets.conditions(), []);
        compare(&streets, &mut dice, 20, 3);
    }
    assert!(
        ways > pairs / 4,
        "{ways} of {pairs} pairs had a way: the test tests too little"
    );
    assert!(differ > 4, "the hour changed {differ} answers");
}

/// An extract of the shared data, or nothing and a line that says so.
fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../../shared/data/streets").join(name);
    if !path.exists() {
        eprintln!("skipped: no {}", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn real_streets_equal_dijkstra() {
    for name in ["reisterstown.osm.pbf", "monaco-planetiler.osm.pbf"] {
        let Some(pbf) = shared(name) else { continue };
        let (_dir, streets) = imported(&pbf);
        let mut dice = Dice(7);
        let (pairs, ways) = compare(&streets, &mut dice, 250, 2);
        assert!(ways * 10 > pairs * 8, "{name}: {ways} of {pairs}");
        let mut closed = Vec::new();
        for at in points(&streets, &mut dice, 40) {
            let edges = streets.edges_at(&at);
            streets.close(&edges);
            closed.extend(edges);
        }
        compare(&streets, &mut dice, 250, 2);
        streets.reopen(&closed);
        compare(&streets, &mut dice, 100, 1);
    }
}

#[test]
fn an_extract_without_streets_is_refused() {
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    file.node(1, 50.0, 8.0, &[]).unwrap();
    file.way(1, &[1, 2], &[("highway", "residential")]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    std::fs::write(&pbf, file.finish().unwrap()).unwrap();
    let error = import::run(&pbf, &dir.path().join("out"), &quiet).unwrap_err();
    assert!(error.to_string().contains("holds no streets"), "{error}");
    let error = Streets::open(&dir.path().join("out")).unwrap_err();
    assert!(
        error.to_string().contains("callbox import streets"),
        "{error}"
    );
}
