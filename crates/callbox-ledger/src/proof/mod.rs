//! The proof of one event as a text that holds for itself (C2SP tlog-proof).

mod prove;
mod verify;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use prove::{Proven, prove_event, prove_event_from_tiles};
pub use verify::{ProofError, VerifiedEvent, verify_proof};

use crate::checkpoint::parse_decimal;
use crate::hash::Hash;
use crate::leaf::MAX_LEAF;
use crate::note::MAX_NOTE_BYTES;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 leaves has no longer path.
const MAX_HASHES: usize = 64;
/// The most bytes of a proof: a leaf in base64, 64 hashes and a note.
pub const MAX_PROOF_BYTES: usize =
    MAX_LEAF.div_ceil(3) * 4 + MAX_HASHES * 45 + MAX_NOTE_BYTES + 256;

/// Holds a proof taken apart; nothing in it is trusted before [`verify_proof`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Data that the proof does not cover; callbox puts the leaf here, so that one file suffices.
    pub extra: Option<Vec<u8>>,
    /// The event's position.
    pub seq: u64,
    /// The path from the leaf's sibling to the root.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, with cosignatures if it has any.
    pub note: String,
}

impl TlogProof {
    /// Reads a proof of at most [`MAX_PROOF_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofError::Shape("it is too long"));
        }
        let (head, note) = text.split_once("\n\n").ok_or(ProofError::Shape(
            "it has no checkpoint after an empty line",
        ))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ProofError::Shape(
                "its first line is not c2sp.org/tlog-proof@v1",
            ));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            None => None,
            Some(line) => Some(
                STANDARD
                    .decode(&line["extra ".len()..])
                    .map_err(|_| ProofError::Shape("its extra line is not base64"))?,
            ),
        };
        let seq = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or(ProofError::Shape("its index line is missing or no number"))?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == MAX_HASHES {
                return Err(ProofError::Shape("it has more than 64 hashes"));
            }
            hashes.push(
                Hash::from_base64(line)
                    .ok_or(ProofError::Shape("a line is not the base64 of a hash"))?,
            );
        }
        Ok(Self {
            extra,
            seq,
            hashes,
            note: note.to_owned(),
        })
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.seq)?;
        for hash in &self.hashes {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.note)
    }
}
