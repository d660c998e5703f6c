use std::{
    collections::BTreeSet,
    ops::{ControlFlow, Range},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use callbox_domain::{Digest, Entry, Event, KeptRead, Stream};
use callbox_ledger::{
    Event as Stored, Frame, Opener, Personal, Proven, Source, SqliteReader, StoreError, TileError,
    TileReader, VaultError, VerifierKey, find_frame, prove_event_from_tiles,
};
use thiserror::Error;

use crate::{
    DataDir, archive::ArchiveError, entry, entry::EntryError, erasure::Payloads, program,
    sealer::Sealer,
};

/// The number of the kind of event that holds a batch of reads.
const BATCH_OF_READS: u16 = 90;

/// Why something could not be read; nothing was changed.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The ledger's store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored event cannot be read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A position lies beyond the ledger's end.
    #[error("the ledger has no event {0}")]
    Beyond(u64),
}

/// What the ledger still holds of an event's personal part.
pub(crate) enum Kept {
    /// There never was one.
    Absent,
    /// It was blanked.
    Erased,
    /// Its bytes: as stored with their salt, and without it.
    Sealed { stored: Vec<u8>, sealed: Vec<u8> },
}

/// Reads entries by their position, through a connection of its own.
pub(crate) struct Reader {
    source: Mutex<Box<dyn Source>>,
    sealer: Arc<Sealer>,
}

impl Reader {
    pub(crate) fn new(source: Box<dyn Source>, sealer: Arc<Sealer>) -> Self {
        Self {
            source: Mutex::new(source),
            sealer,
        }
    }

    /// The entries at `seqs`, in ascending order; one read per frame that holds some of them.
    pub(crate) fn entries(&self, seqs: &[u64]) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::with_capacity(seqs.len());
        self.visit(seqs, |stored| {
            found.push(entry::decode(stored, Some(&self.sealer))?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The same, each with its sealed part as stored, and what is left of that.
    pub(crate) fn stored(&self, seqs: &[u64]) -> Result<Vec<(Entry, Kept)>, ReadError> {
        let mut found = Vec::with_capacity(seqs.len());
        self.visit(seqs, |stored| {
            let entry = entry::decode(stored, Some(&self.sealer))?;
            let kept = match (stored.personal, stored.stored_personal) {
                (Personal::Absent, _) => Kept::Absent,
                // An erasure that is approved counts before its bytes are gone.
                _ if self.sealer.is_withheld(stored.leaf.stream) => Kept::Erased,
                (Personal::Known(sealed), Some(stored)) => Kept::Sealed {
                    stored: stored.to_vec(),
                    sealed: sealed.to_vec(),
                },
                _ => Kept::Erased,
            };
            found.push((entry, kept));
            Ok(())
        })?;
        Ok(found)
    }

    /// What opens one sealed part.
    pub(crate) fn disclose(&self, sealed: &[u8]) -> Result<Option<Opener>, VaultError> {
        self.sealer.disclose(sealed)
    }

    /// What is personal in a stream's own events among those at `seqs`, in ascending order.
    pub(crate) fn payloads(&self, stream: Stream, seqs: &[u64]) -> Result<Payloads, ReadError> {
        let mut payloads = Payloads::default();
        self.visit(seqs, |stored| {
            let (seq, added) = (stored.seq, payloads.add(stream, stored));
            added.map_err(|source| EntryError::Sealed { seq, source })
        })?;
        Ok(payloads)
    }

    /// SHA-256 of each of these keys.
    pub(crate) fn key_digests(&self, kids: &BTreeSet<u64>) -> Result<Vec<Digest>, ReadError> {
        let digests = self.sealer.digests(kids);
        digests.map_err(|source| EntryError::Sealed { seq: 0, source }.into())
    }

    fn visit(
        &self,
        seqs: &[u64],
        mut visit: impl FnMut(&Stored<'_>) -> Result<(), EntryError>,
    ) -> Result<(), ReadError> {
        // A poisoned lock means that a reader panicked; the source holds no state to be harmed.
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = seqs;
        while let Some(&seq) = rest.first() {
            let no = find_frame(&mut **source, seq)?.ok_or(ReadError::Beyond(seq))?;
            let row = source.read(no, 1)?.pop().ok_or(ReadError::Beyond(seq))?;
            let end = row.first_seq + u64::from(row.n);
            let here = rest.partition_point(|seq| *seq < end);
            for stored in Frame::new(row).events() {
                let stored = stored.map_err(|source| EntryError::Malformed { seq, source })?;
                if rest[..here].binary_search(&stored.seq).is_ok() {
                    visit(&stored)?;
                }
            }
            rest = &rest[here.max(1)..];
        }
        Ok(())
    }

    /// The proof of event `seq` by a checkpoint that covers it: the path from the published tiles,
    /// the leaf from the ledger.
    pub(crate) fn prove(
        &self,
        tiles: &Path,
        seq: u64,
        note: &str,
        key: &VerifierKey,
    ) -> Result<Proven, TileError> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tiles = TileReader::new(tiles);
        prove_event_from_tiles(&mut tiles, &mut **source, seq, note, key)
    }

    /// Hands every batch of reads from position `from` to before `to` on to `visit`; other events are
    /// not opened.
    pub(crate) fn batches(
        &self,
        from: u64,
        to: u64,
        mut visit: impl FnMut(u64, &[KeptRead]),
    ) -> Result<(), ReadError> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(no) = find_frame(&mut **source, from)? else {
            return Ok(());
        };
        let mut failed = None;
        source.visit(no, &mut |row| {
            let first_seq = row.first_seq;
            if first_seq >= to {
                return ControlFlow::Break(());
            }
            let read = self.batches_of(&Frame::new(row), from..to, &mut visit);
            match read {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    fn batches_of(
        &self,
        frame: &Frame,
        within: Range<u64>,
        visit: &mut impl FnMut(u64, &[KeptRead]),
    ) -> Result<(), EntryError> {
        for stored in frame.events() {
            let seq = frame.row().first_seq;
            let stored = stored.map_err(|source| EntryError::Malformed { seq, source })?;
            if stored.leaf.kind != BATCH_OF_READS || !within.contains(&stored.seq) {
                continue;
            }
            let entry = entry::decode(&stored, Some(&self.sealer))?;
            if let Event::ConsultationsRecorded(recorded) = &entry.event
                && let Some(reads) = recorded.reads.known()
            {
                visit(entry.seq, reads);
            }
        }
        Ok(())
    }

    /// At most `limit` entries from position `seq` on.
    pub(crate) fn entries_from(&self, seq: u64, limit: usize) -> Result<Vec<Entry>, ReadError> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(no) = find_frame(&mut **source, seq)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        scan(&mut **source, no, Some(&self.sealer), |entry| {
            if entry.seq >= seq {
                found.push(entry);
            }
            if found.len() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(found)
    }
}

/// Hands every entry from frame `no` on to `visit`, until it breaks off.
fn scan(
    source: &mut dyn Source,
    no: u64,
    sealer: Option<&Sealer>,
    mut visit: impl FnMut(Entry) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    let mut failed = None;
    source.visit(no, &mut |row| {
        let first_seq = row.first_seq;
        for stored in Frame::new(row).events() {
            let entry = stored
                .map_err(|source| EntryError::Malformed {
                    seq: first_seq,
                    source,
                })
                .and_then(|stored| entry::decode(&stored, sealer));
            match entry {
                Ok(entry) => visit(entry)?,
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// Hands every entry of a center's ledger to `visit`, in order, whether a server runs or not.
///
/// For reports: personal parts stay sealed and read as erased. It proves nothing, see `callbox_ledger::verify` for that. What `visit` returns as
/// an error ends the reading.
pub fn read_ledger<E: From<ReadError>>(
    dir: &DataDir,
    mut visit: impl FnMut(Entry) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = SqliteReader::open(&dir.ledger_db()).map_err(ReadError::from)?;
    let mut stopped = None;
    let read = scan(&mut reader, 0, None, |entry| match visit(entry) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            stopped = Some(error);
            ControlFlow::Break(())
        }
    });
    read.map_err(|error| match error {
        ReadError::Entry(error) => program::name_writer(error, &mut reader).into(),
        other => other,
    })?;
    stopped.map_or(Ok(()), Err)
}
