//! Figures about the service's own work.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use callbox_domain::report::{
    Dimension, dispositions, response_times, targets, utilisation, workload,
};
use callbox_domain::{Code, Timestamp};
use serde_json::{Value, json};

use super::time::Zone;
use crate::{
    problem::Problem,
    reports::{Asked, Report, Span, json as shapes},
    security::Signed,
    state::{AppState, blocking},
};

/// `GET /api/v1/reports/{report}`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let report = Report::from_name(&name).ok_or_else(|| {
        let names = Report::ALL.map(Report::name).join(", ");
        Problem::not_found(
            "there is no such report",
            format!("ask for one of: {names}"),
        )
    })?;
    let span = span(&state, &asked)?;
    Ok(super::answer(
        &report_json(&state, signed.agency(), report, &span).await?,
    ))
}

/// The days that a request asks for, in the center's time zone.
pub(crate) fn span(state: &AppState, asked: &Asked) -> Result<Span, Problem> {
    let zone = Zone::of(&state.engine.snapshot());
    Span::read(asked, zone.inner(), state.now())
}

/// One report as JSON; of an agency's own part where one is given.
pub(crate) async fn report_json(
    state: &AppState,
    agency: Option<&Code>,
    report: Report,
    span: &Span,
) -> Result<Value, Problem> {
    let (state, agency, span) = (state.clone(), agency.cloned(), span.clone());
    blocking(move || {
        let zone = Zone::of(&state.engine.snapshot());
        state.reports.of(&state.engine, agency.as_ref(), |history| {
            let (window, offset) = (span.window(), span.offset());
            let shown = |window: Option<(Timestamp, Timestamp)>| {
                json!({
                    "from": window.map(|(from, _)| zone.print(from)),
                    "to": window.map(|(_, to)| zone.print(to)),
                })
            };
            match report {
                Report::Targets => {
                    let report = targets(history, window, &offset);
                    shapes::targets(&report, &shown(report.window))
                }
                Report::ResponseTimes => {
                    let report = response_times(history, window, &[Dimension::Priority], &offset);
                    shapes::response_times(&report, &shown(report.window))
                }
                Report::Workload => {
                    let report = workload(history, window, &offset);
                    shapes::workload(&report, &shown(report.window))
                }
                Report::Utilisation => {
                    let report = utilisation(history, window, &offset);
                    shapes::utilisation(&report, &shown(report.window), &|at| zone.print(at))
                }
                Report::Dispositions => {
                    let report = dispositions(history, window);
                    shapes::dispositions(&report, &shown(report.window))
                }
            }
        })
    })
    .await?
    .map_err(|error| Problem::internal("the record cannot be read", &error))
}
