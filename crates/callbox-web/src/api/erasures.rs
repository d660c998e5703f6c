//! Legal holds and erasure.

use axum::{
    extract::{Path, State},
    response::Response,
};
use callbox_domain::{
    ApproveErasure, Command, DefineErasureRules, ErasureCase, ErasureRules, Hold, IncidentId,
    LiftHold, PlaceHold, RefuseErasure, RequestErasure,
};
use callbox_engine::ErasureReach;
use serde_json::{Value, json};

use super::{
    calls::number,
    commands::{Input, incident_number},
    incident::actor,
    time::Zone,
};
use crate::{
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

pub(super) fn rules(input: &Input<'_>) -> Result<Command, Problem> {
    let days: u32 = number(&input.body, "wait_days").expect("a required member is there");
    let wait_days = u16::try_from(days).expect("its bound is small");
    let rules = ErasureRules { wait_days };
    Ok(DefineErasureRules { rules }.into())
}

pub(super) fn hold(input: &Input<'_>) -> Result<Command, Problem> {
    let (incident, basis) = (input.incident()?, input.body.need_code("basis"));
    Ok(PlaceHold { incident, basis }.into())
}

pub(super) fn lift(input: &Input<'_>) -> Result<Command, Problem> {
    let (incident, basis) = (input.incident()?, input.body.need_code("basis"));
    Ok(LiftHold { incident, basis }.into())
}

pub(super) fn request(input: &Input<'_>) -> Result<Command, Problem> {
    let (incident, basis) = (input.incident()?, input.body.need_code("basis"));
    Ok(RequestErasure { incident, basis }.into())
}

pub(super) fn refuse(input: &Input<'_>) -> Result<Command, Problem> {
    let (incident, reason) = (input.incident()?, input.body.need_code("reason"));
    Ok(RefuseErasure { incident, reason }.into())
}

pub(super) fn approve(input: &Input<'_>) -> Result<Command, Problem> {
    let incident = input.incident()?;
    let facts = None;
    Ok(ApproveErasure { incident, facts }.into())
}

/// `GET /api/v1/erasures`.
pub(super) async fn list(
    State(state): State<AppState>,
    signed: Signed,
) -> Result<Response, Problem> {
    let center = state.engine.snapshot();
    let zone = Zone::of(&center);
    let ids = center.erasures().map(|(id, _)| id).collect();
    let seen = state.seen_of(Some(&signed), ids).await?;
    let all = center.erasures().filter(|(id, _)| seen.contains(id));
    let cases: Vec<_> = all
        .map(|(id, case)| case_json(&state, &zone, id, case))
        .collect();
    Ok(super::answer(&json!({
        "wait_days": center.configuration.erasure_rules.wait_days,
        "erasures": cases,
    })))
}

/// `GET /api/v1/incidents/{id}/erasure`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = incident_number(&id)?;
    let incident = state.incident_for(Some(&signed), id).await?;
    let reach = reach(&state, id).await?;
    let center = state.engine.snapshot();
    let case = center.erasure(id).cloned().unwrap_or_default();
    let mut body = case_json(&state, &Zone::of(&center), id, &case);
    body["closed"] = json!(incident.closed.is_some());
    body["payloads"] = json!(reach.payloads);
    body["bytes"] = json!(reach.bytes);
    body["keys"] = json!(reach.keys);
    let merged = state.seen_of(Some(&signed), reach.merged.into_iter().collect());
    body["merged"] = json!(merged.await?.iter().map(|id| id.0).collect::<Vec<_>>());
    Ok(super::answer(&body))
}

/// What an erasure of the incident would blank and destroy.
pub(crate) async fn reach(state: &AppState, id: IncidentId) -> Result<ErasureReach, Problem> {
    let engine = state.engine.clone();
    blocking(move || engine.erasure_reach(id))
        .await?
        .map_err(|error| Problem::internal("the incident's record cannot be read", &error))?
        .ok_or_else(|| callbox_domain::Refusal::UnknownIncident(id).into())
}

fn case_json(state: &AppState, zone: &Zone, id: IncidentId, case: &ErasureCase) -> Value {
    let access = &state.access;
    let hold = |hold: &Hold| {
        let (at, by) = (zone.print(hold.at), actor(access, hold.by));
        json!({"basis": hold.basis.as_str(), "at": at, "by": by})
    };
    let requested = case.request.as_ref().map(|request| {
        json!({
            "basis": request.basis.as_str(),
            "at": zone.print(request.at),
            "by": actor(access, request.by),
            "not_before": zone.print(request.not_before),
        })
    });
    let erased = case.erased.as_ref().map(|erased| {
        json!({
            "basis": erased.request.basis.as_str(),
            "at": zone.print(erased.at),
            "by": actor(access, erased.by),
            "requested_by": actor(access, erased.request.by),
            "seq": erased.seq,
            "completed_seq": erased.completed,
        })
    });
    json!({
        "incident": id.0,
        "holds": case.holds.iter().map(hold).collect::<Vec<_>>(),
        "requested": requested,
        "erased": erased,
    })
}
