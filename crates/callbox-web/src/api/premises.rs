//! Premise notes, and what happened at a place before.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{
    Center, Command, Hazard, NoteDetails, NoteId, Place, PremiseNote, RetirePremiseNote,
    SetPremiseNote, Text,
};
use serde_json::{Value, json};

use super::{
    calls::{asked, number},
    commands::Input,
    time::Zone,
};
use crate::{problem::Problem, security::Signed, state::AppState};

/// How far a note holds unless somebody says otherwise, in metres.
pub(crate) const RADIUS_METERS: u32 = 40;

pub(super) fn set(input: &Input<'_>) -> Result<Command, Problem> {
    noted(input, None)
}

pub(super) fn set_again(input: &Input<'_>) -> Result<Command, Problem> {
    noted(input, Some(note_number(input)?))
}

pub(super) fn retire(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(RetirePremiseNote {
        note: note_number(input)?,
    }
    .into())
}

fn noted(input: &Input<'_>, note: Option<NoteId>) -> Result<Command, Problem> {
    let body = &input.body;
    let hazard = Hazard::from_name(body.need_choice("hazard"));
    let time = |name| body.time(name).expect("a required member is there");
    Ok(SetPremiseNote {
        note,
        hazard: hazard.expect("the field holds one of the names"),
        owner: body.need_code("owner"),
        expires: time("expires"),
        review: time("review"),
        details: NoteDetails {
            place: input.place()?.expect("the place's words are required"),
            radius_meters: number(body, "radius_meters").unwrap_or(RADIUS_METERS),
            text: body.need_text("text"),
        },
    }
    .into())
}

fn note_number(input: &Input<'_>) -> Result<NoteId, Problem> {
    let number = input.part("note").parse().ok().map(NoteId);
    number.ok_or_else(|| {
        Problem::not_found("there is no such note", "premise notes have numbers from 1")
            .in_words("not-found.note")
    })
}

/// `POST /api/v1/premises/at`.
pub(super) async fn at(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked("/api/v1/premises/at", request).await?;
    let lat_lon = body.lat_lon()?;
    let place = Place::new(body.need_text("place"), lat_lon);
    let (center, now) = (state.center_for(Some(&signed)), state.now());
    let zone = Zone::of(&center);
    let notes: Vec<_> = center
        .notes_at(&place, now)
        .into_iter()
        .map(|note| note_json(&state, &zone, note))
        .collect();
    let except = body.incident("except");
    let earlier: Vec<_> = center
        .earlier_at(&place, except, now)
        .into_iter()
        .filter_map(|id| center.incident(id))
        // What was merged is the same emergency, and no earlier one.
        .filter(|it| except.is_none() || it.intake.merged_into != except)
        .map(|it| earlier_json(&center, &zone, it))
        .collect();
    Ok(super::answer(&json!({"notes": notes, "earlier": earlier})))
}

/// What happened there, without anything that concerns a person.
fn earlier_json(center: &Center, zone: &Zone, incident: &callbox_domain::Incident) -> Value {
    let kind = incident.incident_type.as_ref();
    let label = kind.and_then(|code| center.configuration.incident_types.get(code));
    let closed = incident.closed.as_ref();
    let how = closed.and_then(|it| center.configuration.dispositions.get(&it.disposition));
    json!({
        "id": incident.id.0,
        "received": zone.print(incident.received),
        "type": kind.map(|code| code.as_str()),
        "type_label": label.map(|kind| kind.label.as_str()),
        "state": if closed.is_some() { "closed" } else { "open" },
        "disposition": closed.map(|closed| closed.disposition.as_str()),
        "disposition_label": how.map(|how| how.label.as_str()),
    })
}

/// `GET /api/v1/premises/notes`.
pub(super) async fn list(State(state): State<AppState>, signed: Signed) -> Response {
    let center = state.center_for(Some(&signed));
    let zone = Zone::of(&center);
    let notes: Vec<_> = center
        .notes
        .iter()
        .map(|(_, note)| note_json(&state, &zone, note))
        .collect();
    super::answer(&json!({"notes": notes}))
}

fn note_json(state: &AppState, zone: &Zone, note: &PremiseNote) -> Value {
    let details = note.details.known();
    let now = state.now();
    json!({
        "note": note.id.0,
        "hazard": note.hazard.name(),
        "owner": note.owner.as_str(),
        "text": details.map(|it| it.text.as_str()),
        "place": details.map(|it| Text::as_str(&it.place.text)),
        "radius_meters": details.map(|it| it.radius_meters),
        "expires": zone.print(note.expires),
        "review": zone.print(note.review),
        "overdue": note.is_overdue(now),
        "in_force": note.expires > now,
    })
}
