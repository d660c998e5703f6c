//! On foot and by boat.

use super::*;

const ROAD: (&str, &str) = ("highway", "residential");

/// A street and a short cut over steps; a motorway; a private path with a gate; a fence.
fn hillside() -> PbfWriter<Vec<u8>> {
    drawn(
        &[
            (1, 0.0, 0.0, &[]),
            (2, 0.0, 4.0, &[]),
            (3, 2.0, 4.0, &[]),
            (4, 2.0, 0.0, &[]),
            (5, 1.0, 0.0, &[("barrier", "bollard")]),
            (6, 4.0, 0.0, &[("barrier", "fence")]),
            (7, 6.0, 0.0, &[]),
            (8, 4.0, 4.0, &[]),
        ],
        &[
            (
                1,
                &[1, 2, 3, 4],
                &[ROAD, ("name", "Road"), ("oneway", "yes")],
            ),
            (2, &[1, 5, 4], &[("highway", "steps"), ("name", "Steps")]),
            (3, &[4, 6, 7], &[("highway", "path"), ("name", "Field")]),
            (
                4,
                &[3, 8],
                &[("highway", "path"), ("name", "Yard"), ("foot", "private")],
            ),
            (5, &[8, 7], &[("highway", "motorway"), ("name", "Motorway")]),
        ],
    )
}

#[test]
fn on_foot_one_takes_the_steps_and_walks_against_the_one_way() {
    let (dir, imported) = built(hillside(), &[Network::Foot]);
    assert!(imported.foot.unwrap().roads.edges > imported.streets.roads.edges);
    let foot = Streets::open_network(dir.path(), Network::Foot).unwrap();
    assert_eq!(foot.profile_names(), ["foot"]);
    let (from, to) = (at(&foot, 0.0, 0.1), at(&foot, 2.0, 0.1));
    let (names, seconds) = way(&foot, "foot", &from, &to).unwrap();
    assert_eq!(names, "Road Steps Road");
    // 222 m of steps at 2.5 km/h.
    assert!((320.0..360.0).contains(&seconds), "{seconds}");
    let back = way(&foot, "foot", &at(&foot, 0.0, 3.0), &at(&foot, 0.0, 1.0)).unwrap();
    assert_eq!(back.0, "Road");
    // A crew passes the private yard; nobody climbs the fence or walks on the motorway.
    let yard = way(&foot, "foot", &from, &at(&foot, 3.5, 4.0)).unwrap();
    assert!(yard.0.ends_with("Yard"), "{yard:?}");
    let fence = way(&foot, "foot", &from, &at(&foot, 3.9, 0.0)).unwrap();
    let beyond = way(&foot, "foot", &from, &at(&foot, 5.5, 0.0)).unwrap();
    // What lies beyond is reached off the path, at half the speed: 178 m.
    assert!(beyond.1 > fence.1 + 240.0, "{fence:?} {beyond:?}");
    // Vehicles do not know of the steps.
    let streets = Streets::open(dir.path()).unwrap();
    let (from, to) = (at(&streets, 0.0, 0.1), at(&streets, 2.0, 0.1));
    assert_eq!(way(&streets, "blue-light", &from, &to).unwrap().0, "Road");
    assert_eq!(streets.profile("foot"), None);
}

#[test]
fn a_network_that_was_not_built_says_what_to_do() {
    let (dir, imported) = built(hillside(), &[]);
    assert_eq!((imported.foot, imported.boat), (None, None));
    for (network, flag) in [
        (Network::Foot, "--with foot"),
        (Network::Boat, "--with boat"),
    ] {
        let error = Streets::open_network(dir.path(), network).unwrap_err();
        assert!(matches!(error, StreetsError::NotBuilt(_)));
        assert!(error.to_string().contains(flag), "{error}");
    }
    // One that the extract has nothing for is refused, and the streets in use stay.
    let pbf = dir.path().join("x.osm.pbf");
    let before = import::current(dir.path()).unwrap();
    let error = import::run_for(&[Network::Boat], &pbf, dir.path(), &quiet).unwrap_err();
    assert!(error.to_string().contains("holds no waterways"), "{error}");
    assert_eq!(import::current(dir.path()).unwrap(), before);
}

/// A river with a weir, a canal with a lock round it, a culvert, and a ferry's line over a lake.
fn river() -> PbfWriter<Vec<u8>> {
    drawn(
        &[
            (1, 0.0, 0.0, &[]),
            (2, 0.0, 4.0, &[]),
            (3, 0.0, 5.0, &[]),
            (4, 0.0, 6.0, &[]),
            (5, 0.0, 20.0, &[]),
            (6, 1.0, 5.0, &[("waterway", "lock_gate")]),
            (7, 3.0, 20.0, &[]),
            (8, -3.0, 0.0, &[]),
            (9, -0.3, 5.0, &[]),
            (10, 0.3, 5.0, &[]),
            (11, 3.0, 0.0, &[]),
        ],
        &[
            (
                1,
                &[1, 2, 3, 4, 5],
                &[("waterway", "river"), ("name", "River")],
            ),
            (2, &[9, 3, 10], &[("waterway", "weir")]),
            (3, &[2, 6, 4], &[("waterway", "canal"), ("name", "Canal")]),
            (
                4,
                &[5, 7],
                &[("route", "ferry"), ("name", "Ferry"), ("duration", "02:00")],
            ),
            (5, &[1, 8], &[("waterway", "canal"), ("tunnel", "culvert")]),
            (6, &[1, 11], &[ROAD, ("name", "Quay")]),
        ],
    )
}

#[test]
fn a_boat_goes_round_the_weir_and_waits_at_the_lock() {
    let (dir, imported) = built(river(), &[Network::Boat, Network::Foot]);
    assert!(imported.boat.unwrap().roads.edges > 0);
    let boat = Streets::open_network(dir.path(), Network::Boat).unwrap();
    let (from, to) = (at(&boat, 0.0, 1.0), at(&boat, 2.0, 20.0));
    let (names, seconds) = way(&boat, "boat", &from, &to).unwrap();
    assert_eq!(names, "River Canal River Ferry");
    // 1.2 km of river and a lock; the ferry's own two hours are not the boat's.
    assert!((450.0..900.0).contains(&seconds), "{seconds}");
    let below = way(&boat, "boat", &from, &at(&boat, 0.0, 3.9)).unwrap();
    assert!(below.1 < 60.0, "{below:?}");
    // No boat within half a kilometre of this place, and no culvert.
    assert!(boat.snap(50.003, 8.005).is_some() || boat.snap(50.01, 8.005).is_none());
    assert!(boat.snap(49.99, 8.0).is_none());
    let (lat, lon) = (50.0 - 2.9e-3, 8.0);
    assert!(
        boat.snap(lat, lon)
            .is_none_or(|snapped| snapped.meters > 300.0)
    );
    // All equals Dijkstra, as on the road.
    let profile = boat.profile("boat").unwrap();
    let units = [from.clone(), at(&boat, 0.0, 10.0), at(&boat, 0.8, 4.6)];
    assert_eq!(
        boat.eta_many_to_one(&units, &to, profile),
        boat.plain(profile).eta_many_to_one(&units, &to)
    );
}

#[test]
fn real_ways_on_foot_and_by_boat_equal_dijkstra() {
    for (name, networks) in [
        ("monaco-planetiler.osm.pbf", &[Network::Foot][..]),
        ("helsinki-centre.osm.pbf", &[Network::Foot, Network::Boat]),
    ] {
        let Some(pbf) = shared(name) else { continue };
        let dir = tempfile::tempdir().unwrap();
        import::run_for(networks, &pbf, dir.path(), &quiet).unwrap();
        for &network in networks {
            let streets = Streets::open_network(dir.path(), network).unwrap();
            let profile = streets.profile(network.code()).unwrap();
            let mut dice = Dice(3);
            let units = points(&streets, &mut dice, 200);
            let plain = streets.plain(profile);
            let mut reached = 0;
            for place in points(&streets, &mut dice, 3) {
                let expected = plain.eta_many_to_one(&units, &place);
                reached += expected.iter().flatten().count();
                assert_eq!(streets.eta_many_to_one(&units, &place, profile), expected);
            }
            assert!(reached > 100, "{name} {network:?}: {reached} of 600");
        }
    }
}

/// A short way under a low bridge that bears little, and a long one.
fn bridge() -> PbfWriter<Vec<u8>> {
    let low = [
        ROAD,
        ("name", "Low"),
        ("maxheight", "3.2"),
        ("maxweight", "12"),
    ];
    drawn(
        &[
            (1, 0.0, 0.0, &[]),
            (2, 0.0, 4.0, &[]),
            (3, 4.0, 0.0, &[]),
            (4, 4.0, 4.0, &[]),
        ],
        &[
            (1, &[1, 2], &low),
            (2, &[1, 3, 4, 2], &[ROAD, ("name", "High")]),
        ],
    )
}

#[test]
fn a_vehicle_of_its_own_size_goes_where_it_fits() {
    let (dir, _) = built(bridge(), &[]);
    let streets = Streets::open(dir.path()).unwrap();
    let heavy = streets.profile("heavy").unwrap();
    let (from, to) = (at(&streets, 1.0, 0.0), at(&streets, 1.0, 4.0));
    let names = |size: Size| {
        let vehicle = streets.vehicle(heavy, size);
        let route = vehicle.route(&from, &to).unwrap();
        check(&route);
        let times = vehicle.matrix(std::slice::from_ref(&from), &[to.clone(), from.clone()]);
        let row = times[0][0].unwrap();
        assert_eq!(row.milliseconds, route.milliseconds);
        let back = vehicle.matrix(&[from.clone(), to.clone()], std::slice::from_ref(&to));
        assert_eq!(back[0][0], Some(row));
        let names: Vec<&str> = route.legs.iter().map(|leg| leg.name.as_str()).collect();
        names.join(" ")
    };
    let small = Size {
        height_meters: Some(3.1),
        weight_tonnes: Some(7.5),
        ..Size::default()
    };
    assert_eq!(names(Size::default()), "High");
    assert_eq!(names(small), "High Low High");
    for too in [
        Size {
            height_meters: Some(3.3),
            ..small
        },
        Size {
            weight_tonnes: Some(12.5),
            ..small
        },
    ] {
        assert_eq!(names(too), "High");
    }
    // The profile itself is as before, and a closure counts for the small one at once.
    assert_eq!(names(Size::default()), "High");
    streets.close(&streets.edges_at(&at(&streets, 0.0, 2.0)));
    assert_eq!(names(small), "High");
    let detour = streets.vehicle(heavy, small).detour(&from, &to).unwrap();
    assert_eq!(detour.around[0].0, "Low");
    streets.reopen(&streets.edges_at(&at(&streets, 0.0, 2.0)));
    assert_eq!(names(small), "High Low High");
}
