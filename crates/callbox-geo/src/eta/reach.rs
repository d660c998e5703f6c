//! How soon somebody is in every street: one search from many places over the whole hierarchy.

use std::{cmp::Reverse, collections::BTreeMap, collections::BinaryHeap};

use crate::{
    Coord,
    roads::{Class, NEVER, NO_EDGE, coord},
};

use super::{
    live::{Condition, Driven, Live},
    plain::Plain,
    query::Seed,
    snap::Snapped,
    streets::{ProfileId, Streets},
};

/// Is how soon the nearest of several is in the middle of each piece of street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Milliseconds by piece of street; `NEVER` where no way leads.
    times: Vec<u32>,
}

/// Is how much of the streets in one square is reached in time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reached {
    /// Metres of street.
    pub meters: f64,
    /// Metres of them that are reached in time.
    pub in_time: f64,
}

/// A square of the flat map (Web Mercator) by column and row, as tiles are counted.
pub type Square = (u32, u32);

impl Streets {
    /// Computes how soon anybody who leaves from one of `starts` is in each piece of street; with each
    /// goes what passes before the drive, in milliseconds.
    ///
    /// Costs one pass over the whole hierarchy, however many start (see `docs/streets.md`). The time is
    /// that to the middle of a piece; a piece that is closed to through traffic is reached, an
    /// impassable one is not.
    #[must_use]
    pub fn reach(&self, starts: &[(Snapped, u32)], profile: ProfileId) -> Reach {
        let driven = self.driven(profile);
        let live = driven.now();
        let rank = &*self.cch.rank;
        let ranked = |(edge, time): Seed| (rank[edge as usize], time);
        let seeds: Vec<Seed> = self.seeds(&driven, &live, starts).map(ranked).collect();
        self.rooms.with(&self.cch, |room| {
            room.search_all(&self.cch, live.links_up(), live.links_down(), &seeds);
            self.middles(&driven, &live, |edge| {
                room.time[rank[edge as usize] as usize]
            })
        })
    }

    /// The edges' ends from which drives begin, with the time until then.
    fn seeds<'a>(
        &'a self,
        driven: &'a Driven,
        live: &'a Live,
        starts: &'a [(Snapped, u32)],
    ) -> impl Iterator<Item = Seed> + 'a {
        starts.iter().flat_map(move |(at, before)| {
            let stands = self.stands(driven, live, at).into_iter();
            stands.map(move |stand| {
                let time = stand.leave().saturating_add(*before).min(NEVER);
                (stand.edge, time)
            })
        })
    }

    /// From the times at the ends of edges to those in the middle of pieces.
    fn middles(&self, driven: &Driven, live: &Live, at_end: impl Fn(u32) -> u32) -> Reach {
        let graph = &self.graph;
        let middle = |edge: u32| {
            let whole = driven.edge_ms(graph, &live.conditions, edge);
            if whole >= NEVER {
                return NEVER;
            }
            let end = at_end(edge);
            if end < NEVER {
                return end.saturating_sub(whole / 2);
            }
            if live.conditions.said.get(&edge) != Some(&Condition::ClosedToThrough) {
                return NEVER;
            }
            // Nobody drives through, but who has a call there comes as far.
            let turns = self.backwards.turns_into(edge).iter();
            let times = turns.map(|&(before, turn)| {
                let alone = driven.turn_alone_ms(graph, &live.conditions, turn, before);
                at_end(before)
                    .saturating_add(alone)
                    .saturating_add(whole / 2)
            });
            times.min().unwrap_or(NEVER).min(NEVER)
        };
        let piece = |segment: usize| {
            let edges = graph.seg_edge[segment].into_iter();
            let edges = edges.filter(|edge| *edge != NO_EDGE);
            let times = edges.flat_map(|edge| graph.with_copies(edge).map(middle));
            times.min().unwrap_or(NEVER)
        };
        Reach {
            times: (0..graph.segments()).map(piece).collect(),
        }
    }

    /// Counts the streets that are reached within `milliseconds`, all and by squares of the flat map.
    ///
    /// A square at `zoom` is one tile of that zoom; only those in the box (south, west, north, east, in
    /// ten-millionths of a degree) are told. A long piece counts in each square that it crosses, with
    /// the time to its middle.
    #[must_use]
    pub fn squares(
        &self,
        reach: &Reach,
        milliseconds: u32,
        zoom: u8,
        [south, west, north, east]: [i32; 4],
    ) -> (Reached, BTreeMap<Square, Reached>) {
        let mut whole = Reached::default();
        let mut squares: BTreeMap<Square, Reached> = BTreeMap::new();
        let side = 40_075_016.7 / f64::from(zoom).exp2();
        for (segment, &time) in reach.times.iter().enumerate() {
            // Nobody lives on a ferry's line.
            if self.graph.class(segment) == Class::Ferry {
                continue;
            }
            let is_in_time = time <= milliseconds;
            whole.add(f64::from(self.graph.seg_length[segment]) / 10.0, is_in_time);
            for pair in self.graph.points(segment).windows(2) {
                let [from, to] = [pair[0], pair[1]];
                let outside = from[0].max(to[0]) < south
                    || from[0].min(to[0]) > north
                    || from[1].max(to[1]) < west
                    || from[1].min(to[1]) > east;
                if outside {
                    continue;
                }
                let meters = coord(from).meters_to(coord(to));
                let lat = f64::from(from[0]) / 1e7;
                let steps = (meters / (side * lat.to_radians().cos()) * 2.0).ceil();
                let steps = (steps as u32).clamp(1, 10_000);
                for step in 0..steps {
                    let part = (f64::from(step) + 0.5) / f64::from(steps);
                    let between =
                        |a: i32, b: i32| (f64::from(a) + part * f64::from(b - a)).round() as i32;
                    let at = [between(from[0], to[0]), between(from[1], to[1])];
                    let within = (south..=north).contains(&at[0]) && (west..=east).contains(&at[1]);
                    if within {
                        let square = squares.entry(square(coord(at), zoom)).or_default();
                        square.add(meters / f64::from(steps), is_in_time);
                    }
                }
            }
        }
        (whole, squares)
    }
}

impl Reach {
    /// Takes in what others reach on the same streets: the earlier one counts.
    pub fn add(&mut self, other: &Self) {
        for (time, other) in self.times.iter_mut().zip(&other.times) {
            *time = (*time).min(*other);
        }
    }

    /// Milliseconds to the middle of each piece of street, in the order of the import; `None` where no
    /// way leads.
    pub fn times(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        self.times
            .iter()
            .map(|&time| (time < NEVER).then_some(time))
    }
}

impl Reached {
    fn add(&mut self, meters: f64, is_in_time: bool) {
        self.meters += meters;
        if is_in_time {
            self.in_time += meters;
        }
    }
}

impl Plain<'_> {
    /// Does what [`Streets::reach`] does.
    #[must_use]
    pub fn reach(&self, starts: &[(Snapped, u32)]) -> Reach {
        let (streets, driven, live) = (self.streets, &self.driven, &self.live);
        let graph = &streets.graph;
        let mut best = vec![NEVER; graph.edges()];
        let mut queue = BinaryHeap::new();
        for (edge, time) in streets.seeds(driven, live, starts) {
            if time < best[edge as usize] {
                best[edge as usize] = time;
                queue.push((Reverse(time), edge));
            }
        }
        while let Some((Reverse(time), edge)) = queue.pop() {
            if time > best[edge as usize] {
                continue;
            }
            for turn in graph.turns(edge) {
                let into = graph.turn_to[turn];
                let longer = time.saturating_add(self.times[turn]);
                if longer < best[into as usize] {
                    best[into as usize] = longer;
                    queue.push((Reverse(longer), into));
                }
            }
        }
        streets.middles(driven, live, |edge| best[edge as usize])
    }
}

/// The square in which a point lies.
fn square(at: Coord, zoom: u8) -> Square {
    let count = f64::from(zoom).exp2();
    let (lat, lon) = at.degrees();
    let lat = lat.clamp(-85.05, 85.05).to_radians();
    let part = |share: f64| ((share * count).floor().max(0.0) as u32).min(count as u32 - 1);
    (
        part(lon / 360.0 + 0.5),
        part(0.5 - lat.tan().asinh() / std::f64::consts::TAU),
    )
}
