//! The one writer: decide, append, evolve, publish, answer.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use callbox_domain::{CLOSED_KEPT, Entry, IncidentId, Timestamp};
use callbox_ledger::{AppendError, Draft, StoreError};
use tokio::sync::{mpsc as queue, oneshot};

use crate::{
    engine::Shared,
    entry::Encoded,
    idempotency::Name,
    recovery::{Live, load},
    sealer::Sealer,
    snapshot_file::Snapshot,
    submission::{Message, Receipt, Request, Submission, SubmitError},
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

type Answer = Result<Receipt, SubmitError>;

pub(crate) struct Sequencer {
    live: Live,
    shared: Arc<Shared>,
    snapshots: mpsc::SyncSender<Snapshot>,
    snapshot_seq: u64,
}

/// What one batch has come to before it is durable.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    encoded: Vec<Encoded>,
    answers: Vec<(oneshot::Sender<Answer>, Pending)>,
    names: Vec<(Name, u64, u16)>,
    /// Why nothing of it can be recorded.
    failed: Option<String>,
}

/// An answer that waits for the frame.
enum Pending {
    /// These of the batch's entries.
    Done {
        first: usize,
        n: usize,
        repeated: bool,
    },
    /// An answer that stands however the append ends.
    Fixed(Answer),
    /// A refusal by the speculative state: it stands only if the frame does.
    Refused(SubmitError),
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
        let sealer = Arc::clone(&live.sealer);
        let write = move || write_snapshots(&receiver, &snapshot_file, &sealer);
        let writer = thread::Builder::new()
            .name("snapshots".into())
            .spawn(write)?;
        let snapshot_seq = live.center.next_seq();
        let mut sequencer = Self {
            live,
            shared,
            snapshots,
            snapshot_seq,
        };
        thread::Builder::new()
            .name("sequencer".into())
            .spawn(move || {
                // Whatever ends this thread, nobody waits in vain: later requests are told.
                let shared = Arc::clone(&sequencer.shared);
                let _told = HaltOnDrop(shared);
                sequencer.run(requests);
                sequencer.snapshot(true);
                // Its channel closes with the sequencer, which lets the writer end.
                drop(sequencer);
                let _ = writer.join();
            })
    }

    fn run(&mut self, mut requests: queue::Receiver<Message>) {
        while let Some(first) = requests.blocking_recv() {
            let mut batch = Batch::default();
            let mut next = Ok(first);
            while let Ok(message) = next {
                match message {
                    Message::Request(request) => self.take(request, &mut batch),
                    // What is in the queue is still carried out.
                    Message::Stop => requests.close(),
                }
                if batch.answers.len() >= BATCH || batch.entries.len() >= BATCH_EVENTS {
                    break;
                }
                next = requests.try_recv();
            }
            self.finish(batch);
        }
    }

    /// Decides one request against the speculative state.
    fn take(&mut self, request: Request, batch: &mut Batch) {
        let pending = match self.decide(&request.submission, batch) {
            Ok(pending) => pending,
            Err(error) => Pending::Refused(error),
        };
        batch.answers.push((request.reply, pending));
    }

    fn decide(
        &mut self,
        submission: &Submission,
        batch: &mut Batch,
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
            Some(key) if key.is_empty() || key.len() > MAX_KEY => {
                return Ok(Pending::Fixed(Err(SubmitError::BadKey)));
            }
            Some(key) => Some(Name::new(context.actor, key, command)),
            None => None,
        };
        if let Some(pending) = name.as_ref().and_then(|name| self.repeated(name, batch)) {
            return Ok(pending);
        }
        let thawed = self.thaw(&command.incidents())?;
        let center = &mut self.live.center;
        let decided = center.decide(command, context);
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
        let last = Timestamp::from_micros(self.live.ledger.last_recorded_us());
        let before = batch.entries.last().map_or(last, |entry| entry.recorded);
        let recorded = (self.shared.clock)().max(before);
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
            match Encoded::new(&entry, version, leaf, &self.live.sealer) {
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
            batch.names.push((name, batch.entries[first].seq, n));
        }
        Ok(Pending::Done {
            first,
            n: usize::from(n),
            repeated: false,
        })
    }

    /// The answer to a request whose key was seen before.
    fn repeated(&self, name: &Name, batch: &Batch) -> Option<Pending> {
        let in_batch = batch.names.iter().find(|(seen, _, _)| seen.same_key(name));
        if let Some((seen, first_seq, n)) = in_batch {
            if seen != name {
                return Some(Pending::Refused(SubmitError::KeyReused));
            }
            let first = (first_seq - batch.entries[0].seq) as usize;
            return Some(Pending::Done {
                first,
                n: usize::from(*n),
                repeated: true,
            });
        }
        let (done, same) = self.live.requests.find(name)?;
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
            if !self.live.center.is_archived(id) {
                continue;
            }
            let loaded = load(&self.live.archive, &self.shared.reader, id, u64::MAX)
                .map_err(|error| SubmitError::Unavailable(error.to_string()))?;
            if let Some(incident) = loaded {
                self.live.center.thaw(incident);
                thawed.push(id);
            }
        }
        Ok(thawed)
    }

    /// Appends the batch as one frame, publishes and answers.
    fn finish(&mut self, batch: Batch) {
        let outcome = if batch.entries.is_empty() {
            Ok(())
        } else {
            self.commit(&batch)
        };
        if let Err(error) = &outcome {
            // What is not durable did not happen.
            self.live.center = (*self.shared.snapshot.load_full()).clone();
            tracing::error!(error = %error, events = batch.entries.len(), "a frame was not recorded");
        }
        let next_seq = self.live.center.next_seq();
        for (reply, pending) in batch.answers {
            let answer = match (pending, &outcome) {
                (Pending::Fixed(answer), _) => answer,
                (_, Err(error)) => Err(error.clone()),
                (Pending::Refused(error), Ok(())) => Err(error),
                (Pending::Done { first, n, repeated }, Ok(())) => {
                    let entries: Arc<[Entry]> = batch.entries[first..first + n].into();
                    let first_seq = entries.first().map_or(next_seq, |entry| entry.seq);
                    Ok(Receipt {
                        first_seq,
                        entries,
                        repeated,
                    })
                }
            };
            // Whoever does not wait any more does not need the answer.
            let _ = reply.send(answer);
        }
        if next_seq - self.snapshot_seq >= SNAPSHOT_EVERY {
            self.snapshot(false);
        }
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), SubmitError> {
        if let Some(failed) = &batch.failed {
            return Err(SubmitError::Unavailable(failed.clone()));
        }
        let streams = batch.entries.iter().map(|entry| entry.event.stream());
        if let Err(broken) = self.live.center.check_streams(streams) {
            return Err(self.shared.halt(broken.to_string()));
        }
        let drafts: Vec<Draft<'_>> = batch
            .encoded
            .iter()
            .zip(&batch.entries)
            .map(|(encoded, entry)| encoded.draft(entry))
            .collect();
        self.live
            .ledger
            .append(&drafts)
            .map_err(|error| self.failed(error))?;
        for (name, first_seq, n) in &batch.names {
            self.live.requests.insert(*name, *first_seq, *n);
        }
        self.retire();
        let center = &self.live.center;
        self.shared
            .publish(Arc::new(center.clone()), &batch.entries);
        Ok(())
    }

    /// Moves old closed incidents to the archive; where that fails they stay in memory.
    fn retire(&mut self) {
        let before = self.live.center.clone();
        let retired = self.live.center.retire(CLOSED_KEPT);
        if retired.is_empty() {
            return;
        }
        if let Err(error) = self.live.archive.put(&retired, before.next_seq()) {
            tracing::error!(error = %error, "closed incidents stay in memory");
            self.live.center = before;
        }
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

    /// Hands the state to the snapshot writer, unless it is busy and this is not the end.
    fn snapshot(&mut self, last: bool) {
        let next_seq = self.live.center.next_seq();
        if self.shared.halted().is_some() || next_seq == self.snapshot_seq {
            return;
        }
        if let Err(error) = self.live.archive.put(&[], next_seq) {
            tracing::error!(error = %error, "no snapshot is written");
            return;
        }
        let snapshot = Snapshot {
            center: self.live.center.clone(),
            frontier: self.live.ledger.frontier().clone(),
            requests: self.live.requests.clone(),
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
