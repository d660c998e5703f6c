//! The four ways to write an event.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callbox_ledger::{Draft, Ledger, Options, SqliteStore};
use rusqlite::{Connection, params};

use super::event::Event;

pub(crate) trait Contender {
    fn name(&self) -> &'static str;

    /// Writes the events as one group; they are on stable storage when it returns.
    fn append(&mut self, events: &[Event]) -> anyhow::Result<()>;

    /// Moves everything into the main file, so that its size tells.
    fn settle(&mut self) -> anyhow::Result<()>;

    fn file_bytes(&self) -> anyhow::Result<u64>;
}

/// Appends to a file: the least that a durable event can cost here.
pub(crate) struct RawFile {
    file: File,
    buffer: Vec<u8>,
}

impl RawFile {
    pub(crate) fn open(directory: &Path) -> anyhow::Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(directory.join("raw.log"))?;
        Ok(Self {
            file,
            buffer: Vec::new(),
        })
    }
}

impl Contender for RawFile {
    fn name(&self) -> &'static str {
        "file"
    }

    fn append(&mut self, events: &[Event]) -> anyhow::Result<()> {
        self.buffer.clear();
        for event in events {
            let personal = event.personal.as_deref().unwrap_or_default().as_bytes();
            let out = &mut self.buffer;
            out.extend(event.kind.to_be_bytes());
            out.extend(event.stream.to_be_bytes());
            out.extend(event.version.to_be_bytes());
            out.extend(event.at_us.to_be_bytes());
            out.extend((event.at_us + 900).to_be_bytes());
            out.extend(event.actor.to_be_bytes());
            out.extend(event.idempotency);
            for part in [&event.open[..], personal] {
                out.extend((part.len() as u16).to_be_bytes());
                out.extend(part);
            }
        }
        self.file.write_all(&self.buffer)?;
        Ok(self.file.sync_data()?)
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn file_bytes(&self) -> anyhow::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

/// One row an event and no index: the least that SQLite takes for events apart.
pub(crate) struct Plain(Table);

impl Plain {
    pub(crate) fn open(directory: &Path) -> anyhow::Result<Self> {
        let schema = "CREATE TABLE event(seq INTEGER PRIMARY KEY, kind INTEGER, stream INTEGER, version INTEGER,
            at_us INTEGER, recorded_us INTEGER, actor INTEGER, idempotency BLOB, open BLOB, personal BLOB) STRICT";
        Ok(Self(Table::open(directory.join("plain.db"), schema)?))
    }
}

impl Contender for Plain {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn append(&mut self, events: &[Event]) -> anyhow::Result<()> {
        let transaction = self.0.connection.transaction()?;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO event VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for event in events {
            insert.execute(params![
                event.kind,
                event.stream as i64,
                event.version,
                event.at_us,
                event.at_us + 900,
                event.actor as i64,
                event.idempotency,
                event.open,
                event.personal.as_deref().map(str::as_bytes),
            ])?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        self.0.settle()
    }

    fn file_bytes(&self) -> anyhow::Result<u64> {
        self.0.file_bytes()
    }
}

/// The event table that most systems have: two unique indexes and a JSON payload.
pub(crate) struct Conventional(Table);

impl Conventional {
    pub(crate) fn open(directory: &Path) -> anyhow::Result<Self> {
        // The UUID as 16 bytes, which is kinder to this contender than the usual text.
        let schema = "CREATE TABLE event(position INTEGER PRIMARY KEY, event_id BLOB NOT NULL UNIQUE,
            stream_id TEXT NOT NULL, version INTEGER NOT NULL, kind INTEGER NOT NULL, at_us INTEGER NOT NULL,
            payload TEXT NOT NULL, UNIQUE(stream_id, version)) STRICT";
        Ok(Self(Table::open(
            directory.join("conventional.db"),
            schema,
        )?))
    }

    /// One more connection to the same table, which waits for its turn to write.
    pub(crate) fn connect(path: &Path) -> anyhow::Result<Self> {
        let table = Table::open(path.to_owned(), "")?;
        table.connection.busy_timeout(Duration::from_secs(60))?;
        Ok(Self(table))
    }
}

impl Contender for Conventional {
    fn name(&self) -> &'static str {
        "table"
    }

    fn append(&mut self, events: &[Event]) -> anyhow::Result<()> {
        let transaction = self.0.connection.transaction()?;
        let mut insert = transaction
            .prepare_cached("INSERT INTO event VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)")?;
        for event in events {
            insert.execute(params![
                event.idempotency,
                format!("incident-{}", event.stream),
                event.version,
                event.kind,
                event.at_us,
                event.json,
            ])?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        self.0.settle()
    }

    fn file_bytes(&self) -> anyhow::Result<u64> {
        self.0.file_bytes()
    }
}

/// The ledger: one row a group, hashed into the tree.
pub(crate) struct Ours {
    ledger: Ledger<SqliteStore>,
    pub(crate) path: PathBuf,
}

impl Ours {
    pub(crate) fn open(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join("ledger.db");
        let ledger = Ledger::open(SqliteStore::create(&path)?, Options::default())?;
        Ok(Self { ledger, path })
    }
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn append(&mut self, events: &[Event]) -> anyhow::Result<()> {
        let drafts: Vec<Draft<'_>> = events.iter().map(Event::draft).collect();
        self.ledger.append(&drafts)?;
        Ok(())
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        settle(&Connection::open(&self.path)?)
    }

    fn file_bytes(&self) -> anyhow::Result<u64> {
        Ok(fs::metadata(&self.path)?.len())
    }
}

struct Table {
    connection: Connection,
    path: PathBuf,
}

impl Table {
    fn open(path: PathBuf, schema: &str) -> anyhow::Result<Self> {
        let connection = Connection::open(&path)?;
        connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(schema)?;
        Ok(Self { connection, path })
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        settle(&self.connection)
    }

    fn file_bytes(&self) -> anyhow::Result<u64> {
        Ok(fs::metadata(&self.path)?.len())
    }
}

fn settle(connection: &Connection) -> anyhow::Result<()> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}
