use std::sync::Arc;

use callbox_domain::{Command, Context, Entry, Refusal};
use thiserror::Error;
use tokio::sync::oneshot;

/// A command on its way to the sequencer.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// What is asked for.
    pub command: Command,
    /// When it happened, who asks, why.
    pub context: Context,
    /// Names the request, 1 to 128 bytes, so that a repeated one gets the first answer; each actor
    /// has a name space of its own.
    pub idempotency: Option<String>,
}

/// The answer to a command that was carried out: durable, hashed, provable.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The ledger position of its first entry; without entries the ledger's length.
    pub first_seq: u64,
    /// What was recorded; nothing when everything was as asked for already.
    pub entries: Arc<[Entry]>,
    /// Whether this is the answer to an earlier request with the same key.
    pub repeated: bool,
}

/// Why a command was not carried out; nothing of it was recorded.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SubmitError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key was used for another command.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The key has no or too many bytes.
    #[error("an idempotency key has 1 to 128 bytes")]
    BadKey,
    /// The queue is full.
    #[error("the server is busy; try again in a second with the same idempotency key")]
    Busy,
    /// Nothing is recorded any more until the server was restarted.
    #[error("the server records nothing: {0}")]
    Halted(String),
    /// The ledger could not be written now.
    #[error("the ledger cannot be written: {0}")]
    Unavailable(String),
}

/// A command with the way back to whoever asked.
pub(crate) struct Request {
    pub(crate) submission: Submission,
    pub(crate) reply: oneshot::Sender<Result<Receipt, SubmitError>>,
}

/// What the sequencer's queue holds.
pub(crate) enum Message {
    /// A command to be decided.
    Request(Request),
    /// Take nothing more in and end.
    Stop,
}

/// The promise of an answer, for callers that keep several commands on their way.
#[derive(Debug)]
pub struct Ticket(pub(crate) oneshot::Receiver<Result<Receipt, SubmitError>>);

impl Ticket {
    /// Waits for the answer; not to be called from asynchronous code.
    pub fn wait(self) -> Result<Receipt, SubmitError> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }
}

/// The answer of a sequencer that is no more.
pub(crate) fn stopped() -> SubmitError {
    SubmitError::Halted("it is shutting down or has failed; see its log".into())
}
