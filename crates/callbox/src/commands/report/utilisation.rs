//! `callbox report utilisation`.

use callbox_domain::report::{utilisation, utilisation_definition};
use callbox_web::reports::json;
use clap::Args;
use serde_json::json;

use super::{Recorded, Span};
use crate::{
    commands::{Data, Printed},
    failure::Outcome,
    output, times,
};

/// Prints how much of the time each unit was on incidents
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox report utilisation --from 2020-04-03 --to 2020-04-04")]
pub(super) struct Utilisation {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    printed: Printed,
}

impl Utilisation {
    pub(super) fn run(self) -> Outcome {
        let recorded = Recorded::read(&self.data, &self.span)?;
        let report = utilisation(&recorded.history, recorded.window, &recorded.offset());
        let local = |at| times::local(at, &recorded.zone);
        let window = recorded.show(report.window);
        let total = &report.total;
        let json = json::utilisation(&report, &json!(window), &local);
        let percent = |part: Option<f64>| {
            part.map_or_else(|| "-".to_owned(), |part| format!("{:.1} %", part * 100.0))
        };
        let mut rows: Vec<Vec<String>> = report
            .rows
            .iter()
            .map(|row| {
                vec![
                    row.unit.to_string(),
                    row.unit_type.to_string(),
                    row.assignments.to_string(),
                    row.overlapping.to_string(),
                    row.without_length.to_string(),
                    format!("{:.2}", row.busy_hours),
                    percent(row.utilisation),
                ]
            })
            .collect();
        rows.push(vec![
            "total".to_owned(),
            format!("{} units", total.units),
            total.assignments.to_string(),
            total.overlapping.to_string(),
            total.without_length.to_string(),
            format!("{:.2}", total.busy_hours),
            percent(total.utilisation),
        ]);
        let head = [
            "unit",
            "type",
            "assignments",
            "overlapping",
            "no length",
            "busy hours",
            "utilisation",
        ];
        let mut text = format!("Window  {window}\n\n{}\n", output::table(&head, &rows, 2));
        if let Some(hour) = total.busiest_hour {
            let (from, to, busy) = (local(hour.from), local(hour.to), hour.busy_hours);
            text.push_str(&format!(
                "\nBusiest hour  {from} to {to}: {busy:.2} busy hours"
            ));
        }
        if let Some(most) = total.most_concurrent {
            let (from, to, n) = (local(most.from), local(most.to), most.assignments);
            text.push_str(&format!("\nMost at once  {n} assignments, {from} to {to}"));
        }
        text.push_str(&format!("\n\n{}", output::wrap(utilisation_definition())));
        output::result(self.printed.format, text, &json)
    }
}
