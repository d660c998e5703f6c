//! The RFC 6962 Merkle tree: a compact frontier for appending, and proofs.

mod frontier;
mod path;
mod proof;

pub use frontier::Frontier;
pub use path::inclusion_path;
pub use proof::{ProofFault, verify_consistency, verify_inclusion};
pub(crate) use proof::{RangeHasher, consistency_ranges, inclusion_ranges};

#[cfg(test)]
mod tests;
