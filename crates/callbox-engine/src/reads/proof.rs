//! One read for somebody outside: that it stands in its batch, and the batch in the signed ledger.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callbox_domain::{Consultation, Event, ReadWords};
use callbox_ledger::{
    Hash, Malformed, Policy, ProofError, ProofFault, TlogProof, VerifiedEvent, VerifierKey,
    inclusion_path, leaf_hash, read_leaf, sha256, verify_inclusion, verify_proof,
};
use thiserror::Error;

use super::hashes;
use crate::{
    Engine, NoProof, ReadError, WordsKept,
    entry::{EntryError, entry_of},
};

const FIRST_LINE: &str = "callbox.consultation-proof/1";
/// A batch of 4,096 reads has no longer path.
const MAX_HASHES: usize = 12;

/// The proof of one read, taken apart; nothing in it is trusted before [`check_consultation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultationProof {
    /// The read's position in its batch.
    pub no: u64,
    /// What is hashed: the salt and the record.
    pub leaf: Vec<u8>,
    /// The reader's words, where they are handed over too.
    pub words: Option<Vec<u8>>,
    /// The path from the read's sibling to the batch's root.
    pub hashes: Vec<Hash>,
    /// The proof of the batch (C2SP tlog-proof), with its leaf.
    pub batch: String,
}

/// Why a read is not proven.
#[derive(Debug, Error)]
pub enum Unproven {
    /// There is no such read.
    #[error("the ledger has no such read")]
    Unknown,
    /// The ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its batch cannot be proven.
    #[error(transparent)]
    Batch(#[from] NoProof),
    /// The text is no proof of a read.
    #[error("this is not a proof of a read: {0}; check that the file was copied whole")]
    Shape(&'static str),
    /// The batch does not stand in the signed ledger.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The batch's leaf cannot be read.
    #[error("the batch's public part cannot be read: {0}")]
    Leaf(#[source] Malformed),
    /// The batch's leaf is not known to this version.
    #[error(transparent)]
    Content(#[from] EntryError),
    /// The event is no batch of reads.
    #[error("the event that is proven is no batch of reads")]
    NoBatch,
    /// The read does not stand in the batch.
    #[error("the read does not stand in its batch: {0}; the proof was changed")]
    NotInBatch(#[source] ProofFault),
    /// The words are not those that the read names.
    #[error("the words are not those that the record of the read names")]
    OtherWords,
}

impl ConsultationProof {
    /// Whether a text says that it is one.
    pub fn is_one(text: &str) -> bool {
        text.starts_with(FIRST_LINE)
    }

    /// Reads a proof.
    pub fn parse(text: &str) -> Result<Self, Unproven> {
        let (head, batch) = text
            .split_once("\n\n")
            .ok_or(Unproven::Shape("no proof of the batch follows"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(Unproven::Shape("its first line is another one"));
        }
        let no = lines
            .next()
            .and_then(|line| number(line.strip_prefix("index ")?))
            .ok_or(Unproven::Shape("its index line is missing or no number"))?;
        let bytes = |line: Option<&str>, name: &str| {
            let line = line.and_then(|line| line.strip_prefix(name));
            line.and_then(|line| STANDARD.decode(line).ok())
        };
        let leaf = bytes(lines.next(), "read ").ok_or(Unproven::Shape("its read is missing"))?;
        let words = match lines.next_if(|line| line.starts_with("words ")) {
            None => None,
            line => Some(bytes(line, "words ").ok_or(Unproven::Shape("its words are not base64"))?),
        };
        let hashes: Vec<Hash> = lines
            .map(Hash::from_base64)
            .collect::<Option<_>>()
            .ok_or(Unproven::Shape("a line is not the base64 of a hash"))?;
        if hashes.len() > MAX_HASHES {
            return Err(Unproven::Shape("it has too many hashes"));
        }
        Ok(Self {
            no,
            leaf,
            words,
            hashes,
            batch: batch.to_owned(),
        })
    }
}

/// A number in its one spelling: no sign, no zeros before it.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for ConsultationProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "index {}", self.no)?;
        writeln!(f, "read {}", STANDARD.encode(&self.leaf))?;
        if let Some(words) = &self.words {
            writeln!(f, "words {}", STANDARD.encode(words))?;
        }
        for hash in &self.hashes {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.batch)
    }
}

/// What the proof of a read has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvenRead {
    /// The read.
    pub read: Consultation,
    /// The reader's words, where they were handed over.
    pub words: Option<ReadWords>,
    /// How many reads the batch has.
    pub count: u32,
    /// The batch in the signed ledger.
    pub batch: VerifiedEvent,
}

impl Engine {
    /// The proof of read `no` in the batch at `seq`, with the reader's words where `with_words`. It
    /// shows no other read. The caller checks the right, and records this read.
    pub fn prove_consultation(
        &self,
        seq: u64,
        no: u32,
        with_words: bool,
    ) -> Result<ConsultationProof, Unproven> {
        let kept = self.batch(seq)?.ok_or(Unproven::Unknown)?;
        let read = kept.batch.get(no as usize).ok_or(Unproven::Unknown)?;
        let listed = self.listed(seq, no, kept.day, read)?;
        let words = match listed.ok_or(Unproven::Unknown)?.words {
            WordsKept::Known(words) if with_words => Some(words.to_bytes()),
            _ => None,
        };
        let hashes = inclusion_path(&hashes(&kept.batch), no as usize).ok_or(Unproven::Unknown)?;
        Ok(ConsultationProof {
            no: no.into(),
            leaf: read.leaf(),
            words,
            hashes,
            batch: self.prove(seq, None)?.proof,
        })
    }
}

/// Checks the proof of one read with nothing but the ledger's key: no server, no other read.
pub fn check_consultation(
    text: &str,
    key: &VerifierKey,
    policy: Option<&Policy>,
) -> Result<ProvenRead, Unproven> {
    let proof = ConsultationProof::parse(text)?;
    let batch_leaf = TlogProof::parse(&proof.batch)?
        .extra
        .ok_or(Unproven::NoBatch)?;
    let batch = verify_proof(&proof.batch, &batch_leaf, key, policy)?;
    let leaf = read_leaf(&batch_leaf).map_err(Unproven::Leaf)?;
    let Event::ConsultationsRecorded(recorded) = entry_of(batch.seq, &leaf, None)?.event else {
        return Err(Unproven::NoBatch);
    };
    let (count, root) = (recorded.count, Hash(recorded.root.0));
    let hash = leaf_hash(&proof.leaf);
    verify_inclusion(hash, proof.no, count.into(), &proof.hashes, root)
        .map_err(Unproven::NotInBatch)?;
    let (_, record) = proof
        .leaf
        .split_first_chunk::<16>()
        .ok_or(Unproven::Shape("its read is too short"))?;
    let read = Consultation::from_bytes(record)
        .map_err(|_| Unproven::Shape("its read cannot be understood"))?;
    let words = proof
        .words
        .map(|words| {
            if read.words.map(|digest| digest.0) != Some(sha256(&words).0) {
                return Err(Unproven::OtherWords);
            }
            ReadWords::from_bytes(&words).map_err(|_| Unproven::OtherWords)
        })
        .transpose()?;
    Ok(ProvenRead {
        read,
        words,
        count,
        batch,
    })
}
