#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::{graph::*, rules::*, *};
use crate::{
    osm::{Extract, MemberKind, PbfWriter},
    quiet,
};

type Tags<'a> = &'a [(&'a str, &'a str)];
/// Its kind, or `key=value` for other keys, more of them after a blank; and its members.
type Restriction<'a> = (&'a str, &'a [(MemberKind, i64, &'a str)]);

/// A town of ways over nodes on a line of latitude and longitude steps.
fn town(
    nodes: &[(i64, f64, f64, Tags<'_>)],
    ways: &[(i64, &[i64], Tags<'_>)],
    restrictions: &[Restriction<'_>],
) -> RoadGraph {
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for (id, north, east, tags) in nodes {
        file.node(*id, 50.0 + north * 1e-3, 8.0 + east * 1e-3, tags)
            .unwrap();
    }
    for (id, nodes, tags) in ways {
        file.way(*id, nodes, tags).unwrap();
    }
    for (no, (kind, members)) in (1..).zip(restrictions) {
        let tags = kind
            .split(' ')
            .map(|tag| tag.split_once('=').unwrap_or(("restriction", tag)));
        let tags: Vec<_> = tags.chain([("type", "restriction")]).collect();
        file.relation(no, members, &tags).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.osm.pbf");
    std::fs::write(&path, file.finish().unwrap()).unwrap();
    let extract = Extract::read(&path, &[&RoadWants(Network::Drive)], &quiet).unwrap();
    let (graph, _) = build(Network::Drive, &extract);
    let stored = dir.path().join("roads");
    graph.write(&stored).unwrap();
    RoadGraph::open(&stored).unwrap()
}

/// The best way in edges from one OSM way's start along to another's, as way numbers.
fn drive(graph: &RoadGraph, profile: &Profile, from: i64, into: i64) -> Option<Vec<i64>> {
    let way = |edge: u32| graph.seg_way[graph.side(edge).0];
    let mut best = vec![NEVER; graph.edges()];
    let mut before = vec![NO_EDGE; graph.edges()];
    let start =
        (0..graph.edges() as u32).find(|&edge| way(edge) == from && graph.side(edge).1 == 0)?;
    best[start as usize] = 0;
    // Bellman and Ford: slow and plain.
    for _ in 0..graph.edges() {
        for edge in 0..graph.edges() as u32 {
            for turn in graph.turns(edge) {
                let to = graph.turn_to[turn];
                let cost = u64::from(best[edge as usize])
                    + u64::from(profile.turn_ms(graph, edge, to, graph.turn_what[turn]))
                    + u64::from(profile.edge_ms(graph, to));
                if cost < u64::from(best[to as usize]) {
                    best[to as usize] = cost as u32;
                    before[to as usize] = edge;
                }
            }
        }
    }
    let mut at = (0..graph.edges() as u32)
        .filter(|&edge| way(edge) == into && best[edge as usize] < NEVER)
        .min_by_key(|&edge| best[edge as usize])?;
    let mut path = vec![way(at)];
    while at != start {
        at = before[at as usize];
        path.push(way(at));
    }
    path.reverse();
    Some(path)
}

const ROAD: (&str, &str) = ("highway", "residential");

/// 1 runs east to the junction 10; 2 on east, 3 north, 4 south; 5 joins 3 and 2 far away.
fn crossing(extra: (&str, &str), restriction: &[Restriction<'_>]) -> RoadGraph {
    town(
        &[
            (1, 0.0, 0.0, &[]),
            (10, 0.0, 1.0, &[]),
            (2, 0.0, 2.0, &[]),
            (3, 1.0, 1.0, &[]),
            (4, -1.0, 1.0, &[]),
            (6, 1.0, 3.0, &[]),
        ],
        &[
            (1, &[1, 10], &[ROAD]),
            (2, &[10, 2], &[ROAD, extra]),
            (3, &[10, 3], &[ROAD]),
            (4, &[10, 4], &[ROAD]),
            (5, &[3, 6, 2], &[ROAD]),
        ],
        restriction,
    )
}

#[test]
fn one_way_streets_bind_and_copies_do_not_appear_without_need() {
    let graph = crossing(("oneway", "-1"), &[]);
    assert_eq!(graph.copies.len(), 0);
    assert_eq!(drive(&graph, &Profile::car(), 1, 2), Some(vec![1, 3, 5, 2]));
    let graph = crossing(("oneway", "yes"), &[]);
    assert_eq!(drive(&graph, &Profile::car(), 1, 2), Some(vec![1, 2]));
}

#[test]
fn a_forbidden_turn_binds_cars_and_costs_blue_light_seconds() {
    let members = [
        (MemberKind::Way, 1, "from"),
        (MemberKind::Node, 10, "via"),
        (MemberKind::Way, 3, "to"),
    ];
    let graph = crossing(("x", "y"), &[("no_left_turn", &members)]);
    assert_eq!(drive(&graph, &Profile::car(), 1, 3), Some(vec![1, 4, 4, 3]));
    assert_eq!(
        drive(&graph, &Profile::blue_light(), 1, 3),
        Some(vec![1, 3])
    );
    let graph = crossing(("x", "y"), &[("only_left_turn", &members)]);
    assert_eq!(drive(&graph, &Profile::car(), 1, 3), Some(vec![1, 3]));
    assert_eq!(drive(&graph, &Profile::car(), 1, 2), Some(vec![1, 3, 5, 2]));
    // A car from the south is not meant.
    assert_eq!(drive(&graph, &Profile::car(), 4, 2), Some(vec![4, 4, 2]));
}

#[test]
fn a_sign_binds_those_whom_it_names() {
    let members = [
        (MemberKind::Way, 1, "from"),
        (MemberKind::Node, 10, "via"),
        (MemberKind::Way, 3, "to"),
    ];
    let over = [
        (MemberKind::Way, 1, "from"),
        (MemberKind::Way, 2, "via"),
        (MemberKind::Way, 5, "to"),
    ];
    // What the turn itself costs: the signs are all that differs.
    let strict = |profile: Profile| Profile {
        forbidden_turn_seconds: None,
        turn_round_anywhere_seconds: None,
        ..profile
    };
    let [car, blue_light, heavy] = [
        Profile::car(),
        strict(Profile::blue_light()),
        strict(Profile::heavy()),
    ];
    for (sign, binds) in [
        ("no_left_turn", [true, true, true]),
        ("restriction:motor_vehicle=no_left_turn", [true, true, true]),
        ("restriction:motorcar=no_left_turn", [true, true, true]),
        ("restriction:hgv=no_left_turn", [false, false, true]),
        ("restriction:bus=no_left_turn", [false, false, false]),
        ("no_left_turn except=psv;bicycle", [true, true, true]),
        ("no_left_turn except=psv;emergency", [true, false, false]),
        ("no_left_turn except=motorcar", [false, false, true]),
        ("no_left_turn except=motor_vehicle", [false, false, false]),
        (
            "restriction:hgv=no_left_turn except=emergency",
            [false, false, false],
        ),
    ] {
        let graph = crossing(("x", "y"), &[(sign, &members)]);
        let found = [&car, &blue_light, &heavy]
            .map(|profile| drive(&graph, profile, 1, 3) != Some(vec![1, 3]));
        assert_eq!(found, binds, "{sign}");
        // The same along a way.
        let along = sign.replace("no_left_turn", "no_u_turn");
        let graph = crossing(("x", "y"), &[(along.as_str(), &over)]);
        let found = [&car, &blue_light, &heavy]
            .map(|profile| drive(&graph, profile, 1, 5) != Some(vec![1, 2, 5]));
        assert_eq!(found, binds, "{along}");
    }
}

#[test]
fn a_restriction_over_a_way_binds_only_those_who_came_that_way() {
    // From 1 over 2 into 5 is forbidden; from 3 (by way of 10) over 2 into 5 is not.
    let members = [
        (MemberKind::Way, 1, "from"),
        (MemberKind::Way, 2, "via"),
        (MemberKind::Way, 5, "to"),
    ];
    let graph = crossing(("x", "y"), &[("no_u_turn", &members)]);
    assert_eq!(graph.copies.len(), 1);
    assert_eq!(drive(&graph, &Profile::car(), 1, 5), Some(vec![1, 3, 5]));
    let plain = crossing(("x", "y"), &[]);
    assert_eq!(drive(&plain, &Profile::car(), 1, 5), Some(vec![1, 2, 5]));
    let forbidden = |graph: &RoadGraph| {
        graph
            .turn_what
            .iter()
            .filter(|what| **what & TURN_FORBIDDEN != 0)
            .count()
    };
    assert_eq!((forbidden(&plain), forbidden(&graph)), (0, 1));
    let copy = graph.copies[0][1];
    let turns = graph.turns(copy);
    let barred: Vec<i64> = turns
        .filter(|&turn| graph.turn_what[turn] & TURN_FORBIDDEN != 0)
        .map(|turn| graph.seg_way[graph.side(graph.turn_to[turn]).0])
        .collect();
    assert_eq!(barred, [5]);
}

#[test]
fn barriers_stop_whom_they_should() {
    let with = |tags: Tags<'_>| {
        town(
            &[(1, 0.0, 0.0, &[]), (2, 0.0, 1.0, tags), (3, 0.0, 2.0, &[])],
            &[(1, &[1, 2], &[ROAD]), (2, &[2, 3], &[ROAD])],
            &[],
        )
    };
    let passes = |tags: Tags<'_>| {
        let graph = with(tags);
        [Profile::car(), Profile::blue_light()]
            .map(|profile| drive(&graph, &profile, 1, 2).is_some())
    };
    assert_eq!(passes(&[]), [true, true]);
    assert_eq!(
        passes(&[("barrier", "gate"), ("access", "private")]),
        [false, true]
    );
    assert_eq!(passes(&[("barrier", "bollard")]), [false, false]);
    assert_eq!(
        passes(&[("barrier", "bollard"), ("bollard", "removable")]),
        [false, true]
    );
    assert_eq!(passes(&[("barrier", "cattle_grid")]), [true, true]);
}

#[test]
fn tags_decide_who_may_drive() {
    let allowed = |tags: Tags<'_>| {
        let graph = town(
            &[(1, 0.0, 0.0, &[]), (2, 0.0, 1.0, &[])],
            &[(1, &[1, 2], tags)],
            &[],
        );
        let mut sides = [0, 0];
        for edge in 0..graph.edges() as u32 {
            sides[graph.side(edge).1] = graph.edge_allow[edge as usize];
        }
        sides
    };
    let (all, blue) = (CAR | EMERGENCY, EMERGENCY);
    assert_eq!(allowed(&[ROAD]), [all, all]);
    assert_eq!(allowed(&[ROAD, ("motor_vehicle", "no")]), [blue, blue]);
    assert_eq!(allowed(&[ROAD, ("access", "private")]), [blue, blue]);
    assert_eq!(allowed(&[ROAD, ("access", "no")]), [0, 0]);
    assert_eq!(
        allowed(&[ROAD, ("access", "no"), ("bus", "yes")]),
        [blue, blue]
    );
    assert_eq!(
        allowed(&[ROAD, ("access", "no"), ("emergency", "yes")]),
        [blue, blue]
    );
    assert_eq!(
        allowed(&[ROAD, ("oneway", "yes"), ("oneway:bus", "no")]),
        [all, blue]
    );
    assert_eq!(allowed(&[ROAD, ("junction", "roundabout")]), [all, 0]);
    assert_eq!(allowed(&[("highway", "footway")]), [0, 0]);
    assert_eq!(
        allowed(&[("highway", "footway"), ("emergency", "yes")]),
        [blue, blue]
    );
    assert_eq!(allowed(&[("highway", "pedestrian")]), [blue, blue]);
    assert_eq!(allowed(&[("highway", "proposed")]), [0, 0]);
    assert_eq!(allowed(&[("route", "ferry")]), [0, 0]);
    assert_eq!(
        allowed(&[("route", "ferry"), ("motor_vehicle", "yes")]),
        [all, all]
    );
}

#[test]
fn limits_and_speeds_are_read_in_their_units() {
    let ms = |tags: Tags<'_>, profile: &Profile| {
        let graph = town(
            &[(1, 0.0, 0.0, &[]), (2, 0.0, 1.0, &[])],
            &[(1, &[1, 2], tags)],
            &[],
        );
        profile.edge_ms(&graph, 0)
    };
    let heavy = Profile::heavy();
    assert_eq!(ms(&[ROAD, ("maxheight", "3.5")], &heavy), NEVER);
    assert_eq!(
        ms(&[ROAD, ("maxheight", "12'6\"")], &heavy),
        ms(&[ROAD], &heavy)
    );
    assert_eq!(ms(&[ROAD, ("maxheight", "11'6\"")], &heavy), NEVER);
    assert_eq!(ms(&[ROAD, ("maxweight", "7.5")], &heavy), NEVER);
    assert_eq!(
        ms(&[ROAD, ("maxweight", "20 st")], &heavy),
        ms(&[ROAD], &heavy)
    );
    assert_eq!(ms(&[ROAD, ("maxwidth", "2 m")], &heavy), NEVER);
    let car = Profile {
        limit_factor: 1.0,
        ..Profile::car()
    };
    // 71.5 m at 50 km/h.
    assert_eq!(ms(&[ROAD, ("maxspeed", "50")], &car), 5148);
    assert!(ms(&[ROAD, ("maxspeed", "30 mph")], &car).abs_diff(5362) < 10);
    let half = car.clone().scaled(0.5);
    assert_eq!(ms(&[ROAD, ("maxspeed", "50")], &half), 10296);
    let ferry = [
        ("route", "ferry"),
        ("motor_vehicle", "yes"),
        ("duration", "00:20"),
    ];
    assert_eq!(ms(&ferry, &car), 1_200_000);
}

#[test]
fn near_finds_what_a_search_through_all_finds() {
    let nodes: Vec<_> = (0..400i64)
        .map(|no| {
            (
                no + 1,
                (no * 37 % 101) as f64,
                (no * 53 % 97) as f64,
                &[][..],
            )
        })
        .collect();
    let ways: Vec<_> = (0..399i64).map(|no| (no + 1, [no + 1, no + 2])).collect();
    let ways: Vec<_> = ways
        .iter()
        .map(|(id, nodes)| (*id, &nodes[..], &[ROAD][..]))
        .collect();
    let graph = town(&nodes, &ways, &[]);
    for no in 0..50 {
        let point = crate::Coord::from_degrees(
            50.0 + f64::from(no * 7 % 50) * 2e-3,
            8.0 + f64::from(no) * 2e-3,
        )
        .unwrap();
        let mut found = Vec::new();
        near(&graph, point, 1e7, |near| {
            found.push(near);
            true
        });
        assert_eq!(found.len(), graph.segments());
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].meters <= pair[1].meters + 1e-3)
        );
        let real = found[0].point.meters_to(point);
        assert!(
            (real - found[0].meters).abs() < 0.05 + real * 0.01,
            "{real} {:?}",
            found[0]
        );
    }
}

#[test]
fn a_changed_file_is_refused() {
    let graph = crossing(("x", "y"), &[]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roads");
    graph.write(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    RoadGraph::open(&path).unwrap();
    let mut kept = 0;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        std::fs::write(&path, &bytes).unwrap();
        kept += usize::from(RoadGraph::open(&path).is_ok());
    }
    // Only the padding between columns is not covered by a checksum.
    assert!(kept < 64 * 25, "{kept} of {}", whole.len());
    std::fs::write(&path, &whole[..whole.len() - 64]).unwrap();
    assert!(RoadGraph::open(&path).is_err());
}
