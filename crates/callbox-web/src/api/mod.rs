//! The JSON interface: reads of the snapshot, writes as commands, problems as RFC 9457.

mod after_action;
pub(crate) mod agencies;
mod alarms;
mod calls;
mod cards;
mod closures;
mod commands;
mod configuration;
mod consultations;
pub(crate) mod duty;
mod endpoints;
mod erasures;
mod eta;
pub(crate) mod fields;
mod incident;
mod intake;
mod layouts;
mod line;
mod lists;
mod macros;
mod openapi;
mod plans;
mod positions;
mod premises;
pub(crate) mod recommendation;
mod record;
mod refusal;
mod reports;
mod settings;
mod streets;
pub(crate) mod tables;
mod time;
mod timeline;
mod wall;
mod write;

use axum::{
    Json,
    body::Bytes,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use callbox_domain::{Center, Command};

pub(crate) use calls::WARN_SECONDS;
pub(crate) use configuration::member as configuration_member;
pub(crate) use endpoints::{ENDPOINTS, Endpoint};
pub(crate) use erasures::reach as erasure_reach;
pub(crate) use lists::history_for;
#[cfg(test)]
pub(crate) use openapi::description;
pub(crate) use premises::RADIUS_METERS;
pub(crate) use reports::{report_json, span as report_span};
pub(crate) use time::Zone;
pub(crate) use timeline::details;
pub(crate) use wall::WallDay;

use self::{commands::Input, fields::Members};
use crate::{live, mount::Mount, problem::Problem, security::Verb, server};

/// The API's routes, and the server's own that answer programs.
pub(crate) fn router() -> Mount {
    let reads = Mount::new()
        .get("/healthz", record::health)
        .get("/readyz", record::ready)
        .get("/api/v1/openapi.json", openapi::show)
        .get("/api/v1/me", lists::me)
        .get("/api/v1/me/reads", consultations::own)
        .get("/api/v1/consultations", consultations::list)
        .get("/api/v1/break-glass", consultations::break_glass)
        .post("/api/v1/consultations/purpose", consultations::state)
        .get(duty::PATH, duty::show)
        .post(duty::PATH, duty::own)
        .post(duty::OTHERS, duty::others)
        .get("/api/v1/board", lists::board)
        .stream("/api/v1/live", live::follow)
        .get("/api/v1/alarms", alarms::list)
        .get("/api/v1/incidents", lists::incidents)
        .get("/api/v1/history", lists::history)
        .get("/api/v1/incidents/{id}", incident::show)
        .get("/api/v1/incidents/{id}/timeline", timeline::show)
        .get("/api/v1/incidents/{id}/after-action", after_action::show)
        .get(recommendation::PATH, recommendation::show)
        .post(recommendation::SEND, recommendation::send)
        .get("/api/v1/plans", plans::show)
        .put("/api/v1/plans", plans::publish)
        .get(settings::PATH, settings::list)
        .get("/api/v1/reports/{report}", reports::show)
        .get("/api/v1/wall", wall::show)
        .get("/api/v1/cards", cards::show)
        .put("/api/v1/cards", cards::publish)
        .get("/api/v1/positions", positions::show)
        .post("/api/v1/positions", positions::report)
        .get("/api/v1/calls/draft", calls::draft)
        .post("/api/v1/calls/draft", calls::keep_draft)
        .post("/api/v1/premises/at", premises::at)
        .get("/api/v1/premises/notes", premises::list)
        .get(streets::COVERAGE, streets::coverage)
        .get(streets::WAYS, streets::ways)
        .post(eta::TABLE, eta::table)
        .post(eta::ROUTE, eta::route)
        .get(closures::PATH, closures::list)
        .post(closures::PATH, closures::close)
        .post(closures::PREVIEW, closures::preview)
        .get("/api/v1/erasures", erasures::list)
        .get("/api/v1/incidents/{id}/erasure", erasures::show)
        .post("/api/v1/calls/candidates", calls::candidates)
        .get(layouts::PATH, layouts::list)
        .post(layouts::PATH, layouts::keep)
        .get(macros::PATH, macros::list)
        .post(macros::PATH, macros::keep)
        .post(line::PREVIEW, line::preview)
        .post(line::SUBMIT, line::submit)
        .post("/api/v1/places/find", calls::find_places)
        .post("/api/v1/places/location", calls::read_location)
        .get(agencies::PATH, agencies::list)
        .get("/api/v1/units", lists::units)
        .get("/api/v1/units/{call_sign}", lists::unit);
    ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.make.is_some())
        .fold(reads, write::mount)
}

/// The endpoint that writes at this path.
pub(crate) fn endpoint(path: &str) -> Option<&'static Endpoint> {
    let mut all = ENDPOINTS.iter();
    all.find(|endpoint| endpoint.route.path == path && endpoint.make.is_some())
}

/// The endpoint that takes `POST` at this path, where its handler is one of its own.
fn endpoint_at(path: &str) -> &'static Endpoint {
    let mut all = ENDPOINTS.iter();
    all.find(|it| it.route.path == path && it.route.verb == Verb::Post)
        .expect("its row is in the table")
}

/// The command that a request with these members would become; a form asks for the same.
pub(crate) fn command(
    path: &'static str,
    center: &Center,
    members: serde_json::Map<String, serde_json::Value>,
) -> Result<Command, Problem> {
    let endpoint = endpoint(path).ok_or_else(|| {
        Problem::not_found(
            "there is no such setting",
            "choose one of those on /settings",
        )
    })?;
    let make = endpoint.make.expect("only endpoints that write are found");
    let body = Members::from_object(members, endpoint.fields)?;
    let path = Vec::new();
    make(&Input { center, path, body })
}

/// Reads a whole body of the given media type; an empty one may come without a type.
async fn read_body(request: Request, media_type: &'static str) -> Result<Bytes, Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).cloned();
    let body = axum::body::to_bytes(request.into_body(), server::MAX_BODY_BYTES)
        .await
        .map_err(|_| server::too_large())?;
    let essence = |value: &HeaderValue| {
        let text = value
            .to_str()
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        text.trim().eq_ignore_ascii_case(media_type)
    };
    if (body.is_empty() && given.is_none()) || given.as_ref().is_some_and(essence) {
        return Ok(body);
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        format!("the body is not {media_type}"),
        format!("send 'Content-Type: {media_type}'"),
    )
    .at("Content-Type"))
}

/// An answer in JSON.
fn answer(body: &impl serde::Serialize) -> Response {
    Json(body).into_response()
}
