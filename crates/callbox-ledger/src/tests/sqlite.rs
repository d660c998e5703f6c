//! The SQLite store: locking, faults of the file, copies.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    (directory, path)
}

/// Makes the small ledger in a file and leaves it closed.
fn small_file() -> (TempDir, PathBuf) {
    let (directory, path) = place();
    let store = SqliteStore::create(&path).unwrap();
    fill(&mut Ledger::open(store, options()).unwrap());
    (directory, path)
}

fn check_file(path: &Path) -> Result<VerifyReport, String> {
    let mut reader = SqliteReader::open(path).map_err(|error| error.to_string())?;
    check(&mut reader, None).map_err(|fault| fault.to_string())
}

#[test]
fn what_was_written_is_read_back_by_the_next_server() {
    let (_directory, path) = small_file();
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    assert_eq!((ledger.size(), ledger.next_frame()), (12, 5));
    ledger.append(&[draft(1, 1, 0)]).unwrap();
    // A reader sees it at once, while the writer is open.
    let report = check_file(&path).unwrap();
    assert_eq!((report.events, report.root), (13, ledger.frontier().root()));
    let memory = small();
    open(&memory).append(&[draft(1, 1, 0)]).unwrap();
    let rows = SqliteReader::open(&path).unwrap().read(0, 100).unwrap();
    assert_eq!(rows, memory.rows());
    assert_eq!(
        SqliteReader::open(&path).unwrap().read(2, 2).unwrap(),
        rows[2..4]
    );
    for seq in 0..13 {
        let no = find_frame(&mut SqliteReader::open(&path).unwrap(), seq)
            .unwrap()
            .unwrap();
        let row = &rows[no as usize];
        assert!((row.first_seq..row.first_seq + u64::from(row.n)).contains(&seq));
    }
}

#[test]
fn a_second_server_is_refused_and_says_by_whom() {
    let (_directory, path) = small_file();
    let first = SqliteStore::open_writer(&path).unwrap();
    let error = SqliteStore::open_writer(&path).unwrap_err().to_string();
    assert!(
        error.contains(&format!("another server (process {})", std::process::id())),
        "{error}"
    );
    assert!(SqliteReader::open(&path).is_ok());
    drop(first);
    assert!(SqliteStore::open_writer(&path).is_ok());
}

/// A check or a backup that runs while the server starts holds up neither.
#[test]
fn a_server_starts_while_someone_reads() {
    let (_directory, path) = small_file();
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    ledger.append(&[draft(1, 1, 0)]).unwrap();
    let mut seen = 0;
    let mut running = Some(ledger);
    SqliteReader::open(&path)
        .unwrap()
        .visit(0, &mut |row| {
            if let Some(mut before) = running.take() {
                before.append(&[draft(1, 2, 0)]).unwrap();
                drop(before);
                let store = SqliteStore::open_writer(&path).unwrap();
                let mut after = Ledger::open(store, options()).unwrap();
                after.append(&[draft(1, 3, 0)]).unwrap();
            }
            seen += row.n;
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    // The reader sees one state, the one it began with.
    assert_eq!(seen, 13);
    assert_eq!(check_file(&path).unwrap().events, 15);
}

#[test]
fn what_is_no_ledger_is_refused() {
    let (directory, path) = place();
    let error = SqliteStore::open_writer(&path).unwrap_err().to_string();
    assert!(error.contains("there is no ledger at"), "{error}");
    assert!(!path.exists());
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE frame(no)")
        .unwrap();
    for error in [
        SqliteStore::open_writer(&path).unwrap_err().to_string(),
        SqliteReader::open(&path).unwrap_err().to_string(),
    ] {
        assert!(error.contains("is not a ledger"), "{error}");
    }
    assert!(
        SqliteStore::create(&path)
            .unwrap_err()
            .to_string()
            .contains("exists already")
    );
    let missing = directory.path().join("no/such/ledger.db");
    let error = SqliteStore::create(&missing).unwrap_err().to_string();
    assert!(error.contains("check that the directory exists"), "{error}");
}

/// A database whose primary key does not hold is found when it is opened.
#[test]
fn the_compare_and_swap_is_tested_at_the_start() {
    let (_directory, path) = small_file();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("ALTER TABLE frame RENAME TO old; CREATE TABLE frame AS SELECT * FROM old;")
        .unwrap();
    drop(raw);
    let error = SqliteStore::open_writer(&path).unwrap_err().to_string();
    assert!(error.contains("two frames of one number"), "{error}");
}

#[test]
fn two_writers_on_one_file_are_kept_apart_by_the_key() {
    let (_directory, path) = small_file();
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("INSERT INTO frame SELECT 5, 12, n, at_us, writer, epoch, root, leaves, sealed FROM frame WHERE no = 4").unwrap();
    let error = ledger.append(&[draft(1, 1, 0)]).unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Conflict { no: 5 })),
        "{error}"
    );
    // The other writer's frame is looked at before it is taken in.
    assert!(matches!(ledger.catch_up(|_| {}), Err(OpenError::Damaged(fault)) if fault.frame == 5));
}

#[test]
fn a_full_disk_is_survived() {
    let (_directory, path) = small_file();
    let store = SqliteStore::open_writer(&path).unwrap();
    store.limit_pages(Some(12));
    let mut ledger = Ledger::open(store, options()).unwrap();
    // Nothing in it repeats, so that packing saves no room.
    let open: Vec<u8> = (0..160_u32)
        .flat_map(|i| crate::hash::sha256(&i.to_be_bytes()).0)
        .collect();
    let mut appended = 0;
    let error = loop {
        let next = Draft {
            open: &open,
            ..draft(1, appended + 1, 0)
        };
        match ledger.append(&[next]) {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
        assert!(appended < 100, "the limit was never met");
    };
    assert!(
        matches!(error, AppendError::Store(StoreError::Full(_))),
        "{error}"
    );
    assert_eq!(check_file(&path).unwrap().events, 12 + u64::from(appended));
    ledger.store_mut().limit_pages(None);
    ledger.append(&[draft(1, appended + 1, 0)]).unwrap();
    assert_eq!(check_file(&path).unwrap().events, 13 + u64::from(appended));
}

#[test]
fn accidents_are_stopped_by_the_table() {
    let (_directory, path) = small_file();
    let raw = Connection::open(&path).unwrap();
    for sql in [
        "DELETE FROM frame WHERE no = 4",
        "UPDATE frame SET leaves = x'00' WHERE no = 1",
    ] {
        let error = raw.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
    assert!(check_file(&path).is_ok());
}

/// Every byte of every column, changed by SQL as an administrator would.
#[test]
fn changed_columns_are_found() {
    let (_directory, path) = small_file();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch(
        "PRAGMA synchronous=OFF; DROP TRIGGER frame_is_append_only_update; DROP TRIGGER frame_is_append_only_delete;
         CREATE TABLE kept AS SELECT * FROM frame",
    )
    .unwrap();
    let mut tried = 0;
    let mut try_change =
        |no: i64, column: &str, value: &dyn rusqlite::ToSql, back: &dyn rusqlite::ToSql| {
            let sql = format!("UPDATE frame SET {column} = ?1 WHERE no = ?2");
            if raw.execute(&sql, rusqlite::params![value, no]).is_err() {
                // Another row's number: the table itself refuses.
                assert_eq!(column, "no");
                return;
            }
            let fault = check(&mut SqliteReader::open(&path).unwrap(), None).expect_err(column);
            assert_eq!(fault.frame, no as u64, "{column}: {fault}");
            let restored = if column == "no" {
                raw.execute(
                    "UPDATE frame SET no = ?1 WHERE no = ?2",
                    rusqlite::params![back, value],
                )
            } else {
                raw.execute(&sql, rusqlite::params![back, no])
            };
            assert_eq!(restored.unwrap(), 1);
            tried += 1;
        };
    for no in 0..5 {
        for column in ["no", "first_seq", "n", "at_us", "writer", "epoch"] {
            let sql = format!("SELECT {column} FROM kept WHERE no = ?1");
            let good: i64 = raw.query_row(&sql, [no], |row| row.get(0)).unwrap();
            for bit in 0..64 {
                try_change(no, column, &(good ^ (1 << bit)), &good);
            }
        }
        for column in ["root", "leaves", "sealed"] {
            let sql = format!("SELECT {column} FROM kept WHERE no = ?1");
            let good: Vec<u8> = raw.query_row(&sql, [no], |row| row.get(0)).unwrap();
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 1 << (at % 8);
                try_change(no, column, &bad, &good);
            }
            try_change(no, column, &[good.as_slice(), b"x"].concat(), &good);
        }
    }
    assert!(tried > 2_500, "{tried}");
    assert!(check_file(&path).is_ok());
}

/// Whatever byte of the file changes: the check fails, or every column is as it was.
#[test]
fn changed_bytes_of_the_file_are_found_or_harmless() {
    let (directory, path) = small_file();
    backup(&path, &directory.path().join("copy.db"), None, &mut |_| {}).unwrap();
    let good = fs::read(directory.path().join("copy.db")).unwrap();
    let rows = small().rows();
    let target = directory.path().join("changed.db");
    let mut found = 0;
    for at in (0..good.len()).step_by(5) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&target, &bad).unwrap();
        if check_file(&target).is_err() {
            found += 1;
        } else {
            assert_eq!(
                SqliteReader::open(&target).unwrap().read(0, 100).unwrap(),
                rows,
                "byte {at}"
            );
        }
    }
    assert!(found > 300, "{found}");
}

/// A page that cannot be read: the first frame on it is named.
#[test]
fn an_unreadable_page_names_its_first_frame() {
    let (directory, path) = place();
    let mut ledger = Ledger::open(SqliteStore::create(&path).unwrap(), options()).unwrap();
    for version in 1..400 {
        ledger
            .append(&[Draft {
                open: &[5; 200],
                ..draft(1, version, 0)
            }])
            .unwrap();
    }
    drop(ledger);
    let raw = Connection::open(&path).unwrap();
    raw.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))
        .unwrap();
    drop(raw);
    let good = fs::read(&path).unwrap();
    let pages = good.len() / 4096;
    assert!(pages > 20, "{pages}");
    let target = directory.path().join("changed.db");
    let mut named = Vec::new();
    for page in [3, 7, 12, pages - 1] {
        let mut bad = good.clone();
        bad[page * 4096..][..4096].fill(0xa5);
        fs::write(&target, &bad).unwrap();
        let mut reader = SqliteReader::open(&target).unwrap();
        let fault = check(&mut reader, None).unwrap_err();
        assert!(matches!(fault.what, FaultKind::Unreadable(_)), "{fault}");
        // All frames before the named one can be read, it cannot.
        let before = reader.read(0, fault.frame as usize).unwrap();
        assert_eq!(before.len() as u64, fault.frame);
        assert!(reader.read(fault.frame, 1).is_err());
        named.push(fault.frame);
    }
    assert!(named.is_sorted() && named[0] < named[3], "{named:?}");
    // Not a database at all, and one that was cut short.
    fs::write(&target, vec![0x5a; 8192]).unwrap();
    assert!(matches!(
        SqliteReader::open(&target),
        Err(StoreError::Corrupt { .. })
    ));
    fs::write(&target, &good[..good.len() / 2]).unwrap();
    assert!(check_file(&target).is_err());
}

#[test]
fn blanked_bytes_are_gone_from_the_files() {
    let (directory, path) = place();
    let secret = b"caller Ada Lovelace, 12 St James's Square";
    let mut ledger = Ledger::open(SqliteStore::create(&path).unwrap(), options()).unwrap();
    let with = Draft {
        personal: Some(secret),
        ..draft(1, 1, 0)
    };
    ledger.append(&[draft(2, 1, 0), with]).unwrap();
    let holds_secret = || {
        fs::read_dir(directory.path()).unwrap().any(|file| {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            bytes.windows(secret.len()).any(|window| window == secret)
        })
    };
    assert!(holds_secret());
    ledger.blank(&[1]).unwrap();
    assert!(!holds_secret());
    let report = check_file(&path).unwrap();
    assert_eq!((report.erased, report.root), (1, ledger.frontier().root()));
}

#[test]
fn a_backup_of_a_running_ledger_restores_to_the_same() {
    let (directory, path) = small_file();
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    ledger.append(&[draft(1, 1, 0)]).unwrap();
    let copy = directory.path().join("backup.db");
    let report = backup(&path, &copy, None, &mut |_| {}).unwrap();
    assert_eq!(
        (report.verified.events, report.verified.root),
        (13, ledger.frontier().root())
    );
    assert!(matches!(
        backup(&path, &copy, None, &mut |_| {}),
        Err(BackupError::Exists(_))
    ));
    ledger.append(&[draft(1, 2, 0)]).unwrap();
    let restored = directory.path().join("restored.db");
    restore(&copy, &restored, None, &mut |_| {}).unwrap();
    let rows = SqliteReader::open(&restored).unwrap().read(0, 100).unwrap();
    assert_eq!(rows, SqliteReader::open(&path).unwrap().read(0, 6).unwrap());
    assert!(SqliteStore::open_writer(&restored).is_ok());
    assert!(matches!(
        restore(&copy, &restored, None, &mut |_| {}),
        Err(BackupError::Exists(_))
    ));
    // Older than what was signed: refused, and nothing is put in place.
    let signed = Checkpoint {
        origin: "test.example/center".to_owned(),
        size: ledger.size(),
        root: ledger.frontier().root(),
    };
    let other = directory.path().join("other.db");
    let error = restore(&copy, &other, Some(&signed), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("is damaged: frame 6"), "{error}");
    assert!(!other.exists() && !directory.path().join("other.db.part").exists());
    // A damaged backup: likewise.
    let mut bytes = fs::read(&copy).unwrap();
    let at = bytes
        .windows(3)
        .rposition(|window| window == b"ENR")
        .unwrap();
    bytes[at] ^= 1;
    fs::write(&copy, bytes).unwrap();
    assert!(matches!(
        restore(&copy, &other, None, &mut |_| {}),
        Err(BackupError::Damaged { .. })
    ));
    assert!(!other.exists());
}

#[test]
fn the_checkpointer_reads_through_a_connection_of_its_own() {
    let (directory, path) = small_file();
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    let signer = Signer::from_seed("test.example/center", &[7; 32]);
    let gate = Gate::open(&directory.path().join("gate")).unwrap();
    let reader = SqliteReader::open(&path).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(reader), signer, gate);
    assert_eq!(
        checkpointer.advance().unwrap().root,
        ledger.frontier().root()
    );
    for version in 1..4 {
        ledger.append(&[draft(1, version, 0)]).unwrap();
        let signed = checkpointer.advance().unwrap();
        assert_eq!(
            (signed.size, signed.root),
            (ledger.size(), ledger.frontier().root())
        );
    }
}
