use std::time::Duration;

use axum::{
    Router,
    http::{Extensions, HeaderMap, StatusCode, Version},
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse as _, Response},
};
use tower_http::{
    compression::{CompressionLayer, DefaultPredicate, Predicate as _},
    limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};

use crate::{
    api, assets, ledger, metrics,
    mount::Mount,
    pages,
    problem::Problem,
    provider,
    security::{self, authorise, harden},
    state::AppState,
    street_map,
};

/// The most bytes that a request's body may have.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1_024;
/// How long an answer may take to begin. Live streams begin at once and then go on without end.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Everything that is mounted.
pub(crate) fn mounted() -> Mount {
    Mount::new()
        .get("/assets/{version}/{*name}", assets::serve)
        .get("/metrics", metrics::show)
        .post("/sign-in", security::sign_in)
        .get("/sign-in/provider", provider::begin)
        .get("/sign-in/provider/back", provider::back)
        .post("/sign-in/code", security::finish)
        .post("/sign-in/passkey/options", security::passkey_options)
        .post("/sign-in/passkey", security::passkey)
        .post("/confirm", security::confirm)
        .post("/sign-out", security::sign_out)
        .merge(api::router())
        .merge(ledger::router())
        .merge(street_map::router())
        .merge(pages::router())
}

/// The server's routes with what stands before them, outermost last.
pub(crate) fn routes(state: &AppState) -> Router {
    mounted()
        .router
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn_with_state(state.clone(), authorise))
        .with_state(state.clone())
        // Leaves out event streams, pictures, hashes and what is short.
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(compressible)))
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            TIME_LIMIT,
        ))
        .layer(map_response(explain))
        .layer(from_fn_with_state(state.clone(), harden))
}

/// Leaves out what compression cannot make smaller.
fn compressible(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<ledger::Incompressible>().is_none()
}

/// Gives the refusals of the layers below the form that all others have.
async fn explain(response: Response) -> Response {
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE if response.extensions().get::<Problem>().is_none() => {
            too_large().into_response()
        }
        StatusCode::GATEWAY_TIMEOUT => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "too-slow",
            "the answer took too long",
            "repeat a write with the same idempotency key: it is carried out once at most",
        )
        .into_response(),
        _ => response,
    }
}

/// That a body is too long.
pub(crate) fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "the body has more than 64 KiB",
        "send less at once; a narrative line has at most 4,000 bytes",
    )
}
