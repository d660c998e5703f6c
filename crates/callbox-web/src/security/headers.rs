use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::state::AppState;

/// What a page may load and do: its own scripts, styles, pictures and connections, nothing else.
macro_rules! policy {
    ($types:literal) => {
        policy!($types, "'none'", "'none'")
    };
    ($types:literal, $frames:literal, $framed_by:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ",
            "connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; ",
            "form-action 'self'; base-uri 'none'; frame-src ",
            $frames,
            "; frame-ancestors ",
            $framed_by,
            "; ",
            "require-trusted-types-for 'script'; trusted-types ",
            $types
        )
    };
}

const CONTENT_SECURITY_POLICY: &str = policy!("callbox-worker");

/// The policy of the map's page: its library starts one more worker, and writes the scale bar's text as markup; the
/// page's own default policy lets these two through and nothing else. The board may show it in a frame.
pub(crate) const fn map_policy() -> &'static str {
    policy!("callbox-worker default", "'none'", "'self'")
}

/// The policy of the board's page: it shows the map in a frame, and nothing else.
pub(crate) const fn board_policy() -> &'static str {
    policy!("callbox-worker", "'self'", "'none'")
}

static ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Sets the headers that hold for every answer unless it has its own; an answer that says nothing
/// else is not cached.
pub(crate) async fn harden(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if state.tls {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    response
}
