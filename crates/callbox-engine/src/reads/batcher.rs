use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use callbox_domain::{
    ActorId, Context, KeptRead, MAX_READ_BYTES, MAX_READS, Purpose, RecordConsultations,
};
use tokio::sync::{mpsc as queue, oneshot};

use super::{Reading, Recorded, day_of, keep, keeps_words, root, spool::Spool};
use crate::{
    Engine, Receipt, Submission, SubmitError,
    engine::Shared,
    submission::{Ask, Message, Request, stopped},
};

/// How many reads wait at most.
const QUEUE: usize = 2 * MAX_READS;
/// How long a batch gathers while several read at once, so that they share a leaf.
const GATHER: Duration = Duration::from_millis(10);
/// How often a spool is tried to be taken over while nobody reads.
const RETRY: Duration = Duration::from_secs(5);

type Answer = Result<Recorded, SubmitError>;

struct Asked {
    reading: Reading,
    reply: oneshot::Sender<Answer>,
}

/// What the thread needs.
pub(crate) struct BatcherSetup {
    pub(crate) shared: Arc<Shared>,
    pub(crate) requests: queue::Sender<Message>,
    pub(crate) spool: PathBuf,
}

/// The way to the thread that records reads. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Batcher {
    /// Empty once the engine shuts down.
    sender: Arc<Mutex<Option<SyncSender<Asked>>>>,
}

impl Batcher {
    /// Starts the thread; it takes over what an earlier run left in the spool.
    pub(crate) fn start(setup: BatcherSetup) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let work = Work {
            spool: Spool::open(
                setup.spool,
                setup.shared.snapshot.load().consultations.spool,
            ),
            shared: setup.shared,
            requests: setup.requests,
            gathers: false,
            retry_at: Instant::now(),
        };
        let thread = thread::Builder::new()
            .name("reads".into())
            .spawn(move || work.run(&receiver))?;
        let sender = Arc::new(Mutex::new(Some(sender)));
        Ok((Self { sender }, thread))
    }

    /// Takes nothing more in; what is in is still recorded.
    pub(crate) fn stop(&self) {
        self.lock().take();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<SyncSender<Asked>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, asked: Asked) -> Result<(), SubmitError> {
        match self.lock().as_ref().map(|sender| sender.try_send(asked)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(SubmitError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(stopped()),
        }
    }
}

impl Engine {
    /// Records a read and waits until the record is durable: only then may anything be shown.
    ///
    /// When the ledger cannot be written, a read of live work is recorded in the spool, any other
    /// one is refused.
    pub async fn consult(&self, reading: Reading) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.reads.send(Asked { reading, reply })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// The same for callers that may block.
    pub fn consult_blocking(&self, reading: Reading) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.reads.send(Asked { reading, reply })?;
        answer.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }
}

struct Work {
    shared: Arc<Shared>,
    requests: queue::Sender<Message>,
    spool: Spool,
    /// Whether several read at once, so that a batch gathers for a moment.
    gathers: bool,
    retry_at: Instant,
}

impl Work {
    fn run(mut self, asked: &Receiver<Asked>) {
        // From now on the spool's key is in memory, whatever becomes of the disk.
        if let Err(error) = self.shared.sealer.seal_spooled(b"") {
            tracing::error!(error = %error, "no key for the spool of reads");
        }
        self.take_over();
        loop {
            let next = match self.spool.is_empty() {
                true => asked.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => asked.recv_timeout(RETRY),
            };
            match next {
                Ok(first) => self.batch(first, asked),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if !self.spool.is_empty() && Instant::now() >= self.retry_at {
                self.take_over();
            }
        }
    }

    fn day(&self) -> u32 {
        day_of((self.shared.clock)())
    }

    /// Gathers what is there, commits it, answers.
    fn batch(&mut self, first: Asked, asked: &Receiver<Asked>) {
        let until = Instant::now() + GATHER;
        let day = self.day();
        let (mut waiting, mut reads, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut next = Some(first);
        while let Some(one) = next {
            let center = self.shared.snapshot.load();
            let keeps = keeps_words(&center, one.reading.object.incident());
            match keep(&self.shared.sealer, &one.reading, day, keeps) {
                Ok(read) => {
                    bytes += read.bytes();
                    reads.push(read);
                    waiting.push(one);
                }
                Err(error) => {
                    let _ = one
                        .reply
                        .send(Err(SubmitError::Unavailable(error.to_string())));
                }
            }
            // Room for one more with the longest words.
            let is_full = reads.len() >= MAX_READS || bytes > MAX_READ_BYTES - 6_000;
            next = match is_full {
                true => None,
                false => asked.try_recv().ok().or_else(|| {
                    let left = until.saturating_duration_since(Instant::now());
                    (self.gathers && !left.is_zero())
                        .then(|| asked.recv_timeout(left).ok())
                        .flatten()
                }),
            };
        }
        if reads.is_empty() {
            return;
        }
        self.gathers = reads.len() > 1;
        let error = match self.submit(day, None, reads.clone()) {
            Ok(_) => {
                for one in waiting {
                    let _ = one.reply.send(Ok(Recorded::Ledger));
                }
                return;
            }
            Err(error) => error,
        };
        tracing::error!(error = %error, reads = reads.len(), "reads could not be recorded in the ledger");
        self.retry_at = Instant::now() + RETRY;
        let (live, cases): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .zip(reads)
            .partition(|(one, _)| one.reading.is_live);
        for (one, _) in cases {
            let _ = one.reply.send(Err(error.clone()));
        }
        let (live, reads): (Vec<_>, Vec<_>) = live.into_iter().unzip();
        let spooled = self.spool.append(&self.shared.sealer, &reads);
        if let Err(error) = &spooled {
            tracing::error!(error = %error, "reads of live work could not be spooled");
        }
        for one in live {
            let answer = match &spooled {
                Ok(()) => Ok(Recorded::Spool),
                Err(_) => Err(error.clone()),
            };
            let _ = one.reply.send(answer);
        }
    }

    /// Brings what is in the spool into the ledger; what is there already is not recorded twice.
    fn take_over(&mut self) {
        self.retry_at = Instant::now() + RETRY;
        let chunks = match self.spool.chunks(&self.shared.sealer) {
            Ok(chunks) => chunks,
            Err(error) => {
                tracing::error!(error = %error, "the spool of reads cannot be read; it is kept");
                return;
            }
        };
        // Whatever comes of it, later reads belong to a later chunk.
        self.spool.close_chunk();
        if chunks.is_empty() {
            return;
        }
        let (mut taken, day) = (0, self.day());
        for (number, reads) in chunks {
            taken += reads.len();
            if let Err(error) = self.submit(day, Some(number), reads) {
                tracing::warn!(error = %error, "reads stay in the spool");
                return;
            }
        }
        if taken > 0 {
            tracing::info!(
                reads = taken,
                "the spool of reads was taken over into the ledger"
            );
        }
        if let Err(error) = self.spool.clear() {
            // Its chunks have numbers that the ledger knows: the next time changes nothing.
            tracing::warn!(error = %error, "the spool of reads could not be emptied");
        }
    }

    fn submit(
        &self,
        day: u32,
        spool: Option<u64>,
        reads: Vec<KeptRead>,
    ) -> Result<Receipt, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let command = RecordConsultations {
            day,
            root: root(&reads),
            spool,
            reads,
        };
        let submission = Submission {
            command: command.into(),
            context: Context {
                at: (self.shared.clock)(),
                actor: ActorId::SYSTEM,
                purpose: Purpose::Oversight,
            },
            idempotency: None,
        };
        self.requests
            .blocking_send(Message::Request(Request {
                ask: Ask::Submit(Box::new(submission), None),
                reply,
            }))
            .map_err(|_| stopped())?;
        answer.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }
}
