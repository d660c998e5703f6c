#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;

/// `Mo 1 Jan 07:30`, written shortly.
fn clock(weekday: u8, month: u8, day: u8, hour: u16, minute: u16) -> WallClock {
    WallClock {
        month,
        day,
        weekday,
        minute: hour * 60 + minute,
    }
}

fn holds(text: &str, at: WallClock) -> bool {
    Hours::read(text).unwrap().hold(at)
}

#[test]
fn times_of_weekdays() {
    for text in [
        "Mo-Fr 07:00-09:00,16:00-18:30",
        "Mo-Fr 07:00-09:00, Mo-Fr 16:00-18:30",
        "Mo,Tu,We-Fr 07:00-09:00,16:00-18:30; PH off",
        "mon-fri 07:00-09:00,16:00-18:30",
        "Mo-Fr,PH 07:00–09:00,16:00–18:30",
    ] {
        for (weekday, hour, minute, expected) in [
            (0, 6, 59, false),
            (0, 7, 0, true),
            (4, 8, 59, true),
            (4, 9, 0, false),
            (2, 18, 29, true),
            (2, 18, 30, false),
            (5, 8, 0, false),
        ] {
            let at = clock(weekday, 6, 15, hour, minute);
            assert_eq!(holds(text, at), expected, "{text} {at:?}");
        }
    }
    assert!(holds("Sa-Mo 10:00-11:00", clock(6, 6, 15, 10, 0)));
    assert!(!holds("Sa-Mo 10:00-11:00", clock(1, 6, 15, 10, 0)));
    assert!(holds("24/7", clock(3, 1, 1, 3, 0)));
}

#[test]
fn past_midnight_belongs_to_the_day_before() {
    let text = "Fr 22:00-06:00";
    assert!(holds(text, clock(4, 6, 12, 23, 0)));
    assert!(holds(text, clock(5, 6, 13, 5, 59)));
    assert!(!holds(text, clock(5, 6, 13, 6, 0)));
    assert!(!holds(text, clock(5, 6, 13, 23, 0)));
    assert!(!holds(text, clock(4, 6, 12, 5, 0)));
    assert!(holds("Dec 31 22:00-02:00", clock(0, 1, 1, 1, 0)));
    assert!(holds("20:00-26:00", clock(0, 1, 1, 1, 59)));
    assert!(holds("Feb 29 23:00-01:00", clock(0, 3, 1, 0, 30)));
}

#[test]
fn months_and_dates() {
    assert!(holds("Apr-Oct", clock(0, 10, 31, 12, 0)));
    assert!(!holds("Apr-Oct", clock(0, 11, 1, 12, 0)));
    assert!(holds("Nov 15-Mar 15", clock(0, 1, 1, 12, 0)));
    assert!(!holds("Nov 15-Mar 15", clock(0, 3, 16, 12, 0)));
    assert!(holds("Jan 1-15,Jul", clock(0, 7, 30, 12, 0)));
    assert!(!holds("Jan 1-15,Jul", clock(0, 1, 16, 12, 0)));
    let text = "May-Sep: Sa,Su 10:00-18:00";
    assert!(holds(text, clock(6, 5, 1, 10, 0)));
    assert!(!holds(text, clock(0, 5, 1, 10, 0)));
}

#[test]
fn a_later_rule_counts_instead_of_an_earlier_one() {
    let text = "Mo-Fr 06:00-20:00; We off; Th 12:00-13:00";
    assert!(holds(text, clock(1, 6, 1, 6, 0)));
    assert!(!holds(text, clock(2, 6, 1, 12, 0)));
    assert!(!holds(text, clock(3, 6, 1, 6, 0)));
    assert!(holds(text, clock(3, 6, 1, 12, 0)));
}

#[test]
fn what_is_not_read_is_refused() {
    for text in [
        "",
        "sunrise-sunset",
        "wet",
        "weight>7.5",
        "Fr[2] 10:00-12:00",
        "week 1-20",
        "2026 Jan 01",
        "10:00+",
        "PH",
        "7-9",
        "Mo-Fr 7.00-9.00",
        "25:00-26:00",
        "Mo-",
        "Jan 40",
        "PH-Fr",
        "99:99-100:00",
        "Mo-Fr 07:00-09:00 AND weight>3",
    ] {
        assert_eq!(Hours::read(text), None, "{text:?}");
    }
    assert_eq!(Hours::read(&"Mo,".repeat(100_000)), None);
    assert_eq!(Hours::read(&"Mo 10:00-11:00;".repeat(1_000)), None);
}

proptest! {
    #[test]
    fn no_text_panics(text in "[A-Za-z0-9:;, /+–-]{0,40}", minute in 0u16..1440, day in 0u8..7) {
        if let Some(hours) = Hours::read(&text) {
            hours.hold(WallClock { month: 3, day: 1, weekday: day, minute });
        }
    }
}
