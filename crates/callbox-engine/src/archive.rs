use std::{path::Path, sync::Arc};

use callbox_domain::{Code, Incident, IncidentId};
use rusqlite::{Connection, OptionalExtension, params};
use thiserror::Error;

/// Why the archive could not be used; delete `archive.db` and it is built anew.
#[derive(Debug, Error)]
#[error(
    "the archive of closed incidents cannot be used ({0}); delete archive.db and start again, it is built anew from the ledger"
)]
pub struct ArchiveError(#[from] rusqlite::Error);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS incident(
        id INTEGER PRIMARY KEY,
        reference TEXT,
        history BLOB NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS incident_reference ON incident(reference) WHERE reference IS NOT NULL;
    CREATE TABLE IF NOT EXISTS state(id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL) STRICT;
";

/// Opens a read model's file for writing, making it where it is missing; a damaged one is made
/// anew, for the ledger has what it held. `what` names it in the log.
pub(crate) fn open_projection(
    path: &Path,
    schema: &str,
    what: &str,
) -> Result<Connection, ArchiveError> {
    try_open(path, schema).or_else(|error| {
        tracing::warn!(error = %error, "{what} is damaged and is built anew");
        for suffix in ["", "-wal", "-shm"] {
            let mut file = path.as_os_str().to_owned();
            file.push(suffix);
            // What cannot be removed shows in the second attempt.
            let _ = std::fs::remove_file(file);
        }
        try_open(path, schema)
    })
}

fn try_open(path: &Path, schema: &str) -> Result<Connection, ArchiveError> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Losing the last rows is harmless: `through` tells, and the ledger has them.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(schema)?;
    Ok(connection)
}

/// Where the events of closed incidents stand in the ledger, for those that left memory.
///
/// A read model: it holds positions and no content, so that nothing personal lies outside the
/// ledger, and what was erased there cannot be found here.
pub(crate) struct Archive(Connection);

impl Archive {
    /// Opens the file for writing, making it where it is missing; a damaged one is made anew.
    pub(crate) fn open(path: &Path) -> Result<Self, ArchiveError> {
        open_projection(path, SCHEMA, "the archive").map(Self)
    }

    /// Up to which length of the ledger every retired incident stands here; `None` when empty.
    pub(crate) fn through(&self) -> Result<Option<u64>, ArchiveError> {
        let through = self
            .0
            .query_row("SELECT through FROM state", [], |row| row.get::<_, i64>(0));
        Ok(through.optional()?.map(|through| through as u64))
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> Result<(), ArchiveError> {
        Ok(self
            .0
            .execute_batch("DELETE FROM incident; DELETE FROM state;")?)
    }

    /// Takes up retired incidents; the ledger is `through` events long.
    pub(crate) fn put(
        &mut self,
        incidents: &[Arc<Incident>],
        through: u64,
    ) -> Result<(), ArchiveError> {
        let transaction = self.0.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO incident(id, reference, history) VALUES (?1, ?2, ?3)",
            )?;
            for incident in incidents {
                let history: Vec<u8> = incident
                    .history
                    .iter()
                    .flat_map(|seq| seq.to_be_bytes())
                    .collect();
                let reference = incident.reference.as_ref().map(Code::as_str);
                insert.execute(params![incident.id.0 as i64, reference, history])?;
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO state(id, through) VALUES (1, ?1)")?
                .execute([through as i64])?;
        }
        Ok(transaction.commit()?)
    }

    /// The ledger positions of an archived incident's events.
    pub(crate) fn history(&self, id: IncidentId) -> Result<Option<Vec<u64>>, ArchiveError> {
        let blob = self
            .0
            .prepare_cached("SELECT history FROM incident WHERE id = ?1")?
            .query_row([id.0 as i64], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        Ok(blob.map(|blob| {
            blob.as_chunks::<8>()
                .0
                .iter()
                .map(|seq| u64::from_be_bytes(*seq))
                .collect()
        }))
    }

    /// The archived incident that another system knows under `reference`; the newest of several.
    pub(crate) fn by_reference(&self, reference: &str) -> Result<Option<IncidentId>, ArchiveError> {
        let id = self
            .0
            .prepare_cached("SELECT max(id) FROM incident WHERE reference = ?1")?
            .query_row([reference], |row| row.get::<_, Option<i64>>(0))?;
        Ok(id.map(|id| IncidentId(id as u64)))
    }

    /// At most `limit` archived incidents below `before`, the newest first.
    pub(crate) fn before(
        &self,
        before: Option<IncidentId>,
        limit: usize,
    ) -> Result<Vec<IncidentId>, ArchiveError> {
        let before = before.map_or(i64::MAX, |id| id.0 as i64);
        let mut statement = self
            .0
            .prepare_cached("SELECT id FROM incident WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?;
        let rows =
            statement.query_map(params![before, limit as i64], |row| row.get::<_, i64>(0))?;
        rows.map(|id| Ok(IncidentId(id? as u64))).collect()
    }
}
