use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_domain::IncidentId;
use callbox_engine::NoProof;

use crate::{
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

/// `GET /incidents/{id}/proofs/{seq}`: one event of an incident with its proof, as a file
/// (C2SP tlog-proof).
///
/// The file holds the event's public part: kind, times, pseudonyms, and for personal data its
/// hash.
pub(super) async fn download(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, seq)): Path<(u64, u64)>,
) -> Result<Response, Problem> {
    let incident = state.incident_for(Some(&signed), IncidentId(id)).await?;
    if !incident.history.contains(&seq) || !is_told(&state, &signed, seq).await? {
        return Err(Problem::not_found(
            "the incident has no such event",
            "take a position from its timeline",
        )
        .in_words("not-found.event"));
    }
    let engine = state.engine.clone();
    let proven = blocking(move || engine.prove(seq, None)).await??;
    let file = format!("attachment; filename=\"event-{seq}.tlog-proof\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, proven.proof).into_response())
}

/// Whether who asks is told the whole event.
async fn is_told(state: &AppState, signed: &Signed, seq: u64) -> Result<bool, Problem> {
    if signed.agency().is_none() {
        return Ok(true);
    }
    let engine = state.engine.clone();
    let entries = blocking(move || engine.entries(&[seq]))
        .await?
        .map_err(|error| Problem::internal("the event cannot be read", &error))?;
    Ok(state.told_entries(Some(signed), entries.clone()) == entries)
}

impl From<NoProof> for Problem {
    fn from(error: NoProof) -> Self {
        match error {
            NoProof::NotYet => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not-published",
                "no published checkpoint covers the event yet",
                "try again in a second",
            )
            .retry_after(1),
            NoProof::Tiles(error) => Self::internal("the proof cannot be made", &error),
        }
    }
}
