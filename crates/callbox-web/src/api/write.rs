//! One handler for all writes: the table says what each takes and which command it becomes.

use axum::{
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_domain::{Command, Context, Event, Purpose, Timestamp};
use callbox_engine::{Receipt, Submission, SubmitError};
use serde_json::json;

use super::{Endpoint, commands::Input, fields::Members};
use crate::{
    access::rights::{self, Action},
    mount::Mount,
    problem::Problem,
    security::Signed,
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
    let key = idempotency_key(request.headers())?;
    let body = super::read_body(request, "application/json").await?;
    let body = Members::from_json(&body, endpoint.fields)?;
    let context = context(&state, &signed, endpoint.route.action, body.time("at"))?;
    let path = path
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let command = {
        let center = state.engine.snapshot();
        let make = endpoint
            .make
            .expect("only endpoints that write are mounted here");
        make(&Input {
            center: &center,
            path,
            body,
        })?
    };
    submit(&state, command, context, key).await
}

/// Hands a command in and answers with what came of it.
pub(super) async fn submit(
    state: &AppState,
    command: Command,
    context: Context,
    key: String,
) -> Result<Response, Problem> {
    let creates = matches!(command, Command::TakeCall(_));
    let submission = Submission {
        command,
        context,
        idempotency: Some(key),
    };
    let receipt = state
        .engine
        .submit(submission)
        .await
        .map_err(Problem::from)?;
    if let Some(Event::StreetClosed(_) | Event::ClosureLifted(_)) =
        receipt.entries.first().map(|entry| &entry.event)
    {
        // Whoever closed the street and asks for a way next gets one round it.
        state.apply_closures().await;
    }
    Ok(answer(&receipt, creates))
}

/// The request's name, so that a repeated one is carried out once.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
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
        return Ok(Context {
            at,
            actor,
            purpose: Purpose::HistoryImport,
        });
    }
    Ok(Context { at, actor, purpose })
}

fn answer(receipt: &Receipt, creates: bool) -> Response {
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
                "use a new key for each act",
            )
            .at("Idempotency-Key"),
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
