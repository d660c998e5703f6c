//! The board, lists of incidents and units, and who asks.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use callbox_domain::{Center, Incident, IncidentId, Refusal};
use callbox_engine::HistoryPage;
use serde_json::{Value, json};

use super::{
    ENDPOINTS, configuration,
    fields::{Field, Members},
    time::Zone,
};
use crate::{
    access::rights,
    live::rows::{IncidentRow, UnitRow, alarm_rows},
    problem::Problem,
    reads,
    security::{Reach, Signed, Verb, reach},
    state::{AppState, blocking},
};

/// How many closed incidents are looked at for one page of somebody who sees some of them only.
const LOOKED_AT: usize = 2_000;
/// How many incidents a list has unless the caller says otherwise.
const LIMIT: u64 = 50;

/// Names and values of a query, in their order.
pub(super) type Pairs = Query<Vec<(String, String)>>;

/// The parameters that the table gives an endpoint.
pub(super) fn parameters(path: &str, Query(pairs): Pairs) -> Result<Members, Problem> {
    let endpoint = ENDPOINTS
        .iter()
        .find(|endpoint| endpoint.route.verb == Verb::Get && endpoint.route.path == path);
    let fields: &'static [Field] = endpoint.map_or(&[], |endpoint| endpoint.fields);
    Members::from_query(pairs, fields)
}

/// `GET /api/v1/me`.
pub(super) async fn me(State(state): State<AppState>, signed: Signed) -> Response {
    let account = &signed.account;
    let may: Vec<_> = ENDPOINTS
        .iter()
        .filter(|endpoint| rights::may(account.role, endpoint.route.action))
        .filter(|endpoint| !signed.is_held_off(endpoint.route.action))
        .filter(|endpoint| signed.agency().is_none() || reach(&endpoint.route) != Reach::Center)
        .map(|endpoint| format!("{} {}", endpoint.route.verb.name(), endpoint.route.path))
        .collect();
    let duty = state.access.duty(account.actor);
    let zone = Zone::of(&state.engine.snapshot());
    super::answer(&json!({
        "actor": account.actor.0,
        "login": account.login,
        "name": account.name,
        "role": account.role.name(),
        "exercise": state.is_exercise(),
        "duty_required": state.access.asks_for_duty(),
        "duty_until": duty.map(|duty| zone.print(duty.until)),
        "may": may,
    }))
}

/// `GET /api/v1/board`: rendered once per state of the center, for all who see the same of it.
pub(super) async fn board(State(state): State<AppState>, signed: Signed) -> Response {
    let center = state.center_for(Some(&signed));
    let is_quiet_since = |seq| {
        let touched = state.engine.touched_since(seq);
        touched.is_some_and(|touched| touched.is_quiet)
    };
    let bytes = state.live.board(
        signed.agency(),
        center.next_seq(),
        state.now(),
        is_quiet_since,
        || render_board(&state, &center),
    );
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

fn render_board(state: &AppState, center: &Center) -> Vec<u8> {
    let incidents: Vec<_> = center
        .incidents
        .iter()
        .filter(|(_, incident)| incident.closed.is_none())
        .map(|(_, incident)| IncidentRow::new(center, incident))
        .collect();
    let now = state.now();
    let mut board = json!({
        "seq": center.next_seq(),
        "at": Zone::of(center).print(now),
        "at_ms": now.millis(),
        "exercise": state.is_exercise(),
        "incidents": incidents,
        "units": unit_rows(center),
        "alarms": alarm_rows(center),
        "positions": state.positions.rows(center),
    });
    for (name, value) in configuration::members(center) {
        board[name] = value;
    }
    board.to_string().into_bytes()
}

fn unit_rows(center: &Center) -> Vec<UnitRow<'_>> {
    center
        .units
        .iter()
        .map(|(_, unit)| UnitRow::new(center, unit))
        .collect()
}

/// `GET /api/v1/units`.
pub(super) async fn units(State(state): State<AppState>, signed: Signed) -> Response {
    let center = state.center_for(Some(&signed));
    super::answer(&json!({"seq": center.next_seq(), "units": unit_rows(&center)}))
}

/// `GET /api/v1/units/{call_sign}`.
pub(super) async fn unit(
    State(state): State<AppState>,
    signed: Signed,
    Path(call_sign): Path<String>,
) -> Result<Response, Problem> {
    let center = state.center_for(Some(&signed));
    let unit = center
        .unit_called(&call_sign)
        .ok_or(Refusal::UnknownUnit(call_sign))?;
    Ok(super::answer(&UnitRow::new(&center, unit)))
}

/// `GET /api/v1/incidents`.
pub(super) async fn incidents(
    State(state): State<AppState>,
    signed: Signed,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = parameters("/api/v1/incidents", query)?;
    if query.choice("state") == Some("closed") {
        return closed(state, &signed, &query).await;
    }
    let (before, limit) = page(&query);
    let center = state.center_for(Some(&signed));
    let open: Vec<_> = center
        .incidents
        .iter()
        .rev()
        .map(|(_, incident)| incident)
        .filter(|incident| incident.closed.is_none())
        .filter(|incident| before.is_none_or(|before| incident.id < before))
        .take(limit + 1)
        .cloned()
        .collect();
    Ok(super::answer(&list(&center, &open, limit, true)))
}

/// `GET /api/v1/history`.
pub(super) async fn history(
    State(state): State<AppState>,
    signed: Signed,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = parameters("/api/v1/history", query)?;
    closed(state, &signed, &query).await
}

/// Closed incidents; their places only where a purpose was stated for them.
async fn closed(state: AppState, signed: &Signed, query: &Members) -> Result<Response, Problem> {
    let places = reads::sees_places(&state, signed).await?;
    let (before, limit) = page(query);
    let found = history_for(&state, signed, before, limit).await?;
    let center = state.center_for(Some(signed));
    let mut list = list(&center, &found.found, limit, places);
    list["next_before"] = found.next.map(|id| id.0).into();
    Ok(super::answer(&list))
}

/// A page of at most `limit` closed incidents that who asks sees, the newest first.
///
/// Somebody who is bound to an agency may get a short page, or an empty one, with more behind it.
pub(crate) async fn history_for(
    state: &AppState,
    signed: &Signed,
    before: Option<IncidentId>,
    limit: usize,
) -> Result<HistoryPage, Problem> {
    let (state, agency) = (state.clone(), signed.agency().cloned());
    blocking(move || {
        let center = state.engine.snapshot();
        let engine = &state.engine;
        match &agency {
            Some(agency) => engine.history_where(&center, before, limit, LOOKED_AT, |incident| {
                center.incident_seen_by(agency, incident)
            }),
            None => {
                let all = engine.history(before, limit + 1);
                all.map(|found| HistoryPage::cut(found, limit))
            }
        }
    })
    .await?
    .map_err(|error| Problem::internal("the history cannot be read", &error))
}

fn page(query: &Members) -> (Option<IncidentId>, usize) {
    let limit = query.number("limit").unwrap_or(LIMIT);
    (
        query.incident("before"),
        usize::try_from(limit).expect("its bound is small"),
    )
}

/// A page of at most `limit` rows; `found` has one more where there is a next page.
fn list(center: &Center, found: &[Arc<Incident>], limit: usize, places: bool) -> Value {
    let shown = &found[..found.len().min(limit)];
    let rows: Vec<_> = shown
        .iter()
        .map(|incident| match places {
            true => IncidentRow::new(center, incident),
            false => IncidentRow::new(center, incident).without_place(),
        })
        .collect();
    let next = (found.len() > limit)
        .then(|| shown.last().map(|last| last.id.0))
        .flatten();
    json!({"seq": center.next_seq(), "incidents": rows, "next_before": next, "places": places})
}
