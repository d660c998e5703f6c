//! Why something is read, and who read what.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{ReadObject, ReadPurpose, Text};
use callbox_engine::{Listed, WordsKept};
use serde_json::{Value, json};

use super::{
    calls::asked,
    fields::Members,
    incident::actor,
    lists::{Pairs, parameters},
    time::Zone,
};
use crate::{
    problem::Problem,
    reads::{self, Filter, Stated},
    security::Signed,
    state::AppState,
};

/// `POST /api/v1/consultations/purpose`: says why something is read, before it is.
pub(super) async fn state(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked("/api/v1/consultations/purpose", request).await?;
    let stated = Stated {
        object: object(&body)?.ok_or_else(no_object)?,
        purpose: purpose(&body).unwrap_or(ReadPurpose::Exercise),
        number: body.need_text("number"),
        reason: body.need_text("reason"),
    };
    let object = stated.object;
    let claim = state.state_purpose(&signed, stated).await?;
    let zone = Zone::of(&state.engine.snapshot());
    Ok(super::answer(&json!({
        "object": object.name(),
        "incident": object.incident().map(|id| id.0),
        "purpose": claim.purpose.name(),
        "until": zone.print(claim.until),
    })))
}

/// `GET /api/v1/consultations`.
pub(super) async fn list(State(state): State<AppState>, query: Pairs) -> Result<Response, Problem> {
    let query = parameters("/api/v1/consultations", query)?;
    let filter = Filter {
        reader: query.text("reader").map(|text| text.to_string()),
        object: object(&query)?,
        purpose: purpose(&query),
        refused: query.choice("outcome") == Some("refused"),
        from: query.time("from"),
        to: query.time("to"),
        before: query
            .text("before")
            .and_then(|text| reads::place(text.as_str())),
    };
    answer(&state, &filter).await
}

/// `GET /api/v1/me/reads`.
pub(super) async fn own(
    State(state): State<AppState>,
    signed: Signed,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = parameters("/api/v1/me/reads", query)?;
    let filter = Filter {
        reader: Some(signed.actor().0.to_string()),
        before: query
            .text("before")
            .and_then(|text| reads::place(text.as_str())),
        ..Filter::default()
    };
    answer(&state, &filter).await
}

async fn answer(state: &AppState, filter: &Filter) -> Result<Response, Problem> {
    let (found, has_more) = reads::listed(state, filter).await?;
    let zone = Zone::of(&state.engine.snapshot());
    let rows: Vec<_> = found.iter().map(|one| row(state, &zone, one)).collect();
    let last = found.last().filter(|_| has_more);
    let counts = state.engine.snapshot().consultations;
    Ok(super::answer(&json!({
        "reads": rows,
        "next_before": last.map(|one| format!("{}-{}", one.seq, one.no)),
        "recorded": counts.reads,
        "batches": counts.batches,
    })))
}

fn row(state: &AppState, zone: &Zone, one: &Listed) -> Value {
    let read = &one.read;
    let words = match &one.words {
        WordsKept::Known(words) => Some(words),
        _ => None,
    };
    json!({
        "seq": one.seq,
        "no": one.no,
        "at": zone.print(read.at),
        "reader": actor(&state.access, read.actor),
        "object": read.object.name(),
        "incident": read.object.incident().map(|id| id.0),
        "act": read.act.name(),
        "purpose": read.purpose.map(ReadPurpose::name),
        "outcome": read.outcome.name(),
        "number": words.and_then(|words| words.number.as_ref()).map(Text::as_str),
        "reason": words.and_then(|words| words.reason.as_ref()).map(Text::as_str),
        "words_erased": one.words == WordsKept::Erased,
    })
}

fn object(members: &Members) -> Result<Option<ReadObject>, Problem> {
    let incident = members.incident("incident").map(|id| id.0);
    match members.choice("object") {
        None => Ok(incident.and_then(|id| ReadObject::from_name("incident", Some(id)))),
        Some(name) => ReadObject::from_name(name, incident)
            .map(Some)
            .ok_or_else(no_object),
    }
}

fn no_object() -> Problem {
    Problem::bad_field(
        "incident",
        "it is not said which incident",
        "give the incident's number",
    )
    .in_words("bad-field.missing")
}

fn purpose(members: &Members) -> Option<ReadPurpose> {
    members.choice("purpose").and_then(ReadPurpose::from_name)
}
