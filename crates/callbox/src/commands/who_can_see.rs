//! `callbox who-can-see`: who can see or do something, and why.

use callbox_web::{Grant, Role, who_can_see};
use clap::Args;
use serde_json::json;

use super::Printed;
use crate::{
    failure::{Failure, Outcome},
    output,
};

/// Says who can see or do something, and why: a page, an incident, a route, or words of a right
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox who-can-see /incidents/2612
  callbox who-can-see \"POST /incidents/2612/units\"
  callbox who-can-see erasures")]
pub(super) struct WhoCanSee {
    /// An address, with its method or without, or words; everything if it is left out
    what: Option<String>,
    #[command(flatten)]
    printed: Printed,
}

impl WhoCanSee {
    pub(super) fn run(self) -> Outcome {
        let what = self.what.unwrap_or_default();
        let found = who_can_see(&what);
        if found.is_empty() {
            return Err(Failure::Input(format!(
                "no route answers '{what}'; give an address as in /incidents/2612, or words of a \
                 right as in 'dispatch'"
            )));
        }
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        let head = [
            "route",
            "who",
            "tokens",
            "before",
            "duty",
            "bound to an agency",
            "why",
        ];
        output::result(
            self.printed.format,
            output::table(&head, &rows, head.len()),
            &json!({ "routes": found }),
        )
    }
}

fn row(grant: &Grant) -> Vec<String> {
    let who = match grant.roles.len() {
        _ if grant.open => "anybody".to_owned(),
        all if all == Role::ALL.len() => "every role".to_owned(),
        _ => grant.roles.join(", "),
    };
    let tokens = match grant.scopes.as_slice() {
        [] => "none".to_owned(),
        scopes => scopes.join(", "),
    };
    let before = match (grant.grave, grant.read) {
        (true, _) => "prove again who you are".to_owned(),
        (false, Some(read)) => format!("on the record: {read}"),
        (false, None) => "-".to_owned(),
    };
    let duty = if grant.duty {
        "where the center asks"
    } else {
        "-"
    };
    let why = format!("{}: {}", grant.right, grant.reason);
    let route = format!("{} {}", grant.method, grant.path);
    vec![
        route,
        who,
        tokens,
        before,
        duty.to_owned(),
        grant.agency.to_owned(),
        why,
    ]
}
