//! `callbox report dispositions`.

use callbox_domain::report::{dispositions, dispositions_definition};
use callbox_web::reports::json;
use clap::Args;
use serde_json::json;

use super::{Recorded, Span};
use crate::{
    commands::{Data, Printed},
    failure::Outcome,
    output,
};

/// Prints how incidents ended, by disposition and type
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox report dispositions --from 2020-04-03 --to 2020-04-04")]
pub(super) struct Dispositions {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    printed: Printed,
}

impl Dispositions {
    pub(super) fn run(self) -> Outcome {
        let recorded = Recorded::read(&self.data, &self.span)?;
        let report = dispositions(&recorded.history, recorded.window);
        let window = recorded.show(report.window);
        let flat: Vec<_> = report
            .rows
            .iter()
            .flat_map(|(disposition, types)| {
                types.iter().map(move |(kind, n)| (disposition, kind, *n))
            })
            .collect();
        let json = json::dispositions(&report, &json!(window));
        let mut rows: Vec<Vec<String>> = flat
            .iter()
            .map(|(disposition, kind, n)| {
                let kind = kind.as_ref().map_or("(no type)", |code| code.as_str());
                vec![disposition.to_string(), kind.to_owned(), n.to_string()]
            })
            .collect();
        rows.push(vec!["open".into(), String::new(), report.open.to_string()]);
        rows.push(vec![
            "total".into(),
            String::new(),
            report.calls.to_string(),
        ]);
        let text = format!(
            "Window  {window}\n\n{}\n\n{}",
            output::table(&["disposition", "type", "calls"], &rows, 2),
            output::wrap(dispositions_definition())
        );
        output::result(self.printed.format, text, &json)
    }
}
