//! Counts what was found, and how long it took.

use std::time::Duration;

use callbox_geo::Coord;
use callbox_geo::geocode::{Found, Verdict};

use super::{super::cpu_time, baseline::Baselines};

/// An answer farther away than this is wrong, in metres.
pub(super) const RIGHT_METERS: f64 = 150.0;

/// The baselines are asked the first so many of each kind: full-text search takes its time.
const BASELINES_ASKED: usize = 300;

/// The replies to one kind of question.
#[derive(Default)]
pub(super) struct Tally {
    asked: usize,
    first: usize,
    five: usize,
    /// How often the map of texts had it, and each full-text search among its first five.
    baselines: Option<[usize; 3]>,
    search_times: [Vec<Duration>; 2],
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

    /// Asks the baselines the same.
    pub(super) fn add_baselines(
        &mut self,
        baselines: &Baselines,
        question: &str,
        right: Coord,
    ) -> anyhow::Result<()> {
        self.add_baselines_any(baselines, question, &[right])
    }

    /// Asks the baselines for one of several places.
    pub(super) fn add_baselines_any(
        &mut self,
        baselines: &Baselines,
        question: &str,
        right: &[Coord],
    ) -> anyhow::Result<()> {
        if self.search_times[0].len() >= BASELINES_ASKED {
            return Ok(());
        }
        let is_right = |point: &Coord| {
            let mut right = right.iter();
            right.any(|right| point.meters_to(*right) <= RIGHT_METERS)
        };
        let counts = self.baselines.get_or_insert_default();
        counts[0] += usize::from(baselines.map(question).as_ref().is_some_and(is_right));
        for (i, search) in [&baselines.words, &baselines.trigrams]
            .into_iter()
            .enumerate()
        {
            let start = cpu_time();
            let found = search.first_five(question)?;
            self.search_times[i].push(cpu_time() - start);
            counts[i + 1] += usize::from(found.iter().any(is_right));
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asked == 0
    }

    pub(super) fn print_head() {
        println!(
            "| question | n | top 1 | top 5 | map of texts | words top 5 | trigrams top 5 | certain | confirm | choose | missing \
             | certain but wrong | median ms | p99 ms | max ms | words median ms | trigrams median ms |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    }

    pub(super) fn print(&mut self, name: &str) {
        self.times.sort_unstable();
        self.search_times
            .iter_mut()
            .for_each(|times| times.sort_unstable());
        let percent = |count: usize| format!("{:.1} %", count as f64 * 100.0 / self.asked as f64);
        let time = |share: f64| at(&self.times, share);
        let baseline = |i: usize| {
            self.baselines.map_or(String::new(), |counts| {
                let asked = self.search_times[0].len();
                format!("{:.1} %", counts[i] as f64 * 100.0 / asked as f64)
            })
        };
        let search = |i: usize| match self.search_times[i].is_empty() {
            true => String::new(),
            false => format!("{:.3}", at(&self.search_times[i], 0.5)),
        };
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.3} | {:.3} | {:.3} | {} | {} |",
            self.asked,
            percent(self.first),
            percent(self.five),
            baseline(0),
            baseline(1),
            baseline(2),
            percent(self.verdicts[0]),
            percent(self.verdicts[1]),
            percent(self.verdicts[2]),
            percent(self.verdicts[3]),
            self.wrong,
            time(0.5),
            time(0.99),
            time(1.0),
            search(0),
            search(1)
        );
    }
}

/// The time, in milliseconds, below which this share of sorted times lies.
fn at(times: &[Duration], share: f64) -> f64 {
    times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3
}

/// Whether one of the first answers is right.
pub(super) fn near(found: &Found, count: usize, right: &[Coord]) -> bool {
    found.answers.iter().take(count).any(|answer| {
        right
            .iter()
            .any(|point| answer.point.meters_to(*point) <= RIGHT_METERS)
    })
}
