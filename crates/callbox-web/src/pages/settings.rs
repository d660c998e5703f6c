//! What the center is set up with: one page for each noun, all made of the same parts.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{Center, Context, Purpose};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{page, page_with, refusal},
    settings_form::{self, label, told_value, value},
    settings_map,
    ui::{Ui, grouped},
};
use crate::{
    access::rights::Action,
    api::fields::Field,
    percent::encoded,
    problem::Problem,
    security::{SignedForm, map_policy, permit_action},
    settings::{self, Change, Difference, GROUPS, NOUNS, Noun, Row, changes, members, rows, tell},
    state::{AppState, blocking},
};

/// How many changes a page shows.
const CHANGES: usize = 50;

/// Pages that set the center up in ways of their own, with the right that seeing each needs.
const OTHERS: &[(&str, &str, &str, Action)] = &[
    ("calls", "/cards", "nav.cards", Action::ReadBoard),
    ("places", "/closures", "nav.closures", Action::ReadBoard),
    ("places", "/premises", "nav.premises", Action::ReadPremises),
    ("rules", "/plans", "nav.plans", Action::ReadBoard),
    ("service", "/accounts", "nav.accounts", Action::KeepAccounts),
];

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The row whose values stand in the form.
    row: Option<String>,
    /// The row that was saved a moment ago.
    saved: Option<String>,
}

/// What a page shows beside what holds.
#[derive(Default)]
struct Shown {
    /// What stands in the form.
    row: Row,
    /// Whether that row is there already, so that its name stays.
    is_known: bool,
    /// What saving it would change.
    would: Option<Vec<Difference>>,
    /// What was saved a moment ago.
    saved: Option<String>,
    problem: Option<Problem>,
}

/// `GET /settings`.
pub(super) async fn list(State(state): State<AppState>, ui: Ui) -> Result<Markup, Problem> {
    let latest = history(&state, None).await?;
    let center = state.engine.snapshot();
    Ok(page(
        &ui,
        ui.t("settings.title"),
        "/settings",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("settings.title")) } p { (ui.t("settings.words")) } }
                div class="settings-groups" {
                    @for group in GROUPS {
                        section class="stack" {
                            h2 { (ui.t(&format!("settings.group.{group}"))) }
                            ul class="settings-list" {
                                @for noun in NOUNS.iter().filter(|noun| noun.group == *group) { li { (entry(&ui, &center, noun)) } }
                                @for (_, path, key, action) in OTHERS.iter().filter(|(at, ..)| at == group) {
                                    @if ui.may(*action) { li { a href=(path) { (ui.t(key)) } } }
                                }
                            }
                        }
                    }
                }
                (told(&state, &ui, &latest, true))
            }
        },
    ))
}

fn entry(ui: &Ui, center: &Center, noun: &Noun) -> Markup {
    let count = rows(noun, center).len();
    html! {
        a href={"/settings/" (noun.slug)} { (ui.t(&format!("settings.noun.{}", noun.slug))) }
        @if noun.key.is_some() { " " span class="quiet number" { (grouped(count as u64)) } }
        @else if count == 0 { " " span class="quiet" { (ui.t("settings.unset")) } }
    }
}

/// `GET /settings/{noun}`.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let noun = called(&slug)?;
    let rows = rows(noun, &state.engine.snapshot());
    // Only what is there can have been saved, whatever an address says.
    let saved = asked.saved.filter(|name| match noun.key {
        Some(_) => rows.iter().any(|row| noun.name_of(row) == Some(name)),
        None => name.is_empty(),
    });
    let row = match (&asked.row, noun.key) {
        (Some(name), Some(_)) => rows
            .iter()
            .find(|row| noun.name_of(row) == Some(name))
            .cloned(),
        (_, None) => rows.into_iter().next(),
        _ => None,
    };
    let shown = Shown {
        is_known: row.is_some(),
        row: row.unwrap_or_default(),
        saved,
        ..Shown::default()
    };
    render(&state, &ui, noun, &shown).await
}

/// `POST /settings/{noun}`: shows what a form would change, or changes it.
pub(super) async fn change(
    State(state): State<AppState>,
    ui: Ui,
    Path(slug): Path<String>,
    SignedForm { signed, form }: SignedForm<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let noun = called(&slug)?;
    permit_action(&signed, noun.action())?;
    let sent: BTreeMap<&str, &str> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let then = sent.get("then").copied().unwrap_or_default();
    let row = members(noun, &form);
    let context = Context {
        at: state.now(),
        actor: signed.actor(),
        purpose: Purpose::Administration,
    };
    let center = state.engine.snapshot();
    let is_there = {
        let known = rows(noun, &center);
        let name = noun.name_of(&row).filter(|_| noun.key.is_some());
        name.is_some() && known.iter().any(|known| noun.name_of(known) == name)
    };
    // Whoever adds a row does not mean to change another one; whoever opened it in the list does.
    let adds = sent.contains_key("adds");
    let outcome = async {
        let made = match then {
            "remove" => noun.remove(&center, noun.name_of(&row).unwrap_or_default()),
            _ if adds && is_there => Err(already_there(noun.name_of(&row).unwrap_or_default())),
            _ => noun.define(&center, row.clone()),
        };
        if then == "preview" {
            return settings::preview(noun, &center, &made?, &context).map(Some);
        }
        let key = sent.get("key").copied().unwrap_or_default();
        super::submit::submit_as(&state, &signed, made, Purpose::Administration, key).await?;
        Ok(None)
    };
    let path = format!("/settings/{}", noun.slug);
    let (would, problem) = match outcome.await {
        Ok(None) if then == "remove" => return Ok(Redirect::to(&path).into_response()),
        Ok(None) => {
            let name = noun.key.and(noun.name_of(&row)).unwrap_or_default();
            let path = format!("{path}?saved={}", encoded(name));
            return Ok(Redirect::to(&path).into_response());
        }
        Ok(would) => (would, None),
        Err(problem) => (None, Some(by_label(&ui, noun, problem))),
    };
    let status = problem
        .as_ref()
        .map_or(axum::http::StatusCode::OK, |problem| problem.status);
    let shown = Shown {
        is_known: noun.key.is_none() || is_there && !adds,
        row,
        would,
        problem,
        saved: None,
    };
    let mut page = render(&state, &ui, noun, &shown).await?;
    *page.status_mut() = status;
    Ok(page)
}

fn already_there(name: &str) -> Problem {
    Problem::new(
        axum::http::StatusCode::CONFLICT,
        "already-there",
        format!("there is one called {name} already"),
        "choose another code, or open the one in the list to change it",
    )
    .with("name", name)
}

/// A refusal of a member, by the words that stand over its field in the form.
fn by_label(ui: &Ui, noun: &Noun, problem: Problem) -> Problem {
    let named = problem.values().find(|(name, _)| *name == "field");
    let field = named.and_then(|(_, named)| noun.fields().find(|field| field.name == named));
    match field {
        Some(field) => problem.saying("field", label(ui, field)),
        None => problem,
    }
}

fn called(slug: &str) -> Result<&'static Noun, Problem> {
    Noun::called(slug).ok_or_else(|| {
        Problem::not_found("there is no such page", "choose one of those on /settings")
    })
}

async fn history(state: &AppState, noun: Option<&'static Noun>) -> Result<Vec<Change>, Problem> {
    let engine = state.engine.clone();
    blocking(move || changes(&engine, noun, CHANGES))
        .await?
        .map_err(|error| Problem::internal("the changes cannot be read", &error))
}

async fn render(
    state: &AppState,
    ui: &Ui,
    noun: &'static Noun,
    shown: &Shown,
) -> Result<Response, Problem> {
    let latest = history(state, Some(noun)).await?;
    let center = state.engine.snapshot();
    let all = rows(noun, &center);
    let title = ui.t(&format!("settings.noun.{}", noun.slug));
    let may = ui.may(noun.action());
    let drawn = may
        .then(|| settings_map::frame(state, ui, noun, &all, &shown.row))
        .flatten();
    let (head, frame) = drawn.unzip();
    let policy = frame
        .is_some()
        .then(|| HeaderValue::from_static(map_policy()));
    let content = html! {
            div class="page" {
                div class="page-head" {
                    p class="crumb" { a href="/settings" { (ui.t("settings.title")) } }
                    h1 { (title) }
                    p { (ui.t(&format!("settings.about.{}", noun.slug))) }
                }
                (refusal(ui, shown.problem.as_ref()))
                @if let Some(saved) = &shown.saved {
                    div class="notice" role="status" { b { (ui.t("settings.saved")) @if !saved.is_empty() { " " (saved) } } }
                }
                @if let Some(would) = &shown.would { (announced(ui, would, shown.is_known)) }
                @if noun.key.is_some() {
                    div class="two" {
                        div class="stack" {
                            @if all.is_empty() { p class="quiet" { (ui.t("settings.none")) } }
                            @else { (table(ui, noun, &all, may)) }
                            @if let Some(frame) = frame { (frame) }
                        }
                        @if may { (settings_form::form(ui, &center, noun, &shown.row, shown.is_known)) }
                    }
                } @else if may {
                    div class="narrow" { (settings_form::form(ui, &center, noun, &shown.row, shown.is_known)) }
                } @else {
                    (table(ui, noun, &all, false))
                }
                (told(state, ui, &latest, false))
            }
    };
    let page = page_with(ui, title, "/settings", head.unwrap_or_default(), content);
    Ok(match policy {
        Some(policy) => ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response(),
        None => page.into_response(),
    })
}

fn table(ui: &Ui, noun: &Noun, all: &[Row], may: bool) -> Markup {
    // What no row has needs no column; corners are long and stand in the form.
    let is_said = |name: &str| {
        all.iter()
            .any(|row| row.get(name).is_some_and(|value| !tell(value).is_empty()))
    };
    let fields: Vec<_> = noun
        .fields()
        .filter(|field| field.name != "corners" && is_said(field.name))
        .collect();
    html! {
        div class="wide" tabindex="0" role="region" aria-label=(ui.t(&format!("settings.noun.{}", noun.slug))) {
            table class="table" {
                thead { tr { @for field in &fields { th { (label(ui, field)) } } } }
                tbody { @for row in all { tr {
                    @for field in &fields {
                        td {
                            @match (noun.key, row.get(field.name)) {
                                (Some(key), Some(name)) if key == field.name && may => {
                                    a href={"/settings/" (noun.slug) "?row=" (encoded(&tell(name))) "#form"} { b { (tell(name)) } }
                                }
                                (Some(key), Some(name)) if key == field.name => b { (tell(name)) },
                                (_, Some(told)) => (value(ui, field, told)),
                                _ => "",
                            }
                        }
                    }
                } } }
            }
        }
    }
}

fn announced(ui: &Ui, would: &[Difference], is_known: bool) -> Markup {
    let title = if is_known {
        "settings.would"
    } else {
        "settings.would_add"
    };
    html! {
        div class="notice" role="status" {
            b { (ui.t(title)) }
            @if would.is_empty() { " " (ui.t("settings.nothing")) }
            (differences(ui, would))
        }
    }
}

fn differences(ui: &Ui, differences: &[Difference]) -> Markup {
    let short = |field: &Field, value: &serde_json::Value| {
        let text = told_value(ui, field, value);
        match text.lines().count() {
            0 | 1 => text,
            lines => ui.fill("settings.corners", &[("n", &lines.to_string())]),
        }
    };
    html! {
        ul class="differences" { @for Difference { field, before, after } in differences { li {
            span class="quiet" { (label(ui, field)) (ui.t("text.colon")) }
            @if let Some(before) = before { del { (short(field, before)) } " → " }
            @match after { Some(after) => ins { (short(field, after)) }, None => (ui.t("settings.empty")) }
        } } }
    }
}

/// Who changed what when, with the way to each event's proof.
fn told(state: &AppState, ui: &Ui, latest: &[Change], with_noun: bool) -> Markup {
    html! {
        section class="stack" {
            h2 { (ui.t("settings.changes")) }
            @if latest.is_empty() { p class="quiet" { (ui.t("settings.no_changes")) } } @else {
                div class="wide" tabindex="0" role="region" aria-label=(ui.t("settings.changes")) {
                    table class="table" {
                        thead { tr {
                            th { (ui.t("settings.when")) } th { (ui.t("settings.who")) } th { (ui.t("settings.what")) }
                            th class="number" { (ui.t("settings.event")) }
                        } }
                        tbody { @for change in latest { tr {
                            td class="time" { (ui.date_time(change.at)) }
                            td { (state.access.name_of(change.actor).unwrap_or_else(|| change.actor.0.to_string())) }
                            td {
                                @if with_noun { (what(ui, change)) " " }
                                @if let Some(name) = &change.name { b { (name) } }
                                (differences(ui, &change.differences))
                            }
                            td class="number quiet" { (grouped(change.seq)) }
                        } } }
                    }
                }
            }
        }
    }
}

fn what(ui: &Ui, change: &Change) -> Markup {
    let (path, key) = match change.what {
        "plans" => ("/plans".to_owned(), "nav.plans".to_owned()),
        "cards" => ("/cards".to_owned(), "nav.cards".to_owned()),
        slug => (format!("/settings/{slug}"), format!("settings.noun.{slug}")),
    };
    html! { a href=(path) { (ui.t(&key)) } }
}
