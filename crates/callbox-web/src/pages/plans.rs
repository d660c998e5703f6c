//! The response plans: what each asks for, and the table by which a supervisor changes them all.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    Center, Code, Context, Plan, PublishPlans, Purpose, Requirement,
    response_plan::{Change, changes, csv},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{act, page, refusal},
    submit::submit,
    ui::Ui,
};
use crate::{
    access::rights::Action, api::plans::read, problem::Problem, security::SignedForm,
    state::AppState,
};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Table {
    #[serde(default)]
    key: String,
    table: String,
    /// `preview` or `publish`.
    #[serde(default)]
    then: String,
}

/// What the page shows beside the plans in force.
#[derive(Default)]
struct Shown {
    table: Option<String>,
    changes: Option<Vec<(Code, Change)>>,
    problem: Option<Problem>,
}

/// `GET /plans`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, Shown::default())
}

/// `POST /plans`: shows what a table changes, or publishes it.
pub(super) async fn publish(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Table>,
) -> Response {
    let outcome = async {
        let plans = read(&form.table)?;
        let effective = None;
        let command = PublishPlans { effective, plans };
        if form.then == "publish" {
            submit(&state, &signed, command, &form.key).await?;
            return Ok(None);
        }
        let center = state.engine.snapshot();
        let now = state.now();
        let old = center.configuration.plans_at(now);
        let old = old.map_or(&[][..], |edition| edition.plans.as_slice());
        let changes = changes(old, &command.plans);
        // What would be refused is refused here already.
        let context = Context {
            at: now,
            actor: signed.actor(),
            purpose: Purpose::Administration,
        };
        center.decide(&command.into(), &context)?;
        Ok::<_, Problem>(Some(changes))
    };
    let (changes, problem) = match outcome.await {
        Ok(None) => return Redirect::to("/plans").into_response(),
        Ok(changes) => (changes, None),
        Err(problem) => (None, Some(problem)),
    };
    let status = problem.as_ref().map(|problem| problem.status);
    let shown = Shown {
        table: Some(form.table),
        changes,
        problem,
    };
    let page = render(&state, &ui, shown);
    match status {
        Some(status) => (status, page).into_response(),
        None => page.into_response(),
    }
}

fn render(state: &AppState, ui: &Ui, shown: Shown) -> Markup {
    let center = state.engine.snapshot();
    let edition = center.configuration.plans_at(state.now());
    let plans = edition.map_or(&[][..], |edition| edition.plans.as_slice());
    let table = shown.table.unwrap_or_else(|| csv::write(plans));
    page(
        ui,
        ui.t("plans"),
        "/plans",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("plans")) } p { (ui.t("plans.words")) } }
                (refusal(ui, shown.problem.as_ref()))
                @if let Some(changes) = &shown.changes { (preview(ui, changes)) }
                @match edition {
                    Some(edition) => p class="quiet" {
                        (ui.fill("plans.edition", &[("no", &edition.no.to_string()), ("from", &ui.date_time(edition.effective))]))
                    },
                    None => p class="notice" { (ui.t("plans.none")) },
                }
                @if !plans.is_empty() { (cards(ui, &center, plans)) }
                @if ui.may(Action::Configure) {
                    form class="stack" method="post" action="/plans" {
                        (act(ui))
                        div class="field" {
                            label for="table" { (ui.t("plans.table")) }
                            textarea class="input" id="table" name="table" rows="14" required spellcheck="false" autocomplete="off" { (table) }
                        }
                        p class="quiet" { (ui.t("plans.help")) }
                        div class="row-of" {
                            button class="button" name="then" value="preview" { (ui.t("plans.preview")) }
                            button class="button main" name="then" value="publish" { (ui.t("plans.publish")) }
                        }
                    }
                }
            }
        },
    )
}

fn preview(ui: &Ui, changes: &[(Code, Change)]) -> Markup {
    html! {
        div class="notice" role="status" {
            b { (ui.t("plans.would_change")) }
            @if changes.is_empty() { " " (ui.t("plans.nothing")) }
            ul {
                @for (plan, change) in changes {
                    li { (plan) ": " (ui.t(&format!("plans.{}", change.name()))) }
                }
            }
        }
    }
}

fn cards(ui: &Ui, center: &Center, plans: &[Plan]) -> Markup {
    html! {
        div class="wide sheet" {
            table class="table" {
                thead { tr {
                    th { (ui.t("plans.plan")) }
                    th { (ui.t("plans.when")) }
                    th { (ui.t("plans.alarm")) }
                    th { (ui.t("plans.needs")) }
                } }
                tbody {
                    @for plan in plans {
                        @for (alarm, requirements) in (1..).zip(&plan.alarms) {
                            tr {
                                td class="strong" { @if alarm == 1 { (plan.code) } }
                                td { @if alarm == 1 { (when(ui, center, plan)) } }
                                td class="number" { (alarm) }
                                td { @for (at, one) in requirements.iter().enumerate() { @if at > 0 { ", " } (needs(ui, one)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The plan's conditions as its table writes them, which is shortest.
fn when(ui: &Ui, center: &Center, plan: &Plan) -> String {
    let label = |code: &Code| {
        let known = center.configuration.incident_types.get(code);
        known.map_or_else(|| code.to_string(), |known| known.label.to_string())
    };
    let mut words: Vec<String> = plan.when.types.iter().map(label).collect();
    words.extend(plan.when.areas.iter().map(|code| {
        let known = center.configuration.areas.get(code);
        known.map_or_else(|| code.to_string(), |area| area.name.to_string())
    }));
    words.extend(plan.when.premise.iter().map(ToString::to_string));
    words.extend(plan.when.condition.iter().map(ToString::to_string));
    words.extend(
        csv::times(&plan.when)
            .into_iter()
            .filter(|cell| !cell.is_empty()),
    );
    match words.is_empty() {
        true => ui.t("plans.always").to_owned(),
        false => words.join(" · "),
    }
}

/// What a requirement asks for, as in `2 ENGINE (or LADDER +120 s, 1 PARAMEDIC, FOAM)`.
pub(super) fn needs(ui: &Ui, requirement: &Requirement) -> String {
    let mut choices = requirement.choices.iter();
    let first = choices
        .next()
        .map_or("", |choice| choice.unit_type.as_str());
    let mut more: Vec<String> = choices
        .map(|choice| {
            let (unit_type, seconds) =
                (choice.unit_type.as_str(), choice.later_seconds.to_string());
            ui.fill("plans.or", &[("type", unit_type), ("seconds", &seconds)])
        })
        .collect();
    more.extend(
        requirement
            .skills
            .iter()
            .map(|(skill, n)| format!("{n} {skill}")),
    );
    more.extend(requirement.equipment.iter().map(ToString::to_string));
    if requirement.crew > 0 {
        more.push(ui.fill("plans.crew", &[("n", &requirement.crew.to_string())]));
    }
    if requirement.seats > 0 {
        more.push(ui.fill("plans.seats", &[("n", &requirement.seats.to_string())]));
    }
    match more.is_empty() {
        true => format!("{} {first}", requirement.count),
        false => format!("{} {first} ({})", requirement.count, more.join(", ")),
    }
}
