use axum::extract::{Query, State};
use callbox_domain::IncidentId;
use callbox_engine::HistoryPage;
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{page, rank, shape},
    ui::{Ui, span},
};
use crate::{api::history_for, problem::Problem, reads, security::Signed, state::AppState};

/// How many incidents a page has.
const ROWS: usize = 50;

/// Where a page begins.
#[derive(Deserialize)]
pub(super) struct Page {
    before: Option<u64>,
}

/// `GET /history`: closed incidents, the newest first, with the two times that count.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    signed: Signed,
    Query(Page { before }): Query<Page>,
) -> Result<Markup, Problem> {
    let places = reads::sees_places(&state, &signed).await?;
    let before = before.map(IncidentId);
    let HistoryPage { found, next } = history_for(&state, &signed, before, ROWS).await?;
    let center = state.center_for(Some(&signed));
    let configuration = &center.configuration;
    let content = html! {
        div class="page" {
            div class="page-head" { h1 { (ui.t("history")) } p { (ui.t("history.words")) } }
            @if !places { p { a class="button" href="/purpose?object=history" { (ui.t("reads.show_places")) } } }
            @if found.is_empty() {
                p class="empty sheet" { (ui.t("history.none")) }
            } @else {
                div class="wide sheet" {
                    table class="table" {
                        thead { tr {
                            th { (ui.t("col.no")) }
                            th { (ui.t("times.received")) }
                            th { (ui.t("col.priority")) }
                            th { (ui.t("type")) }
                            th { (ui.t("place")) }
                            th class="number" { (ui.t("history.to_dispatch")) }
                            th class="number" { (ui.t("history.to_scene")) }
                            th class="number" { (ui.t("units")) }
                            th { (ui.t("disposition")) }
                        } }
                        tbody {
                            @for incident in &found {
                                @let kind = incident.incident_type.as_ref();
                                @let label = kind.and_then(|code| configuration.incident_types.get(code));
                                @let code = incident.priority.as_ref();
                                tr {
                                    td { a href={"/incidents/" (incident.id.0)} { (incident.id) } }
                                    td class="time" { (ui.date_time(incident.received)) }
                                    td { (rank(code.map(|code| code.as_str()), configuration.rank(code), "")) }
                                    td { (label.map_or(kind.map_or(ui.t("no_type"), |code| code.as_str()), |kind| kind.label.as_str())) }
                                    td { @if places { (incident.place_text().unwrap_or(ui.t("no_place"))) } @else { span class="quiet" { (ui.t("reads.withheld")) } } }
                                    td class="number" { (incident.first_dispatched().map_or("–".into(), |at| span(incident.received, at))) }
                                    td class="number" { (incident.first_on_scene().map_or("–".into(), |at| span(incident.received, at))) }
                                    td class="number" { (incident.assignments.len()) }
                                    td {
                                        @if let Some(closed) = &incident.closed {
                                            (shape("closed"))
                                            (configuration.dispositions.get(&closed.disposition).map_or(closed.disposition.as_str(), |known| known.label.as_str()))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            div class="pager" {
                @if before.is_some() { a class="button" href="/history" { (ui.t("history.newest")) } } @else { span {} }
                @if let Some(next) = next {
                    a class="button" href={"/history?before=" (next.0)} rel="next" { (ui.t("history.older")) }
                }
            }
        }
    };
    Ok(page(&ui, ui.t("history"), "/history", content))
}
