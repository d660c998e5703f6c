//! Which units to send to an incident, why those, and why not others.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, RawPathParams, Request, State},
    response::Response,
};
use callbox_domain::{
    Center, Drive, Facts, IncidentId, Note, Question, Recommendation, Requirement, SendSuggested,
    UnitId, WhyNot,
};
use serde_json::{Value, json};

use super::{
    commands::incident_number,
    fields::Members,
    lists::{Pairs, parameters},
    time::Zone,
    write,
};
use crate::{
    advice::{self, Around},
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

/// How many of the units that are not sent are explained.
const OTHERS: usize = 40;
pub(super) const PATH: &str = "/api/v1/incidents/{id}/recommendation";
pub(super) const SEND: &str = "/api/v1/incidents/{id}/alarm";

/// `GET /api/v1/incidents/{id}/recommendation`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    query: Pairs,
) -> Result<Response, Problem> {
    let incident = incident_number(&id)?;
    let query = parameters(PATH, query)?;
    let alarm = query.number("alarm");
    let only = query.code("why_not");
    let answer = blocking(move || {
        let center = state.center_for(Some(&signed));
        let alarm = alarm.map_or_else(|| next_alarm(&center, incident), |alarm| alarm as u8);
        let question = Question { incident, alarm };
        let facts = advice::facts(&state, &center, incident);
        let found = center.recommend(question, &facts)?;
        let only = only.map(|code| {
            let unit = center.unit_called(code.as_str()).map(|unit| unit.id);
            unit.ok_or_else(|| callbox_domain::Refusal::UnknownUnit(code.to_string()))
        });
        let suggested = found.suggested.iter().map(|one| one.unit);
        let detours = advice::detours(&state, &center, incident, suggested);
        Ok::<_, callbox_domain::Refusal>(render(
            &center,
            question,
            &facts,
            (&found, &detours),
            only.transpose()?,
        ))
    })
    .await??;
    Ok(super::answer(&answer))
}

/// The alarm that comes next: the first, or the one in force while something of it is missing.
pub(crate) fn next_alarm(center: &Center, incident: IncidentId) -> u8 {
    let known = center
        .incident(incident)
        .map_or(0, |incident| incident.alarm);
    known.max(1)
}

/// `POST /api/v1/incidents/{id}/alarm`: sends what is recommended, or other units instead.
pub(super) async fn send(
    State(state): State<AppState>,
    signed: Signed,
    path: RawPathParams,
    request: Request,
) -> Result<Response, Problem> {
    let endpoint = super::endpoint_at(SEND);
    let (once, body) = write::members(endpoint, &signed, request).await?;
    let context = write::context(&state, &signed, endpoint.route.action, body.time("at"));
    let id = path.iter().find(|(name, _)| *name == "id");
    let incident = incident_number(id.map_or("", |(_, id)| id));
    let made = match context.and_then(|context| Ok((context, incident?))) {
        Ok((context, incident)) => {
            let command = {
                let (state, signed) = (state.clone(), signed.clone());
                blocking(move || suggested(&state, &signed, incident, &body))
            };
            let command = command.await.and_then(|made| made.map_err(Problem::from));
            command.map(|command| (command.into(), context))
        }
        Err(problem) => Err(problem),
    };
    write::submit(&state, once, made).await
}

fn suggested(
    state: &AppState,
    signed: &Signed,
    incident: IncidentId,
    body: &Members,
) -> Result<SendSuggested, callbox_domain::Refusal> {
    let center = state.center_for(Some(signed));
    let instead = body.codes("units").map(|signs| {
        let unit = |sign: &callbox_domain::Code| {
            let unit = center.unit_called(sign.as_str()).map(|unit| unit.id);
            unit.ok_or_else(|| callbox_domain::Refusal::UnknownUnit(sign.to_string()))
        };
        signs.iter().map(unit).collect::<Result<Vec<UnitId>, _>>()
    });
    let alarm = body.number("alarm");
    Ok(SendSuggested {
        incident,
        alarm: alarm.map_or_else(|| next_alarm(&center, incident), |alarm| alarm as u8),
        facts: advice::facts(state, &center, incident),
        instead: instead.transpose()?,
        although_committed: body.flag("although_committed"),
    })
}

fn render(
    center: &Center,
    question: Question,
    facts: &Facts,
    (found, detours): (&Recommendation, &BTreeMap<UnitId, Around>),
    only: Option<UnitId>,
) -> Value {
    let sign = |id: UnitId| center.unit(id).map(|unit| unit.call_sign.to_string());
    let suggested: Vec<_> = found
        .suggested
        .iter()
        .map(|one| {
            let lateness = &one.lateness;
            let (drive, seconds) = drive(lateness.drive);
            json!({
                "unit": sign(one.unit),
                "type": center.unit(one.unit).map(|unit| unit.unit_type.to_string()),
                "requirement": one.requirement,
                "eta_seconds": lateness.arrival_seconds(),
                "drive": drive,
                "drive_seconds": seconds,
                "turnout_seconds": lateness.turnout_seconds,
                "rest_seconds": lateness.rest_seconds,
                "substitute_seconds": lateness.substitute_seconds,
                "notes": one.notes.iter().map(note).collect::<Vec<_>>(),
                "detour": detours.get(&one.unit).map(|around| json!({
                    "seconds_without": around.seconds_without,
                    "around": around.streets,
                })),
            })
        })
        .collect();
    let shortfalls: Vec<_> = found
        .shortfalls
        .iter()
        .map(|shortfall| {
            let reasons = shortfall.reasons.iter().map(|(why, count)| {
                let mut why = why_not(why);
                why["count"] = (*count).into();
                why
            });
            json!({
                "requirement": shortfall.requirement,
                "missing": shortfall.missing,
                "reasons": reasons.collect::<Vec<_>>(),
            })
        })
        .collect();
    let filled = |units: &[(UnitId, usize)]| -> Vec<Value> {
        let one = |(unit, at): &(UnitId, usize)| json!({"unit": sign(*unit), "requirement": at});
        units.iter().map(one).collect()
    };
    json!({
        "incident": question.incident.0,
        "alarm": question.alarm,
        "alarms": found.alarms,
        "at": Zone::of(center).print(facts.at),
        "plan": found.plan.as_ref().map(|code| code.as_str()),
        "edition": found.edition,
        "areas": found.areas.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "requirements": found.requirements.iter().map(requirement).collect::<Vec<_>>(),
        "present": filled(&found.present),
        "done": filled(&found.done),
        "suggested": suggested,
        "shortfalls": shortfalls,
        "others": others(center, question, facts, found, only),
    })
}

/// The units that are not sent, those that would be there first in front.
fn others(
    center: &Center,
    question: Question,
    facts: &Facts,
    found: &Recommendation,
    only: Option<UnitId>,
) -> Vec<Value> {
    let wanted = |unit_type: &callbox_domain::Code| {
        let choices = found.requirements.iter().flat_map(|r| &r.choices);
        choices
            .into_iter()
            .any(|choice| choice.unit_type == *unit_type)
    };
    let sent = |id: UnitId| found.suggested.iter().any(|one| one.unit == id);
    let mut units: Vec<_> = center
        .units
        .iter()
        .map(|(_, unit)| unit)
        .filter(|unit| match only {
            Some(only) => unit.id == only,
            None => wanted(&unit.unit_type) && !sent(unit.id),
        })
        .map(|unit| (drive(facts.of(unit.id).drive).1.unwrap_or(u32::MAX), unit))
        .collect();
    units.sort_by_key(|(seconds, unit)| (*seconds, unit.id));
    units.truncate(OTHERS);
    units
        .into_iter()
        .map(|(seconds, unit)| {
            let why = center.why_not(question, facts, found, unit.id);
            json!({
                "unit": unit.call_sign.as_str(),
                "type": unit.unit_type.as_str(),
                "drive_seconds": (seconds < u32::MAX).then_some(seconds),
                "why": why.iter().map(why_not).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn drive(drive: Drive) -> (&'static str, Option<u32>) {
    match drive {
        Drive::Road(seconds) => ("road", Some(seconds)),
        Drive::Straight(seconds) => ("straight", Some(seconds)),
        Drive::Unknown => ("unknown", None),
    }
}

fn values(values: Vec<(&'static str, String)>) -> Value {
    let values = values.into_iter();
    values
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn note(note: &Note) -> Value {
    json!({"code": note.code(), "text": note.to_string(), "values": values(note.values())})
}

fn why_not(why: &WhyNot) -> Value {
    json!({"code": why.code(), "text": why.to_string(), "values": values(why.values())})
}

/// A requirement as the interface shows it.
pub(super) fn requirement(requirement: &Requirement) -> Value {
    let choices = requirement.choices.iter().map(
        |choice| json!({"type": choice.unit_type.as_str(), "later_seconds": choice.later_seconds}),
    );
    let skills = requirement.skills.iter();
    let skills: serde_json::Map<_, _> = skills
        .map(|(code, count)| (code.to_string(), (*count).into()))
        .collect();
    json!({
        "count": requirement.count,
        "types": choices.collect::<Vec<_>>(),
        "skills": skills,
        "equipment": requirement.equipment.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "crew": requirement.crew,
        "seats": requirement.seats,
    })
}
