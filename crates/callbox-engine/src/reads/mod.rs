//! Reads on the record: gathered into batches, written before anything is shown.
//!
//! A reader waits for the commit of the batch that holds the read. A lone read is committed at once;
//! while a batch is on its way the next one gathers. When the ledger cannot be written, reads of
//! cases are refused, and reads of live work go to a spool file that is taken over later.

mod batcher;
mod index;
mod list;
mod proof;
mod spool;

use callbox_domain::{
    ActorId, Consultation, Digest, IncidentId, KeptRead, ReadAct, ReadObject, ReadOutcome,
    ReadPurpose, ReadWords, Stream, Text, Timestamp, events::ConsultationsRecorded,
};
use callbox_ledger::{Frontier, Hash, VaultError, leaf_hash, sha256};

pub(crate) use batcher::{Batcher, BatcherSetup};
pub(crate) use index::Index;
pub use list::{Kept, Listed, ReadWanted, WordsKept};
pub use proof::{ConsultationProof, ProvenRead, Unproven, check_consultation};

use crate::sealer::Sealer;

/// A read that is to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorId,
    /// What.
    pub object: ReadObject,
    /// In which way.
    pub act: ReadAct,
    /// Why.
    pub purpose: Option<ReadPurpose>,
    /// Whether it is shown.
    pub outcome: ReadOutcome,
    /// The case's or incident's number, as the reader gave it.
    pub number: Option<Text>,
    /// The reason in the reader's words.
    pub reason: Option<Text>,
    /// The grant by which the usual way is gone around.
    pub grant: Option<u64>,
    /// Whether it goes on without the ledger: who dispatches needs the board.
    pub is_live: bool,
}

/// Where a read was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// In the ledger.
    Ledger,
    /// In the spool: the ledger cannot be written now.
    Spool,
}

/// The erasure domain of what a reader said.
fn domain_of(object: ReadObject, day: u32) -> Stream {
    match object.incident() {
        Some(incident) => Stream::Incident(incident),
        None => Stream::Consultations(day),
    }
}

/// The day of a time, in days since 1970.
fn day_of(at: Timestamp) -> u32 {
    u32::try_from(at.micros().div_euclid(86_400_000_000)).unwrap_or(0)
}

/// Encodes and seals one read; `keeps_words` is off where what was read is erased.
fn keep(
    sealer: &Sealer,
    reading: &Reading,
    day: u32,
    keeps_words: bool,
) -> Result<KeptRead, VaultError> {
    let salt = random()?;
    let said = reading.number.is_some() || reading.reason.is_some();
    let words = (said && keeps_words)
        .then(|| {
            Ok::<_, VaultError>(
                ReadWords {
                    salt: random()?,
                    number: reading.number.clone(),
                    reason: reading.reason.clone(),
                }
                .to_bytes(),
            )
        })
        .transpose()?;
    let record = Consultation {
        at: reading.at,
        actor: reading.actor,
        object: reading.object,
        act: reading.act,
        purpose: reading.purpose,
        outcome: reading.outcome,
        words: words.as_ref().map(|words| Digest(sha256(words).0)),
        grant: reading.grant,
    };
    let domain = domain_of(reading.object, day);
    let words = words
        .map(|words| sealer.seal_words(domain, &salt, &words))
        .transpose()?;
    Ok(KeptRead {
        salt,
        record: record.to_bytes(),
        words,
    })
}

fn random() -> Result<[u8; 16], VaultError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(bytes)
}

fn hashes(reads: &[KeptRead]) -> Vec<Hash> {
    reads.iter().map(|read| leaf_hash(&read.leaf())).collect()
}

fn root(reads: &[KeptRead]) -> Digest {
    let mut frontier = Frontier::empty();
    for hash in hashes(reads) {
        frontier.push(hash);
    }
    Digest(frontier.root().0)
}

/// Notes which incidents the keys of readers' words serve, where a crash made the vault forget it.
pub(crate) fn claim(sealer: &Sealer, recorded: &ConsultationsRecorded) -> Result<(), VaultError> {
    for read in recorded.reads.known().into_iter().flatten() {
        if let (Some(words), Ok(record)) = (&read.words, Consultation::from_bytes(&read.record)) {
            sealer.claim_words(domain_of(record.object, recorded.day), words)?;
        }
    }
    Ok(())
}

/// Whether the words of a read about `incident` may be kept: of what is erased none are.
fn keeps_words(center: &callbox_domain::Center, incident: Option<IncidentId>) -> bool {
    incident.is_none_or(|incident| !center.is_erased(incident))
}
