use crate::hash::{Hash, node_hash};

/// Gives the path from the sibling of leaf `index` to the root, for a tree that is small enough to
/// be in memory; `None` beyond its end.
pub fn inclusion_path(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut within, mut at) = (leaves, index);
    while within.len() > 1 {
        // The left subtree is the largest perfect one that leaves something to the right (RFC 6962, 2.1).
        let split = within.len().next_power_of_two() / 2;
        let (left, right) = within.split_at(split);
        if at < split {
            path.push(root(right));
            within = left;
        } else {
            path.push(root(left));
            (within, at) = (right, at - split);
        }
    }
    path.reverse();
    Some(path)
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}
