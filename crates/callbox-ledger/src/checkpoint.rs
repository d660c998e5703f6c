use std::fmt;

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
        if !key.is_log() {
            return Err(NoteError::Kind {
                key: key.name().to_owned(),
                found: key.kind(),
                expected: "a ledger's signatures",
            });
        }
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

    /// Reads the note's text; further lines (extensions) are allowed and passed over, empty ones
    /// are not.
    pub(crate) fn parse(text: &str) -> Result<Self, NoteError> {
        let body = text.strip_suffix('\n').ok_or(NoteError::Text)?;
        if body.split('\n').any(str::is_empty) {
            return Err(NoteError::Text);
        }
        let mut lines = body.split('\n');
        let mut line = || lines.next().ok_or(NoteError::Text);
        let origin = line()?.to_owned();
        let size = parse_decimal(line()?).ok_or(NoteError::Text)?;
        let root = Hash::from_base64(line()?).ok_or(NoteError::Text)?;
        Ok(Self { origin, size, root })
    }
}

/// Reads a decimal number without sign or leading zeros, as all C2SP formats demand.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Checkpoint {
    /// Writes the note's text: three lines, each ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.size,
            self.root.to_base64()
        )
    }
}
