//! What the engine shows to those who check the record from outside.

use std::{path::PathBuf, sync::PoisonError};

use callbox_ledger::{Checkpoint, Proven, TileError, TilePath, TileReader, VerifierKey};
use thiserror::Error;

use crate::{Engine, Published};

/// Why there is no proof of an event.
#[derive(Debug, Error)]
pub enum NoProof {
    /// No published checkpoint covers the event yet, or none is published here.
    #[error("no published checkpoint covers the event yet")]
    NotYet,
    /// The published files or the ledger cannot be read.
    #[error(transparent)]
    Tiles(#[from] TileError),
}

impl Engine {
    /// What outsiders can read; nothing where this engine does not publish.
    pub fn published(&self) -> Published {
        self.publication
            .as_ref()
            .map_or_else(Published::default, |publication| publication.now())
    }

    /// The bytes of a published tile or entry bundle, or `None` where there is none.
    ///
    /// Entry bundles are for auditors; the caller checks the right.
    pub fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, TileError> {
        let Some(publication) = &self.publication else {
            return Ok(None);
        };
        let directory = match path.level {
            Some(_) => &publication.tiles,
            None => &publication.entries,
        };
        TileReader::new(directory).resource(path)
    }

    /// The directory of the published hash tiles, for proofs of consistency.
    pub fn tiles(&self) -> Option<PathBuf> {
        Some(self.publication.as_ref()?.tiles.clone())
    }

    /// The proof that event `seq` stands in the signed ledger (C2SP tlog-proof), by `note` where it
    /// is a checkpoint of this ledger that covers the event, else by a published one.
    pub fn prove(&self, seq: u64, note: Option<&str>) -> Result<Proven, NoProof> {
        let tiles = self.tiles().ok_or(NoProof::NotYet)?;
        let covers = |note: &&str| {
            Checkpoint::open(note, &self.key).is_ok_and(|checkpoint| seq < checkpoint.size)
        };
        let Published {
            note: signed,
            shown,
            ..
        } = self.published();
        // One that witnesses cosigned comes first.
        let note = (note.filter(covers))
            .or_else(|| shown.as_deref().filter(covers))
            .or_else(|| signed.as_deref().filter(covers))
            .ok_or(NoProof::NotYet)?;
        Ok(self.shared.reader.prove(&tiles, seq, note, &self.key)?)
    }

    /// The last signed checkpoint as a C2SP signed note; `None` in the first moment.
    pub fn checkpoint(&self) -> Option<String> {
        self.signed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .note
            .clone()
    }

    /// The key with which anybody checks the checkpoints.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The ML-DSA-44 key that signs the checkpoints too, where there is one.
    pub fn second_key(&self) -> Option<&VerifierKey> {
        self.second_key.as_ref()
    }
}
