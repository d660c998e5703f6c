//! One event for somebody outside: its proof, and what opens its personal part and no other.

use callbox_domain::Entry;
use callbox_ledger::{
    Checkpoint, Malformed, Opener, ProofError, TlogProof, VaultError, VerifierKey, open_disclosed,
    read_leaf, sha256, verify_proof,
};
use thiserror::Error;

use crate::{
    Engine, NoProof, ReadError,
    entry::{EntryError, entry_of},
    read::Kept,
    sealer::header_of,
};

/// An event with everything that an outsider needs to check it and to read it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The event.
    pub entry: Entry,
    /// The proof that its leaf stands in the signed ledger; the leaf is in it.
    pub proof: String,
    /// What is handed over of its personal part.
    pub shown: Shown,
    /// The sealed personal part as stored, where there is one that was not erased.
    pub stored: Option<Vec<u8>>,
    /// What opens it.
    pub opener: Option<Opener>,
}

/// What is left of an event's personal part in what an outsider was handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The event has none.
    Absent,
    /// It was handed over and opened.
    Opened,
    /// It was not handed over, or has been erased.
    Withheld,
}

/// An event that was checked from outside.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The event; its personal part reads as erased where it was not shown.
    pub entry: Entry,
    /// The number of the event within its stream, from 1.
    pub stream_version: u32,
    /// The signed checkpoint that covers it.
    pub checkpoint: Checkpoint,
    /// Whether its personal part was shown.
    pub shown: Shown,
}

/// Why an event could not be handed out.
#[derive(Debug, Error)]
pub enum NoEvidence {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be proven.
    #[error(transparent)]
    Proof(#[from] NoProof),
    /// The vault cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Why what an outsider was handed does not hold.
#[derive(Debug, Error)]
pub enum Unsound {
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The proof has no leaf, or one that cannot be read.
    #[error("the event's public part cannot be read")]
    Leaf(#[source] Option<Malformed>),
    /// The sealed part is not the one that the ledger commits to.
    #[error("the sealed part is not the one that the signed ledger commits to")]
    OtherPersonal,
    /// What is to open the sealed part does not.
    #[error("the sealed part does not open with what was handed over")]
    DoesNotOpen,
    /// Its content is not known to this version.
    #[error(transparent)]
    Content(#[from] EntryError),
}

impl Engine {
    /// Events with their proofs against the published checkpoint, for the record of one case that
    /// leaves the service. The caller checks the right.
    pub fn evidence(&self, seqs: &[u64]) -> Result<Vec<Evidence>, NoEvidence> {
        let found = self.shared.reader.stored(seqs)?;
        // One checkpoint for all: so that they are seen to be of one ledger.
        let note = self.published().note;
        found
            .into_iter()
            .map(|(entry, kept)| {
                let proof = self.prove(entry.seq, note.as_deref())?.proof;
                let (shown, stored, opener) = match kept {
                    Kept::Absent => (Shown::Absent, None, None),
                    Kept::Erased => (Shown::Withheld, None, None),
                    Kept::Sealed { stored, sealed } => {
                        match self.shared.reader.disclose(&sealed)? {
                            Some(opener) => (Shown::Opened, Some(stored), Some(opener)),
                            None => (Shown::Withheld, None, None),
                        }
                    }
                };
                Ok(Evidence {
                    entry,
                    proof,
                    shown,
                    stored,
                    opener,
                })
            })
            .collect()
    }
}

/// Checks one event with nothing but what was handed over and the ledger's key.
pub fn examine(
    proof: &str,
    stored: Option<&[u8]>,
    opener: Option<&Opener>,
    key: &VerifierKey,
) -> Result<Examined, Unsound> {
    let leaf_bytes = TlogProof::parse(proof)?.extra.ok_or(Unsound::Leaf(None))?;
    let verified = verify_proof(proof, &leaf_bytes, key, None)?;
    let leaf = read_leaf(&leaf_bytes).map_err(|error| Unsound::Leaf(Some(error)))?;
    let opened = match (leaf.personal_hash, stored, opener) {
        (None, None, _) => None,
        (None, Some(_), _) => return Err(Unsound::OtherPersonal),
        (Some(_), None, _) => None,
        (Some(due), Some(stored), opener) => {
            if sha256(stored) != due {
                return Err(Unsound::OtherPersonal);
            }
            let opener = opener.ok_or(Unsound::DoesNotOpen)?;
            // The salt comes first.
            let sealed = stored.get(16..).ok_or(Unsound::OtherPersonal)?;
            let opened = open_disclosed(opener, &header_of(&leaf), sealed);
            Some(opened.map_err(|_| Unsound::DoesNotOpen)?)
        }
    };
    let shown = match (leaf.personal_hash, &opened) {
        (None, _) => Shown::Absent,
        (Some(_), Some(_)) => Shown::Opened,
        (Some(_), None) => Shown::Withheld,
    };
    Ok(Examined {
        entry: entry_of(verified.seq, &leaf, opened.as_deref())?,
        stream_version: leaf.stream_version,
        checkpoint: verified.checkpoint,
        shown,
    })
}
