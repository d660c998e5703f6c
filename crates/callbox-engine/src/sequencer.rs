//! The one writer: decide, append, evolve, publish, answer.
//!
//! While one batch is being made durable, the next is decided against the state that will stand if
//! it succeeds. If it fails, nothing that was decided on top of it stands either.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use callbox_domain::{ActorId, CLOSED_KEPT, Center, Code, Entry, Incident, IncidentId, Timestamp};
use callbox_ledger::{AppendError, StoreError};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc as queue,
};

use crate::{
    archive::Archive,
    committer::{Answers, Committer, Flight, Landed, Pending, answer, refuse},
    engine::Shared,
    entry::Encoded,
    idempotency::{Key, Name, Requests},
    recovery::{Live, load},
    sealer::Sealer,
    snapshot_file::Snapshot,
    submission::{Ask, Message, Receipt, Request, RequestKey, Submission, SubmitError},
};

/// The most commands in one frame: enough that a disk flush is cheap for each, few enough that
/// nobody waits long for the others' decisions.
const BATCH: usize = 512;
/// No further command is taken into a frame with this many events.
const BATCH_EVENTS: usize = 2_048;
/// How many events a start may have to read after the snapshot.
const SNAPSHOT_EVERY: u64 = 50_000;
/// The longest idempotency key, in bytes.
const MAX_KEY: usize = 128;
/// The longest time that a batch waits for others who were just answered and may ask again.
const LINGER: Duration = Duration::from_micros(200);
/// From so many at once on, a wake-up for each would cost more than what they ask.
const CROWD: usize = 16;

pub(crate) struct Sequencer {
    /// The state with everything that was decided, durable or not.
    center: Center,
    /// What was requested and is durable.
    requests: Requests,
    archive: Archive,
    sealer: Arc<Sealer>,
    /// Below this nothing is recorded any more.
    last_recorded: Timestamp,
    shared: Arc<Shared>,
    snapshots: mpsc::SyncSender<Snapshot>,
    snapshot_seq: u64,
    /// The batch that is being decided.
    batch: Batch,
    /// `None` while a batch is on its way to the disk.
    committer: Option<Box<Committer>>,
    flying: Flying,
    runway: mpsc::SyncSender<(Box<Committer>, Flight)>,
    landed: queue::Receiver<(Box<Committer>, Landed)>,
    /// How many ask at once, as far as the last batches show.
    expected: usize,
    /// Until when a smaller batch than that waits.
    linger_until: Instant,
}

/// What one batch has come to before it is on its way.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    encoded: Vec<Encoded>,
    answers: Answers,
    names: Names,
    /// Why nothing of it can be recorded.
    failed: Option<String>,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.answers.len() >= BATCH || self.entries.len() >= BATCH_EVENTS
    }
}

/// The named requests of one batch, with their first entry's position and how many they led to.
#[derive(Default)]
struct Names {
    rows: Vec<(Name, u64, u16)>,
    by_key: HashMap<Key, usize>,
}

impl Names {
    fn push(&mut self, name: Name, first_seq: u64, n: u16) {
        self.by_key.insert(name.key(), self.rows.len());
        self.rows.push((name, first_seq, n));
    }

    fn find(&self, name: &Name) -> Option<&(Name, u64, u16)> {
        self.by_key.get(&name.key()).map(|row| &self.rows[*row])
    }
}

/// What is on its way to the disk, as far as later decisions need it.
#[derive(Default)]
struct Flying {
    entries: Arc<Vec<Entry>>,
    names: Names,
    answers: usize,
    /// Incidents that left memory with it.
    retired: Vec<Arc<Incident>>,
}

impl Sequencer {
    /// Starts the thread; it ends when all senders of `requests` are gone.
    pub(crate) fn start(
        live: Live,
        shared: Arc<Shared>,
        requests: queue::Receiver<Message>,
        snapshot_file: PathBuf,
    ) -> std::io::Result<JoinHandle<()>> {
        let (snapshots, receiver) = mpsc::sync_channel(1);
        let Live {
            ledger,
            center,
            requests: known,
            archive,
            sealer,
            snapshot_seq,
        } = live;
        let to_write = Arc::clone(&sealer);
        let write = move || write_snapshots(&receiver, &snapshot_file, &to_write);
        let writer = thread::Builder::new()
            .name("snapshots".into())
            .spawn(write)?;
        let (runway, flights) = mpsc::sync_channel::<(Box<Committer>, Flight)>(1);
        let (landing, landed) = queue::channel(1);
        let commit = move || {
            for (mut committer, flight) in flights {
                let landed = committer.commit(flight);
                // An error means that the sequencer has gone, which it does in a panic only.
                let _ = landing.blocking_send((committer, landed));
            }
        };
        thread::Builder::new()
            .name("committer".into())
            .spawn(commit)?;
        let runtime = Builder::new_current_thread().build()?;
        let mut sequencer = Self {
            snapshot_seq,
            last_recorded: Timestamp::from_micros(ledger.last_recorded_us()),
            center,
            requests: known,
            archive,
            sealer,
            committer: Some(Box::new(Committer::start(ledger, Arc::clone(&shared))?)),
            shared,
            snapshots,
            batch: Batch::default(),
            flying: Flying::default(),
            runway,
            landed,
            expected: 0,
            linger_until: Instant::now(),
        };
        thread::Builder::new()
            .name("sequencer".into())
            .spawn(move || {
                // Whatever ends this thread, nobody waits in vain: later requests are told.
                let shared = Arc::clone(&sequencer.shared);
                let _told = HaltOnDrop(shared);
                // What this start had to read, the next one need not.
                sequencer.snapshot_when_due();
                sequencer.run(&runtime, requests);
                sequencer.snapshot(true);
                // Its channels close with the sequencer, which lets writer and committer end.
                drop(sequencer);
                let _ = writer.join();
            })
    }

    fn run(&mut self, runtime: &Runtime, mut requests: queue::Receiver<Message>) {
        loop {
            while !self.batch.is_full()
                && let Ok(message) = requests.try_recv()
            {
                self.message(message, &mut requests);
            }
            let is_empty = self.batch.answers.is_empty();
            if self.committer.is_none() {
                if self.expected >= CROWD && !self.batch.is_full() {
                    // Others are about to ask: let them first, so that this thread is not put to
                    // sleep and woken for each.
                    thread::yield_now();
                    if let Ok(message) = requests.try_recv() {
                        self.message(message, &mut requests);
                        continue;
                    }
                }
                self.wait(runtime, &mut requests);
            } else if is_empty {
                match requests.blocking_recv() {
                    Some(message) => self.message(message, &mut requests),
                    None => return,
                }
            } else if self.lingers() && !requests.is_closed() {
                // No timer is that short: whoever was answered gets the processor meanwhile.
                thread::yield_now();
            } else {
                self.depart();
            }
        }
    }

    /// Waits for the flight or for a request, whichever comes first.
    fn wait(&mut self, runtime: &Runtime, requests: &mut queue::Receiver<Message>) {
        enum Next {
            Landed(Option<(Box<Committer>, Landed)>),
            Message(Message),
        }
        let takes_more = !self.batch.is_full();
        let landed = &mut self.landed;
        let next = runtime.block_on(async {
            tokio::select! {
                biased;
                landed = landed.recv() => Next::Landed(landed),
                Some(message) = requests.recv(), if takes_more => Next::Message(message),
            }
        });
        match next {
            Next::Message(message) => self.message(message, requests),
            Next::Landed(landed) => {
                let (committer, landed) = landed.expect("the committer does not panic");
                self.land(committer, landed);
            }
        }
    }

    fn message(&mut self, message: Message, requests: &mut queue::Receiver<Message>) {
        match message {
            Message::Request(request) => self.take(request),
            // What is in the queue is still carried out.
            Message::Stop => requests.close(),
        }
    }

    /// Whether others are likely to come in a moment, so that one flush serves all.
    fn lingers(&self) -> bool {
        self.batch.answers.len() < self.expected.min(BATCH)
            && !self.batch.is_full()
            && Instant::now() < self.linger_until
    }

    /// Decides one request against the speculative state.
    fn take(&mut self, request: Request) {
        let pending = match &request.ask {
            Ask::Submit(submission, agency) => self.decide(submission, agency.as_ref()),
            Ask::Earlier(actor, key) => Ok(self.earlier(*actor, key)),
        };
        let pending = pending.unwrap_or_else(Pending::Refused);
        self.batch.answers.push((request.reply, pending));
    }

    /// What came of an earlier request, whatever its command was.
    fn earlier(&self, actor: ActorId, key: &RequestKey) -> Pending {
        let name = key.received().map(|it| Name::received(actor, key, it));
        name.and_then(|name| self.repeated(&name))
            .unwrap_or(Pending::Fixed(Err(SubmitError::KeyUnknown)))
    }

    fn decide(
        &mut self,
        submission: &Submission,
        agency: Option<&Code>,
    ) -> Result<Pending, SubmitError> {
        let Submission {
            command,
            context,
            idempotency,
        } = submission;
        if let Some(reason) = self.shared.halted() {
            return Ok(Pending::Fixed(Err(SubmitError::Halted(reason))));
        }
        let name = match idempotency {
            Some(key) if !(1..=MAX_KEY).contains(&key.as_str().len()) => {
                return Ok(Pending::Fixed(Err(SubmitError::BadKey)));
            }
            Some(key) => Some(Name::new(context.actor, key, command)),
            None => None,
        };
        if let Some(pending) = name.as_ref().and_then(|name| self.repeated(name)) {
            return Ok(pending);
        }
        let thawed = self.thaw(&command.incidents(&self.center, context))?;
        let looked_up = self.shared.with_facts(command, &self.center);
        let (center, batch) = (&mut self.center, &mut self.batch);
        let decided = match looked_up {
            Ok(with_facts) => {
                center.decide_as(agency, with_facts.as_ref().unwrap_or(command), context)
            }
            Err(error) => {
                thawed.into_iter().for_each(|id| center.freeze(id));
                return Err(SubmitError::Unavailable(error.to_string()));
            }
        };
        let events = match decided {
            Ok(events) if !events.is_empty() => events,
            refused_or_nothing => {
                thawed.into_iter().for_each(|id| center.freeze(id));
                let first = batch.entries.len();
                return match refused_or_nothing {
                    Ok(_) => Ok(Pending::Done {
                        first,
                        n: 0,
                        repeated: false,
                    }),
                    Err(refusal) => Err(refusal.into()),
                };
            }
        };
        // A clock that went back does not turn the record's order around.
        let recorded = (self.shared.clock)().max(self.last_recorded);
        self.last_recorded = recorded;
        let first = batch.entries.len();
        let n = u16::try_from(events.len()).expect("the rules bound a command's events");
        for (i, event) in events.into_iter().enumerate() {
            let entry = Entry {
                seq: center.next_seq(),
                at: context.at,
                recorded,
                actor: context.actor,
                purpose: context.purpose,
                event,
            };
            let version = center.next_version(entry.event.stream());
            let leaf = name.filter(|_| i == 0).map(|name| name.to_leaf(n));
            match Encoded::new(&entry, version, leaf, &self.sealer) {
                Ok(encoded) => batch.encoded.push(encoded),
                // Half a command may be in the state by now: the whole batch goes back.
                Err(error) => {
                    batch.failed.get_or_insert(error.to_string());
                }
            }
            center.evolve(&entry);
            batch.entries.push(entry);
        }
        if let Some(name) = name {
            batch.names.push(name, batch.entries[first].seq, n);
        }
        Ok(Pending::Done {
            first,
            n: usize::from(n),
            repeated: false,
        })
    }

    /// The answer to a request whose key was seen before: in this batch, on its way to the disk, or
    /// durable.
    fn repeated(&self, name: &Name) -> Option<Pending> {
        if let Some((seen, first_seq, n)) = self.batch.names.find(name) {
            if seen != name {
                return Some(Pending::Refused(SubmitError::KeyReused));
            }
            return Some(Pending::Done {
                first: (first_seq - self.batch.entries[0].seq) as usize,
                n: usize::from(*n),
                repeated: true,
            });
        }
        if let Some((seen, first_seq, n)) = self.flying.names.find(name) {
            if seen != name {
                return Some(Pending::Refused(SubmitError::KeyReused));
            }
            let first = (first_seq - self.flying.entries[0].seq) as usize;
            return Some(Pending::Earlier(Receipt {
                first_seq: *first_seq,
                entries: self.flying.entries[first..first + usize::from(*n)].into(),
                repeated: true,
            }));
        }
        let (done, same) = self.requests.find(name)?;
        if !same {
            return Some(Pending::Fixed(Err(SubmitError::KeyReused)));
        }
        let seqs: Vec<u64> = (done.first_seq..done.first_seq + u64::from(done.n)).collect();
        let answer = match self.shared.reader.entries(&seqs) {
            Ok(entries) => Ok(Receipt {
                first_seq: done.first_seq,
                entries: entries.into(),
                repeated: true,
            }),
            Err(error) => Err(SubmitError::Unavailable(error.to_string())),
        };
        Some(Pending::Fixed(answer))
    }

    /// Loads archived incidents that a command is about.
    fn thaw(&mut self, ids: &[IncidentId]) -> Result<Vec<IncidentId>, SubmitError> {
        let mut thawed = Vec::new();
        for id in ids.iter().copied() {
            if !self.center.is_archived(id) {
                continue;
            }
            // What left memory with the batch on its way cannot be read from the ledger yet.
            let flying = self.flying.retired.iter().find(|left| left.id == id);
            let loaded = match flying {
                Some(incident) => Some(Arc::clone(incident)),
                None => load(&self.archive, &self.shared.reader, id, u64::MAX)
                    .map_err(|error| SubmitError::Unavailable(error.to_string()))?,
            };
            if let Some(incident) = loaded {
                self.center.thaw(incident);
                thawed.push(id);
            }
        }
        Ok(thawed)
    }

    /// Sends the batch on its way; nothing else is.
    fn depart(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if let Err(error) = self.check(&batch) {
            return self.roll_back(batch.answers, &error);
        }
        if batch.entries.is_empty() {
            return answer(batch.answers, &[], self.center.next_seq());
        }
        let retired = self.retire();
        let entries = Arc::new(batch.entries);
        self.flying = Flying {
            entries: Arc::clone(&entries),
            names: batch.names,
            answers: batch.answers.len(),
            retired,
        };
        let flight = Flight {
            entries,
            encoded: batch.encoded,
            answers: batch.answers,
            center: Arc::new(self.center.clone()),
        };
        let mut committer = self.committer.take().expect("nothing is on its way");
        if self.expected <= 1 && flight.answers.len() == 1 {
            // One client at a time: nobody else's decision could be made meanwhile.
            let landed = committer.commit(flight);
            self.land(committer, landed);
        } else if self.runway.send((committer, flight)).is_err() {
            unreachable!("the committer ends after the sequencer");
        }
    }

    fn check(&self, batch: &Batch) -> Result<(), SubmitError> {
        if let Some(failed) = &batch.failed {
            return Err(SubmitError::Unavailable(failed.clone()));
        }
        let streams = batch.entries.iter().map(|entry| entry.event.stream());
        let checked = self.center.check_streams(streams);
        checked.map_err(|broken| self.shared.halt(broken.to_string()))
    }

    /// Takes note of how the flight ended.
    fn land(&mut self, committer: Box<Committer>, landed: Landed) {
        self.committer = Some(committer);
        let flown = std::mem::take(&mut self.flying);
        if let Some((error, answers)) = landed.failed {
            let error = self.failed(error);
            tracing::error!(error = %error, events = flown.entries.len(), "a frame was not recorded");
            return self.roll_back(answers, &error);
        }
        for (name, first_seq, n) in flown.names.rows {
            self.requests.insert(name, first_seq, n);
        }
        self.expected = flown.answers + self.batch.answers.len();
        self.linger_until = Instant::now() + (landed.took / 4).min(LINGER);
        self.snapshot_when_due();
    }

    fn snapshot_when_due(&mut self) {
        let length = self.shared.snapshot.load().next_seq();
        if length - self.snapshot_seq >= SNAPSHOT_EVERY {
            self.snapshot(false);
        }
    }

    /// Goes back to the durable state: what is not durable did not happen, nor what was decided
    /// on top of it.
    fn roll_back(&mut self, answers: Answers, error: &SubmitError) {
        self.center = (*self.shared.snapshot.load_full()).clone();
        let committer = self.committer.as_ref().expect("nothing is on its way");
        self.last_recorded = Timestamp::from_micros(committer.ledger().last_recorded_us());
        refuse(answers, error);
        refuse(std::mem::take(&mut self.batch).answers, error);
    }

    /// Moves old closed incidents to the archive, many with one transaction; where that fails they stay in
    /// memory.
    ///
    /// The archive may then name positions that never become durable. It does no harm: the state
    /// before them still holds the incident, and what memory holds goes before the archive.
    fn retire(&mut self) -> Vec<Arc<Incident>> {
        if !self.center.is_to_retire() {
            return Vec::new();
        }
        let before = self.center.clone();
        let retired = self.center.retire(CLOSED_KEPT);
        if let Err(error) = self.archive.put(&retired, before.next_seq()) {
            tracing::error!(error = %error, "closed incidents stay in memory");
            self.center = before;
            return Vec::new();
        }
        retired
    }

    fn failed(&self, error: AppendError) -> SubmitError {
        match error {
            AppendError::Store(StoreError::Full(_) | StoreError::Unavailable(_)) => {
                SubmitError::Unavailable(error.to_string())
            }
            // Another server took over, or only a restart can tell what stands in the ledger.
            _ => self.shared.fail(error.to_string()),
        }
    }

    /// Hands the durable state to the snapshot writer, unless it is busy and this is not the end.
    fn snapshot(&mut self, last: bool) {
        let center = self.shared.snapshot.load_full();
        let next_seq = center.next_seq();
        if self.shared.halted().is_some() || next_seq == self.snapshot_seq {
            return;
        }
        let Some(committer) = &self.committer else {
            return;
        };
        if let Err(error) = self.archive.put(&[], next_seq) {
            tracing::error!(error = %error, "no snapshot is written");
            return;
        }
        let snapshot = Snapshot {
            center: (*center).clone(),
            frontier: committer.ledger().frontier().clone(),
            requests: self.requests.clone(),
        };
        let sent = if last {
            self.snapshots.send(snapshot).is_ok()
        } else {
            self.snapshots.try_send(snapshot).is_ok()
        };
        if sent {
            self.snapshot_seq = next_seq;
        }
    }
}

fn write_snapshots(snapshots: &mpsc::Receiver<Snapshot>, path: &std::path::Path, sealer: &Sealer) {
    for snapshot in snapshots {
        if let Err(error) = snapshot.save(path, sealer) {
            tracing::error!(error = %error, "no snapshot was written; the next start takes longer");
        }
    }
}

struct HaltOnDrop(Arc<Shared>);

impl Drop for HaltOnDrop {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.fail("the sequencer ended in a panic".into());
        }
    }
}
