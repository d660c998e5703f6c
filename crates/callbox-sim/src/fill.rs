//! The hours before the first start, made at once.

use std::sync::Arc;

use callbox_domain::{ActorId, Center, Context, Entry, Purpose, Refusal, Timestamp};
use callbox_engine::{Engine, Submission, SubmitError, Ticket};
use thiserror::Error;

use crate::{Act, Options, Simulation, Town};

/// Why the demo's center could not be made.
#[derive(Debug, Error)]
pub enum FillError {
    /// The engine did not take a command that the rules allow.
    #[error("the demo's hours so far cannot be recorded: {0}")]
    Submit(#[from] SubmitError),
    /// A command for the empty center is against the rules.
    #[error("the demo's town cannot be set up: {0}")]
    Refused(#[from] Refusal),
}

/// The hours so far, and who goes on with them.
#[derive(Debug)]
pub struct Filled {
    /// Goes on from the last of these hours.
    pub simulation: Simulation,
    /// How many commands were carried out.
    pub commands: usize,
}

/// Configures an empty center for the town, as of `at`.
pub fn set_up(
    engine: &Engine,
    town: &Town,
    timezone: &str,
    at: Timestamp,
) -> Result<(), FillError> {
    let context = Context {
        at,
        actor: ActorId::SYSTEM,
        purpose: Purpose::Administration,
    };
    let commands = town
        .setup(timezone)
        .into_iter()
        .map(|command| Act { command, context });
    record(engine, commands)
}

/// Records the hours from `from` to `to` as they would have gone, each with its own time, and then
/// turns to the speed of `options`.
///
/// The hours run at the speed of life against a copy of the state; what came of that is handed to
/// the engine in one go. Nobody else may submit commands meanwhile.
pub fn fill(
    engine: &Engine,
    town: Arc<Town>,
    options: Options,
    from: Timestamp,
    to: Timestamp,
) -> Result<Filled, FillError> {
    let at_life_speed = Options {
        speed: 1.0,
        calls: true,
        ..options
    };
    let mut simulation = Simulation::new(town, at_life_speed, from);
    let mut center = Center::clone(&engine.snapshot());
    simulation.open_stations(&center);
    let mut acts = Vec::new();
    while let Some(act) = simulation.act(to, &center) {
        if carry_out(&mut simulation, &mut center, &act) {
            acts.push(act);
        }
    }
    simulation.set_speed(to, options.speed);
    simulation.set_calls(options.calls);
    let commands = acts.len();
    record(engine, acts.into_iter())?;
    Ok(Filled {
        simulation,
        commands,
    })
}

/// Decides, folds and tells the simulation, all in memory; says whether it was allowed.
pub(crate) fn carry_out(simulation: &mut Simulation, center: &mut Center, act: &Act) -> bool {
    match center.decide(&act.command, &act.context) {
        Ok(events) => {
            let Context { at, actor, purpose } = act.context;
            let first = center.next_seq();
            let entries: Vec<Entry> = (first..)
                .zip(events)
                .map(|(seq, event)| Entry {
                    seq,
                    at,
                    recorded: at,
                    actor,
                    purpose,
                    event,
                })
                .collect();
            entries.iter().for_each(|entry| center.evolve(entry));
            simulation.answer(Ok(&entries));
            entries
                .iter()
                .for_each(|entry| simulation.observe(entry, center));
            true
        }
        Err(refusal) => {
            simulation.answer(Err(refusal.code()));
            false
        }
    }
}

/// Hands all acts in before waiting for the first answer.
fn record(engine: &Engine, acts: impl Iterator<Item = Act>) -> Result<(), FillError> {
    let mut tickets: Vec<Ticket> = Vec::new();
    for Act { command, context } in acts {
        tickets.push(engine.enqueue(Submission {
            command,
            context,
            idempotency: None,
        })?);
    }
    for ticket in tickets {
        ticket.wait()?;
    }
    Ok(())
}
