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
    /// The published checkpoint, a signed note.
    pub note: Option<String>,
    /// How many events it covers.
    pub size: u64,
    /// Why nothing is published at present.
    pub refused: Option<String>,
}

/// Lets others read what is published.
#[derive(Clone)]
pub(crate) struct Publication {
    published: Arc<Mutex<Published>>,
    pub(crate) tiles: PathBuf,
    pub(crate) entries: PathBuf,
}

impl Publication {
    pub(crate) fn now(&self) -> Published {
        lock(&self.published).clone()
    }
}

/// The thread behind the signer.
pub(crate) struct PublisherThread {
    stop: mpsc::SyncSender<()>,
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
        let (stop, stopped) = mpsc::sync_channel(1);
        let publication = Publication {
            published: Arc::clone(&published),
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
            .spawn(move || publisher.run(&stopped))?;
        Ok((Self { stop, thread }, publication))
    }

    /// Publishes what is signed, flushes and ends.
    pub(crate) fn stop(self) {
        // A full channel means that the thread was told already.
        let _ = self.stop.try_send(());
        if self.thread.join().is_err() {
            tracing::error!("the publisher ended in a panic; published files may be behind");
        }
    }
}

impl Publisher {
    fn run(&mut self, stopped: &mpsc::Receiver<()>) {
        let mut flushed = Instant::now();
        loop {
            let note = lock(&self.signed).note.clone();
            let done = note.is_none_or(|note| self.publish(&note));
            if done && flushed.elapsed() >= FLUSH_EVERY {
                self.flush();
                flushed = Instant::now();
            }
            match stopped.recv_timeout(if done { EVERY } else { AGAIN }) {
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        // Whatever was signed at the end is published too.
        let note = lock(&self.signed).note.clone();
        if note.is_none_or(|note| self.publish(&note)) {
            self.flush();
        }
    }

    /// Publishes a signed checkpoint; one that stands there already stays.
    fn publish(&mut self, note: &str) -> bool {
        {
            let now = lock(&self.published);
            // Most looks find nothing new: no signature is checked again for them.
            if now.note.as_deref() == Some(note) && now.refused.is_none() {
                return true;
            }
        }
        let size = match Checkpoint::open(note, &self.key) {
            Ok(checkpoint) => checkpoint.size,
            Err(error) => return self.refuse(&error.to_string()),
        };
        self.write(note, size)
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
