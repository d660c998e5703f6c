use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use callbox_domain::{
    Assignment, Center, Entry, Incident, IncidentId, Meaning, Personal, ReadAct, ReadObject,
};
use maud::{Markup, html};

use super::{
    forms::Act,
    intake,
    layout::{page, rank, refusal_with, shape},
    map, panel, premises, questions, suggestion,
    timeline::timeline,
    ui::{Ui, span},
};
use crate::{
    access::rights::Action,
    problem::Problem,
    reads,
    security::Signed,
    state::{AppState, blocking},
};

/// How many events of an incident a page shows; the rest is in the JSON interface.
const EVENTS: usize = 1_000;

/// `GET /incidents/{id}`: all that is recorded of one incident, and what can be done.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Path(id): Path<u64>,
) -> Result<Markup, Problem> {
    render(&state, &ui, IncidentId(id), None).await
}

/// The page after an act that was refused.
pub(super) async fn refused(
    state: &AppState,
    ui: &Ui,
    id: IncidentId,
    sent: &Act,
    problem: Problem,
) -> Response {
    // The page shows the incident: it is a read like any other.
    let Some(signed) = &ui.signed else {
        return problem.into_response();
    };
    let object = ReadObject::Incident(id);
    if let Err(other) = reads::admit(state, signed, object, ReadAct::Read, None).await {
        return other.into_response();
    }
    match render(state, ui, id, Some((&problem, sent))).await {
        Ok(page) => (problem.status, page).into_response(),
        Err(other) => other.into_response(),
    }
}

async fn render(
    state: &AppState,
    ui: &Ui,
    id: IncidentId,
    refused: Option<(&Problem, &Act)>,
) -> Result<Markup, Problem> {
    let incident = state.incident_for(ui.signed.as_ref(), id).await?;
    let entries = entries(state, ui.signed.as_ref(), &incident).await?;
    let advice = match incident.closed {
        None => suggestion::ask(state, ui, id).await?,
        Some(_) => None,
    };
    // Units that worked on it are named, whoever asks.
    let center = state.engine.snapshot();
    // Beside the incident itself, what their agency sees.
    let seen = state.center_for(ui.signed.as_ref());
    let configuration = &center.configuration;
    let kind = incident.incident_type.as_ref();
    let label = kind.and_then(|code| configuration.incident_types.get(code));
    let label = label.map_or(ui.t("no_type"), |kind| kind.label.as_str());
    let priority = incident.priority.as_ref();
    let title = format!("{id} {label}");
    // A file that leaves the service needs a purpose, also where the work itself is one.
    let object = ReadObject::Incident(id);
    let is_stated = (ui.signed.as_ref()).is_some_and(|signed| {
        state
            .reads
            .claim(signed.actor(), object, ui.now())
            .is_some()
    });
    Ok(page(
        ui,
        &title,
        "",
        html! {
            article class="page" {
                p class="print-only quiet" { (ui.center) " · " (ui.fill("incident.printed", &[("at", &ui.date_time(ui.now()))])) }
                header class="stack" {
                    div class="case-line" {
                        (rank(priority.map(|code| code.as_str()), configuration.rank(priority), "rank-large"))
                        span class="no" { (id) }
                        span class="kind" { (label) }
                        (state_tag(ui, &center, &incident))
                        span class="spacer" {}
                        @if incident.closed.is_none() {
                            a class="button" href={"/board?incident=" (id.0)} { (ui.t("incident.on_board")) }
                        }
                    }
                    h1 { (place(ui, &incident)) }
                    dl class="case-times sheet" {
                        div { dt { (ui.t("times.received")) } dd { (ui.time(incident.received)) " " small class="quiet" { (ui.date(incident.received)) } } }
                        div { dt { (ui.t("times.dispatched")) } dd { (incident.first_dispatched().map_or("–".into(), |at| format!("+{}", span(incident.received, at)))) } }
                        div { dt { (ui.t("times.on_scene")) } dd { (incident.first_on_scene().map_or("–".into(), |at| format!("+{}", span(incident.received, at)))) } }
                        div { dt { (ui.t("times.age")) } dd { (span(incident.received, incident.closed.as_ref().map_or(ui.now(), |closed| closed.at))) } }
                    }
                }
                @if let Some((problem, sent)) = refused {
                    (refusal_with(ui, Some(problem), panel::expressly(ui, &incident, sent, problem)))
                }
                div class="two" {
                    div class="stack" {
                        (map::around(state, ui, &seen, &incident))
                        @if !incident.assignments.is_empty() {
                            h2 { (ui.t("units")) }
                            (assignments(ui, &center, &incident))
                        }
                        h2 { (ui.t("incident.timeline")) }
                        @if incident.history.len() > EVENTS {
                            p class="notice" { (ui.fill("incident.more", &[("n", &entries.len().to_string())])) }
                        }
                        (timeline(state, ui, &center, &incident, &entries))
                        @if ui.may(Action::HandOut) {
                            p class="screen-only" {
                                @if is_stated {
                                    a class="button" href=(format!("/api/v1/incidents/{}/after-action", incident.id.0)) download { (ui.t("incident.hand_out")) }
                                } @else {
                                    a class="button" href=(format!("/purpose?object=incident&incident={}", incident.id.0)) { (ui.t("incident.hand_out")) }
                                }
                            }
                            p class="quiet screen-only" { (ui.t("incident.hand_out_hint")) }
                        }
                    }
                    aside class="stack" {
                        (premises::here(ui, &seen, &incident))
                        (facts(state, ui, &incident))
                        (questions::section(ui, &center, &incident))
                        @if let Some(advice) = &advice { div class="screen-only" { (suggestion::panel(ui, &seen, &incident, advice)) } }
                        @if !center.is_erased(id) { (panel::panel(ui, &seen, &incident)) }
                        @if ui.may(Action::ReadConsultations) { p class="screen-only" { a href={"/consultations?object=incident&incident=" (id.0)} { (ui.t("reads.of_incident")) } } }
                        @if ui.may(Action::ReadErasures) { p class="screen-only" { a href={"/incidents/" (id.0) "/erasure"} { (ui.t("erasure.title")) } } }
                    }
                }
            }
        },
    ))
}

async fn entries(
    state: &AppState,
    signed: Option<&Signed>,
    incident: &Incident,
) -> Result<Vec<Entry>, Problem> {
    let engine = state.engine.clone();
    let seqs: Vec<u64> = incident.history.iter().copied().take(EVENTS).collect();
    let entries = blocking(move || engine.entries(&seqs))
        .await?
        .map_err(|error| Problem::internal("the timeline cannot be read", &error))?;
    Ok(state.told_entries(signed, entries))
}

fn place(ui: &Ui, incident: &Incident) -> String {
    match &incident.place {
        None => ui.t("no_place").to_owned(),
        Some(Personal::Erased) => ui.t("erased").to_owned(),
        Some(Personal::Known(place)) => place.text.to_string(),
    }
}

fn state_tag(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    html! {
        span class="tag" {
            @match &incident.closed {
                None => (ui.t("state.open")),
                Some(closed) => {
                    @let known = center.configuration.dispositions.get(&closed.disposition);
                    (ui.t("state.closed")) " · " (known.map_or(closed.disposition.as_str(), |known| known.label.as_str()))
                }
            }
        }
    }
}

/// A row for each assignment, a column for each time.
fn assignments(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let columns: Vec<_> = Meaning::ALL
        .into_iter()
        .filter(|meaning| !matches!(meaning, Meaning::Available | Meaning::OutOfService))
        .filter_map(|meaning| center.configuration.status_for(meaning))
        .collect();
    html! {
        div class="wide" {
            table class="table" {
                thead { tr {
                    th { (ui.t("unit")) }
                    @for status in &columns { th class="number" title=(status.label) { (status.code) } }
                    th class="number" { (ui.t("incident.end")) }
                } }
                tbody {
                    @for assignment in &incident.assignments {
                        tr {
                            td class="strong" {
                                (shape(if assignment.ended.is_some() { "closed" } else { assignment.meaning.name() }))
                                (center.unit(assignment.unit).map_or_else(|| assignment.unit.to_string(), |unit| unit.call_sign.to_string()))
                                @if assignment.concurrent { " " small class="quiet" { (ui.t("concurrent")) } }
                            }
                            @for status in &columns {
                                td class="number time" { (assignment.stamps.get(status.meaning).map_or("–".into(), |at| ui.time(at))) }
                            }
                            td class="number time" { (end(ui, assignment)) }
                        }
                    }
                }
            }
        }
    }
}

fn end(ui: &Ui, assignment: &Assignment) -> Markup {
    html! {
        @if let Some(ended) = &assignment.ended {
            @if let Some(at) = ended.at { (ui.time(at)) " " }
            (ui.t(&format!("ended.{}", ended.how.name())))
            @if ended.at.is_none() { " · " (ui.t("ended.unknown")) }
        } @else { "–" }
    }
}

fn facts(state: &AppState, ui: &Ui, incident: &Incident) -> Markup {
    let caller = incident.caller.as_ref();
    let known = caller.and_then(|caller| caller.known());
    let name = known.and_then(|caller| caller.name.as_ref());
    let call_back = known.and_then(|caller| caller.call_back.as_ref());
    let lat_lon = incident
        .place
        .as_ref()
        .and_then(|place| place.known()?.lat_lon());
    html! {
        dl class="facts" {
            @if matches!(caller, Some(Personal::Erased)) { dt { (ui.t("caller")) } dd { (ui.t("erased")) } }
            @if let Some(name) = name { dt { (ui.t("caller")) } dd { (name) } }
            @if let Some(call_back) = call_back { dt { (ui.t("caller.number")) } dd { (call_back) } }
            @if let Some((lat, lon)) = lat_lon { dt { (ui.t("incident.position")) } dd { (format!("{lat:.5}, {lon:.5}")) } }
            @if let Some(reference) = &incident.reference { dt { (ui.t("incident.reference")) } dd { (reference) } }
            (intake::facts(state, ui, incident))
            @for link in &incident.links {
                dt { (ui.t("incident.linked")) }
                dd {
                    a href={"/incidents/" (link.other.0)} { (link.other) } " · "
                    (ui.t(&format!("link.{}", link.relation.name())))
                }
            }
            @for reopened in &incident.reopened {
                dt { (ui.t("event.reopened")) }
                dd {
                    (ui.date_time(reopened.at)) " · "
                    (state.access.name_of(reopened.by).unwrap_or_else(|| reopened.by.to_string()))
                }
            }
        }
    }
}
