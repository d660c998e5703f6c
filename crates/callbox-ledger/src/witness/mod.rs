//! Witnesses: others who sign that this ledger only grows (C2SP tlog-witness, tlog-cosignature).
//!
//! [`Witness`] answers, [`WitnessClient`] asks. Neither knows HTTP: both take and give bytes.

mod client;
mod request;
mod server;
mod state;

pub use client::{Post, WitnessClient, WitnessError};
pub use request::{AddCheckpoint, MAX_REQUEST_BYTES};
pub use server::{Witness, WitnessAnswer, WitnessSetupError};
pub use state::{Seen, WitnessFile, WitnessState, WitnessStateError};
