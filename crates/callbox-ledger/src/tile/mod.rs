//! The ledger as static files (C2SP tlog-tiles): hash tiles for everybody, entry bundles for
//! auditors, and proofs from them.
//!
//! Tiles are made from frames that are read back and checked, behind the commit path, and only up
//! to a signed checkpoint. They can be made anew from the ledger at any time.

mod audit;
mod bundle;
mod path;
mod proof;
mod reader;
mod tree;
mod writer;

use std::io;
use std::path::PathBuf;

pub use audit::audit_tiles;
pub use bundle::entries_of_bundle;
pub use path::{TILE_WIDTH, TilePath};
pub use proof::{
    Tiles, consistency_proof_from_tiles, frontier_from_tiles, inclusion_proof_from_tiles,
};
pub use reader::TileReader;
pub use writer::{TileReport, TileWriter, export_tiles};

use crate::audit::Fault;
use crate::merkle::ProofFault;
use crate::note::NoteError;
use crate::prove::ProveError;
use crate::store::StoreError;

/// Tells why tiles were not written or read.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// A file or directory cannot be used.
    #[error("cannot use {path}; check that the disk has space and the directory may be written")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A tile that the tree has is not there.
    #[error("{0} is missing; export the tiles again into an empty directory")]
    Missing(PathBuf),
    /// A file is not what its name says.
    #[error("{path} is damaged: {what}; export the tiles again into an empty directory")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A source of tiles gave fewer hashes than it was asked for.
    #[error("tile {index} of level {level} has too few hashes; fetch it again")]
    Short {
        /// The tile's level.
        level: u8,
        /// The tile's number.
        index: u64,
    },
    /// Another process writes to the directory.
    #[error("another process writes tiles to {0}; stop it, or choose another directory")]
    Locked(PathBuf),
    /// The checkpoint is older than the published one, or of another history.
    #[error(
        "the tiles stand at {published} events and the checkpoint at {size} is older or of another history; publish another ledger into another directory"
    )]
    Behind {
        /// The published size.
        published: u64,
        /// The size of the checkpoint that was handed in.
        size: u64,
    },
    /// The checkpoint's size lies within a frame: no checkpoint of this ledger does.
    #[error("the checkpoint at {size} events ends within a frame; it is not of this ledger")]
    WithinFrame {
        /// The size of the checkpoint.
        size: u64,
    },
    /// An event is too long for an entry bundle.
    #[error(
        "event {seq} has more than 65,535 bytes and fits no entry bundle; export without entries"
    )]
    Leaf {
        /// The event's position.
        seq: u64,
    },
    /// The note is not a checkpoint of this ledger.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The ledger is damaged or not the one that was signed.
    #[error("nothing was published, the ledger is not the one that was signed: {0}")]
    Ledger(#[from] Fault),
    /// The ledger cannot be read now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event could not be read or does not fit the tiles.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The position or size lies outside the tree.
    #[error(transparent)]
    Outside(#[from] ProofFault),
}
