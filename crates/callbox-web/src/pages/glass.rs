//! How the glass was broken: seen by a second person, judged by another, counted for all who oversee.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{Grant, GrantId, ReviewBreakGlass, SeeBreakGlass};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{self, page, refusal},
    submit::{code, submit},
    ui::Ui,
};
use crate::{
    problem::Problem,
    security::{Signed, SignedForm},
    state::AppState,
};

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    key: String,
    what: String,
    file: String,
}

/// `GET /break-glass`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, None)
}

/// `POST /break-glass/{grant}`: seen, justified or unjustified.
pub(super) async fn act(
    State(state): State<AppState>,
    ui: Ui,
    Path(grant): Path<u64>,
    SignedForm { signed, form }: SignedForm<Sent>,
) -> Response {
    match carry_out(&state, &signed, GrantId(grant), &form).await {
        Ok(()) => Redirect::to("/break-glass").into_response(),
        Err(problem) => (problem.status, render(&state, &ui, Some(&problem))).into_response(),
    }
}

async fn carry_out(
    state: &AppState,
    signed: &Signed,
    grant: GrantId,
    form: &Sent,
) -> Result<(), Problem> {
    if form.what == "seen" {
        let seen = SeeBreakGlass { grant };
        return submit(state, signed, seen, &form.key).await.map(|_| ());
    }
    let review = ReviewBreakGlass {
        grant,
        is_justified: form.what == "justified",
        file: code("file", &form.file)?,
    };
    submit(state, signed, review, &form.key).await.map(|_| ())
}

fn render(state: &AppState, ui: &Ui, problem: Option<&Problem>) -> Markup {
    let center = state.engine.snapshot();
    let counts = center.grant_counts;
    let waiting: Vec<_> = center.grants.iter().map(|(_, grant)| grant).collect();
    page(
        ui,
        ui.t("glass.title"),
        "",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("glass.title")) } p { (ui.t("glass.words")) } }
                (refusal(ui, problem))
                dl class="case-times sheet" {
                    div { dt { (ui.t("glass.opened")) } dd { (counts.opened) } }
                    div { dt { (ui.t("glass.waiting")) } dd { (waiting.len()) } }
                    div { dt { (ui.t("glass.justified")) } dd { (counts.justified) } }
                    div { dt { (ui.t("glass.unjustified")) } dd { (counts.unjustified) } }
                }
                @if waiting.is_empty() { p class="empty sheet" { (ui.t("glass.none")) } }
                @for grant in waiting { (one(state, ui, grant)) }
            }
        },
    )
}

fn one(state: &AppState, ui: &Ui, grant: &Grant) -> Markup {
    let name = |by| state.access.name_of(by).unwrap_or_else(|| by.to_string());
    let is_own = ui.signed.as_ref().map(Signed::actor) == Some(grant.reader);
    let file = format!("file-{}", grant.id.0);
    html! {
        section class="sheet stack" {
            h2 { (ui.fill("glass.one", &[("id", &grant.id.to_string()), ("incident", &grant.incident.to_string())])) }
            p { (name(grant.reader)) " · " (ui.date_time(grant.at)) " – " (ui.time(grant.until)) }
            p { @match grant.seen {
                Some((by, at)) => (ui.fill("glass.seen_by", &[("who", &name(by)), ("at", &ui.date_time(at))])),
                None => b { (ui.t("glass.unseen")) },
            } }
            p { a href=(format!("/consultations?object=incident&incident={}&purpose=break-glass", grant.incident.0)) { (ui.t("glass.reads")) } }
            @if is_own { p class="quiet" { (ui.t("glass.own")) } } @else {
                form class="row-of" method="post" action=(format!("/break-glass/{}", grant.id.0)) {
                    (layout::act(ui))
                    @if grant.seen.is_none() { button class="button" name="what" value="seen" { (ui.t("glass.see")) } }
                    div class="field" {
                        label for=(file) { (ui.t("glass.file")) }
                        input class="input" id=(file) name="file" maxlength="64" autocomplete="off";
                    }
                    button class="button main" name="what" value="justified" { (ui.t("glass.justified")) }
                    button class="button" name="what" value="unjustified" { (ui.t("glass.unjustified")) }
                }
            }
        }
    }
}

/// What stands in the bar of every page: for who broke the glass, that it holds and until when; for those who oversee
/// that others did, until somebody has seen it.
pub(super) fn notice(ui: &Ui) -> Markup {
    html! {
        @for (incident, until) in &ui.own_grants {
            a class="off-duty" href={"/incidents/" (incident.0)} { (ui.fill("glass.under_way", &[("incident", &incident.0.to_string()), ("until", &ui.time(*until))])) }
        }
        @if ui.unseen_grants > 0 {
            a class="record-troubled" href="/break-glass" role="alert" { (ui.fill("glass.notice", &[("n", &ui.unseen_grants.to_string())])) }
        }
    }
}
