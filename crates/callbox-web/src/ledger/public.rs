use axum::{
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_ledger::TilePath;

use crate::{
    problem::Problem,
    state::{AppState, blocking},
};

const TEXT: &str = "text/plain; charset=utf-8";
/// A tile never changes: its name says which hashes are in it.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The same for what only auditors may read: no shared cache keeps it.
const FOREVER_PRIVATE: &str = "private, max-age=31536000, immutable";
/// A checkpoint changes every second or so.
const FRESH: &str = "no-cache";

/// Marks an answer that compression cannot make smaller: hashes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incompressible;

/// Lets pages of every site read what is public anyway; no cookie is sent along or needed.
fn for_everybody(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn with(content_type: &'static str, cache: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, cache),
    ];
    (headers, body).into_response()
}

/// `GET /ledger/checkpoint`: the published checkpoint, as in C2SP tlog-checkpoint, with cosignatures
/// where the record has witnesses; all its tiles are there.
pub(super) async fn checkpoint(State(state): State<AppState>) -> Result<Response, Problem> {
    match state.engine.published().shown {
        Some(note) => Ok(for_everybody(with(TEXT, FRESH, note))),
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
    let mut keys = format!("{}\n", state.engine.verifier_key());
    if let Some(second) = state.engine.second_key() {
        keys.push_str(&format!("{second}\n"));
    }
    for_everybody(with(TEXT, FRESH, keys))
}

/// `GET /ledger/tile/<L>/<N>[.p/<W>]`: hashes, as in C2SP tlog-tiles.
pub(super) async fn tile(
    State(state): State<AppState>,
    Path((level, rest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let bytes = read(&state, format!("tile/{level}/{rest}")).await?;
    let mut response = with("application/octet-stream", FOREVER, bytes);
    response.extensions_mut().insert(Incompressible);
    Ok(for_everybody(response))
}

/// `GET /ledger/tile/entries/<N>[.p/<W>]`: the events' public parts, for auditors; compressed on
/// the way where the client takes it.
pub(super) async fn entries(
    State(state): State<AppState>,
    Path(rest): Path<String>,
) -> Result<Response, Problem> {
    let bytes = read(&state, format!("tile/entries/{rest}")).await?;
    Ok(with("application/octet-stream", FOREVER_PRIVATE, bytes))
}

async fn read(state: &AppState, path: String) -> Result<Vec<u8>, Problem> {
    let nothing = || {
        Problem::not_found(
            "there is no such tile",
            "see c2sp.org/tlog-tiles for its names",
        )
    };
    let path = TilePath::parse(&path).ok_or_else(nothing)?;
    let engine = state.engine.clone();
    blocking(move || engine.tile(path))
        .await?
        .map_err(|error| Problem::internal("the tile cannot be read", &error))?
        .ok_or_else(nothing)
}
