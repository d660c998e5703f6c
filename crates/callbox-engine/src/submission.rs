use std::sync::Arc;

use callbox_domain::{ActorId, Code, Command, Context, Entry, Refusal};
use thiserror::Error;
use tokio::sync::oneshot;

/// A command on its way to the sequencer.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// What is asked for.
    pub command: Command,
    /// When it happened, who asks, why.
    pub context: Context,
    /// Names the request, so that a repeated one gets the first answer; each actor has a name space
    /// of its own.
    pub idempotency: Option<RequestKey>,
}

/// A request's name, 1 to 128 bytes, and what the request said when it came in.
///
/// A command may hold what the server adds (the time, driving times, what a word means now), which
/// is another a moment later. So a repeated request is compared by what was received, not by what
/// was made of it. A program that makes the command itself has received nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    key: String,
    received: Option<[u8; 32]>,
}

impl RequestKey {
    /// A key with a hash of what was received under it.
    pub fn of_received(key: impl Into<String>, received: [u8; 32]) -> Self {
        Self {
            key: key.into(),
            received: Some(received),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.key
    }

    pub(crate) fn received(&self) -> Option<&[u8; 32]> {
        self.received.as_ref()
    }
}

impl<T: Into<String>> From<T> for RequestKey {
    fn from(key: T) -> Self {
        Self {
            key: key.into(),
            received: None,
        }
    }
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
    /// The key was used for another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// Nothing was carried out under the key that is still remembered.
    #[error("nothing was carried out under this idempotency key")]
    KeyUnknown,
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

/// What somebody wants to know of the sequencer.
pub(crate) enum Ask {
    /// Carry this out, for somebody who is bound to an agency or for one of the whole center.
    Submit(Box<Submission>, Option<Code>),
    /// What came of an earlier request.
    Earlier(ActorId, RequestKey),
}

/// A question with the way back to whoever asked.
pub(crate) struct Request {
    pub(crate) ask: Ask,
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
