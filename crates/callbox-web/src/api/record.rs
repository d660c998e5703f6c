//! The server's health.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::state::AppState;

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
