//! Dijkstra's algorithm without any preparation: what the hierarchy's answers must equal.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::roads::{NEVER, RoadGraph};

use super::{metric::Weights, query::Seed};

/// The turns backwards, and nothing else prepared.
#[derive(Debug)]
pub(super) struct Backwards {
    first: Vec<u32>,
    /// Where each turn comes from, and its number.
    turns: Vec<(u32, u32)>,
}

impl Backwards {
    pub(super) fn new(graph: &RoadGraph) -> Self {
        let edges = graph.edges();
        let mut first = vec![0u32; edges + 1];
        for &to in graph.turn_to.iter() {
            first[to as usize + 1] += 1;
        }
        for edge in 0..edges {
            first[edge + 1] += first[edge];
        }
        let mut next = first.clone();
        let mut turns = vec![(0, 0); graph.turn_to.len()];
        for edge in 0..edges as u32 {
            for turn in graph.turns(edge) {
                let slot = &mut next[graph.turn_to[turn] as usize];
                turns[*slot as usize] = (edge, turn as u32);
                *slot += 1;
            }
        }
        Self { first, turns }
    }

    /// The turns into an edge: where they come from, and their numbers.
    pub(super) fn turns_into(&self, edge: u32) -> &[(u32, u32)] {
        &self.turns[self.first[edge as usize] as usize..self.first[edge as usize + 1] as usize]
    }

    /// Computes the time from each edge's end to the seeds (edges here, not ranks).
    pub(super) fn times_to(&self, weights: &impl Weights, seeds: &[Seed]) -> Vec<u32> {
        let mut best = vec![NEVER; self.first.len() - 1];
        let mut queue = BinaryHeap::new();
        for &(edge, time) in seeds {
            if time < best[edge as usize] {
                best[edge as usize] = time;
                queue.push((Reverse(time), edge));
            }
        }
        while let Some((Reverse(time), edge)) = queue.pop() {
            if time > best[edge as usize] {
                continue;
            }
            for &(from, turn) in self.turns_into(edge) {
                let longer = time + weights.turn(turn).min(NEVER);
                if longer < best[from as usize] {
                    best[from as usize] = longer;
                    queue.push((Reverse(longer), from));
                }
            }
        }
        best
    }
}
