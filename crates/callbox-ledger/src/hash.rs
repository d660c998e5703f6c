//! SHA-256 with the domain separation of RFC 6962, section 2.1.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A SHA-256 hash: of a leaf, of an inner node, or of a whole ledger (its root).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Takes a hash from a slice of exactly 32 bytes, or `None`.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads the base64 of 32 bytes, as notes and proofs write hashes.
    pub fn from_base64(text: &str) -> Option<Self> {
        if text.len() != 44 {
            return None;
        }
        Self::from_slice(&STANDARD.decode(text).ok()?)
    }

    /// Gives the base64, as notes and proofs write hashes.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Hashes one leaf as RFC 6962 does: `SHA-256(0x00 || leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    // One contiguous buffer is cheaper than two updates of a context; leaves are small.
    const INLINE: usize = 512;
    if leaf.len() < INLINE {
        let mut buffer = [0; INLINE];
        buffer[1..=leaf.len()].copy_from_slice(leaf);
        return sha256(&buffer[..=leaf.len()]);
    }
    let mut buffer = Vec::with_capacity(leaf.len() + 1);
    buffer.push(0);
    buffer.extend_from_slice(leaf);
    sha256(&buffer)
}

/// Hashes two subtrees as RFC 6962 does: `SHA-256(0x01 || left || right)`.
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut buffer = [1; 65];
    buffer[1..33].copy_from_slice(&left.0);
    buffer[33..].copy_from_slice(&right.0);
    sha256(&buffer)
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    let digest = digest(&SHA256, bytes);
    Hash::from_slice(digest.as_ref()).expect("SHA-256 gives 32 bytes")
}
