use std::{fs::OpenOptions, path::Path, time::Duration};

use callbox_domain::ActorId;
use rusqlite::{Connection, Row};

use super::AccessError;

/// The schema's steps; a database has as many of them behind it as its version says.
const STEPS: &[&str] = &[
    FIRST,
    SECOND_FACTORS,
    PROVIDER,
    MACROS,
    AGENCIES,
    LAYOUTS,
    REQUESTS,
    FIRST_PASSWORDS,
];

const FIRST: &str = "
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
";

/// Sessions begin anew: what they were begun with is not known of the old ones.
const SECOND_FACTORS: &str = "
ALTER TABLE accounts ADD COLUMN expires INTEGER;
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'account';
DROP TABLE sessions;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    proved INTEGER NOT NULL,
    stage TEXT NOT NULL,
    method TEXT NOT NULL,
    browser BLOB NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE authenticators (
    actor INTEGER PRIMARY KEY REFERENCES accounts (actor),
    secret BLOB NOT NULL,
    confirmed INTEGER,
    last_step INTEGER NOT NULL
) STRICT;
CREATE TABLE recovery_codes (
    hash BLOB PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor)
) STRICT, WITHOUT ROWID;
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    host TEXT NOT NULL,
    credential BLOB NOT NULL UNIQUE,
    key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    label TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER
) STRICT;
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Who somebody is at a provider; one subject for an account.
const PROVIDER: &str = "
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, actor)
) STRICT, WITHOUT ROWID;
";

const MACROS: &str = "
CREATE TABLE macros (
    owner INTEGER NOT NULL,
    name TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
";

/// What the windows of a position show, one a line.
const LAYOUTS: &str = "
CREATE TABLE layouts (
    owner INTEGER NOT NULL,
    name TEXT NOT NULL,
    windows TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
";

const AGENCIES: &str = "
ALTER TABLE accounts ADD COLUMN agency TEXT;
";

/// What other processes ask the server to put on the record; it says nothing secret.
const REQUESTS: &str = "
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    open BLOB NOT NULL,
    personal BLOB,
    token INTEGER,
    answer TEXT
) STRICT;
";

/// Until when a password that somebody else set opens anything; none for one's own.
const FIRST_PASSWORDS: &str = "
ALTER TABLE accounts ADD COLUMN first_until INTEGER;
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
    // What is deleted is overwritten, so that no free page holds it.
    db.pragma_update(None, "secure_delete", "ON")?;
    let begun = db.unchecked_transaction()?;
    let version: i64 = begun.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let behind = usize::try_from(version).ok().and_then(|at| STEPS.get(at..));
    for step in behind.ok_or(AccessError::Newer(version))? {
        begun.execute_batch(step)?;
    }
    begun.pragma_update(None, "user_version", STEPS.len() as i64)?;
    begun.commit()?;
    Ok(db)
}

/// Writes the file anew without what was overwritten in it, and empties the log beside it.
///
/// Another process that reads at that moment keeps the log for a while; the next time empties it.
pub(super) fn forget(db: &Connection) -> Result<(), AccessError> {
    db.execute_batch("VACUUM")?;
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    let busy: bool = db.query_row(sql, [], |row| row.get(0))?;
    if busy {
        tracing::warn!("the log of access.db is in use; it is emptied when the next one ends");
    }
    Ok(())
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
