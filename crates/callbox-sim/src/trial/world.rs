//! The engine under trial, beside a state of its own that follows the rules alone.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use callbox_domain::{
    ActorId, Center, Code, Context, Entry, Purpose, Timestamp,
    script::{self, DAY, NotACommand},
};
use callbox_engine::{DataDir, Engine, Options, Receipt, Stores, Submission, SubmitError};
use callbox_ledger::{Gate, Injected, MemoryStore, Signer, verify};

use super::{
    check,
    line::{Befalls, Line},
    town::{MARKER, TOWN},
    way_out::way_out,
};

/// What a trial came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The verbs that were carried out at least once.
    pub verbs: BTreeSet<&'static str>,
    /// The kinds of events that were recorded.
    pub kinds: BTreeSet<&'static str>,
    /// Commands that were carried out.
    pub done: u64,
    /// Commands that a rule refused.
    pub refused: u64,
    /// Commands that failed because the store did.
    pub failed: u64,
    /// Kills and restarts.
    pub starts: u64,
    /// Events in the ledger.
    pub events: u64,
    /// The most acts that were taken back one after the other, with nothing in between.
    pub undone_in_a_row: u64,
}

impl Seen {
    /// Adds what another trial came to.
    pub fn add(&mut self, other: &Self) {
        self.verbs.extend(&other.verbs);
        self.kinds.extend(&other.kinds);
        self.done += other.done;
        self.refused += other.refused;
        self.failed += other.failed;
        self.starts += other.starts;
        self.events += other.events;
        self.undone_in_a_row = self.undone_in_a_row.max(other.undone_in_a_row);
    }
}

/// A request whose answer said neither that it was carried out nor that it was not.
struct Doubt {
    submission: Submission,
    persisted: bool,
}

/// The engine under trial.
pub struct World {
    base: PathBuf,
    dir: DataDir,
    generation: u32,
    store: MemoryStore,
    clock: Arc<AtomicI64>,
    skew: i64,
    engine: Option<Engine>,
    /// What the rules alone make of the acknowledged commands.
    center: Center,
    /// What was acknowledged, in order.
    ledger: Vec<Entry>,
    keys: u64,
    last: Option<(Submission, Receipt)>,
    fault: Option<Injected>,
    doubt: Option<Doubt>,
    halted: bool,
    now: i64,
    seen: Seen,
    /// How many acts were taken back since anything else was recorded.
    undone: u64,
}

impl World {
    /// Opens an engine in the empty directory `base` and sets the town up.
    pub fn new(base: &Path) -> Result<Self, String> {
        let dir = DataDir::create(base.join("0"), "trial.example/1").map_err(words)?;
        let mut world = Self {
            base: base.to_owned(),
            dir,
            generation: 0,
            store: MemoryStore::new(),
            clock: Arc::new(AtomicI64::new(DAY.micros())),
            skew: 0,
            engine: None,
            center: Center::default(),
            ledger: Vec::new(),
            keys: 0,
            last: None,
            fault: None,
            doubt: None,
            halted: false,
            now: 0,
            seen: Seen::default(),
            undone: 0,
        };
        world.open()?;
        for line in TOWN.lines().filter(|line| !line.is_empty()) {
            world.say(0, 1, line)?;
        }
        match (world.seen.refused, world.seen.failed) {
            (0, 0) => Ok(world),
            _ => Err("the town cannot be set up".into()),
        }
    }

    /// What the rules make of everything that was acknowledged.
    pub fn center(&self) -> &Center {
        &self.center
    }

    /// Whether the server records nothing until its restart.
    pub fn is_halted(&self) -> bool {
        self.halted
    }

    /// Plays one line and holds all invariants against what came of it.
    pub fn step(&mut self, line: &Line) -> Result<(), String> {
        match line {
            Line::Said {
                second,
                actor,
                words,
            } => self.say(*second, *actor, words),
            Line::Befalls(Befalls::Fault(fault)) => {
                self.fault = Some(*fault);
                Ok(())
            }
            Line::Befalls(Befalls::Skew(seconds)) => {
                self.skew += seconds;
                Ok(())
            }
            Line::Befalls(Befalls::Kill) => self.start(Start::Killed),
            Line::Befalls(Befalls::Restart) => self.start(Start::Stopped),
            Line::Befalls(Befalls::RestartBare) => self.start(Start::Bare),
            Line::Befalls(Befalls::Again) => self.again(),
        }
    }

    /// Ends the trial: nothing is stuck, the ledger verifies, and a start from it alone gives the
    /// same state.
    pub fn end(mut self) -> Result<Seen, String> {
        let at = DAY.plus_seconds(self.now);
        let disposition = Code::new("DONE").map_err(words)?;
        way_out(&self.center, at, &disposition).map_err(|stuck| stuck.0)?;
        self.fault = None;
        self.start(Start::Bare)?;
        self.close();
        let key = Signer::load(&self.dir.signing_key()).map_err(words)?;
        let gate = Gate::open(&self.dir.checkpoint()).map_err(words)?;
        let checkpoint = gate.checkpoint(key.verifier()).map_err(words)?;
        let report = verify(&mut self.store.clone(), checkpoint.as_ref(), &mut |_| {})
            .map_err(|fault| format!("the ledger does not verify: {fault}"))?;
        if report.events != self.ledger.len() as u64 {
            return Err("the ledger has another length than what was acknowledged".into());
        }
        for row in self.store.rows() {
            let has = |bytes: &[u8]| bytes.windows(MARKER.len()).any(|w| w == MARKER.as_bytes());
            if has(&row.leaves) || has(&row.sealed) {
                return Err(format!("frame {} shows personal data", row.no));
            }
        }
        self.seen.events = report.events;
        Ok(std::mem::take(&mut self.seen))
    }

    /// Takes the newest frame away, as a store would that lies.
    #[cfg(test)]
    pub(super) fn lose_the_last_frame(&self) {
        let mut rows = self.store.rows();
        rows.pop();
        self.store.set_rows(rows);
    }

    fn say(&mut self, second: i64, actor: u64, said: &str) -> Result<(), String> {
        self.now = second;
        let at = DAY.plus_seconds(second);
        let command = match script::command(&self.center, at, said) {
            Ok(command) => command,
            // It names a unit that is not defined: no request comes of it.
            Err(NotACommand::Refused(_)) => {
                self.seen.refused += 1;
                return Ok(());
            }
            Err(NotACommand::Syntax(what)) => return Err(format!("'{said}': {what}")),
        };
        self.keys += 1;
        let submission = Submission {
            command,
            context: Context {
                at,
                actor: ActorId(actor),
                purpose: Purpose::Exercise,
            },
            idempotency: Some(format!("k{}", self.keys).into()),
        };
        self.submit(submission)
    }

    fn submit(&mut self, submission: Submission) -> Result<(), String> {
        let expected = self.center.decide(&submission.command, &submission.context);
        let writes = expected.as_ref().is_ok_and(|events| !events.is_empty()) && !self.halted;
        let fault = if writes { self.fault.take() } else { None };
        if let Some(fault) = fault {
            self.store.inject(fault);
        }
        let answer = self.ask(submission.clone())?;
        match (answer, expected) {
            (Ok(receipt), Ok(events)) => {
                let fails = [
                    Injected::Full,
                    Injected::Unavailable,
                    Injected::FatalPersisted,
                    Injected::FatalNotPersisted,
                ];
                if fault.is_some_and(|fault| fails.contains(&fault)) {
                    return Err(format!("acknowledged although the store failed: {fault:?}"));
                }
                let made = receipt.entries.iter().map(|entry| &entry.event);
                if receipt.repeated || !made.eq(&events) {
                    return Err(format!(
                        "the engine recorded {:?} where the rules say {events:?}",
                        receipt.entries
                    ));
                }
                self.seen.done += 1;
                if !receipt.entries.is_empty() {
                    self.seen.verbs.insert(submission.command.name());
                }
                self.fold(&receipt.entries)?;
                if !receipt.entries.is_empty() {
                    self.last = Some((submission, receipt));
                }
            }
            (Err(SubmitError::Refused(is)), Err(due)) if is == due => self.seen.refused += 1,
            (Err(SubmitError::Unavailable(_)), _) if fault.is_some() => self.seen.failed += 1,
            (Err(SubmitError::Halted(_)), _) if self.halted => self.seen.failed += 1,
            (Err(SubmitError::Halted(_)), _) if fault.is_some() => {
                self.seen.failed += 1;
                self.halted = true;
                let persisted = fault == Some(Injected::FatalPersisted)
                    || fault == Some(Injected::UnknownPersisted);
                self.doubt = Some(Doubt {
                    submission,
                    persisted,
                });
            }
            (answer, expected) => {
                return Err(format!(
                    "the engine answers {answer:?} where the rules say {expected:?} (fault {fault:?})"
                ));
            }
        }
        self.check()
    }

    /// Hands a request in; the server's clock shows the time of the script, and what it jumped by.
    fn ask(&self, submission: Submission) -> Result<Result<Receipt, SubmitError>, String> {
        let clock = DAY.plus_seconds(self.now + self.skew).micros();
        self.clock.store(clock, Ordering::Relaxed);
        let engine = self.engine.as_ref().ok_or("there is no engine")?;
        Ok(engine
            .enqueue(submission)
            .and_then(callbox_engine::Ticket::wait))
    }

    /// Takes what was recorded into the state beside the engine.
    fn fold(&mut self, entries: &[Entry]) -> Result<(), String> {
        let before = self.center.clone();
        let mut kinds = entries.iter().map(|entry| entry.event.kind().name);
        self.undone = match entries {
            [] => self.undone,
            _ if kinds.all(|name| name.ends_with("Undone")) => self.undone + 1,
            _ => 0,
        };
        self.seen.undone_in_a_row = self.seen.undone_in_a_row.max(self.undone);
        for entry in entries {
            self.seen.kinds.insert(entry.event.kind().name);
            let last = self.ledger.last();
            if entry.seq != self.ledger.len() as u64
                || last.is_some_and(|last| last.recorded > entry.recorded)
            {
                return Err(format!("entry {} is out of order", entry.seq));
            }
            self.center.evolve(entry);
            self.ledger.push(entry.clone());
        }
        check::others_untouched(&before, &self.center, entries)
    }

    /// The engine shows what the rules make of the acknowledged commands, to the byte.
    fn check(&self) -> Result<(), String> {
        check::state(&self.center)?;
        let engine = self.engine.as_ref().ok_or("there is no engine")?;
        match engine.snapshot().to_bytes() == self.center.to_bytes() {
            true => Ok(()),
            false => Err("the live state is not what was acknowledged".into()),
        }
    }

    /// The last request that was carried out comes again: the first answer, and nothing new.
    fn again(&mut self) -> Result<(), String> {
        let Some((submission, first)) = self.last.clone() else {
            return Ok(());
        };
        match self.ask(submission)? {
            Ok(receipt) if receipt.repeated && receipt.entries == first.entries => {}
            Err(SubmitError::Halted(_)) if self.halted => {}
            answer => return Err(format!("a repeated request was answered {answer:?}")),
        }
        self.check()
    }

    fn open(&mut self) -> Result<(), String> {
        let (writer, reader) = (self.store.clone(), self.store.clone());
        let stores = Stores::new(
            move || Ok(Box::new(writer.clone())),
            move || Ok(Box::new(reader.clone())),
        );
        let clock = Arc::clone(&self.clock);
        let options = Options {
            clock: Arc::new(move || Timestamp::from_micros(clock.load(Ordering::Relaxed))),
            exit_on_fatal: false,
            ..Options::default()
        };
        self.engine = Some(Engine::open_stores(&self.dir, &stores, options).map_err(words)?);
        Ok(())
    }

    fn close(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.shutdown();
        }
    }

    /// Starts the server again and finds everything that was acknowledged, in order.
    fn start(&mut self, how: Start) -> Result<(), String> {
        self.seen.starts += 1;
        self.generation += 1;
        let next = self.base.join(self.generation.to_string());
        match how {
            // What a kill leaves behind is what stood on the disk before anything was put in order.
            Start::Killed => {
                copy(&self.dir.root, &next).map_err(words)?;
                self.close();
            }
            Start::Stopped | Start::Bare => {
                self.close();
                copy(&self.dir.root, &next).map_err(words)?;
            }
        }
        fs::remove_dir_all(&self.dir.root).map_err(words)?;
        self.dir = DataDir::open(next).map_err(words)?;
        if how == Start::Bare {
            // Projections; the first may not be there.
            let _ = fs::remove_file(self.dir.snapshot_file());
            let _ = fs::remove_file(self.dir.archive_db());
        }
        self.open()?;
        self.halted = false;
        let engine = self.engine.as_ref().ok_or("there is no engine")?;
        let found = engine.entries_from(0, usize::MAX >> 1).map_err(words)?;
        let known = self.ledger.len();
        if found.len() < known || found[..known] != self.ledger {
            return Err("something that was acknowledged is not in the ledger".into());
        }
        let doubt = self.doubt.take();
        let extra = &found[known..];
        match &doubt {
            Some(doubt) if doubt.persisted => {
                let submission = &doubt.submission;
                let due = self
                    .center
                    .decide(&submission.command, &submission.context)
                    .map_err(words)?;
                if !extra.iter().map(|entry| &entry.event).eq(&due) {
                    return Err("the ledger holds something else than what was in doubt".into());
                }
                self.fold(extra)?;
            }
            _ if extra.is_empty() => {}
            _ => return Err("the ledger holds something that nobody was told of".into()),
        }
        self.check()?;
        match doubt {
            Some(doubt) => self.resolve(doubt),
            None => Ok(()),
        }
    }

    /// Asks again for what was in doubt: carried out now, or the answer that was lost.
    fn resolve(&mut self, doubt: Doubt) -> Result<(), String> {
        let expected = self
            .center
            .decide(&doubt.submission.command, &doubt.submission.context);
        let receipt = match self.ask(doubt.submission.clone())? {
            Ok(receipt) => receipt,
            Err(error) => return Err(format!("asked again after the fault: {error}")),
        };
        if receipt.repeated != doubt.persisted {
            return Err("what was in doubt was carried out twice, or lost".into());
        }
        if !receipt.repeated {
            let due = expected.map_err(words)?;
            if !receipt.entries.iter().map(|entry| &entry.event).eq(&due) {
                return Err("asked again, something else was recorded".into());
            }
            self.fold(&receipt.entries)?;
        }
        self.last = Some((doubt.submission, receipt));
        self.check()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.close();
    }
}

/// How the server ends before it is started again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Killed,
    Stopped,
    Bare,
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for item in fs::read_dir(from)? {
        let item = item?;
        let target = to.join(item.file_name());
        match item.file_type()?.is_dir() {
            true => copy(&item.path(), &target)?,
            false => {
                // A file that is being exchanged may be gone by now; its successor is there.
                match fs::copy(item.path(), &target) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    other => drop(other?),
                }
            }
        }
    }
    Ok(())
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
