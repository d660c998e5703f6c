use std::fmt;

use crate::checkpoint::parse_decimal;
use crate::hash::Hash;
use crate::note::MAX_NOTE_BYTES;

/// A consistency proof has at most so many hashes in a request.
const MAX_HASHES: usize = 63;
/// The most bytes of a request; a web server refuses longer bodies unread.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + MAX_HASHES * 45 + 64;

/// Holds the body of an `add-checkpoint` request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// How many events the witness has cosigned, as the ledger believes.
    pub old: u64,
    /// The consistency proof from there to the checkpoint.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

impl AddCheckpoint {
    /// Reads a body of at most [`MAX_REQUEST_BYTES`] bytes; an error says what is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, &'static str> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err("the request is too long");
        }
        let text = std::str::from_utf8(body).map_err(|_| "the request is not text")?;
        let (head, note) = text
            .split_once("\n\n")
            .ok_or("there is no checkpoint after an empty line")?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(parse_decimal)
            .ok_or("the first line should be 'old' and a number")?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_HASHES {
                return Err("the proof has more than 63 lines");
            }
            proof.push(Hash::from_base64(line).ok_or("a proof line is not the base64 of a hash")?);
        }
        Ok(Self {
            old,
            proof,
            note: note.to_owned(),
        })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.note)
    }
}
