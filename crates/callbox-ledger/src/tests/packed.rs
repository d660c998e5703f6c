//! Ledgers whose leaves are stored packed.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::*;

/// Large enough that packing pays, as under load.
const GROUP: u32 = 64;

fn groups<S: Store>(store: S) -> Ledger<S> {
    let mut ledger = Ledger::open(store, options()).unwrap();
    for group in 0..3_u32 {
        let drafts: Vec<Draft<'_>> = (0..GROUP)
            .map(|i| draft(1, group * GROUP + i + 1, i64::from(i) * 1_000))
            .collect();
        ledger.append(&drafts).unwrap();
    }
    ledger
}

fn packed_file() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    groups(SqliteStore::create(&path).unwrap());
    (directory, path)
}

fn rows(path: &Path) -> Result<Vec<crate::FrameRow>, StoreError> {
    SqliteReader::open(path)?.read(0, 100)
}

#[test]
fn packed_leaves_are_smaller_and_read_back_as_they_were_hashed() {
    let (_directory, path) = packed_file();
    let memory = MemoryStore::new();
    let root = groups(memory.clone()).frontier().root();
    assert_eq!(rows(&path).unwrap(), memory.rows());
    let report = check(&mut SqliteReader::open(&path).unwrap(), None).unwrap();
    assert_eq!((report.events, report.root), (u64::from(3 * GROUP), root));
    let raw = Connection::open(&path).unwrap();
    let stored: isize = raw
        .query_row("SELECT length(leaves) FROM frame WHERE no = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let leaves = memory.rows()[1].leaves.len() as isize;
    assert!(stored * 2 < leaves, "{stored} of {leaves} bytes");
}

/// Every bit of a packed column, changed as an administrator would: the check fails, or reads the
/// very leaves that were hashed.
#[test]
fn changed_bits_of_packed_leaves_are_found_or_harmless() {
    let (_directory, path) = packed_file();
    let good = rows(&path).unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("DROP TRIGGER frame_is_append_only_update")
        .unwrap();
    let stored: Vec<u8> = raw
        .query_row("SELECT leaves FROM frame WHERE no = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let put = |bytes: &[u8]| {
        let sql = "UPDATE frame SET leaves = ?1 WHERE no = 1";
        assert_eq!(raw.execute(sql, params![bytes]).unwrap(), 1);
    };
    let (mut found, mut harmless) = (0, 0);
    for at in 0..stored.len() {
        let mut bad = stored.clone();
        bad[at] ^= 1 << (at % 8);
        put(&bad);
        match check(&mut SqliteReader::open(&path).unwrap(), None) {
            Err(fault) => {
                assert_eq!(fault.frame, 1, "{fault}");
                found += 1;
            }
            Ok(_) => {
                assert_eq!(rows(&path).unwrap(), good, "byte {at}");
                harmless += 1;
            }
        }
    }
    assert!(found > 9 * harmless, "{found} found, {harmless} harmless");
    put(&stored);
    assert!(check(&mut SqliteReader::open(&path).unwrap(), None).is_ok());
}

#[test]
fn a_ledger_of_the_format_before_is_read_and_goes_on() {
    let (_directory, path) = packed_file();
    let memory = MemoryStore::new();
    groups(memory.clone());
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("DROP TRIGGER frame_is_append_only_update; PRAGMA user_version=1")
        .unwrap();
    for row in memory.rows() {
        let sql = "UPDATE frame SET leaves = ?1 WHERE no = ?2";
        raw.execute(sql, params![row.leaves, row.no as i64])
            .unwrap();
    }
    assert_eq!(rows(&path).unwrap(), memory.rows());
    let mut ledger = Ledger::open(SqliteStore::open_writer(&path).unwrap(), options()).unwrap();
    ledger.append(&[draft(1, 3 * GROUP + 1, 0)]).unwrap();
    let version: i64 = raw
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 3, "a program that cannot unpack must say so");
}
