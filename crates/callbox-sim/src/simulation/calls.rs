//! The call-taker: takes the planned calls as they come in.

use std::collections::BTreeMap;

use callbox_domain::{
    Center, Command, IncidentId, LocateIncident, Place, ReceiveIncident, Timestamp,
};

use super::{Action, Case, Options, Pending, Simulation};
use crate::{
    plan::{self, PlannedCall},
    random::Random,
    shapes::{self, CALL_TO_DISPATCH},
    town::{Kind, Town, code},
};

const DAY_MICROS: i64 = 86_400_000_000;
/// How many calls are remembered, so that further callers are known to tell about the same.
const REMEMBERED: usize = 100;

/// The calls of the days, and where in them the simulation is.
///
/// The story runs on local time of its own, which begins with the real one and then goes `speed`
/// times as fast.
#[derive(Debug)]
pub(super) struct Calls {
    /// A real time and the story's local time that belongs to it, in microseconds since 1970.
    anchor: (Timestamp, i64),
    day: i64,
    next: usize,
    today: Vec<PlannedCall>,
    received: BTreeMap<(i64, usize), IncidentId>,
}

impl Calls {
    pub(super) fn new(town: &Town, options: &Options, now: Timestamp) -> Self {
        let local = now.micros() + options.utc_offset_seconds * 1_000_000;
        let day = local.div_euclid(DAY_MICROS);
        let today = plan::day(town, options.seed, day);
        let second = (local.rem_euclid(DAY_MICROS) / 1_000_000) as u32;
        let next = today.partition_point(|call| call.second < second);
        Self {
            anchor: (now, local),
            day,
            next,
            today,
            received: BTreeMap::new(),
        }
    }

    /// Goes on at another speed from `now`; `speed` is the one so far.
    pub(super) fn turn(&mut self, now: Timestamp, speed: f64) {
        let passed = (now.micros() - self.anchor.0.micros()) as f64 * speed;
        self.anchor = (now, self.anchor.1 + passed as i64);
    }

    pub(super) fn put_off(&mut self, micros: i64) {
        self.anchor.0 = Timestamp::from_micros(self.anchor.0.micros() + micros);
    }

    /// When the next call comes in.
    fn due(&mut self, town: &Town, options: &Options) -> Timestamp {
        while self.next == self.today.len() {
            self.day += 1;
            self.next = 0;
            self.today = plan::day(town, options.seed, self.day);
        }
        let local = self.day * DAY_MICROS + i64::from(self.today[self.next].second) * 1_000_000;
        let left = (local - self.anchor.1).max(0) as f64 / options.speed;
        Timestamp::from_micros(self.anchor.0.micros() + left as i64)
    }

    fn remember(&mut self, call: &PlannedCall, id: IncidentId) -> Option<IncidentId> {
        self.received.insert((self.day, call.no), id);
        while self.received.len() > REMEMBERED {
            // The lowest incident number is the oldest.
            let oldest = self
                .received
                .iter()
                .min_by_key(|(_, id)| **id)
                .map(|(key, _)| *key);
            oldest.and_then(|key| self.received.remove(&key));
        }
        self.received.get(&(self.day, call.echo_of?)).copied()
    }
}

impl Simulation {
    pub(super) fn expect_call(&mut self) {
        let due = self.calls.due(&self.town, &self.options);
        self.put(due.max(self.now), Action::Call);
    }

    pub(super) fn call(&mut self) -> Command {
        let call = self.calls.today[self.calls.next].clone();
        let command = ReceiveIncident {
            incident_type: Some(code(&self.town.kinds[call.kind].code)),
            priority: None,
            place: Some(call.rough.clone().unwrap_or_else(|| call.place.clone())),
            caller: call.caller.clone(),
            reference: None,
        };
        self.pending = Pending::Received(Box::new(call));
        command.into()
    }

    /// The call has a number: what is said about it, and what follows.
    pub(super) fn received(&mut self, id: IncidentId, call: PlannedCall) {
        let echo_of = self.calls.remember(&call, id);
        self.calls.next += 1;
        self.expect_call();
        let town = self.town.clone();
        let kind = &town.kinds[call.kind];
        let mut random = Random::of(&[call.seed]);
        let at = Some(call.somewhere);
        let opening = *random.pick(&Kind::fitting(&kind.call, at));
        self.later(
            random.between(4.0, 25.0),
            Action::Say(id, opening.to_owned()),
        );
        if call.rough.is_some() {
            let known = random.between(20.0, 60.0);
            self.later(known, Action::Locate(id, Box::new(call.place)));
        }
        let mut case = Case::new(call.kind, kind, random);
        case.at = at;
        if let Some(other) = echo_of {
            self.echo(id, other, kind, &mut case);
        } else {
            self.first_call(id, kind, &mut case);
        }
        self.cases.insert(id, case);
    }

    /// A further call about what is known already.
    fn echo(&mut self, id: IncidentId, other: IncidentId, kind: &Kind, case: &mut Case) {
        let random = &mut case.random;
        case.quiet = true;
        case.ending = true;
        case.needs.clear();
        let link = random.between(20.0, 70.0);
        let told = match Kind::fitting(&kind.then, case.at).as_slice() {
            [] => format!("Another caller, see {id}."),
            lines => format!("Another caller, see {id}: {}", random.pick(lines)),
        };
        let close = random.between(10.0, 40.0);
        case.echo_of = Some(other);
        self.later(link, Action::Link(id, other));
        self.later(link + 2.0, Action::Say(other, told));
        self.later(link + close, Action::Conclude(id));
    }

    fn first_call(&mut self, id: IncidentId, kind: &Kind, case: &mut Case) {
        let random = &mut case.random;
        let mut at = random.between(30.0, 90.0);
        let mut lines = Kind::fitting(&kind.then, case.at);
        while !lines.is_empty() && random.chance(0.6) {
            let line = lines.remove(random.below(lines.len()));
            self.later(at, Action::Say(id, line.to_owned()));
            at += random.between(40.0, 180.0);
        }
        if kind.priority != "1" && random.chance(0.04) {
            let (raised, words) = match kind.priority.as_str() {
                "2" => ("1", "Priority raised: getting worse."),
                "3" => ("2", "Priority raised: caller rings again."),
                _ => ("3", "Priority raised: caller rings again."),
            };
            self.later(at, Action::Prioritise(id, code(raised)));
            self.later(at + 1.0, Action::Say(id, words.into()));
        }
        if random.chance(kind.quiet) {
            case.quiet = true;
            case.ending = true;
            case.needs.clear();
            self.later(random.between(120.0, 600.0), Action::Conclude(id));
        } else {
            let wait = case.wait_for_dispatch(kind, self.options.speed);
            self.later(wait, Action::Send(id));
        }
    }

    pub(super) fn locate(
        &mut self,
        id: IncidentId,
        place: Place,
        center: &Center,
    ) -> Option<Command> {
        // Whoever corrected the place in the meantime knows better.
        let incident = self.open_case(id, center)?;
        incident.place_text()?.starts_with("near ").then(|| {
            LocateIncident {
                incident: id,
                place,
            }
            .into()
        })
    }
}

impl Case {
    pub(super) fn new(kind: usize, definition: &Kind, mut random: Random) -> Self {
        let mut needs = definition.send.clone();
        for (also, chance) in &definition.also {
            if random.chance(*chance) {
                needs.push(also.clone());
            }
        }
        Self {
            kind,
            at: None,
            random,
            needs,
            hands_off: false,
            held: false,
            first: None,
            ending: false,
            quiet: false,
            echo_of: None,
        }
    }

    /// Seconds of simulated work from the call to the first dispatch: what can wait, waits.
    ///
    /// Now and then the desk is busy with something else, for real time whatever the speed: a
    /// board that nobody has to watch would teach nobody anything.
    fn wait_for_dispatch(&mut self, kind: &Kind, speed: f64) -> f64 {
        let random = &mut self.random;
        let seconds = shapes::sample(&CALL_TO_DISPATCH, random);
        match kind.priority.as_str() {
            "1" if random.chance(0.12) => random.between(45.0, 150.0) * speed,
            "1" => seconds * 0.45,
            "2" if random.chance(0.08) => random.between(120.0, 420.0) * speed,
            "2" => seconds * 0.8,
            "3" => seconds * 3.5,
            _ => seconds * 12.0,
        }
    }
}
