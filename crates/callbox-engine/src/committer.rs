//! Makes a batch durable, publishes it, answers: beside the sequencer, which decides the next one.

use std::{
    sync::Arc,
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
    pub(crate) entries: Arc<[Entry]>,
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

/// The ledger with what is needed to publish what it holds.
pub(crate) struct Committer {
    pub(crate) ledger: Ledger<Box<dyn Store>>,
    pub(crate) shared: Arc<Shared>,
}

impl Committer {
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
                answer(flight.answers, &flight.entries, next_seq);
                None
            }
        };
        Landed { failed, took }
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
