//! The agencies of the center: who is bound to which, what they agreed to show each other, what is shared now.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{AgreeSharing, Agreement, Center, Code, Command, EndSharing, Incident};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    call::{label, types},
    layout::{act, page, refusal},
    submit::{need_code, submit_made},
    ui::Ui,
};
use crate::{
    access::{Account, rights::Action},
    api::agencies::concerns,
    problem::Problem,
    security::{Signed, SignedForm},
    state::{AppState, blocking},
};

/// How many incidents that are shared are shown; the board has them all.
const SHOWN: usize = 50;

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    key: String,
    agency: String,
    with: String,
    r#type: String,
    /// `agree` or `end`.
    what: String,
}

/// `GET /agencies`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Result<Markup, Problem> {
    render(&state, &ui, None).await
}

/// `POST /agencies`: agrees on sharing, or ends it.
pub(super) async fn agree(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Form>,
) -> Response {
    let problem = match submit_made(&state, &signed, command(&form), &form.key).await {
        Ok(_) => return Redirect::to("/agencies").into_response(),
        Err(problem) => problem,
    };
    match render(&state, &ui, Some(&problem)).await {
        Ok(page) => (problem.status, page).into_response(),
        Err(other) => other.into_response(),
    }
}

fn command(form: &Form) -> Result<Command, Problem> {
    let agency = need_code("agency", &form.agency)?;
    let with = need_code("with", &form.with)?;
    let incident_type = need_code("type", &form.r#type)?;
    Ok(match form.what.as_str() {
        "end" => EndSharing {
            agency,
            with,
            incident_type,
        }
        .into(),
        _ => AgreeSharing {
            agency,
            with,
            incident_type,
        }
        .into(),
    })
}

async fn render(state: &AppState, ui: &Ui, problem: Option<&Problem>) -> Result<Markup, Problem> {
    let accounts = {
        let state = state.clone();
        blocking(move || state.access.accounts()).await?
    };
    let accounts =
        accounts.map_err(|error| Problem::internal("the accounts cannot be read", &error))?;
    let center = state.center_for(ui.signed.as_ref());
    let own = ui.signed.as_ref().and_then(Signed::agency);
    let title = ui.t("agencies.title");
    Ok(page(
        ui,
        title,
        "/agencies",
        html! {
            div class="page" {
                div class="page-head" { h1 { (title) } p { (ui.t("agencies.words")) } }
                (refusal(ui, problem))
                @if let Some(code) = own { p class="notice" { (ui.fill("agencies.bound", &[("agency", &named(&center, code))])) } }
                (list(ui, &center, own, &accounts))
                h2 { (ui.t("agencies.agreements")) }
                (agreements(state, ui, &center, own))
                @if ui.may(Action::AgreeSharing) && center.configuration.agencies.len() > 1 { (form(ui, &center, own)) }
                h2 { (ui.t("agencies.shared_now")) }
                (shared(ui, &center))
            }
        },
    ))
}

fn named(center: &Center, code: &Code) -> String {
    let known = center.configuration.agencies.get(code);
    known.map_or(code.to_string(), |agency| agency.name.to_string())
}

/// Each agency with its units and the accounts that are bound to it.
fn list(ui: &Ui, center: &Center, own: Option<&Code>, accounts: &[Account]) -> Markup {
    let bound = |code: &Code| {
        let bound = accounts
            .iter()
            .filter(|one| one.agency.as_ref() == Some(code));
        let names: Vec<_> = bound.map(|one| one.name.as_str()).collect();
        match names.is_empty() {
            true => "–".to_owned(),
            false => names.join(", "),
        }
    };
    let units = |code: &Code| {
        let units = center.units.iter();
        units.filter(|(_, unit)| unit.agency == *code).count()
    };
    let agencies = center.configuration.agencies.values();
    html! {
        div class="wide sheet" tabindex="0" role="region" aria-label=(ui.t("agencies.title")) { table class="table" {
            thead { tr {
                th { (ui.t("agencies.agency")) }
                th class="number" { (ui.t("units")) }
                th { (ui.t("agencies.accounts")) }
            } }
            tbody { @for agency in agencies.filter(|agency| own.is_none_or(|own| agency.code == *own)) { tr {
                td { b { (agency.code) } " " (agency.name) }
                td class="number" { (units(&agency.code)) }
                td { (bound(&agency.code)) }
            } } }
        } }
        @if own.is_none() { p class="quiet" { (ui.t("agencies.how_to_bind")) } }
    }
}

fn agreements(state: &AppState, ui: &Ui, center: &Center, own: Option<&Code>) -> Markup {
    let all = center.configuration.agreements.iter();
    let all: Vec<_> = all.filter(|one| concerns(one, own)).collect();
    let may = ui.may(Action::AgreeSharing);
    let kind = |one: &Agreement| {
        let known = center.configuration.incident_types.get(&one.incident_type);
        known.map_or(one.incident_type.to_string(), |known| {
            known.label.to_string()
        })
    };
    let who = |one: &Agreement| {
        let name = state.access.name_of(one.by);
        name.unwrap_or_else(|| one.by.to_string())
    };
    html! {
        @if all.is_empty() { p class="empty sheet" { (ui.t("agencies.none")) } } @else {
            div class="wide sheet" tabindex="0" role="region" aria-label=(ui.t("agencies.agreements")) { table class="table" {
                thead { tr {
                    @for key in ["agencies.shows", "agencies.sees", "type", "agencies.since", "agencies.by"] { th { (ui.t(key)) } }
                    @if may { th { span class="hidden-text" { (ui.t("agencies.end")) } } }
                } }
                tbody { @for one in all { tr {
                    td { (named(center, &one.agency)) }
                    td { (named(center, &one.with)) }
                    td { (kind(one)) }
                    td class="time" { (ui.date_time(one.since)) }
                    td { (who(one)) }
                    @if may { td { form method="post" action="/agencies" {
                        (act(ui))
                        input type="hidden" name="agency" value=(one.agency);
                        input type="hidden" name="with" value=(one.with);
                        input type="hidden" name="type" value=(one.incident_type);
                        button class="button" name="what" value="end" aria-label=(ui.fill("agencies.end_of", &[("agency", &named(center, &one.agency)), ("with", &named(center, &one.with)), ("type", &kind(one))])) { (ui.t("agencies.end")) }
                    } } }
                } } }
            } }
        }
    }
}

fn form(ui: &Ui, center: &Center, own: Option<&Code>) -> Markup {
    let agencies = center.configuration.agencies.values();
    let agencies: Vec<_> = agencies.collect();
    html! {
        form class="row-of controls" method="post" action="/agencies" {
            (act(ui))
            div class="field" {
                label for="agree-agency" { (ui.t("agencies.shows")) }
                select class="input" id="agree-agency" name="agency" required {
                    @for agency in agencies.iter().filter(|it| own.is_none_or(|own| it.code == *own)) {
                        option value=(agency.code) { (label(agency.code.as_str(), agency.name.as_str())) }
                    }
                }
            }
            div class="field" {
                label for="agree-with" { (ui.t("agencies.sees")) }
                select class="input" id="agree-with" name="with" required {
                    option value="" { (ui.t("share.choose")) }
                    @for agency in agencies.iter().filter(|it| own != Some(&it.code)) {
                        option value=(agency.code) { (label(agency.code.as_str(), agency.name.as_str())) }
                    }
                }
            }
            div class="field" {
                label for="agree-type" { (ui.t("type")) }
                select class="input" id="agree-type" name="type" required {
                    option value="" { "–" }
                    (types(&center.configuration, ""))
                }
            }
            button class="button main" name="what" value="agree" { (ui.t("agencies.agree")) }
        }
    }
}

/// Open incidents that more than one agency sees.
fn shared(ui: &Ui, center: &Center) -> Markup {
    let agencies = &center.configuration.agencies;
    let seen_by = |incident: &Incident| -> Vec<_> {
        let codes = agencies.keys();
        codes
            .filter(|code| center.sees(code, incident))
            .map(|code| named(center, code))
            .collect()
    };
    let open = center.incidents.iter().rev().map(|(_, incident)| incident);
    let open = open.filter(|incident| incident.closed.is_none());
    let rows: Vec<_> = open
        .map(|incident| (incident, seen_by(incident)))
        .filter(|(_, seen)| seen.len() > 1)
        .take(SHOWN)
        .collect();
    html! {
        @if rows.is_empty() { p class="empty sheet" { (ui.t("agencies.none_shared")) } } @else {
            div class="wide sheet" tabindex="0" role="region" aria-label=(ui.t("agencies.shared_now")) { table class="table" {
                thead { tr { @for key in ["col.no", "type", "agencies.seen_by"] { th { (ui.t(key)) } } } }
                tbody { @for (incident, seen) in rows {
                    @let kind = incident.incident_type.as_ref();
                    @let known = kind.and_then(|code| center.configuration.incident_types.get(code));
                    tr {
                        td { a href={"/incidents/" (incident.id.0)} { (incident.id) } }
                        td { (known.map_or(ui.t("no_type"), |kind| kind.label.as_str())) }
                        td { (seen.join(", ")) }
                    }
                } }
            } }
        }
    }
}
