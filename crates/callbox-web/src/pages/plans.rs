//! The response plans: what each asks for, and the table by which a supervisor changes them all.

use axum::{extract::State, response::Response};
use callbox_domain::{Center, Code, Plan, PublishPlans, Requirement, response_plan::csv};
use maud::{Markup, html};

use super::{
    layout::{page, refusal},
    tables::{self, Sent, Shown},
    ui::Ui,
};
use crate::{access::rights::Action, security::SignedForm, state::AppState};

/// `GET /plans`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, Shown::default())
}

/// `POST /plans`: shows what a table changes, or publishes it.
pub(super) async fn publish(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Sent>,
) -> Response {
    let page = |shown| render(&state, &ui, shown);
    tables::publish::<PublishPlans>(&state, &signed, form, "/plans", page).await
}

fn render(state: &AppState, ui: &Ui, shown: Shown) -> Markup {
    let center = state.center_for(ui.signed.as_ref());
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
                @if let Some(changes) = &shown.changes { (tables::changed(ui, changes)) }
                @match edition {
                    Some(edition) => p class="quiet" {
                        (ui.fill("plans.edition", &[("no", &edition.no.to_string()), ("from", &ui.date_time(edition.effective))]))
                    },
                    None => p class="notice" { (ui.t("plans.none")) },
                }
                @if !plans.is_empty() { (cards(ui, &center, plans)) }
                @if ui.may(Action::Configure) {
                    (tables::form(ui, "/plans", "plans.table", "plans.help", &table))
                }
            }
        },
    )
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
