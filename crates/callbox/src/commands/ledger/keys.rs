//! The keys that somebody gives on the command line to check with.

use callbox_ledger::{Checkpoint, KeyKind, VerifierKey};

use crate::failure::{Failure, Outcome, chain};

/// A ledger's keys as `ledger keys` prints them: one a line, of one name.
pub(in crate::commands) struct LogKeys {
    /// The Ed25519 key, which every ledger has.
    pub(in crate::commands) first: VerifierKey,
    further: Vec<VerifierKey>,
}

impl LogKeys {
    /// Reads one key or several.
    pub(in crate::commands) fn parse(text: &str) -> Outcome<Self> {
        let mut first = None;
        let mut further = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let key = VerifierKey::parse(line).map_err(|error| {
                Failure::Usage(format!(
                    "the verifier key cannot be read: {}",
                    chain(&error)
                ))
            })?;
            match (&first, key.kind()) {
                (None, KeyKind::Ed25519) => first = Some(key),
                (_, KeyKind::MlDsa44Cosignature) => further.push(key),
                _ => {
                    return Err(Failure::Usage(format!(
                        "the key {} does not belong here; give what 'ledger keys' prints",
                        key.name()
                    )));
                }
            }
        }
        let first = first.ok_or_else(|| {
            Failure::Usage("give the ledger's Ed25519 key; 'ledger keys' prints it".to_owned())
        })?;
        if let Some(other) = further.iter().find(|key| key.name() != first.name()) {
            return Err(Failure::Usage(format!(
                "{} and {} are keys of two ledgers; give those of one",
                first.name(),
                other.name()
            )));
        }
        Ok(Self { first, further })
    }

    /// Checks that every given key has signed the checkpoint `note`.
    pub(in crate::commands) fn all_signed(&self, note: &str) -> Outcome {
        for key in std::iter::once(&self.first).chain(&self.further) {
            Checkpoint::open(note, key).map_err(|error| Failure::Check(chain(&error)))?;
        }
        Ok(())
    }
}
