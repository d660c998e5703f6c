#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

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

#[test]
fn a_day_is_plausible_and_everything_ends() {
    for seed in 1..=4 {
        let mut world = World::new(options(seed, 1.0));
        let evening = MIDNIGHT.plus_seconds(86_400);
        for hour in 1..=24 {
            world.run_until(MIDNIGHT.plus_seconds(hour * 3_600));
        }
        world.wind_down(evening);

        let total = world.center.last_incident().0 as usize;
        assert!((220..=360).contains(&total), "seed {seed}: {total} calls");
        let open: Vec<_> = world
            .center
            .incidents
            .iter()
            .filter(|(_, i)| i.closed.is_none())
            .map(|(id, _)| id)
            .collect();
        assert!(open.is_empty(), "seed {seed}: open {open:?}");
        assert_eq!(world.closed.len(), total, "seed {seed}");
        assert!(
            world
                .center
                .units
                .iter()
                .all(|(_, unit)| unit.active.is_empty())
        );

        let incidents = world.closed.values();
        let sent = incidents
            .clone()
            .filter(|i| !i.assignments.is_empty())
            .count();
        let share = sent as f64 / total as f64;
        assert!(
            (0.7..0.95).contains(&share),
            "seed {seed}: {share} with a unit"
        );
        let waits = |rank: &str| {
            let of_rank = incidents
                .clone()
                .filter(|i| i.priority.as_ref().unwrap().as_str() == rank);
            let waits =
                of_rank.filter_map(|i| Some(i.first_dispatched()?.seconds_since(i.received)));
            median(waits.collect())
        };
        assert!(
            (20.0..90.0).contains(&waits("1")),
            "seed {seed}: {}",
            waits("1")
        );
        assert!(
            waits("1") < waits("3") && waits("3") < waits("4"),
            "seed {seed}"
        );
        let arrivals = incidents
            .clone()
            .filter_map(|i| Some(i.first_on_scene()?.seconds_since(i.first_dispatched()?)));
        let arrival = median(arrivals.collect());
        assert!((180.0..720.0).contains(&arrival), "seed {seed}: {arrival}");
        let units: usize = incidents.clone().map(|i| i.assignments.len()).sum();
        assert!(
            (1.1..2.2).contains(&(units as f64 / sent as f64)),
            "seed {seed}: {units} sent"
        );
        let cancelled = incidents
            .clone()
            .flat_map(|i| &i.assignments)
            .filter(|a| matches!(a.ended.as_ref().unwrap().how, AssignmentEnd::Cancelled));
        assert!(cancelled.count() > 0, "seed {seed}");
        assert!(
            incidents.clone().any(|i| !i.links.is_empty()),
            "seed {seed}"
        );
        assert!(
            incidents.clone().all(|i| !i.lines.is_empty()),
            "seed {seed}"
        );

        let counts = world.simulation.counts();
        let refused: u64 = counts.refused.values().sum();
        assert!(refused * 200 < counts.done, "seed {seed}: {counts:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_day() {
    let day = |seed| {
        let mut world = World::new(options(seed, 1.0));
        world.run_until(MIDNIGHT.plus_seconds(6 * 3_600));
        (world.acts, world.center.to_bytes())
    };
    assert_eq!(day(5), day(5));
    assert_ne!(day(5).1, day(6).1);
}

#[test]
fn at_ten_times_the_speed_ten_times_as_much_happens() {
    let calls = |speed: f64, hours: i64| {
        let mut world = World::new(options(8, speed));
        world.run_until(MIDNIGHT.plus_seconds(hours * 3_600));
        world.center.last_incident().0
    };
    // The story of a day, told in a day or in a tenth of it.
    assert_eq!(calls(1.0, 10), calls(10.0, 1));
}

#[test]
fn crews_serve_an_incident_of_a_person_and_nobody_else_touches_it() {
    let mut world = World::new(Options {
        calls: false,
        ..options(1, 1.0)
    });
    let at = MIDNIGHT.plus_seconds(60);
    let receive = ReceiveIncident {
        incident_type: Some(code("CHEST")),
        ..Default::default()
    };
    world.person(at, receive);
    let id = world.center.last_incident();
    world.run_until(MIDNIGHT.plus_seconds(7_200));
    assert!(world.center.incident(id).unwrap().assignments.is_empty());

    let at = MIDNIGHT.plus_seconds(7_300);
    let units = vec![world.free("MEDIC"), world.free("PATROL")];
    world.person(
        at,
        DispatchUnits {
            incident: id,
            units,
            although_committed: false,
        },
    );
    world.run_until(MIDNIGHT.plus_seconds(6 * 3_600));
    let incident = world.center.incident(id).unwrap();
    for assignment in &incident.assignments {
        assert!(assignment.stamps.en_route.is_some() && assignment.stamps.on_scene.is_some());
        assert_eq!(
            assignment.ended.as_ref().unwrap().how,
            AssignmentEnd::Cleared
        );
    }
    assert!(incident.closed.is_none() && incident.lines.is_empty());
    assert!(world.simulation.counts().refused.is_empty());
}

#[test]
fn a_crew_follows_a_status_that_a_person_sets() {
    let mut world = World::new(Options {
        calls: false,
        ..options(1, 1.0)
    });
    world.person(MIDNIGHT, ReceiveIncident::default());
    let (id, unit) = (world.center.last_incident(), world.free("ENGINE"));
    world.person(
        MIDNIGHT,
        DispatchUnits {
            incident: id,
            units: vec![unit],
            although_committed: false,
        },
    );
    let arrived = MIDNIGHT.plus_seconds(1);
    let status = ChangeUnitStatus {
        unit,
        status: code("ONS"),
        incident: None,
        correction: false,
    };
    world.person(arrived, status);
    world.run_until(MIDNIGHT.plus_seconds(6 * 3_600));
    let incident = world.center.incident(id).unwrap();
    let stamps = incident.assignments[0].stamps;
    assert_eq!((stamps.acknowledged, stamps.en_route), (None, None));
    assert_eq!(stamps.get(Meaning::OnScene), Some(arrived));
    assert_eq!(
        incident.assignments[0].ended.as_ref().unwrap().how,
        AssignmentEnd::Cleared
    );
}

#[test]
fn dispatchers_leave_an_incident_to_the_person_who_sends_units_to_it() {
    let mut world = World::new(options(3, 1.0));
    let mut at = MIDNIGHT;
    let untouched = loop {
        at = at.plus_seconds(5);
        world.run_until(at);
        let waiting = world.center.incidents.iter().map(|(_, i)| i).find(|i| {
            i.assignments.is_empty()
                && i.closed.is_none()
                && i.received.seconds_since(at).abs() < 6.0
        });
        if let Some(incident) = waiting {
            break incident.id;
        }
    };
    let unit = world.free("SERGEANT");
    let units = vec![unit];
    world.person(
        at,
        DispatchUnits {
            incident: untouched,
            units,
            although_committed: false,
        },
    );
    world.run_until(at.plus_seconds(8 * 3_600));
    let incident = &world.closed[&untouched];
    let sent: Vec<_> = incident.assignments.iter().map(|a| a.unit).collect();
    assert_eq!(sent, [unit]);
}

#[test]
fn people_who_meddle_all_day_break_nothing() {
    let mut world = World::new(options(9, 1.0));
    let mut random = crate::random::Random::of(&[9]);
    let (mut done, mut refused) = (0, 0);
    for minute in 1..=24 * 60 {
        let at = MIDNIGHT.plus_seconds(minute * 60);
        world.run_until(at);
        let last = world.center.last_incident().0;
        let id = IncidentId(1 + random.below(8).min(last as usize) as u64 + last.saturating_sub(8));
        let unit = UnitId(1 + random.below(60) as u32);
        let command: Command = match random.below(7) {
            0 => callbox_domain::CloseIncident {
                incident: id,
                disposition: code("ADMIN"),
            }
            .into(),
            1 => DispatchUnits {
                incident: id,
                units: vec![unit],
                although_committed: true,
            }
            .into(),
            2 => callbox_domain::CancelAssignment {
                unit,
                incident: None,
                reason: None,
            }
            .into(),
            3 => callbox_domain::ReassignUnit {
                unit,
                from: None,
                to: id,
            }
            .into(),
            4 => ChangeUnitStatus {
                unit,
                status: code("AVL"),
                incident: None,
                correction: false,
            }
            .into(),
            5 => callbox_domain::PutUnitInService { unit }.into(),
            _ => callbox_domain::TakeUnitOutOfService {
                unit,
                status: None,
                reason: None,
            }
            .into(),
        };
        match fold(&mut world.center, &command, context(PERSON, at)) {
            Ok(entries) => {
                done += 1;
                entries
                    .iter()
                    .for_each(|entry| world.simulation.observe(entry, &world.center));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(done > 200, "{done} done, {refused} refused");
    world.center.check().unwrap();
    assert!(world.simulation.counts().done > 1_000);
}

#[test]
fn the_first_start_fills_the_hours_so_far_and_a_later_one_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let dir = DataDir::create(dir.path().join("demo"), "velmora-bay.invalid/test").unwrap();
    let clock = Arc::new(AtomicI64::new(MIDNIGHT.plus_seconds(86_400).micros()));
    let wall = Arc::clone(&clock);
    let engine_options = callbox_engine::Options {
        clock: Arc::new(move || Timestamp::from_micros(wall.load(Ordering::Relaxed))),
        exit_on_fatal: false,
    };
    let engine = Engine::open(&dir, engine_options.clone()).unwrap();
    let town = Arc::new(Town::new());
    let now = MIDNIGHT.plus_seconds(86_400);
    let from = MIDNIGHT.plus_seconds(12 * 3_600);
    set_up(&engine, &town, "Etc/UTC", from).unwrap();
    let filled = fill(&engine, Arc::clone(&town), options(1, 10.0), from, now).unwrap();
    assert!(filled.commands > 1_000, "{}", filled.commands);
    let center = engine.snapshot();
    center.check().unwrap();
    assert!(
        center
            .incidents
            .iter()
            .any(|(_, incident)| incident.closed.is_none())
    );
    assert!(engine.history(None, 500).unwrap().len() > 60);

    // A person's incident, then a stop in the middle of everything, for days.
    let submission = |command: Command, actor| Submission {
        command,
        context: context(actor, now),
        idempotency: None,
    };
    let own = submission(ReceiveIncident::default().into(), PERSON);
    engine.enqueue(own).unwrap().wait().unwrap();
    let own = engine.snapshot().last_incident();
    engine.shutdown();
    clock.store(now.plus_seconds(3 * 86_400).micros(), Ordering::Relaxed);
    let engine = Engine::open(&dir, engine_options).unwrap();
    let later = now.plus_seconds(3 * 86_400);
    let calls = Options {
        calls: false,
        ..options(1, 10.0)
    };
    let mut simulation = resume(&engine, town, calls, later);
    let until = later.plus_seconds(3_600);
    let mut seq = engine.snapshot().next_seq();
    while let Some(act) = simulation.act(until, &engine.snapshot()) {
        let submission = Submission {
            command: act.command,
            context: act.context,
            idempotency: None,
        };
        let receipt = engine.enqueue(submission).unwrap().wait().unwrap();
        simulation.answer(Ok(&receipt.entries));
        let center = engine.snapshot();
        for entry in engine.entries_from(seq, 100).unwrap() {
            seq = entry.seq + 1;
            simulation.observe(&entry, &center);
        }
    }
    let center = engine.snapshot();
    center.check().unwrap();
    let open: Vec<_> = center
        .incidents
        .iter()
        .filter(|(_, i)| i.closed.is_none())
        .map(|(_, i)| i.id)
        .collect();
    assert_eq!(open, [own]);
    assert!(center.units.iter().all(|(_, unit)| unit.active.is_empty()));
    engine.shutdown();
}
