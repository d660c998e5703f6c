#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::{eta::StreetBuilder, import, osm::PbfWriter, quiet};

/// A grid whose streets are residential from north to south, primary from west to east.
fn grid() -> (tempfile::TempDir, Streets) {
    const SIDE: i64 = 15;
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for (row, column) in (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column))) {
        let (lat, lon) = (50.0 + row as f64 * 4e-3, 8.0 + column as f64 * 6e-3);
        file.node(1 + row * SIDE + column, lat, lon, &[]).unwrap();
    }
    for no in 0..SIDE {
        let row: Vec<i64> = (0..SIDE).map(|at| 1 + no * SIDE + at).collect();
        let column: Vec<i64> = (0..SIDE).map(|at| 1 + at * SIDE + no).collect();
        file.way(2 * no + 1, &row, &[("highway", "primary")])
            .unwrap();
        file.way(2 * no + 2, &column, &[("highway", "residential")])
            .unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    std::fs::write(&pbf, file.finish().unwrap()).unwrap();
    let out = dir.path().join("streets");
    import::run_with(&[&StreetBuilder::default()], &pbf, &out, &quiet).unwrap();
    let streets = Streets::open(&out).unwrap();
    (dir, streets)
}

/// Drives of one who drives so, with times that are off by up to `noise`.
fn drives(streets: &Streets, truth: &Profile, count: usize, noise: f64) -> Vec<Drive> {
    let truth = streets.set_profile(Profile {
        name: "truth".to_owned(),
        ..truth.clone()
    });
    let mut state = 7u64;
    let mut dice = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut list = Vec::new();
    while list.len() < count {
        let mut place = || {
            streets
                .snap(50.0 + dice() * 0.056, 8.0 + dice() * 0.084)
                .unwrap()
        };
        let (from, to) = (place(), place());
        let eta = streets.eta_many_to_one(std::slice::from_ref(&from), &to, truth)[0].unwrap();
        let seconds = eta.seconds() * (1.0 + noise * (2.0 * dice() - 1.0));
        if seconds > 30.0 {
            list.push(Drive { from, to, seconds });
        }
    }
    list
}

#[test]
fn speeds_are_learned_for_each_kind_of_street_in_spite_of_noise_and_wild_drives() {
    let (dir, streets) = grid();
    let mut truth = Profile::blue_light();
    truth.scale[Class::Primary as usize] = 1.25;
    truth.scale[Class::Residential as usize] = 0.7;
    let mut list = drives(&streets, &truth, 400, 0.2);
    for drive in list.iter_mut().step_by(40) {
        drive.seconds *= 2.5;
    }
    let profile = streets.profile("blue-light").unwrap();
    let learned = streets.calibrate(profile, &list).unwrap();
    let scale = |class: Class| f64::from(learned.profile.scale[class as usize]);
    assert!(
        (scale(Class::Primary) / 1.25 - 1.0).abs() < 0.1,
        "{learned:?}"
    );
    assert!(
        (scale(Class::Residential) / 0.7 - 1.0).abs() < 0.1,
        "{learned:?}"
    );
    assert!(
        learned.after.mean_share < learned.before.mean_share,
        "{learned:?}"
    );
    assert!((learned.after.ratio - 1.0).abs() < 0.05, "{learned:?}");
    assert_eq!(learned.used.iter().sum::<usize>() + learned.left_out, 400);

    // What was learned is what the streets drive by once it is kept.
    let out = dir.path().join("streets");
    crate::eta::keep_speeds(&out, &learned.profile, "learned").unwrap();
    let again = Streets::open(&out).unwrap();
    let profile = again.profile("blue-light").unwrap();
    let own = streets.set_profile(learned.profile.clone());
    let (from, to) = (
        again.snap(50.001, 8.0).unwrap(),
        again.snap(50.05, 8.08).unwrap(),
    );
    let seconds = |streets: &Streets, profile| {
        streets.eta_many_to_one(std::slice::from_ref(&from), &to, profile)[0]
            .unwrap()
            .seconds()
    };
    let (kept, learned) = (seconds(&again, profile), seconds(&streets, own));
    assert!((kept - learned).abs() < 0.01 * learned, "{kept} {learned}");
}

#[test]
fn too_few_drives_and_drives_that_teach_nothing_are_refused() {
    let (_dir, streets) = grid();
    let profile = streets.profile("blue-light").unwrap();
    let few = drives(&streets, &Profile::blue_light(), 90, 0.1);
    let error = streets.calibrate(profile, &few).unwrap_err();
    assert!(
        matches!(error, CalibrateError::TooFew { usable: 90, .. }),
        "{error}"
    );
    // Recorded times that are the computed ones already.
    let same = drives(&streets, &Profile::blue_light(), 200, 0.0);
    let error = streets.calibrate(profile, &same).unwrap_err();
    assert!(matches!(error, CalibrateError::NoBetter { .. }), "{error}");
    // Times of another kind: minutes where seconds belong.
    let mut minutes = drives(&streets, &Profile::blue_light(), 200, 0.1);
    for drive in &mut minutes {
        drive.seconds /= 60.0;
    }
    let error = streets.calibrate(profile, &minutes).unwrap_err();
    assert!(
        matches!(error, CalibrateError::TooFew { usable: 0, .. }),
        "{error}"
    );
}
