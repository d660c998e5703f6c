//! Inclusion and consistency proofs (RFC 6962, 2.1.1 and 2.1.2; verifiers as in RFC 9162, 2.1).
//!
//! A proof is a list of subtree roots. [`inclusion_ranges`] and [`consistency_ranges`] name the
//! subtrees as ranges of leaves, [`RangeHasher`] computes them all in one pass over the leaf
//! hashes with memory for one frontier.

use std::ops::Range;

use super::Frontier;
use crate::hash::{Hash, node_hash};

/// Tells why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// The position or the smaller size lies outside the tree.
    #[error("position or size {asked} lies outside a tree of {size}")]
    Outside {
        /// The position or size asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The proof has too few or too many hashes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Checks that `leaf` stands at position `seq` of the tree of `size` leaves with this `root`.
pub fn verify_inclusion(
    leaf: Hash,
    seq: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), ProofFault> {
    if seq >= size {
        return Err(ProofFault::Outside { asked: seq, size });
    }
    let (mut node, mut last, mut hash) = (seq, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    finish(last, &[(hash, root)])
}

/// Checks that the tree of `new` leaves begins with exactly the tree of `old` leaves.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofFault> {
    if old > new {
        return Err(ProofFault::Outside {
            asked: old,
            size: new,
        });
    }
    if old == 0 {
        // Every tree begins with the empty one; there is nothing to prove but the empty root.
        let empty = Frontier::empty().root();
        return finish(proof.len() as u64, &[(old_root, empty)]);
    }
    if old == new {
        return finish(proof.len() as u64, &[(old_root, new_root)]);
    }
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() {
        old_root
    } else {
        *hashes.next().ok_or(ProofFault::Length)?
    };
    let shift = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    finish(last, &[(old_hash, old_root), (new_hash, new_root)])
}

fn finish(left_over: u64, pairs: &[(Hash, Hash)]) -> Result<(), ProofFault> {
    if left_over != 0 {
        return Err(ProofFault::Length);
    }
    if pairs.iter().any(|(have, want)| have != want) {
        return Err(ProofFault::Root);
    }
    Ok(())
}

/// Names the subtrees of an inclusion proof, in the proof's order (nearest sibling first).
pub(crate) fn inclusion_ranges(seq: u64, size: u64) -> Vec<Range<u64>> {
    let (mut from, mut to) = (0, size);
    let mut ranges = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if seq < middle {
            ranges.push(middle..to);
            to = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// Names the subtrees of a consistency proof, in the proof's order; needs `0 < old < new`.
pub(crate) fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let (mut from, mut to) = (0, new);
    let mut ranges = Vec::new();
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            ranges.push(middle..to);
            to = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    // The old tree's own last subtree; where that is the whole old tree the verifier has it.
    if from != 0 {
        ranges.push(from..to);
    }
    ranges.reverse();
    ranges
}

/// Gives the largest power of two below `n`, for `n > 1`.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Computes the roots of disjoint ranges of leaves from one pass over the leaf hashes.
pub(crate) struct RangeHasher {
    /// Ranges with their place in the proof, by position; `next` counts the finished ones.
    ranges: Vec<(Range<u64>, usize)>,
    next: usize,
    frontier: Frontier,
    hashes: Vec<Hash>,
}

impl RangeHasher {
    pub(crate) fn new(ranges: Vec<Range<u64>>) -> Self {
        let hashes = vec![Hash([0; 32]); ranges.len()];
        let mut ranges: Vec<_> = ranges.into_iter().zip(0..).collect();
        ranges.sort_by_key(|(range, _)| range.start);
        Self {
            ranges,
            next: 0,
            frontier: Frontier::empty(),
            hashes,
        }
    }

    /// Takes the leaf hash at position `seq`; positions come in order.
    pub(crate) fn push(&mut self, seq: u64, leaf: Hash) {
        let Some((range, place)) = self.ranges.get(self.next) else {
            return;
        };
        if !range.contains(&seq) {
            return;
        }
        self.frontier.push(leaf);
        if seq + 1 == range.end {
            self.hashes[*place] = self.frontier.root();
            self.frontier.clear();
            self.next += 1;
        }
    }

    /// Gives the proof, or `None` when leaves were missing.
    pub(crate) fn finish(self) -> Option<Vec<Hash>> {
        (self.next == self.ranges.len()).then_some(self.hashes)
    }
}
