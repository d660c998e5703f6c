//! Premise notes: the list for those who keep them, and what stands on an incident's page.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    Center, Hazard, Incident, NoteDetails, NoteId, Place, PremiseNote, RetirePremiseNote,
    SetPremiseNote, Timestamp,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    call::label,
    layout::{act, page, refusal},
    submit::{need_code, need_text, submit},
    ui::Ui,
};
use crate::{
    access::rights::Action,
    calls::words,
    problem::Problem,
    security::{Signed, SignedForm},
    state::AppState,
};

/// What the form of a note sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    key: String,
    hazard: String,
    owner: String,
    place: String,
    radius: u32,
    text: String,
    expires: String,
    review: String,
}

/// `GET /premises`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, None, &Note::default())
}

/// `POST /premises`.
pub(super) async fn set(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Note>,
) -> Response {
    let outcome = carry_out(&state, &signed, &form).await;
    done(&state, &ui, outcome, &form)
}

/// `POST /premises/{note}/retire`.
pub(super) async fn retire(
    State(state): State<AppState>,
    ui: Ui,
    Path(note): Path<u64>,
    SignedForm { signed, form }: SignedForm<Note>,
) -> Response {
    let command = RetirePremiseNote { note: NoteId(note) };
    let sent = submit(&state, &signed, command, &form.key).await;
    done(&state, &ui, sent.map(|_| ()), &Note::default())
}

/// `typed` stays in the form where it was refused.
fn done(state: &AppState, ui: &Ui, outcome: Result<(), Problem>, typed: &Note) -> Response {
    match outcome {
        Ok(()) => Redirect::to("/premises").into_response(),
        Err(problem) => (problem.status, render(state, ui, Some(&problem), typed)).into_response(),
    }
}

async fn carry_out(state: &AppState, signed: &Signed, form: &Note) -> Result<(), Problem> {
    let said = need_text("place", &form.place)?;
    // A place that the streets know for certain gets its position.
    let found = words::certain(state.geography.as_ref(), said.as_str());
    let point = found.map(|found| words::degrees(found.point));
    let command = SetPremiseNote {
        note: None,
        hazard: Hazard::from_name(&form.hazard).unwrap_or(Hazard::Access),
        owner: need_code("owner", &form.owner)?,
        expires: day("expires", &form.expires)?,
        review: day("review", &form.review)?,
        details: NoteDetails {
            place: Place::new(said, point),
            radius_meters: form.radius,
            text: need_text("text", &form.text)?,
        },
    };
    submit(state, signed, command, &form.key).await.map(|_| ())
}

/// A day as forms send it, at noon in UTC: to the day is exact enough for a review.
fn day(field: &'static str, value: &str) -> Result<Timestamp, Problem> {
    let day = value.trim().parse::<jiff::civil::Date>().ok();
    let noon = day.and_then(|day| {
        jiff::tz::TimeZone::UTC
            .to_timestamp(day.at(12, 0, 0, 0))
            .ok()
    });
    let noon = noon.ok_or_else(|| {
        Problem::bad_field(
            field,
            "this member has the wrong type",
            "send a date, like 2026-11-02",
        )
    })?;
    Ok(Timestamp::from_micros(noon.as_microsecond()))
}

/// The notes that hold at an incident's place.
pub(super) fn here(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let place = incident.place.as_ref().and_then(|place| place.known());
    let notes = place.map_or_else(Vec::new, |place| center.notes_at(place, ui.now()));
    html! {
        @if !notes.is_empty() && ui.may(Action::ReadPremises) {
            section class="premises" {
                h2 { (ui.t("premises.here")) }
                ul { @for note in notes { li { (line(ui, note)) } } }
            }
        }
    }
}

fn line(ui: &Ui, note: &PremiseNote) -> Markup {
    let details = note.details.known();
    html! {
        b { (ui.t(&format!("hazard.{}", note.hazard.name()))) } " "
        (details.map_or(ui.t("erased"), |it| it.text.as_str()))
        " " small class="quiet" {
            (note.owner)
            @if note.is_overdue(ui.now()) { " · " b { (ui.t("premises.overdue")) } }
        }
    }
}

fn render(state: &AppState, ui: &Ui, problem: Option<&Problem>, typed: &Note) -> Markup {
    let center = state.center_for(ui.signed.as_ref());
    let in_force: Vec<_> = center
        .notes
        .iter()
        .map(|(_, note)| note)
        .filter(|note| note.expires > ui.now())
        .collect();
    page(
        ui,
        ui.t("premises.title"),
        "/premises",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("premises.title")) } p { (ui.t("premises.hint")) } }
                (refusal(ui, problem))
                @if in_force.is_empty() { p class="quiet" { (ui.t("premises.none")) } } @else {
                    div class="wide" { table class="table" {
                        thead { tr {
                            @for key in ["premises.place", "premises.text", "premises.review", "premises.expires"] { th { (ui.t(key)) } }
                            th { span class="hidden-text" { (ui.t("premises.retire")) } }
                        } }
                        tbody { @for note in in_force { tr {
                            td { (note.details.known().map_or(ui.t("erased"), |it| it.place.text.as_str())) }
                            td { (line(ui, note)) }
                            td { (ui.date(note.review)) }
                            td { (ui.date(note.expires)) }
                            td { @if ui.may(Action::KeepPremises) {
                                form method="post" action={"/premises/" (note.id.0) "/retire"} { (act(ui)) button class="button" { (ui.t("premises.retire")) } }
                            } }
                        } } }
                    } }
                }
                @if ui.may(Action::KeepPremises) { (form(ui, &center, typed)) }
            }
        },
    )
}

fn form(ui: &Ui, center: &Center, typed: &Note) -> Markup {
    let radius = match typed.place.is_empty() {
        true => crate::api::RADIUS_METERS,
        false => typed.radius,
    };
    html! {
        form class="stack narrow" method="post" action="/premises" {
            (act(ui))
            div class="field" {
                label for="note-place" { (ui.t("premises.place")) }
                input class="input" id="note-place" name="place" value=(typed.place) required maxlength="400" autocomplete="off";
            }
            div class="field" {
                label for="note-radius" { (ui.t("premises.radius")) }
                input class="input" id="note-radius" name="radius" type="number" min="0" max="2000" value=(radius) required;
            }
            div class="field" {
                label for="note-hazard" { (ui.t("premises.hazard")) }
                select class="input" id="note-hazard" name="hazard" {
                    @for hazard in Hazard::ALL { option value=(hazard.name()) selected[typed.hazard == hazard.name()] { (ui.t(&format!("hazard.{}", hazard.name()))) } }
                }
            }
            div class="field" {
                label for="note-text" { (ui.t("premises.text")) }
                textarea class="input" autocomplete="off" id="note-text" name="text" rows="2" maxlength="4000" required { (typed.text) }
            }
            div class="field" {
                label for="note-owner" { (ui.t("premises.owner")) }
                select class="input" id="note-owner" name="owner" required {
                    @for (code, agency) in &center.configuration.agencies {
                        option value=(code.as_str()) selected[typed.owner == code.as_str()] { (label(code.as_str(), agency.name.as_str())) }
                    }
                }
            }
            div class="field" {
                label for="note-review" { (ui.t("premises.review")) }
                input class="input" id="note-review" name="review" type="date" value=(typed.review) required;
            }
            div class="field" {
                label for="note-expires" { (ui.t("premises.expires")) }
                input class="input" id="note-expires" name="expires" type="date" value=(typed.expires) required;
            }
            div class="row-of" { button class="button main" { (ui.t("premises.set")) } }
        }
    }
}
