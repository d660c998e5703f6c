//! `callbox report targets`.

use callbox_domain::report::{Kept, TargetRow, targets, targets_definition};
use clap::Args;
use serde_json::{Value, json};

use super::{Recorded, Span};
use crate::{
    commands::{Data, Printed},
    failure::Outcome,
    output,
};

/// Prints how the center's clocks were kept, each against its target
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox report targets --from 2020-04-03 --to 2020-04-04")]
pub(super) struct Targets {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    span: Span,
    /// Write the shares by hour of the day as a drawing, too
    #[arg(long, value_name = "FILE.svg")]
    chart: Option<std::path::PathBuf>,
    #[command(flatten)]
    printed: Printed,
}

impl Targets {
    pub(super) fn run(self) -> Outcome {
        let recorded = Recorded::read(&self.data, &self.span)?;
        let report = targets(&recorded.history, recorded.window, &recorded.offset());
        let window = recorded.show(report.window);
        let json = json!({
            "window": window,
            "definition": targets_definition(),
            "rows": report.rows.iter().map(row).collect::<Vec<_>>(),
        });
        if let Some(path) = &self.chart {
            super::chart::write(path, &report.rows)?;
        }
        let rows: Vec<Vec<String>> = report.rows.iter().map(line).collect();
        let head = [
            "clock", "target", "by", "cases", "within", "share", "median", "at share", "missing",
            "negative", "undone",
        ];
        let text = match rows.is_empty() {
            true => "No clocks are defined: define some with POST /api/v1/configuration/clocks."
                .to_owned(),
            false => format!("Window  {window}\n\n{}", output::table(&head, &rows, 3)),
        };
        let text = format!("{text}\n\n{}", output::wrap(targets_definition()));
        output::result(self.printed.format, text, &json)
    }
}

fn row(row: &TargetRow) -> Value {
    let clock = &row.clock;
    let target = clock.target.as_ref().map(|target| {
        json!({
            "seconds": target.seconds,
            "percent": target.percent,
            "standard": target.standard.as_ref().map(|code| code.as_str()),
            "edition": target.edition.as_ref().map(|code| code.as_str()),
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

fn line(row: &TargetRow) -> Vec<String> {
    let (clock, total) = (&row.clock, &row.total);
    let target = clock.target.as_ref();
    let limit = target.map(|target| format!("{} % in {} s", target.percent, target.seconds));
    let standard = target.and_then(|target| {
        let standard = target.standard.as_ref()?;
        let edition = target.edition.as_ref();
        Some(edition.map_or_else(|| standard.to_string(), |it| format!("{standard} ({it})")))
    });
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let seconds = |value: Option<f64>| or_dash(value.map(|value| format!("{value:.0}")));
    vec![
        clock.label.to_string(),
        or_dash(limit),
        or_dash(standard),
        total.n.to_string(),
        or_dash(total.within.map(|n| n.to_string())),
        or_dash(total.share.map(|share| format!("{:.1} %", share * 100.0))),
        seconds(total.median),
        seconds(total.at_share),
        total.excluded_missing.to_string(),
        total.excluded_negative.to_string(),
        total.excluded_undone.to_string(),
    ]
}
