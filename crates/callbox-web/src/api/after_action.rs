//! The record of one incident for somebody outside.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_domain::Incident;
use callbox_engine::{NoEvidence, NoProof};

use super::commands::incident_number;
use crate::{
    after_action::package,
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

/// `GET /api/v1/incidents/{id}/after-action`: every event with its proof, as a file.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = incident_number(&id)?;
    let incident = state.incident_for(Some(&signed), id).await?;
    if signed.agency().is_some() {
        tells_of_others(&state, &signed, &incident).await?;
    }
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

/// Refuses a record that cannot leave by this hand: each of its events stands in it, or it is not whole.
async fn tells_of_others(
    state: &AppState,
    signed: &Signed,
    incident: &Incident,
) -> Result<(), Problem> {
    let (engine, seqs) = (state.engine.clone(), incident.history.clone());
    let entries = blocking(move || engine.entries(&seqs))
        .await?
        .map_err(|error| Problem::internal("the record cannot be read", &error))?;
    let told = state.told_entries(Some(signed), entries.clone());
    match told == entries {
        true => Ok(()),
        false => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "names-others",
            "the incident's record names what your agency does not see",
            "ask a supervisor whose account is of the whole center to hand it out",
        )),
    }
}
