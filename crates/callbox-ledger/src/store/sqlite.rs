use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, params};

use super::packing::{Packer, Unpacker};
use super::{RowHead, Source, Store, StoreError};
use crate::files;
use crate::frame::FrameRow;
use crate::hash::Hash;

/// "cbxl" in the file's header, so that no other database is taken for a ledger.
const APPLICATION_ID: i64 = 0x6362_786c;
/// 2: leaves may be packed; 3: as columns. What has an older format is a ledger all the same, and
/// becomes 3 with its first writer, so that a program that cannot unpack says so instead of calling
/// it damaged.
const FORMAT: i64 = 3;
const OLDEST_FORMAT: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE frame(
  no        INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  at_us     INTEGER NOT NULL,
  writer    INTEGER NOT NULL,
  epoch     INTEGER NOT NULL,
  root      BLOB NOT NULL,
  leaves    BLOB NOT NULL,
  sealed    BLOB NOT NULL
) STRICT;
-- Against accidents only: whoever can write the file can drop these. Proofs find the rest.
CREATE TRIGGER frame_is_append_only_update
  BEFORE UPDATE OF no, first_seq, n, at_us, writer, epoch, root, leaves ON frame
  BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER frame_is_append_only_delete
  BEFORE DELETE ON frame
  BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
";

const INSERT: &str = "INSERT INTO frame VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// Keeps frames in one SQLite file (WAL, `synchronous=FULL`), as its only writer.
///
/// A lock file beside the database refuses a second server on the same data; readers
/// ([`SqliteReader`]) need no lock.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    packer: Packer,
    /// Held until the store is dropped; the operating system frees it when the process dies.
    _lock: File,
}

/// Reads frames from a SQLite file while its writer runs.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
}

impl SqliteStore {
    /// Makes a new, empty ledger file and opens it; refuses a path that exists.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        if path.exists() {
            return Err(refused(format!(
                "{} exists already; it was left as it is",
                path.display()
            )));
        }
        let connection = Connection::open(path).map_err(fault)?;
        set_up(&connection)?;
        connection
            .execute_batch(&format!(
                "BEGIN; {SCHEMA} PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={FORMAT}; COMMIT;"
            ))
            .map_err(fault)?;
        files::sync_parent(path).map_err(|error| StoreError::Fatal(Box::new(error)))?;
        Self::ready(connection, lock)
    }

    /// Opens an existing ledger as its only writer; refuses a missing file (an empty ledger must
    /// never take the place of a lost one) and a second server on the same data.
    pub fn open_writer(path: &Path) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        must_exist(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        must_be_ledger(&connection, path)?;
        set_up(&connection)?;
        connection
            .pragma_update(None, "user_version", FORMAT)
            .map_err(fault)?;
        Self::ready(connection, lock)
    }

    /// Appends frames that were checked, all of them or none, as one transaction.
    pub(crate) fn append_group(&mut self, frames: &[FrameRow]) -> Result<(), StoreError> {
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(fault)?;
        for frame in frames {
            if let Err(error) = self.append(frame) {
                // The first error counts; an open transaction ends with the connection.
                let _ = self.connection.execute_batch("ROLLBACK");
                return Err(error);
            }
        }
        self.connection.execute_batch("COMMIT").map_err(fault)
    }

    /// Makes the disk seem full at so many pages, or not.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, pages: Option<u32>) {
        let pages = pages.unwrap_or(u32::MAX - 1);
        self.connection
            .query_row(&format!("PRAGMA max_page_count={pages}"), [], |_| Ok(()))
            .expect("the limit is taken");
    }

    fn ready(connection: Connection, lock: File) -> Result<Self, StoreError> {
        // After a failed flush the log may stand in the page cache only. Moving it into the main
        // file writes and flushes every page anew, so that what recovery reads is durable. A long
        // read (a check, a backup) must not keep a server from starting: then the log stays.
        connection
            .busy_timeout(Duration::from_millis(200))
            .map_err(fault)?;
        match checkpoint(&connection) {
            Ok(()) | Err(StoreError::Unavailable(_)) => {}
            Err(error) => return Err(error),
        }
        connection.busy_timeout(BUSY).map_err(fault)?;
        check_compare_and_swap(&connection)?;
        Ok(Self {
            connection,
            packer: Packer::default(),
            _lock: lock,
        })
    }
}

impl SqliteReader {
    /// Opens a ledger for reading only, while a server writes to it or not.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        must_exist(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        connection.busy_timeout(BUSY).map_err(fault)?;
        must_be_ledger(&connection, path)?;
        Ok(Self { connection })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Source for SqliteReader {
    fn visit(
        &mut self,
        from: u64,
        visitor: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        visit(&self.connection, from, visitor)
    }

    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError> {
        head(&self.connection, no)
    }

    fn last(&mut self) -> Result<Option<RowHead>, StoreError> {
        last(&self.connection)
    }
}

impl Source for SqliteStore {
    fn visit(
        &mut self,
        from: u64,
        visitor: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        visit(&self.connection, from, visitor)
    }

    fn head(&mut self, no: u64) -> Result<Option<RowHead>, StoreError> {
        head(&self.connection, no)
    }

    fn last(&mut self) -> Result<Option<RowHead>, StoreError> {
        last(&self.connection)
    }
}

impl Store for SqliteStore {
    fn append(&mut self, frame: &FrameRow) -> Result<(), StoreError> {
        let leaves = self.packer.pack(&frame.leaves);
        let mut insert = self.connection.prepare_cached(INSERT).map_err(fault)?;
        let outcome = insert.execute(params![
            integer(frame.no)?,
            integer(frame.first_seq)?,
            frame.n,
            frame.at_us,
            frame.writer,
            frame.epoch,
            frame.root.0,
            leaves,
            frame.sealed,
        ]);
        match outcome {
            Ok(_) => Ok(()),
            Err(error) if is_taken(&error) => Err(StoreError::Conflict { no: frame.no }),
            Err(error) => Err(fault(error)),
        }
    }

    fn replace_sealed(&mut self, no: u64, sealed: &[u8]) -> Result<(), StoreError> {
        self.connection
            .pragma_update(None, "secure_delete", true)
            .map_err(fault)?;
        let changed = self
            .connection
            .execute(
                "UPDATE frame SET sealed = ?2 WHERE no = ?1",
                params![integer(no)?, sealed],
            )
            .map_err(fault)?;
        if changed != 1 {
            return Err(corrupt(Some(no), "there is no such frame"));
        }
        // The old bytes still stand in the main file and in the log until the log is emptied.
        checkpoint(&self.connection)
    }
}

const BUSY: Duration = Duration::from_secs(5);

fn set_up(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY).map_err(fault)?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))
        .map_err(fault)?;
    if mode != "wal" {
        return Err(refused(format!(
            "SQLite cannot use its write-ahead log here (mode {mode}); put the data on a local disk"
        )));
    }
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(fault)
}

/// Moves the write-ahead log into the main file, flushes, and empties the log.
fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(fault)?;
    if busy != 0 {
        return Err(StoreError::Unavailable(
            "a long read (a backup, say) holds the write-ahead log; wait for it".into(),
        ));
    }
    Ok(())
}

/// Sees for itself that a second row of the same number is refused, on a row that is rolled back.
fn check_compare_and_swap(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE").map_err(fault)?;
    let blank: &[u8] = &[];
    let insert = || connection.execute(INSERT, params![-1, 0, 0, 0, 0, 0, blank, blank, blank]);
    let outcome = insert().and_then(|_| insert());
    connection.execute_batch("ROLLBACK").map_err(fault)?;
    match outcome {
        Err(error) if is_taken(&error) => Ok(()),
        Err(error) => Err(fault(error)),
        Ok(_) => Err(refused(
            "this database takes two frames of one number; its table is not the ledger's".into(),
        )),
    }
}

fn visit(
    connection: &Connection,
    from: u64,
    visitor: &mut dyn FnMut(FrameRow) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut select = connection
        .prepare_cached("SELECT * FROM frame WHERE no >= ?1 ORDER BY no")
        .map_err(fault)?;
    let mut rows = select.query([integer(from)?]).map_err(fault)?;
    let mut unpacker = Unpacker::default();
    while let Some(row) = rows.next().map_err(fault)? {
        if visitor(frame_of(row, &mut unpacker)?).is_break() {
            return Ok(());
        }
    }
    // A walk over everything also looks for rows with numbers that no frame has.
    let alien = "SELECT count(*) FROM frame WHERE no < 0";
    let aliens: i64 = match from {
        0 => connection
            .query_row(alien, [], |row| row.get(0))
            .map_err(fault)?,
        _ => 0,
    };
    if aliens > 0 {
        return Err(corrupt(
            None,
            format!("{aliens} rows have numbers below 0; no ledger has such"),
        ));
    }
    Ok(())
}

fn frame_of(row: &Row<'_>, unpacker: &mut Unpacker) -> Result<FrameRow, StoreError> {
    let head = head_of(row)?;
    let no = head.no;
    let wrong = |column| move |error| corrupt(Some(no), format!("column {column}: {error}"));
    let blob = |index: usize, column| {
        let value = row.get_ref(index).map_err(fault)?;
        value
            .as_blob()
            .map_err(|error| corrupt(Some(no), format!("column {column}: {error}")))
    };
    let root = Hash::from_slice(blob(6, "root")?)
        .ok_or_else(|| corrupt(Some(no), "the root does not have 32 bytes"))?;
    let leaves = unpacker
        .unpack(blob(7, "leaves")?)
        .map_err(|what| corrupt(Some(no), format!("column leaves: {what}")))?;
    Ok(FrameRow {
        no,
        first_seq: head.first_seq,
        n: head.n,
        at_us: row.get(3).map_err(wrong("at_us"))?,
        writer: row.get(4).map_err(wrong("writer"))?,
        epoch: row.get(5).map_err(wrong("epoch"))?,
        root,
        leaves,
        sealed: blob(8, "sealed")?.to_vec(),
    })
}

fn head(connection: &Connection, no: u64) -> Result<Option<RowHead>, StoreError> {
    one_head(
        connection,
        "SELECT no, first_seq, n FROM frame WHERE no = ?1",
        integer(no)?,
    )
}

fn last(connection: &Connection) -> Result<Option<RowHead>, StoreError> {
    let sql = "SELECT no, first_seq, n FROM frame WHERE no >= ?1 ORDER BY no DESC LIMIT 1";
    one_head(connection, sql, 0)
}

fn one_head(connection: &Connection, sql: &str, no: i64) -> Result<Option<RowHead>, StoreError> {
    let mut select = connection.prepare_cached(sql).map_err(fault)?;
    select
        .query_row([no], |row| Ok(head_of(row)))
        .optional()
        .map_err(fault)?
        .transpose()
}

fn head_of(row: &Row<'_>) -> Result<RowHead, StoreError> {
    let no: i64 = row.get(0).map_err(fault)?;
    let no = u64::try_from(no)
        .map_err(|_| corrupt(None, format!("there is a row with the number {no}")))?;
    let first_seq: i64 = row.get(1).map_err(fault)?;
    let first_seq =
        u64::try_from(first_seq).map_err(|_| corrupt(Some(no), "first_seq is negative"))?;
    let n = row
        .get(2)
        .map_err(|error| corrupt(Some(no), format!("column n: {error}")))?;
    Ok(RowHead { no, first_seq, n })
}

/// Gives a number as SQLite holds it; positions stay far below 2^63.
fn integer(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|error| StoreError::Fatal(Box::new(error)))
}

fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// Sorts a SQLite error into what it leaves behind.
pub(crate) fn fault(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        // In WAL mode the commit record is written last: a full disk leaves nothing behind.
        Some(ErrorCode::DiskFull) => StoreError::Full(Box::new(error)),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Unavailable(Box::new(error))
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt {
            no: None,
            cause: Box::new(error),
        },
        // A failed write or flush among them: the kernel may have dropped the pages, so that a
        // second flush would lie. Only a restart reads what is truly there.
        _ => StoreError::Fatal(Box::new(error)),
    }
}

fn must_exist(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    Err(refused(format!(
        "there is no ledger at {}; check the data directory, make a new center, or restore a backup",
        path.display()
    )))
}

fn must_be_ledger(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let pragma = |name: &str| -> Result<i64, StoreError> {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .map_err(fault)
    };
    if pragma("application_id")? != APPLICATION_ID {
        return Err(refused(format!(
            "{} is not a ledger; check the path",
            path.display()
        )));
    }
    let format = pragma("user_version")?;
    if !(OLDEST_FORMAT..=FORMAT).contains(&format) {
        return Err(refused(format!(
            "{} has format {format}, this program knows {OLDEST_FORMAT} to {FORMAT}; use the program that wrote it",
            path.display()
        )));
    }
    Ok(())
}

/// Takes the lock file beside `path`, or says which process has it.
fn lock(path: &Path) -> Result<File, StoreError> {
    let lock_path = files::beside(path, ".lock");
    let cannot = |error: std::io::Error| {
        refused(format!(
            "cannot use {}: {error}; check that the directory exists and may be written",
            lock_path.display()
        ))
    };
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock_path)
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // The number is a help only; the lock itself is what counts.
            let _ = file.read_to_string(&mut holder);
            let holder = holder.trim();
            return Err(refused(format!(
                "another server (process {holder}) has the ledger {} open; stop it first",
                path.display()
            )));
        }
        Err(TryLockError::Error(error)) => return Err(cannot(error)),
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(cannot)?;
    Ok(file)
}

fn refused(what: String) -> StoreError {
    StoreError::Refused(what)
}

fn corrupt(no: Option<u64>, what: impl Into<String>) -> StoreError {
    StoreError::Corrupt {
        no,
        cause: what.into().into(),
    }
}
