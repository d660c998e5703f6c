//! An append-only, provable record of everything that a center did.
//!
//! The ledger knows only bytes: no incident, no unit, no event type. It puts the events of one
//! commit group into one row (a *frame*), hashes each event's public part (its *leaf*) into an
//! RFC 6962 Merkle tree, and stores the tree head with the frame in the same transaction. An
//! event's id is its position in the log, counted from 0.
//!
//! What is *absent*: no clock, no encryption (personal payloads arrive as bytes and are stored
//! beside the leaf, salted and committed to by hash), no index by stream, no update of a leaf.
//!
//! Walk of a write: [`Ledger::append`] encodes the drafts, hashes them into a copy of the
//! [`Frontier`], hands one [`FrameRow`] to the [`Store`], and only when the store says that the
//! row is durable does the copy become the ledger's state.
//!
//! Walk of a check: [`verify`] re-reads every row through a [`Source`], re-hashes every byte,
//! compares every column, and names the first bad frame; [`Checkpointer::advance`] does the same
//! for the new frames before it signs a [`Checkpoint`].
//!
//! Walk to the outside: [`TileWriter::advance`] reads the new frames back once more and writes them
//! as static files; [`prove_event_from_tiles`] makes one file of one event, [`verify_proof`] checks
//! it with nothing but a key; [`WitnessClient`] has others sign, [`Witness`] signs for others,
//! [`Policy`] says whose signatures suffice. None of them knows HTTP.
//!
//! The bytes are described in `docs/ledger.md` and `docs/ledger.cddl`.

mod audit;
mod backup;
mod checkpoint;
mod files;
mod frame;
mod gate;
mod hash;
mod leaf;
mod ledger;
mod merkle;
mod note;
mod policy;
mod proof;
mod prove;
mod seal;
mod ship;
mod store;
mod tile;
mod verify;
mod walk;
mod witness;

pub use audit::{Fault, FaultKind};
pub use backup::{BackupError, BackupReport, backup, restore};
pub use checkpoint::Checkpoint;
pub use files::destroy as destroy_file;
pub use files::replace as replace_file;
pub use frame::{Event, Events, Frame, FrameRow, MAX_EVENTS, MAX_FRAME_BYTES};
pub use gate::{Checkpointer, Gate, GateError};
pub use hash::{Hash, leaf_hash, sha256};
pub use leaf::{
    Draft, DraftFault, FrameHead, Leaf, MAX_LEAF, MAX_OPEN, MAX_PERSONAL, MAX_TIME_US, Malformed,
    Personal, Stream, decode as read_leaf,
};
pub use ledger::{AppendError, Ledger, OpenError, Options, Receipt, Salts};
pub use merkle::{Frontier, ProofFault, inclusion_path, verify_consistency, verify_inclusion};
pub use note::{
    Cosigner, KeyKind, MAX_NOTE_BYTES, NoteError, Signer, VerifierKey, add_cosignatures,
};
pub use policy::{Cosigned, MAX_POLICY_BYTES, Policy, PolicyError, PolicyWitness};
pub use proof::{
    MAX_PROOF_BYTES, ProofError, Proven, TlogProof, VerifiedEvent, prove_event,
    prove_event_from_tiles, verify_proof,
};
pub use prove::{ProveError, consistency_proof, find_frame, inclusion_proof, read_event};
pub use seal::{
    AskPassphrase, CommandRoot, CoseError, MAX_SEALED, Opened, Opener, PassphraseRoot, RootError,
    RootFile, RootKind, Rotation, Vault, VaultError, WrapKeys, kid_of, open_disclosed,
};
pub use ship::{
    ObjectShipper, Objects, RestoredFrames, ShipError, Shipped, ShippedCopy, ShippedReport,
    Shipper, fetch_objects, restore_frames,
};
pub use store::{
    Cause, Injected, MemoryStore, RowHead, Source, SqliteReader, SqliteStore, Store, StoreError,
};
pub use tile::{
    TILE_WIDTH, TileError, TilePath, TileReader, TileReport, TileWriter, Tiles, audit_tiles,
    consistency_proof_from_tiles, entries_of_bundle, export_tiles, frontier_from_tiles,
    inclusion_proof_from_tiles,
};
pub use verify::{Progress, VerifyReport, verify};
pub use witness::{
    AddCheckpoint, MAX_REQUEST_BYTES, Post, Seen, Witness, WitnessAnswer, WitnessClient,
    WitnessError, WitnessFile, WitnessSetupError, WitnessState, WitnessStateError,
};

#[cfg(test)]
mod tests;
