//! The root key: a file, a passphrase, or somebody else's key service.

use std::{fs, io, path::Path};

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{
    error::Unspecified,
    rand::{SecureRandom as _, SystemRandom},
};
use zeroize::Zeroizing;

use super::key::{KEY_BYTES, Key};
use crate::files;

/// Wraps and unwraps the epochs' keys; the place to plug in a key service or a hardware module.
///
/// `wrap` and `unwrap_key` are called when a server starts and at each rotation, never for single
/// events. What `wrap` gives must open with `unwrap_key` for the same `bound` bytes only.
pub trait WrapKeys: Send {
    /// Wraps a key of 32 bytes.
    fn wrap(&self, key: &[u8; 32], bound: &[u8]) -> Result<Vec<u8>, RootError>;

    /// Unwraps what [`wrap`](WrapKeys::wrap) gave.
    fn unwrap_key(&self, wrapped: &[u8], bound: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError>;
}

/// Tells why a root key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The file cannot be read or written.
    #[error("the root key's file cannot be used: {0}")]
    Io(#[from] io::Error),
    /// There is no such file.
    #[error("{} is missing; put it back from the file that backup --keys wrote", .0.display())]
    Missing(std::path::PathBuf),
    /// The file is not as this version writes it.
    #[error("the file does not hold a root key; put its backup back")]
    Malformed,
    /// Other users can read the file.
    #[error("other users can read the root key's file; run: chmod 600 on it")]
    Exposed,
    /// The key or passphrase is another one.
    #[error("the root key or passphrase is not the one that the keys were wrapped with")]
    Wrong,
    /// The passphrase cannot be had, or is none.
    #[error("the passphrase of the root key: {0}")]
    Passphrase(String),
    /// The program that keeps the root key did not do what was asked.
    #[error("the key service {program}: {what}; nothing was changed")]
    Service {
        /// The program.
        program: String,
        /// What went wrong.
        what: String,
    },
    /// The cipher or the system's random numbers failed.
    #[error("the cipher failed")]
    Failed,
}

impl From<Unspecified> for RootError {
    fn from(_: Unspecified) -> Self {
        Self::Failed
    }
}

/// A root key in a file that only its owner can read.
#[derive(Debug)]
pub struct RootFile(Key);

/// Says what the file is to whoever finds it.
pub(super) const FILE_HEAD: &str = "callbox root key 1: keep it secret, keep a copy offline\n";

impl RootFile {
    /// Makes a new root key and writes it to `path` with mode 0600; refuses a file that exists.
    pub fn generate(path: &Path) -> Result<Self, RootError> {
        let key = Key::random()?;
        let mut text = Zeroizing::new(String::from(FILE_HEAD));
        for byte in key.bytes() {
            text.push_str(&format!("{byte:02x}"));
        }
        text.push('\n');
        files::create_secret(path, text.as_bytes())?;
        Ok(Self(key))
    }

    /// Reads the root key from `path`; refuses a file that other users can read.
    pub fn load(path: &Path) -> Result<Self, RootError> {
        must_be_private(path)?;
        let text = Zeroizing::new(fs::read_to_string(path)?);
        let digits = text
            .strip_prefix(FILE_HEAD)
            .map(str::trim)
            .ok_or(RootError::Malformed)?;
        if digits.len() != 2 * KEY_BYTES || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(RootError::Malformed);
        }
        let mut bytes = [0; KEY_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| RootError::Malformed)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| RootError::Malformed)?;
        }
        Ok(Self(Key::new(&mut bytes)))
    }
}

/// Refuses a file that is missing or that other users can read.
pub(super) fn must_be_private(path: &Path) -> Result<(), RootError> {
    if !path.exists() {
        return Err(RootError::Missing(path.to_owned()));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions()) & 0o077 != 0 {
        return Err(RootError::Exposed);
    }
    Ok(())
}

impl WrapKeys for RootFile {
    fn wrap(&self, key: &[u8; 32], bound: &[u8]) -> Result<Vec<u8>, RootError> {
        Ok(self.0.wrap(&Key::new(&mut { *key }), bound)?)
    }

    fn unwrap_key(&self, wrapped: &[u8], bound: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let key = self
            .0
            .unwrap_key(wrapped, bound)
            .map_err(|_| RootError::Wrong)?;
        Ok(Zeroizing::new(*key.bytes()))
    }
}

/// A root key that is derived from a passphrase (argon2id, RFC 9106) each time.
///
/// The salt stands in front of what it wraps, so that nothing but the passphrase has to be kept.
/// 64 MiB and three passes: about a quarter of a second.
pub struct PassphraseRoot(Zeroizing<String>);

const SALT_BYTES: usize = 16;

impl PassphraseRoot {
    /// Takes the passphrase.
    pub fn new(passphrase: String) -> Self {
        Self(Zeroizing::new(passphrase))
    }

    fn key(&self, salt: &[u8]) -> Result<Key, RootError> {
        let params =
            Params::new(64 * 1024, 3, 1, Some(KEY_BYTES)).map_err(|_| RootError::Failed)?;
        let mut bytes = [0; KEY_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, &mut bytes)
            .map_err(|_| RootError::Failed)?;
        Ok(Key::new(&mut bytes))
    }
}

impl std::fmt::Debug for PassphraseRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PassphraseRoot(…)")
    }
}

impl WrapKeys for PassphraseRoot {
    fn wrap(&self, key: &[u8; 32], bound: &[u8]) -> Result<Vec<u8>, RootError> {
        let mut salt = [0; SALT_BYTES];
        SystemRandom::new().fill(&mut salt)?;
        let wrapped = self.key(&salt)?.wrap(&Key::new(&mut { *key }), bound)?;
        Ok([salt.as_slice(), &wrapped].concat())
    }

    fn unwrap_key(&self, wrapped: &[u8], bound: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let (salt, wrapped) = wrapped
            .split_at_checked(SALT_BYTES)
            .ok_or(RootError::Malformed)?;
        let key = self
            .key(salt)?
            .unwrap_key(wrapped, bound)
            .map_err(|_| RootError::Wrong)?;
        Ok(Zeroizing::new(*key.bytes()))
    }
}
