//! One sequencer per center: decide, append, evolve, publish, acknowledge, in this order.
//!
//! [`Engine::submit`] hands a command to the sequencer's bounded queue. The sequencer drains the
//! queue, decides each command against the speculative state, appends the batch as one frame, and
//! only when the frame is durable publishes the new state and answers. An acknowledgement means:
//! durable, hashed, provable. While a frame is on its way to the disk, the next batch is decided against
//! the state that will stand; if the frame fails, that batch is undone too. Readers work on immutable snapshots and never hold the sequencer up.
//!
//! What is *absent*: no HTTP, no rights, no sessions; no second write path. The state, the
//! archive and the snapshot file are projections of the ledger and can be thrown away.

mod archive;
mod blanks;
mod clock;
mod committer;
mod data_dir;
mod engine;
mod entry;
mod erasure;
mod evidence;
mod history;
mod idempotency;
mod outside;
mod program;
mod publisher;
mod read;
mod reads;
mod recovery;
mod sealer;
mod sequencer;
mod shipper;
mod signer;
mod snapshot_file;
mod store;
mod submission;
mod touched;
mod witnesses;
mod worker;

pub use archive::ArchiveError;
pub use blanks::{Blanks, explain_blanks};
pub use clock::{Clock, wall_clock};
pub use data_dir::{DataDir, DataDirError};
pub use engine::{Engine, Health, OpenError, Options};
pub use entry::EntryError;
pub use erasure::ErasureReach;
pub use evidence::{Evidence, Examined, NoEvidence, Shown, Unsound, examine};
pub use history::HistoryPage;
pub use outside::NoProof;
pub use publisher::Published;
pub use read::{ReadError, read_ledger};
pub use reads::{
    ConsultationProof, Kept, Listed, ProvenRead, ReadWanted, Reading, Recorded, Unproven,
    WordsKept, check_consultation,
};
pub use recovery::Recovered;
pub use shipper::{ShipOnce, ShipPlace, ShipTo, Shipping, ShippingError};
pub use store::Stores;
pub use submission::{Receipt, RequestKey, Submission, SubmitError, Ticket};
pub use touched::Touched;
pub use witnesses::{PostRequest, PostTo, WitnessStatus, Witnessing};

#[cfg(test)]
mod tests;
