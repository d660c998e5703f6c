//! C2SP signed notes, their keys, and cosignatures.

mod key;
mod secret;

use std::io;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use key::{KeyKind, VerifierKey};
pub use secret::{Cosigner, Signer};

const SIGNATURE_PREFIX: &str = "— ";
/// A note with more signatures is refused.
const MAX_SIGNATURES: usize = 64;
/// The most bytes of a note: sixteen signatures of 5 KiB, which every reader must take, and more.
pub const MAX_NOTE_BYTES: usize = 96 * 1024;

/// Tells why a note or a key was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// The text is not a signed note.
    #[error("this is not a signed note; check that the file was copied whole")]
    Shape,
    /// The note's text is not a checkpoint.
    #[error("the note is not a checkpoint (origin, size and root, each on its line)")]
    Text,
    /// No signature is by the given key.
    #[error("the note is not signed by {key}; check that the right key was given")]
    Unsigned {
        /// The key's name.
        key: String,
    },
    /// The signature by the given key does not hold.
    #[error("the signature by {key} does not hold: the note was changed")]
    Signature {
        /// The key's name.
        key: String,
    },
    /// The checkpoint is of another ledger.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// Its origin.
        found: String,
        /// The origin asked for.
        expected: String,
    },
    /// The key is not in the format of signed notes.
    #[error("this is not a key of the form name+hash+base64")]
    Key,
    /// The key is of a kind that does not serve here.
    #[error("the key {key} makes {found}, here one that makes {expected} is needed")]
    Kind {
        /// The key's name.
        key: String,
        /// What it makes.
        found: KeyKind,
        /// What is needed.
        expected: &'static str,
    },
    /// A name that signed notes do not allow.
    #[error(
        "{0:?} cannot name a ledger or a witness; use 1 to 200 bytes without spaces, control characters and '+', such as dispatch.example.org/center"
    )]
    Name(String),
    /// A key file could not be read or written.
    #[error("cannot use the key file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another user could read the key file.
    #[error("the key file {path} can be read by others (mode {mode:o}); run: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The cryptographic library gave no key or no signature.
    #[error("no key or signature could be made; check the system's random numbers")]
    Random,
}

/// A note taken apart; nothing in it is trusted yet.
#[derive(Debug)]
pub(crate) struct Note<'a> {
    /// The text with its last newline.
    pub(crate) text: &'a str,
    signatures: Vec<Signature<'a>>,
}

#[derive(Debug)]
struct Signature<'a> {
    name: &'a str,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl<'a> Note<'a> {
    /// Reads a note of at most [`MAX_NOTE_BYTES`] bytes and 64 signatures.
    pub(crate) fn parse(note: &'a str) -> Result<Self, NoteError> {
        let control = |byte: u8| byte < 0x20 && byte != b'\n';
        if note.len() > MAX_NOTE_BYTES || note.bytes().any(control) {
            return Err(NoteError::Shape);
        }
        let split = note.rfind("\n\n").ok_or(NoteError::Shape)?;
        let signatures = parse_signatures(&note[split + 2..])?;
        let text = &note[..=split];
        Ok(Self { text, signatures })
    }

    /// Gives the time of the newest signature by `key` (0 where its kind has none), or `None`
    /// when there is none; a bad one by `key` spoils the note.
    pub(crate) fn signed_at(&self, key: &VerifierKey) -> Result<Option<u64>, NoteError> {
        let mut newest = None;
        let id = key.id();
        for signature in &self.signatures {
            if signature.name != key.name() || signature.id != id {
                continue;
            }
            let at =
                key.verify(self.text, &signature.bytes)
                    .ok_or_else(|| NoteError::Signature {
                        key: key.name().to_owned(),
                    })?;
            newest = newest.max(Some(at));
        }
        Ok(newest)
    }
}

/// Gives the note's text (with its last newline) if `key` signed it.
///
/// Signatures by other keys are passed over. A second, bad one by `key` spoils the note.
pub(crate) fn open<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str, NoteError> {
    let note = Note::parse(note)?;
    match note.signed_at(key)? {
        Some(_) => Ok(note.text),
        None => Err(NoteError::Unsigned {
            key: key.name().to_owned(),
        }),
    }
}

fn parse_signatures(lines: &str) -> Result<Vec<Signature<'_>>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Shape)?;
    let mut signatures = Vec::new();
    for line in lines.split('\n') {
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::Shape);
        }
        let rest = line
            .strip_prefix(SIGNATURE_PREFIX)
            .ok_or(NoteError::Shape)?;
        let (name, encoded) = rest.split_once(' ').ok_or(NoteError::Shape)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Shape)?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(NoteError::Shape)?;
        if name.is_empty() {
            return Err(NoteError::Shape);
        }
        signatures.push(Signature {
            name,
            id: *id,
            bytes: bytes.to_vec(),
        });
    }
    Ok(signatures)
}

/// Checks the signature lines that a witness answered with, and gives those by `keys` and the time
/// of the newest.
///
/// Lines by other keys are left out. Refuses an answer without any, and one with a bad one.
pub(crate) fn cosignatures_by(
    text: &str,
    lines: &str,
    keys: &[VerifierKey],
) -> Result<(String, u64), NoteError> {
    let (mut kept, mut newest) = (String::new(), None);
    for (line, signature) in lines.split_inclusive('\n').zip(parse_signatures(lines)?) {
        let by = |key: &&VerifierKey| signature.name == key.name() && signature.id == key.id();
        if let Some(key) = keys.iter().find(by) {
            let at = key.verify(text, &signature.bytes);
            newest = newest.max(Some(at.ok_or_else(|| NoteError::Signature {
                key: key.name().to_owned(),
            })?));
            kept.push_str(line);
        }
    }
    let key = || keys.first().map_or("", VerifierKey::name).to_owned();
    Ok((
        kept,
        newest.ok_or_else(|| NoteError::Unsigned { key: key() })?,
    ))
}

/// Adds signature lines to a note; a line takes the place of an older one by the same key.
///
/// Checks the form only: what [`WitnessClient`](crate::WitnessClient) gives was checked.
pub fn add_cosignatures(note: &str, lines: &str) -> Result<String, NoteError> {
    let parsed = Note::parse(note)?;
    let newer = parse_signatures(lines)?;
    let mut all = format!("{}\n", parsed.text);
    let old_lines = note[all.len()..].split_inclusive('\n');
    for (line, old) in old_lines.zip(&parsed.signatures) {
        if !newer
            .iter()
            .any(|new| new.name == old.name && new.id == old.id)
        {
            all.push_str(line);
        }
    }
    all.push_str(lines);
    Note::parse(&all)?;
    Ok(all)
}

/// Gives a signature line, its newline included.
fn signature_line(key: &VerifierKey, signature: &[u8]) -> String {
    let mut bytes = key.id().to_vec();
    bytes.extend_from_slice(signature);
    let encoded = STANDARD.encode(bytes);
    format!("{SIGNATURE_PREFIX}{} {encoded}\n", key.name())
}
