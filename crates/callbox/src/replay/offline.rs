//! Feeds a plan into a data directory that no server uses, as fast as it goes.

use std::{collections::VecDeque, sync::Arc};

use callbox_domain::{
    ActorId, ChangeUnitStatus, CloseIncident, Code, Command, Context, DefineUnit, DispatchUnits,
    Entry, Event, IncidentId, Meaning, Purpose, RaiseAlarms, ReceiveIncident, ReleaseUnit, Text,
    Timestamp, UnitId,
};
use callbox_engine::{Engine, Submission, SubmitError, Ticket};

use super::{
    advised::Advised,
    define::{self, Present},
    history::History,
    known::Known,
    map::Checked,
    pace::{Pace, Speed},
    plan::{Plan, Step, What},
    tally::Tally,
};
use crate::failure::{Failure, Outcome};

/// How many commands are on their way at most.
const WINDOW: usize = 2_048;
/// How often the rules are asked what has come due, in seconds of the history.
const ALARMS_EVERY: i64 = 15;

/// Defines what the history uses, in the name of the import.
pub(super) fn define(
    engine: &Engine,
    history: &History,
    checked: &Checked,
    at: Timestamp,
    tally: &mut Tally,
) -> Outcome {
    let mut feed = Feed::new(engine, tally);
    for command in define::missing(&Present::of(&engine.snapshot()), history, checked) {
        feed.send(command, at, None)?;
    }
    feed.finish(&mut Vec::new())
}

/// Publishes response plans in the name of the import.
pub(super) fn publish(
    engine: &Engine,
    plans: Command,
    at: Timestamp,
    tally: &mut Tally,
) -> Outcome {
    let mut feed = Feed::new(engine, tally);
    feed.send(plans, at, None)?;
    feed.finish(&mut Vec::new())
}

/// Carries the plan out; a refusal, which no plan should meet, rejects the step's row.
pub(super) fn apply(
    engine: &Engine,
    history: &mut History,
    of: (&Plan, &Known),
    speed: Speed,
    tally: &mut Tally,
    advised: Option<&mut Advised<'_>>,
) -> Outcome {
    let mut refused = Vec::new();
    let pace = Pace::new(speed, begin(&of.0.steps));
    let applied = carry_out(engine, history, of, pace, tally, (advised, &mut refused));
    for (row, why) in refused {
        // Steps that follow a refused one are refused as well; the first says why.
        if history.rejected.iter().all(|rejected| rejected.row != row) {
            history.reject(row, "refused", why);
        }
    }
    applied
}

fn carry_out(
    engine: &Engine,
    history: &History,
    (plan, known): (&Plan, &Known),
    pace: Pace,
    tally: &mut Tally,
    (mut advised, refused): (Option<&mut Advised<'_>>, &mut Vec<(u64, String)>),
) -> Outcome {
    let center = engine.snapshot();
    let statuses = statuses(&center.configuration)?;
    let mut units = Vec::with_capacity(history.units.len());
    for unit in &history.units {
        let found = center.unit_called(unit.call_sign.as_str()).ok_or_else(|| {
            Failure::Internal(format!("the unit {} was not defined", unit.call_sign))
        })?;
        units.push((found.id, found.unit_type.clone(), !found.active.is_empty()));
    }
    // Nobody else writes while this engine is open, so the numbers to come are known.
    let mut next_incident = center.last_incident().0 + 1;
    let mut incidents: Vec<Option<IncidentId>> = vec![None; history.calls.len()];
    let bar = crate::progress::bar("replaying", Some(plan.steps.len() as u64));
    let mut feed = Feed::new(engine, tally);
    let mut alarms_at = Timestamp::from_micros(i64::MIN);
    for (n, step) in (0_u64..).zip(&plan.steps) {
        if n % 512 == 0 {
            bar.set_position(n);
            if let Some(advised) = &mut advised {
                feed.settle(0, refused)?;
                let broken = |broken: callbox_domain::BrokenInvariant| {
                    Failure::Internal(format!("an invariant is broken: {broken}"))
                };
                engine.snapshot().check().map_err(broken)?;
                advised.counts.checks += 1;
            }
        }
        if super::is_there(step, history, known) {
            feed.tally.skip(step);
            if let What::Receive { call } = step.what {
                let id = &history.calls[call as usize].id;
                incidents[call as usize] = known.calls.get(id).copied();
            }
            continue;
        }
        pace.wait_for(step.order);
        // The times of a history may go back; what was due stays due.
        if feed.tally.alarms.is_some() && step.at >= alarms_at {
            alarms_at = step.at.plus_seconds(ALARMS_EVERY);
            feed.send(RaiseAlarms.into(), step.at, None)?;
        }
        let step_of = |work: u32| {
            let work = &history.work[work as usize];
            let incident = incidents[work.call as usize].expect("a call is received first");
            (work, incident, &units[work.unit as usize])
        };
        let command: Command = match step.what {
            What::Receive { call } => {
                let incident = IncidentId(next_incident);
                next_incident += 1;
                incidents[call as usize] = Some(incident);
                let call = &history.calls[call as usize];
                let receive = ReceiveIncident {
                    incident_type: call.incident_type.clone(),
                    priority: call.priority.clone(),
                    place: call.place.clone(),
                    caller: None,
                    reference: Some(call.id.clone()),
                };
                feed.receive(receive, step.at, incident, refused)?;
                continue;
            }
            What::Dispatch { work, concurrent } => {
                let (work, incident, (unit, unit_type, was_active)) = step_of(work);
                let although_committed = concurrent || *was_active;
                let (unit, retyped) = (*unit, *unit_type != work.unit_type);
                if retyped {
                    feed.send(
                        retype(&center, unit, history, work),
                        step.at,
                        Some(work.row),
                    )?;
                    units[work.unit as usize].1 = work.unit_type.clone();
                }
                if let Some(advised) = &mut advised {
                    // What was asked before has to be in the state that the plans look at.
                    feed.settle(0, refused)?;
                    let center = engine.snapshot();
                    let known = center.incident(incident);
                    if known.is_some_and(|known| known.assignments.is_empty()) {
                        let send =
                            advised.send(&center, incident, unit, although_committed, step.at);
                        let row = super::row_of(step, history);
                        feed.send(send.into(), step.at, row)?;
                        let entries = feed.answer(refused)?;
                        advised.count(&entries);
                        continue;
                    }
                }
                DispatchUnits {
                    incident,
                    units: vec![unit],
                    although_committed,
                }
                .into()
            }
            What::Progress { work, time } => {
                let (work, incident, (unit, ..)) = step_of(work);
                // The third of the times: the unit is there.
                if let Some(advised) = &mut advised
                    && Meaning::ALL[usize::from(time) + 1] == Meaning::OnScene
                {
                    let place = history.calls[work.call as usize].place.as_ref();
                    let place = place.and_then(|place| place.lat_lon());
                    advised.arrived(*unit, place, step.at);
                }
                let status = statuses[usize::from(time) + 1].clone();
                change(*unit, incident, status)
            }
            What::Clear { work } => {
                let (_, incident, (unit, ..)) = step_of(work);
                change(
                    *unit,
                    incident,
                    statuses[Meaning::Available as usize].clone(),
                )
            }
            What::Release { work } => {
                let (_, incident, (unit, ..)) = step_of(work);
                let reason = Text::new(super::RELEASE_REASON);
                let reason = reason.expect("the reason is a text");
                ReleaseUnit {
                    unit: *unit,
                    incident: Some(incident),
                    reason,
                }
                .into()
            }
            What::Close { call } => {
                let incident = incidents[call as usize].expect("a call is received first");
                let recorded = history.calls[call as usize].disposition.as_ref();
                CloseIncident {
                    incident,
                    disposition: define::disposition(recorded),
                }
                .into()
            }
        };
        feed.send(command, step.at, super::row_of(step, history))?;
        // At a set pace nothing is lost by waiting, and an error shows when it happens.
        feed.settle(if pace.is_max() { WINDOW } else { 0 }, refused)?;
    }
    bar.finish_and_clear();
    feed.finish(refused)
}

/// The center's status codes, in the order of the meanings.
fn statuses(configuration: &callbox_domain::Configuration) -> Outcome<Vec<Code>> {
    Meaning::ALL
        .into_iter()
        .map(|meaning| {
            let status = configuration.status_for(meaning).ok_or_else(|| {
                Failure::Refused(format!(
                    "the center has no unit status that means '{meaning}'; define one first"
                ))
            })?;
            Ok(status.code.clone())
        })
        .collect()
}

fn change(unit: UnitId, incident: IncidentId, status: Code) -> Command {
    let incident = Some(incident);
    ChangeUnitStatus {
        unit,
        status,
        incident,
        correction: false,
    }
    .into()
}

/// The unit had another type then: its definition follows the record.
fn retype(
    center: &callbox_domain::Center,
    unit: UnitId,
    history: &History,
    work: &super::history::Work,
) -> Command {
    let defined = center.unit(unit);
    let from_history = &history.units[work.unit as usize];
    DefineUnit {
        call_sign: from_history.call_sign.clone(),
        agency: defined.map_or_else(|| from_history.agency.clone(), |unit| unit.agency.clone()),
        unit_type: work.unit_type.clone(),
        station: defined.and_then(|unit| unit.station.clone()),
    }
    .into()
}

/// Keeps many commands on their way, and takes the answers in order.
struct Feed<'a> {
    engine: &'a Engine,
    tally: &'a mut Tally,
    waiting: VecDeque<Waiting>,
    last: Arc<[Entry]>,
}

struct Waiting {
    ticket: Ticket,
    row: Option<u64>,
    /// The number that a new incident has to get.
    incident: Option<IncidentId>,
}

impl<'a> Feed<'a> {
    fn new(engine: &'a Engine, tally: &'a mut Tally) -> Self {
        let waiting = VecDeque::with_capacity(WINDOW + 1);
        Self {
            engine,
            tally,
            waiting,
            last: Arc::new([]),
        }
    }

    fn send(&mut self, command: Command, at: Timestamp, row: Option<u64>) -> Outcome {
        self.push(command, at, row, None)
    }

    fn receive(
        &mut self,
        receive: ReceiveIncident,
        at: Timestamp,
        incident: IncidentId,
        refused: &mut Vec<(u64, String)>,
    ) -> Outcome {
        self.push(receive.into(), at, None, Some(incident))?;
        self.settle(WINDOW, refused)
    }

    fn push(
        &mut self,
        command: Command,
        at: Timestamp,
        row: Option<u64>,
        incident: Option<IncidentId>,
    ) -> Outcome {
        let submission = Submission {
            command,
            context: Context {
                at,
                actor: ActorId::HISTORY,
                purpose: Purpose::HistoryImport,
            },
            // What was taken over before was found in the ledger itself, however long ago.
            idempotency: None,
        };
        let ticket = self
            .engine
            .enqueue(submission)
            .map_err(|error| self.stopped(&error))?;
        self.waiting.push_back(Waiting {
            ticket,
            row,
            incident,
        });
        Ok(())
    }

    /// Takes answers until at most `most` commands are on their way.
    fn settle(&mut self, most: usize, refused: &mut Vec<(u64, String)>) -> Outcome {
        while self.waiting.len() > most {
            let Some(Waiting {
                ticket,
                row,
                incident,
            }) = self.waiting.pop_front()
            else {
                break;
            };
            match (ticket.wait(), row) {
                (Ok(receipt), _) => {
                    self.tally.events += receipt.entries.len() as u64;
                    if let Some(alarms) = &mut self.tally.alarms {
                        let raised = |entry: &&Entry| matches!(entry.event, Event::AlarmRaised(_));
                        *alarms += receipt.entries.iter().filter(raised).count() as u64;
                    }
                    self.last = Arc::clone(&receipt.entries);
                    check_number(incident, receipt.entries.first().map(|entry| &entry.event))?;
                }
                (Err(SubmitError::Refused(refusal)), Some(row)) => {
                    refused.push((row, refusal.to_string()));
                }
                (Err(error), _) => return Err(self.stopped(&error)),
            }
        }
        Ok(())
    }

    /// Takes all answers; gives what the last command led to.
    fn answer(&mut self, refused: &mut Vec<(u64, String)>) -> Outcome<Arc<[Entry]>> {
        self.last = Arc::new([]);
        self.settle(0, refused)?;
        Ok(Arc::clone(&self.last))
    }

    fn finish(mut self, refused: &mut Vec<(u64, String)>) -> Outcome {
        self.settle(0, refused)
    }

    fn stopped(&self, error: &SubmitError) -> Failure {
        let text = format!(
            "the replay stopped after {} events: {error}. They are kept; when the cause is removed, \
             run the same command again: it goes on where it stopped.",
            self.tally.events
        );
        match error {
            SubmitError::Refused(_) => Failure::Refused(text),
            _ => Failure::Internal(text),
        }
    }
}

fn check_number(expected: Option<IncidentId>, event: Option<&Event>) -> Outcome {
    match (expected, event) {
        (None, _) => Ok(()),
        (Some(expected), Some(Event::IncidentReceived(received)))
            if received.incident == expected =>
        {
            Ok(())
        }
        (Some(expected), _) => Err(Failure::Internal(format!(
            "a call did not get the number {expected}, although nobody else writes; please report \
             this"
        ))),
    }
}

/// The time of the first step, at which everything is defined.
pub(super) fn begin(steps: &[Step]) -> Timestamp {
    steps
        .first()
        .map_or_else(crate::times::now, |step| step.order)
}
