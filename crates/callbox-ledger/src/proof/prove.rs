use super::{ProofError, TlogProof, verify_proof};
use crate::checkpoint::Checkpoint;
use crate::note::VerifierKey;
use crate::prove::{ProveError, inclusion_proof, read_event};
use crate::store::Source;
use crate::tile::{TileError, Tiles, inclusion_proof_from_tiles};

/// Holds the proof of one event and what it proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The text of the `.tlog-proof` file; its line `extra` holds the leaf.
    pub proof: String,
    /// The event's leaf, as stored.
    pub leaf: Vec<u8>,
}

/// Proves event `seq` against the signed checkpoint `note`, from the ledger alone.
///
/// Reads and hashes the ledger up to the checkpoint: about a second per million events; with tiles
/// [`prove_event_from_tiles`] reads a handful of files. The proof is checked before it is given.
pub fn prove_event(
    source: &mut (impl Source + ?Sized),
    seq: u64,
    note: &str,
    key: &VerifierKey,
) -> Result<Proven, ProveError> {
    let checkpoint = Checkpoint::open(note, key)?;
    let hashes = inclusion_proof(source, seq, checkpoint.size)?;
    finish(source, seq, hashes, note, key)
}

/// Proves event `seq` against the signed checkpoint `note`, which is the published one or an older
/// one: the path from tiles, the leaf from the ledger.
pub fn prove_event_from_tiles(
    tiles: &mut (impl Tiles + ?Sized),
    source: &mut (impl Source + ?Sized),
    seq: u64,
    note: &str,
    key: &VerifierKey,
) -> Result<Proven, TileError> {
    let checkpoint = Checkpoint::open(note, key)?;
    let hashes = inclusion_proof_from_tiles(tiles, seq, checkpoint.size)?;
    Ok(finish(source, seq, hashes, note, key)?)
}

fn finish(
    source: &mut (impl Source + ?Sized),
    seq: u64,
    hashes: Vec<crate::Hash>,
    note: &str,
    key: &VerifierKey,
) -> Result<Proven, ProveError> {
    let leaf = read_event(source, seq, |event| event.leaf_bytes.to_vec())?
        .ok_or(ProveError::Differs { seq })?;
    let proof = TlogProof {
        extra: Some(leaf.clone()),
        seq,
        hashes,
        note: note.to_owned(),
    }
    .to_string();
    match verify_proof(&proof, &leaf, key, None) {
        Ok(_) => Ok(Proven { proof, leaf }),
        Err(ProofError::Note(error)) => Err(error.into()),
        Err(_) => Err(ProveError::Differs { seq }),
    }
}
