use std::collections::{BTreeMap, BTreeSet};

use super::Window;
use crate::{
    AssignmentEnd, AssignmentNo, Clock, Code, Entry, Event, IncidentId, Meaning, Timestamp, UnitId,
};

/// What reports need of everything that was recorded.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Calls by the number of their incident, from 1.
    calls: Vec<Option<Call>>,
    /// Units by their number, from 1: call sign, type and agency as last defined.
    units: Vec<Option<Named>>,
    /// Codes recur: each is held once.
    codes: BTreeSet<Code>,
    timezone: Option<Code>,
    /// The center's clocks as last defined.
    clocks: BTreeMap<Code, Clock>,
}

#[derive(Clone, Debug)]
struct Named {
    call_sign: Code,
    unit_type: Code,
    agency: Code,
}

/// One call and the work on it.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it was received.
    pub received: Timestamp,
    /// Its type as last set.
    pub incident_type: Option<Code>,
    /// Its priority as last set.
    pub priority: Option<Code>,
    /// Its assignments, in the order of recording.
    pub work: Vec<Work>,
    /// Whether it was merged into another: a further call, not a further incident.
    pub merged: bool,
    /// Whether it was planned and has not begun yet.
    pub planned: bool,
    /// When it was closed, while it is.
    pub closed: Option<Timestamp>,
    /// How it ended, while it is closed.
    pub disposition: Option<Code>,
}

/// One unit's work on one call.
#[derive(Clone, Debug)]
pub struct Work {
    /// Which unit.
    pub unit: UnitId,
    /// What kind of unit it was then.
    pub unit_type: Code,
    /// When it ended: cleared, cancelled or reassigned; unknown when released or not ended.
    pub ended: Option<Timestamp>,
    /// Whether its dispatch was a slip that was taken back: it counts in no figure.
    pub undone: bool,
    /// The first time of each meaning, in the order of [`Meaning::ALL`].
    times: [Option<Timestamp>; Meaning::ALL.len()],
}

impl Work {
    /// When it began.
    pub fn dispatched(&self) -> Option<Timestamp> {
        self.at(Meaning::Dispatched)
    }

    /// The first time with this meaning.
    pub fn at(&self, meaning: Meaning) -> Option<Timestamp> {
        self.times[meaning as usize]
    }

    /// Every recorded time.
    pub fn recorded(&self) -> impl Iterator<Item = Timestamp> {
        self.times.iter().copied().chain([self.ended]).flatten()
    }
}

impl Call {
    fn begin(&mut self, at: Timestamp) {
        self.planned = false;
        self.received = at;
    }

    fn reopen(&mut self) {
        self.closed = None;
        self.disposition = None;
    }

    /// The work on it, without dispatches that were taken back as slips.
    pub fn sent(&self) -> impl Iterator<Item = &Work> {
        self.work.iter().filter(|work| !work.undone)
    }

    /// The first of the times with this meaning over all assignments.
    pub fn first(&self, meaning: Meaning) -> Option<Timestamp> {
        self.work.iter().filter_map(|work| work.at(meaning)).min()
    }
}

impl History {
    /// Takes an entry in; entries come in the order of the ledger.
    pub fn observe(&mut self, entry: &Entry) {
        match &entry.event {
            Event::CenterDefined(center) => self.timezone = Some(center.timezone.clone()),
            Event::UnitDefined(unit) => {
                let named = Named {
                    call_sign: self.shared(&unit.call_sign),
                    unit_type: self.shared(&unit.unit_type),
                    agency: self.shared(&unit.agency),
                };
                put(&mut self.units, u64::from(unit.unit.0), named);
            }
            Event::IncidentReceived(received) => {
                let call = Call {
                    received: entry.at,
                    incident_type: received.incident_type.as_ref().map(|it| self.shared(it)),
                    priority: received.priority.as_ref().map(|it| self.shared(it)),
                    work: Vec::new(),
                    merged: false,
                    planned: false,
                    closed: None,
                    disposition: None,
                };
                put(&mut self.calls, received.incident.0, call);
            }
            Event::IncidentClassified(classified) => {
                let code = self.shared(&classified.incident_type);
                self.with(classified.incident, |call| call.incident_type = Some(code));
            }
            Event::IncidentPrioritised(prioritised) => {
                let code = self.shared(&prioritised.priority);
                self.with(prioritised.incident, |call| call.priority = Some(code));
            }
            Event::IncidentClosed(it) => {
                let disposition = self.shared(&it.disposition);
                self.with(it.incident, |call| {
                    call.closed = Some(entry.at);
                    call.disposition = Some(disposition);
                });
            }
            Event::IncidentReopened(it) => self.with(it.incident, Call::reopen),
            Event::CloseUndone(it) => self.with(it.incident, Call::reopen),
            Event::ClockDefined(it) => {
                self.clocks
                    .insert(it.clock.code.clone(), Clock::clone(&it.clock));
            }
            Event::ClockRemoved(it) => {
                self.clocks.remove(&it.code);
            }
            Event::IncidentsMerged(it) => self.with(it.incident, |call| call.merged = true),
            Event::MergeUndone(it) => self.with(it.incident, |call| call.merged = false),
            // What was planned asks for help from here on.
            Event::IncidentScheduled(it) => self.with(it.incident, |call| call.planned = true),
            Event::ScheduleActivated(it) => self.with(it.incident, |call| call.begin(entry.at)),
            Event::UnitDispatched(dispatched) => {
                let mut times = [None; Meaning::ALL.len()];
                times[Meaning::Dispatched as usize] = Some(entry.at);
                let work = Work {
                    unit: dispatched.unit,
                    unit_type: self.shared(&dispatched.unit_type),
                    ended: None,
                    undone: false,
                    times,
                };
                self.with(dispatched.incident, |call| {
                    if call.planned {
                        call.begin(entry.at);
                    }
                    call.work.push(work);
                });
            }
            Event::AssignmentProgressed(progressed) => {
                let meaning = progressed.meaning as usize;
                self.with_work(progressed.incident, progressed.assignment, |work| {
                    if progressed.correction {
                        // What was set by mistake did not happen.
                        work.times[meaning + 1..].fill(None);
                    }
                    work.times[meaning].get_or_insert(entry.at);
                });
            }
            Event::AssignmentEnded(ended) => {
                let at = (ended.how != AssignmentEnd::Released).then_some(entry.at);
                self.with_work(ended.incident, ended.assignment, |work| work.ended = at);
            }
            Event::DispatchUndone(undone) => {
                self.with_work(undone.incident, undone.assignment, |work| {
                    work.undone = true;
                    work.times = [None; Meaning::ALL.len()];
                });
            }
            Event::StatusUndone(undone) => {
                self.with_work(undone.incident, undone.assignment, |work| {
                    for (at, time) in work.times.iter_mut().enumerate() {
                        *time = undone.stamps.get(Meaning::ALL[at]);
                    }
                });
            }
            Event::EndUndone(undone) => {
                self.with_work(undone.incident, undone.assignment, |work| work.ended = None);
            }
            _ => {}
        }
    }

    /// An agency's own part: its units, the calls to which it sent one of them, and their work on those.
    pub fn of_agency(&self, agency: &Code) -> Self {
        let is_own = |unit: UnitId| {
            let named = self.units.get((unit.0 as usize).wrapping_sub(1));
            let named = named.and_then(Option::as_ref);
            named.is_some_and(|named| named.agency == *agency)
        };
        let own_part = |call: &Option<Call>| {
            let call = call.as_ref()?;
            call.sent().any(|work| is_own(work.unit)).then(|| {
                let mut own = call.clone();
                own.work.retain(|work| is_own(work.unit));
                own
            })
        };
        let units = self.units.iter();
        let own_unit = |unit: &Option<Named>| unit.clone().filter(|named| named.agency == *agency);
        Self {
            calls: self.calls.iter().map(own_part).collect(),
            units: units.map(own_unit).collect(),
            codes: BTreeSet::new(),
            timezone: self.timezone.clone(),
            clocks: self.clocks.clone(),
        }
    }

    /// The calls in the order of their numbers, without those that were merged into others or
    /// have not begun.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls
            .iter()
            .flatten()
            .filter(|call| !call.merged && !call.planned)
    }

    /// The window that a report shows: its bounds or, without them, the first and the last call in it.
    pub(super) fn shown(&self, window: Window) -> Option<(Timestamp, Timestamp)> {
        let received = || {
            let calls = self.calls().map(|call| call.received);
            calls.filter(|at| window.contains(*at))
        };
        let from = window.from.or_else(|| received().min());
        from.zip(window.to.or_else(|| received().max()))
    }

    /// The units' numbers with call sign and type as last defined.
    pub fn units(&self) -> impl Iterator<Item = (UnitId, &Code, &Code)> {
        self.units.iter().enumerate().filter_map(|(at, unit)| {
            let unit = unit.as_ref()?;
            Some((UnitId(at as u32 + 1), &unit.call_sign, &unit.unit_type))
        })
    }

    /// The center's clocks as last defined, in the order of their codes.
    pub fn clocks(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.values()
    }

    /// The IANA name of the center's time zone, once defined.
    pub fn timezone(&self) -> Option<&Code> {
        self.timezone.as_ref()
    }

    fn shared(&mut self, code: &Code) -> Code {
        if let Some(code) = self.codes.get(code) {
            return code.clone();
        }
        self.codes.insert(code.clone());
        code.clone()
    }

    fn with(&mut self, id: IncidentId, change: impl FnOnce(&mut Call)) {
        let at = id.0.wrapping_sub(1) as usize;
        if let Some(Some(call)) = self.calls.get_mut(at) {
            change(call);
        }
    }

    fn with_work(&mut self, id: IncidentId, no: AssignmentNo, change: impl FnOnce(&mut Work)) {
        let at = usize::from(no.0).wrapping_sub(1);
        self.with(id, |call| {
            if let Some(work) = call.work.get_mut(at) {
                change(work);
            }
        });
    }
}

/// Puts `value` at the place of the dense number `no`, from 1.
fn put<T>(table: &mut Vec<Option<T>>, no: u64, value: T) {
    let at = no.wrapping_sub(1) as usize;
    if table.len() <= at {
        table.resize_with(at + 1, || None);
    }
    table[at] = Some(value);
}
