//! The record's face for outsiders: checkpoint, keys, tiles, proofs, and the page that checks them.

mod proof;
mod public;
mod verifier;

use crate::{
    access::rights::Action,
    mount::Mount,
    security::{Route, get},
};

/// What outsiders can read; see C2SP tlog-tiles.
pub(crate) const ROUTES: &[Route] = &[
    get(
        "/ledger/checkpoint",
        Action::ReadOpenly,
        "outsiders check the record against it",
    ),
    get(
        "/ledger/keys",
        Action::ReadOpenly,
        "outsiders check the checkpoint's signature with it",
    ),
    get(
        "/ledger/tile/{level}/{*rest}",
        Action::ReadOpenly,
        "outsiders check with hashes alone that the record only grows",
    ),
    get(
        "/ledger/tile/entries/{*rest}",
        Action::AuditRecord,
        "an auditor reads what was recorded, without anybody's data",
    ),
    get(
        "/ledger/verify.html",
        Action::ReadOpenly,
        "whoever holds a proof can check it without our program",
    ),
    get(
        "/incidents/{id}/proofs/{seq}",
        Action::ReadIncident,
        "a court is handed one event with its proof",
    ),
];

/// The routes' handlers.
pub(crate) fn router() -> Mount {
    Mount::new()
        .get("/ledger/checkpoint", public::checkpoint)
        .get("/ledger/keys", public::keys)
        .get("/ledger/tile/{level}/{*rest}", public::tile)
        .get("/ledger/tile/entries/{*rest}", public::entries)
        .get("/ledger/verify.html", verifier::show)
        .get("/incidents/{id}/proofs/{seq}", proof::download)
}

pub(crate) use public::Incompressible;
