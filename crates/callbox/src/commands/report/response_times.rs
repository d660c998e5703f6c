//! `callbox report response-times`.

use callbox_domain::report::{
    Dimension, Figures, GroupValue, INTERVALS, response_times, response_times_definition,
};
use callbox_web::reports::json;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Recorded, Span};
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
        let window = recorded.show(report.window);
        let json = json::response_times(&report, &json!(window));
        let mut text = format!("Window  {}\n", window);
        for row in &report.rows {
            let title: Vec<String> = by
                .iter()
                .zip(&row.group)
                .map(|(dimension, value)| format!("{} {}", dimension.name(), group_text(value)))
                .collect();
            text.push_str(&figures_text(&title.join(", "), &row.figures));
        }
        text.push_str(&figures_text("total", &report.total));
        text.push_str(&format!("\n{}", output::wrap(response_times_definition())));
        output::result(self.printed.format, text, &json)
    }
}

fn group_text(value: &GroupValue) -> String {
    match value {
        GroupValue::Code(code) => code.to_string(),
        GroupValue::Hour(hour) => format!("{hour:02}"),
        GroupValue::Unknown => "unknown".to_owned(),
    }
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
