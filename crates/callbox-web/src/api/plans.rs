//! Response plans: all together, as a table, with a preview of what a new edition changes.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{
    Plan, PublishPlans,
    response_plan::{changes, csv},
};
use serde_json::{Value, json};

use super::{recommendation::requirement, tables, time::Zone};
use crate::{problem::Problem, security::Signed, state::AppState};

/// `GET /api/v1/plans`: the plans in force, and the editions that follow.
pub(super) async fn show(State(state): State<AppState>) -> Response {
    let center = state.engine.snapshot();
    let zone = Zone::of(&center);
    let now = state.now();
    let current = center.configuration.plans_at(now);
    let plans = current.map_or(&[][..], |edition| edition.plans.as_slice());
    let later: Vec<_> = center
        .configuration
        .editions
        .iter()
        .filter(|edition| edition.effective > now)
        .map(|edition| {
            json!({
                "edition": edition.no,
                "effective": zone.print(edition.effective),
                "changes": tables::listed::<PublishPlans>(&changes(plans, &edition.plans)),
            })
        })
        .collect();
    super::answer(&json!({
        "edition": current.map_or(0, |edition| edition.no),
        "effective": current.map(|edition| zone.print(edition.effective)),
        "table": csv::write(plans),
        "plans": plans.iter().map(plan).collect::<Vec<_>>(),
        "later": later,
    }))
}

fn plan(plan: &Plan) -> Value {
    let alarms = plan.alarms.iter();
    let alarms: Vec<Vec<_>> = alarms
        .map(|alarm| alarm.iter().map(requirement).collect())
        .collect();
    json!({"code": plan.code.as_str(), "alarms": alarms})
}

/// `PUT /api/v1/plans`: publishes a table as the next edition, or says what it would change.
pub(super) async fn publish(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let hint = "send {\"table\": \"plan,alarm,count,units\\n…\"}";
    tables::publish::<PublishPlans>(&state, &signed, request, hint).await
}
