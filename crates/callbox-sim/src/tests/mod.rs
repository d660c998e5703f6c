//! The simulation as a whole.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

mod day;
mod people;
mod restart;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use callbox_domain::{
    ActorId, AssignmentEnd, Center, ChangeUnitStatus, Code, Command, Context, DispatchUnits, Entry,
    Incident, IncidentId, Meaning, Purpose, ReceiveIncident, Timestamp, UnitId,
};
use callbox_engine::{DataDir, Engine, Submission};

use crate::{Act, Options, Simulation, Town, fill, fill::carry_out, resume, set_up};

/// 2023-11-14, 00:00 UTC.
const MIDNIGHT: Timestamp = Timestamp::from_seconds(1_699_920_000);
const PERSON: ActorId = ActorId(7_000_000_000);

fn options(seed: u64, speed: f64) -> Options {
    Options {
        seed,
        speed,
        calls: true,
        utc_offset_seconds: 0,
    }
}

/// The town's center, its simulation, and everything that was recorded; time passes at will.
struct World {
    center: Center,
    simulation: Simulation,
    acts: Vec<Act>,
    closed: BTreeMap<IncidentId, Arc<Incident>>,
}

impl World {
    fn new(options: Options) -> Self {
        let town = Arc::new(Town::new());
        let mut center = Center::default();
        let context = context(ActorId::SYSTEM, MIDNIGHT);
        for command in town.setup("Etc/UTC") {
            fold(&mut center, &command, context).unwrap();
        }
        let simulation = Simulation::new(town, options, MIDNIGHT);
        Self {
            center,
            simulation,
            acts: Vec::new(),
            closed: BTreeMap::new(),
        }
    }

    fn run_until(&mut self, until: Timestamp) {
        while let Some(act) = self.simulation.act(until, &self.center) {
            carry_out(&mut self.simulation, &mut self.center, &act);
            self.acts.push(act);
        }
        self.center.check().unwrap();
        for (_, incident) in self.center.incidents.iter() {
            if incident.closed.is_some() {
                self.closed.insert(incident.id, Arc::clone(incident));
            }
        }
    }

    /// Runs on without further calls until nobody has anything left to do.
    fn wind_down(&mut self, from: Timestamp) {
        self.simulation.set_calls(false);
        self.run_until(from.plus_seconds(8 * 3_600));
    }

    /// Somebody else does something.
    fn person(&mut self, at: Timestamp, command: impl Into<Command>) -> Vec<Entry> {
        let entries = fold(&mut self.center, &command.into(), context(PERSON, at)).unwrap();
        entries
            .iter()
            .for_each(|entry| self.simulation.observe(entry, &self.center));
        entries
    }

    fn free(&self, unit_type: &str) -> UnitId {
        let (_, unit) = self
            .center
            .units
            .iter()
            .find(|(_, unit)| unit.unit_type.as_str() == unit_type && unit.active.is_empty())
            .unwrap();
        unit.id
    }
}

fn context(actor: ActorId, at: Timestamp) -> Context {
    Context {
        at,
        actor,
        purpose: Purpose::Exercise,
    }
}

fn fold(
    center: &mut Center,
    command: &Command,
    context: Context,
) -> Result<Vec<Entry>, callbox_domain::Refusal> {
    let Context { at, actor, purpose } = context;
    let first = center.next_seq();
    let entries: Vec<_> = (first..)
        .zip(center.decide(command, &context)?)
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
    Ok(entries)
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
