//! `callbox ledger ship` and `check-shipped`: a copy elsewhere, by frame number.

use std::path::PathBuf;

use callbox_engine::{ShipOnce, ShippingError};
use callbox_ledger::{Gate, Progress, ShipError, ShippedCopy, SqliteReader};
use clap::Args;
use serde_json::json;

use super::super::{Data, Printed, objects, verify::key_of};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output,
};

#[derive(Debug, Args)]
pub(super) struct Ship {
    /// Where the ledger's copy is: a directory, made where it is missing, or an object store, as in
    /// s3://bucket/path
    #[arg(value_name = "PLACE")]
    ledger: PathBuf,
    /// Where the copies of the key vault and of the accounts are; apart from the ledger's copy
    #[arg(long, value_name = "PLACE")]
    vault: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
pub(super) struct CheckShipped {
    /// The ledger's copy
    #[arg(value_name = "PLACE")]
    ledger: PathBuf,
    /// The ledger's verifier key, from somebody you trust; else the one in the copy counts
    #[arg(long, value_name = "VERIFIER-KEY")]
    key: Option<String>,
    #[command(flatten)]
    printed: Printed,
}

/// Brings the copy up to the ledger once.
pub(super) fn ship(ship: &Ship) -> Outcome {
    let data = center::existing(&ship.data.data)?;
    let key = key_of(&data)?;
    let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
    let note = gate.note().map_err(|error| Failure::Check(chain(&error)))?;
    let mut reader =
        SqliteReader::open(&data.ledger_db()).map_err(|error| center::store(&error))?;
    let to = objects::ship_to(&ship.ledger, &ship.vault)?;
    let shipped = ShipOnce::open(&data, &to, &key)
        .and_then(|mut once| once.advance(&mut reader, note.as_deref()))
        .map_err(|error| failure(&error))?;
    let json = json!({
        "ledger": ship.ledger, "vault": ship.vault, "frames": shipped.frames,
        "events": shipped.events, "root": shipped.root.to_string(),
    });
    let text = format!(
        "{} holds {} events in {} frames, checked; {} holds the key vault and the accounts.",
        ship.ledger.display(),
        shipped.events,
        shipped.frames,
        ship.vault.display()
    );
    output::result(ship.printed.format, text, &json)
}

/// Reads and hashes a whole copy.
pub(super) fn check(check: &CheckShipped) -> Outcome {
    let fetched = objects::fetch(&check.ledger, &std::env::temp_dir())?;
    let directory = fetched
        .as_ref()
        .map_or(check.ledger.as_path(), |it| it.path());
    // What was fetched lies in a directory for a while; the place that was named is what is damaged.
    let told = |error: ShipError| match error {
        ShipError::Damaged { path, fault } => {
            let path = path.strip_prefix(directory).map_or(path.clone(), |within| {
                match within.as_os_str().is_empty() {
                    true => check.ledger.clone(),
                    false => check.ledger.join(within),
                }
            });
            ship_failure(&ShipError::Damaged { path, fault })
        }
        error => ship_failure(&error),
    };
    let mut copy = ShippedCopy::open(directory).map_err(told)?;
    let found = copy.key().map_err(told)?;
    if let Some(wanted) = check.key.as_deref().map(str::trim)
        && wanted != found.to_string()
    {
        return Err(Failure::Check(format!(
            "{} holds the ledger {found}, not {wanted}",
            check.ledger.display()
        )));
    }
    let bar = crate::progress::bar("verifying", None);
    let mut progress = |progress: Progress| bar.set_position(progress.events);
    let report = copy.check(&mut progress).map_err(told)?;
    bar.finish_and_clear();
    let verified = report.verified;
    let json = json!({
        "ok": true, "frames": verified.frames, "events": verified.events,
        "signed": report.signed, "erased": verified.erased, "root": verified.root.to_string(),
        "origin": found.name(),
    });
    let text = format!(
        "The copy is as it was written: {} events of {} in {} frames, {} of them signed.",
        verified.events,
        found.name(),
        verified.frames,
        report.signed
    );
    output::result(check.printed.format, text, &json)
}

fn failure(error: &ShippingError) -> Failure {
    match error {
        ShippingError::Frames(error) => ship_failure(error),
        ShippingError::Store(error) => center::store(error),
        ShippingError::Copy { .. } | ShippingError::Together => Failure::Input(chain(error)),
    }
}

pub(in crate::commands) fn ship_failure(error: &ShipError) -> Failure {
    match error {
        ShipError::Store(error) => center::store(error),
        ShipError::Forked { .. }
        | ShipError::Behind { .. }
        | ShipError::Damaged { .. }
        | ShipError::Ledger(_)
        | ShipError::Note(_) => Failure::Check(chain(error)),
        ShipError::Locked(_) => Failure::Refused(error.to_string()),
        _ => Failure::Input(chain(error)),
    }
}
