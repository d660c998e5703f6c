use std::collections::{BTreeMap, BTreeSet};

use super::{
    Call, History, LocalOffset, Window,
    sample::{Interval, Sample},
    window::hour_of_day,
};
use crate::{Code, Meaning, Timestamp};

/// By what the figures are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The incident type.
    Type,
    /// The priority.
    Priority,
    /// The type of the assignment's unit.
    UnitType,
    /// The local hour of the day in which the call was received.
    Hour,
}

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; 4] = [Self::Type, Self::Priority, Self::UnitType, Self::Hour];

    /// The name in a group.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Priority => "priority",
            Self::UnitType => "unit_type",
            Self::Hour => "hour",
        }
    }
}

/// A group's value in one dimension; groups are listed in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupValue {
    /// The code.
    Code(Code),
    /// The hour of the day, 0 to 23.
    Hour(u8),
    /// Nobody recorded one.
    Unknown,
}

/// Response times over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseTimes {
    /// The time of the first and the last call, or the window that was asked for.
    pub window: Option<(Timestamp, Timestamp)>,
    /// By what the rows are split.
    pub by: Vec<Dimension>,
    /// One row for each group that has calls, in the order of the groups' values.
    pub rows: Vec<Row>,
    /// Over all calls.
    pub total: Figures,
}

/// One group's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The group's values, in the order of [`ResponseTimes::by`].
    pub group: Vec<GroupValue>,
    /// Its figures.
    pub figures: Figures,
}

/// How many calls and assignments there were, and how long things took.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Calls in the group.
    pub calls: u64,
    /// Their assignments in the group.
    pub assignments: u64,
    /// The figures of each interval, in the order of [`INTERVALS`](super::INTERVALS).
    pub intervals: [Interval; 6],
}

#[derive(Default)]
struct Samples {
    calls: u64,
    assignments: u64,
    intervals: [Sample; 6],
}

/// Says in words what the figures mean, for the reader of a report.
pub fn definition() -> &'static str {
    "Seconds. Calls count by the time at which they were received, from 'from' to before 'to'; \
     without bounds all calls count and the window shows the first and the last. \
     Per call: call_to_dispatch = first dispatch - received; dispatch_to_arrival = first arrival - \
     first dispatch; call_to_arrival = first arrival - received. Per assignment: turnout = en route \
     - dispatched; travel = on scene - en route; assigned = end - dispatched, where the end is \
     available, cancelled or reassigned. Median and p90: linear interpolation between order \
     statistics (Hyndman-Fan type 7). A missing time leaves the row out of that interval; a \
     negative interval is left out and counted in excluded_negative. Type and priority are those \
     last set. By unit_type: assignments count under the type that the unit had when it was \
     dispatched; a call counts, with its times as a whole, under each type that was sent to it, and \
     under 'unknown' (null) when none was. By hour: the hour of the day, in the center's time zone, \
     in which the call was received."
}

/// Computes response times of the calls that were received in `window`, split `by` dimensions.
pub fn response_times(
    history: &History,
    window: Window,
    by: &[Dimension],
    offset: LocalOffset<'_>,
) -> ResponseTimes {
    let mut total = Samples::default();
    let mut groups: BTreeMap<Vec<GroupValue>, Samples> = BTreeMap::new();
    for call in history
        .calls()
        .filter(|call| window.contains(call.received))
    {
        total.add(call, None);
        if by.is_empty() {
            continue;
        }
        if !by.contains(&Dimension::UnitType) {
            let group = key(call, by, None, offset);
            groups.entry(group).or_default().add(call, None);
            continue;
        }
        let types: BTreeSet<&Code> = call.sent().map(|work| &work.unit_type).collect();
        for unit_type in &types {
            let group = key(call, by, Some(unit_type), offset);
            let samples = groups.entry(group).or_default();
            samples.add(call, Some(unit_type));
        }
        if types.is_empty() {
            let group = key(call, by, None, offset);
            groups.entry(group).or_default().add(call, None);
        }
    }
    ResponseTimes {
        window: history.shown(window),
        by: by.to_vec(),
        rows: groups
            .into_iter()
            .map(|(group, samples)| Row {
                group,
                figures: samples.figures(),
            })
            .collect(),
        total: total.figures(),
    }
}

fn key(
    call: &Call,
    by: &[Dimension],
    unit_type: Option<&Code>,
    offset: LocalOffset<'_>,
) -> Vec<GroupValue> {
    let code = |code: Option<&Code>| code.cloned().map_or(GroupValue::Unknown, GroupValue::Code);
    by.iter()
        .map(|dimension| match dimension {
            Dimension::Type => code(call.incident_type.as_ref()),
            Dimension::Priority => code(call.priority.as_ref()),
            Dimension::UnitType => code(unit_type),
            Dimension::Hour => GroupValue::Hour(hour_of_day(call.received, offset)),
        })
        .collect()
}

impl Samples {
    /// Adds a call and its assignments, or only those of one unit type.
    fn add(&mut self, call: &Call, unit_type: Option<&Code>) {
        let dispatched = call.first(Meaning::Dispatched);
        let arrived = call.first(Meaning::OnScene);
        self.calls += 1;
        self.intervals[0].add(Some(call.received), dispatched);
        self.intervals[1].add(dispatched, arrived);
        self.intervals[2].add(Some(call.received), arrived);
        let counted =
            |work: &&super::Work| !work.undone && unit_type.is_none_or(|it| work.unit_type == *it);
        for work in call.work.iter().filter(counted) {
            self.assignments += 1;
            let en_route = work.at(Meaning::EnRoute);
            self.intervals[3].add(work.dispatched(), en_route);
            self.intervals[4].add(en_route, work.at(Meaning::OnScene));
            self.intervals[5].add(work.dispatched(), work.ended);
        }
    }

    fn figures(self) -> Figures {
        Figures {
            calls: self.calls,
            assignments: self.assignments,
            intervals: self.intervals.map(Sample::figures),
        }
    }
}
