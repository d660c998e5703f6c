//! Turns a history into steps in the order of time.
//!
//! Each assignment keeps the order of its course: a time that lies before the one ahead of it is
//! recorded as it is and sorts at the running maximum. At one moment units become free before they
//! are dispatched again. An end that nobody recorded becomes a release, without a time, when the
//! unit is dispatched next or when its call ends.

use std::collections::BTreeMap;

use callbox_domain::Timestamp;

use super::history::{AVAILABLE, History, TIMES, Work};

/// One command to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Where it stands in time.
    pub(super) order: Timestamp,
    /// The time that is recorded.
    pub(super) at: Timestamp,
    pub(super) what: What,
    class: Class,
    /// The call or the assignment, and the place in its course.
    chain: u32,
    place: u8,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Receives a call.
    Receive { call: u32 },
    /// Dispatches a unit; `concurrent` when it is on another call.
    Dispatch { work: u32, concurrent: bool },
    /// Records the time with this place in [`Work::times`].
    Progress { work: u32, time: u8 },
    /// Makes the unit available.
    Clear { work: u32 },
    /// Frees the unit without an end time.
    Release { work: u32 },
    /// Closes a call.
    Close { call: u32 },
}

/// What comes first at one moment: assignments that began before it, which may end; new calls; new
/// assignments, as far as they go in that moment; closings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Going,
    Receive,
    Begin,
    Close,
}

/// All steps, and what had to be done to the record for them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Assignments that are planned.
    pub(super) assignments: u64,
    /// How often something was repaired, by kind.
    pub(super) repaired: BTreeMap<&'static str, u64>,
    /// How often something odd was kept as recorded, by kind.
    pub(super) flagged: BTreeMap<&'static str, u64>,
}

/// Makes the plan; rows that no plan can hold are rejected in `history`.
pub(super) fn plan(history: &mut History) -> Plan {
    let courses: Vec<Course> = history
        .work
        .iter()
        .map(|work| Course::new(work, history.calls[work.call as usize].received))
        .collect();
    let kept = by_unit(history, &courses);
    let next = next_dispatches(history, &courses, &kept);
    let mut plan = Plan::default();
    let mut ends: Vec<Timestamp> = history.calls.iter().map(|call| call.received).collect();
    for at in &kept {
        let end = &mut ends[history.work[*at as usize].call as usize];
        *end = (*end).max(courses[*at as usize].last);
    }
    for (call, at) in history.calls.iter().zip(0..) {
        let (received, end) = (call.received, ends[at as usize]);
        plan.push(
            received,
            received,
            Class::Receive,
            (at, 0),
            What::Receive { call: at },
        );
        plan.push(end, end, Class::Close, (at, 0), What::Close { call: at });
    }
    for at in kept {
        let (work, course) = (&history.work[at as usize], &courses[at as usize]);
        plan.flag(work, history.calls[work.call as usize].received);
        plan.assignments += 1;
        for (time, place) in (0..TIMES).zip(0u8..) {
            let (Some(order), Some(recorded)) = (course.order[time], work.times[time]) else {
                continue;
            };
            let what = match time {
                0 => What::Dispatch {
                    work: at,
                    concurrent: false,
                },
                AVAILABLE => What::Clear { work: at },
                _ => What::Progress {
                    work: at,
                    time: place,
                },
            };
            plan.push(order, recorded, course.class(order), (at, place), what);
        }
        if work.times[AVAILABLE].is_none() {
            let call_end = ends[work.call as usize];
            let free = next[at as usize].map_or(call_end, |next| next.min(call_end));
            let free = free.max(course.last);
            let place = (at, AVAILABLE as u8);
            plan.push(
                free,
                free,
                course.class(free),
                place,
                What::Release { work: at },
            );
            *plan
                .repaired
                .entry("released-without-end-time")
                .or_default() += 1;
        }
    }
    plan.steps
        .sort_unstable_by_key(|step| (step.order, step.class, step.chain, step.place));
    plan.mark_concurrent(history);
    plan
}

/// Where an assignment's times sort: never before the one ahead, nor before the call.
struct Course {
    order: [Option<Timestamp>; TIMES],
    begin: Timestamp,
    last: Timestamp,
}

impl Course {
    fn new(work: &Work, received: Timestamp) -> Self {
        let mut last = received;
        let order = work.times.map(|time| {
            last = last.max(time?);
            Some(last)
        });
        Self {
            order,
            begin: order[0].unwrap_or(received),
            last,
        }
    }

    fn class(&self, order: Timestamp) -> Class {
        if order > self.begin {
            Class::Going
        } else {
            Class::Begin
        }
    }

    fn end(&self) -> Option<Timestamp> {
        self.order[AVAILABLE]
    }
}

/// The assignments by unit and begin; a second one on the same call that begins before the first
/// has ended is rejected, because a unit cannot be sent to where it is.
fn by_unit(history: &mut History, courses: &[Course]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..history.work.len() as u32).collect();
    let key = |at: &u32| {
        let work = &history.work[*at as usize];
        (work.call, work.unit, courses[*at as usize].begin, *at)
    };
    order.sort_unstable_by_key(key);
    let mut kept: Vec<u32> = Vec::with_capacity(order.len());
    for at in order {
        let work = &history.work[at as usize];
        let before = kept.last().filter(|before| {
            let before = &history.work[**before as usize];
            (before.call, before.unit) == (work.call, work.unit)
        });
        let doubled = before.is_some_and(|before| {
            let begin = courses[at as usize].begin;
            let before = &courses[*before as usize];
            before.end().unwrap_or(before.last) > begin
        });
        if doubled {
            let why = format!(
                "{} was dispatched to the same call again before it was available",
                history.units[work.unit as usize].call_sign
            );
            let row = work.row;
            history.reject(row, "unit-on-call-already", why);
        } else {
            kept.push(at);
        }
    }
    kept.sort_unstable();
    kept
}

/// When each assignment's unit is dispatched next, by assignment.
fn next_dispatches(history: &History, courses: &[Course], kept: &[u32]) -> Vec<Option<Timestamp>> {
    let mut order = kept.to_vec();
    let key = |at: &u32| {
        (
            history.work[*at as usize].unit,
            courses[*at as usize].begin,
            *at,
        )
    };
    order.sort_unstable_by_key(key);
    let mut next = vec![None; history.work.len()];
    for pair in order.windows(2) {
        let (this, then) = (pair[0] as usize, pair[1] as usize);
        if history.work[this].unit == history.work[then].unit {
            next[this] = Some(courses[then].begin);
        }
    }
    next
}

impl Plan {
    fn push(
        &mut self,
        order: Timestamp,
        at: Timestamp,
        class: Class,
        (chain, place): (u32, u8),
        what: What,
    ) {
        self.steps.push(Step {
            order,
            at,
            what,
            class,
            chain,
            place,
        });
    }

    fn flag(&mut self, work: &Work, received: Timestamp) {
        let times: Vec<Timestamp> = work.times.iter().copied().flatten().collect();
        if !times.is_sorted() {
            *self.flagged.entry("times-go-backwards").or_default() += 1;
        }
        if work.times[0] < Some(received) {
            *self
                .flagged
                .entry("dispatched-before-received")
                .or_default() += 1;
        }
    }

    /// Finds the dispatches of units that are on a call already.
    fn mark_concurrent(&mut self, history: &History) {
        let mut active = vec![0_u32; history.units.len()];
        let unit = |work: u32| history.work[work as usize].unit as usize;
        let mut n = 0;
        for step in &mut self.steps {
            match &mut step.what {
                What::Dispatch { work, concurrent } => {
                    let active = &mut active[unit(*work)];
                    *concurrent = *active > 0;
                    n += u64::from(*active > 0);
                    *active += 1;
                }
                What::Clear { work } | What::Release { work } => active[unit(*work)] -= 1,
                _ => {}
            }
        }
        if n > 0 {
            self.flagged.insert("unit-on-two-calls-at-once", n);
        }
    }
}
