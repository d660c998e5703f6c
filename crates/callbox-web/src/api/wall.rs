//! What hangs on the wall of the room: figures and blocks, no names, no house numbers, no words.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::{extract::State, response::Response};
use callbox_domain::{
    Center, Code, Incident, Meaning, Timestamp,
    report::{Window, targets},
};
use callbox_geo::Coord;
use serde_json::{Value, json};

use crate::{
    problem::Problem,
    reports::{Asked, Span},
    security::Signed,
    state::{AppState, blocking},
};

/// How many incidents have a line of their own; the figures count all.
const LINES: usize = 16;

/// How long figures of the day may be old, in seconds: each is a pass over the day's calls.
const DAY_SECONDS: i64 = 60;

/// The figures of the day as they were computed last: of the center, and of agencies that somebody is bound to.
#[derive(Default)]
pub(crate) struct WallDay(Mutex<BTreeMap<Option<Code>, (Timestamp, Value)>>);

/// `GET /api/v1/wall`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
) -> Result<Response, Problem> {
    let today = today(&state, signed.agency().cloned()).await?;
    let center = state.center_for(Some(&signed));
    let now = state.now();
    let mut live: Vec<&Incident> = center
        .incidents
        .iter()
        .map(|(_, incident)| &**incident)
        .filter(|incident| incident.is_live())
        .collect();
    live.sort_by_key(|incident| {
        let rank = center.configuration.rank(incident.priority.as_ref());
        (!is_waiting(incident), rank, incident.received)
    });
    let units = center.units.iter().map(|(_, unit)| unit);
    let in_service: Vec<_> = units.filter(|unit| unit.in_service).collect();
    let mut types: BTreeMap<&str, [u32; 2]> = BTreeMap::new();
    for unit in &in_service {
        let counts = types.entry(unit.unit_type.as_str()).or_default();
        counts[1] += 1;
        counts[0] += u32::from(unit.active.is_empty() && is_available(&center, &unit.status));
    }
    let free: u32 = types.values().map(|counts| counts[0]).sum();
    Ok(super::answer(&json!({
        "at_ms": now.millis(),
        "waiting": waiting(&center, &live),
        "open": live.len(),
        "free": free,
        "units": in_service.len(),
        "types": types
            .iter()
            .map(|(code, [free, all])| json!({"type": code, "free": free, "units": all}))
            .collect::<Vec<_>>(),
        "incidents": live.iter().take(LINES).map(|incident| line(&state, &center, incident)).collect::<Vec<_>>(),
        "alarms": center.alarms().len(),
        "today": today,
    })))
}

fn is_waiting(incident: &Incident) -> bool {
    incident.active().next().is_none()
}

fn is_available(center: &Center, status: &Code) -> bool {
    let status = center.configuration.unit_statuses.get(status);
    status.is_some_and(|status| status.meaning == Meaning::Available)
}

/// For each priority how many wait, and since when the first of them.
fn waiting(center: &Center, live: &[&Incident]) -> Vec<Value> {
    let mut priorities: Vec<_> = center.configuration.priorities.values().collect();
    priorities.sort_by_key(|priority| priority.rank);
    let row = |priority: &&callbox_domain::Priority| {
        let of = live.iter().filter(|incident| {
            is_waiting(incident) && incident.priority.as_ref() == Some(&priority.code)
        });
        json!({
            "priority": priority.code.as_str(),
            "label": priority.label.as_str(),
            "rank": priority.rank,
            "waiting": of.clone().count(),
            "since": of.map(|incident| incident.received.millis()).min(),
            "warn_seconds": priority.unassigned_warn_seconds,
            "alarm_seconds": priority.unassigned_alarm_seconds,
        })
    };
    priorities.iter().map(row).collect()
}

fn line(state: &AppState, center: &Center, incident: &Incident) -> Value {
    let kind = incident.incident_type.as_ref();
    let label = kind.and_then(|code| center.configuration.incident_types.get(code));
    json!({
        "incident": incident.id.0,
        "label": label.map(|kind| kind.label.as_str()),
        "priority": incident.priority.as_ref().map(|code| code.as_str()),
        "rank": center.configuration.rank(incident.priority.as_ref()),
        "block": block(state, incident),
        "received": incident.received.millis(),
        "first_on_scene": incident.first_on_scene().map(Timestamp::millis),
        "units": incident.active().count(),
    })
}

/// The block or the street, by the place's position: what somebody typed may hold a name.
fn block(state: &AppState, incident: &Incident) -> Option<String> {
    let (lat, lon) = incident.place.as_ref()?.known()?.lat_lon()?;
    let geography = state.geography.as_ref()?;
    let here = geography.geocoder.reverse(Coord::from_degrees(lat, lon)?)?;
    here.block
        .map(|block| numbers(&block))
        .or_else(|| here.street.map(|street| street.label))
}

/// A block by its house numbers, which every language reads: `1–99 Elm St` for `0 block of Elm St`.
fn numbers(block: &str) -> String {
    let parts = block.split_once(" block of ");
    let hundred = parts.and_then(|(first, street)| Some((first.parse::<u32>().ok()?, street)));
    hundred.map_or_else(
        || block.to_owned(),
        |(first, street)| format!("{}–{} {street}", first.max(1), first.saturating_add(99)),
    )
}

/// How the clocks were kept since midnight.
async fn today(state: &AppState, agency: Option<Code>) -> Result<Value, Problem> {
    let now = state.now();
    let kept = |state: &AppState| {
        let day = state
            .wall_day
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let day = day.get(&agency).cloned();
        day.filter(|(at, _)| *at <= now && now < at.plus_seconds(DAY_SECONDS))
    };
    if let Some((_, figures)) = kept(state) {
        return Ok(figures);
    }
    let zone = super::time::Zone::of(&state.engine.snapshot()).inner();
    let begun = Span::read(&Asked::default(), zone, now)?
        .last_day()
        .window();
    let (state, offset) = (state.clone(), |_: Timestamp| 0);
    let figures = blocking(move || {
        let figures = state
            .reports
            .of(&state.engine, agency.as_ref(), |history| {
                let window = Window {
                    from: begun.from,
                    to: begun.to,
                };
                let rows = targets(history, window, &offset).rows;
                let row = |row: &callbox_domain::report::TargetRow| {
                    let asked = row.clock.target.as_ref()?;
                    Some(json!({
                        "label": row.clock.label.as_str(),
                        "seconds": asked.seconds,
                        "percent": asked.percent,
                        "share": row.total.share,
                        "n": row.total.n,
                    }))
                };
                rows.iter().filter_map(row).collect::<Value>()
            })?;
        let mut day = state
            .wall_day
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Of agencies that nobody asks for any more nothing stays.
        day.retain(|_, (at, _)| now < at.plus_seconds(DAY_SECONDS));
        day.insert(agency, (now, figures.clone()));
        Ok::<_, callbox_engine::ReadError>(figures)
    });
    figures
        .await?
        .map_err(|error| Problem::internal("the record cannot be read", &error))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn a_block_is_said_by_its_numbers() {
        assert_eq!(numbers("0 block of Elm St"), "1–99 Elm St");
        assert_eq!(
            numbers("1200 block of Elm St, Ashford"),
            "1200–1299 Elm St, Ashford"
        );
        assert_eq!(numbers("枫坊路"), "枫坊路");
    }
}
