//! The frontier, the proofs and their verifiers against RFC 6962's recursive definitions.

use proptest::prelude::*;

use super::*;
use crate::hash::{Hash, leaf_hash, node_hash, sha256};

/// MTH(D[n]) of RFC 6962, 2.1, word for word.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// PATH(m, D[n]) of RFC 6962, 2.1.1.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(k);
    if m < k {
        [path(m, left), vec![mth(right)]].concat()
    } else {
        [path(m - k, right), vec![mth(left)]].concat()
    }
}

/// SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2.
fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(k);
    if m <= k {
        [subproof(m, left, whole), vec![mth(right)]].concat()
    } else {
        [subproof(m - k, right, false), vec![mth(left)]].concat()
    }
}

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn frontier(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::empty();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier
}

fn ours(ranges: Vec<std::ops::Range<u64>>, leaves: &[Hash]) -> Vec<Hash> {
    let mut hasher = RangeHasher::new(ranges);
    (0..)
        .zip(leaves)
        .for_each(|(seq, leaf)| hasher.push(seq, *leaf));
    hasher.finish().expect("all leaves were there")
}

/// The vectors of the certificate transparency project.
#[test]
fn known_roots() {
    let data: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::empty();
    assert_eq!(frontier.root().to_string(), roots[0]);
    for (leaf, root) in data.iter().zip(&roots[1..]) {
        frontier.push(leaf_hash(leaf));
        assert_eq!(frontier.root().to_string(), *root);
    }
}

/// Every proof of every small tree equals the definition and verifies.
#[test]
fn small_trees_in_full() {
    for n in 0..=40 {
        let leaves = leaves(n);
        let root = frontier(&leaves).root();
        assert_eq!(root, mth(&leaves));
        let n64 = n as u64;
        for m in 0..n {
            let proof = ours(inclusion_ranges(m as u64, n64), &leaves);
            assert_eq!(proof, path(m, &leaves), "leaf {m} of {n}");
            assert_eq!(
                verify_inclusion(leaves[m], m as u64, n64, &proof, root),
                Ok(())
            );
        }
        for m in 1..n {
            let proof = ours(consistency_ranges(m as u64, n64), &leaves);
            assert_eq!(proof, subproof(m, &leaves, true), "{m} in {n}");
            let old = mth(&leaves[..m]);
            assert_eq!(verify_consistency(m as u64, old, n64, root, &proof), Ok(()));
        }
    }
}

#[test]
fn edges() {
    let [a, b] = [leaf_hash(b"a"), leaf_hash(b"b")];
    let outside = ProofFault::Outside { asked: 1, size: 1 };
    assert_eq!(verify_inclusion(a, 1, 1, &[], a), Err(outside));
    assert_eq!(verify_inclusion(a, 0, 1, &[], a), Ok(()));
    assert_eq!(verify_inclusion(a, 0, 1, &[b], a), Err(ProofFault::Length));
    assert_eq!(verify_consistency(0, sha256(b""), 5, a, &[]), Ok(()));
    assert_eq!(verify_consistency(0, a, 5, a, &[]), Err(ProofFault::Root));
    assert_eq!(verify_consistency(5, a, 5, a, &[]), Ok(()));
    assert_eq!(verify_consistency(5, a, 5, b, &[]), Err(ProofFault::Root));
    assert_eq!(verify_consistency(3, a, 5, b, &[]), Err(ProofFault::Length));
    assert!(verify_consistency(6, a, 5, b, &[]).is_err());
    assert_eq!(Frontier::from_parts(3, vec![a]), None);
}

proptest! {
    #[test]
    fn a_changed_inclusion_proof_fails(n in 1_usize..600, m in 0_usize..600, bit in 0_usize..256, at in 0_usize..12, cut: bool) {
        let m = m % n;
        let leaves = leaves(n);
        let root = frontier(&leaves).root();
        let (m64, n64) = (m as u64, n as u64);
        let proof = ours(inclusion_ranges(m64, n64), &leaves);
        prop_assert_eq!(&proof, &path(m, &leaves));
        prop_assert_eq!(Some(proof.clone()), super::inclusion_path(&leaves, m));
        prop_assert_eq!(super::inclusion_path(&leaves, n), None);
        prop_assert_eq!(verify_inclusion(leaves[m], m64, n64, &proof, root), Ok(()));
        let mut leaf = leaves[m];
        leaf.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify_inclusion(leaf, m64, n64, &proof, root), Err(ProofFault::Root));
        if !proof.is_empty() {
            let mut bad = proof.clone();
            if cut { bad.pop(); } else { let at = at % bad.len(); bad[at].0[bit / 8] ^= 1 << (bit % 8); }
            prop_assert!(verify_inclusion(leaves[m], m64, n64, &bad, root).is_err());
            // The same proof does not serve for a neighbour.
            prop_assert!(verify_inclusion(leaves[m], (m64 + 1) % n64, n64, &proof, root).is_err());
        }
        let mut long = proof.clone();
        long.push(root);
        prop_assert!(verify_inclusion(leaves[m], m64, n64, &long, root).is_err());
    }

    #[test]
    fn a_rewritten_history_has_no_consistency_proof(n in 2_usize..600, m in 1_usize..600, changed in 0_usize..600) {
        let m = 1 + m % (n - 1);
        let changed = changed % m;
        let old = leaves(n);
        let mut new = old.clone();
        let proof = ours(consistency_ranges(m as u64, n as u64), &old);
        prop_assert_eq!(&proof, &subproof(m, &old, true));
        prop_assert_eq!(verify_consistency(m as u64, mth(&old[..m]), n as u64, mth(&old), &proof), Ok(()));
        new[changed] = leaf_hash(b"written anew");
        let forged = ours(consistency_ranges(m as u64, n as u64), &new);
        prop_assert!(verify_consistency(m as u64, mth(&old[..m]), n as u64, mth(&new), &forged).is_err());
    }
}
