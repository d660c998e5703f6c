//! One handler for all writes: the table says what each takes and which command it becomes.

use axum::{
    body::Bytes,
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_domain::{Command, Context, Event, Purpose, Timestamp};
use callbox_engine::{Receipt, SubmitError};
use serde_json::json;

use super::{Endpoint, commands::Input, fields::Members};
use crate::{
    access::rights::{self, Action},
    mount::Mount,
    once::{Once, Received},
    problem::Problem,
    security::{self, Signed},
    state::AppState,
};

/// How far a client's clock may be ahead, in seconds.
const AHEAD_SECONDS: i64 = 5;
/// How long ago a late entry may have happened, in seconds.
const LATE_SECONDS: i64 = 72 * 3_600;

/// Mounts an endpoint that writes.
pub(super) fn mount(mount: Mount, endpoint: &'static Endpoint) -> Mount {
    mount.post(
        endpoint.route.path,
        move |state: State<AppState>, signed: Signed, path: RawPathParams, request: Request| {
            carry_out(endpoint, state, signed, path, request)
        },
    )
}

async fn carry_out(
    endpoint: &'static Endpoint,
    State(state): State<AppState>,
    signed: Signed,
    path: RawPathParams,
    request: Request,
) -> Result<Response, Problem> {
    let (once, body) = members(endpoint, &signed, request).await?;
    let made = || {
        let context = context(&state, &signed, endpoint.route.action, body.time("at"))?;
        let path = path
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let center = state.center_for(Some(&signed));
        let make = endpoint
            .make
            .expect("only endpoints that write are mounted here");
        let command = make(&Input {
            center: &center,
            path,
            body,
        })?;
        Ok((command, context))
    };
    submit(&state, once, made()).await
}

/// Reads a request to an endpoint that writes: its name, and the members of its body.
pub(super) async fn members(
    endpoint: &Endpoint,
    signed: &Signed,
    request: Request,
) -> Result<(Once, Members), Problem> {
    let (once, body) = read(signed, request).await?;
    Ok((once, Members::from_json(&body, endpoint.fields)?))
}

/// Reads a request that writes: its name, and its body.
pub(super) async fn read(signed: &Signed, request: Request) -> Result<(Once, Bytes), Problem> {
    let key = idempotency_key(request.headers())?;
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let body = super::read_body(request, "application/json").await?;
    let received = Received::json(&method, &uri, &body);
    Ok((Once::new(signed, key, received), body))
}

/// Hands in what was made of a request and answers with what came of it.
pub(super) async fn submit(
    state: &AppState,
    once: Once,
    made: Result<(Command, Context), Problem>,
) -> Result<Response, Problem> {
    Ok(answer(&once.carry_out(state, made).await?))
}

/// The request's name, so that a repeated one is carried out once.
fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let problem = |detail| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency-key",
            detail,
            "send 'Idempotency-Key: ' with 1 to 128 characters, a new one for each act, \
             the same when the act is sent again",
        )
        .at("Idempotency-Key")
    };
    let key = headers
        .get("idempotency-key")
        .ok_or_else(|| problem("the header is missing"))?;
    let key = key
        .to_str()
        .map_err(|_| problem("the header holds other characters than ASCII"))?;
    if (1..=128).contains(&key.len()) {
        Ok(key.to_owned())
    } else {
        Err(problem("the header has no or too many characters"))
    }
}

/// Who does it, when and why.
pub(super) fn context(
    state: &AppState,
    signed: &Signed,
    action: Action,
    at: Option<Timestamp>,
) -> Result<Context, Problem> {
    let now = state.now();
    let actor = signed.actor();
    let purpose = match action {
        Action::Configure => Purpose::Administration,
        _ => state.purpose,
    };
    let Some(at) = at else {
        return Ok(Context {
            at: now,
            actor,
            purpose,
        });
    };
    let refused = |code, detail: String, hint: String| {
        Problem::new(StatusCode::CONFLICT, code, detail, hint).at("at")
    };
    if at > now.plus_seconds(AHEAD_SECONDS) {
        let hint = format!("here it is {now}; check the clock, or leave the time out");
        return Err(
            refused("in-the-future", "this time lies in the future".into(), hint).with("now", now),
        );
    }
    if at < now.plus_seconds(-LATE_SECONDS) {
        rights::check(signed.role(), Action::EnterHistory).map_err(|denied| {
            let detail = format!("this time lies more than 72 hours back: {}", denied.detail);
            refused("too-long-ago", detail, denied.hint)
        })?;
        if signed.is_held_off(Action::EnterHistory) {
            return Err(security::duty_first(Action::EnterHistory));
        }
        return Ok(Context {
            at,
            actor,
            purpose: Purpose::HistoryImport,
        });
    }
    Ok(Context { at, actor, purpose })
}

fn answer(receipt: &Receipt) -> Response {
    let first = receipt.entries.first().map(|entry| &entry.event);
    let creates = matches!(first, Some(Event::IncidentReceived(_)));
    let incident = receipt.entries.iter().find_map(|entry| match &entry.event {
        Event::IncidentReceived(received) => Some(received.incident.0),
        event => event.incidents().first().map(|id| id.0),
    });
    let closure = receipt.entries.iter().find_map(|entry| match &entry.event {
        Event::StreetClosed(closed) => Some(closed.closure.0),
        _ => None,
    });
    let events: Vec<_> = receipt
        .entries
        .iter()
        .map(|entry| json!({"seq": entry.seq, "kind": entry.event.kind().name}))
        .collect();
    let body = json!({
        "first_seq": receipt.first_seq,
        "seq": receipt.first_seq + receipt.entries.len() as u64,
        "incident": incident,
        "closure": closure,
        "events": events,
        "repeated": receipt.repeated,
    });
    let mut response = super::answer(&body);
    if creates && let Some(incident) = incident {
        *response.status_mut() = StatusCode::CREATED;
        let location = HeaderValue::try_from(format!("/api/v1/incidents/{incident}"));
        let location = location.expect("digits and constants");
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.into_response()
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let unavailable = |code, hint| {
            Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                code,
                error.to_string(),
                hint,
            )
        };
        match error {
            SubmitError::Refused(refusal) => refusal.into(),
            SubmitError::KeyReused => Self::new(
                StatusCode::CONFLICT,
                "key-reused",
                error.to_string(),
                "use a new key for each act, and the same only for the same request",
            )
            .at("Idempotency-Key"),
            // Only `Engine::earlier` gives it, and that makes `None` of it.
            SubmitError::KeyUnknown => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                error.to_string(),
                "tell whoever runs the server",
            ),
            SubmitError::BadKey => Self::new(
                StatusCode::BAD_REQUEST,
                "idempotency-key",
                error.to_string(),
                "use a random one of 16 to 36 characters",
            )
            .at("Idempotency-Key"),
            SubmitError::Busy => {
                unavailable("busy", "send it again in a second with the same key").retry_after(1)
            }
            SubmitError::Halted(_) => unavailable(
                "halted",
                "write it down on paper and call whoever runs the server",
            ),
            SubmitError::Unavailable(_) => {
                unavailable("unavailable", "send it again with the same key").retry_after(2)
            }
        }
    }
}
