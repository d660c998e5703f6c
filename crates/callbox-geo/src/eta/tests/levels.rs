//! Roads above roads: which of them a vehicle is on.

use super::*;

/// A viaduct from west to east over a street from south to north, and over a street (Under) that
/// runs below it in the same direction; ramps at both ends are far.
fn viaduct() -> (tempfile::TempDir, Streets) {
    let bridge = [
        ("highway", "primary"),
        ("name", "Viaduct"),
        ("bridge", "viaduct"),
        ("layer", "1"),
    ];
    let file = drawn(
        &[
            (1, 0.0, -6.0, &[]),
            (2, 0.0, -4.0, &[]),
            (3, 0.0, 4.0, &[]),
            (4, 0.0, 6.0, &[]),
            (5, -3.0, 0.0, &[]),
            (6, 0.02, 0.0, &[]),
            (7, 3.0, 0.0, &[]),
            (8, 0.02, -3.0, &[]),
            (9, 0.02, 3.0, &[]),
            (10, 3.0, 6.0, &[]),
        ],
        &[
            (1, &[1, 2], &[("highway", "primary"), ("name", "West")]),
            (2, &[2, 3], &bridge),
            (3, &[3, 4], &[("highway", "primary"), ("name", "East")]),
            (
                4,
                &[5, 6, 7],
                &[("highway", "residential"), ("name", "Below")],
            ),
            (
                5,
                &[8, 6, 9],
                &[("highway", "residential"), ("name", "Under")],
            ),
            (
                6,
                &[7, 10, 4],
                &[("highway", "residential"), ("name", "Round")],
            ),
        ],
    );
    let (dir, _) = built(file, &[]);
    let streets = Streets::open(dir.path()).unwrap();
    (dir, streets)
}

/// Finds a point at steps as in [`drawn`] with what is known besides.
fn found(streets: &Streets, north: f64, east: f64, hint: Hint<'_>) -> (String, i8, Why, Snapped) {
    let found = streets
        .snap_hint(50.0 + north * 1e-3, 8.0 + east * 1e-3, hint)
        .unwrap();
    let name = streets.name(streets.edges_at(&found)[0]).to_owned();
    (name, found.level, found.why, found)
}

#[test]
fn a_heading_tells_a_bridge_from_the_street_that_it_crosses() {
    let (_dir, streets) = viaduct();
    for (heading, name, level) in [(0.0, "Below", 0), (180.0, "Below", 0)] {
        let hint = Hint {
            heading_degrees: Some(heading),
            ..Hint::default()
        };
        // On the crossing, nearer to the bridge's line.
        let (found, at, why, _) = found(&streets, 0.002, 0.001, hint);
        assert_eq!((found.as_str(), at, why), (name, level, Why::Heading));
    }
}

#[test]
fn where_it_was_before_tells_streets_apart_that_run_one_above_the_other() {
    let (_dir, streets) = viaduct();
    let eastward = Hint {
        heading_degrees: Some(90.0),
        ..Hint::default()
    };
    // Between the viaduct and the street below it, two metres apart on the map: nothing tells.
    let (_, _, why, _) = found(&streets, 0.012, 1.0, eastward);
    assert_eq!(why, Why::Unsure);
    // Who came over the ramp is on the viaduct, also where the street below is nearer.
    let (name, _, _, west) = found(&streets, 0.0, -4.5, eastward);
    assert_eq!(name, "West");
    let came = Hint {
        before: Some(&west),
        ..eastward
    };
    let (name, level, why, bridge) = found(&streets, 0.018, -1.0, came);
    assert_eq!((name.as_str(), level, why), ("Viaduct", 1, Why::Before));
    let on = Hint {
        before: Some(&bridge),
        ..eastward
    };
    let (name, _, _, _) = found(&streets, 0.018, 1.5, on);
    assert_eq!(name, "Viaduct");
    // Who came from the south is below.
    let (name, _, _, south) = found(&streets, -2.0, 0.0, Hint::default());
    assert_eq!(name, "Below");
    let came = Hint {
        before: Some(&south),
        ..eastward
    };
    let (name, level, why, _) = found(&streets, 0.003, 1.0, came);
    assert_eq!((name.as_str(), level, why), ("Under", 0, Why::Before));
}

#[test]
fn a_level_that_is_known_decides() {
    let (_dir, streets) = viaduct();
    for (level, name) in [(1, "Viaduct"), (0, "Under")] {
        let hint = Hint {
            level: Some(level),
            ..Hint::default()
        };
        let (found, at, why, _) = found(&streets, 0.012, 1.0, hint);
        assert_eq!((found.as_str(), at, why), (name, level, Why::Level));
    }
    // A level that no street has is no reason to look farther.
    let hint = Hint {
        level: Some(-3),
        ..Hint::default()
    };
    assert_eq!(found(&streets, 0.0, -5.0, hint).2, Why::Nearest);
}

#[test]
fn the_unit_on_the_bridge_takes_the_ramp() {
    let (_dir, streets) = viaduct();
    let profile = streets.profile("blue-light").unwrap();
    let call = at(&streets, 2.0, 0.0);
    let seconds = |level: i8| {
        let hint = Hint {
            level: Some(level),
            ..Hint::default()
        };
        let unit = found(&streets, 0.012, 1.0, hint).3;
        streets.eta_many_to_one(&[unit], &call, profile)[0]
            .unwrap()
            .seconds()
    };
    assert!(
        seconds(1) > seconds(0) + 30.0,
        "{} {}",
        seconds(1),
        seconds(0)
    );
}
