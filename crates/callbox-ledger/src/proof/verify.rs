//! The whole of an outsider's check: no server, no database, no clock, no file.

use super::TlogProof;
use crate::checkpoint::Checkpoint;
use crate::hash::leaf_hash;
use crate::merkle::{ProofFault, verify_inclusion};
use crate::note::{NoteError, VerifierKey};
use crate::policy::{Cosigned, Policy, PolicyError};

/// Tells what a proof has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// The event's position.
    pub seq: u64,
    /// The signed checkpoint that covers it.
    pub checkpoint: Checkpoint,
    /// The policy's witnesses that cosigned the checkpoint.
    pub cosigned: Vec<Cosigned>,
}

/// Tells why a proof does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The text is not a proof.
    #[error("this is not a proof: {0}; check that the file was copied whole")]
    Shape(&'static str),
    /// The checkpoint is not signed by the given key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The leaf does not stand where the proof says.
    #[error(
        "the leaf is not event {seq} of the signed ledger: {cause}; the leaf or the proof was changed, or they do not belong together"
    )]
    Leaf {
        /// The position that the proof names.
        seq: u64,
        /// What does not fit.
        #[source]
        cause: ProofFault,
    },
    /// The checkpoint does not fulfil the policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// Checks that `leaf` is the event that the proof names, in the ledger that `key` signed, and that
/// the checkpoint fulfils the policy, where there is one.
///
/// `leaf` is the leaf as stored; [`TlogProof::extra`] of a proof made by callbox holds it too, and
/// may be handed in: it counts only when it hashes to what was signed.
pub fn verify_proof(
    proof: &str,
    leaf: &[u8],
    key: &VerifierKey,
    policy: Option<&Policy>,
) -> Result<VerifiedEvent, ProofError> {
    let proof = TlogProof::parse(proof)?;
    let checkpoint = Checkpoint::open(&proof.note, key)?;
    let (size, root) = (checkpoint.size, checkpoint.root);
    verify_inclusion(leaf_hash(leaf), proof.seq, size, &proof.hashes, root).map_err(|cause| {
        ProofError::Leaf {
            seq: proof.seq,
            cause,
        }
    })?;
    let cosigned = match policy {
        Some(policy) => policy.check(&proof.note)?,
        None => Vec::new(),
    };
    Ok(VerifiedEvent {
        seq: proof.seq,
        checkpoint,
        cosigned,
    })
}
