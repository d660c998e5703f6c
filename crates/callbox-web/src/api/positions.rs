//! Positions of the service's own units: taken in batches, only the newest of each kept.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use callbox_domain::Code;
use serde::Deserialize;
use serde_json::json;

use super::time;
use crate::{
    positions::{self, PositionRefused, PositionReport},
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

/// The most positions of one batch.
pub(super) const MAX_BATCH: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    positions: Vec<Reported>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    unit: String,
    lat: f64,
    lon: f64,
    at: String,
    heading: Option<f64>,
    speed: Option<f64>,
    accuracy: Option<f64>,
}

/// `GET /api/v1/positions`: the newest position of every unit on duty.
pub(super) async fn show(State(state): State<AppState>, signed: Signed) -> Response {
    let center = state.center_for(Some(&signed));
    super::answer(&json!({
        "at": state.now().millis(),
        "positions": state.positions.rows(&center),
    }))
}

/// `POST /api/v1/positions`: takes a batch; those that cannot be right are named, the rest count.
pub(super) async fn report(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = super::read_body(request, "application/json").await?;
    let batch: Batch = serde_json::from_slice(&body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Problem::bad_field(
            "positions",
            error.to_string(),
            "send {\"positions\": [{\"unit\", \"lat\", \"lon\", \"at\", …}]}",
        ),
        _ => super::fields::bad_json(&error),
    })?;
    if !(1..=MAX_BATCH).contains(&batch.positions.len()) {
        let hint = format!("send 1 to {MAX_BATCH} positions, the newest of each unit");
        let detail = format!("the batch holds {} positions", batch.positions.len());
        return Err(Problem::bad_field("positions", detail, hint));
    }
    let reports = batch
        .positions
        .iter()
        .enumerate()
        .map(|(index, reported)| reported.parse(index))
        .collect::<Result<Vec<_>, _>>()?;
    // Finding the streets of 500 positions takes some milliseconds of a core.
    let now = state.now();
    let (units, outcomes) = blocking(move || {
        let center = state.engine.snapshot();
        let is_others = |report: &PositionReport| {
            let unit = center.unit_called(report.unit.as_str());
            let agency = signed.agency();
            agency.is_some_and(|agency| unit.is_some_and(|unit| unit.agency != *agency))
        };
        let take = |report: &PositionReport| match is_others(report) {
            true => Err(PositionRefused::UnknownUnit),
            false => positions::take(&state, &center, report),
        };
        let outcomes: Vec<_> = reports.iter().map(take).collect();
        let units: Vec<_> = reports.into_iter().map(|report| report.unit).collect();
        (units, outcomes)
    })
    .await?;
    let refused: Vec<_> = outcomes
        .iter()
        .enumerate()
        .filter_map(|(index, outcome)| Some((index, outcome.err()?)))
        .collect();
    let taken = outcomes.len() - refused.len();
    if let (0, [(index, why), ..]) = (taken, refused.as_slice()) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            why.code(),
            why.to_string(),
            why.hint(),
        )
        .at(format!("positions[{index}]"))
        .with("unit", &units[*index])
        .with("now", now));
    }
    let refused: Vec<_> = refused
        .into_iter()
        .map(|(index, why)| {
            json!({
                "index": index,
                "unit": units[index].as_str(),
                "code": why.code(),
                "detail": why.to_string(),
                "hint": why.hint(),
            })
        })
        .collect();
    Ok(super::answer(&json!({"taken": taken, "refused": refused})))
}

impl Reported {
    fn parse(&self, index: usize) -> Result<PositionReport, Problem> {
        let bad = |member: &str, hint: &'static str| {
            let field = format!("positions[{index}].{member}");
            Problem::bad_field(field, "this member is out of its bounds", hint)
        };
        let within = |member, value: Option<f64>, most: f64, hint| match value {
            Some(value) if !(0.0..=most).contains(&value) => Err(bad(member, hint)),
            value => Ok(value),
        };
        if self.lat.abs() > 90.0 {
            return Err(bad("lat", "send degrees from -90 to 90"));
        }
        if self.lon.abs() > 180.0 {
            return Err(bad("lon", "send degrees from -180 to 180"));
        }
        let (heading, speed) = (
            "send degrees from 0 to 360",
            "send metres a second up to 150",
        );
        Ok(PositionReport {
            unit: Code::new(&self.unit)
                .map_err(|_| bad("unit", "send a string of 1 to 64 bytes"))?,
            lat: self.lat,
            lon: self.lon,
            at: time::parse(&self.at).ok_or_else(|| {
                bad(
                    "at",
                    "send RFC 3339 with an offset, like 2026-11-02T08:15:00-05:00",
                )
            })?,
            heading_degrees: within("heading", self.heading, 360.0, heading)?,
            speed_mps: within("speed", self.speed, 150.0, speed)?,
            accuracy_meters: within("accuracy", self.accuracy, 100_000.0, "send metres")?,
        })
    }
}
