//! Reads the source's times.

use callbox_domain::Timestamp;
use jiff::{
    fmt::strtime,
    tz::{AmbiguousOffset, TimeZone},
};

/// A time as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) at: Timestamp,
    /// Whether the local time came twice that night; the first of the two was taken.
    pub(super) ambiguous: bool,
}

/// Reads one time; `Err` says why it cannot be used.
///
/// An offset in the text counts; without one the time is local. A local time that the clocks
/// skipped is refused. One that came twice (clocks set back) is taken as the first of the two and
/// flagged.
pub(super) fn read(text: &str, format: &str, zone: &TimeZone) -> Result<Stamp, String> {
    let parts = strtime::parse(format, text).map_err(|_| format!("does not fit {format:?}"))?;
    if parts.offset().is_some() || parts.timestamp().is_some() {
        let at = parts.to_timestamp().map_err(|error| error.to_string())?;
        return stamp(at, false);
    }
    let local = parts.to_datetime().map_err(|error| error.to_string())?;
    let found = zone.to_ambiguous_timestamp(local);
    let ambiguous = match found.offset() {
        AmbiguousOffset::Unambiguous { .. } => false,
        AmbiguousOffset::Fold { .. } => true,
        AmbiguousOffset::Gap { .. } => {
            return Err("does not exist: the clocks were set forward over it".to_owned());
        }
    };
    stamp(
        found.earlier().map_err(|error| error.to_string())?,
        ambiguous,
    )
}

fn stamp(at: jiff::Timestamp, ambiguous: bool) -> Result<Stamp, String> {
    Ok(Stamp {
        at: Timestamp::from_micros(at.as_microsecond()),
        ambiguous,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "%Y-%m-%d %H:%M:%S";

    fn check(text: &str, format: &str, expected: &str) {
        let zone = TimeZone::get("America/Los_Angeles").expect("the zone is built in");
        let found = match read(text, format, &zone) {
            Ok(stamp) if stamp.ambiguous => format!("{} ambiguous", stamp.at),
            Ok(stamp) => stamp.at.to_string(),
            Err(why) => why,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn local_times_follow_the_clocks() {
        check("2020-04-02 00:01:42", LOCAL, "2020-04-02T07:01:42Z");
        check("2020-01-02 00:01:42", LOCAL, "2020-01-02T08:01:42Z");
        check(
            "2020-11-01 01:30:00",
            LOCAL,
            "2020-11-01T08:30:00Z ambiguous",
        );
        let gap = "does not exist: the clocks were set forward over it";
        check("2020-03-08 02:30:00", LOCAL, gap);
        check("2020-04-02", LOCAL, "does not fit \"%Y-%m-%d %H:%M:%S\"");
    }

    #[test]
    fn offsets_fractions_and_halves_of_the_day_are_read() {
        let iso = "%Y-%m-%dT%H:%M:%S%.f";
        check(
            "2020-04-02T00:01:42.250",
            iso,
            "2020-04-02T07:01:42.250000Z",
        );
        check("2020-04-02T00:01:42", iso, "2020-04-02T07:01:42Z");
        check(
            "2020-04-02T00:01:42+0200",
            "%Y-%m-%dT%H:%M:%S%z",
            "2020-04-01T22:01:42Z",
        );
        check(
            "04/02/2020 12:01:42 AM",
            "%m/%d/%Y %I:%M:%S %p",
            "2020-04-02T07:01:42Z",
        );
        check("1585810902", "%s", "2020-04-02T07:01:42Z");
    }
}
