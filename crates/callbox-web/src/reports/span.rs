//! The days that a report is about.

use callbox_domain::{Timestamp, report::Window};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::problem::Problem;

/// How many days a report shows where nobody says so.
const DAYS: i64 = 28;

/// What an address says of the days; both are days of the center's calendar, and inside.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The first day, as in `2026-11-02`.
    pub(crate) from: Option<String>,
    /// The last day.
    pub(crate) to: Option<String>,
}

/// From the beginning of one day to the end of another, in the center's time zone.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// The first day.
    pub(crate) from: Date,
    /// The last day.
    pub(crate) to: Date,
    zone: TimeZone,
}

impl Span {
    /// Reads the days; without them the last four weeks up to `now`.
    pub(crate) fn read(asked: &Asked, zone: TimeZone, now: Timestamp) -> Result<Self, Problem> {
        let now = jiff::Timestamp::from_microsecond(now.micros()).unwrap_or_default();
        let today = now.to_zoned_datetime(zone.clone()).date();
        let day = |name: &'static str, text: &Option<String>, otherwise: Date| {
            let text = text
                .as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty());
            text.map_or(Ok(otherwise), |text| {
                text.parse().map_err(|_| {
                    Problem::bad_field(
                        name,
                        "this member is not a day",
                        "send a day of the calendar, like 2026-11-02",
                    )
                })
            })
        };
        let to = day("to", &asked.to, today)?;
        let earlier = to.checked_sub((DAYS - 1).days()).unwrap_or(to);
        let from = day("from", &asked.from, earlier)?;
        if from > to {
            return Err(Problem::bad_field(
                "from",
                "the first day lies after the last one",
                "send the earlier day as 'from'",
            )
            .in_words("bad-field.days"));
        }
        Ok(Self { from, to, zone })
    }

    /// Its last day alone.
    pub(crate) fn last_day(self) -> Self {
        Self {
            from: self.to,
            ..self
        }
    }

    /// The moments inside.
    pub(crate) fn window(&self) -> Window {
        let begin = |day: Date| {
            let start = self
                .zone
                .to_ambiguous_zoned_datetime(day.to_datetime(jiff::civil::Time::midnight()));
            let start = start.compatible().ok()?;
            Some(Timestamp::from_micros(start.timestamp().as_microsecond()))
        };
        Window {
            from: begin(self.from),
            to: self.to.tomorrow().ok().and_then(begin),
        }
    }

    /// The local time's offset from UTC, in seconds.
    pub(crate) fn offset(&self) -> impl Fn(Timestamp) -> i32 + use<> {
        let zone = self.zone.clone();
        move |at| {
            let time = jiff::Timestamp::from_microsecond(at.micros());
            time.map_or(0, |time| zone.to_offset(time).seconds())
        }
    }
}
