//! Times as RFC 3339 with the offset of the center's time zone.

use callbox_domain::{Center, Timestamp};
use jiff::tz::TimeZone;

/// The zone in which a center reads its clocks; UTC before it is defined, or where it is unknown.
pub(crate) struct Zone(TimeZone);

impl Zone {
    pub(crate) fn of(center: &Center) -> Self {
        let name = center
            .configuration
            .center
            .as_ref()
            .map(|center| center.timezone.as_str());
        Self::named(name)
    }

    pub(crate) fn named(name: Option<&str>) -> Self {
        Self(
            name.and_then(|name| TimeZone::get(name).ok())
                .unwrap_or(TimeZone::UTC),
        )
    }

    /// The zone itself.
    pub(crate) fn inner(&self) -> TimeZone {
        self.0.clone()
    }

    /// Prints a time with microseconds and offset, as in `2026-11-02T08:15:00.000000-05:00`.
    pub(crate) fn print(&self, time: Timestamp) -> String {
        match jiff::Timestamp::from_microsecond(time.micros()) {
            Ok(time) => time
                .to_zoned_datetime(self.0.clone())
                .strftime("%Y-%m-%dT%H:%M:%S%.6f%:z")
                .to_string(),
            Err(_) => time.to_string(),
        }
    }
}

/// Reads an RFC 3339 time with offset.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_micros(time.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_offset() {
        let zone = Zone(TimeZone::get("America/New_York").expect("the zones are built in"));
        let printed = zone.print(Timestamp::from_seconds(1_793_620_800));
        assert_eq!(printed, "2026-11-02T07:00:00.000000-05:00");
        assert_eq!(
            parse(&printed),
            Some(Timestamp::from_seconds(1_793_620_800))
        );
    }

    #[test]
    fn a_time_without_offset_is_none() {
        assert_eq!(parse("2026-11-02T07:00:00"), None);
        assert_eq!(parse("yesterday"), None);
    }
}
