//! What is due when, for all dispatchers together.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::server::Moments;

/// What somebody does next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    /// A call comes in.
    Call,
    /// A line of narrative is added.
    Say(u64),
    /// The units that the plans ask for are sent; how often that was tried.
    Send(u64, u32),
    /// A unit goes on to its next status.
    Step(u64, String, &'static str),
    /// An incident is closed, if all units are free; how often that was tried.
    Close(u64, u32),
    /// A closed incident goes on.
    Reopen(u64),
    /// An emergency of a crew ends.
    EndEmergency(String),
    /// Somebody looks what asks for an action.
    Rounds,
    /// Somebody loads the whole board again.
    Reload,
}

/// What stands in the center and does not change.
pub(super) struct Setting {
    pub(super) types: Vec<String>,
    pub(super) dispositions: Vec<String>,
    pub(super) places: Vec<(String, f64, f64)>,
    pub(super) seed: u64,
    pub(super) speed: f64,
}

impl Setting {
    pub(super) fn new(
        board: &Value,
        places: Vec<(String, f64, f64)>,
        seed: u64,
        speed: f64,
    ) -> anyhow::Result<Self> {
        let codes = |name: &str| -> anyhow::Result<Vec<String>> {
            let rows = board[name].as_array().context("the board has its tables")?;
            let codes = rows.iter().filter_map(|row| row["code"].as_str());
            let codes: Vec<String> = codes.map(str::to_owned).collect();
            ensure!(!codes.is_empty(), "the board has no {name}");
            Ok(codes)
        };
        Ok(Self {
            types: codes("types")?,
            dispositions: codes("dispositions")?,
            places,
            seed,
            speed,
        })
    }
}

type Due = Reverse<(Instant, u64, Action)>;

/// The actions in the order in which they are due.
pub(super) struct Agenda {
    pub(super) setting: Setting,
    due: Mutex<(BinaryHeap<Due>, u64)>,
}

impl Agenda {
    /// Puts the calls of the whole time on the agenda: more by day than by night, as in life.
    pub(super) fn new(setting: Setting, calls_a_day: f64, seconds: f64) -> Self {
        let speed = setting.speed;
        let mut random = Moments(setting.seed);
        let agenda = Self {
            setting,
            due: Mutex::default(),
        };
        let days = seconds * speed / 86_400.0;
        for _ in 0..(days * calls_a_day).ceil() as u64 {
            // Of two chances the one in the busier hours is taken more often.
            let chances = [random.unit() * days, random.unit() * days];
            let busy = |day: &f64| -((day.fract() - 0.25) * std::f64::consts::TAU).sin();
            let [one, other] = chances;
            let at = match busy(&one) < busy(&other) || random.unit() < 0.5 {
                true => one,
                false => other,
            };
            agenda.later(at * 86_400.0, Action::Call);
        }
        agenda.later(30.0, Action::Rounds);
        agenda.later(60.0, Action::Reload);
        agenda
    }

    /// Puts an action on the agenda in so many seconds of life.
    pub(super) fn later(&self, seconds: f64, action: Action) {
        let at = Instant::now() + Duration::from_secs_f64(seconds / self.setting.speed);
        let mut due = self.lock();
        due.1 += 1;
        let no = due.1;
        due.0.push(Reverse((at, no, action)));
    }

    /// Takes the first action that is due.
    pub(super) fn take(&self) -> Option<Action> {
        let mut due = self.lock();
        let Reverse((at, _, _)) = due.0.peek()?;
        if *at > Instant::now() {
            return None;
        }
        due.0.pop().map(|Reverse((_, _, action))| action)
    }

    /// How many actions are to come.
    pub(super) fn len(&self) -> usize {
        self.lock().0.len()
    }

    fn lock(&self) -> MutexGuard<'_, (BinaryHeap<Due>, u64)> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
