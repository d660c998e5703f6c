//! The start: the last snapshot, then the ledger's tail. There is no other start.

use std::{path::Path, sync::Arc, time::Instant};

use callbox_domain::{CLOSED_KEPT, Center, Entry, Event, Incident};
use callbox_ledger::{Frame, Frontier, Ledger, Options as LedgerOptions, Personal, Store};

use crate::{
    Stores,
    archive::Archive,
    engine::OpenError,
    entry::{self, EntryError},
    idempotency::{Name, Requests},
    read::{ReadError, Reader},
    reads,
    sealer::Sealer,
    snapshot_file::Snapshot,
};

/// What a start had to do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recovered {
    /// The ledger's length at the snapshot; 0 without one.
    pub snapshot_seq: u64,
    /// How many entries were read after it.
    pub tail: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How many erasures it completed.
    pub erasures: u64,
}

/// Everything that the sequencer works on.
pub(crate) struct Live {
    pub(crate) ledger: Ledger<Box<dyn Store>>,
    pub(crate) center: Center,
    pub(crate) requests: Requests,
    pub(crate) archive: Archive,
    pub(crate) sealer: Arc<Sealer>,
    /// The ledger's length at the snapshot that the start used; 0 without one.
    pub(crate) snapshot_seq: u64,
}

/// Rebuilds the live state; the snapshot is used when ledger and archive confirm it.
pub(crate) fn recover(
    stores: &Stores,
    reader: &Reader,
    mut archive: Archive,
    sealer: &Arc<Sealer>,
    snapshot: &Path,
) -> Result<(Live, Recovered), OpenError> {
    let started = Instant::now();
    let usable = Snapshot::load(snapshot, sealer).filter(|snapshot| {
        matches!(archive.through(), Ok(Some(through)) if through >= snapshot.center.next_seq())
    });
    if let Some(snapshot) = usable {
        let seq = snapshot.center.next_seq();
        let (mut center, mut requests) = (snapshot.center, snapshot.requests);
        match replay(
            (stores.writer)()?,
            snapshot.frontier,
            Fold {
                center: &mut center,
                requests: &mut requests,
                archive: &mut archive,
                reader,
                sealer,
            },
        ) {
            Ok(ledger) => {
                let tail = ledger.size() - seq;
                let seconds = started.elapsed().as_secs_f64();
                let recovered = Recovered {
                    snapshot_seq: seq,
                    tail,
                    seconds,
                    erasures: 0,
                };
                return Ok((
                    Live {
                        ledger,
                        center,
                        requests,
                        archive,
                        sealer: Arc::clone(sealer),
                        snapshot_seq: seq,
                    },
                    recovered,
                ));
            }
            // The snapshot stands for another ledger; the ledger itself decides.
            Err(OpenError::Ledger(callbox_ledger::OpenError::Frontier { .. })) => {
                tracing::warn!("the snapshot does not fit the ledger and is left aside");
            }
            Err(error) => return Err(error),
        }
    }
    archive.clear()?;
    let (mut center, mut requests) = (Center::default(), Requests::default());
    let fold = Fold {
        center: &mut center,
        requests: &mut requests,
        archive: &mut archive,
        reader,
        sealer,
    };
    let ledger = replay((stores.writer)()?, Frontier::empty(), fold)?;
    let seconds = started.elapsed().as_secs_f64();
    let recovered = Recovered {
        snapshot_seq: 0,
        tail: ledger.size(),
        seconds,
        erasures: 0,
    };
    Ok((
        Live {
            ledger,
            center,
            requests,
            archive,
            sealer: Arc::clone(sealer),
            snapshot_seq: 0,
        },
        recovered,
    ))
}

struct Fold<'a> {
    center: &'a mut Center,
    requests: &'a mut Requests,
    archive: &'a mut Archive,
    reader: &'a Reader,
    sealer: &'a Sealer,
}

fn replay(
    store: Box<dyn Store>,
    frontier: Frontier,
    mut fold: Fold<'_>,
) -> Result<Ledger<Box<dyn Store>>, OpenError> {
    let mut failed = None;
    let ledger = Ledger::open_from(store, LedgerOptions::default(), frontier, |frame| {
        if failed.is_none() {
            failed = fold.frame(frame).err();
        }
    })?;
    match failed {
        Some(error) => Err(error),
        None => {
            fold.center.check().map_err(OpenError::Broken)?;
            fold.archive.put(&[], fold.center.next_seq())?;
            Ok(ledger)
        }
    }
}

impl Fold<'_> {
    /// Folds one frame as the sequencer folded it when it was written.
    fn frame(&mut self, frame: &Frame) -> Result<(), OpenError> {
        for stored in frame.events() {
            let stored = stored.map_err(|source| EntryError::Malformed {
                seq: frame.row().first_seq,
                source,
            })?;
            let entry = entry::decode(&stored, Some(self.sealer))?;
            if let Personal::Known(sealed) = stored.personal {
                self.sealer
                    .claim(&stored.leaf, sealed)
                    .map_err(OpenError::Vault)?;
            }
            if let Event::ConsultationsRecorded(recorded) = &entry.event {
                reads::claim(self.sealer, recorded).map_err(OpenError::Vault)?;
            }
            for id in entry.event.incidents() {
                if self.center.is_archived(id)
                    && let Some(incident) = load(self.archive, self.reader, id, entry.seq)?
                {
                    self.center.thaw(incident);
                }
            }
            self.center.evolve(&entry);
            if let Some(leaf) = &stored.leaf.idempotency {
                let (name, n) = Name::from_leaf(leaf);
                self.requests.insert(name, entry.seq, n);
            }
        }
        let end = frame.row().first_seq + u64::from(frame.row().n);
        if self.center.is_to_retire() {
            self.archive.put(&self.center.retire(CLOSED_KEPT), end)?;
        }
        Ok(())
    }
}

/// Builds an archived incident from the events that it had before position `before`.
pub(crate) fn load(
    archive: &Archive,
    reader: &Reader,
    id: callbox_domain::IncidentId,
    before: u64,
) -> Result<Option<std::sync::Arc<Incident>>, ReadError> {
    let Some(mut history) = archive.history(id)? else {
        return Ok(None);
    };
    history.retain(|seq| *seq < before);
    let entries: Vec<Entry> = reader.entries(&history)?;
    Ok(Center::rebuild(id, &entries))
}
