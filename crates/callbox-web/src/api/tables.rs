//! What is published whole, as a table: with a preview of what it changes.

use axum::{extract::Request, http::StatusCode, response::Response};
use callbox_domain::{
    Center, Code, Context, Timestamp,
    sheet::{Change, Published, TableError},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{time, write};
use crate::{access::rights::Action, problem::Problem, security::Signed, state::AppState};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    table: String,
    effective: Option<String>,
    #[serde(default)]
    preview: bool,
}

/// Publishes a table, or says what it would change; `hint` says how a body may look.
pub(super) async fn publish<P: Published>(
    state: &AppState,
    signed: &Signed,
    request: Request,
    hint: &'static str,
) -> Result<Response, Problem> {
    let (once, body) = write::read(signed, request).await?;
    let body: Sent = serde_json::from_slice(&body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Problem::bad_field("table", error.to_string(), hint),
        _ => super::fields::bad_json(&error),
    })?;
    let effective = match &body.effective {
        None => None,
        Some(text) => Some(time::parse(text).ok_or_else(|| {
            let hint = "send RFC 3339 with an offset, like 2026-11-02T08:15:00-05:00";
            Problem::bad_field("effective", "this member has the wrong type", hint)
        })?),
    };
    let items = read::<P>(&body.table)?;
    let context = write::context(state, signed, Action::Configure, None)?;
    if body.preview {
        let center = state.engine.snapshot();
        let changes = preview::<P>(&center, &context, effective, items)?;
        let changes = listed::<P>(&changes);
        return Ok(super::answer(&json!({"preview": true, "changes": changes})));
    }
    let command = P::publish(effective, items);
    write::submit(state, once, Ok((command.into(), context))).await
}

/// Reads a table; the problem names line and column.
pub(crate) fn read<P: Published>(table: &str) -> Result<Vec<P::Item>, Problem> {
    P::read(table).map_err(|error| {
        let TableError { line, column, what } = &error;
        let problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-table",
            error.to_string(),
            "correct the table there and send all of it again",
        )
        .at("table")
        .in_words(what.name())
        .with("line", line)
        .with("column", column)
        .with("error", what);
        let values = what.values().into_iter();
        values.fold(problem, |problem, (name, value)| problem.with(name, value))
    })
}

/// What publishing would change; what would be refused is refused here already.
pub(crate) fn preview<P: Published>(
    center: &Center,
    context: &Context,
    effective: Option<Timestamp>,
    items: Vec<P::Item>,
) -> Result<Vec<(Code, Change)>, Problem> {
    let at = effective.unwrap_or(context.at);
    let changes = P::changes(&center.configuration, at, &items);
    center.decide(&P::publish(effective, items).into(), context)?;
    Ok(changes)
}

/// Changes as JSON.
pub(super) fn listed<P: Published>(changes: &[(Code, Change)]) -> Value {
    let row =
        |(code, change): &(Code, Change)| json!({P::ITEM: code.as_str(), "change": change.name()});
    changes.iter().map(row).collect()
}
