#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;
use crate::{
    eta::Streets,
    geocode::{Ask, Geocoder, Kind, Sample, Verdict},
    import, quiet,
};

fn drawn(plan: Plan) -> (Vec<u8>, Drawn) {
    let mut file = Vec::new();
    let drawn = plan.write(&mut file).unwrap();
    (file, drawn)
}

#[test]
fn a_seed_gives_one_town_and_another_seed_another() {
    let plan = Plan { size: 3, seed: 1 };
    let (file, counts) = drawn(plan);
    assert_eq!(drawn(plan), (file.clone(), counts));
    assert_ne!(drawn(Plan { seed: 2, ..plan }).0, file);
    let larger = drawn(Plan { size: 6, ..plan }).1;
    assert!(larger.houses > counts.houses, "{larger:?} {counts:?}");
}

#[test]
fn a_town_goes_through_the_import_whole() {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("town.osm.pbf");
    let plan = Plan { size: 12, seed: 1 };
    let (file, counts) = drawn(plan);
    std::fs::write(&pbf, file).unwrap();
    let streets = dir.path().join("streets");
    let imported = import::run(&pbf, &streets, &quiet).unwrap();
    assert_eq!(imported.addresses.houses, counts.houses);
    assert_eq!(imported.addresses.houses_without_street, 0);
    assert_eq!(imported.streets.roads.restrictions_unread, 0);
    assert!(imported.streets.roads.restrictions > 0);
    assert!(imported.addresses.posts > 5 && imported.addresses.exits > 1);

    let geocoder = Geocoder::open(&streets).unwrap();
    let certain = |text: &str| {
        let found = geocoder.find(text, &Ask::default());
        assert_eq!(found.verdict, Verdict::Certain, "{text}");
        found.answers[0].clone()
    };
    let island = certain("Island Inn");
    let hospital = certain("Velmora General Hospital");
    assert_eq!(certain("维尔莫拉总医院").point, hospital.point);
    assert_eq!(certain("M1 km 2.5").kind, Kind::Post);

    for (of, least) in [
        (Sample::Houses, 50),
        (Sample::Crossings, 30),
        (Sample::Places, 15),
    ] {
        let taken = geocoder.sample(of, 50);
        assert!(taken.len() >= least, "{of:?} {}", taken.len());
        for answer in taken {
            assert_eq!(
                certain(&answer.label).point,
                answer.point,
                "{}",
                answer.label
            );
        }
    }

    // The island is reached by ferry, and back.
    let roads = Streets::open(&streets).unwrap();
    let blue_light = roads.profile("blue-light").unwrap();
    let snap = |at: Coord| roads.snap(at.degrees().0, at.degrees().1).unwrap();
    let (there, here) = (snap(island.point), snap(hospital.point));
    for (from, to) in [(&here, &there), (&there, &here)] {
        let route = roads.route(from, to, blue_light).unwrap();
        assert!(route.legs.iter().any(|leg| leg.name == "Island Ferry"));
    }
}
