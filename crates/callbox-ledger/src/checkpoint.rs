use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::note::{self, NoteError, VerifierKey};

/// States that a ledger of this origin has `size` events and this root (C2SP tlog-checkpoint).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name, unique in the world; also the name of its key.
    pub origin: String,
    /// How many events it covers.
    pub size: u64,
    /// The tree head over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Opens a signed note: takes the checkpoint only if `key` signed it and names its origin.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let text = note::open(note, key)?;
        let checkpoint = Self::parse(text)?;
        if checkpoint.origin != key.name() {
            return Err(NoteError::Origin {
                found: checkpoint.origin,
                expected: key.name().to_owned(),
            });
        }
        Ok(checkpoint)
    }

    /// Reads the note's text; further lines (extensions) are allowed and passed over.
    fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let mut line = || {
            lines
                .next()
                .filter(|line| !line.is_empty())
                .ok_or(NoteError::Text)
        };
        let origin = line()?.to_owned();
        let size = line()?;
        let root = STANDARD.decode(line()?).map_err(|_| NoteError::Text)?;
        let root = Hash::from_slice(&root).ok_or(NoteError::Text)?;
        // Decimal without sign or leading zeros, as the format demands.
        let parsed: u64 = size.parse().map_err(|_| NoteError::Text)?;
        if parsed.to_string() != size {
            return Err(NoteError::Text);
        }
        Ok(Self {
            origin,
            size: parsed,
            root,
        })
    }
}

impl fmt::Display for Checkpoint {
    /// Writes the note's text: three lines, each ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.size,
            STANDARD.encode(self.root.0)
        )
    }
}
