//! C2SP signed notes with Ed25519, and their keys.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::Checkpoint;
use crate::files;
use crate::hash::sha256;

/// The signature type "Ed25519" of signed notes.
const ED25519_TYPE: u8 = 1;
const SECRET_PREFIX: &str = "PRIVATE+KEY+";
const SIGNATURE_PREFIX: &str = "— ";
/// More signatures than this are not looked at.
const MAX_SIGNATURES: usize = 64;
/// The most bytes of a note: sixteen signatures of 5 KiB, which every reader must take.
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
    /// A name that signed notes do not allow.
    #[error(
        "{0:?} cannot name a ledger; use 1 to 200 characters without spaces, control characters and '+', such as dispatch.example.org/center"
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
    /// The cryptographic library gave no key.
    #[error("no key could be made; check the system's random numbers")]
    Random,
}

/// Holds the public half of a ledger's key: `name+hash+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
}

impl VerifierKey {
    /// Reads `name+hash+base64(0x01 || public key)`; the hash must fit.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, hash, key) = split_key(text.trim())?;
        let key = Self {
            name: check_name(name)?.to_owned(),
            public: key,
        };
        if hash != key.hex_id() {
            return Err(NoteError::Key);
        }
        Ok(key)
    }

    /// Gives the key's name, which is the ledger's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let mut bytes = self.name.as_bytes().to_vec();
        bytes.extend([b'\n', ED25519_TYPE]);
        bytes.extend(self.public);
        let hash = sha256(&bytes);
        [hash.0[0], hash.0[1], hash.0[2], hash.0[3]]
    }

    fn hex_id(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id()))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}+{}+{}",
            self.name,
            self.hex_id(),
            encode_key(&self.public)
        )
    }
}

/// Signs checkpoints with a ledger's Ed25519 key.
pub struct Signer {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl Signer {
    /// Makes a new key for the ledger `origin` and writes it to `path`, readable by its owner
    /// only; refuses a file that exists.
    pub fn generate(origin: &str, path: &Path) -> Result<Self, NoteError> {
        check_name(origin)?;
        let pair = Ed25519KeyPair::generate().map_err(|_| NoteError::Random)?;
        let seed = pair
            .seed()
            .and_then(|seed| seed.as_be_bytes())
            .map_err(|_| NoteError::Random)?;
        let seed: [u8; 32] = seed.as_ref().try_into().map_err(|_| NoteError::Random)?;
        let signer = Self::new(origin, pair);
        let secret = format!(
            "{SECRET_PREFIX}{origin}+{}+{}\n",
            signer.verifier.hex_id(),
            encode_key(&seed)
        );
        files::create_secret(path, secret.as_bytes()).map_err(|source| NoteError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(signer)
    }

    /// Reads a key file; refuses one that other users can read.
    pub fn load(path: &Path) -> Result<Self, NoteError> {
        let file = |source| NoteError::File {
            path: path.to_owned(),
            source,
        };
        #[cfg(unix)]
        {
            let metadata = std::fs::metadata(path).map_err(file)?;
            let mode = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777;
            if mode & 0o077 != 0 {
                return Err(NoteError::Exposed {
                    path: path.to_owned(),
                    mode,
                });
            }
        }
        let text = std::fs::read_to_string(path).map_err(file)?;
        let text = text
            .trim()
            .strip_prefix(SECRET_PREFIX)
            .ok_or(NoteError::Key)?;
        let (name, hash, seed) = split_key(text)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NoteError::Key)?;
        let signer = Self::new(check_name(name)?, pair);
        if hash != signer.verifier.hex_id() {
            return Err(NoteError::Key);
        }
        Ok(signer)
    }

    /// Gives the key to check signatures with; it may be published.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Gives the ledger's name.
    pub fn origin(&self) -> &str {
        &self.verifier.name
    }

    /// Signs a checkpoint and gives the whole note. Only [`Checkpointer`](crate::Checkpointer)
    /// signs: it has looked at every byte.
    pub(crate) fn sign(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.to_string();
        let mut signature = self.verifier.id().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!(
            "{text}\n{SIGNATURE_PREFIX}{} {}\n",
            self.origin(),
            STANDARD.encode(signature)
        )
    }

    fn new(origin: &str, pair: Ed25519KeyPair) -> Self {
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .expect("a public key has 32 bytes");
        Self {
            pair,
            verifier: VerifierKey {
                name: origin.to_owned(),
                public,
            },
        }
    }

    #[cfg(test)]
    pub(crate) fn from_seed(origin: &str, seed: &[u8; 32]) -> Self {
        Self::new(
            origin,
            Ed25519KeyPair::from_seed_unchecked(seed).expect("any seed is a key"),
        )
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

/// Gives the note's text (with its last newline) if `key` signed it.
///
/// Signatures by other keys are passed over. A second, bad one by `key` spoils the note.
pub(crate) fn open<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str, NoteError> {
    let split = note.rfind("\n\n").ok_or(NoteError::Shape)?;
    let (text, signatures) = (&note[..=split], &note[split + 2..]);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Shape);
    }
    let mut signed = false;
    for line in signatures.lines().take(MAX_SIGNATURES) {
        let rest = line
            .strip_prefix(SIGNATURE_PREFIX)
            .ok_or(NoteError::Shape)?;
        let (name, encoded) = rest.split_once(' ').ok_or(NoteError::Shape)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Shape)?;
        let (id, signature) = bytes.split_at_checked(4).ok_or(NoteError::Shape)?;
        if name != key.name || id != key.id() {
            continue;
        }
        UnparsedPublicKey::new(&ED25519, key.public)
            .verify(text.as_bytes(), signature)
            .map_err(|_| NoteError::Signature {
                key: key.name.clone(),
            })?;
        signed = true;
    }
    if signed {
        Ok(text)
    } else {
        Err(NoteError::Unsigned {
            key: key.name.clone(),
        })
    }
}

fn check_name(name: &str) -> Result<&str, NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.chars().count() > 200 || name.contains(bad) {
        return Err(NoteError::Name(name.to_owned()));
    }
    Ok(name)
}

fn split_key(text: &str) -> Result<(&str, &str, [u8; 32]), NoteError> {
    // Base64 may hold '+' itself, names may not: only the first two separate.
    let mut parts = text.splitn(3, '+');
    let mut part = || parts.next().ok_or(NoteError::Key);
    let (name, hash, key) = (part()?, part()?, part()?);
    let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    match key.split_first() {
        Some((&ED25519_TYPE, key)) => Ok((name, hash, key.try_into().map_err(|_| NoteError::Key)?)),
        _ => Err(NoteError::Key),
    }
}

fn encode_key(key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519_TYPE];
    bytes.extend(key);
    STANDARD.encode(bytes)
}
