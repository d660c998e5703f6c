use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{Command, Meaning, PutUnitInService, TakeUnitOutOfService};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{act, page, refusal, shape},
    submit::{submit_made, text, unit},
    ui::{Ui, span},
};
use crate::{
    access::rights::Action, percent::encoded, problem::Problem, security::SignedForm,
    state::AppState,
};

/// What the buttons beside a unit send.
#[derive(Deserialize)]
pub(super) struct Service {
    #[serde(default)]
    key: String,
    unit: String,
    /// `in` or `out`.
    to: String,
    #[serde(default)]
    reason: String,
}

/// `GET /units`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, None)
}

/// `POST /units`: puts a unit in or out of service.
pub(super) async fn serve(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Service>,
) -> Response {
    let command = || -> Result<Command, Problem> {
        let unit = unit(&state.center_for(ui.signed.as_ref()), &form.unit)?;
        Ok(match form.to.as_str() {
            "in" => PutUnitInService { unit }.into(),
            _ => TakeUnitOutOfService {
                unit,
                status: None,
                reason: text("reason", &form.reason)?,
            }
            .into(),
        })
    };
    match submit_made(&state, &signed, command(), &form.key).await {
        Ok(_) => Redirect::to("/units").into_response(),
        Err(problem) => (problem.status, render(&state, &ui, Some(&problem))).into_response(),
    }
}

fn render(state: &AppState, ui: &Ui, problem: Option<&Problem>) -> Markup {
    let center = state.center_for(ui.signed.as_ref());
    let configuration = &center.configuration;
    let mut units: Vec<_> = center.units.iter().map(|(_, unit)| unit).collect();
    units.sort_by(|a, b| (&a.agency, &a.unit_type, a.id).cmp(&(&b.agency, &b.unit_type, b.id)));
    let may_serve = ui.may(Action::ChangeService);
    page(
        ui,
        ui.t("units"),
        "/units",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("units")) } p { (ui.t("units.words")) } }
                (refusal(ui, problem))
                div class="wide sheet" {
                    table class="table" {
                        thead { tr {
                            th { (ui.t("unit")) }
                            th { (ui.t("type")) }
                            th { (ui.t("units.agency")) }
                            th { (ui.t("units.station")) }
                            th { (ui.t("units.status")) }
                            th class="number" { (ui.t("units.since")) }
                            th { (ui.t("incidents")) }
                            @if may_serve { th class="controls" { (ui.t("units.service")) } }
                        } }
                        tbody {
                            @for unit in units {
                                @let shown = unit.shown(&center);
                                @let label = configuration.unit_statuses.get(shown.status);
                                @let kind = configuration.unit_types.get(&unit.unit_type);
                                tr data-emergency=[unit.emergency.as_ref().map(|it| it.cause.name())] {
                                    td class="strong" { a href={"/units/" (encoded(unit.call_sign.as_str()))} { (unit.call_sign) } }
                                    td { (kind.map_or(unit.unit_type.as_str(), |kind| kind.label.as_str())) }
                                    td { (configuration.agencies.get(&unit.agency).map_or(unit.agency.as_str(), |agency| agency.name.as_str())) }
                                    td { (unit.station.as_ref().map_or("", |station| configuration.stations.get(station).map_or(station.as_str(), |known| known.name.as_str()))) }
                                    td { (shape(shown.meaning.name())) (shown.status) " " span class="quiet" { (label.map_or("", |status| status.label.as_str())) }
                                        @if let Some(emergency) = &unit.emergency { " " b { (ui.t(&format!("emergency.{}", emergency.cause.name()))) } }
                                    }
                                    td class="number time" { (span(shown.since, ui.now())) }
                                    td { @for (incident, _) in &unit.active { a href={"/incidents/" (incident.0)} { (incident) } " " } }
                                    @if may_serve {
                                        td class="controls" {
                                            @if unit.active.is_empty() {
                                                @let is_out = shown.meaning == Meaning::OutOfService;
                                                form method="post" action="/units" {
                                                    (act(ui))
                                                    input type="hidden" name="unit" value=(unit.call_sign);
                                                    button class="button plain" name="to" value=(if is_out { "in" } else { "out" }) {
                                                        (ui.t(if is_out { "units.put_in" } else { "units.take_out" }))
                                                    }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}
