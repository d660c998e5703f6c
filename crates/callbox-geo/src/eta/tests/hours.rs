//! Streets that are open, closed or slower at times.

use super::*;

/// Short (way 1, from node 1 to 2) and Long round it (way 2).
fn two_ways(tags: &[(&str, &str)]) -> (tempfile::TempDir, import::Imported) {
    let mut short = vec![("highway", "residential"), ("name", "Short")];
    short.extend_from_slice(tags);
    let file = drawn(
        &[
            (1, 0.0, 0.0, &[]),
            (2, 0.0, 4.0, &[]),
            (3, 3.0, 2.0, &[]),
            (4, 0.0, -2.0, &[]),
            (5, 0.0, 6.0, &[]),
        ],
        &[
            (1, &[1, 2], &short),
            (
                2,
                &[1, 3, 2],
                &[("highway", "residential"), ("name", "Long")],
            ),
            (3, &[4, 1], &[("highway", "residential"), ("name", "In")]),
            (4, &[2, 5], &[("highway", "residential"), ("name", "Out")]),
        ],
    );
    built(file, &[])
}

fn clock(weekday: u8, hour: u16) -> WallClock {
    WallClock {
        month: 6,
        day: 15,
        weekday,
        minute: hour * 60,
    }
}

/// The way from In to Out (or back) on a Monday at an hour, and its seconds.
fn at_hour(streets: &Streets, profile: &str, hour: u16, back: bool) -> (String, f64) {
    streets.set_clock(clock(0, hour));
    let (from, to) = (at(streets, 0.0, -1.0), at(streets, 0.0, 5.0));
    let ends = if back { (&to, &from) } else { (&from, &to) };
    way(streets, profile, ends.0, ends.1).unwrap()
}

#[test]
fn a_street_that_is_closed_at_times() {
    let (dir, imported) = two_ways(&[("motor_vehicle:conditional", "no @ (Mo-Fr 07:00-09:00)")]);
    assert_eq!(imported.streets.roads.conditions, 1);
    assert_eq!(imported.streets.roads.conditions_unread, 0);
    let streets = Streets::open(dir.path()).unwrap();
    assert_eq!(at_hour(&streets, "car", 6, false).0, "In Short Out");
    assert_eq!(at_hour(&streets, "car", 7, false).0, "In Long Out");
    // A ban on vehicles is passed under blue light.
    assert_eq!(at_hour(&streets, "blue-light", 7, false).0, "In Short Out");
    assert_eq!(at_hour(&streets, "car", 9, false).0, "In Short Out");
    assert_eq!(
        streets.set_clock(clock(5, 8)),
        0,
        "nothing changes on Saturday"
    );
    // Within an hour that closes it, a closure by people and its end leave the hours alone.
    at_hour(&streets, "car", 8, false);
    let long = streets.edges_at(&at(&streets, 2.9, 2.0));
    streets.close(&long);
    let (from, to) = (at(&streets, 0.0, -1.0), at(&streets, 0.0, 5.0));
    assert_eq!(way(&streets, "car", &from, &to), None);
    streets.reopen(&long);
    assert_eq!(at_hour(&streets, "car", 8, false).0, "In Long Out");
    // The metric that many changes led to is the one that a new profile gets.
    streets.set_profile(Profile {
        name: "again".to_owned(),
        ..Profile::car()
    });
    assert_eq!(
        at_hour(&streets, "again", 8, false),
        at_hour(&streets, "car", 8, false)
    );
}

#[test]
fn a_street_that_is_slower_at_times() {
    let (dir, _) = two_ways(&[
        ("maxspeed", "50"),
        ("maxspeed:conditional", "30 @ (22:00-06:00); 10 @ (Su)"),
    ]);
    let streets = Streets::open(dir.path()).unwrap();
    let by_day = at_hour(&streets, "blue-light", 12, false);
    let by_night = at_hour(&streets, "blue-light", 23, false);
    assert_eq!(
        (by_day.0.as_str(), by_night.0.as_str()),
        ("In Short Out", "In Short Out")
    );
    assert!(by_night.1 > by_day.1 + 5.0, "{by_night:?} {by_day:?}");
    streets.set_clock(clock(6, 12));
    let (from, to) = (at(&streets, 0.0, -1.0), at(&streets, 0.0, 5.0));
    let sunday = way(&streets, "blue-light", &from, &to).unwrap();
    assert_eq!(sunday.0, "In Long Out");
}

#[test]
fn a_lane_that_is_reversed_at_noon() {
    let (dir, _) = two_ways(&[
        ("oneway", "reversible"),
        (
            "oneway:conditional",
            "yes @ (00:00-12:00); -1 @ (12:00-24:00)",
        ),
    ]);
    let streets = Streets::open(dir.path()).unwrap();
    for profile in ["car", "blue-light"] {
        for (hour, there, back) in [
            (8, "In Short Out", "Out Long In"),
            (15, "In Long Out", "Out Short In"),
        ] {
            assert_eq!(at_hour(&streets, profile, hour, false).0, there);
            assert_eq!(at_hour(&streets, profile, hour, true).0, back);
        }
    }
    // Without a condition nobody knows which way it is open.
    let (dir, _) = two_ways(&[("oneway", "reversible")]);
    let streets = Streets::open(dir.path()).unwrap();
    assert_eq!(at_hour(&streets, "blue-light", 8, false).0, "In Long Out");
}

#[test]
fn a_closed_street_that_opens_at_times() {
    let (dir, _) = two_ways(&[
        ("access", "no"),
        ("access:conditional", "yes @ (Mo 10:00-12:00)"),
    ]);
    let streets = Streets::open(dir.path()).unwrap();
    assert_eq!(at_hour(&streets, "blue-light", 9, false).0, "In Long Out");
    assert_eq!(at_hour(&streets, "blue-light", 10, false).0, "In Short Out");
    assert_eq!(at_hour(&streets, "blue-light", 12, false).0, "In Long Out");
}

#[test]
fn what_is_not_read_holds_where_it_forbids_and_is_counted() {
    for (tags, car, heavy) in [
        (
            &[("motor_vehicle:conditional", "no @ (sunset-sunrise)")][..],
            "Long",
            "Short",
        ),
        (
            &[("oneway:conditional", "-1 @ (sunset-sunrise)")][..],
            "Long",
            "Long",
        ),
        // What would allow is not believed.
        (
            &[
                ("access", "no"),
                ("access:conditional", "yes @ (sunset-sunrise)"),
            ][..],
            "Long",
            "Long",
        ),
    ] {
        let (dir, imported) = two_ways(tags);
        assert_eq!(imported.streets.roads.conditions_unread, 1, "{tags:?}");
        let streets = Streets::open(dir.path()).unwrap();
        for (profile, over) in [("car", car), ("heavy", heavy)] {
            let (names, _) = at_hour(&streets, profile, 12, false);
            assert_eq!(names, format!("In {over} Out"), "{profile} {tags:?}");
        }
    }
    // By weight alone it is a limit, and read.
    let (dir, imported) = two_ways(&[("access:conditional", "no @ (weight > 7.5)")]);
    assert_eq!(imported.streets.roads.conditions_unread, 0);
    let streets = Streets::open(dir.path()).unwrap();
    assert_eq!(at_hour(&streets, "car", 12, false).0, "In Short Out");
    assert_eq!(at_hour(&streets, "heavy", 12, false).0, "In Long Out");
}

#[test]
fn a_turn_that_is_forbidden_at_times() {
    let members = [
        (MemberKind::Way, 3, "from"),
        (MemberKind::Node, 1, "via"),
        (MemberKind::Way, 1, "to"),
    ];
    let make = |value: &str| {
        let mut file = drawn(
            &[
                (1, 0.0, 0.0, &[]),
                (2, 0.0, 4.0, &[]),
                (3, 3.0, 2.0, &[]),
                (4, 0.0, -2.0, &[]),
            ],
            &[
                (1, &[1, 2], &[("highway", "residential"), ("name", "Short")]),
                (
                    2,
                    &[1, 3, 2],
                    &[("highway", "residential"), ("name", "Long")],
                ),
                (3, &[4, 1], &[("highway", "residential"), ("name", "In")]),
            ],
        );
        let tags = [("type", "restriction"), ("restriction:conditional", value)];
        file.relation(1, &members, &tags).unwrap();
        built(file, &[])
    };
    let names = |streets: &Streets, profile: &str, hour: u16| {
        streets.set_clock(clock(0, hour));
        let (from, to) = (at(streets, 0.0, -1.0), at(streets, 0.0, 3.9));
        let route = streets
            .route(&from, &to, streets.profile(profile).unwrap())
            .unwrap();
        let forbidden = route
            .legs
            .iter()
            .any(|leg| leg.notices.contains(&Notice::ForbiddenTurn));
        (route.legs[1].name.clone(), forbidden)
    };
    let (dir, _) = make("no_straight_on @ (Mo-Fr 16:00-18:00)");
    let streets = Streets::open(dir.path()).unwrap();
    let is = |name: &str, forbidden: bool| (name.to_owned(), forbidden);
    assert_eq!(names(&streets, "car", 15), is("Short", false));
    assert_eq!(names(&streets, "car", 17), is("Long", false));
    assert_eq!(names(&streets, "blue-light", 17), is("Short", true));
    assert_eq!(names(&streets, "car", 18), is("Short", false));
    // One that is not read holds always.
    let (dir, imported) = make("no_straight_on @ (school days)");
    assert_eq!(imported.streets.roads.conditions_unread, 1);
    let streets = Streets::open(dir.path()).unwrap();
    assert_eq!(names(&streets, "car", 15), is("Long", false));
}
