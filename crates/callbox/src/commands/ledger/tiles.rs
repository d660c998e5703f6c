//! `callbox ledger export-tiles` and `check-tiles`: the record as files that anybody can host.

use std::path::PathBuf;

use callbox_ledger::{
    Checkpoint, SqliteReader, TileError, TileReader, TileReport, audit_tiles, export_tiles,
};
use clap::Args;
use serde_json::json;

use super::super::{Data, Printed, verify::key_of};
use super::keys::LogKeys;
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output,
};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Where the hash tiles and the checkpoint go; an export that was stopped goes on
    #[arg(value_name = "DIR")]
    tiles: PathBuf,
    /// Where the events' public parts go, for auditors only
    #[arg(long, value_name = "DIR")]
    entries: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The exported tiles
    #[arg(value_name = "DIR")]
    tiles: PathBuf,
    /// The exported events; each is then hashed too
    #[arg(long, value_name = "DIR")]
    entries: Option<PathBuf>,
    /// The ledger's verifier keys, one a line, from somebody you trust
    #[arg(long, value_name = "VERIFIER-KEYS")]
    key: String,
    #[command(flatten)]
    printed: Printed,
}

/// Writes the tiles of everything that is signed.
pub(super) fn export(export: &Export) -> Outcome {
    let data = center::existing(&export.data.data)?;
    let key = key_of(&data)?;
    let note = super::signed_note(&data)?;
    // The same checkpoint with cosignatures, where enough witnesses gave them.
    let covers = |note: &str| Checkpoint::open(note, &key).map_or(0, |signed| signed.size);
    let note = match super::cosigned_note(&data)? {
        Some((cosigned, size)) if size == covers(&note) => cosigned,
        _ => note,
    };
    let mut reader =
        SqliteReader::open(&data.ledger_db()).map_err(|error| center::store(&error))?;
    let entries = export.entries.as_deref();
    let report = export_tiles(&mut reader, &note, &key, &export.tiles, entries)
        .map_err(|error| failure(&error))?;
    print("exported", &report, &export.printed)
}

/// Checks exported tiles with nothing but the files and the key.
pub(super) fn check(check: &Check) -> Outcome {
    let keys = LogKeys::parse(&check.key)?;
    let unsound = |error: TileError| Failure::Check(chain(&error));
    let report =
        audit_tiles(&check.tiles, check.entries.as_deref(), &keys.first).map_err(unsound)?;
    let note = TileReader::new(&check.tiles)
        .checkpoint()
        .map_err(unsound)?;
    keys.all_signed(note.as_deref().unwrap_or_default())?;
    print("the tiles are good:", &report, &check.printed)
}

fn failure(error: &TileError) -> Failure {
    match error {
        TileError::Store(error) => center::store(error),
        _ => Failure::Input(chain(error)),
    }
}

fn print(what: &str, report: &TileReport, printed: &Printed) -> Outcome {
    let json = json!({"events": report.size, "read": report.read});
    let text = format!("{what} {} signed events", report.size);
    output::result(printed.format, text, &json)
}
