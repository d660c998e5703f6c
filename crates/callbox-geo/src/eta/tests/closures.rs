//! Closed streets, what goes round them, and calls on them.

use super::*;

#[test]
fn closures_detour_and_reach_the_incident() {
    // A square: the south side is shortest from corner 1 to corner 2.
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for (id, lat, lon) in [
        (1, 50.0, 8.0),
        (2, 50.0, 8.01),
        (3, 50.005, 8.01),
        (4, 50.005, 8.0),
    ] {
        file.node(id, lat, lon, &[]).unwrap();
    }
    for (id, nodes, name) in [
        (1, [1, 2], "South"),
        (2, [2, 3], "East"),
        (3, [3, 4], "North"),
        (4, [4, 1], "West"),
    ] {
        file.way(id, &nodes, &[("highway", "residential"), ("name", name)])
            .unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    std::fs::write(&pbf, file.finish().unwrap()).unwrap();
    let (_dir, streets) = imported(&pbf);
    let profile = streets.profile("blue-light").unwrap();
    let unit = streets.snap(50.001, 8.0).unwrap();
    let call = streets.snap(50.001, 8.01).unwrap();
    let names = |from: &Snapped, to: &Snapped| -> Option<Vec<String>> {
        let route = streets.route(from, to, profile)?;
        Some(route.legs.into_iter().map(|leg| leg.name).collect())
    };
    let list = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(names(&unit, &call), list(&["West", "South", "East"]));
    let south = streets.snap(50.0, 8.005).unwrap();
    assert_eq!(south.side, Side::On);
    let edges = streets.edges_at(&south);
    assert_eq!(edges.len(), 2);
    assert!(streets.close(&edges) > 0);
    assert_eq!(names(&unit, &call), list(&["West", "North", "East"]));
    assert_eq!(names(&unit, &south), list(&["West", "South"]));
    // Why it goes round, and what that costs.
    let detour = streets.detour(&unit, &call, profile).unwrap();
    let closed = ("South".to_owned(), Condition::ClosedToThrough);
    assert_eq!(detour.around, [closed]);
    assert!(
        detour.without.milliseconds < streets.route(&unit, &call, profile).unwrap().milliseconds
    );
    assert_eq!(
        streets
            .detour(&unit, &south, profile)
            .map(|it| it.around.len()),
        Some(1)
    );
    streets.set_condition(&edges, Condition::Impassable);
    assert_eq!(names(&unit, &south), None);
    streets.reopen(&edges);
    assert_eq!(streets.detour(&unit, &call, profile), None);
    // What is recorded of a street finds it again, cut elsewhere or drawn as another way.
    let recorded: Vec<Stretch> = edges.iter().map(|&edge| streets.stretch(edge)).collect();
    let again = |stretch: Stretch| streets.refind(&[stretch]).remove(0);
    assert_eq!(again(recorded[0]), (vec![edges[0]], Refound::Same));
    let (lat, lon) = recorded[0].from.degrees();
    let moved = crate::Coord::from_degrees(lat, lon - 1e-4).unwrap();
    let cut_elsewhere = Stretch {
        from: moved,
        ..recorded[0]
    };
    assert_eq!(again(cut_elsewhere), (vec![edges[0]], Refound::SameWay));
    let renumbered = Stretch {
        way: 77,
        ..recorded[1]
    };
    assert_eq!(again(renumbered), (vec![edges[1]], Refound::Nearby));
    let gone = Stretch {
        way: 77,
        from: crate::Coord::from_degrees(50.3, 8.3).unwrap(),
        ..recorded[1]
    };
    assert_eq!(again(gone), (vec![], Refound::Lost));
    assert_eq!(names(&unit, &call), list(&["West", "South", "East"]));
    // Five hundred metres west or east of the middle of a street, and a heading.
    let beside = streets.snap(50.0001, 8.005).unwrap();
    assert_eq!(beside.side, Side::Left);
    let eastward = streets.snap_heading(50.0001, 8.005, 85.0).unwrap();
    let ahead = streets.snap(50.0, 8.004).unwrap();
    let free = streets.eta_many_to_one(std::slice::from_ref(&beside), &ahead, profile)[0].unwrap();
    let bound =
        streets.eta_many_to_one(std::slice::from_ref(&eastward), &ahead, profile)[0].unwrap();
    assert!(bound > free, "{bound:?} {free:?}");
    assert!(streets.snap(51.0, 8.0).is_none());
    assert!(streets.snap(f64::NAN, 8.0).is_none());
}

#[test]
fn a_call_on_a_street_inside_a_restriction_is_reached() {
    // From West over Middle into North is forbidden, so who comes from West is on a copy of Middle.
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for (id, lat, lon) in [
        (1, 50.0, 8.0),
        (2, 50.0, 8.01),
        (3, 50.0, 8.02),
        (4, 50.01, 8.02),
    ] {
        file.node(id, lat, lon, &[]).unwrap();
    }
    for (id, nodes, name) in [
        (1, [1, 2], "West"),
        (2, [2, 3], "Middle"),
        (3, [3, 4], "North"),
    ] {
        file.way(id, &nodes, &[("highway", "residential"), ("name", name)])
            .unwrap();
    }
    let members = [
        (MemberKind::Way, 1, "from"),
        (MemberKind::Way, 2, "via"),
        (MemberKind::Way, 3, "to"),
    ];
    let tags = [("type", "restriction"), ("restriction", "no_left_turn")];
    file.relation(1, &members, &tags).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    std::fs::write(&pbf, file.finish().unwrap()).unwrap();
    let (_dir, streets) = imported(&pbf);
    let unit = streets.snap(50.0, 8.005).unwrap();
    let middle = streets.snap(50.0, 8.015).unwrap();
    let north = streets.snap(50.005, 8.02).unwrap();
    let legs = |to: &Snapped, profile: &str| -> Option<Vec<(String, Vec<Notice>)>> {
        let route = streets.route(&unit, to, streets.profile(profile).unwrap())?;
        check(&route);
        Some(
            route
                .legs
                .into_iter()
                .map(|leg| (leg.name, leg.notices))
                .collect(),
        )
    };
    let leg = |name: &str, notices: &[Notice]| (name.to_owned(), notices.to_vec());
    let straight = vec![leg("West", &[]), leg("Middle", &[])];
    assert_eq!(legs(&middle, "car"), Some(straight));
    assert_eq!(legs(&north, "car"), None);
    let passed = vec![
        leg("West", &[]),
        leg("Middle", &[]),
        leg("North", &[Notice::ForbiddenTurn]),
    ];
    assert_eq!(legs(&north, "blue-light"), Some(passed));
    // Closing Middle closes the copy as well.
    streets.set_condition(&streets.edges_at(&middle), Condition::Impassable);
    assert_eq!(legs(&north, "blue-light"), None);
}
