use std::collections::BTreeMap;

use super::{
    History, LocalOffset, Window,
    sample::ratio,
    window::{hour_end, hour_start},
};
use crate::{Code, Timestamp, UnitId};

const HOUR_MICROS: i128 = 3_600_000_000;

/// How much of a window the units were on incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct Utilisation {
    /// From the first call to the last recorded time, or the window that was asked for.
    pub window: Option<(Timestamp, Timestamp)>,
    /// One row for each unit that was ever defined, by call sign.
    pub rows: Vec<UnitUse>,
    /// Over all units.
    pub total: UtilisationTotal,
}

/// One unit's use.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitUse {
    /// Its call sign.
    pub unit: Code,
    /// Its type as last defined.
    pub unit_type: Code,
    /// Assignments that began in the window.
    pub assignments: u64,
    /// Those of them that began before an earlier one of the same unit had ended.
    pub overlapping: u64,
    /// Those of them whose end is unknown or lies before their begin: they add no busy time.
    pub without_length: u64,
    /// Hours on at least one incident.
    pub busy_hours: f64,
    /// Those hours over the window's; nothing for a window without length.
    pub utilisation: Option<f64>,
}

/// The same over all units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UtilisationTotal {
    /// How many units there are.
    pub units: u64,
    /// Sum over the units.
    pub assignments: u64,
    /// Sum over the units.
    pub overlapping: u64,
    /// Sum over the units.
    pub without_length: u64,
    /// Sum over the units.
    pub busy_hours: f64,
    /// Busy hours over the window's hours times the number of units.
    pub utilisation: Option<f64>,
    /// The clock hour with the most busy time; the first of several.
    pub busiest_hour: Option<BusiestHour>,
    /// When most assignments ran at once; the first of several.
    pub most_concurrent: Option<MostConcurrent>,
}

/// A clock hour and how busy the units were in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BusiestHour {
    /// Its begin.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Busy hours of all units in it.
    pub busy_hours: f64,
}

/// How many assignments ran at once, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MostConcurrent {
    /// How many.
    pub assignments: u64,
    /// When that many ran for the first time.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// Says in words what the figures mean, for the reader of a report.
pub fn definition() -> &'static str {
    "busy_hours = length of the union of a unit's [dispatched, end) intervals, clipped to the \
     window, where the end is available, cancelled or reassigned; utilisation = busy_hours over \
     the window's hours (no roster is used). Without bounds the window reaches from the first call \
     to the last recorded time. assignments = those that were dispatched in the window; \
     overlapping = those of them that began before an earlier one of the same unit had ended; \
     without_length = those of them without a recorded end, or with one before their begin, which \
     add no busy time. busiest_hour = the clock hour in the center's time zone with the most busy \
     time over all units; most_concurrent_assignments = the most assignments that ran at the same \
     moment, one that ends then not counted. The first is given where several are equal."
}

type Span = (Timestamp, Timestamp);

/// Computes how much of `window` each unit was on incidents.
pub fn utilisation(history: &History, window: Window, offset: LocalOffset<'_>) -> Utilisation {
    let Some(span) = window_of(history, window) else {
        return Utilisation {
            window: None,
            rows: Vec::new(),
            total: UtilisationTotal::default(),
        };
    };
    let mut work: BTreeMap<UnitId, Vec<(Timestamp, Option<Timestamp>)>> = BTreeMap::new();
    for item in history.calls().flat_map(|call| &call.work) {
        if let Some(dispatched) = item.dispatched() {
            let spans = work.entry(item.unit).or_default();
            spans.push((dispatched, item.ended));
        }
    }
    let length = i128::from(span.1.micros()) - i128::from(span.0.micros());
    let mut rows = Vec::new();
    let mut total = UtilisationTotal::default();
    let mut busy_total = 0;
    let mut by_hour = BTreeMap::new();
    let mut running = Vec::new();
    for (id, call_sign, unit_type) in history.units() {
        let mut spans = work.remove(&id).unwrap_or_default();
        // An unknown end comes last: it covers nothing.
        spans.sort_unstable_by_key(|(begin, end)| (*begin, end.is_none(), *end));
        let clipped: Vec<Span> = spans.iter().filter_map(|it| clip(*it, span)).collect();
        let merged = union(&clipped);
        let busy: i128 = merged.iter().map(|it| micros(*it)).sum();
        merged
            .iter()
            .for_each(|it| spread(*it, offset, &mut by_hour));
        running.extend(clipped);
        let counts = count(&spans, window);
        rows.push(UnitUse {
            unit: call_sign.clone(),
            unit_type: unit_type.clone(),
            assignments: counts[0],
            overlapping: counts[1],
            without_length: counts[2],
            busy_hours: ratio(busy, HOUR_MICROS),
            utilisation: (length > 0).then(|| ratio(busy, length)),
        });
        busy_total += busy;
        total.assignments += counts[0];
        total.overlapping += counts[1];
        total.without_length += counts[2];
    }
    rows.sort_by(|a, b| a.unit.cmp(&b.unit));
    total.units = rows.len() as u64;
    total.busy_hours = ratio(busy_total, HOUR_MICROS);
    let available = length * rows.len() as i128;
    total.utilisation = (available > 0).then(|| ratio(busy_total, available));
    // The first of the greatest: `max_by_key` alone would take the last.
    let busiest = by_hour.into_iter().rev().max_by_key(|(_, busy)| *busy);
    total.busiest_hour = busiest.map(|(from, busy)| BusiestHour {
        from,
        to: hour_end(from),
        busy_hours: ratio(busy, HOUR_MICROS),
    });
    total.most_concurrent = most_concurrent(&running);
    Utilisation {
        window: Some(span),
        rows,
        total,
    }
}

fn window_of(history: &History, window: Window) -> Option<Span> {
    let from = || history.calls().map(|call| call.received).min();
    let to = || {
        let times = |call: &super::Call| {
            let work = call.work.iter().flat_map(super::Work::recorded).max();
            work.map_or(call.received, |work| work.max(call.received))
        };
        history.calls().map(times).max()
    };
    let from = window.from.or_else(from)?;
    let to = window.to.or_else(to)?;
    (from <= to).then_some((from, to))
}

/// Assignments that began in the window, and of them: overlapping, without length.
fn count(spans: &[(Timestamp, Option<Timestamp>)], window: Window) -> [u64; 3] {
    let mut counts = [0; 3];
    let mut busy_until: Option<Timestamp> = None;
    for (begin, end) in spans {
        if window.contains(*begin) {
            counts[0] += 1;
            counts[1] += u64::from(busy_until.is_some_and(|until| until > *begin));
            counts[2] += u64::from(end.is_none_or(|end| end < *begin));
        }
        busy_until = busy_until.max(*end);
    }
    counts
}

fn clip((begin, end): (Timestamp, Option<Timestamp>), window: Span) -> Option<Span> {
    let (begin, end) = (begin.max(window.0), end?.min(window.1));
    (begin < end).then_some((begin, end))
}

/// The union of spans that are ordered by their begin.
fn union(spans: &[Span]) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => merged.push(*span),
        }
    }
    merged
}

fn micros(span: Span) -> i128 {
    i128::from(span.1.micros()) - i128::from(span.0.micros())
}

/// Adds a busy span to the clock hours that it touches.
fn spread(span: Span, offset: LocalOffset<'_>, by_hour: &mut BTreeMap<Timestamp, i128>) {
    let mut at = span.0;
    while at < span.1 {
        let hour = hour_start(at, offset);
        let until = hour_end(hour).min(span.1);
        *by_hour.entry(hour).or_default() += micros((at, until));
        at = until;
    }
}

fn most_concurrent(spans: &[Span]) -> Option<MostConcurrent> {
    let begins = spans.iter().map(|span| (span.0, 1));
    let ends = spans.iter().map(|span| (span.1, -1));
    let mut changes: Vec<(Timestamp, i64)> = begins.chain(ends).collect();
    // At one moment ends come first.
    changes.sort_unstable();
    let (mut now, mut most, mut at) = (0, 0, None);
    for (index, (time, change)) in changes.iter().enumerate() {
        now += change;
        if now > most {
            most = now;
            at = Some((*time, index));
        }
    }
    let (from, index) = at?;
    let until = changes[index + 1..].iter().find(|(_, change)| *change < 0);
    Some(MostConcurrent {
        assignments: most as u64,
        from,
        to: until.map_or(from, |(time, _)| *time),
    })
}
