//! A dispatcher at work: asks, decides by what is answered, and goes on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    agenda::{Action, Agenda},
    tally::{Answered, Tally},
};
use crate::server::{Client, Moments};

/// How often units are looked for before the call is put on a busy unit's stack.
const TRIES: u32 = 4;

/// One dispatcher.
pub(super) struct Desk<'a> {
    no: usize,
    asked: u64,
    client: Client,
    agenda: &'a Agenda,
    tally: &'a Tally,
    random: Moments,
}

impl<'a> Desk<'a> {
    pub(super) fn new(no: usize, client: Client, agenda: &'a Agenda, tally: &'a Tally) -> Self {
        let random = Moments(agenda.setting.seed ^ (no as u64 + 1).wrapping_mul(0x9e37_79b9));
        Self {
            no,
            asked: 0,
            client,
            agenda,
            tally,
            random,
        }
    }

    /// Does what is due until told to stop.
    pub(super) fn work(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            match self.agenda.take() {
                Some(action) => self.perform(action),
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Call => self.call(),
            Action::Say(incident) => {
                let no = self.asked;
                self.post(
                    "narrative",
                    &format!("/api/v1/incidents/{incident}/narrative"),
                    &json!({"text": format!("desk {} learnt thing {no}", self.no)}),
                );
            }
            Action::Send(incident, tries) => self.send(incident, tries),
            Action::Step(incident, unit, status) => self.step(incident, unit, status),
            Action::Close(incident, tries) => self.close(incident, tries),
            Action::Reopen(incident) => {
                let path = format!("/api/v1/incidents/{incident}/reopen");
                let body = json!({"reason": "the caller rang again"});
                if self.post("reopen", &path, &body).is_some() {
                    self.agenda.later(600.0, Action::Send(incident, 1));
                }
            }
            Action::EndEmergency(unit) => {
                let path = format!("/api/v1/units/{unit}/end-emergency");
                self.post("end-emergency", &path, &json!({"reason": "all are well"}));
            }
            Action::Rounds => self.rounds(),
            Action::Reload => {
                self.get("board", "/api/v1/board");
                self.get("history", "/api/v1/history?limit=50");
                self.agenda.later(60.0, Action::Reload);
            }
        }
    }

    fn call(&mut self) {
        let setting = &self.agenda.setting;
        let kind = setting.types[self.random.below(setting.types.len())].clone();
        let (place, lat, lon) = setting.places[self.random.below(setting.places.len())].clone();
        let number = format!("555-01{:02}", self.random.below(100));
        let look = json!({"type": kind, "place": place, "lat": lat, "lon": lon});
        self.ask("candidates", "/api/v1/calls/candidates", &look);
        let body = json!({
            "type": kind, "place": place, "lat": lat, "lon": lon,
            "caller_name": "Somebody", "caller_number": number,
        });
        let Some(answer) = self.post("call", "/api/v1/incidents", &body) else {
            return;
        };
        let Some(incident) = answer["incident"].as_u64() else {
            return;
        };
        let until = self.random.between(15.0, 90.0);
        self.agenda.later(until, Action::Send(incident, 1));
        for _ in 0..self.random.below(4) {
            let until = self.random.between(10.0, 1_200.0);
            self.agenda.later(until, Action::Say(incident));
        }
    }

    fn send(&mut self, incident: u64, tries: u32) {
        let path = format!("/api/v1/incidents/{incident}/recommendation");
        let Some(advice) = self.get("recommendation", &path) else {
            return;
        };
        let missing = !advice["shortfalls"].as_array().is_none_or(Vec::is_empty);
        let nobody = advice["suggested"].as_array().is_none_or(Vec::is_empty);
        if !nobody {
            let path = format!("/api/v1/incidents/{incident}/alarm");
            if self.post("send", &path, &json!({})).is_some() {
                self.follow(incident);
            }
        }
        if missing && tries < TRIES {
            self.agenda.later(120.0, Action::Send(incident, tries + 1));
        } else if missing && nobody {
            self.stack(incident);
        }
        if tries == 1 {
            self.agenda.later(3_000.0, Action::Close(incident, 1));
        }
    }

    /// Puts what nobody can go to on the stack of a busy unit of the first type that is wanted.
    fn stack(&mut self, incident: u64) {
        let Some(board) = self.get("board", "/api/v1/board") else {
            return;
        };
        let units = board["units"].as_array().into_iter().flatten();
        let busy: Vec<&str> = units
            .filter(|unit| !unit["incident"].is_null())
            .filter_map(|unit| unit["call_sign"].as_str())
            .collect();
        if busy.is_empty() {
            return;
        }
        let unit = busy[self.random.below(busy.len())];
        let path = format!("/api/v1/units/{unit}/stack");
        self.post("stack", &path, &json!({"incident": incident}));
    }

    /// Lets the crews of the units that were sent go on.
    fn follow(&mut self, incident: u64) {
        for (unit, meaning, _) in self.assigned(incident) {
            if meaning == "dispatched" {
                let until = self.random.between(10.0, 120.0);
                self.agenda
                    .later(until, Action::Step(incident, unit, "ENR"));
            }
        }
    }

    /// The units at work: call sign, meaning of the status, whether they are asked if they are well.
    fn assigned(&mut self, incident: u64) -> Vec<(String, String, bool)> {
        let Some(shown) = self.get("incident", &format!("/api/v1/incidents/{incident}")) else {
            return Vec::new();
        };
        let rows = shown["assignments"].as_array().into_iter().flatten();
        rows.filter(|row| row["ended"].is_null())
            .filter_map(|row| {
                let asked = !row["welfare"]["asked"].is_null();
                let (unit, meaning) = (row["unit"].as_str()?, row["meaning"].as_str()?);
                Some((unit.to_owned(), meaning.to_owned(), asked))
            })
            .collect()
    }

    fn step(&mut self, incident: u64, unit: String, status: &'static str) {
        if status == "ENR" && self.random.unit() < 0.03 {
            let path = format!("/api/v1/units/{unit}/cancel");
            let body = json!({"incident": incident, "reason": "not needed"});
            self.post("cancel", &path, &body);
            return;
        }
        let path = format!("/api/v1/units/{unit}/status");
        let body = json!({"status": status, "incident": incident});
        if self.post("status", &path, &body).is_none() {
            return;
        }
        if self.random.unit() < 0.01 {
            // A slip of the hand: taken back at once, then done again.
            if self.post("undo", "/api/v1/undo", &json!({})).is_some() {
                self.agenda
                    .later(20.0, Action::Step(incident, unit, status));
                return;
            }
        }
        if status == "ONS" && self.random.unit() < 0.002 {
            let path = format!("/api/v1/units/{unit}/emergency");
            self.post("emergency", &path, &json!({"cause": "button"}));
            self.agenda.later(300.0, Action::EndEmergency(unit.clone()));
        }
        let carries = unit.starts_with('M') || unit.starts_with('A');
        let (next, seconds) = match status {
            "ENR" => ("ONS", self.random.between(90.0, 900.0)),
            "ONS" if carries && self.random.unit() < 0.6 => {
                ("TRN", self.random.between(400.0, 1_800.0))
            }
            "TRN" => ("HOS", self.random.between(300.0, 1_200.0)),
            "ONS" | "HOS" => ("AVL", self.random.between(600.0, 2_700.0)),
            _ => return,
        };
        self.agenda
            .later(seconds, Action::Step(incident, unit, next));
    }

    fn close(&mut self, incident: u64, tries: u32) {
        if !self.assigned(incident).is_empty() {
            self.agenda.later(300.0, Action::Close(incident, tries + 1));
            return;
        }
        let dispositions = &self.agenda.setting.dispositions;
        let disposition = dispositions[self.random.below(dispositions.len())].clone();
        let path = format!("/api/v1/incidents/{incident}/close");
        if self
            .post("close", &path, &json!({"disposition": disposition}))
            .is_none()
        {
            return;
        }
        if self.random.unit() < 0.2 {
            self.get(
                "timeline",
                &format!("/api/v1/incidents/{incident}/timeline"),
            );
        }
        if self.random.unit() < 0.02 {
            self.agenda.later(900.0, Action::Reopen(incident));
        }
    }

    /// Takes on the alarms that nobody has taken on, and answers for the crews that are asked.
    fn rounds(&mut self) {
        self.agenda.later(60.0, Action::Rounds);
        let Some(alarms) = self.get("alarms", "/api/v1/alarms") else {
            return;
        };
        for alarm in alarms["alarms"].as_array().into_iter().flatten() {
            if let Some(id) = alarm["id"].as_u64()
                && alarm["acknowledged_at"].is_null()
            {
                let path = format!("/api/v1/alarms/{id}/acknowledge");
                self.post("acknowledge", &path, &json!({}));
            }
        }
        let Some(board) = self.get("board", "/api/v1/board") else {
            return;
        };
        let incidents = board["incidents"].as_array().into_iter().flatten();
        let checked = incidents
            .filter(|row| matches!(row["type"].as_str(), Some("FIRE" | "VEHFIRE" | "HAZARD")));
        for incident in checked.filter_map(|row| row["id"].as_u64()) {
            for (unit, _, asked) in self.assigned(incident) {
                if asked {
                    let path = format!("/api/v1/units/{unit}/well");
                    self.post("well", &path, &json!({"incident": incident}));
                }
            }
        }
    }

    fn get(&mut self, what: &'static str, path: &str) -> Option<Value> {
        let from = Instant::now();
        let answer = self.client.get(path);
        self.answered(what, from, answer)
    }

    fn ask(&mut self, what: &'static str, path: &str, body: &Value) {
        self.asked += 1;
        let key = format!("desk{}-{}", self.no, self.asked);
        let from = Instant::now();
        let answer = self.client.post(path, &key, body);
        self.answered(what, from, answer);
    }

    /// Submits a command; now and then a second time, as a client does that got no answer.
    fn post(&mut self, what: &'static str, path: &str, body: &Value) -> Option<Value> {
        self.asked += 1;
        let key = format!("desk{}-{}", self.no, self.asked);
        let from = Instant::now();
        let answer = self.client.post(path, &key, body);
        let first = self.answered(what, from, answer)?;
        if self.random.unit() < 0.02 {
            let from = Instant::now();
            let answer = self.client.post(path, &key, body);
            let again = self.answered("repeated", from, answer)?;
            let same = again["repeated"] == true && again["first_seq"] == first["first_seq"];
            if !same {
                let what = Answered::Failed("a repeated request was carried out twice".into());
                self.tally.note("repeated", 0.0, &what);
            }
        }
        Some(first)
    }

    fn answered(
        &self,
        what: &'static str,
        from: Instant,
        answer: anyhow::Result<(u16, Value)>,
    ) -> Option<Value> {
        let millis = from.elapsed().as_secs_f64() * 1e3;
        let (answered, body) = match answer {
            Ok((200..=299, body)) => (Answered::Done, Some(body)),
            Ok((status @ 400..=499, body)) if status != 429 => {
                let code = body["code"].as_str().unwrap_or("no code");
                (Answered::Refused(format!("{status} {code}")), None)
            }
            Ok((status, body)) => {
                let code = body["code"].as_str().unwrap_or("no code");
                (Answered::Failed(format!("{status} {code}")), None)
            }
            Err(error) => (Answered::Failed(error.to_string()), None),
        };
        self.tally.note(what, millis, &answered);
        body
    }
}
