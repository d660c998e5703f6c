//! Makes a batch durable, publishes it, answers: beside the sequencer, which decides the next one.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{self, TrySendError},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use callbox_domain::{Center, Entry};
use callbox_ledger::{AppendError, Draft, Ledger, Store};
use tokio::sync::oneshot;

use crate::{
    engine::Shared,
    entry::Encoded,
    submission::{Receipt, SubmitError},
};

pub(crate) type Answer = Result<Receipt, SubmitError>;

/// An answer that waits for a frame.
pub(crate) enum Pending {
    /// These of the batch's entries.
    Done {
        first: usize,
        n: usize,
        repeated: bool,
    },
    /// What an earlier command came to that is on its way too: it stands only if that does.
    Earlier(Receipt),
    /// An answer that stands however the append ends.
    Fixed(Answer),
    /// A refusal by the speculative state: it stands only if the frame does.
    Refused(SubmitError),
}

/// Answers with whom they go to.
pub(crate) type Answers = Vec<(oneshot::Sender<Answer>, Pending)>;

/// A batch that was decided and is to be made durable.
pub(crate) struct Flight {
    pub(crate) entries: Arc<Vec<Entry>>,
    pub(crate) encoded: Vec<Encoded>,
    pub(crate) answers: Answers,
    /// The state after it, for all readers.
    pub(crate) center: Arc<Center>,
}

/// How a flight ended.
pub(crate) struct Landed {
    /// Why it failed, and the answers, which nobody was given yet.
    pub(crate) failed: Option<(AppendError, Answers)>,
    /// How long the append took.
    pub(crate) took: Duration,
}

/// Answers that stand, with the entries that they speak of and the ledger's length.
type Standing = (Answers, Arc<Vec<Entry>>, u64);

/// From so many answers on, somebody else gives them: to wake that many takes about as long as a
/// flush, and the next batch's flush need not wait for it.
const MANY: usize = 16;

/// The ledger with what is needed to publish what it holds.
pub(crate) struct Committer {
    ledger: Ledger<Box<dyn Store>>,
    shared: Arc<Shared>,
    /// `None` only while it ends.
    answerer: Option<(mpsc::SyncSender<Standing>, JoinHandle<()>)>,
}

impl Committer {
    /// Starts the thread that gives many answers; the committer's end waits for its last one.
    pub(crate) fn start(ledger: Ledger<Box<dyn Store>>, shared: Arc<Shared>) -> io::Result<Self> {
        let (answerer, standing) = mpsc::sync_channel::<Standing>(2);
        let give = move || {
            for (answers, entries, next_seq) in standing {
                answer(answers, &entries, next_seq);
            }
        };
        let thread = thread::Builder::new().name("answers".into()).spawn(give)?;
        Ok(Self {
            ledger,
            shared,
            answerer: Some((answerer, thread)),
        })
    }

    pub(crate) fn ledger(&self) -> &Ledger<Box<dyn Store>> {
        &self.ledger
    }

    /// Appends the flight as one frame; only when it is durable, publishes and answers.
    pub(crate) fn commit(&mut self, flight: Flight) -> Landed {
        let drafts: Vec<Draft<'_>> = flight
            .encoded
            .iter()
            .zip(flight.entries.iter())
            .map(|(encoded, entry)| encoded.draft(entry))
            .collect();
        let started = Instant::now();
        let outcome = self.ledger.append(&drafts);
        let took = started.elapsed();
        let failed = match outcome {
            Err(error) => Some((error, flight.answers)),
            Ok(_) => {
                let next_seq = flight.center.next_seq();
                self.shared.publish(flight.center, &flight.entries);
                self.answer(flight.answers, flight.entries, next_seq);
                None
            }
        };
        Landed { failed, took }
    }

    fn answer(&self, answers: Answers, entries: Arc<Vec<Entry>>, next_seq: u64) {
        let standing = (answers, entries, next_seq);
        let (answers, entries, next_seq) = match &self.answerer {
            Some((answerer, _)) if standing.0.len() >= MANY => match answerer.try_send(standing) {
                Ok(()) => return,
                // Two batches wait for it already: it is quicker to help.
                Err(TrySendError::Full(standing) | TrySendError::Disconnected(standing)) => {
                    standing
                }
            },
            _ => standing,
        };
        answer(answers, &entries, next_seq);
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        if let Some((answerer, thread)) = self.answerer.take() {
            drop(answerer);
            // A panic of its own was told by the hook; whoever waited sees the way closed.
            let _ = thread.join();
        }
    }
}

/// Gives every answer of a batch that stands; the ledger is `next_seq` events long.
pub(crate) fn answer(answers: Answers, entries: &[Entry], next_seq: u64) {
    for (reply, pending) in answers {
        let answer = match pending {
            Pending::Fixed(answer) => answer,
            Pending::Refused(error) => Err(error),
            Pending::Earlier(receipt) => Ok(receipt),
            Pending::Done { first, n, repeated } => {
                let entries: Arc<[Entry]> = entries[first..first + n].into();
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
}

/// Tells everybody whose answer depends on a frame that it does not stand.
pub(crate) fn refuse(answers: Answers, error: &SubmitError) {
    for (reply, pending) in answers {
        let answer = match pending {
            Pending::Fixed(answer) => answer,
            _ => Err(error.clone()),
        };
        let _ = reply.send(answer);
    }
}
