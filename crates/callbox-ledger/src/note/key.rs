use std::fmt;

use aws_lc_rs::signature::{ED25519, ML_DSA_44, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::NoteError;
use crate::checkpoint::Checkpoint;
use crate::hash::sha256;

/// Says what a key signs and how: the signature types of C2SP signed-note that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// A ledger's own Ed25519 signature of a note (type 0x01).
    Ed25519,
    /// A witness's Ed25519 cosignature with its time (type 0x04).
    Ed25519Cosignature,
    /// An ML-DSA-44 cosignature (type 0x06), by a witness or by a ledger beside its Ed25519 one;
    /// holds against quantum computers.
    MlDsa44Cosignature,
}

impl KeyKind {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Ed25519Cosignature => 0x04,
            Self::MlDsa44Cosignature => 0x06,
        }
    }

    fn of_code(code: u8) -> Option<Self> {
        [
            Self::Ed25519,
            Self::Ed25519Cosignature,
            Self::MlDsa44Cosignature,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }

    fn public_bytes(self) -> usize {
        match self {
            Self::Ed25519 | Self::Ed25519Cosignature => 32,
            Self::MlDsa44Cosignature => 1312,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519 signatures",
            Self::Ed25519Cosignature => "Ed25519 cosignatures",
            Self::MlDsa44Cosignature => "ML-DSA-44 cosignatures",
        })
    }
}

/// Holds the public half of a ledger's or a witness's key: `name+hash+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    public: Vec<u8>,
}

impl VerifierKey {
    /// Reads `name+hash+base64(kind || public key)`; the hash must fit.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, hash, kind, public) = split_key(text.trim())?;
        if public.len() != kind.public_bytes() {
            return Err(NoteError::Key);
        }
        let key = Self {
            name: check_name(name)?.to_owned(),
            kind,
            public,
        };
        if hash != key.hex_id() {
            return Err(NoteError::Key);
        }
        Ok(key)
    }

    pub(crate) fn new(name: &str, kind: KeyKind, public: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            public: public.to_owned(),
        }
    }

    /// Gives the key's name: a ledger's origin, or a witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives what the key signs and how.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Gives the public key itself, for comparing keys of different names.
    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    /// Tells whether the key can sign for a ledger.
    pub(crate) fn is_log(&self) -> bool {
        self.kind != KeyKind::Ed25519Cosignature
    }

    /// Tells whether the key can sign for a witness.
    pub(crate) fn is_witness(&self) -> bool {
        self.kind != KeyKind::Ed25519
    }

    pub(super) fn id(&self) -> [u8; 4] {
        let mut bytes = self.name.as_bytes().to_vec();
        bytes.extend([b'\n', self.kind.code()]);
        bytes.extend(&self.public);
        let hash = sha256(&bytes);
        [hash.0[0], hash.0[1], hash.0[2], hash.0[3]]
    }

    pub(super) fn hex_id(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id()))
    }

    /// Checks a signature (without its key id) of a note's text; gives its time, or 0 where its
    /// kind has none, or `None` when it does not hold.
    pub(super) fn verify(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let stamped = || {
            let (time, signature) = signature.split_first_chunk::<8>()?;
            let time = u64::from_be_bytes(*time);
            (time <= MAX_TIME_S).then_some((time, signature))
        };
        match self.kind {
            KeyKind::Ed25519 => {
                let key = UnparsedPublicKey::new(&ED25519, &self.public);
                key.verify(text.as_bytes(), signature).ok()?;
                Some(0)
            }
            KeyKind::Ed25519Cosignature => {
                let (time, signature) = stamped()?;
                let key = UnparsedPublicKey::new(&ED25519, &self.public);
                key.verify(ed25519_message(text, time).as_bytes(), signature)
                    .ok()?;
                Some(time)
            }
            KeyKind::MlDsa44Cosignature => {
                let (time, signature) = stamped()?;
                let message = ml_dsa_message(&self.name, text, time)?;
                let key = UnparsedPublicKey::new(&ML_DSA_44, &self.public);
                key.verify(&message, signature).ok()?;
                Some(time)
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = encode_key(self.kind, &self.public);
        write!(f, "{}+{}+{key}", self.name, self.hex_id())
    }
}

/// Times of cosignatures are seconds since 1970 and at most 2^63 - 1 (C2SP tlog-cosignature).
pub(super) const MAX_TIME_S: u64 = i64::MAX as u64;

/// Gives what an Ed25519 cosignature signs (C2SP tlog-cosignature, Ed25519 signed message).
pub(super) fn ed25519_message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// Gives what an ML-DSA-44 cosignature signs (C2SP tlog-cosignature, ML-DSA-44 signed message), or
/// `None` when the text is no checkpoint or a name has more than 255 bytes.
pub(super) fn ml_dsa_message(name: &str, text: &str, time: u64) -> Option<Vec<u8>> {
    let checkpoint = Checkpoint::parse(text).ok()?;
    let mut message = b"subtree/v1\n\0".to_vec();
    let put_name = |message: &mut Vec<u8>, name: &str| {
        message.push(u8::try_from(name.len()).ok()?);
        message.extend(name.as_bytes());
        Some(())
    };
    put_name(&mut message, name)?;
    message.extend(time.to_be_bytes());
    put_name(&mut message, &checkpoint.origin)?;
    message.extend(0_u64.to_be_bytes());
    message.extend(checkpoint.size.to_be_bytes());
    message.extend(checkpoint.root.0);
    Some(message)
}

/// Names have at most 200 bytes, so that every kind of signature can hold them.
pub(super) fn check_name(name: &str) -> Result<&str, NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > 200 || name.contains(bad) {
        return Err(NoteError::Name(name.to_owned()));
    }
    Ok(name)
}

/// Splits `name+hash+base64(kind || key)`.
pub(super) fn split_key(text: &str) -> Result<(&str, &str, KeyKind, Vec<u8>), NoteError> {
    // Base64 may hold '+' itself, names may not: only the first two separate.
    let mut parts = text.splitn(3, '+');
    let mut part = || parts.next().ok_or(NoteError::Key);
    let (name, hash, key) = (part()?, part()?, part()?);
    if key.len() > 2 * 1313 {
        return Err(NoteError::Key);
    }
    let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    let (code, key) = key.split_first().ok_or(NoteError::Key)?;
    let kind = KeyKind::of_code(*code).ok_or(NoteError::Key)?;
    Ok((name, hash, kind, key.to_vec()))
}

pub(super) fn encode_key(kind: KeyKind, key: &[u8]) -> String {
    STANDARD.encode([&[kind.code()], key].concat())
}
