//! Who is on duty: seen, and said by oneself or by somebody who leads.

use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{MAX_DUTY_HOURS, OnDuty};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{page, refusal, token},
    ui::Ui,
};
use crate::{
    access::{
        Account,
        rights::{self, Action},
    },
    api::duty::{accounts, set},
    problem::Problem,
    security::{Signed, SignedForm, own_path},
    state::AppState,
};

/// How long a shift is, where nobody says otherwise, in hours.
const SHIFT_HOURS: u64 = 12;

/// Where somebody wanted to go.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    next: String,
}

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    login: String,
    hours: Option<u64>,
    next: String,
}

impl Sent {
    /// The hours; a form without them asks for more than there can be, and is refused.
    fn hours(&self) -> u64 {
        self.hours.unwrap_or(u64::MAX)
    }
}

/// `GET /duty`.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    render(&state, &ui, &signed, None, own_path(&asked.next)).await
}

/// `POST /duty`: signs the one who asks on duty, or off.
pub(super) async fn own(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Sent>,
) -> Result<Response, Problem> {
    let login = signed.account.login.clone();
    let next = own_path(&form.next);
    match set(&state, &signed, &login, form.hours()).await {
        // Back to what they were about to do; without that, here.
        Ok(_) if next == "/" => Ok(Redirect::to("/duty").into_response()),
        Ok(_) => Ok(Redirect::to(next).into_response()),
        Err(problem) => render(&state, &ui, &signed, Some(problem), next).await,
    }
}

/// `POST /duty/others`: signs somebody else on duty, or off.
pub(super) async fn others(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Sent>,
) -> Result<Response, Problem> {
    match set(&state, &signed, &form.login, form.hours()).await {
        Ok(_) => Ok(Redirect::to("/duty").into_response()),
        Err(problem) => render(&state, &ui, &signed, Some(problem), "/").await,
    }
}

async fn render(
    state: &AppState,
    ui: &Ui,
    signed: &Signed,
    problem: Option<Problem>,
    next: &str,
) -> Result<Response, Problem> {
    let keeps = ui.may(Action::KeepDuty);
    let (mut all, mut off) = (Vec::new(), Vec::new());
    for (account, duty) in accounts(state, signed).await? {
        match duty {
            Some(duty) => all.push((account, duty)),
            None if keeps && may_be_signed_on(state, signed, &account) => off.push(account),
            None => {}
        }
    }
    let is_required = state.access.asks_for_duty();
    let words = if is_required {
        "duty.required"
    } else {
        "duty.optional"
    };
    let own = state.access.duty(signed.actor());
    let content = html! {
        div class="page" {
            div class="page-head" { h1 { (ui.t("duty.title")) } p { (ui.t(words)) } }
            (refusal(ui, problem.as_ref()))
            (own_form(ui, own, next))
            h2 { (ui.t("duty.now")) }
            @if all.is_empty() { p class="empty sheet" { (ui.t("duty.nobody")) } }
            @else { (list(state, ui, signed, &all, keeps)) }
            @if !off.is_empty() { (others_form(ui, &off)) }
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.status);
    let page = page(ui, ui.t("duty.title"), "/duty", content);
    Ok((status, page).into_response())
}

/// Whether somebody could be signed on: in use, of a role that works here, and not the one who asks.
fn may_be_signed_on(state: &AppState, signed: &Signed, account: &Account) -> bool {
    let now = state.now().micros().div_euclid(1_000_000);
    account.is_usable(now)
        && account.actor != signed.actor()
        && rights::may(account.role, Action::OwnDuty)
}

fn own_form(ui: &Ui, own: Option<OnDuty>, next: &str) -> Markup {
    let (class, words) = match own {
        Some(duty) => (
            "notice",
            ui.fill("duty.until", &[("time", &ui.date_time(duty.until))]),
        ),
        None => ("notice warned", ui.t("duty.off").to_owned()),
    };
    html! {
        div class=(class) role="status" { b { (words) } }
        div class="row-of" {
            form class="row-of" method="post" action="/duty" {
                (token(ui))
                input type="hidden" name="next" value=(next);
                (hours(ui, "duty-hours"))
                button class="button main" { (ui.t(if own.is_some() { "duty.anew" } else { "duty.on" })) }
            }
            @if own.is_some() {
                form method="post" action="/duty" { (token(ui)) button class="button" name="hours" value="0" { (ui.t("duty.sign_off")) } }
            }
        }
    }
}

fn hours(ui: &Ui, id: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { (ui.t("duty.hours")) }
            input class="input" id=(id) name="hours" type="number" min="1" max=(MAX_DUTY_HOURS) value=(SHIFT_HOURS) required;
        }
    }
}

fn list(
    state: &AppState,
    ui: &Ui,
    signed: &Signed,
    all: &[(Account, OnDuty)],
    keeps: bool,
) -> Markup {
    let name = |by| state.access.name_of(by).unwrap_or_else(|| by.to_string());
    html! {
        div class="wide sheet" tabindex="0" role="region" aria-label=(ui.t("duty.now")) { table class="table" {
            thead { tr {
                th { (ui.t("accounts.name")) } th { (ui.t("accounts.role")) }
                th { (ui.t("duty.since")) } th { (ui.t("duty.ends")) } th { (ui.t("duty.by")) }
                @if keeps { th class="controls" { span class="hidden-text" { (ui.t("duty.sign_off")) } } }
            } }
            tbody { @for (account, duty) in all { tr {
                td { (account.name) }
                td { (ui.t(&format!("role.{}", account.role.name()))) }
                td { (ui.date_time(duty.since)) }
                td { (ui.date_time(duty.until)) }
                td { @if duty.by == account.actor { (ui.t("duty.self")) } @else { (name(duty.by)) } }
                @if keeps { td { @if account.actor != signed.actor() {
                    form method="post" action="/duty/others" {
                        (token(ui))
                        input type="hidden" name="login" value=(account.login);
                        button class="button plain" name="hours" value="0" { (ui.t("duty.sign_off")) }
                    }
                } } }
            } } }
        } }
    }
}

fn others_form(ui: &Ui, off: &[Account]) -> Markup {
    html! {
        form class="stack narrow" method="post" action="/duty/others" {
            (token(ui))
            h2 { (ui.t("duty.others")) }
            div class="field" {
                label for="duty-login" { (ui.t("accounts.name")) }
                select class="input" id="duty-login" name="login" {
                    @for account in off {
                        option value=(account.login) { (account.name) " · " (ui.t(&format!("role.{}", account.role.name()))) }
                    }
                }
            }
            (hours(ui, "duty-others-hours"))
            div class="row-of" { button class="button" { (ui.t("duty.on")) } }
        }
    }
}

/// What stands in the bar of every page of somebody who is off duty where the center asks for it.
pub(super) fn notice(ui: &Ui) -> Markup {
    let is_off = ui.signed.as_ref().is_some_and(|signed| signed.is_off_duty);
    html! {
        @if is_off && ui.may(Action::OwnDuty) {
            a class="off-duty" href={"/duty?next=" (ui.here)} { (ui.t("duty.notice")) }
        }
    }
}
