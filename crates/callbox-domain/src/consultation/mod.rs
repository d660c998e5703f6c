//! Reads of personal data on the record: who read what, when and why.
//!
//! Reads come in batches. A batch is one event whose leaf shows how many there were and the root of
//! a Merkle tree over them, so that one read can be proven without showing the others.

mod batch;
mod glass;
mod purpose;
mod record;

use minicbor::{Decode, Encode};

pub use batch::{ConsultationsRecorded, KeptRead, MAX_READ_BYTES, MAX_READS, RecordConsultations};
pub use glass::{
    BreakGlass, BreakGlassOpened, BreakGlassReviewed, BreakGlassSeen, GLASS_SECONDS, Grant,
    GrantCounts, MAX_UNREVIEWED, ReviewBreakGlass, SeeBreakGlass,
};
pub use purpose::{PurposeRow, ReadPurpose};
pub use record::{Consultation, ReadAct, ReadObject, ReadOutcome, ReadWords};

/// What the state knows of reads: how many there were, and how far the spool is taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ConsultationCounts {
    /// How many batches stand on the record.
    #[n(0)]
    pub batches: u64,
    /// How many reads they hold.
    #[n(1)]
    pub reads: u64,
    /// The day of the newest batch, in days since 1970: batches of one day are one stream.
    #[n(2)]
    pub(crate) day: u32,
    /// The version of that day's stream.
    #[n(3)]
    pub(crate) version: u32,
    /// The number of the last spool that was taken over.
    #[n(4)]
    pub spool: u64,
}
