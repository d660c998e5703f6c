//! Reports as JSON: the same from the server and from the command line.

use callbox_domain::report::{
    BusiestHour, Dispositions, Figures, GroupValue, INTERVALS, Kept, Load, MostConcurrent,
    ResponseTimes, TargetRow, Targets, UnitUse, Utilisation, Workload, dispositions_definition,
    response_times_definition, targets_definition, utilisation_definition, workload_definition,
};
use callbox_domain::{Code, Timestamp};
use serde_json::{Map, Value, json};

/// How the center's clocks were kept; `window` are the first and the last time as they are shown.
pub fn targets(report: &Targets, window: &Value) -> Value {
    json!({
        "window": window,
        "definition": targets_definition(),
        "rows": report.rows.iter().map(target).collect::<Vec<_>>(),
    })
}

fn target(row: &TargetRow) -> Value {
    let clock = &row.clock;
    let target = clock.target.as_ref().map(|target| {
        json!({
            "seconds": target.seconds,
            "percent": target.percent,
            "standard": target.standard.as_ref().map(Code::as_str),
            "edition": target.edition.as_ref().map(Code::as_str),
        })
    });
    let hours = row.hours.iter().map(|(hour, figures)| {
        let mut figures = kept(figures);
        figures["hour"] = json!(hour);
        figures
    });
    json!({
        "clock": clock.code.as_str(),
        "label": clock.label.as_str(),
        "start": clock.start.name(),
        "stop": clock.stop.name(),
        "target": target,
        "total": kept(&row.total),
        "hours": hours.collect::<Vec<_>>(),
    })
}

fn kept(kept: &Kept) -> Value {
    json!({
        "n": kept.n,
        "within": kept.within,
        "share": kept.share,
        "median": kept.median,
        "at_share": kept.at_share,
        "excluded_missing": kept.excluded_missing,
        "excluded_negative": kept.excluded_negative,
        "excluded_undone": kept.excluded_undone,
    })
}

/// How long things took.
pub fn response_times(report: &ResponseTimes, window: &Value) -> Value {
    let rows = report.rows.iter().map(|row| {
        let mut group = Map::new();
        for (dimension, value) in report.by.iter().zip(&row.group) {
            let value = match value {
                GroupValue::Code(code) => code.as_str().into(),
                GroupValue::Hour(hour) => (*hour).into(),
                GroupValue::Unknown => Value::Null,
            };
            group.insert(dimension.name().to_owned(), value);
        }
        figures(&row.figures, Some(group))
    });
    json!({
        "window": window,
        "definition": response_times_definition(),
        "rows": rows.collect::<Vec<_>>(),
        "total": figures(&report.total, None),
    })
}

fn figures(figures: &Figures, group: Option<Map<String, Value>>) -> Value {
    let mut row = Map::new();
    if let Some(group) = group {
        row.insert("group".to_owned(), group.into());
    }
    let mut intervals = Map::new();
    for (name, interval) in INTERVALS.iter().zip(&figures.intervals) {
        let json = json!({
            "n": interval.n,
            "median": interval.median,
            "p90": interval.p90,
            "mean": interval.mean,
            "excluded_negative": interval.excluded_negative,
        });
        intervals.insert((*name).to_owned(), json);
    }
    row.insert("calls".to_owned(), figures.calls.into());
    row.insert("assignments".to_owned(), figures.assignments.into());
    row.insert("intervals".to_owned(), intervals.into());
    row.into()
}

/// How many calls there were, and how many units were sent.
pub fn workload(report: &Workload, window: &Value) -> Value {
    let with = |name: &str, value: Value, load: &Load| {
        let mut row = figures_of(load);
        row[name] = value;
        row
    };
    let hours = report.hours.iter().enumerate();
    let types = report.types.iter();
    json!({
        "window": window,
        "definition": workload_definition(),
        "hours": hours.map(|(hour, load)| with("hour", json!(hour), load)).collect::<Vec<_>>(),
        "types": types
            .map(|(code, load)| with("type", json!(code.as_ref().map(Code::as_str)), load))
            .collect::<Vec<_>>(),
        "total": figures_of(&report.total),
    })
}

fn figures_of(load: &Load) -> Value {
    json!({"calls": load.calls, "dispatches": load.dispatches, "without_unit": load.without_unit})
}

/// How busy the units were; `shown` prints a time.
pub fn utilisation(
    report: &Utilisation,
    window: &Value,
    shown: &dyn Fn(Timestamp) -> String,
) -> Value {
    let row = |row: &UnitUse| {
        json!({
            "unit": row.unit.as_str(),
            "unit_type": row.unit_type.as_str(),
            "assignments": row.assignments,
            "overlapping": row.overlapping,
            "without_length": row.without_length,
            "busy_hours": row.busy_hours,
            "utilisation": row.utilisation,
        })
    };
    let total = &report.total;
    let busiest = total.busiest_hour.as_ref().map(|hour: &BusiestHour| {
        json!({"from": shown(hour.from), "to": shown(hour.to), "busy_hours": hour.busy_hours})
    });
    let most = total.most_concurrent.as_ref().map(|most: &MostConcurrent| {
        json!({"assignments": most.assignments, "from": shown(most.from), "to": shown(most.to)})
    });
    json!({
        "window": window,
        "definition": utilisation_definition(),
        "rows": report.rows.iter().map(row).collect::<Vec<_>>(),
        "total": {
            "units": total.units,
            "assignments": total.assignments,
            "overlapping": total.overlapping,
            "without_length": total.without_length,
            "busy_hours": total.busy_hours,
            "utilisation": total.utilisation,
            "busiest_hour": busiest,
            "most_concurrent_assignments": most,
        },
    })
}

/// How incidents ended.
pub fn dispositions(report: &Dispositions, window: &Value) -> Value {
    let rows = report.rows.iter().flat_map(|(disposition, types)| {
        types.iter().map(move |(kind, calls)| {
            json!({
                "disposition": disposition.as_str(),
                "type": kind.as_ref().map(Code::as_str),
                "calls": calls,
            })
        })
    });
    json!({
        "window": window,
        "definition": dispositions_definition(),
        "rows": rows.collect::<Vec<_>>(),
        "total": {"calls": report.calls, "open": report.open},
    })
}
