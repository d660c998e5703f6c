//! Runs a simulation by the clock, on a running engine.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use callbox_domain::{ActorId, Incident, Timestamp};
use callbox_engine::{Clock, Engine, ReadError, Submission, SubmitError};

use crate::{Counts, Options, Simulation, Town};

/// How long the simulation sleeps at most, so that it soon sees what people did.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// When the clock has gone on by more than this since the last look, the machine was asleep.
const ASLEEP_MICROS: i64 = 20_000_000;
/// How many entries are read at once.
const PAGE: usize = 1_000;

/// A simulation at work in a thread of its own.
#[derive(Debug)]
pub struct Live {
    stop: mpsc::SyncSender<()>,
    thread: JoinHandle<()>,
    counts: Arc<Mutex<Counts>>,
}

impl Live {
    /// Starts the thread. The simulation must know the state up to the ledger's present length.
    pub fn start(engine: Engine, simulation: Simulation, clock: Clock) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::sync_channel(1);
        let counts = Arc::new(Mutex::new(Counts::default()));
        let seq = engine.snapshot().next_seq();
        let mut driver = Driver {
            engine,
            simulation,
            clock,
            seq,
            looked: None,
        };
        let told = Arc::clone(&counts);
        let thread = thread::Builder::new()
            .name("simulation".into())
            .spawn(move || {
                loop {
                    let wait = match driver.look() {
                        Ok(wait) => wait,
                        Err(reason) => {
                            tracing::error!(reason = %reason, "the simulation ends");
                            return;
                        }
                    };
                    *told.lock().unwrap_or_else(PoisonError::into_inner) =
                        driver.simulation.counts().clone();
                    if !matches!(
                        stopped.recv_timeout(wait),
                        Err(mpsc::RecvTimeoutError::Timeout)
                    ) {
                        return;
                    }
                }
            })?;
        Ok(Self {
            stop,
            thread,
            counts,
        })
    }

    /// What has come of the commands so far.
    pub fn counts(&self) -> Counts {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Ends the thread and waits for that; what is on its way is finished first.
    pub fn stop(self) {
        let _ = self.stop.try_send(());
        if self.thread.join().is_err() {
            tracing::error!("the simulation ended in a panic");
        }
    }
}

/// A simulation that goes on from what an earlier run left behind.
pub fn resume(engine: &Engine, town: Arc<Town>, options: Options, now: Timestamp) -> Simulation {
    let center = engine.snapshot();
    // Other calls than the last run's, which began with the same seed.
    let seed = options.seed ^ center.last_incident().0.rotate_left(20);
    let mut simulation = Simulation::new(town, Options { seed, ..options }, now);
    simulation.resume(&center, |incident| is_ours(engine, incident));
    simulation
}

/// Whether it was a simulated call-taker who received the incident.
fn is_ours(engine: &Engine, incident: &Incident) -> bool {
    let first = incident.history.first().map(|seq| engine.entries(&[*seq]));
    matches!(first, Some(Ok(entries)) if entries.iter().any(|e| e.actor == ActorId::SIMULATED))
}

struct Driver {
    engine: Engine,
    simulation: Simulation,
    clock: Clock,
    /// Up to where the simulation knows the ledger.
    seq: u64,
    looked: Option<Timestamp>,
}

/// Why the simulation cannot go on.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Submit(SubmitError),
}

impl Driver {
    /// Does what is due; says how long nothing will be.
    fn look(&mut self) -> Result<Duration, Ended> {
        let now = (self.clock)();
        let since = self
            .looked
            .map_or(0, |looked| now.micros() - looked.micros());
        if since > ASLEEP_MICROS {
            self.simulation.put_off(since);
        }
        self.looked = Some(now);
        self.catch_up()?;
        while let Some(act) = self.simulation.act(now, &self.engine.snapshot()) {
            let submission = Submission {
                command: act.command,
                // What is seen to happen now happens now, even if the machine was slow.
                context: callbox_domain::Context {
                    at: (self.clock)(),
                    ..act.context
                },
                idempotency: None,
            };
            match self
                .engine
                .enqueue(submission)
                .and_then(callbox_engine::Ticket::wait)
            {
                Ok(receipt) => self.simulation.answer(Ok(&receipt.entries)),
                Err(SubmitError::Refused(refusal)) => self.simulation.answer(Err(refusal.code())),
                Err(error @ SubmitError::Halted(_)) => return Err(Ended::Submit(error)),
                Err(error) => {
                    tracing::warn!(error = %error, "a simulated command was not recorded");
                    self.simulation.answer(Err("unavailable"));
                }
            }
            self.catch_up()?;
        }
        let due = self.simulation.due().map(|due| due.micros() - now.micros());
        let wait = Duration::from_micros(due.map_or(u64::MAX, |micros| micros.max(0) as u64));
        Ok(wait.clamp(Duration::from_millis(2), LOOK_EVERY))
    }

    /// Tells the simulation what was recorded since the last look.
    fn catch_up(&mut self) -> Result<(), Ended> {
        loop {
            let center = self.engine.snapshot();
            if self.seq >= center.next_seq() {
                return Ok(());
            }
            let entries = self.engine.entries_from(self.seq, PAGE)?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            self.seq = last.seq + 1;
            entries
                .iter()
                .for_each(|entry| self.simulation.observe(entry, &center));
        }
    }
}
