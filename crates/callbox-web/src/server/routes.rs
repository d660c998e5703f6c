use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    http::{Extensions, HeaderMap, StatusCode, Version},
    middleware::{Next, from_fn_with_state},
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
    security::{self, authorise, harden, on_a_page, reads_pages},
    state::AppState,
    street_map,
};

/// The most bytes that a request's body may have.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1_024;
/// How long an answer may take to begin.
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
    let Mount {
        router, streams, ..
    } = mounted();
    let guarded = |router: Router<AppState>| {
        router
            .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
            .layer(from_fn_with_state(state.clone(), authorise))
            .with_state(state.clone())
    };
    guarded(router.fallback(|| async { StatusCode::NOT_FOUND }))
        // Leaves out pictures, hashes and what is short.
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(compressible)))
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            TIME_LIMIT,
        ))
        // They are packed already, begin at once and then go on without end.
        .merge(guarded(streams))
        .layer(from_fn_with_state(state.clone(), explain))
        .layer(from_fn_with_state(state.clone(), harden))
}

/// Leaves out what compression cannot make smaller.
fn compressible(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<ledger::Incompressible>().is_none()
}

/// Gives the refusals of the layers below the form that all others have.
async fn explain(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_page = reads_pages(request.headers()) && !request.uri().path().starts_with("/api/");
    let reader = is_page.then(|| request.headers().clone());
    let response = next.run(request).await;
    let problem = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE if response.extensions().get::<Problem>().is_none() => {
            too_large()
        }
        StatusCode::GATEWAY_TIMEOUT => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "too-slow",
            "the answer took too long",
            "repeat a write with the same idempotency key: it is carried out once at most",
        ),
        _ => return response,
    };
    match reader {
        Some(headers) => on_a_page(&state, &headers, problem),
        None => problem.into_response(),
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
