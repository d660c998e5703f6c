use crate::Timestamp;

/// Gives the local time's offset from UTC in seconds at a moment: the center's time zone.
pub type LocalOffset<'a> = &'a dyn Fn(Timestamp) -> i32;

/// The moments from `from` to before `to`; without a bound as far as the data reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub from: Option<Timestamp>,
    /// The first moment after it.
    pub to: Option<Timestamp>,
}

impl Window {
    /// Whether `at` lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

const HOUR: i64 = 3_600_000_000;

/// The beginning of the local clock hour that holds `at`.
pub(super) fn hour_start(at: Timestamp, offset: LocalOffset<'_>) -> Timestamp {
    let shift = i64::from(offset(at)) * 1_000_000;
    Timestamp::from_micros((at.micros() + shift).div_euclid(HOUR) * HOUR - shift)
}

/// The local hour of the day at `at`, 0 to 23.
pub(super) fn hour_of_day(at: Timestamp, offset: LocalOffset<'_>) -> u8 {
    let shift = i64::from(offset(at)) * 1_000_000;
    (at.micros() + shift).div_euclid(HOUR).rem_euclid(24) as u8
}

/// The moment one hour after `start`.
pub(super) fn hour_end(start: Timestamp) -> Timestamp {
    Timestamp::from_micros(start.micros() + HOUR)
}
