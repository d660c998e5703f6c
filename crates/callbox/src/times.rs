//! Times as people type and read them.

use callbox_domain::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};

use crate::failure::{Failure, Outcome};

/// The present moment.
pub(crate) fn now() -> Timestamp {
    callbox_engine::wall_clock()()
}

/// Finds a time zone by its IANA name.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Reads RFC 3339, or a local date or date and time in `zone`, as `flag` was given.
pub(crate) fn parse(flag: &str, text: &str, zone: &TimeZone) -> Outcome<Timestamp> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_micros(at.as_microsecond()));
    }
    let unusable = |why: String| {
        Failure::Usage(format!(
            "{flag} {text}: {why}; write 2020-04-03, 2020-04-03T08:00:00 (local) or \
             2020-04-03T08:00:00-07:00"
        ))
    };
    let local: DateTime = text
        .parse()
        .map_err(|_| unusable("it is not a time".to_owned()))?;
    let zoned = zone.to_ambiguous_zoned_datetime(local);
    if zoned.is_ambiguous() {
        return Err(unusable(format!(
            "the clocks were changed then, so this time came twice or never in {}; add its offset",
            zone.iana_name().unwrap_or("the center's time zone")
        )));
    }
    let at = zoned
        .compatible()
        .map_err(|error| unusable(error.to_string()))?;
    Ok(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

/// RFC 3339 with the local offset at that moment.
pub(crate) fn local(at: Timestamp, zone: &TimeZone) -> String {
    match jiff::Timestamp::from_microsecond(at.micros()) {
        Ok(time) => {
            let offset = zone.to_offset(time);
            time.display_with_offset(offset).to_string()
        }
        // Beyond year 9999, which no recorded time is.
        Err(_) => at.to_string(),
    }
}

/// Seconds since 1970, as others sign them, in RFC 3339 (UTC); the number where it is no such time.
pub(crate) fn of_seconds(seconds: u64) -> String {
    let time = i64::try_from(seconds)
        .ok()
        .map(jiff::Timestamp::from_second);
    match time {
        Some(Ok(time)) => time.to_string(),
        _ => seconds.to_string(),
    }
}

/// The local offset from UTC in seconds at a moment.
pub(crate) fn offset(at: Timestamp, zone: &TimeZone) -> i32 {
    jiff::Timestamp::from_microsecond(at.micros()).map_or(0, |time| zone.to_offset(time).seconds())
}

/// Seconds as minutes and seconds, as in `12:05`.
pub(crate) fn minutes(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    let sign = if whole < 0 { "-" } else { "" };
    format!("{sign}{}:{:02}", whole.abs() / 60, whole.abs() % 60)
}
