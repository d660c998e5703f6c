//! The agencies of the center, and what they agreed to show each other.

use axum::{extract::State, response::Response};
use callbox_domain::{AgreeSharing, Agreement, Code, Command, EndSharing};
use serde_json::{Value, json};

use super::{commands::Input, incident::actor, time::Zone};
use crate::{problem::Problem, security::Signed, state::AppState};

pub(super) const PATH: &str = "/api/v1/agreements";

pub(super) fn agree(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(AgreeSharing {
        agency: input.body.need_code("agency"),
        with: input.body.need_code("with"),
        incident_type: input.body.need_code("type"),
    }
    .into())
}

pub(super) fn end(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(EndSharing {
        agency: input.body.need_code("agency"),
        with: input.body.need_code("with"),
        incident_type: input.body.need_code("type"),
    }
    .into())
}

/// `GET /api/v1/agreements`: those in force; of somebody who is bound, those of their agency.
pub(super) async fn list(State(state): State<AppState>, signed: Signed) -> Response {
    let center = state.center_for(Some(&signed));
    let zone = Zone::of(&center);
    let row = |one: &Agreement| -> Value {
        json!({
            "agency": one.agency.as_str(),
            "with": one.with.as_str(),
            "type": one.incident_type.as_str(),
            "since": zone.print(one.since),
            "by": actor(&state.access, one.by),
        })
    };
    let all = center.configuration.agreements.iter();
    let rows: Vec<_> = all
        .filter(|one| concerns(one, signed.agency()))
        .map(row)
        .collect();
    super::answer(&json!({"seq": center.next_seq(), "agreements": rows}))
}

/// Whether an agreement is about `agency`, or the whole center asks.
pub(crate) fn concerns(one: &Agreement, agency: Option<&Code>) -> bool {
    agency.is_none_or(|agency| [&one.agency, &one.with].contains(&agency))
}
