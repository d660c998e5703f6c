//! `callbox report response-times`.

use callbox_domain::report::{
    Dimension, Figures, GroupValue, INTERVALS, Interval, response_times, response_times_definition,
};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Recorded, ShownWindow, Span};
use crate::{
    commands::{Data, Printed},
    failure::Outcome,
    output, times,
};

/// Prints how long it took from call to dispatch, to arrival, and so on
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox report response-times --by type,priority --format json")]
pub(super) struct ResponseTimes {
    #[command(flatten)]
    data: Data,
    /// Split by these, in this order
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    by: Vec<By>,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Type,
    Priority,
    UnitType,
    Hour,
}

impl By {
    const fn dimension(self) -> Dimension {
        match self {
            Self::Type => Dimension::Type,
            Self::Priority => Dimension::Priority,
            Self::UnitType => Dimension::UnitType,
            Self::Hour => Dimension::Hour,
        }
    }
}

#[derive(Serialize)]
struct Printable {
    window: ShownWindow,
    definition: &'static str,
    rows: Vec<Value>,
    total: Value,
}

impl ResponseTimes {
    pub(super) fn run(self) -> Outcome {
        let mut by: Vec<Dimension> = Vec::new();
        for dimension in self.by.iter().map(|by| by.dimension()) {
            if !by.contains(&dimension) {
                by.push(dimension);
            }
        }
        let recorded = Recorded::read(&self.data, &self.span)?;
        let report = response_times(&recorded.history, recorded.window, &by, &recorded.offset());
        let printable = Printable {
            window: recorded.show(report.window),
            definition: response_times_definition(),
            rows: report
                .rows
                .iter()
                .map(|row| {
                    let mut group = Map::new();
                    for (dimension, value) in by.iter().zip(&row.group) {
                        group.insert(dimension.name().to_owned(), group_json(value));
                    }
                    figures_json(&row.figures, Some(group))
                })
                .collect(),
            total: figures_json(&report.total, None),
        };
        let mut text = format!("Window  {}\n", printable.window);
        for row in &report.rows {
            let title: Vec<String> = by
                .iter()
                .zip(&row.group)
                .map(|(dimension, value)| format!("{} {}", dimension.name(), group_text(value)))
                .collect();
            text.push_str(&figures_text(&title.join(", "), &row.figures));
        }
        text.push_str(&figures_text("total", &report.total));
        text.push_str(&format!("\n{}", output::wrap(printable.definition)));
        output::result(self.printed.format, text, &printable)
    }
}

fn group_json(value: &GroupValue) -> Value {
    match value {
        GroupValue::Code(code) => code.as_str().into(),
        GroupValue::Hour(hour) => (*hour).into(),
        GroupValue::Unknown => Value::Null,
    }
}

fn group_text(value: &GroupValue) -> String {
    match value {
        GroupValue::Code(code) => code.to_string(),
        GroupValue::Hour(hour) => format!("{hour:02}"),
        GroupValue::Unknown => "unknown".to_owned(),
    }
}

fn figures_json(figures: &Figures, group: Option<Map<String, Value>>) -> Value {
    let mut row = Map::new();
    if let Some(group) = group {
        row.insert("group".to_owned(), group.into());
    }
    let mut intervals = Map::new();
    for (name, interval) in INTERVALS.iter().zip(&figures.intervals) {
        let Interval {
            n,
            median,
            p90,
            mean,
            excluded_negative,
        } = interval;
        let json = json!({
            "n": n, "median": median, "p90": p90, "mean": mean,
            "excluded_negative": excluded_negative,
        });
        intervals.insert((*name).to_owned(), json);
    }
    row.insert("calls".to_owned(), figures.calls.into());
    row.insert("assignments".to_owned(), figures.assignments.into());
    row.insert("intervals".to_owned(), intervals.into());
    row.into()
}

fn figures_text(title: &str, figures: &Figures) -> String {
    let seconds = |value: Option<f64>| match value {
        Some(value) => format!("{value:.1} ({})", times::minutes(value)),
        None => "-".to_owned(),
    };
    let rows: Vec<Vec<String>> = INTERVALS
        .iter()
        .zip(&figures.intervals)
        .map(|(name, interval)| {
            vec![
                format!("  {name}"),
                interval.n.to_string(),
                seconds(interval.median),
                seconds(interval.p90),
                seconds(interval.mean),
                interval.excluded_negative.to_string(),
            ]
        })
        .collect();
    let head = [
        "  seconds (min:sec)",
        "n",
        "median",
        "p90",
        "mean",
        "negative",
    ];
    let (calls, assignments) = (figures.calls, figures.assignments);
    let table = output::table(&head, &rows, 1);
    format!("\n{title}: {calls} calls, {assignments} assignments\n{table}\n")
}
