use minicbor::{Decode, Encode};

use crate::{
    Center, Context, Digest, Entry, Event, Personal, Refusal,
    command::Verb,
    event::{Payload, personal},
};

/// The most reads in one batch.
pub const MAX_READS: usize = 4_096;
/// The most bytes of the reads in one batch: a personal payload has at most 64 KiB.
pub const MAX_READ_BYTES: usize = 56 * 1_024;

/// One read as a batch keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeptRead {
    /// Random: what is hashed is the salt and then the record, so that a hash tells nothing.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: [u8; 16],
    /// The encoded [`Consultation`](super::Consultation).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub record: Vec<u8>,
    /// The encoded [`ReadWords`](super::ReadWords), sealed for the incident that was read.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub words: Option<Vec<u8>>,
}

impl KeptRead {
    /// What is hashed as a leaf of the batch's tree.
    pub fn leaf(&self) -> Vec<u8> {
        [&self.salt[..], &self.record].concat()
    }

    /// How many bytes it adds to a batch at most.
    pub fn bytes(&self) -> usize {
        self.salt.len() + self.record.len() + self.words.as_ref().map_or(0, Vec::len) + 16
    }
}

/// Records that personal data was read; the shell gathers reads and computes the root.
///
/// A spool whose number is not higher than that of the last one changes nothing: it is on the record
/// already. Refusals: too many reads at once.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordConsultations {
    /// The day, in days since 1970.
    pub day: u32,
    /// The root of the Merkle tree over the reads (RFC 6962), each leaf its salt and its record.
    pub root: Digest,
    /// The number of the spool that held them while the ledger could not be written.
    pub spool: Option<u64>,
    /// The reads, in their order.
    pub reads: Vec<KeptRead>,
}

/// Personal data was read.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ConsultationsRecorded {
    /// The day, in days since 1970.
    #[n(0)]
    pub day: u32,
    /// How many reads.
    #[n(1)]
    pub count: u32,
    /// The root of the Merkle tree over them.
    #[n(2)]
    pub root: Digest,
    /// The number of the spool that held them while the ledger could not be written.
    #[n(3)]
    pub spool: Option<u64>,
    /// The reads.
    #[cbor(skip)]
    pub reads: Personal<Vec<KeptRead>>,
}

impl Verb for RecordConsultations {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let counts = &center.consultations;
        if self.reads.is_empty() || self.spool.is_some_and(|spool| spool <= counts.spool) {
            return Ok(vec![]);
        }
        let bytes: usize = self.reads.iter().map(KeptRead::bytes).sum();
        if self.reads.len() > MAX_READS || bytes > MAX_READ_BYTES {
            return Err(Refusal::TooMany {
                what: "a batch of reads",
                max: MAX_READS,
            });
        }
        Ok(vec![
            ConsultationsRecorded {
                // A clock that went back does not turn the days around.
                day: self.day.max(counts.day),
                count: self.reads.len() as u32,
                root: self.root,
                spool: self.spool,
                reads: Personal::Known(self.reads.clone()),
            }
            .into(),
        ])
    }
}

impl Payload for ConsultationsRecorded {
    personal!(reads);

    fn evolve(&self, center: &mut Center, _: &Entry) {
        let counts = &mut center.consultations;
        counts.batches += 1;
        counts.reads += u64::from(self.count);
        if self.day != counts.day {
            (counts.day, counts.version) = (self.day, 0);
        }
        counts.spool = counts.spool.max(self.spool.unwrap_or(0));
    }
}
