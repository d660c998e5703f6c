//! What changed in the center's configuration, by whom and when.

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::{
    incident::actor,
    lists::{Pairs, parameters},
};
use crate::{
    problem::Problem,
    settings::{Change, Noun, changes},
    state::{AppState, blocking},
};

/// Where the changes are read.
pub(super) const PATH: &str = "/api/v1/configuration/changes";

/// How many changes an answer has where nobody says so.
const LIMIT: u64 = 50;

/// `GET /api/v1/configuration/changes`.
pub(super) async fn list(State(state): State<AppState>, query: Pairs) -> Result<Response, Problem> {
    let query = parameters(PATH, query)?;
    let limit = query.number("limit").unwrap_or(LIMIT);
    let limit = usize::try_from(limit).expect("its bound is small");
    let noun = match query.code("what") {
        None => None,
        Some(what) => Some(Noun::called(what.as_str()).ok_or_else(|| {
            Problem::bad_field(
                "what",
                "there is no such setting",
                "send the name of a page below /settings, like incident-types",
            )
        })?),
    };
    let (engine, access) = (state.engine.clone(), state.access.clone());
    let rows = blocking(move || {
        let changes = changes(&engine, noun, limit)?;
        let row = |change: &Change| {
            let fields = change.differences.iter().map(|difference| {
                json!({
                    "field": difference.field.name,
                    "before": difference.before,
                    "after": difference.after,
                })
            });
            json!({
                "seq": change.seq,
                "at": change.at.to_string(),
                "by": actor(&access, change.actor),
                "what": change.what,
                "name": change.name,
                "changes": fields.collect::<Vec<Value>>(),
            })
        };
        Ok::<_, callbox_engine::ReadError>(changes.iter().map(row).collect::<Vec<_>>())
    });
    let rows = rows
        .await?
        .map_err(|error| Problem::internal("the changes cannot be read", &error))?;
    Ok(super::answer(&json!({"changes": rows})))
}
