//! The table by which a supervisor changes all of something together: a form, and what it would change.

use axum::response::{IntoResponse, Redirect, Response};
use callbox_domain::{
    Code, Context, Purpose,
    sheet::{Change, Published},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{layout::act, submit::submit, ui::Ui};
use crate::{
    api::tables::{preview, read},
    problem::Problem,
    security::Signed,
    state::AppState,
};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    key: String,
    table: String,
    /// `preview` or `publish`.
    #[serde(default)]
    then: String,
}

/// What a page shows beside what holds.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) table: Option<String>,
    pub(super) changes: Option<Vec<(Code, Change)>>,
    pub(super) problem: Option<Problem>,
}

/// Shows on the page what a table changes, or publishes it and leads back to `path`.
pub(super) async fn publish<P: Published>(
    state: &AppState,
    signed: &Signed,
    sent: Sent,
    path: &str,
    page: impl FnOnce(Shown) -> Markup,
) -> Response {
    let outcome = async {
        let items = read::<P>(&sent.table)?;
        if sent.then == "publish" {
            submit(state, signed, P::publish(None, items), &sent.key).await?;
            return Ok(None);
        }
        let context = Context {
            at: state.now(),
            actor: signed.actor(),
            purpose: Purpose::Administration,
        };
        preview::<P>(&state.engine.snapshot(), &context, None, items).map(Some)
    };
    let (changes, problem) = match outcome.await {
        Ok(None) => return Redirect::to(path).into_response(),
        Ok(changes) => (changes, None),
        Err(problem) => (None, Some(problem)),
    };
    let status = problem.as_ref().map(|problem| problem.status);
    let page = page(Shown {
        table: Some(sent.table),
        changes,
        problem,
    });
    match status {
        Some(status) => (status, page).into_response(),
        None => page.into_response(),
    }
}

/// What a table would change.
pub(super) fn changed(ui: &Ui, changes: &[(Code, Change)]) -> Markup {
    html! {
        div class="notice" role="status" {
            b { (ui.t("plans.would_change")) }
            @if changes.is_empty() { " " (ui.t("plans.nothing")) }
            ul { @for (item, change) in changes { li { (item) ": " (ui.t(&format!("plans.{}", change.name()))) } } }
        }
    }
}

/// The form with the table; `label` and `help` are texts' keys.
pub(super) fn form(ui: &Ui, path: &str, label: &str, help: &str, table: &str) -> Markup {
    html! {
        form class="stack" method="post" action=(path) {
            (act(ui))
            div class="field" {
                label for="table" { (ui.t(label)) }
                textarea class="input" id="table" name="table" rows="14" required spellcheck="false" autocomplete="off" { (table) }
            }
            p class="quiet" { (ui.t(help)) }
            div class="row-of" {
                button class="button" name="then" value="preview" { (ui.t("plans.preview")) }
                button class="button main" name="then" value="publish" { (ui.t("plans.publish")) }
            }
        }
    }
}
