//! Writes what outsiders read: hash tiles, the auditors' entry bundles, the published checkpoint.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use callbox_ledger::{Checkpoint, Source, TileError, TileWriter, VerifierKey};

use crate::{DataDir, signer::Signed};

/// How long a signed checkpoint waits to be published at most, while all goes well.
const EVERY: Duration = Duration::from_millis(500);
/// How long the next try waits after a failure.
const AGAIN: Duration = Duration::from_secs(5);
/// How often the files are flushed, so that a start need not write them anew.
const FLUSH_EVERY: Duration = Duration::from_secs(60);

/// What outsiders can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The published checkpoint, a signed note; with cosignatures where they came in time.
    pub note: Option<String>,
    /// How many events it covers.
    pub size: u64,
    /// Why nothing is published at present.
    pub refused: Option<String>,
}

/// What the publisher is told.
enum Message {
    /// The same checkpoint with cosignatures.
    Cosigned(String),
    Stop,
}

/// Lets others read what is published, and hand in cosignatures.
#[derive(Clone)]
pub(crate) struct Publication {
    published: Arc<Mutex<Published>>,
    messages: mpsc::SyncSender<Message>,
    pub(crate) tiles: PathBuf,
    pub(crate) entries: PathBuf,
}

impl Publication {
    pub(crate) fn now(&self) -> Published {
        lock(&self.published).clone()
    }

    /// Publishes the same checkpoint with cosignatures, unless a newer one stands there by then.
    pub(crate) fn cosigned(&self, note: String) {
        // When the queue is full a newer checkpoint is on its way, which these are not of.
        let _ = self.messages.try_send(Message::Cosigned(note));
    }
}

/// The thread behind the signer.
pub(crate) struct PublisherThread {
    messages: mpsc::SyncSender<Message>,
    thread: JoinHandle<()>,
}

/// What a publisher works on.
struct Publisher {
    tiles: PathBuf,
    entries: PathBuf,
    key: VerifierKey,
    source: Box<dyn Source>,
    writer: Option<TileWriter>,
    signed: Arc<Mutex<Signed>>,
    published: Arc<Mutex<Published>>,
}

impl PublisherThread {
    /// Starts; the first checkpoint is published as soon as it is signed.
    pub(crate) fn start(
        dir: &DataDir,
        key: VerifierKey,
        source: Box<dyn Source>,
        signed: Arc<Mutex<Signed>>,
    ) -> std::io::Result<(Self, Publication)> {
        let published = Arc::new(Mutex::new(Published::default()));
        let (messages, inbox) = mpsc::sync_channel(4);
        let publication = Publication {
            published: Arc::clone(&published),
            messages: messages.clone(),
            tiles: dir.tiles(),
            entries: dir.entries(),
        };
        let mut publisher = Publisher {
            tiles: dir.tiles(),
            entries: dir.entries(),
            key,
            source,
            writer: None,
            signed,
            published,
        };
        let thread = thread::Builder::new()
            .name("publisher".into())
            .spawn(move || publisher.run(&inbox))?;
        Ok((Self { messages, thread }, publication))
    }

    /// Publishes what is signed, flushes and ends.
    pub(crate) fn stop(self) {
        // The publisher empties its queue all the time; it is gone only after a panic.
        let _ = self.messages.send(Message::Stop);
        if self.thread.join().is_err() {
            tracing::error!("the publisher ended in a panic; published files may be behind");
        }
    }
}

impl Publisher {
    fn run(&mut self, inbox: &mpsc::Receiver<Message>) {
        let mut flushed = Instant::now();
        loop {
            let note = lock(&self.signed).note.clone();
            let done = note.is_none_or(|note| self.publish(&note));
            if done && flushed.elapsed() >= FLUSH_EVERY {
                self.flush();
                flushed = Instant::now();
            }
            match inbox.recv_timeout(if done { EVERY } else { AGAIN }) {
                Ok(Message::Cosigned(note)) => self.take_cosigned(&note),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        // Whatever was signed at the end is published too.
        let note = lock(&self.signed).note.clone();
        if note.is_none_or(|note| self.publish(&note)) {
            self.flush();
        }
    }

    /// Publishes a signed checkpoint; one that stands there already, cosigned or not, stays.
    fn publish(&mut self, note: &str) -> bool {
        let size = match Checkpoint::open(note, &self.key) {
            Ok(checkpoint) => checkpoint.size,
            Err(error) => return self.refuse(&error.to_string()),
        };
        let now = lock(&self.published).clone();
        if now.note.is_some() && now.size == size && now.refused.is_none() {
            return true;
        }
        self.write(note, size)
    }

    fn take_cosigned(&mut self, note: &str) {
        let size = Checkpoint::open(note, &self.key).map(|checkpoint| checkpoint.size);
        if size.is_ok_and(|size| size == lock(&self.published).size) {
            let size = lock(&self.published).size;
            self.write(note, size);
        }
    }

    fn write(&mut self, note: &str, size: u64) -> bool {
        let outcome = self.advance(note);
        match outcome {
            Ok(()) => {
                *lock(&self.published) = Published {
                    note: Some(note.to_owned()),
                    size,
                    refused: None,
                };
                true
            }
            Err(error) => {
                // The next try opens the directories anew.
                self.writer = None;
                self.refuse(&text(&error))
            }
        }
    }

    fn advance(&mut self, note: &str) -> Result<(), TileError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(TileWriter::open(&self.tiles, Some(&self.entries))?),
        };
        writer.advance(self.source.as_mut(), note, &self.key)?;
        Ok(())
    }

    fn flush(&mut self) {
        if let Some(Err(error)) = self.writer.as_mut().map(TileWriter::flush) {
            self.writer = None;
            self.refuse(&text(&error));
        }
    }

    fn refuse(&self, why: &str) -> bool {
        let mut published = lock(&self.published);
        if published.refused.as_deref() != Some(why) {
            tracing::error!(why, "the ledger's public files are not written any more");
        }
        published.refused = Some(why.to_owned());
        false
    }
}

fn text(error: &TileError) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    match source {
        Some(source) if !error.to_string().contains(&source) => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
