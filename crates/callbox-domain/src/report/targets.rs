use std::collections::BTreeMap;

use super::{Call, History, LocalOffset, Window, Work, sample::ratio, window::hour_of_day};
use crate::{Clock, Moment, Timestamp};

/// How the center's clocks were kept, each against its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    /// The time of the first and the last call, or the window that was asked for.
    pub window: Option<(Timestamp, Timestamp)>,
    /// One row for each clock, in the order of their codes.
    pub rows: Vec<TargetRow>,
}

/// One clock's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetRow {
    /// The clock, as last defined.
    pub clock: Clock,
    /// Over all.
    pub total: Kept,
    /// By the local hour of the day in which the call was received, for those that have any.
    pub hours: Vec<(u8, Kept)>,
}

/// How often a clock was kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Cases with both times, in order.
    pub n: u64,
    /// Of these, how many took no longer than the target; `None` without one.
    pub within: Option<u64>,
    /// That as a share of all; `None` without cases or target.
    pub share: Option<f64>,
    /// The value in the middle, in seconds.
    pub median: Option<f64>,
    /// The value at the target's share, in seconds: what 90 percent did not exceed.
    pub at_share: Option<f64>,
    /// Cases that the clock concerns and that lack a time, or have not got there.
    pub excluded_missing: u64,
    /// Cases whose times go backwards.
    pub excluded_negative: u64,
    /// Dispatches that were taken back as slips; counted where the clock runs for each unit.
    pub excluded_undone: u64,
}

/// Says in words what the figures mean, for the reader of a report.
pub fn definition() -> &'static str {
    "Seconds. Each clock is taken as it was last defined. A clock between moments of an incident counts \
     each call once, by its first dispatch, first unit en route, first arrival and last closing; a clock \
     between moments of a unit's work counts each assignment once. 'n' are the cases with both times; \
     'within' are those of at most the target's seconds; 'share' is within / n. 'at_share' is the \
     quantile at the target's percent (linear interpolation, Hyndman-Fan type 7), and 90 without a \
     target. A case that lacks a time is counted in excluded_missing, one whose times go backwards in \
     excluded_negative, a dispatch that was undone in excluded_undone; none of them is in n. Calls \
     count by the time at which they were received."
}

/// Holds the calls that were received in `window` against the center's clocks.
pub fn targets(history: &History, window: Window, offset: LocalOffset<'_>) -> Targets {
    let calls = || {
        history
            .calls()
            .filter(|call| window.contains(call.received))
    };
    let rows = history.clocks().map(|clock| {
        let mut total = Values::default();
        let mut hours: BTreeMap<u8, Values> = BTreeMap::new();
        for call in calls().filter(|call| clock.concerns_priority(call.priority.as_ref())) {
            let hour = hours.entry(hour_of_day(call.received, offset)).or_default();
            for case in cases(clock, call) {
                total.add(&case);
                hour.add(&case);
            }
        }
        let hours = hours
            .into_iter()
            .map(|(hour, values)| (hour, values.kept(clock)));
        TargetRow {
            total: total.kept(clock),
            hours: hours.filter(|(_, kept)| kept.n > 0).collect(),
            clock: clock.clone(),
        }
    });
    Targets {
        window: history.shown(window),
        rows: rows.collect(),
    }
}

/// One case of a clock: its two times, as far as they are known.
enum Case {
    Times(Option<Timestamp>, Option<Timestamp>),
    Undone,
}

fn cases<'a>(clock: &'a Clock, call: &'a Call) -> Box<dyn Iterator<Item = Case> + 'a> {
    if !clock.is_of_assignment() {
        let (start, stop) = (of_call(clock.start, call), of_call(clock.stop, call));
        return Box::new(std::iter::once(Case::Times(start, stop)));
    }
    let concerned = call
        .work
        .iter()
        .filter(|work| clock.concerns_unit_type(&work.unit_type));
    Box::new(concerned.map(|work| match work.undone {
        true => Case::Undone,
        false => Case::Times(of_work(clock.start, work), of_work(clock.stop, work)),
    }))
}

fn of_call(moment: Moment, call: &Call) -> Option<Timestamp> {
    match moment {
        Moment::Received => Some(call.received),
        Moment::Closed => call.closed,
        _ => call.first(moment.meaning()?),
    }
}

fn of_work(moment: Moment, work: &Work) -> Option<Timestamp> {
    match moment.meaning() {
        Some(meaning) => work.at(meaning),
        None => work.ended,
    }
}

#[derive(Default)]
struct Values {
    micros: Vec<i64>,
    missing: u64,
    negative: u64,
    undone: u64,
}

impl Values {
    fn add(&mut self, case: &Case) {
        match case {
            Case::Undone => self.undone += 1,
            Case::Times(Some(start), Some(stop)) => match stop.micros() - start.micros() {
                length if length < 0 => self.negative += 1,
                length => self.micros.push(length),
            },
            Case::Times(..) => self.missing += 1,
        }
    }

    fn kept(mut self, clock: &Clock) -> Kept {
        self.micros.sort_unstable();
        let n = self.micros.len() as u64;
        let target = clock.target.as_ref();
        let within = target.map(|target| {
            let limit = i64::from(target.seconds) * 1_000_000;
            self.micros.partition_point(|length| *length <= limit) as u64
        });
        let percent = target.map_or(90, |target| usize::from(target.percent));
        let share = within.filter(|_| n > 0);
        Kept {
            n,
            within,
            share: share.map(|within| ratio(i128::from(within), i128::from(n))),
            median: super::sample::quantile(&self.micros, 1, 2),
            at_share: super::sample::quantile(&self.micros, percent, 100),
            excluded_missing: self.missing,
            excluded_negative: self.negative,
            excluded_undone: self.undone,
        }
    }
}
