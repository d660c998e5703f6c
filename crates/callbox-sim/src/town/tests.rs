#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::collections::BTreeSet;

use callbox_domain::{Center, Context, Entry, Purpose, Text, Timestamp};

use super::*;
use crate::shapes::Hours;

fn configured() -> Center {
    let mut center = Center::default();
    let (at, actor) = (Timestamp::from_seconds(0), callbox_domain::ActorId::SYSTEM);
    let context = Context {
        at,
        actor,
        purpose: Purpose::Administration,
    };
    for command in Town::new().setup("Etc/UTC") {
        for event in center.decide(&command, &context).unwrap() {
            let (seq, purpose) = (center.next_seq(), context.purpose);
            center.evolve(&Entry {
                seq,
                at,
                recorded: at,
                actor,
                purpose,
                event,
            });
        }
    }
    center
}

#[test]
fn the_rules_take_the_whole_configuration() {
    let center = configured();
    center.check().unwrap();
    let configuration = &center.configuration;
    assert_eq!(configuration.agencies.len(), 3);
    assert_eq!(center.units.len(), 60);
    assert_eq!(configuration.unit_types.len(), 10);
    assert!(configuration.incident_types.len() >= 35);
    for meaning in callbox_domain::Meaning::ALL {
        assert!(configuration.status_for(meaning).is_some(), "{meaning}");
    }
    let first = &configuration.priorities["1"];
    assert_eq!(
        (
            first.unassigned_warn_seconds,
            first.unassigned_alarm_seconds
        ),
        (Some(60), Some(120))
    );
}

#[test]
fn every_kind_of_incident_names_what_exists_and_says_what_is_printable() {
    let (town, center) = (Town::new(), configured());
    for kind in &town.kinds {
        let sent = kind
            .send
            .iter()
            .chain(kind.also.iter().map(|(unit_type, _)| unit_type));
        for unit_type in sent {
            assert!(
                center
                    .configuration
                    .unit_types
                    .contains_key(unit_type.as_str()),
                "{unit_type}"
            );
        }
        for (disposition, _) in &kind.ends {
            assert!(
                center
                    .configuration
                    .dispositions
                    .contains_key(disposition.as_str()),
                "{disposition}"
            );
        }
        assert!(!kind.send.is_empty() && !kind.at.is_empty() && !kind.ends.is_empty());
        for at in &kind.at {
            assert!(
                !Kind::fitting(&kind.call, Some(*at)).is_empty(),
                "{} {at:?}",
                kind.code
            );
            assert!(
                !Kind::fitting(&kind.scene, Some(*at)).is_empty(),
                "{} {at:?}",
                kind.code
            );
            let ends = kind
                .ends
                .iter()
                .filter(|(_, words)| Kind::words(words, Some(*at)).is_some());
            assert!(ends.count() > 0, "{} {at:?}", kind.code);
        }
        // After a restart the kind of place is not known any more.
        assert!(
            !Kind::fitting(&kind.scene, None).is_empty(),
            "{}",
            kind.code
        );
        let lines = [&kind.call, &kind.then, &kind.scene, &kind.work].into_iter();
        for line in lines
            .inspect(|lines| assert!(!lines.is_empty(), "{}", kind.code))
            .flatten()
        {
            Text::new(line).unwrap();
        }
    }
    for pause in &town.service.breaks {
        assert!(
            center
                .configuration
                .unit_statuses
                .contains_key(pause.status.as_str())
        );
    }
    for code in ["DUPLICATE", "HOSPITAL", "ADVICE", "CANCELLED"] {
        assert!(center.configuration.dispositions.contains_key(code));
    }
}

#[test]
fn addresses_lie_on_their_streets() {
    let town = Town::new();
    let mut random = Random::of(&[1]);
    for _ in 0..500 {
        let place = town.somewhere(PlaceKind::Home, &mut random);
        let at = Point::from_degrees(place.lat_lon().unwrap());
        let words = place.text.as_str();
        let Some(street) = town
            .streets
            .iter()
            .find(|street| words.ends_with(&street.name))
        else {
            panic!("{words}");
        };
        let Some(number) = words
            .split(' ')
            .next()
            .and_then(|n| n.parse::<usize>().ok())
        else {
            continue;
        };
        assert!(number >= 1 && number <= street.last_number());
        assert!(at.meters_to(street.house(number)) < 0.1, "{words}");
        // The sea has no houses.
        assert!(at.y > -300.0, "{words}");
    }
    // Neighbours on one side stand 10 m apart, those opposite across the street.
    let street = &town.streets[0];
    assert!((street.house(11).meters_to(street.house(13)) - 10.0).abs() < 0.01);
    assert!((street.house(11).meters_to(street.house(12)) - 24.5).abs() < 0.1);
}

#[test]
fn crossings_lie_on_both_streets_and_names_are_unique() {
    let town = Town::new();
    let names: BTreeSet<_> = town.streets.iter().map(|street| &street.name).collect();
    assert_eq!(names.len(), town.streets.len());
    assert!(town.crossings.len() > 200);
    for crossing in &town.crossings {
        for street in [crossing.streets.0, crossing.streets.1] {
            let street = &town.streets[street];
            let nearest = (0..=street.last_number())
                .map(|number| street.house(number).meters_to(crossing.at))
                .fold(f64::MAX, f64::min);
            assert!(nearest < 15.0, "{} {nearest}", street.name);
        }
    }
}

#[test]
fn named_places_stand_at_the_street_that_they_name() {
    let town = Town::new();
    for place in &town.places {
        let street = town
            .streets
            .iter()
            .find(|street| street.name == place.street)
            .unwrap();
        let nearest = (0..=street.last_number())
            .map(|number| street.house(number).meters_to(place.at.into()))
            .fold(f64::MAX, f64::min);
        assert!(nearest < 300.0, "{} {nearest}", place.name);
    }
}

#[test]
fn degrees_and_metres_go_both_ways() {
    let point = Point {
        x: -1_234.0,
        y: 3_210.0,
    };
    assert!(Point::from_degrees(point.degrees()).meters_to(point) < 1e-3);
}

#[test]
fn shares_of_the_day_add_up() {
    let all = [
        Hours::Medical,
        Hours::Fire,
        Hours::Collision,
        Hours::Disturbance,
        Hours::Police,
        Hours::Office,
    ];
    for hours in all {
        let sum: u32 = hours.table().iter().sum();
        assert!((990..=1_010).contains(&sum), "{hours:?} {sum}");
    }
}
