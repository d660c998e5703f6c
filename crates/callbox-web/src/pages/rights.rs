//! Who can see and do what, and why.

use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

use super::{layout::page, ui::Ui};
use crate::{
    access::Role,
    security::{Grant, who_can_see},
};

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    what: String,
}

/// `GET /rights`: the table of rights, or the part of it that answers a question.
pub(super) async fn show(ui: Ui, Query(asked): Query<Asked>) -> Markup {
    let found = who_can_see(&asked.what);
    let own = ui.signed.as_ref().map(|signed| signed.role());
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
                @else { (table(&ui, own, &found)) }
            }
        },
    )
}

fn table(ui: &Ui, own: Option<Role>, found: &[Grant]) -> Markup {
    html! {
        div class="wide sheet" tabindex="0" role="region" aria-label=(ui.t("rights.title")) {
            table class="table" {
                thead { tr {
                    th { (ui.t("rights.route")) } th { (ui.t("rights.you")) } th { (ui.t("rights.roles")) }
                    th { (ui.t("rights.tokens")) } th { (ui.t("rights.before")) } th { (ui.t("rights.agency")) } th { (ui.t("rights.why")) }
                } }
                tbody { @for grant in found { (row(ui, own, grant)) } }
            }
        }
    }
}

fn row(ui: &Ui, own: Option<Role>, grant: &Grant) -> Markup {
    let may = grant.open || own.is_some_and(|role| grant.roles.contains(&role.name()));
    html! {
        tr {
            td { code { (grant.method) " " (grant.path) } }
            td { (ui.t(if may { "rights.yes" } else { "rights.no" })) }
            td {
                @if grant.open { (ui.t("rights.anybody")) }
                @else if grant.roles.len() == Role::ALL.len() { (ui.t("rights.everybody")) }
                @else { @for (at, role) in grant.roles.iter().enumerate() {
                    @if at > 0 { ", " } (ui.t(&format!("role.{role}")))
                } }
            }
            td { @if grant.scopes.is_empty() { "–" } @else { (grant.scopes.join(", ")) } }
            td {
                @if grant.grave { (ui.t("rights.grave")) }
                @if grant.read.is_some() { (ui.t("rights.recorded")) }
                @if !grant.grave && grant.read.is_none() { "–" }
            }
            td { (ui.t(&format!("rights.agency.{}", grant.agency.replace(' ', "-")))) }
            td lang="en" { (grant.right) ": " (grant.reason) }
        }
    }
}
