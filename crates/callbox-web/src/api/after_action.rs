//! The record of one incident for somebody outside.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use callbox_engine::{NoEvidence, NoProof};

use super::{commands::incident_number, incident::find};
use crate::{
    after_action::package,
    problem::Problem,
    state::{AppState, blocking},
};

/// `GET /api/v1/incidents/{id}/after-action`: every event with its proof, as a file.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let incident = find(&state, incident_number(&id)?).await?;
    let name = format!("attachment; filename=\"incident-{}.json\"", incident.id.0);
    let made = blocking(move || {
        let access = &state.access;
        package(&state.engine, &incident, state.now(), &|actor| {
            access.name_of(actor)
        })
    })
    .await?
    .map_err(|error| match error {
        NoEvidence::Proof(not_yet @ NoProof::NotYet) => not_yet.into(),
        other => Problem::internal("the record cannot be handed out", &other),
    })?;
    let headers = [(header::CONTENT_DISPOSITION, name)];
    Ok((headers, super::answer(&made)).into_response())
}
