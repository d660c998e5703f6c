//! Which routes read what; a route that may read personal data and has no row is refused.

use crate::{access::rights::Action, security::Verb};

/// What a route reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing that concerns a person, or what the handler asks the gate for itself.
    Nothing,
    /// The live board, with places and callers of what happens now.
    Board,
    /// The live board's stream: its end is recorded too.
    Stream,
    /// The incident in the path.
    Incident,
    /// The incident in the path, as a file that leaves the service.
    HandOut,
    /// The notes about places, all of them.
    Premises,
    /// The notes at a place that somebody works on.
    PremisesAt,
    /// What is held, asked for and erased.
    Erasures,
    /// The public parts of all events.
    Events,
    /// The record of reads.
    Consultations,
    /// What is recorded of one's own reads.
    OwnReads,
}

const ROWS: &[(Verb, &str, Need)] = &[
    (Verb::Get, "/board", Need::Board),
    (Verb::Get, "/map", Need::Board),
    (Verb::Get, "/api/v1/board", Need::Board),
    (Verb::Get, "/api/v1/live", Need::Stream),
    // Where units drive to is on the board.
    (Verb::Get, "/api/v1/ways", Need::Board),
    // Open incidents are the board; of closed ones the handler withholds the places.
    (Verb::Get, "/api/v1/incidents", Need::Board),
    (Verb::Get, "/incidents/{id}", Need::Incident),
    (Verb::Get, "/incidents/{id}/proofs/{seq}", Need::Incident),
    (Verb::Get, "/api/v1/incidents/{id}", Need::Incident),
    (Verb::Get, "/api/v1/incidents/{id}/timeline", Need::Incident),
    (
        Verb::Get,
        "/api/v1/incidents/{id}/recommendation",
        Need::Incident,
    ),
    (
        Verb::Get,
        "/api/v1/incidents/{id}/after-action",
        Need::HandOut,
    ),
    // Without places unless a purpose was stated.
    (Verb::Get, "/history", Need::Nothing),
    (Verb::Get, "/api/v1/history", Need::Nothing),
    (Verb::Get, "/premises", Need::Premises),
    (Verb::Get, "/api/v1/premises/notes", Need::Premises),
    (Verb::Post, "/api/v1/premises/at", Need::PremisesAt),
    (Verb::Get, "/erasures", Need::Erasures),
    (Verb::Get, "/incidents/{id}/erasure", Need::Erasures),
    (
        Verb::Get,
        "/incidents/{id}/erasure/certificate",
        Need::Erasures,
    ),
    (Verb::Get, "/api/v1/erasures", Need::Erasures),
    (Verb::Get, "/api/v1/incidents/{id}/erasure", Need::Erasures),
    (Verb::Get, "/ledger/tile/entries/{*rest}", Need::Events),
    (Verb::Get, "/consultations", Need::Consultations),
    (Verb::Get, "/api/v1/consultations", Need::Consultations),
    (Verb::Get, "/account/reads", Need::OwnReads),
    (Verb::Get, "/api/v1/me/reads", Need::OwnReads),
    (
        Verb::Get,
        "/consultations/{seq}/{no}/proof",
        Need::Consultations,
    ),
];

/// What a route reads; `None` where it may read personal data and nobody has said what.
pub(crate) fn needs(verb: Verb, path: &str, action: Action) -> Option<Need> {
    let row = ROWS.iter().find(|row| (row.0, row.1) == (verb, path));
    let reads = matches!(
        action,
        Action::ReadIncident
            | Action::ReadHistory
            | Action::ReadPremises
            | Action::HandOut
            | Action::ReadErasures
            | Action::AuditRecord
            | Action::ReadConsultations
            | Action::ReadOwnReads
    );
    match row {
        Some((.., need)) => Some(*need),
        None if reads && verb == Verb::Get => None,
        None => Some(Need::Nothing),
    }
}

/// The paths of all rows, for the test that holds them against the routes.
#[cfg(test)]
pub(crate) fn rows() -> impl Iterator<Item = (Verb, &'static str)> {
    ROWS.iter().map(|(verb, path, _)| (*verb, *path))
}
