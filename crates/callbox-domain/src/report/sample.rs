use crate::Timestamp;

/// The intervals that are reported, in their order: three per call, then three per assignment.
pub const INTERVALS: [&str; 6] = [
    "call_to_dispatch",
    "dispatch_to_arrival",
    "call_to_arrival",
    "turnout",
    "travel",
    "assigned",
];

/// One interval's figures, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// How many values there are.
    pub n: u64,
    /// The value in the middle.
    pub median: Option<f64>,
    /// The value that nine in ten do not exceed.
    pub p90: Option<f64>,
    /// The arithmetic mean.
    pub mean: Option<f64>,
    /// How many were left out because they would be negative.
    pub excluded_negative: u64,
}

/// The values of one interval while they are collected.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    micros: Vec<i64>,
    negative: u64,
}

impl Sample {
    /// Adds the time from `begin` to `end`; a missing one leaves it out, a negative one is counted.
    pub(super) fn add(&mut self, begin: Option<Timestamp>, end: Option<Timestamp>) {
        let (Some(begin), Some(end)) = (begin, end) else {
            return;
        };
        match end.micros() - begin.micros() {
            length if length < 0 => self.negative += 1,
            length => self.micros.push(length),
        }
    }

    pub(super) fn figures(mut self) -> Interval {
        self.micros.sort_unstable();
        let sum: i128 = self.micros.iter().map(|value| i128::from(*value)).sum();
        let n = self.micros.len();
        Interval {
            n: n as u64,
            median: quantile(&self.micros, 1, 2),
            p90: quantile(&self.micros, 9, 10),
            mean: (n > 0).then(|| ratio(sum, n as i128 * 1_000_000)),
            excluded_negative: self.negative,
        }
    }
}

/// The quantile `num / den` of ascending microseconds, in seconds: linear interpolation between
/// order statistics (Hyndman and Fan 1996, type 7), exact until the last division.
pub(super) fn quantile(sorted: &[i64], num: usize, den: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let (low, rest) = (last * num / den, (last * num % den) as i128);
    let below = i128::from(sorted[low]);
    let above = i128::from(sorted[(low + 1).min(last)]);
    let den = den as i128;
    Some(ratio(below * (den - rest) + above * rest, den * 1_000_000))
}

/// `num / den`, correctly rounded as long as both are below 2^53: 285 years in microseconds.
pub(super) fn ratio(num: i128, den: i128) -> f64 {
    num as f64 / den as f64
}
