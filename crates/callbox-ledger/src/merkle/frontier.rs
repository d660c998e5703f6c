use crate::hash::{Hash, node_hash, sha256};

/// Holds the right edge of the tree: all that is needed to append leaves and give the root.
///
/// At most 64 hashes. Its [`root`](Self::root) names it: a frontier whose root equals that of a
/// signed checkpoint of the same size is as trustworthy as the checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees, one for each 1 bit of `size`, largest first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Gives the frontier of the empty tree.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Takes a frontier from its parts, or `None` when the number of hashes does not fit `size`.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Counts the leaves; also the position of the next one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Gives the roots of the perfect subtrees, largest (leftmost) first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds one leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut rest = self.size;
        while rest & 1 == 1 {
            let left = self
                .peaks
                .pop()
                .expect("one peak for each 1 bit of the size");
            hash = node_hash(&left, &hash);
            rest >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Gives the tree head; of the empty tree the hash of the empty string (RFC 6962, 2.1).
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => sha256(b""),
            Some(last) => peaks.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// Empties the frontier and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.size = 0;
        self.peaks.clear();
    }
}
