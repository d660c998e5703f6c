use super::*;

const FRAME: [i32; 4] = [0, 0, 3_200_000, 3_200_000];

/// Whether a point of the frame lies in the sea (even-odd within each surface).
fn wet(chains: &[Vec<At>], at: At) -> bool {
    let inside = |rings: &Rings| {
        let crossed = rings.iter().flat_map(|ring| {
            ring.iter()
                .zip(ring.iter().cycle().skip(1))
                .filter(|(a, b)| {
                    let (a, b) = (a.map(f64::from), b.map(f64::from));
                    (a[0] > at[1]) != (b[0] > at[1])
                        && at[0] < a[1] + (at[1] - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
                })
        });
        crossed.count() % 2 == 1
    };
    surfaces(chains, FRAME).iter().any(inside)
}

/// In thousands of units, east and north.
fn chain(points: &[(f64, f64)]) -> Vec<At> {
    points.iter().map(|&(x, y)| [x * 1e3, y * 1e3]).collect()
}

#[test]
fn the_sea_lies_to_the_right_of_the_coast() {
    // From south to north: the land is in the west.
    let coast = [chain(&[
        (1_500.0, -100.0),
        (1_600.0, 1_500.0),
        (1_400.0, 3_300.0),
    ])];
    for (east, north, sea) in [
        (1_650.0, 1_500.0, true),
        (1_550.0, 1_500.0, false),
        (3_100.0, 100.0, true),
        (3_100.0, 3_100.0, true),
        (100.0, 1_600.0, false),
    ] {
        assert_eq!(
            wet(&coast, [east * 1e3, north * 1e3]),
            sea,
            "{east} {north}"
        );
    }
    // The other way round it is in the east.
    let mut back = coast;
    back[0].reverse();
    assert!(wet(&back, [100e3, 1_600e3]));
    assert!(!wet(&back, [3_100e3, 100e3]));
}

#[test]
fn islands_are_dry_and_lagoons_wet() {
    // Counter-clockwise: land inside; a small one within one cell and a large one over many.
    let small = chain(&[
        (505.0, 505.0),
        (511.0, 505.0),
        (511.0, 511.0),
        (505.0, 511.0),
        (505.0, 505.0),
    ]);
    let large = chain(&[
        (1_000.0, 1_000.0),
        (2_000.0, 1_000.0),
        (2_000.0, 2_000.0),
        (1_000.0, 2_000.0),
        (1_000.0, 1_000.0),
    ]);
    let mut lagoon = chain(&[
        (1_300.0, 1_300.0),
        (1_500.0, 1_300.0),
        (1_500.0, 1_500.0),
        (1_300.0, 1_500.0),
        (1_300.0, 1_300.0),
    ]);
    lagoon.reverse();
    let all = [small, large, lagoon];
    for (east, north, sea) in [
        (508.0, 508.0, false),
        (502.0, 502.0, true),
        (518.0, 508.0, true),
        (1_100.0, 1_900.0, false),
        (1_400.0, 1_400.0, true),
        (2_500.0, 2_500.0, true),
    ] {
        assert_eq!(wet(&all, [east * 1e3, north * 1e3]), sea, "{east} {north}");
    }
}

#[test]
fn a_coast_that_the_extract_cuts_off_floods_nothing_on_its_side() {
    // It ends in the middle of the frame: near it both sides are as they should be.
    let coast = [chain(&[(1_500.0, -100.0), (1_500.0, 1_605.0)])];
    for (east, north, sea) in [
        (1_900.0, 800.0, true),
        (1_100.0, 800.0, false),
        // Beyond its end each place is like the nearest coast.
        (1_900.0, 2_000.0, true),
        (1_100.0, 2_000.0, false),
    ] {
        assert_eq!(
            wet(&coast, [east * 1e3, north * 1e3]),
            sea,
            "{east} {north}"
        );
    }
    // Two lines that contradict each other make no water between them.
    let two = [
        chain(&[(1_504.0, -100.0), (1_504.0, 3_300.0)]),
        chain(&[(1_508.0, -100.0), (1_508.0, 3_300.0)]),
    ];
    assert!(!wet(&two, [1_506e3, 1_600e3]));
    assert!(surfaces(&[], FRAME).is_empty());
}
