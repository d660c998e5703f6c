//! What can be wrong with an extract.

use std::path::PathBuf;

/// Says why an extract cannot be read, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OsmError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}; check the path and its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is of another kind.
    #[error(
        "{path} is not an OpenStreetMap PBF extract ({reason}); give a file that ends in .osm.pbf"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// The file ends too early.
    #[error(
        "{path} is cut off: its block at byte {offset} needs {missing} more bytes; download it again"
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Where the unfinished block begins.
        offset: u64,
        /// How many bytes are missing.
        missing: u64,
    },
    /// A block does not hold what the format says.
    #[error("{path} is damaged in its block at byte {offset} ({reason}); download it again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the block begins.
        offset: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file needs something that this reader does not know.
    #[error(
        "{path} uses {feature}, which callbox does not read; convert it with `osmium cat -o new.osm.pbf`"
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it needs.
        feature: String,
    },
    /// There is nothing of use in the file.
    #[error("{path} holds no {what}; choose an extract of the area that you serve")]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
}
