use std::collections::BTreeMap;

use super::{History, LocalOffset, Window, window::hour_of_day};
use crate::{Code, Timestamp};

/// What there was to do, and how it ended, over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// The time of the first and the last call, or the window that was asked for.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Calls, and dispatches to them, by the local hour in which the call was received.
    pub hours: [Load; 24],
    /// The same by the call's type; `None` where it has none.
    pub types: BTreeMap<Option<Code>, Load>,
    /// Over all.
    pub total: Load,
}

/// An amount of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Calls that were received.
    pub calls: u64,
    /// Units that were sent to them; what was taken back as a slip does not count.
    pub dispatches: u64,
    /// Calls to which nobody was sent.
    pub without_unit: u64,
}

/// How incidents ended over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispositions {
    /// The time of the first and the last call, or the window that was asked for.
    pub window: Option<(Timestamp, Timestamp)>,
    /// How many ended so, by disposition, then by type.
    pub rows: BTreeMap<Code, BTreeMap<Option<Code>, u64>>,
    /// How many are still open.
    pub open: u64,
    /// How many calls there were.
    pub calls: u64,
}

/// Says in words what the figures of a workload mean.
pub fn workload_definition() -> &'static str {
    "Calls count by the time at which they were received, from 'from' to before 'to'; hours are those of \
     the center's time zone. 'dispatches' are units sent to these calls, whenever they were sent; a \
     dispatch that was undone does not count. 'without_unit' are calls to which nobody was sent. Type is \
     the one last set."
}

/// Says in words what the figures of dispositions mean.
pub fn dispositions_definition() -> &'static str {
    "Calls count by the time at which they were received, from 'from' to before 'to', each once, under \
     the disposition with which it was last closed; one that is open, or was reopened and not closed \
     again, counts as open. Type is the one last set."
}

/// Counts what there was to do.
pub fn workload(history: &History, window: Window, offset: LocalOffset<'_>) -> Workload {
    let mut workload = Workload {
        window: history.shown(window),
        hours: [Load::default(); 24],
        types: BTreeMap::new(),
        total: Load::default(),
    };
    for call in history
        .calls()
        .filter(|call| window.contains(call.received))
    {
        let sent = call.sent().count() as u64;
        let hour = usize::from(hour_of_day(call.received, offset));
        let of_type = workload
            .types
            .entry(call.incident_type.clone())
            .or_default();
        for load in [&mut workload.total, &mut workload.hours[hour], of_type] {
            load.calls += 1;
            load.dispatches += sent;
            load.without_unit += u64::from(sent == 0);
        }
    }
    workload
}

/// Counts how incidents ended.
pub fn dispositions(history: &History, window: Window) -> Dispositions {
    let mut counted = Dispositions {
        window: history.shown(window),
        rows: BTreeMap::new(),
        open: 0,
        calls: 0,
    };
    for call in history
        .calls()
        .filter(|call| window.contains(call.received))
    {
        counted.calls += 1;
        match &call.disposition {
            Some(disposition) => {
                let by_type = counted.rows.entry(disposition.clone()).or_default();
                *by_type.entry(call.incident_type.clone()).or_default() += 1;
            }
            None => counted.open += 1,
        }
    }
    counted
}
