//! An emergency of a crew of our own: its button, a mayday on the air, or answers that stay out.

mod declare;
mod end;

use minicbor::{Decode, Encode};

pub use declare::{DeclareEmergency, EmergencyDeclared};
pub use end::{EmergencyEnded, EndEmergency};

use crate::{IncidentId, Timestamp, call::names};

/// How it became known that a crew is in need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum EmergencyCause {
    /// The crew pressed the emergency button.
    #[n(0)]
    Button,
    /// The crew, or somebody who saw it, called mayday.
    #[n(1)]
    Mayday,
    /// The crew did not answer when it was asked whether it is well.
    #[n(2)]
    MissedChecks,
}

names! { EmergencyCause {
    Button => "button",
    Mayday => "mayday",
    MissedChecks => "missed_checks",
} }

/// A unit's emergency that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Emergency {
    /// Since when.
    #[n(0)]
    pub since: Timestamp,
    /// How it became known.
    #[n(1)]
    pub cause: EmergencyCause,
    /// On which incident the unit was, if on any.
    #[n(2)]
    pub incident: Option<IncidentId>,
}
