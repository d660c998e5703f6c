use super::{Read, near, read};
use crate::Coord;

/// A position within a metre or so of the expected one, read in the expected form.
#[track_caller]
fn check(text: &str, lat: f64, lon: f64, form: &str) {
    let Read::Position(position) = read(text) else {
        panic!("{text}: {:?}", read(text))
    };
    let expected = Coord::from_degrees(lat, lon).expect("on the earth");
    let off = position.point.meters_to(expected);
    assert!(
        off < 1.5,
        "{text}: {:?} is {off} m off",
        position.point.degrees()
    );
    assert_eq!(position.form, form, "{text}");
}

#[track_caller]
fn check_wrong(text: &str) {
    assert!(
        matches!(read(text), Read::Wrong(_)),
        "{text}: {:?}",
        read(text)
    );
}

#[track_caller]
fn check_no(text: &str) {
    assert_eq!(read(text), Read::No, "{text}");
}

#[test]
fn reads_degrees() {
    let decimal = "decimal degrees";
    check("39.46127, -76.83141", 39.46127, -76.83141, decimal);
    check("39.46127 -76.83141", 39.46127, -76.83141, decimal);
    check("geo:39.46127,-76.83141;u=35", 39.46127, -76.83141, decimal);
    check("39.46127N 76.83141W", 39.46127, -76.83141, decimal);
    check("N 39.46127 W 76.83141", 39.46127, -76.83141, decimal);
    check("W76.83141, N39.46127", 39.46127, -76.83141, decimal);
    check("39,46127 -76,83141", 39.46127, -76.83141, decimal);
    check("-33.8568 151.2153", -33.8568, 151.2153, decimal);
    let minutes = "degrees and minutes";
    check(
        "39° 27.6762' N, 76° 49.8846' W",
        39.46127,
        -76.83141,
        minutes,
    );
    check("39 27.6762 N 76 49.8846 W", 39.46127, -76.83141, minutes);
    let seconds = "degrees, minutes and seconds";
    check(
        "39°27'40.57\"N 76°49'53.08\"W",
        39.461_269,
        -76.831_411,
        seconds,
    );
    check(
        "39 27 40.57 N, 76 49 53.08 W",
        39.461_269,
        -76.831_411,
        seconds,
    );
    check(
        "39 27 40.57, -76 49 53.08",
        39.461_269,
        -76.831_411,
        seconds,
    );
}

#[test]
fn reads_grids() {
    // Expected values from the Python packages `mgrs` (GEOTRANS) and `utm`.
    check("18S UJ 23371 06519", 38.889_805_1, -77.036_537_3, "MGRS");
    check("18SUJ2337106519", 38.889_805_1, -77.036_537_3, "MGRS");
    check("56HLH3490052288", -33.8568, 151.2153, "MGRS");
    check("27WVM5427014066", 64.15, -21.94, "MGRS");
    check("48NUG7205742612", 1.29, 103.85, "MGRS");
    check("19FEV4500027239", -54.8, -68.3, "MGRS");
    check("50SMK4850217797", 39.9087, 116.3975, "MGRS");
    check("18S 323371 4306519", 38.889_800_5, -77.036_542_9, "UTM");
    check("18 N 323371 4306519", 38.889_800_5, -77.036_542_9, "UTM");
    check(
        "UTM 18S 323371E 4306519N",
        38.889_800_5,
        -77.036_542_9,
        "UTM",
    );
    check("56H 334900.57 6252288.75", -33.8568, 151.2153, "UTM");
    check("35W 456398.73 7877828.5", 71.0, 25.8, "UTM");
}

#[test]
fn reads_plus_codes() {
    // Expected values from the Python package `openlocationcode`.
    check("7FG49Q00+", 20.375, 2.775, "plus code");
    check("7FG49QCJ+2V", 20.370_062_5, 2.782_187_5, "plus code");
    check("7FG49QCJ+2VX", 20.370_112_5, 2.782_234_375, "plus code");
    check("8FVC2222+22", 47.000_062_5, 8.000_062_5, "plus code");
    check("CFX3X2X2+X2", 89.999_937_5, 1.000_062_5, "plus code");
    let reference = Coord::from_degrees(51.370_112_5, -1.217_765_625).expect("on the earth");
    let full = near("9QCJ+2VX", reference).expect("a position");
    let again = read("9C3W9QCJ+2VX");
    let Read::Position(expected) = again else {
        panic!("{again:?}")
    };
    assert!(full.point.meters_to(expected.point) < 0.1);
    assert!(
        matches!(read("9QCJ+2V Reisterstown"), Read::Short(_, words) if words == "Reisterstown")
    );
}

#[test]
fn refuses_what_cannot_be_right() {
    check_wrong("39.46 -190.1");
    check_wrong("139.46, -76.83");
    check_wrong("39°61'00\"N 76°00'00\"W");
    check_wrong("39.46N 76.83N");
    check_wrong("61S 323371 4306519");
    check_wrong("18S 23371 4306519");
    check_wrong("18SAJ2337106519");
    check_wrong("18IUJ2337106519");
}

#[test]
fn leaves_addresses_alone() {
    for text in [
        "12 Main Street",
        "123 45",
        "5th & Mission",
        "12 E 14",
        "A 12",
        "100 N 200 W",
        "Main + 5th",
        "12-14",
        "",
        "+",
        "°",
    ] {
        check_no(text);
    }
}
