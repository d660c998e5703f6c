//! Who can see and do what, and why.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::{layout::page, ui::Ui};
use crate::{
    access::Role,
    security::{Grant, Signed, who_can_see},
    state::AppState,
};

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    what: String,
}

/// `GET /rights`: the table of rights, or the part of it that answers a question.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Markup {
    let mut found = who_can_see(&asked.what);
    if found.is_empty() {
        // What is asked in the reader's own words.
        found = who_can_see("");
        found.retain(|grant| {
            let words = [
                ui.t(&right_key(grant.right)),
                ui.locale.reason(grant.reason),
            ];
            words.iter().any(|words| words.contains(asked.what.trim()))
        });
    }
    let is_required = state.access.asks_for_duty();
    let own = ui.signed.as_ref();
    page(
        &ui,
        ui.t("rights.title"),
        "/rights",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("rights.title")) } p { (ui.t("rights.words")) } }
                form method="get" action="/rights" class="row-of" role="search" {
                    div class="field grow" {
                        label class="label" for="rights-what" { (ui.t("rights.what")) }
                        input class="input" type="search" autocomplete="off" id="rights-what" name="what" value=(asked.what)
                            placeholder="/incidents/2612" maxlength="200";
                    }
                    button class="button" { (ui.t("rights.ask")) }
                }
                @if found.is_empty() { p class="empty" { (ui.t("rights.none")) } }
                @else { (table(&ui, own, is_required, &found)) }
            }
        },
    )
}

fn table(ui: &Ui, own: Option<&Signed>, is_required: bool, found: &[Grant]) -> Markup {
    html! {
        div class="wide sheet" tabindex="0" role="region" aria-label=(ui.t("rights.title")) {
            table class="table" {
                thead { tr {
                    th { (ui.t("rights.route")) } th { (ui.t("rights.you")) } th { (ui.t("rights.roles")) }
                    th { (ui.t("rights.tokens")) } th { (ui.t("rights.before")) } th { (ui.t("rights.agency")) } th { (ui.t("rights.why")) }
                } }
                tbody { @for grant in found { (row(ui, own, is_required, grant)) } }
            }
        }
    }
}

fn row(ui: &Ui, own: Option<&Signed>, is_required: bool, grant: &Grant) -> Markup {
    let may = grant.open || own.is_some_and(|own| grant.roles.contains(&own.role().name()));
    let is_held_off = may && grant.duty && own.is_some_and(|own| own.is_off_duty);
    let you = match (may, is_held_off) {
        (true, false) => "rights.yes",
        (true, true) => "rights.off_duty",
        (false, _) => "rights.no",
    };
    html! {
        tr {
            td { code { (grant.method) " " (grant.path) } }
            td { @if is_held_off { a href="/duty?next=/rights" { (ui.t(you)) } } @else { (ui.t(you)) } }
            td class="words" {
                @if grant.open { (ui.t("rights.anybody")) }
                @else if grant.roles.len() == Role::ALL.len() { (ui.t("rights.everybody")) }
                @else { @for (at, role) in grant.roles.iter().enumerate() {
                    @if at > 0 { (ui.t("text.comma")) } (ui.t(&format!("role.{role}")))
                } }
            }
            td class="words" { @if grant.scopes.is_empty() { "–" } @else { (scopes(ui, &grant.scopes)) } }
            td {
                @if grant.grave { (ui.t("rights.grave")) }
                @if grant.read.is_some() { (ui.t("rights.recorded")) }
                @if grant.duty { (ui.t(if is_required { "rights.duty" } else { "rights.duty_where_asked" })) }
                @if !grant.grave && grant.read.is_none() && !grant.duty { "–" }
            }
            td { (ui.t(&format!("rights.agency.{}", grant.agency.replace(' ', "-")))) }
            td { (ui.t(&right_key(grant.right))) (ui.t("text.colon")) (ui.locale.reason(grant.reason)) }
        }
    }
}

/// The key of a right's words.
fn right_key(right: &str) -> String {
    format!("right.{}", right.replace(' ', "-").replace('\'', ""))
}

fn scopes(ui: &Ui, scopes: &[&str]) -> String {
    let words = scopes
        .iter()
        .map(|scope| ui.t(&format!("rights.scope.{scope}")));
    words.collect::<Vec<_>>().join(ui.t("text.comma"))
}
