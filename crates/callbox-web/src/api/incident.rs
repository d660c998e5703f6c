//! One incident with all that is known of it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use callbox_domain::{ActorId, Assignment, Center, Incident, Line, Personal, Relation, Text};
use serde_json::{Value, json};

use super::{commands::incident_number, time::Zone};
use crate::{
    access::Access, live::rows::IncidentRow, problem::Problem, security::Signed, state::AppState,
};

/// `GET /api/v1/incidents/{id}`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let incident = state
        .incident_for(Some(&signed), incident_number(&id)?)
        .await?;
    // Units that worked on it are named, whoever asks.
    Ok(super::answer(&render(
        &state,
        &state.engine.snapshot(),
        &incident,
    )))
}

fn render(state: &AppState, center: &Center, incident: &Incident) -> Value {
    let zone = Zone::of(center);
    let access = &state.access;
    let caller = incident.caller.as_ref().map(|caller| match caller.known() {
        Some(caller) => json!({
            "name": caller.name.as_ref().map(Text::as_str),
            "call_back": caller.call_back.as_ref().map(Text::as_str),
            "erased": false,
        }),
        None => json!({"name": null, "call_back": null, "erased": true}),
    });
    let links = incident
        .links
        .iter()
        .map(|link| json!({"incident": link.other.0, "relation": relation(link.relation)}));
    let reopened = incident.reopened.iter().map(|reopened| {
        json!({
            "at": zone.print(reopened.at),
            "by": actor(access, reopened.by),
            "reason": reopened.reason.known().map(Text::as_str),
        })
    });
    let lines = incident
        .lines
        .iter()
        .map(|line| narrative_line(access, &zone, line));
    let assignments = incident
        .assignments
        .iter()
        .map(|one| assignment(center, &zone, incident, one));
    json!({
        "seq": center.next_seq(),
        "row": IncidentRow::new(center, incident),
        "received": zone.print(incident.received),
        "closed": incident.closed.as_ref().map(|closed| zone.print(closed.at)),
        "reference": incident.reference.as_ref().map(|code| code.as_str()),
        "place_erased": incident.place.as_ref().is_some_and(|place| place.known().is_none()),
        "caller": caller,
        "narrative": lines.collect::<Vec<_>>(),
        "calls": super::intake::calls(access, &zone, incident),
        "assessed": super::intake::assessed(access, &zone, incident),
        "merged": incident.intake.merged.iter().map(|id| id.0).collect::<Vec<_>>(),
        "transfers": super::intake::transfers(access, &zone, incident),
        "questions": super::cards::of_incident(center, incident),
        "assignments": assignments.collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
        "reopened": reopened.collect::<Vec<_>>(),
    })
}

fn narrative_line(access: &Access, zone: &Zone, line: &Line) -> Value {
    json!({
        "no": line.no.0,
        "at": zone.print(line.at),
        "author": actor(access, line.author),
        "text": line.text.known().map(Text::as_str),
        "erased": matches!(line.text, Personal::Erased),
        "corrects": line.corrects.map(|no| no.0),
    })
}

fn assignment(center: &Center, zone: &Zone, incident: &Incident, assignment: &Assignment) -> Value {
    let welfare = &assignment.welfare;
    let unit = center.unit(assignment.unit);
    let stamps = assignment.stamps.recorded();
    let times: serde_json::Map<_, _> = stamps
        .map(|(meaning, at)| (meaning.name().to_owned(), Value::String(zone.print(at))))
        .collect();
    let ended = assignment.ended.as_ref().map(|ended| {
        let reason = ended.reason.as_ref().and_then(|reason| reason.known());
        json!({
            "at": ended.at.map(|at| zone.print(at)),
            "how": ended.how.name(),
            "to": ended.how.to().map(|to| to.0),
            "reason": reason.map(Text::as_str),
        })
    });
    json!({
        "no": assignment.no.0,
        "unit": unit.map(|unit| unit.call_sign.as_str()),
        "unit_type": assignment.unit_type.as_str(),
        "status": assignment.status.as_str(),
        "meaning": assignment.meaning.name(),
        "since": zone.print(assignment.since),
        "times": times,
        "out_of_order": assignment.out_of_order,
        "concurrent": assignment.concurrent,
        "welfare": {
            "due": center.welfare_due(incident, assignment).map(|at| zone.print(at)),
            "asked": welfare.asked.map(|at| zone.print(at)),
            "answered": welfare.answered.map(|at| zone.print(at)),
            "missed": welfare.missed,
        },
        "ended": ended,
    })
}

/// Who did something: the pseudonym, and the name where the account is known here.
pub(super) fn actor(access: &Access, actor: ActorId) -> Value {
    json!({"id": actor.0, "name": access.name_of(actor)})
}

/// The name of a relation in interfaces.
pub(super) const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Related => "related",
        Relation::Duplicate => "duplicate",
    }
}
