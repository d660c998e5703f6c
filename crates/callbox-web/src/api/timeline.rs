//! The recorded events of one incident: who did what, when, and when it was recorded.

use axum::{
    extract::{Path, State},
    response::Response,
};
use callbox_domain::{Cause, Center, Entry, Event, Personal, Place, Text, UnitId};
use serde_json::{Value, json};

use super::{
    commands::incident_number,
    incident::{actor, relation},
    lists::{Pairs, parameters},
    time::Zone,
};
use crate::{
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

/// How many events an answer has unless the caller says otherwise.
const LIMIT: u64 = 500;
/// From how many seconds between happening and recording on an entry counts as late.
const LATE_SECONDS: f64 = 60.0;

/// `GET /api/v1/incidents/{id}/timeline`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    query: Pairs,
) -> Result<Response, Problem> {
    let id = incident_number(&id)?;
    let query = parameters("/api/v1/incidents/{id}/timeline", query)?;
    let limit = query.number("limit").unwrap_or(LIMIT);
    let limit = usize::try_from(limit).expect("its bound is small");
    let incident = state.incident_for(Some(&signed), id).await?;
    let after = query.number("after");
    let mut seqs: Vec<u64> = incident
        .history
        .iter()
        .copied()
        .filter(|seq| after.is_none_or(|after| *seq > after))
        .take(limit + 1)
        .collect();
    let has_more = seqs.len() > limit;
    seqs.truncate(limit);
    let engine = state.engine.clone();
    let entries = blocking(move || engine.entries(&seqs))
        .await?
        .map_err(|error| Problem::internal("the timeline cannot be read", &error))?;
    let next = entries.last().filter(|_| has_more).map(|entry| entry.seq);
    let entries = state.told_entries(Some(&signed), entries);
    // Units that worked on it are named, whoever asks.
    let center = state.engine.snapshot();
    let zone = Zone::of(&center);
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| row(&state, &center, &zone, entry))
        .collect();
    Ok(super::answer(
        &json!({"incident": id.0, "entries": rows, "next_after": next}),
    ))
}

fn row(state: &AppState, center: &Center, zone: &Zone, entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": zone.print(entry.at),
        "recorded": zone.print(entry.recorded),
        "late": entry.recorded.seconds_since(entry.at) >= LATE_SECONDS,
        "actor": actor(&state.access, entry.actor),
        "purpose": entry.purpose.name(),
        "kind": entry.event.kind().name,
        "unit": entry.event.unit().and_then(|unit| called(center, unit)),
        "details": details(&entry.event),
    })
}

fn called(center: &Center, unit: UnitId) -> Option<String> {
    center.unit(unit).map(|unit| unit.call_sign.to_string())
}

fn words(text: &Personal<Text>) -> Option<&str> {
    text.known().map(Text::as_str)
}

fn place(place: Option<&Place>) -> Value {
    let lat_lon = place.and_then(Place::lat_lon);
    json!({
        "place": place.map(|place| place.text.as_str()),
        "lat": lat_lon.map(|(lat, _)| lat),
        "lon": lat_lon.map(|(_, lon)| lon),
    })
}

/// What an event says; `null` where it is not known, or was erased.
pub(crate) fn details(event: &Event) -> Value {
    match event {
        Event::IncidentReceived(received) => {
            let known = received.details.known();
            let mut details = place(known.and_then(|known| known.place.as_ref()));
            details["type"] = json!(received.incident_type.as_ref().map(|code| code.as_str()));
            details["priority"] = json!(received.priority.as_ref().map(|code| code.as_str()));
            details["reference"] = json!(received.reference.as_ref().map(|code| code.as_str()));
            details["has_caller"] = json!(received.has_caller);
            details
        }
        Event::IncidentLocated(located) => {
            let mut details = place(located.place.known());
            details["correction"] = json!(located.correction);
            details
        }
        Event::IncidentClassified(classified) => {
            json!({"type": classified.incident_type.as_str()})
        }
        Event::IncidentPrioritised(prioritised) => {
            json!({"priority": prioritised.priority.as_str()})
        }
        Event::NarrativeAdded(added) => json!({"line": added.line.0, "text": words(&added.text)}),
        Event::NarrativeCorrected(corrected) => json!({
            "line": corrected.line.0,
            "corrects": corrected.corrects.0,
            "text": words(&corrected.text),
        }),
        Event::IncidentsLinked(linked) => json!({
            "incident": linked.incident.0,
            "other": linked.other.0,
            "relation": relation(linked.relation),
        }),
        Event::IncidentShared(it) => json!({"agency": it.agency.as_str()}),
        Event::IncidentUnshared(it) => json!({"agency": it.agency.as_str()}),
        Event::IncidentTakenFor(it) => json!({"agency": it.agency.as_str()}),
        Event::CallRecorded(it) => {
            json!({"call": it.call, "kind": it.kind.name(), "has_caller": it.has_caller})
        }
        Event::CallHandled(it) => json!({"call": it.call, "how": it.how.name()}),
        Event::PlaceAssessed(it) => json!({
            "source": it.assessed.source.name(),
            "verdict": it.assessed.verdict.name(),
            "uncertainty_meters": it.assessed.uncertainty_meters,
            "fit_percent": it.assessed.fit_percent,
            "extent_meters": it.assessed.extent_meters,
        }),
        Event::QuestionAnswered(it) => {
            let said = it.said.known();
            json!({
                "card": it.card.as_str(),
                "version": it.version,
                "question": said.map(|said| said.question.as_str()),
                "answer": said.map(|said| said.given.written()),
            })
        }
        Event::QuestionsRuled(it) => json!({
            "type": it.incident_type.as_ref().map(|code| code.as_str()),
            "priority": it.priority.as_ref().map(|code| code.as_str()),
        }),
        Event::IncidentsMerged(it) => json!({"incident": it.incident.0, "into": it.into.0}),
        Event::MergeUndone(it) => json!({"incident": it.incident.0, "from": it.from.0}),
        Event::IncidentScheduled(it) => {
            json!({"at_ms": it.schedule.at.millis(), "warn_seconds": it.schedule.warn_seconds})
        }
        Event::IncidentTransferred(it) => json!({
            "to": it.to.as_str(),
            "reference": it.reference.as_ref().map(|code| code.as_str()),
            "reason": words(&it.reason),
        }),
        Event::IncidentClosed(closed) => json!({"disposition": closed.disposition.as_str()}),
        Event::IncidentReopened(reopened) => json!({"reason": words(&reopened.reason)}),
        Event::UnitDispatched(dispatched) => json!({
            "assignment": dispatched.assignment.0,
            "unit_type": dispatched.unit_type.as_str(),
            "status": dispatched.status.as_str(),
            "concurrent": dispatched.concurrent,
        }),
        Event::AssignmentProgressed(progressed) => json!({
            "assignment": progressed.assignment.0,
            "status": progressed.status.as_str(),
            "meaning": progressed.meaning.name(),
            "correction": progressed.correction,
            "out_of_order": progressed.out_of_order,
        }),
        Event::AssignmentEnded(ended) => json!({
            "assignment": ended.assignment.0,
            "how": ended.how.name(),
            "to": ended.how.to().map(|to| to.0),
            "status": ended.status.as_str(),
            "reason": words(&ended.reason),
            "out_of_order": ended.out_of_order,
        }),
        Event::UnitsSuggested(suggested) => json!({
            "alarm": suggested.alarm,
            "plan": suggested.plan.as_ref().map(|code| code.as_str()),
            "edition": suggested.edition,
            "suggested": suggested.suggested.iter().map(|unit| unit.0).collect::<Vec<_>>(),
            "missing": suggested.missing,
        }),
        Event::DispatchUndone(it) => json!({"assignment": it.assignment.0, "undoes": it.undoes}),
        Event::StatusUndone(it) => json!({
            "assignment": it.assignment.0,
            "undoes": it.undoes,
            "status": it.status.as_str(),
            "meaning": it.meaning.name(),
        }),
        Event::EndUndone(it) => json!({"assignment": it.assignment.0, "undoes": it.undoes}),
        Event::CloseUndone(it) => json!({"undoes": it.undoes}),
        Event::WelfareAsked(it) => json!({"assignment": it.assignment.0, "due": it.due}),
        Event::WelfareAnswered(it) => {
            json!({"assignment": it.assignment.0, "words": words(&it.words)})
        }
        Event::WelfareMissed(it) => json!({"assignment": it.assignment.0, "missed": it.missed}),
        Event::AlarmRaised(it) => json!({
            "cause": it.cause.name(),
            "clock": match &it.cause {
                Cause::Clock(code) => Some(code.as_str()),
                _ => None,
            },
            "due_ms": it.due.millis(),
        }),
        Event::AlarmAcknowledged(it) => json!({"alarm": it.alarm.0}),
        Event::AlarmEscalated(it) => json!({"alarm": it.alarm.0}),
        // The rest belongs to the center or a unit and stands in no incident's history.
        Event::HoldPlaced(it) => json!({"basis": it.basis.as_str()}),
        Event::HoldLifted(it) => json!({"basis": it.basis.as_str()}),
        Event::ErasureRequested(it) => {
            json!({"basis": it.basis.as_str(), "wait_days": it.wait_days})
        }
        Event::ErasureRefused(it) => json!({"reason": it.reason.as_str()}),
        Event::DomainErased(it) => json!({
            "basis": it.basis.as_str(),
            "request": it.request,
            "payloads": it.facts.payloads,
            "digest": it.facts.digest.to_string(),
            "keys": it.facts.keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        Event::ErasureCompleted(it) => {
            json!({"payloads": it.payloads, "keys": it.keys, "epoch": it.epoch})
        }
        _ => json!({}),
    }
}
