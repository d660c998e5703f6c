//! Questions: times from many places to one, from one to many, and ways.

use crate::roads::NEVER;

use super::{
    live::{Driven, Live},
    place::{End, Stand, direct},
    query::Seed,
    route::{self, Path as Way, Route},
    snap::Snapped,
    streets::{Eta, ProfileId, Streets},
};

impl Streets {
    /// Gives the times from each of `units` to one place, in the units' order; `None` where no way
    /// leads there.
    ///
    /// Costs the ancestors of all units in the hierarchy, each once (see `docs/streets.md`), and no
    /// search by coordinates. A unit on the incident's own street need not leave it.
    #[must_use]
    pub fn eta_many_to_one(
        &self,
        units: &[Snapped],
        to: &Snapped,
        profile: ProfileId,
    ) -> Vec<Option<Eta>> {
        let driven = self.driven(profile);
        let live = driven.now();
        let ends = self.ends(&driven, &live, to);
        let seeds: Vec<Seed> = ends
            .iter()
            .map(|end| (self.cch.rank[end.before as usize], end.cost))
            .collect();
        let stands: Vec<Vec<Stand>> = units
            .iter()
            .map(|unit| self.stands(&driven, &live, unit))
            .collect();
        let goal = self.stands(&driven, &live, to);
        let rank = &*self.cch.rank;
        self.rooms.with(&self.cch, |room| {
            let wanted = stands
                .iter()
                .flatten()
                .map(|stand| rank[stand.edge as usize]);
            room.search(
                &self.cch,
                live.links_down(),
                live.links_up(),
                &seeds,
                wanted,
            );
            stands
                .iter()
                .map(|stands| {
                    let around = stands.iter().map(|stand| {
                        stand
                            .leave()
                            .saturating_add(room.time[rank[stand.edge as usize] as usize])
                    });
                    let best = around.chain(direct(stands, &goal)).min().unwrap_or(NEVER);
                    Eta::below_never(best)
                })
                .collect()
        })
    }

    /// Gives the times from one place to each of `places`, in their order.
    #[must_use]
    pub fn eta_one_to_many(
        &self,
        from: &Snapped,
        places: &[Snapped],
        profile: ProfileId,
    ) -> Vec<Option<Eta>> {
        let driven = self.driven(profile);
        let live = driven.now();
        let stands = self.stands(&driven, &live, from);
        let rank = &*self.cch.rank;
        let seeds: Vec<Seed> = stands
            .iter()
            .map(|stand| (rank[stand.edge as usize], stand.leave()))
            .collect();
        let ends: Vec<Vec<End>> = places
            .iter()
            .map(|to| self.ends(&driven, &live, to))
            .collect();
        self.rooms.with(&self.cch, |room| {
            let wanted = ends.iter().flatten().map(|end| rank[end.before as usize]);
            room.search(
                &self.cch,
                live.links_up(),
                live.links_down(),
                &seeds,
                wanted,
            );
            places
                .iter()
                .zip(&ends)
                .map(|(to, ends)| {
                    let around = ends.iter().map(|end| {
                        end.cost
                            .saturating_add(room.time[rank[end.before as usize] as usize])
                    });
                    let goal = self.stands(&driven, &live, to);
                    let best = around.chain(direct(&stands, &goal)).min().unwrap_or(NEVER);
                    Eta::below_never(best)
                })
                .collect()
        })
    }

    /// Gives the times from each of `from` (rows) to each of `to` (columns). Costs one
    /// [`Streets::eta_many_to_one`] per column.
    #[must_use]
    pub fn eta_matrix(
        &self,
        from: &[Snapped],
        to: &[Snapped],
        profile: ProfileId,
    ) -> Vec<Vec<Option<Eta>>> {
        let mut rows = vec![Vec::with_capacity(to.len()); from.len()];
        for place in to {
            let column = self.eta_many_to_one(from, place, profile);
            for (row, eta) in rows.iter_mut().zip(column) {
                row.push(eta);
            }
        }
        rows
    }

    /// Finds the way; its time equals the ETA's.
    #[must_use]
    pub fn route(&self, from: &Snapped, to: &Snapped, profile: ProfileId) -> Option<Route> {
        let driven = self.driven(profile);
        let live = driven.now();
        let way = self.way(&driven, &live, from, to)?;
        Some(route::draw(&self.graph, &driven, &live, &way, (from, to)))
    }

    pub(super) fn way(
        &self,
        driven: &Driven,
        live: &Live,
        from: &Snapped,
        to: &Snapped,
    ) -> Option<Way> {
        let stands = self.stands(driven, live, from);
        let goal = self.stands(driven, live, to);
        let ends = self.ends(driven, live, to);
        let seeds_from: Vec<Seed> = stands
            .iter()
            .map(|stand| (stand.edge, stand.leave()))
            .collect();
        let seeds_to: Vec<Seed> = ends.iter().map(|end| (end.before, end.cost)).collect();
        let weights = |turn: u32| driven.turn_ms(&self.graph, &live.conditions, turn);
        let found = self.rooms.with(&self.cch, |there| {
            self.rooms.with(&self.cch, |back| {
                route::chain(
                    &self.cch,
                    live,
                    &weights,
                    &self.graph,
                    (there, back),
                    &seeds_from,
                    &seeds_to,
                )
            })
        });
        let around = found.and_then(|(mut edges, milliseconds)| {
            let (first, last) = (*edges.first()?, *edges.last()?);
            let stand = stands.iter().find(|stand| stand.edge == first)?;
            let end = ends
                .iter()
                .filter(|end| end.before == last)
                .min_by_key(|end| end.cost)?;
            edges.push(end.edge);
            Some(Way {
                edges,
                from: stand.along,
                to: end.along,
                milliseconds,
            })
        });
        let straight = stands
            .iter()
            .flat_map(|a| goal.iter().map(move |b| (a, b)))
            .filter_map(|(a, b)| {
                let milliseconds = a.to(b)?;
                Some(Way {
                    edges: vec![a.edge],
                    from: a.along,
                    to: b.along,
                    milliseconds,
                })
            })
            .min_by_key(|way| way.milliseconds);
        around
            .into_iter()
            .chain(straight)
            .min_by_key(|way| way.milliseconds)
    }
}
