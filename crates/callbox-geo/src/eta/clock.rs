//! What conditional tags say at the time of the question.

use std::sync::{Arc, Mutex, PoisonError};

use crate::roads::{Hours, RoadGraph, Says, WallClock};

use super::{live::HoursNow, streets::Streets};

/// The conditions of a network, and the time that its answers are for.
#[derive(Debug)]
pub(super) struct Clock {
    hours: Vec<Option<Hours>>,
    shown: Mutex<Option<WallClock>>,
}

impl Clock {
    pub(super) fn new(graph: &RoadGraph) -> Self {
        Self {
            hours: graph.whens().map(Hours::read).collect(),
            shown: Mutex::new(None),
        }
    }
}

impl Streets {
    /// Counts the conditions on the hour that this network has.
    #[must_use]
    pub fn timed_conditions(&self) -> usize {
        self.clock.hours.len()
    }

    /// Makes answers those of this local time: streets and turns that are open, closed or slower at
    /// times. Gives how many links of the hierarchy were recomputed.
    ///
    /// Costs nothing within the same minute, and next to nothing while no condition begins or ends;
    /// else what a closure of the streets concerned costs. Before the first call no condition
    /// holds. Whoever asks calls this first, with the time that the question is about.
    pub fn set_clock(&self, now: WallClock) -> usize {
        if self.clock.hours.is_empty() {
            return 0;
        }
        let mut shown = self
            .clock
            .shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if shown.replace(now) == Some(now) {
            return 0;
        }
        let hold = self.hold(now);
        let mut conditions = self
            .conditions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if conditions.hours.hold == hold {
            return 0;
        }
        let before = Arc::clone(&conditions.hours);
        let next = Arc::new(self.hours_now(hold));
        let differ = |edge: &&u32| before.edges.get(edge) != next.edges.get(edge);
        let edges = before.edges.keys().chain(next.edges.keys()).filter(differ);
        let mut turns: Vec<u32> = edges
            .flat_map(|&edge| self.backwards.turns_into(edge))
            .map(|&(_, turn)| turn)
            .collect();
        turns.extend(before.turns.symmetric_difference(&next.turns));
        turns.sort_unstable();
        turns.dedup();
        conditions.hours = next;
        let all = self.all_driven();
        let changed = all
            .iter()
            .map(|driven| driven.change(&self.graph, &self.cch, conditions.clone(), &turns));
        changed.sum()
    }

    /// Which conditions hold at a local time.
    pub(super) fn hold(&self, at: WallClock) -> Vec<bool> {
        let hours = self.clock.hours.iter();
        hours
            .map(|hours| hours.as_ref().is_some_and(|hours| hours.hold(at)))
            .collect()
    }

    /// What holds with these conditions.
    pub(super) fn hours_now(&self, hold: Vec<bool>) -> HoursNow {
        let graph = &self.graph;
        let holds = |when: u32| hold.get(when as usize).copied().unwrap_or(false);
        let mut now = HoursNow::default();
        for &[segment, timed] in graph.timed_segment.iter() {
            let [count, first, whens @ ..] = graph.timed_way[timed as usize];
            let whens = whens.iter().take(count as usize).enumerate();
            let set = whens
                .filter(|(_, when)| holds(**when))
                .fold(0, |set, (no, _)| set | 1 << no);
            if set == 0 {
                continue;
            }
            let row = graph.timed_row[first as usize + set];
            for (against, &plain) in graph.seg_edge[segment as usize].iter().enumerate() {
                if plain == crate::roads::NO_EDGE {
                    continue;
                }
                let says = Says {
                    allow: row[against],
                    speed_kmh: row[2 + against],
                };
                if says != graph.always(plain) {
                    now.edges
                        .extend(graph.with_copies(plain).map(|edge| (edge, says)));
                }
            }
        }
        let forbidden = graph.timed_turn.iter().filter(|[_, when]| holds(*when));
        now.turns = forbidden.map(|[turn, _]| *turn).collect();
        now.hold = hold;
        now
    }
}
