//! What reports need of the whole ledger, kept up to date as it grows.

use std::sync::{Mutex, PoisonError};

use callbox_domain::{Code, report::History};
use callbox_engine::{Engine, ReadError};

/// How many entries are read at once.
const CHUNK: usize = 4_096;

/// The fold of the ledger that reports are made of, as far as it was read.
///
/// The first report reads the ledger once (about two seconds for a million events); each later one
/// reads what came since. It holds what the figures need of each call: no names, places or words.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Read>);

#[derive(Default)]
struct Read {
    history: History,
    next: u64,
}

impl Kept {
    /// Runs `report` on all that is recorded by now, or on `agency`'s own part of it: the calls to which it
    /// sent units, with the work of those. Blocks: reads the disk.
    pub(crate) fn of<T>(
        &self,
        engine: &Engine,
        agency: Option<&Code>,
        report: impl FnOnce(&History) -> T,
    ) -> Result<T, ReadError> {
        match agency {
            Some(agency) => self.with(engine, |history| history.of_agency(agency)),
            None => return self.with(engine, report),
        }
        .map(|own| report(&own))
    }

    fn with<T>(&self, engine: &Engine, report: impl FnOnce(&History) -> T) -> Result<T, ReadError> {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = engine.snapshot().next_seq();
        while read.next < end {
            let entries = engine.entries_from(read.next, CHUNK)?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                read.history.observe(entry);
            }
            read.next += entries.len() as u64;
        }
        Ok(report(&read.history))
    }
}
