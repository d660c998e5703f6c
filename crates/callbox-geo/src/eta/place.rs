//! Where on the edges a drive begins and ends, and what that costs.

use crate::roads::{NEVER, NO_EDGE};

use super::{
    live::{Conditions, Driven, Live},
    snap::{Snapped, Spot},
    streets::Streets,
};

/// Where a drive may end: the edge before the last, what it costs from there, and the last edge.
pub(super) struct End {
    pub(super) before: u32,
    pub(super) cost: u32,
    pub(super) edge: u32,
    pub(super) along: f64,
}

/// Where a drive may begin or end on an edge.
pub(super) struct Stand {
    pub(super) edge: u32,
    pub(super) along: f64,
    /// Milliseconds from the edge's beginning, and to its end.
    passed: u32,
    rest: u32,
    detour: u32,
}

impl Streets {
    /// The edges on which a place lies for a profile.
    pub(super) fn stands(&self, driven: &Driven, live: &Live, at: &Snapped) -> Vec<Stand> {
        self.stands_under(driven, &live.conditions, at)
    }

    /// Does what [`Streets::stands`] does, under other conditions than the present ones.
    pub(super) fn stands_under(
        &self,
        driven: &Driven,
        conditions: &Conditions,
        at: &Snapped,
    ) -> Vec<Stand> {
        let mut stands = Vec::new();
        let who = driven.profile.who();
        for spot in at.spots.iter().filter(|spot| spot.whom & who != 0) {
            for edge in self.spot_edges(spot) {
                let time = driven.edge_ms(&self.graph, conditions, edge);
                if time >= NEVER {
                    continue;
                }
                let along = if self.graph.side(edge).1 == 0 {
                    spot.along
                } else {
                    1.0 - spot.along
                };
                let passed = ((f64::from(time) * along).round() as u32).min(time);
                let (rest, detour) = (time - passed, spot.detour_ms);
                stands.push(Stand {
                    edge,
                    along,
                    passed,
                    rest,
                    detour,
                });
            }
        }
        stands
    }

    fn spot_edges<'a>(&'a self, spot: &'a Spot) -> impl Iterator<Item = u32> + 'a {
        let edges = self.graph.seg_edge[spot.segment as usize];
        edges
            .into_iter()
            .zip(spot.sides)
            .filter(|(edge, open)| *open && *edge != NO_EDGE)
            .map(|(edge, _)| edge)
    }

    /// The turns into the edges on which a place lies.
    pub(super) fn ends(&self, driven: &Driven, live: &Live, at: &Snapped) -> Vec<End> {
        self.ends_under(driven, &live.conditions, at)
    }

    /// Does what [`Streets::ends`] does, under other conditions than the present ones.
    pub(super) fn ends_under(
        &self,
        driven: &Driven,
        conditions: &Conditions,
        at: &Snapped,
    ) -> Vec<End> {
        let mut ends = Vec::new();
        for stand in self.stands_under(driven, conditions, at) {
            for edge in self.graph.with_copies(stand.edge) {
                for &(before, turn) in self.backwards.turns_into(edge) {
                    let alone = driven.turn_alone_ms(&self.graph, conditions, turn, before);
                    let cost = alone
                        .saturating_add(stand.passed)
                        .saturating_add(stand.detour);
                    if cost < NEVER {
                        ends.push(End {
                            before,
                            cost,
                            edge,
                            along: stand.along,
                        });
                    }
                }
            }
        }
        ends
    }
}

impl Stand {
    pub(super) fn leave(&self) -> u32 {
        self.rest.saturating_add(self.detour).min(NEVER)
    }

    /// The time straight on to a place farther along the same edge.
    pub(super) fn to(&self, goal: &Self) -> Option<u32> {
        let ahead =
            self.edge == goal.edge && self.passed <= goal.passed && self.along <= goal.along;
        ahead.then(|| goal.passed - self.passed + self.detour + goal.detour)
    }
}

pub(super) fn direct(from: &[Stand], to: &[Stand]) -> Option<u32> {
    from.iter()
        .flat_map(|a| to.iter().filter_map(move |b| a.to(b)))
        .min()
}
