//! Questions: times from many places to one, from one to many, and ways.

use std::sync::Arc;

use crate::roads::NEVER;

use super::{
    ascent::Ascent,
    live::{Driven, Live},
    place::{End, Stand, direct},
    prune::Pruned,
    query::{Room, Seed},
    route::{self, Path as Way, Route},
    snap::{Snapped, Spot},
    streets::{Eta, ProfileId, Streets},
    vehicle::Size,
};

/// So many units of which nothing is remembered are searched from one by one; more of them together.
const FEW: usize = 16;

impl Streets {
    /// Gives the times from each of `units` to one place, in the units' order; `None` where no way
    /// leads there.
    ///
    /// What was searched from a unit's place before is used again while the times are the same
    /// ([`Streets::remember`]): then a question costs the climb from the place, and one look at what
    /// lies above each unit. For the others it costs the ancestors of all of them in the hierarchy,
    /// each once. No search by coordinates; a unit on the incident's own street need not leave it.
    #[must_use]
    pub fn eta_many_to_one(
        &self,
        units: &[Snapped],
        to: &Snapped,
        profile: ProfileId,
    ) -> Vec<Option<Eta>> {
        let driven = self.driven(profile);
        self.many_to_one(&driven, &driven.now(), units, to)
    }

    pub(super) fn many_to_one(
        &self,
        driven: &Driven,
        live: &Live,
        units: &[Snapped],
        to: &Snapped,
    ) -> Vec<Option<Eta>> {
        let ends = self.ends(driven, live, to);
        let seeds: Vec<Seed> = ends
            .iter()
            .map(|end| (self.cch.rank[end.before as usize], end.cost))
            .collect();
        let goal = self.stands(driven, live, to);
        let straight_on = |unit: &Snapped| {
            let shares = |spot: &Spot| to.spots.iter().any(|goal| goal.segment == spot.segment);
            let stands = unit.spots.iter().any(shares);
            let stands = stands.then(|| self.stands(driven, live, unit));
            stands.and_then(|stands| direct(&stands, &goal))
        };
        let mut times: Vec<u32> = units
            .iter()
            .map(|unit| straight_on(unit).unwrap_or(NEVER))
            .collect();
        let unknown = match live.pruned() {
            Some(pruned) => self.meet(driven, live, pruned, units, &seeds, &mut times),
            None => (0..units.len()).collect(),
        };
        if !unknown.is_empty() {
            self.sweep(driven, live, units, &unknown, &seeds, &mut times);
        }
        times.into_iter().map(Eta::below_never).collect()
    }

    /// Searches from places that will be asked about, and keeps that with them and their copies.
    ///
    /// It holds until the times change. Does nothing, and says so, before they have settled
    /// ([`Streets::settle`]); what is known already costs nothing.
    pub fn remember(&self, places: &[Snapped], profile: ProfileId) -> bool {
        let driven = self.driven(profile);
        let live = driven.now();
        let Some(pruned) = live.pruned() else {
            return false;
        };
        let unknown = places.iter();
        let unknown = unknown.filter(|place| place.ascents.of(live.number).is_none());
        self.rooms.with(&self.cch, |room| {
            for place in unknown {
                self.ascend(&driven, &live, pruned, room, place);
            }
        });
        true
    }

    fn ascend(
        &self,
        driven: &Driven,
        live: &Live,
        pruned: &Pruned,
        room: &mut Room,
        place: &Snapped,
    ) -> Arc<Ascent> {
        let seeds: Vec<Seed> = self
            .stands(driven, live, place)
            .iter()
            .map(|stand| (self.cch.rank[stand.edge as usize], stand.leave()))
            .collect();
        let ascent = Arc::new(room.ascend(pruned, &seeds));
        place.ascents.keep(live.number, Arc::clone(&ascent));
        ascent
    }

    /// Lowers the times of the units that something is remembered of; gives the others.
    fn meet(
        &self,
        driven: &Driven,
        live: &Live,
        pruned: &Pruned,
        units: &[Snapped],
        seeds: &[Seed],
        times: &mut [u32],
    ) -> Vec<usize> {
        let mut ascents: Vec<_> = units
            .iter()
            .map(|unit| unit.ascents.of(live.number))
            .collect();
        let unknown = 0..units.len();
        let unknown = unknown.filter(|&at| ascents[at].is_none());
        let mut unknown: Vec<usize> = unknown.collect();
        self.rooms.with(&self.cch, |room| {
            if unknown.len() <= FEW {
                for at in unknown.drain(..) {
                    ascents[at] = Some(self.ascend(driven, live, pruned, room, &units[at]));
                }
            }
            room.meet(&pruned.down, seeds, |met, _| {
                for (time, ascent) in times.iter_mut().zip(&ascents) {
                    if let Some(ascent) = ascent {
                        *time = (*time).min(ascent.to(met));
                    }
                }
            });
        });
        unknown
    }

    /// Lowers the times of some units by one sweep for all of them.
    fn sweep(
        &self,
        driven: &Driven,
        live: &Live,
        units: &[Snapped],
        some: &[usize],
        seeds: &[Seed],
        times: &mut [u32],
    ) {
        let stands: Vec<(usize, Vec<Stand>)> = some
            .iter()
            .map(|&at| (at, self.stands(driven, live, &units[at])))
            .collect();
        let rank = &*self.cch.rank;
        self.rooms.with(&self.cch, |room| {
            let wanted = stands
                .iter()
                .flat_map(|(_, stands)| stands)
                .map(|stand| rank[stand.edge as usize]);
            room.search(&self.cch, live.links_down(), live.links_up(), seeds, wanted);
            for (at, stands) in &stands {
                for stand in stands {
                    let there = room.time[rank[stand.edge as usize] as usize];
                    times[*at] = times[*at].min(stand.leave().saturating_add(there));
                }
            }
        });
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
        self.one_to_many(&driven, &driven.now(), from, places)
    }

    pub(super) fn one_to_many(
        &self,
        driven: &Driven,
        live: &Live,
        from: &Snapped,
        places: &[Snapped],
    ) -> Vec<Option<Eta>> {
        let stands = self.stands(driven, live, from);
        let rank = &*self.cch.rank;
        let seeds: Vec<Seed> = stands
            .iter()
            .map(|stand| (rank[stand.edge as usize], stand.leave()))
            .collect();
        let ends: Vec<Vec<End>> = places
            .iter()
            .map(|to| self.ends(driven, live, to))
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
                    let goal = self.stands(driven, live, to);
                    let best = around.chain(direct(&stands, &goal)).min().unwrap_or(NEVER);
                    Eta::below_never(best)
                })
                .collect()
        })
    }

    /// Gives the times from each of `from` (rows) to each of `to` (columns). Costs one search for
    /// each of the fewer.
    #[must_use]
    pub fn eta_matrix(
        &self,
        from: &[Snapped],
        to: &[Snapped],
        profile: ProfileId,
    ) -> Vec<Vec<Option<Eta>>> {
        self.vehicle(profile, Size::default()).matrix(from, to)
    }

    /// Finds the way; its time equals the ETA's.
    #[must_use]
    pub fn route(&self, from: &Snapped, to: &Snapped, profile: ProfileId) -> Option<Route> {
        self.vehicle(profile, Size::default()).route(from, to)
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
