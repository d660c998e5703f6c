//! Why something is read, and who read what.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{
    Command, GrantId, ReadObject, ReadPurpose, ReviewBreakGlass, SeeBreakGlass, Text,
};
use callbox_engine::{Listed, WordsKept};
use serde_json::{Value, json};

use super::{
    calls::asked,
    commands::Input,
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

/// `GET /api/v1/break-glass`: how often, and what waits for a review.
pub(super) async fn break_glass(State(state): State<AppState>) -> Response {
    let center = state.engine.snapshot();
    let zone = Zone::of(&center);
    let waiting = center.grants.iter().map(|(_, grant)| {
        json!({
            "grant": grant.id.0,
            "incident": grant.incident.0,
            "reader": actor(&state.access, grant.reader),
            "at": zone.print(grant.at),
            "until": zone.print(grant.until),
            "seen_by": grant.seen.map(|(by, _)| actor(&state.access, by)),
        })
    });
    let counts = center.grant_counts;
    super::answer(&json!({
        "opened": counts.opened,
        "justified": counts.justified,
        "unjustified": counts.unjustified,
        "waiting": waiting.collect::<Vec<_>>(),
    }))
}

fn grant(input: &Input<'_>) -> Result<GrantId, Problem> {
    let named = input.path.iter().find(|(name, _)| name == "grant");
    let number = named.and_then(|(_, text)| text.parse().ok());
    number.map(GrantId).ok_or_else(|| {
        Problem::not_found("there is no such grant", "grants have numbers from 1")
            .in_words("not-found.grant")
    })
}

pub(super) fn seen(input: &Input<'_>) -> Result<Command, Problem> {
    let grant = grant(input)?;
    Ok(SeeBreakGlass { grant }.into())
}

pub(super) fn review(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(ReviewBreakGlass {
        grant: grant(input)?,
        is_justified: input.body.choice("finding") == Some("justified"),
        file: input.body.code("file"),
    }
    .into())
}
