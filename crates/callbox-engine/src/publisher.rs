//! Writes what outsiders read: hash tiles, the auditors' entry bundles, the published checkpoint.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use callbox_ledger::{Checkpoint, Source, TileError, TileWriter, VerifierKey};

use crate::{DataDir, signer::Signed, witnesses::SharedCosigning, worker::Worker};

/// How long a signed checkpoint waits to be published at most, while all goes well.
const EVERY: Duration = Duration::from_millis(500);
/// How long the next try waits after a failure.
const AGAIN: Duration = Duration::from_secs(5);
/// How often the files are flushed, so that a start need not write them anew.
const FLUSH_EVERY: Duration = Duration::from_secs(60);

/// What outsiders can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The newest signed checkpoint whose tiles are there, a signed note.
    pub note: Option<String>,
    /// How many events it covers.
    pub size: u64,
    /// The checkpoint that outsiders are shown: while witnesses cosign, the newest with enough
    /// cosignatures.
    pub shown: Option<String>,
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

/// What a publisher works on.
struct Publisher {
    tiles: PathBuf,
    entries: PathBuf,
    key: VerifierKey,
    source: Box<dyn Source>,
    writer: Option<TileWriter>,
    signed: Arc<Mutex<Signed>>,
    cosigning: SharedCosigning,
    published: Arc<Mutex<Published>>,
    shown_size: u64,
    flushed: Instant,
}

/// Starts; the first checkpoint is published as soon as it is signed, and the last one at the stop.
pub(crate) fn start(
    dir: &DataDir,
    key: VerifierKey,
    source: Box<dyn Source>,
    signed: Arc<Mutex<Signed>>,
    cosigning: SharedCosigning,
) -> std::io::Result<(Worker, Publication)> {
    let published = Arc::new(Mutex::new(Published::default()));
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
        cosigning,
        published,
        shown_size: 0,
        flushed: Instant::now(),
    };
    let worker = Worker::start("publisher", move |last| publisher.round(last))?;
    Ok((worker, publication))
}

impl Publisher {
    fn round(&mut self, last: bool) -> Duration {
        let note = lock(&self.signed).note.clone();
        let done = note.is_none_or(|note| self.publish(&note));
        if done && (last || self.flushed.elapsed() >= FLUSH_EVERY) {
            self.flush();
            self.flushed = Instant::now();
        }
        if done { EVERY } else { AGAIN }
    }

    /// Publishes a signed checkpoint, or the one that witnesses cosigned; what stands there already
    /// stays.
    fn publish(&mut self, note: &str) -> bool {
        let now = lock(&self.published).clone();
        // Most looks find nothing new: no signature is checked again for them.
        let size = match now.note.as_deref() == Some(note) {
            true => now.size,
            false => match Checkpoint::open(note, &self.key) {
                Ok(checkpoint) => checkpoint.size,
                Err(error) => return self.refuse(&error.to_string()),
            },
        };
        let (shown, shown_size) = self.choose(note, size, now.shown);
        let is_new = now.note.as_deref() != Some(note);
        if !is_new
            && now.refused.is_none()
            && lock(&self.published).shown.as_deref() == Some(shown.as_str())
        {
            return true;
        }
        let done = self.write(note, size, &shown);
        if done {
            self.shown_size = shown_size;
        }
        done
    }

    /// What outsiders are shown: the newest cosigned checkpoint while witnesses answer, else the
    /// newest signed one; never one with fewer events than before.
    fn choose(&self, note: &str, size: u64, shown: Option<String>) -> (String, u64) {
        let cosigning = lock(&self.cosigning);
        match (cosigning.preferred(size), shown) {
            (Some((cosigned, of)), _) if of >= self.shown_size => (cosigned.to_owned(), of),
            (Some(_), Some(shown)) => (shown, self.shown_size),
            _ => (note.to_owned(), size),
        }
    }

    fn write(&mut self, note: &str, size: u64, shown: &str) -> bool {
        let outcome = self.advance(note, shown);
        match outcome {
            Ok(()) => {
                *lock(&self.published) = Published {
                    note: Some(note.to_owned()),
                    size,
                    shown: Some(shown.to_owned()),
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

    fn advance(&mut self, note: &str, shown: &str) -> Result<(), TileError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(TileWriter::open(&self.tiles, Some(&self.entries))?),
        };
        writer.write(self.source.as_mut(), note, &self.key)?;
        writer.publish(shown, &self.key)
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
