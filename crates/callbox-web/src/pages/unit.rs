//! One unit: its status, all codes of the agency, and whether it is in service.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    Center, ChangeUnitStatus, Command, CrewUnit, IncidentId, Meaning, PutUnitInService,
    TakeUnitOutOfService, Unit, UnitStatus,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    call::label,
    layout::{act, page, refusal_with, shape},
    panel::release_form,
    submit::{code, need_code, submit_made, text, unit as called},
    ui::{Ui, span},
};
use crate::{
    access::rights::Action,
    percent::encoded,
    problem::Problem,
    security::{Signed, SignedForm},
    state::AppState,
};

/// What the forms send; each fills in its own fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Act {
    key: String,
    status: String,
    incident: Option<u64>,
    /// `yes` in the form that stands in a refusal.
    expressly: String,
    /// `in` or `out`.
    to: String,
    reason: String,
    size: u8,
    skills: String,
}

/// `GET /units/{call_sign}`.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Path(call_sign): Path<String>,
) -> Result<Markup, Problem> {
    render(&state, &ui, &call_sign, None)
}

/// `POST /units/{call_sign}/status`: any of the agency's codes but those for 'out of service'.
pub(super) async fn status(
    State(state): State<AppState>,
    ui: Ui,
    Path(call_sign): Path<String>,
    SignedForm { signed, form }: SignedForm<Act>,
) -> Response {
    let command = || -> Result<Command, Problem> {
        let change = ChangeUnitStatus {
            unit: called(&state.center_for(Some(&signed)), &call_sign)?,
            status: need_code("status", &form.status)?,
            incident: form.incident.map(IncidentId),
            correction: form.expressly == "yes",
        };
        Ok(change.into())
    };
    carry_out(&state, &ui, &call_sign, &signed, &form, command()).await
}

/// `POST /units/{call_sign}/service`: puts it in service, or out of it with a code and a reason.
pub(super) async fn service(
    State(state): State<AppState>,
    ui: Ui,
    Path(call_sign): Path<String>,
    SignedForm { signed, form }: SignedForm<Act>,
) -> Response {
    let command = || -> Result<Command, Problem> {
        let unit = called(&state.center_for(Some(&signed)), &call_sign)?;
        Ok(match form.to.as_str() {
            "in" => PutUnitInService { unit }.into(),
            _ => TakeUnitOutOfService {
                unit,
                status: code("status", &form.status)?,
                reason: text("reason", &form.reason)?,
            }
            .into(),
        })
    };
    carry_out(&state, &ui, &call_sign, &signed, &form, command()).await
}

/// `POST /units/{call_sign}/crew`: who is on it this shift, in numbers.
pub(super) async fn crew(
    State(state): State<AppState>,
    ui: Ui,
    Path(call_sign): Path<String>,
    SignedForm { signed, form }: SignedForm<Act>,
) -> Response {
    let command = || -> Result<Command, Problem> {
        let words = form
            .skills
            .split([' ', ','])
            .filter(|word| !word.is_empty());
        let skill = |word: &str| {
            let (name, count) = word.split_once('=').unwrap_or((word, "1"));
            let count = count.parse().map_err(|_| {
                Problem::bad_field("skills", "this is no number of people", "write EMT=2")
            })?;
            Ok((need_code("skills", name)?, count))
        };
        Ok(CrewUnit {
            unit: called(&state.center_for(Some(&signed)), &call_sign)?,
            size: form.size,
            skills: words.map(skill).collect::<Result<_, Problem>>()?,
        }
        .into())
    };
    carry_out(&state, &ui, &call_sign, &signed, &form, command()).await
}

/// Station, equipment, crew, and the form that says who is on it.
fn staffing(ui: &Ui, center: &Center, unit: &Unit) -> Markup {
    let crew = center.crew_of(unit);
    let skills = crew.map_or_else(String::new, |crew| {
        let skills = crew.skills.iter().map(|(skill, n)| format!("{skill}={n}"));
        skills.collect::<Vec<_>>().join(" ")
    });
    let equipment: Vec<_> = unit.equipment.iter().map(|code| code.as_str()).collect();
    let out = unit
        .shared_crew
        .as_ref()
        .and_then(|name| center.out_with_crew(name, unit.id));
    html! {
        section class="stack" aria-label=(ui.t("crew")) {
            h2 { (ui.t("crew")) }
            dl class="facts" {
                dt { (ui.t("crew.size")) } dd { (crew.map_or(ui.t("crew.unknown").to_owned(), |crew| crew.size.to_string())) " " (skills) }
                @if !equipment.is_empty() { dt { (ui.t("crew.equipment")) } dd { (equipment.join(", ")) } }
                @if unit.seats > 0 { dt { (ui.t("crew.seats")) } dd { (unit.seats) } }
                @if let Some(name) = &unit.shared_crew {
                    dt { (ui.t("crew.shared")) }
                    dd { (name) @if let Some((other, incident)) = out { " · " (ui.fill("crew.out_with", &[("unit", other.call_sign.as_str()), ("incident", &incident.to_string())])) } }
                }
            }
            @if ui.may(Action::ChangeService) {
                form class="row-of" method="post" action={"/units/" (encoded(unit.call_sign.as_str())) "/crew"} {
                    (act(ui))
                    div class="field" {
                        label for="size" { (ui.t("crew.size")) }
                        input class="input" id="size" name="size" type="number" min="0" max="255" required value=(crew.map_or(0, |crew| crew.size));
                    }
                    div class="field grow" {
                        label for="skills" { (ui.t("crew.skills")) }
                        input class="input" id="skills" name="skills" autocomplete="off" placeholder="EMT=2 PARAMEDIC" value=(skills);
                    }
                    button class="button" { (ui.t("set")) }
                }
            }
        }
    }
}

async fn carry_out(
    state: &AppState,
    ui: &Ui,
    call_sign: &str,
    signed: &Signed,
    form: &Act,
    command: Result<Command, Problem>,
) -> Response {
    let outcome = submit_made(state, signed, command, &form.key).await;
    let path = format!("/units/{}", encoded(call_sign));
    match outcome {
        Ok(_) => Redirect::to(&path).into_response(),
        Err(problem) => match render(state, ui, call_sign, Some((&problem, form))) {
            Ok(page) => (problem.status, page).into_response(),
            Err(other) => other.into_response(),
        },
    }
}

fn render(
    state: &AppState,
    ui: &Ui,
    call_sign: &str,
    refused: Option<(&Problem, &Act)>,
) -> Result<Markup, Problem> {
    let center = state.center_for(ui.signed.as_ref());
    let id = called(&center, call_sign)?;
    let unit = center.unit(id).expect("it was found a moment ago");
    let configuration = &center.configuration;
    let shown = unit.shown(&center);
    let words = configuration.unit_statuses.get(shown.status);
    let kind = configuration.unit_types.get(&unit.unit_type);
    let agency = configuration.agencies.get(&unit.agency);
    let reason = unit.out_of_service_reason.as_ref().map(|reason| {
        let known = reason.known();
        known.map_or(ui.t("erased"), |words| words.as_str())
    });
    Ok(page(
        ui,
        unit.call_sign.as_str(),
        "/units",
        html! {
            div class="page narrow" {
                div class="page-head" {
                    h1 { (unit.call_sign) }
                    p {
                        (kind.map_or(unit.unit_type.as_str(), |kind| kind.label.as_str())) " · "
                        (agency.map_or(unit.agency.as_str(), |agency| agency.name.as_str()))
                        @if let Some(station) = &unit.station { " · " (configuration.stations.get(station).map_or(station.as_str(), |station| station.name.as_str())) }
                    }
                }
                @if let Some((problem, sent)) = refused {
                    (refusal_with(ui, Some(problem), expressly(ui, call_sign, sent, problem)))
                }
                dl class="facts" {
                    dt { (ui.t("units.status")) }
                    dd { (shape(shown.meaning.name())) " " b class="strong" { (shown.status) } " " (words.map_or("", |words| words.label.as_str())) }
                    dt { (ui.t("units.since")) } dd { (span(shown.since, ui.now())) }
                    @if let Some(reason) = reason { dt { (ui.t("units.reason")) } dd { (reason) } }
                    @for (incident, _) in &unit.active {
                        dt { (ui.t("incidents")) }
                        dd { a href={"/incidents/" (incident.0)} { (incident) } }
                    }
                }
                (staffing(ui, &center, unit))
                div class="stack controls" { (forms(ui, &center, unit)) }
            }
        },
    ))
}

fn forms(ui: &Ui, center: &Center, unit: &Unit) -> Markup {
    let path = |verb: &str| format!("/units/{}/{verb}", encoded(unit.call_sign.as_str()));
    let is_free = unit.active.is_empty();
    html! {
        @if ui.may(Action::ChangeUnitStatus) {
            @if is_free {
                (status_form(ui, center, &path("status"), None, &|status| status.meaning == Meaning::Available && (!unit.in_service || status.code != unit.status)))
            }
            @for (id, no) in &unit.active {
                @if let Some(incident) = center.incident(*id) {
                    @let current = incident.assignment(*no).map(|assignment| &assignment.status);
                    (status_form(ui, center, &path("status"), Some(*id), &|status| status.meaning != Meaning::OutOfService && Some(&status.code) != current))
                    @if ui.may(Action::Dispatch) { (release_form(ui, incident, unit)) }
                }
            }
        }
        @if is_free && ui.may(Action::ChangeService) {
            @if !unit.in_service {
                form method="post" action=(path("service")) {
                    (act(ui))
                    button class="button main" name="to" value="in" { (ui.t("units.put_in")) }
                }
            }
            form class="stack" method="post" action=(path("service")) {
                (act(ui))
                div class="field" {
                    label for="status" { (ui.t("units.out_status")) }
                    select class="input" id="status" name="status" {
                        @for status in ordered(center) {
                            @if status.meaning == Meaning::OutOfService {
                                option value=(status.code) { (label(status.code.as_str(), status.label.as_str())) }
                            }
                        }
                    }
                }
                div class="field" {
                    label for="reason" { (ui.t("units.reason")) }
                    input class="input" id="reason" name="reason" maxlength="4000" autocomplete="off";
                }
                div class="row-of" { button class="button" name="to" value="out" { (ui.t("units.take_out")) } }
            }
        }
    }
}

fn ordered(center: &Center) -> Vec<&UnitStatus> {
    let mut statuses: Vec<_> = center.configuration.unit_statuses.values().collect();
    statuses.sort_by_key(|status| status.order);
    statuses
}

/// A button for each of the agency's codes that `is_offered`, on one incident or on none.
fn status_form(
    ui: &Ui,
    center: &Center,
    path: &str,
    on: Option<IncidentId>,
    is_offered: &dyn Fn(&UnitStatus) -> bool,
) -> Markup {
    html! {
        form class="stack" method="post" action=(path) {
            (act(ui))
            @if let Some(id) = on { input type="hidden" name="incident" value=(id.0); }
            span class="label" { (ui.t("units.set_status")) @if let Some(id) = on { " · " (id) } }
            div class="row-of" {
                @for status in ordered(center).into_iter().filter(|status| is_offered(status)) {
                    button class="button" name="status" value=(status.code) {
                        (shape(status.meaning.name())) (label(status.code.as_str(), status.label.as_str()))
                    }
                }
            }
        }
    }
}

/// The second step after a status that goes back was refused.
fn expressly(ui: &Ui, call_sign: &str, sent: &Act, problem: &Problem) -> Markup {
    html! {
        @if problem.code == "backward" {
            form method="post" action={"/units/" (encoded(call_sign)) "/status"} {
                (act(ui))
                input type="hidden" name="status" value=(sent.status);
                @if let Some(id) = sent.incident { input type="hidden" name="incident" value=(id); }
                input type="hidden" name="expressly" value="yes";
                button class="button" { (ui.t("expressly.correction")) }
            }
        }
    }
}
