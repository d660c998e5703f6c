//! `callbox report workload`.

use callbox_domain::report::{Load, workload, workload_definition};
use callbox_web::reports::json;
use clap::Args;
use serde_json::json;

use super::{Recorded, Span};
use crate::{
    commands::{Data, Printed},
    failure::Outcome,
    output,
};

/// Prints how many calls there were, and how many units were sent, by hour and type
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox report workload --from 2020-04-03 --to 2020-04-04")]
pub(super) struct Workload {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    printed: Printed,
}

impl Workload {
    pub(super) fn run(self) -> Outcome {
        let recorded = Recorded::read(&self.data, &self.span)?;
        let report = workload(&recorded.history, recorded.window, &recorded.offset());
        let window = recorded.show(report.window);
        let hours = report.hours.iter().enumerate();
        let json = json::workload(&report, &json!(window));
        let by_type = report.types.iter().map(|(code, load)| {
            let name = code.as_ref().map_or("(no type)", |code| code.as_str());
            line(name.to_owned(), load)
        });
        let by_hour = hours.map(|(hour, load)| line(format!("{hour:02}:00"), load));
        let mut types: Vec<Vec<String>> = by_type.collect();
        types.push(line("total".to_owned(), &report.total));
        let hours: Vec<Vec<String>> = by_hour.collect();
        let head = |first| [first, "calls", "dispatches", "without unit"];
        let text = format!(
            "Window  {window}\n\n{}\n\n{}\n\n{}",
            output::table(&head("hour"), &hours, 1),
            output::table(&head("type"), &types, 1),
            output::wrap(workload_definition())
        );
        output::result(self.printed.format, text, &json)
    }
}

fn line(name: String, load: &Load) -> Vec<String> {
    let numbers = [load.calls, load.dispatches, load.without_unit];
    [name]
        .into_iter()
        .chain(numbers.map(|n| n.to_string()))
        .collect()
}
