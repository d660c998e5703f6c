use std::{fs::OpenOptions, path::Path, time::Duration};

use callbox_domain::ActorId;
use rusqlite::{Connection, Row};

use super::AccessError;

/// The schema's version that this callbox writes.
const VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE accounts (
    actor INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    created INTEGER NOT NULL,
    disabled INTEGER
) STRICT;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    label TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE TABLE failures (
    id INTEGER PRIMARY KEY,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX failures_by_subject ON failures (subject, at);
PRAGMA user_version = 1;
";

/// Opens the database, makes it where there is none.
pub(super) fn open(path: &Path) -> Result<Connection, AccessError> {
    let mut create = OpenOptions::new();
    create.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        // SQLite gives its journal files the same permissions.
        use std::os::unix::fs::OpenOptionsExt as _;
        create.mode(0o600);
    }
    create.open(path)?;
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(5))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    let begun = db.unchecked_transaction()?;
    match begun.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => begun.execute_batch(SCHEMA)?,
        VERSION => {}
        newer => return Err(AccessError::Newer(newer)),
    }
    begun.commit()?;
    Ok(db)
}

/// A pseudonym as SQLite holds it; they are below 2^53.
pub(super) fn number(actor: ActorId) -> i64 {
    actor.0.cast_signed()
}

/// The pseudonym in a column.
pub(super) fn actor(row: &Row<'_>, column: usize) -> rusqlite::Result<ActorId> {
    row.get(column)
        .map(|number: i64| ActorId(number.cast_unsigned()))
}
