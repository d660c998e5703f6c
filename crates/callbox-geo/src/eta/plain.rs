//! Dijkstra's algorithm without any preparation: what the hierarchy's answers must equal.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use crate::roads::{NEVER, RoadGraph};

use super::{
    live::{Driven, Live},
    metric::Weights,
    place::direct,
    query::Seed,
    snap::Snapped,
    streets::{Eta, Streets},
};

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

/// Answers by Dijkstra's algorithm alone; see [`Streets::plain`].
#[derive(Debug)]
pub struct Plain<'a> {
    pub(super) streets: &'a Streets,
    pub(super) driven: Arc<Driven>,
    pub(super) live: Arc<Live>,
    /// Milliseconds of each turn with the edge after it.
    pub(super) times: Vec<u32>,
}

impl<'a> Plain<'a> {
    pub(super) fn new(
        streets: &'a Streets,
        driven: Arc<Driven>,
        live: Arc<Live>,
        times: Vec<u32>,
    ) -> Self {
        Self {
            streets,
            driven,
            live,
            times,
        }
    }

    /// Does what [`Streets::eta_many_to_one`] does.
    #[must_use]
    pub fn eta_many_to_one(&self, units: &[Snapped], to: &Snapped) -> Vec<Option<Eta>> {
        let (streets, driven, live) = (self.streets, &self.driven, &self.live);
        let ends = streets.ends(driven, live, to);
        let seeds: Vec<Seed> = ends.iter().map(|end| (end.before, end.cost)).collect();
        let times = streets
            .backwards
            .times_to(&|turn: u32| self.times[turn as usize], &seeds);
        let goal = streets.stands(driven, live, to);
        units
            .iter()
            .map(|unit| {
                let stands = streets.stands(driven, live, unit);
                let around = stands
                    .iter()
                    .map(|stand| stand.leave().saturating_add(times[stand.edge as usize]));
                Eta::below_never(around.chain(direct(&stands, &goal)).min().unwrap_or(NEVER))
            })
            .collect()
    }
}
