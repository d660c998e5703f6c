//! Personal payloads under lock: sealed with keys that can be destroyed.
//!
//! A root key wraps the key of the present *epoch*, which wraps one random data key per *erasure
//! domain* (a [`Stream`](crate::Stream): an incident, a unit). Each payload is a COSE_Encrypt0
//! (RFC 9052, 5.2) under a fresh subkey of its domain's key. Data keys are random and stand in
//! the [`Vault`] alone, so that destroying one destroys what it sealed; they are never derived
//! from the root, which nobody could then forget.
//!
//! What a backup of the vault is worth: it opens nothing without the epoch key, which stands in a
//! file of its own, and [`Vault::rotate`] replaces that key and destroys the old one. So "erased
//! from all backups" has a date.

mod cose;
mod key;
mod kind;
mod root;
mod service;
mod vault;

pub use cose::{CoseError, MAX_SEALED, Opener, kid_of, open_disclosed};
pub use kind::{AskPassphrase, RootKind};
pub use root::{PassphraseRoot, RootError, RootFile, WrapKeys};
pub use service::CommandRoot;
pub use vault::{Opened, Rotation, Vault, VaultError};

#[cfg(test)]
mod tests;
