//! Response plans: all together, as a table, with a preview of what a new edition changes.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use callbox_domain::{
    Plan, PublishPlans, Timestamp,
    response_plan::{TableError, changes, csv},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    recommendation::requirement,
    time::{self, Zone},
    write,
};
use crate::{access::rights::Action, problem::Problem, security::Signed, state::AppState};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    table: String,
    effective: Option<String>,
    #[serde(default)]
    preview: bool,
}

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
                "changes": listed(&changes(plans, &edition.plans)),
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

fn listed(changes: &[(callbox_domain::Code, callbox_domain::response_plan::Change)]) -> Value {
    let row = |(code, change): &(callbox_domain::Code, callbox_domain::response_plan::Change)| json!({"plan": code.as_str(), "change": change.name()});
    changes.iter().map(row).collect()
}

/// `PUT /api/v1/plans`: publishes a table as the next edition, or says what it would change.
pub(super) async fn publish(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let key = write::idempotency_key(request.headers())?;
    let body = super::read_body(request, "application/json").await?;
    let body: Published =
        serde_json::from_slice(&body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Problem::bad_field(
                "table",
                error.to_string(),
                "send {\"table\": \"plan,alarm,count,units\\n…\"}",
            ),
            _ => super::fields::bad_json(&error),
        })?;
    let effective = match &body.effective {
        None => None,
        Some(text) => Some(time::parse(text).ok_or_else(|| {
            let hint = "send RFC 3339 with an offset, like 2026-11-02T08:15:00-05:00";
            Problem::bad_field("effective", "this member has the wrong type", hint)
        })?),
    };
    let plans = read(&body.table)?;
    if body.preview {
        return preview(&state, &signed, plans, effective);
    }
    let context = write::context(&state, &signed, Action::Configure, None)?;
    let command = PublishPlans { effective, plans };
    write::submit(&state, command.into(), context, key).await
}

/// Reads a table; the problem names line and column.
pub(crate) fn read(table: &str) -> Result<Vec<Plan>, Problem> {
    csv::read(table).map_err(|error| {
        let TableError { line, column, what } = &error;
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-table",
            error.to_string(),
            "correct the table there and send all of it again",
        )
        .at("table")
        .with("line", line)
        .with("column", column)
        .with("error", what)
    })
}

fn preview(
    state: &AppState,
    signed: &Signed,
    plans: Vec<Plan>,
    effective: Option<Timestamp>,
) -> Result<Response, Problem> {
    let center = state.engine.snapshot();
    let context = write::context(state, signed, Action::Configure, None)?;
    let at = effective.unwrap_or(context.at);
    let old = center.configuration.plans_at(at);
    let old = old.map_or(&[][..], |edition| edition.plans.as_slice());
    let changes = listed(&changes(old, &plans));
    // What would be refused is refused here already.
    let command = PublishPlans { effective, plans };
    center.decide(&command.into(), &context)?;
    Ok(super::answer(&json!({"preview": true, "changes": changes})))
}
