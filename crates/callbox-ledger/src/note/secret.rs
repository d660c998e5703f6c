use std::fmt;
use std::path::Path;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING, PqdsaKeyPair};

use super::key::{MAX_TIME_S, check_name, ed25519_message, encode_key, ml_dsa_message, split_key};
use super::{KeyKind, NoteError, VerifierKey, signature_line};
use crate::checkpoint::Checkpoint;
use crate::files;

const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// Signs checkpoints with a ledger's Ed25519 key, and with an ML-DSA-44 key beside it where one
/// was added.
pub struct Signer {
    secret: Secret,
    post_quantum: Option<Cosigner>,
}

impl Signer {
    /// Makes a new key for the ledger `origin` and writes it to `path`, readable by its owner
    /// only; refuses a file that exists.
    pub fn generate(origin: &str, path: &Path) -> Result<Self, NoteError> {
        Secret::generate(origin, KeyKind::Ed25519, path).map(Self::new)
    }

    /// Reads a key file; refuses one that other users can read.
    pub fn load(path: &Path) -> Result<Self, NoteError> {
        let secret = Secret::load(path)?;
        match secret.verifier.kind() {
            KeyKind::Ed25519 => Ok(Self::new(secret)),
            _ => Err(secret.unfit("Ed25519 signatures")),
        }
    }

    /// Lets every checkpoint be signed by `cosigner` as well, an ML-DSA-44 key of the same name,
    /// so that it also holds when Ed25519 does not any more (C2SP tlog-checkpoint recommends it).
    ///
    /// Its signature says no time; a note grows by 3.3 KiB.
    pub fn with_ml_dsa(mut self, cosigner: Cosigner) -> Result<Self, NoteError> {
        let key = cosigner.verifier();
        if key.kind() != KeyKind::MlDsa44Cosignature {
            return Err(cosigner.0.unfit("ML-DSA-44 cosignatures"));
        }
        if key.name() != self.origin() {
            return Err(NoteError::Origin {
                found: key.name().to_owned(),
                expected: self.origin().to_owned(),
            });
        }
        self.post_quantum = Some(cosigner);
        Ok(self)
    }

    /// Gives the key to check signatures with; it may be published.
    pub fn verifier(&self) -> &VerifierKey {
        &self.secret.verifier
    }

    /// Gives the ML-DSA-44 key to check signatures with, where one was added.
    pub fn ml_dsa_verifier(&self) -> Option<&VerifierKey> {
        self.post_quantum.as_ref().map(Cosigner::verifier)
    }

    /// Gives the ledger's name.
    pub fn origin(&self) -> &str {
        self.secret.verifier.name()
    }

    /// Signs a checkpoint and gives the whole note. Only [`Checkpointer`](crate::Checkpointer)
    /// signs: it has looked at every byte.
    pub(crate) fn sign(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.to_string();
        let signature = self.secret.sign(&text, 0);
        let mut note = format!("{text}\n{signature}");
        if let Some(cosigner) = &self.post_quantum {
            note.push_str(&cosigner.cosign(&text, 0));
        }
        note
    }

    fn new(secret: Secret) -> Self {
        Self {
            secret,
            post_quantum: None,
        }
    }

    #[cfg(test)]
    pub(crate) fn from_seed(origin: &str, seed: &[u8; 32]) -> Self {
        Self::new(Secret::from_seed(origin, KeyKind::Ed25519, seed).expect("any seed is a key"))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("verifier", self.verifier())
            .finish_non_exhaustive()
    }
}

/// Cosigns checkpoints with the key of a witness (C2SP tlog-cosignature).
///
/// It signs through [`Witness`](crate::Witness) only, which remembers what it has signed.
pub struct Cosigner(Secret);

impl Cosigner {
    /// Makes a new key of the given kind and writes it to `path`, readable by its owner only;
    /// refuses a file that exists, and [`KeyKind::Ed25519`], which cosigns nothing.
    pub fn generate(name: &str, kind: KeyKind, path: &Path) -> Result<Self, NoteError> {
        if kind == KeyKind::Ed25519 {
            return Err(NoteError::Kind {
                key: name.to_owned(),
                found: kind,
                expected: "cosignatures",
            });
        }
        Secret::generate(name, kind, path).map(Self)
    }

    /// Reads a key file; refuses one that other users can read.
    pub fn load(path: &Path) -> Result<Self, NoteError> {
        let secret = Secret::load(path)?;
        match secret.verifier.is_witness() {
            true => Ok(Self(secret)),
            false => Err(secret.unfit("cosignatures")),
        }
    }

    /// Gives the key to check cosignatures with; it may be published.
    pub fn verifier(&self) -> &VerifierKey {
        &self.0.verifier
    }

    /// Gives the signature line (its newline included) of a checkpoint's text at a time in seconds
    /// since 1970; the text must be a checkpoint whose origin has at most 255 bytes.
    pub(crate) fn cosign(&self, text: &str, time: u64) -> String {
        self.0.sign(text, time)
    }

    #[cfg(test)]
    pub(crate) fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Self {
        Self(Secret::from_seed(name, kind, seed).expect("any seed is a key"))
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cosigner")
            .field("verifier", self.verifier())
            .finish_non_exhaustive()
    }
}

/// A secret key and what checks its signatures.
struct Secret {
    pair: Pair,
    verifier: VerifierKey,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    MlDsa44(Box<PqdsaKeyPair>),
}

impl Secret {
    fn generate(name: &str, kind: KeyKind, path: &Path) -> Result<Self, NoteError> {
        check_name(name)?;
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| NoteError::Random)?;
        let secret = Self::from_seed(name, kind, &seed)?;
        let text = format!(
            "{SECRET_PREFIX}{name}+{}+{}\n",
            secret.verifier.hex_id(),
            encode_key(kind, &seed)
        );
        files::create_secret(path, text.as_bytes()).map_err(|source| NoteError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(secret)
    }

    fn load(path: &Path) -> Result<Self, NoteError> {
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
        let (name, hash, kind, seed) = split_key(text)?;
        let seed = seed.try_into().map_err(|_| NoteError::Key)?;
        let secret = Self::from_seed(check_name(name)?, kind, &seed)?;
        if hash != secret.verifier.hex_id() {
            return Err(NoteError::Key);
        }
        Ok(secret)
    }

    fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let (pair, public) = match kind {
            KeyKind::Ed25519 | KeyKind::Ed25519Cosignature => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
                let public = pair.public_key().as_ref().to_vec();
                (Pair::Ed25519(pair), public)
            }
            KeyKind::MlDsa44Cosignature => {
                let pair = PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, seed)
                    .map_err(|_| NoteError::Key)?;
                let public = pair.public_key().as_ref().to_vec();
                (Pair::MlDsa44(Box::new(pair)), public)
            }
        };
        Ok(Self {
            pair,
            verifier: VerifierKey::new(name, kind, &public),
        })
    }

    /// Gives the signature line of a note's text; `time` is of cosignatures only.
    fn sign(&self, text: &str, time: u64) -> String {
        let time = time.min(MAX_TIME_S);
        let stamped = |signature: &[u8]| [&time.to_be_bytes(), signature].concat();
        let signature = match (&self.pair, self.verifier.kind()) {
            (Pair::Ed25519(pair), KeyKind::Ed25519) => pair.sign(text.as_bytes()).as_ref().to_vec(),
            (Pair::Ed25519(pair), _) => {
                stamped(pair.sign(ed25519_message(text, time).as_bytes()).as_ref())
            }
            (Pair::MlDsa44(pair), _) => {
                let message = ml_dsa_message(self.verifier.name(), text, time)
                    .expect("the text is a checkpoint and names have at most 255 bytes");
                let mut signature = vec![0; ML_DSA_44_SIGNING.signature_len()];
                pair.sign(&message, &mut signature)
                    .expect("signing fails only for want of memory or random numbers");
                stamped(&signature)
            }
        };
        signature_line(&self.verifier, &signature)
    }

    fn unfit(&self, expected: &'static str) -> NoteError {
        NoteError::Kind {
            key: self.verifier.name().to_owned(),
            found: self.verifier.kind(),
            expected,
        }
    }
}
