//! `callbox report targets`.

use callbox_domain::report::{TargetRow, targets, targets_definition};
use callbox_web::reports::json;
use clap::Args;
use serde_json::json;

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
        let json = json::targets(&report, &json!(window));
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
