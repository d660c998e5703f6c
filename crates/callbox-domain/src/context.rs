use minicbor::{Decode, Encode};

use crate::{
    base::{ActorId, Timestamp},
    event::Event,
};

/// Why an act was done; stands in every leaf of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Purpose {
    /// Taking a call, sending help, keeping the record of it.
    #[n(1)]
    EmergencyResponse,
    /// Setting up the center: types, units, statuses.
    #[n(2)]
    Administration,
    /// Taking over an agency's own call history, with the times of that history.
    #[n(3)]
    HistoryImport,
    /// A demo or an exercise: nobody was in need.
    #[n(4)]
    Exercise,
    /// Keeping the service accountable: who read what.
    #[n(5)]
    Oversight,
}

impl Purpose {
    /// All purposes, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::EmergencyResponse,
        Self::Administration,
        Self::HistoryImport,
        Self::Exercise,
        Self::Oversight,
    ];

    /// The number in the leaf.
    pub const fn number(self) -> u8 {
        match self {
            Self::EmergencyResponse => 1,
            Self::Administration => 2,
            Self::HistoryImport => 3,
            Self::Exercise => 4,
            Self::Oversight => 5,
        }
    }

    /// The purpose with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.number() == number)
    }

    /// The words for it, as in `emergency-response`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmergencyResponse => "emergency-response",
            Self::Administration => "administration",
            Self::HistoryImport => "history-import",
            Self::Exercise => "exercise",
            Self::Oversight => "oversight",
        }
    }
}

/// The facts that come in with every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// When it happened; for a late entry earlier than when it is recorded.
    pub at: Timestamp,
    /// Who did it.
    pub actor: ActorId,
    /// Why.
    pub purpose: Purpose,
}

/// An event with its place in the ledger: what `evolve` folds.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Position in the ledger, from 0.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Who did it.
    pub actor: ActorId,
    /// Why.
    pub purpose: Purpose,
    /// What happened.
    pub event: Event,
}
