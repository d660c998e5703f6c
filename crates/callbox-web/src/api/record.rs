//! The server's health, and the record's face for outsiders.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, state::AppState};

const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];

/// `GET /healthz`: the process answers.
pub(super) async fn health() -> Response {
    (TEXT, "ok\n").into_response()
}

/// `GET /readyz`: it records and signs; the answer says why not.
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let health = state.engine.health();
    match (health.halted, health.signing_refused) {
        (None, None) => (TEXT, "ok\n").into_response(),
        (Some(_), _) => not_ready("nothing is recorded any more; the log says why\n"),
        (None, Some(_)) => not_ready("the ledger is not signed any more; the log says why\n"),
    }
}

fn not_ready(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, TEXT, why).into_response()
}

/// `GET /ledger/checkpoint`: the last signed checkpoint, as in C2SP tlog-checkpoint.
pub(super) async fn checkpoint(State(state): State<AppState>) -> Result<Response, Problem> {
    match state.engine.checkpoint() {
        Some(note) => Ok((TEXT, note).into_response()),
        None => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-checkpoint",
            "nothing is signed yet",
            "try again in a second",
        )
        .retry_after(1)),
    }
}

/// `GET /ledger/keys`: the keys that checkpoints are signed with, one a line.
pub(super) async fn keys(State(state): State<AppState>) -> Response {
    (TEXT, format!("{}\n", state.engine.verifier_key())).into_response()
}
