//! Counts what was found, and how long it took.

use std::time::Duration;

use callbox_geo::Coord;
use callbox_geo::geocode::{Found, Verdict};

/// An answer farther away than this is wrong, in metres.
pub(super) const RIGHT_METERS: f64 = 150.0;

/// The replies to one kind of question.
#[derive(Default)]
pub(super) struct Tally {
    asked: usize,
    first: usize,
    five: usize,
    pub(super) baseline: usize,
    verdicts: [usize; 4],
    wrong: usize,
    pub(super) shown: usize,
    pub(super) times: Vec<Duration>,
}

impl Tally {
    pub(super) fn add(&mut self, time: Duration, found: &Found, right: &[Coord]) {
        self.asked += 1;
        self.times.push(time);
        let first = near(found, 1, right);
        self.first += usize::from(first);
        self.five += usize::from(near(found, 5, right));
        self.verdicts[match found.verdict {
            Verdict::Certain => 0,
            Verdict::Confirm => 1,
            Verdict::Choose => 2,
            Verdict::Missing => 3,
        }] += 1;
        self.wrong += usize::from(found.verdict == Verdict::Certain && !first);
    }

    pub(super) fn print(&mut self, name: &str) {
        self.times.sort_unstable();
        let percent = |count: usize| format!("{:.1} %", count as f64 * 100.0 / self.asked as f64);
        let time = |share: f64| {
            self.times[((self.times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3
        };
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.3} | {:.3} | {:.3} |",
            self.asked,
            percent(self.first),
            percent(self.five),
            percent(self.baseline),
            percent(self.verdicts[0]),
            percent(self.verdicts[1]),
            percent(self.verdicts[2]),
            percent(self.verdicts[3]),
            self.wrong,
            time(0.5),
            time(0.99),
            time(1.0)
        );
    }
}

/// Whether one of the first answers is right.
pub(super) fn near(found: &Found, count: usize, right: &[Coord]) -> bool {
    found.answers.iter().take(count).any(|answer| {
        right
            .iter()
            .any(|point| answer.point.meters_to(*point) <= RIGHT_METERS)
    })
}
