//! Feeds a plan into a running server, over its JSON interface.

use std::{thread, time::Duration};

use callbox_domain::{Code, Command, Meaning, Timestamp};
use serde_json::{Value, json};

use super::{
    define::{self, Present},
    history::{History, Work, fnv1a},
    http::{Answer, Client},
    map::Checked,
    meaning,
    pace::{Pace, Speed},
    plan::{Plan, Step, What},
    row_of,
    tally::Tally,
};
use crate::failure::{Failure, Outcome};

/// How often a busy server is asked again, a second apart.
const TRIES: usize = 30;

/// Defines what the server's center does not know, then carries the plan out.
pub(super) fn apply(
    mut client: Client,
    history: &mut History,
    checked: &Checked,
    plan: &Plan,
    speed: Speed,
    tally: &mut Tally,
) -> Outcome {
    let board = client.get("/api/v1/board")?;
    if board.status != 200 {
        return Err(stopped(&board, tally));
    }
    let board = board.body;
    let statuses = Meaning::ALL.map(|meaning| status(&board, meaning));
    let mut feed = Feed {
        client,
        tally,
        refused: Vec::new(),
    };
    let begin = super::offline::begin(&plan.steps);
    for command in define::missing(&present(&board), history, checked) {
        feed.define(&command, begin)?;
    }
    let mut unit_types: Vec<Code> = history
        .units
        .iter()
        .map(|unit| unit_type(&board, &unit.call_sign).unwrap_or_else(|| unit.unit_type.clone()))
        .collect();
    let pace = Pace::new(speed, begin);
    let bar = crate::progress::bar("replaying", Some(plan.steps.len() as u64));
    let mut incidents: Vec<u64> = vec![0; history.calls.len()];
    for step in &plan.steps {
        pace.wait_for(step.order);
        bar.inc(1);
        if let What::Dispatch { work, .. } = step.what {
            let work = &history.work[work as usize];
            let known = &mut unit_types[work.unit as usize];
            if *known != work.unit_type {
                feed.retype(&board, history, work, step.at)?;
                *known = work.unit_type.clone();
            }
        }
        feed.step(step, history, &statuses, &mut incidents)?;
    }
    bar.finish_and_clear();
    for (row, why) in feed.refused {
        if history.rejected.iter().all(|rejected| rejected.row != row) {
            history.reject(row, "refused", why);
        }
    }
    Ok(())
}

struct Feed<'a> {
    client: Client,
    tally: &'a mut Tally,
    refused: Vec<(u64, String)>,
}

impl Feed<'_> {
    fn step(
        &mut self,
        step: &Step,
        history: &History,
        statuses: &[Option<String>],
        incidents: &mut [u64],
    ) -> Outcome {
        let at = step.at.to_string();
        let unit = |work: &Work| segment(history.units[work.unit as usize].call_sign.as_str());
        let (path, body) = match step.what {
            What::Receive { call } => {
                let call = &history.calls[call as usize];
                let place = call.place.as_ref();
                let lat_lon = place.and_then(callbox_domain::Place::lat_lon);
                let body = json!({
                    "at": at,
                    "reference": call.id.as_str(),
                    "type": call.incident_type.as_ref().map(Code::as_str),
                    "priority": call.priority.as_ref().map(Code::as_str),
                    "place": place.map(|place| place.text.as_str()),
                    "lat": lat_lon.map(|(lat, _)| lat),
                    "lon": lat_lon.map(|(_, lon)| lon),
                });
                ("/api/v1/incidents".to_owned(), body)
            }
            What::Dispatch { work, concurrent } => {
                let work = &history.work[work as usize];
                let call_sign = &history.units[work.unit as usize].call_sign;
                let body = json!({
                    "at": at, "units": [call_sign.as_str()], "although_committed": concurrent,
                });
                (
                    format!("/api/v1/incidents/{}/units", incidents[work.call as usize]),
                    body,
                )
            }
            What::Progress { work, .. } | What::Clear { work } => {
                let time = match step.what {
                    What::Progress { time, .. } => usize::from(time),
                    _ => super::history::AVAILABLE,
                };
                let meaning = meaning(time);
                let status = statuses[meaning as usize].as_ref().ok_or_else(|| {
                    Failure::Refused(format!(
                        "the center has no unit status that means '{meaning}'; define one first"
                    ))
                })?;
                let work = &history.work[work as usize];
                let incident = incidents[work.call as usize];
                let body = json!({ "at": at, "status": status, "incident": incident });
                (format!("/api/v1/units/{}/status", unit(work)), body)
            }
            What::Release { work } => {
                let work = &history.work[work as usize];
                let body = json!({
                    "at": at,
                    "incident": incidents[work.call as usize],
                    "reason": super::RELEASE_REASON,
                });
                (format!("/api/v1/units/{}/release", unit(work)), body)
            }
            What::Close { call } => {
                let recorded = history.calls[call as usize].disposition.as_ref();
                let disposition = define::disposition(recorded);
                let body = json!({ "at": at, "disposition": disposition.as_str() });
                (
                    format!("/api/v1/incidents/{}/close", incidents[call as usize]),
                    body,
                )
            }
        };
        let key = key(step, history);
        let answer = self.post(&path, &key, &without_nulls(body))?;
        match (answer.status, row_of(step, history)) {
            (200..300, _) if answer.body["repeated"] == true => self.tally.skip(step),
            (200..300, _) => self.count(&answer),
            (404 | 409, Some(row)) => self.refused.push((row, answer.problem())),
            _ => return Err(stopped(&answer, self.tally)),
        }
        if let What::Receive { call } = step.what {
            incidents[call as usize] = answer.body["incident"].as_u64().ok_or_else(|| {
                Failure::Internal("the server did not say which number the call got".to_owned())
            })?;
        }
        Ok(())
    }

    fn define(&mut self, command: &Command, at: Timestamp) -> Outcome {
        let (what, body) = match command {
            Command::DefineAgency(it) => (
                "agencies",
                json!({ "code": it.code.as_str(), "name": it.name.as_str() }),
            ),
            Command::DefinePriority(it) => {
                let (code, label) = (it.code.as_str(), it.label.as_str());
                (
                    "priorities",
                    json!({ "code": code, "label": label, "rank": it.rank }),
                )
            }
            Command::DefineIncidentType(it) => (
                "incident-types",
                json!({ "code": it.code.as_str(), "label": it.label.as_str() }),
            ),
            Command::DefineUnitType(it) => (
                "unit-types",
                json!({ "code": it.code.as_str(), "label": it.label.as_str() }),
            ),
            Command::DefineDisposition(it) => (
                "dispositions",
                json!({ "code": it.code.as_str(), "label": it.label.as_str() }),
            ),
            Command::DefineUnit(it) => {
                let body = json!({
                    "call_sign": it.call_sign.as_str(),
                    "agency": it.agency.as_str(),
                    "type": it.unit_type.as_str(),
                    "station": it.station.as_ref().map(Code::as_str),
                });
                ("units", body)
            }
            other => unreachable!("a history defines no {}", other.name()),
        };
        let mut body = without_nulls(body);
        body["at"] = at.to_string().into();
        // Defining the same again changes nothing, so the key need not survive this run.
        let key = format!("define-{:032x}", fnv1a(&[what, &body.to_string(), &now()]));
        let answer = self.post(&format!("/api/v1/configuration/{what}"), &key, &body)?;
        match answer.status {
            200..300 => self.count(&answer),
            _ => return Err(stopped(&answer, self.tally)),
        }
        Ok(())
    }

    /// The unit had another type then: its definition follows the record.
    fn retype(&mut self, board: &Value, history: &History, work: &Work, at: Timestamp) -> Outcome {
        let unit = &history.units[work.unit as usize];
        let row = unit_row(board, &unit.call_sign);
        let code = |key: &str| Code::new(row?[key].as_str()?).ok();
        let define = callbox_domain::DefineUnit {
            call_sign: unit.call_sign.clone(),
            agency: code("agency").unwrap_or_else(|| unit.agency.clone()),
            unit_type: work.unit_type.clone(),
            station: code("station"),
        };
        self.define(&define.into(), at)
    }

    /// Sends, and again while the server is busy.
    fn post(&mut self, path: &str, key: &str, body: &Value) -> Outcome<Answer> {
        for _ in 1..TRIES {
            let answer = self.client.post(path, key, body)?;
            if !matches!(answer.status, 429 | 503) {
                return Ok(answer);
            }
            thread::sleep(Duration::from_secs(1));
        }
        self.client.post(path, key, body)
    }

    fn count(&mut self, answer: &Answer) {
        self.tally.events += answer.body["events"]
            .as_array()
            .map_or(0, |it| it.len() as u64);
    }
}

/// Names a step by what its source says, so that it is the same in every run.
fn key(step: &Step, history: &History) -> String {
    let work = |work: u32, kind: &str| {
        let work = &history.work[work as usize];
        let call = history.calls[work.call as usize].id.as_str();
        let unit = history.units[work.unit as usize].call_sign.as_str();
        let dispatched = work.times[0].map_or(0, Timestamp::micros).to_string();
        fnv1a(&[kind, call, unit, &dispatched])
    };
    let hash = match step.what {
        What::Receive { call } => fnv1a(&["receive", history.calls[call as usize].id.as_str()]),
        What::Close { call } => fnv1a(&["close", history.calls[call as usize].id.as_str()]),
        What::Dispatch { work: at, .. } => work(at, "dispatch"),
        What::Progress { work: at, time } => work(at, meaning(usize::from(time)).name()),
        What::Clear { work: at } => work(at, "clear"),
        What::Release { work: at } => work(at, "release"),
    };
    format!("history-{hash:032x}")
}

fn now() -> String {
    crate::times::now().micros().to_string()
}

fn present(board: &Value) -> Present {
    let codes = |list: &str, key: &str| {
        let rows = board[list].as_array().into_iter().flatten();
        rows.filter_map(|row| Code::new(row[key].as_str()?).ok())
            .collect()
    };
    Present {
        agencies: codes("agencies", "code"),
        priorities: codes("priorities", "code"),
        incident_types: codes("types", "code"),
        unit_types: codes("unit_types", "code"),
        dispositions: codes("dispositions", "code"),
        units: codes("units", "call_sign"),
    }
}

fn status(board: &Value, meaning: Meaning) -> Option<String> {
    let rows = board["statuses"].as_array()?;
    let row = rows.iter().find(|row| row["meaning"] == meaning.name())?;
    row["code"].as_str().map(str::to_owned)
}

fn unit_row<'a>(board: &'a Value, call_sign: &Code) -> Option<&'a Value> {
    let rows = board["units"].as_array()?;
    rows.iter()
        .find(|row| row["call_sign"] == call_sign.as_str())
}

fn unit_type(board: &Value, call_sign: &Code) -> Option<Code> {
    Code::new(unit_row(board, call_sign)?["type"].as_str()?).ok()
}

/// The server takes what is left out, not what is null.
fn without_nulls(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body
}

/// A part of a path, percent-encoded.
fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn stopped(answer: &Answer, tally: &Tally) -> Failure {
    let text = format!(
        "the replay stopped after {} events: {}. They are kept; when the cause is removed, run the \
         same command again: what is there is not doubled.",
        tally.events,
        answer.problem()
    );
    match answer.status {
        401 | 403 | 404 | 409 | 422 => Failure::Refused(text),
        400 => Failure::Input(text),
        _ => Failure::Internal(text),
    }
}
