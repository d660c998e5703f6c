use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use arc_swap::ArcSwap;
use callbox_domain::{ActorId, BrokenInvariant, Center, Code, Entry, Incident, IncidentId};
use callbox_ledger::{
    AskPassphrase, Checkpointer, Gate, GateError, NoteError, Rotation, StoreError, VaultError,
    VerifierKey,
};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    Clock, DataDir, ReadError, Receipt, Recovered, Stores, Submission, SubmitError, Ticket,
    Touched,
    archive::{Archive, ArchiveError},
    entry::EntryError,
    erasure, program,
    publisher::{self, Publication},
    read::Reader,
    reads::{Batcher, BatcherSetup, Index},
    recovery::{load, recover},
    sealer::Sealer,
    sequencer::Sequencer,
    shipper::{self, ShipTo, ShipperSetup, Shipping},
    signer::{self, Signed},
    submission::{Ask, Message, Request, RequestKey, stopped},
    touched::Ring,
    wall_clock,
    witnesses::{self, PostTo, SharedCosigning, WitnessSetup, Witnessing},
    worker::Worker,
};

/// How many commands wait for the sequencer at most.
const QUEUE: usize = 1_024;

/// How an engine is opened.
#[derive(Clone)]
pub struct Options {
    /// Tells when something is recorded.
    pub clock: Clock,
    /// Whether the process ends when only a restart can tell what stands in the ledger.
    pub exit_on_fatal: bool,
    /// Where the record is shipped to, if anywhere.
    pub ship_to: Option<ShipTo>,
    /// Whether the record is published as files for outsiders, as a server does.
    pub publish: bool,
    /// How witnesses are reached; without it none is asked. They cosign what is published.
    pub post: Option<PostTo>,
    /// The version of the program that writes from now on, where that is to be on the record.
    pub program: Option<&'static str>,
    /// Gives the passphrase, where the root key is one.
    pub passphrase: Arc<AskPassphrase<'static>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: wall_clock(),
            exit_on_fatal: true,
            ship_to: None,
            publish: false,
            post: None,
            program: None,
            passphrase: Arc::new(crate::data_dir::no_passphrase),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("exit_on_fatal", &self.exit_on_fatal)
            .field("ship_to", &self.ship_to)
            .finish_non_exhaustive()
    }
}

/// Why an engine could not be opened; nothing was changed.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ledger(#[from] callbox_ledger::OpenError),
    #[error(transparent)]
    Entry(#[from] EntryError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the signing key cannot be used: {0}")]
    Key(#[from] NoteError),
    #[error("the last signed checkpoint cannot be used: {0}")]
    Gate(#[from] GateError),
    #[error("the ledger's events do not add up: {0}")]
    Broken(BrokenInvariant),
    #[error("a thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// How an engine does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The ledger's length.
    pub next_seq: u64,
    /// How many frames were written since the start.
    pub frames: u64,
    /// Why nothing is recorded any more.
    pub halted: Option<String>,
    /// How many events the last signed checkpoint covers.
    pub signed_size: u64,
    /// Why the ledger is not signed any more.
    pub signing_refused: Option<String>,
    /// How the shipping does, where the record is shipped.
    pub shipping: Option<Shipping>,
    /// How many events the published checkpoint covers.
    pub published_size: u64,
    /// Why the record is not published any more.
    pub publishing_refused: Option<String>,
    /// How the witnesses do, where the record has some.
    pub witnessing: Option<Witnessing>,
    /// How many commands wait.
    pub queue: usize,
    /// How many commands may wait.
    pub queue_capacity: usize,
}

impl Health {
    /// Whether the record is not kept, signed, published, shipped or cosigned as it should be.
    pub fn is_troubled(&self) -> bool {
        let shipping = self.shipping.as_ref();
        self.halted.is_some()
            || self.signing_refused.is_some()
            || self.publishing_refused.is_some()
            || shipping.is_some_and(|shipping| shipping.refused.is_some())
            || (self.witnessing.as_ref()).is_some_and(Witnessing::is_alarming)
    }
}

/// What the threads share.
pub(crate) struct Shared {
    pub(crate) snapshot: ArcSwap<Center>,
    pub(crate) reader: Reader,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) clock: Clock,
    archive: Mutex<Archive>,
    pub(crate) reads: Mutex<Index>,
    ring: Mutex<Ring>,
    length: watch::Sender<u64>,
    frames: AtomicU64,
    halted: RwLock<Option<String>>,
    exit_on_fatal: bool,
}

impl Shared {
    /// Why nothing is recorded any more, if so.
    pub(crate) fn halted(&self) -> Option<String> {
        self.halted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Stops all recording and keeps the reads; the first reason stays.
    pub(crate) fn halt(&self, reason: String) -> SubmitError {
        tracing::error!(reason = %reason, "nothing is recorded any more, reads go on");
        let mut halted = self.halted.write().unwrap_or_else(PoisonError::into_inner);
        SubmitError::Halted(halted.get_or_insert(reason).clone())
    }

    /// Stops all recording; the process ends where it was told to, so that a start recovers.
    pub(crate) fn fail(&self, reason: String) -> SubmitError {
        let error = self.halt(reason);
        if self.exit_on_fatal {
            tracing::error!("the server ends; start it again, it recovers what was acknowledged");
            std::process::exit(70);
        }
        error
    }

    /// Makes a durable state the one that everybody reads.
    pub(crate) fn publish(&self, center: Arc<Center>, entries: &[Entry]) {
        let seq = center.next_seq();
        erasure::withhold(&self.sealer, entries.iter().map(|entry| &entry.event));
        {
            // Together, so that somebody who asks for both gets them of one moment.
            let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
            self.snapshot.store(center);
            ring.push(seq, entries);
        }
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.length.send_replace(seq);
    }
}

/// A running center: one sequencer, any number of readers. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    pub(crate) requests: mpsc::Sender<Message>,
    pub(crate) reads: Batcher,
    pub(crate) signed: Arc<Mutex<Signed>>,
    shipping: Option<Arc<Mutex<Shipping>>>,
    threads: Arc<Mutex<Option<Threads>>>,
    pub(crate) publication: Option<Publication>,
    cosigning: SharedCosigning,
    pub(crate) key: VerifierKey,
    pub(crate) second_key: Option<VerifierKey>,
    recovered: Recovered,
}

struct Threads {
    reads: JoinHandle<()>,
    sequencer: JoinHandle<()>,
    signer: Worker,
    shipper: Option<Worker>,
    publisher: Option<Worker>,
    witnesses: Option<Worker>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("next_seq", &self.snapshot().next_seq())
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the center in `dir`: recovers, then starts the sequencer and the signer.
    ///
    /// Refuses a second server on the same directory, a damaged ledger, a missing key.
    pub fn open(dir: &DataDir, options: Options) -> Result<Self, OpenError> {
        Self::open_stores(dir, &Stores::sqlite(dir), options)
    }

    /// The same with another store for the ledger; everything else stands in `dir`.
    pub fn open_stores(
        dir: &DataDir,
        stores: &Stores,
        options: Options,
    ) -> Result<Self, OpenError> {
        let signer = dir.signer()?;
        let gate = Gate::open(&dir.checkpoint())?;
        // The vault is opened only while no other server can be at work on it.
        let lock = (stores.writer)()?;
        let sealer = Arc::new(Sealer::open(dir, &*options.passphrase)?);
        drop(lock);
        let reader = Reader::new((stores.reader)()?, Arc::clone(&sealer));
        let archive = Archive::open(&dir.archive_db())?;
        let snapshot_file = dir.snapshot_file();
        let (mut live, mut recovered) =
            match recover(stores, &reader, archive, &sealer, &snapshot_file) {
                Err(OpenError::Entry(error)) => {
                    let named = program::name_writer(error, &mut *(stores.reader)()?);
                    return Err(named.into());
                }
                recovered => recovered?,
            };
        let completed = erasure::finish(&mut live, &reader, &snapshot_file, &options.clock);
        recovered.erasures = completed.len() as u64;
        let seq = live.center.next_seq();
        let shared = Arc::new(Shared {
            snapshot: ArcSwap::from_pointee(live.center.clone()),
            reader,
            sealer,
            clock: options.clock,
            archive: Mutex::new(Archive::open(&dir.archive_db())?),
            reads: Mutex::new(Index::open(&dir.reads_db())?),
            ring: Mutex::new(Ring::new(seq)),
            length: watch::Sender::new(seq),
            frames: AtomicU64::new(0),
            halted: RwLock::new(None),
            exit_on_fatal: options.exit_on_fatal,
        });
        let key = signer.verifier().clone();
        let second_key = signer.ml_dsa_verifier().cloned();
        let signed = Arc::new(Mutex::new(Signed::default()));
        let checkpointer = Checkpointer::new((stores.reader)()?, signer, gate);
        let (requests, receiver) = mpsc::channel(QUEUE);
        let sequencer = Sequencer::start(live, Arc::clone(&shared), receiver, snapshot_file)?;
        let signer = signer::start(checkpointer, Arc::clone(&signed))?;
        let shipping = options
            .ship_to
            .as_ref()
            .map(|_| Arc::new(Mutex::new(Shipping::new())));
        let shipper = match (options.ship_to, &shipping) {
            (Some(to), Some(shipping)) => {
                let signed = Arc::clone(&signed);
                let note = move || {
                    let signed = signed.lock().unwrap_or_else(PoisonError::into_inner);
                    signed.note.clone()
                };
                Some(shipper::start(ShipperSetup {
                    dir: dir.clone(),
                    to,
                    key: key.clone(),
                    source: (stores.reader)()?,
                    note: Box::new(note),
                    shipping: Arc::clone(shipping),
                })?)
            }
            _ => None,
        };
        let cosigning = witnesses::resume(dir, &key);
        let (publisher, publication) = match options.publish {
            true => {
                let source = (stores.reader)()?;
                let signed = Arc::clone(&signed);
                let (thread, publication) =
                    publisher::start(dir, key.clone(), source, signed, Arc::clone(&cosigning))?;
                (Some(thread), Some(publication))
            }
            false => (None, None),
        };
        let witnesses = match (options.post, &publication) {
            (Some(post), Some(publication)) => Some(witnesses::start(WitnessSetup {
                dir: dir.clone(),
                key: key.clone(),
                post,
                clock: Arc::clone(&shared.clock),
                publication: publication.clone(),
                cosigning: Arc::clone(&cosigning),
            })?),
            _ => None,
        };
        let (reads, batching) = Batcher::start(BatcherSetup {
            shared: Arc::clone(&shared),
            requests: requests.clone(),
            spool: dir.reads_spool(),
        })?;
        let threads = Arc::new(Mutex::new(Some(Threads {
            reads: batching,
            sequencer,
            signer,
            shipper,
            publisher,
            witnesses,
        })));
        let engine = Self {
            shared,
            requests,
            reads,
            signed,
            shipping,
            threads,
            publication,
            cosigning,
            key,
            second_key,
            recovered,
        };
        engine.record_completed(completed);
        if let Some(version) = options.program {
            engine.record_program(version);
        }
        Ok(engine)
    }

    /// The last durable state; never waits.
    pub fn snapshot(&self) -> Arc<Center> {
        self.shared.snapshot.load_full()
    }

    /// Hands a command in and waits for the answer. Answers [`SubmitError::Busy`] at once when the
    /// queue is full.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, SubmitError> {
        self.submit_as(None, submission).await
    }

    /// The same for somebody who is bound to `agency`, see [`Center::decide_as`].
    pub async fn submit_as(
        &self,
        agency: Option<Code>,
        submission: Submission,
    ) -> Result<Receipt, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.requests
            .try_send(Message::Request(Request {
                ask: Ask::Submit(Box::new(submission), agency),
                reply,
            }))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
                mpsc::error::TrySendError::Closed(_) => stopped(),
            })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// What came of an earlier request with this key; `None` when nothing was carried out under it.
    ///
    /// For a request of which no command can be made: what the first one did may be the reason.
    pub async fn earlier(
        &self,
        actor: ActorId,
        key: RequestKey,
    ) -> Result<Option<Receipt>, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Earlier(actor, key);
        self.requests
            .try_send(Message::Request(Request { ask, reply }))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
                mpsc::error::TrySendError::Closed(_) => stopped(),
            })?;
        match answer.await.unwrap_or_else(|_| Err(stopped())) {
            Ok(receipt) => Ok(Some(receipt)),
            Err(SubmitError::KeyUnknown) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Hands a command in and gives a ticket for the answer; waits while the queue is full. Not to
    /// be called from asynchronous code.
    pub fn enqueue(&self, submission: Submission) -> Result<Ticket, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.requests
            .blocking_send(Message::Request(Request {
                ask: Ask::Submit(Box::new(submission), None),
                reply,
            }))
            .map_err(|_| stopped())?;
        Ok(Ticket(answer))
    }

    /// Tells the ledger's length after each published frame.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.length.subscribe()
    }

    /// What changed since the ledger was `seq` long; `None` when that is too long ago.
    pub fn touched_since(&self, seq: u64) -> Option<Touched> {
        self.shared
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .since(seq)
    }

    /// What changed since the ledger was `seq` long, as [`touched_since`](Self::touched_since), and the state
    /// of the same moment.
    pub fn moment(&self, seq: u64) -> (Option<Touched>, Arc<Center>) {
        let ring = &self.shared.ring;
        let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        (ring.since(seq), self.snapshot())
    }

    /// The entries at these ascending positions.
    pub fn entries(&self, seqs: &[u64]) -> Result<Vec<Entry>, ReadError> {
        self.shared.reader.entries(seqs)
    }

    /// At most `limit` entries from position `seq` on.
    pub fn entries_from(&self, seq: u64, limit: usize) -> Result<Vec<Entry>, ReadError> {
        self.shared.reader.entries_from(seq, limit)
    }

    /// The incident with this number, from memory or built anew from its events.
    pub fn incident(&self, id: IncidentId) -> Result<Option<Arc<Incident>>, ReadError> {
        self.incident_in(&self.snapshot(), id)
    }

    pub(crate) fn incident_in(
        &self,
        center: &Center,
        id: IncidentId,
    ) -> Result<Option<Arc<Incident>>, ReadError> {
        match center.incident(id) {
            Some(incident) => Ok(Some(Arc::clone(incident))),
            None if center.is_archived(id) => {
                let length = center.next_seq();
                load(&self.archive(), &self.shared.reader, id, length)
            }
            None => Ok(None),
        }
    }

    /// The incident that another system knows under `reference`; the newest of several.
    pub fn incident_by_reference(&self, reference: &str) -> Result<Option<IncidentId>, ReadError> {
        let center = self.snapshot();
        let in_memory = center.incidents.iter().rev().find(|(_, incident)| {
            incident
                .reference
                .as_ref()
                .is_some_and(|known| known.as_str() == reference)
        });
        match in_memory {
            Some((_, incident)) => Ok(Some(incident.id)),
            None => Ok(self.archive().by_reference(reference)?),
        }
    }

    /// How the engine does.
    pub fn health(&self) -> Health {
        let published = self.published();
        let signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        Health {
            next_seq: self.snapshot().next_seq(),
            frames: self.shared.frames.load(Ordering::Relaxed),
            halted: self.shared.halted(),
            signed_size: signed.size,
            signing_refused: signed.refused.clone(),
            shipping: self.shipping.as_ref().map(|shipping| {
                shipping
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone()
            }),
            published_size: published.size,
            publishing_refused: published.refused,
            witnessing: self
                .cosigning
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .now(),
            queue: QUEUE - self.requests.capacity(),
            queue_capacity: QUEUE,
        }
    }

    /// What the start had to do.
    pub fn recovered(&self) -> Recovered {
        self.recovered
    }

    /// Begins a new key epoch: from now on no older copy of the key vault opens anything.
    pub fn rotate_keys(&self) -> Result<Rotation, VaultError> {
        self.shared.sealer.rotate()
    }

    /// Takes nothing more in, records and signs what is on its way, and writes the snapshot.
    ///
    /// Other clones of the engine keep their reads.
    pub fn shutdown(self) {
        let taken = self
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.reads.stop();
        if let Some(Threads {
            reads,
            sequencer,
            signer,
            shipper,
            publisher,
            witnesses,
        }) = taken
        {
            if reads.join().is_err() {
                tracing::error!("the thread that records reads ended in a panic");
            }
            // An error means that the sequencer has ended already.
            let _ = self.requests.blocking_send(Message::Stop);
            if let Some(witnesses) = witnesses {
                witnesses.leave();
            }
            if sequencer.join().is_err() {
                tracing::error!("the sequencer ended in a panic");
            }
            signer.stop();
            if let Some(publisher) = publisher {
                publisher.stop();
            }
            if let Some(shipper) = shipper {
                shipper.stop();
            }
        }
    }

    pub(crate) fn archive(&self) -> std::sync::MutexGuard<'_, Archive> {
        self.shared
            .archive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
