//! Simulated call-takers, dispatchers and crews: what somebody would do next, and when.
//!
//! A [`Simulation`] is an agenda of (time, action). [`act`](Simulation::act) takes the first action
//! that is due, looks at the state, and says which command follows, if any still does;
//! [`answer`](Simulation::answer) tells how that went; [`observe`](Simulation::observe) tells what
//! was recorded, by anybody. People and the simulation thus work on the same board: what a person
//! did is simply found there, and what no longer fits is dropped.
//!
//! What is absent: a clock, sleeping, an engine. Who drives it brings the time.

mod calls;
mod crew;
mod desk;
mod resume;
mod send;

pub(crate) use send::instead;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use callbox_domain::{
    ActorId, AssignmentNo, Center, Code, Command, Context, Entry, Event, IncidentId, Purpose,
    Timestamp, UnitId,
};

use crate::{
    plan::PlannedCall,
    random::Random,
    town::{PlaceKind, Town},
};
use calls::Calls;

/// How a simulation behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Everything that is planned follows from it.
    pub seed: u64,
    /// How many times faster than real work and real calls are, above 0.
    pub speed: f64,
    /// Whether calls come in; without them only the crews are simulated.
    pub calls: bool,
    /// Seconds by which local time is ahead of UTC.
    pub utc_offset_seconds: i64,
}

/// What has come of a simulation's commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many were carried out.
    pub done: u64,
    /// How many were refused, by the refusal's code; mostly because a person was faster.
    pub refused: BTreeMap<&'static str, u64>,
}

/// A command that somebody simulated gives at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// What is asked for.
    pub command: Command,
    /// When, by whom and why.
    pub context: Context,
}

/// What somebody does next.
#[derive(Clone, Debug)]
enum Action {
    /// The next planned call comes in.
    Call,
    /// A line is added to the narrative.
    Say(IncidentId, String),
    /// The caller's place is known exactly now.
    Locate(IncidentId, Box<callbox_domain::Place>),
    /// A second call about the same is linked to the first one.
    Link(IncidentId, IncidentId),
    /// A dispatcher changes the priority.
    Prioritise(IncidentId, Code),
    /// A dispatcher sends what is still missing.
    Send(IncidentId),
    /// The crew of a unit takes its next step, unless its status has changed since.
    Step(IncidentId, AssignmentNo, u64),
    /// The units that have not arrived are sent back, one at a time.
    StandDown(IncidentId, UnitId),
    /// A dispatcher says how it ended, then closes it.
    Conclude(IncidentId),
    Close(IncidentId, Code),
    /// The caller rings again about a closed incident.
    Reopen(IncidentId),
    /// A free unit is back at its station.
    Quarters(UnitId),
    /// Some free unit goes out of service for a while; then it comes back.
    Break,
    Back(UnitId),
    /// A crew that was asked says that it is well.
    Well(IncidentId, UnitId),
    /// A unit whose work was interrupted by a long stop is free.
    Release(IncidentId, UnitId),
}

/// What must be remembered until the command's answer.
#[derive(Debug)]
enum Pending {
    Nothing,
    Received(Box<PlannedCall>),
    Sent(IncidentId, Vec<String>),
    Away(UnitId, f64),
    Reopened(IncidentId, usize),
}

/// An incident on which the simulated dispatchers work.
#[derive(Debug)]
struct Case {
    kind: usize,
    /// In what kind of place it is, where that is known.
    at: Option<PlaceKind>,
    random: Random,
    /// Unit types that are still to be sent.
    needs: Vec<String>,
    /// Whether a person has taken over the sending of units.
    hands_off: bool,
    /// Whether the lack of a free unit was noted.
    held: bool,
    /// Who was first on scene.
    first: Option<UnitId>,
    /// Whether its end is on the agenda.
    ending: bool,
    /// Whether it is settled without a unit.
    quiet: bool,
    /// Which incident told about the same.
    echo_of: Option<IncidentId>,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Simulation {
    town: Arc<Town>,
    options: Options,
    now: Timestamp,
    agenda: BTreeMap<(Timestamp, u64), Action>,
    added: u64,
    calls: Calls,
    cases: BTreeMap<IncidentId, Case>,
    /// Counts up with every change of an assignment, so that outdated steps are known.
    crews: BTreeMap<(IncidentId, AssignmentNo), u64>,
    away: BTreeSet<UnitId>,
    random: Random,
    pending: Pending,
    counts: Counts,
}

impl Simulation {
    /// Starts at `now`; nothing is on the agenda but the next call and the rounds of the day.
    pub fn new(town: Arc<Town>, options: Options, now: Timestamp) -> Self {
        let calls = Calls::new(&town, &options, now);
        let mut simulation = Self {
            random: Random::of(&[options.seed, now.micros() as u64, 0xb4ea]),
            town,
            options,
            now,
            agenda: BTreeMap::new(),
            added: 0,
            calls,
            cases: BTreeMap::new(),
            crews: BTreeMap::new(),
            away: BTreeSet::new(),
            pending: Pending::Nothing,
            counts: Counts::default(),
        };
        if options.calls {
            simulation.expect_call();
            simulation.later(300.0, Action::Break);
        }
        simulation
    }

    /// When the next action is due.
    pub fn due(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    /// What has come of the commands so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The next command of an action that is due at `until`, or nothing.
    pub fn act(&mut self, until: Timestamp, center: &Center) -> Option<Act> {
        while self.due().is_some_and(|due| due <= until) {
            let ((at, _), action) = self.agenda.pop_first().expect("an action is due");
            self.now = self.now.max(at);
            self.pending = Pending::Nothing;
            if let Some(command) = self.perform(action, center) {
                let context = Context {
                    at: self.now,
                    actor: ActorId::SIMULATED,
                    purpose: Purpose::Exercise,
                };
                return Some(Act { command, context });
            }
        }
        None
    }

    fn perform(&mut self, action: Action, center: &Center) -> Option<Command> {
        match action {
            Action::Call => Some(self.call()),
            Action::Say(id, words) => self.say(id, &words, center),
            Action::Locate(id, place) => self.locate(id, *place, center),
            Action::Link(id, other) => Some(desk::link(id, other)),
            Action::Prioritise(id, code) => self.prioritise(id, code, center),
            Action::Send(id) => self.send(id, center),
            Action::Step(id, no, token) => self.step(id, no, token, center),
            Action::StandDown(id, first) => self.stand_down(id, first, center),
            Action::Conclude(id) => self.conclude(id, center),
            Action::Close(id, disposition) => self.close(id, disposition, center),
            Action::Reopen(id) => self.reopen(id, center),
            Action::Quarters(unit) => self.quarters(unit, center),
            Action::Break => self.take_break(center),
            Action::Back(unit) => self.back(unit, center),
            Action::Well(id, unit) => self.well(id, unit, center),
            Action::Release(id, unit) => Some(resume::release(id, unit)),
        }
    }

    /// Tells how the last command went: what was recorded, or the code of the refusal.
    pub fn answer(&mut self, answer: Result<&[Entry], &'static str>) {
        let pending = std::mem::replace(&mut self.pending, Pending::Nothing);
        match answer {
            Ok(entries) => {
                self.counts.done += 1;
                self.carried_out(pending, entries);
            }
            Err(code) => {
                *self.counts.refused.entry(code).or_default() += 1;
                // Somebody was faster; the next look at the board decides anew.
                match pending {
                    Pending::Sent(id, _) => self.later(20.0, Action::Send(id)),
                    Pending::Received(_) => self.later(20.0, Action::Call),
                    _ => {}
                }
            }
        }
    }

    fn carried_out(&mut self, pending: Pending, entries: &[Entry]) {
        match pending {
            Pending::Nothing => {}
            Pending::Received(call) => {
                if let Some(Event::IncidentReceived(received)) = entries.first().map(|e| &e.event) {
                    self.received(received.incident, *call);
                }
            }
            Pending::Sent(id, types) => {
                if let Some(case) = self.cases.get_mut(&id) {
                    for sent in types {
                        if let Some(at) = case.needs.iter().position(|need| *need == sent) {
                            case.needs.remove(at);
                        }
                    }
                    if !case.needs.is_empty() {
                        self.later(45.0, Action::Send(id));
                    }
                }
            }
            Pending::Away(unit, seconds) => {
                self.away.insert(unit);
                self.later(seconds, Action::Back(unit));
            }
            Pending::Reopened(id, kind) => self.reopened(id, kind),
        }
    }

    /// Tells what was recorded, by anybody; each entry once, in their order, soon after.
    pub fn observe(&mut self, entry: &Entry, center: &Center) {
        let by_person = entry.actor != ActorId::SIMULATED;
        match &entry.event {
            Event::UnitDispatched(event) => {
                if by_person && let Some(case) = self.cases.get_mut(&event.incident) {
                    case.hands_off = true;
                }
                self.away.remove(&event.unit);
                self.follow(event.incident, event.assignment, center);
            }
            Event::AssignmentProgressed(event) => {
                self.progressed(event, center);
                self.follow(event.incident, event.assignment, center);
            }
            Event::AssignmentEnded(event) => {
                self.crews.remove(&(event.incident, event.assignment));
                self.ended(event, by_person, center);
            }
            Event::WelfareAsked(event) => {
                let seconds = self.random.between(6.0, 40.0);
                self.later(seconds, Action::Well(event.incident, event.unit));
            }
            Event::DispatchUndone(event) => {
                self.crews.remove(&(event.incident, event.assignment));
            }
            Event::StatusUndone(event) => self.follow(event.incident, event.assignment, center),
            Event::EndUndone(event) => self.follow(event.incident, event.assignment, center),
            Event::IncidentClosed(event) => {
                self.closed(event.incident, by_person, center);
            }
            _ => {}
        }
    }

    /// Changes the pace: what is on the agenda comes sooner or later in proportion.
    pub fn set_speed(&mut self, now: Timestamp, speed: f64) {
        let ratio = self.options.speed / speed;
        let agenda = std::mem::take(&mut self.agenda);
        self.agenda = agenda
            .into_iter()
            .map(|((at, no), action)| {
                let left = (at.micros() - now.micros()).max(0) as f64 * ratio;
                (
                    (Timestamp::from_micros(now.micros() + left as i64), no),
                    action,
                )
            })
            .collect();
        self.calls.turn(now, self.options.speed);
        self.options.speed = speed;
        self.now = self.now.max(now);
    }

    /// Puts everything off, after the machine slept: the town slept too.
    pub fn put_off(&mut self, micros: i64) {
        let agenda = std::mem::take(&mut self.agenda);
        self.agenda = agenda
            .into_iter()
            .map(|((at, no), action)| ((Timestamp::from_micros(at.micros() + micros), no), action))
            .collect();
        self.calls.put_off(micros);
    }

    /// Puts an action on the agenda in so many seconds of the simulated work.
    fn later(&mut self, seconds: f64, action: Action) {
        let micros = (seconds.max(0.0) / self.options.speed * 1e6) as i64;
        self.put(Timestamp::from_micros(self.now.micros() + micros), action);
    }

    fn put(&mut self, at: Timestamp, action: Action) {
        self.added += 1;
        self.agenda.insert((at, self.added), action);
    }
}
