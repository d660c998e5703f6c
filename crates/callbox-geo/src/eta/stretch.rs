//! Directions of streets told so that another import finds them again, and why a way was taken.

use std::{cmp::Reverse, collections::BinaryHeap, collections::HashMap};

use crate::{
    Coord,
    roads::{NEVER, NO_EDGE, coord, near},
};

use super::{
    live::{Condition, Conditions, Driven, Live},
    place::direct,
    snap::{Snapped, bearing},
    streets::{Edge, Eta, ProfileId, Streets},
    vehicle::Size,
};

/// How far a changed map may lie from the recorded place.
const NEARBY_METERS: f64 = 20.0;
/// How far its direction may be off.
const NEARBY_DEGREES: f64 = 30.0;

/// Is one direction of a piece of street, by what outlives an import: record this, not an [`Edge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The OpenStreetMap way.
    pub way: i64,
    /// Where one drives in.
    pub from: Coord,
    /// Where one drives out.
    pub to: Coord,
}

/// Says how well a [`Stretch`] was found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refound {
    /// The same piece of the same way.
    Same,
    /// Pieces of the same way in between: it is cut elsewhere now.
    SameWay,
    /// Another way at the same place in the same direction.
    Nearby,
    /// Nothing there is like it: a person has to look.
    Lost,
}

/// Says what a way goes round.
#[derive(Clone, Debug, PartialEq)]
pub struct Detour {
    /// What the drive would take without conditions.
    pub without: Eta,
    /// The streets on that way that something is the matter with, each once, in order.
    pub around: Vec<(String, Condition)>,
}

impl Streets {
    /// Gives what to record of a direction of a street.
    #[must_use]
    pub fn stretch(&self, edge: Edge) -> Stretch {
        let (segment, against) = self.graph.side(edge.0);
        let points = self.graph.points(segment);
        let mut ends = [points[0], points[points.len() - 1]];
        if against == 1 {
            ends.reverse();
        }
        Stretch {
            way: self.graph.seg_way[segment],
            from: coord(ends[0]),
            to: coord(ends[1]),
        }
    }

    /// Gives both directions of each piece of street on the way between two places, in its order:
    /// what to close between two crossings.
    #[must_use]
    pub fn edges_between(&self, from: &Snapped, to: &Snapped, profile: ProfileId) -> Vec<Edge> {
        let driven = self.driven(profile);
        let way = self.way(&driven, &driven.now(), from, to);
        let edges = way.map_or_else(Vec::new, |way| way.edges);
        let mut segments: Vec<usize> = edges.iter().map(|&edge| self.graph.side(edge).0).collect();
        segments.dedup();
        let both = segments.into_iter().flat_map(|at| self.edges_of(at));
        both.collect()
    }

    /// Gives the points of a direction of a street, from where one drives in.
    #[must_use]
    pub fn shape(&self, edge: Edge) -> Vec<Coord> {
        let (segment, against) = self.graph.side(edge.0);
        let mut points: Vec<Coord> = self
            .graph
            .points(segment)
            .iter()
            .map(|&at| coord(at))
            .collect();
        if against == 1 {
            points.reverse();
        }
        points
    }

    /// Finds recorded directions of streets again, in their order. Costs one pass over all pieces.
    ///
    /// [`Refound::Nearby`] and [`Refound::Lost`] are for a person to look at.
    #[must_use]
    pub fn refind(&self, stretches: &[Stretch]) -> Vec<(Vec<Edge>, Refound)> {
        let mut of_way: HashMap<i64, Vec<usize>> = stretches
            .iter()
            .map(|stretch| (stretch.way, Vec::new()))
            .collect();
        for (segment, way) in self.graph.seg_way.iter().enumerate() {
            if let Some(segments) = of_way.get_mut(way) {
                segments.push(segment);
            }
        }
        let found = stretches.iter().map(|stretch| {
            let edges: Vec<Edge> = of_way[&stretch.way]
                .iter()
                .flat_map(|&segment| self.edges_of(segment))
                .collect();
            if let Some(&same) = edges.iter().find(|edge| self.stretch(**edge) == *stretch) {
                return (vec![same], Refound::Same);
            }
            let between: Vec<Edge> = edges
                .into_iter()
                .filter(|&edge| self.lies_in(edge, stretch))
                .collect();
            if !between.is_empty() {
                return (between, Refound::SameWay);
            }
            let nearby = self.nearby(stretch);
            let how = if nearby.is_empty() {
                Refound::Lost
            } else {
                Refound::Nearby
            };
            (nearby, how)
        });
        found.collect()
    }

    /// Whether an edge's middle lies between a stretch's ends, and its direction is the stretch's.
    fn lies_in(&self, edge: Edge, stretch: &Stretch) -> bool {
        let own = self.stretch(edge);
        let (segment, _) = self.graph.side(edge.0);
        let points = self.graph.points(segment);
        let middle = coord(points[points.len() / 2]);
        let middle = if points.len() == 2 {
            half(own.from, own.to)
        } else {
            middle
        };
        let whole = stretch.from.meters_to(stretch.to);
        let around = stretch.from.meters_to(middle) + middle.meters_to(stretch.to);
        around <= whole * 1.1 + NEARBY_METERS && self.runs_along(edge, stretch, 90.0)
    }

    fn runs_along(&self, edge: Edge, stretch: &Stretch, degrees: f64) -> bool {
        let own = self.stretch(edge);
        let off = (bearing(own.from, own.to) - bearing(stretch.from, stretch.to)).rem_euclid(360.0);
        off.min(360.0 - off) < degrees
    }

    fn nearby(&self, stretch: &Stretch) -> Vec<Edge> {
        let mut found = Vec::new();
        let middle = half(stretch.from, stretch.to);
        near(&self.graph, middle, NEARBY_METERS, |piece| {
            let edges = self.graph.seg_edge[piece.segment as usize];
            found = edges
                .into_iter()
                .filter(|edge| *edge != NO_EDGE)
                .map(Edge)
                .filter(|&edge| self.runs_along(edge, stretch, NEARBY_DEGREES))
                .collect();
            found.is_empty()
        });
        found
    }

    /// Says what the way between two places goes round at present, and what that costs; `None` when
    /// nothing is the matter with the way that the map alone would give.
    ///
    /// Costs a search by Dijkstra's algorithm as far as the place is: ask for one way, not for all.
    #[must_use]
    pub fn detour(&self, from: &Snapped, to: &Snapped, profile: ProfileId) -> Option<Detour> {
        self.vehicle(profile, Size::default()).detour(from, to)
    }

    pub(super) fn goes_round(
        &self,
        driven: &Driven,
        live: &Live,
        from: &Snapped,
        to: &Snapped,
    ) -> Option<Detour> {
        if live.conditions.said.is_empty() {
            return None;
        }
        let free = live.conditions.unsaid();
        let (edges, milliseconds) = self.way_on_the_map(driven, &free, from, to)?;
        let mut around: Vec<(String, Condition)> = Vec::new();
        for edge in edges {
            if let Some(&condition) = live.conditions.said.get(&edge) {
                let name = self.name(Edge(edge)).to_owned();
                if around.last() != Some(&(name.clone(), condition)) {
                    around.push((name, condition));
                }
            }
        }
        let without = Eta { milliseconds };
        (!around.is_empty()).then_some(Detour { without, around })
    }

    /// The way without conditions, by Dijkstra's algorithm from the start until the goal is certain.
    fn way_on_the_map(
        &self,
        driven: &Driven,
        free: &Conditions,
        from: &Snapped,
        to: &Snapped,
    ) -> Option<(Vec<u32>, u32)> {
        let starts = self.stands_under(driven, free, from);
        let goals = self.stands_under(driven, free, to);
        let ends = self.ends_under(driven, free, to);
        let mut best = direct(&starts, &goals).unwrap_or(NEVER);
        let straight = starts
            .iter()
            .find(|start| goals.iter().any(|goal| start.to(goal) == Some(best)))
            .map(|start| start.edge);
        let mut last = None;
        let mut known: HashMap<u32, (u32, u32)> = HashMap::new();
        let mut queue = BinaryHeap::new();
        for start in &starts {
            let time = start.leave();
            if known.get(&start.edge).is_none_or(|at| time < at.0) {
                known.insert(start.edge, (time, NO_EDGE));
                queue.push((Reverse(time), start.edge));
            }
        }
        while let Some((Reverse(time), edge)) = queue.pop() {
            if time >= best {
                break;
            }
            if time > known[&edge].0 {
                continue;
            }
            for end in ends.iter().filter(|end| end.before == edge) {
                let whole = time.saturating_add(end.cost);
                if whole < best {
                    best = whole;
                    last = Some((edge, end.edge));
                }
            }
            for turn in self.graph.turns(edge) {
                let into = self.graph.turn_to[turn];
                let longer = time.saturating_add(driven.turn_ms(&self.graph, free, turn as u32));
                if longer < NEVER && known.get(&into).is_none_or(|at| longer < at.0) {
                    known.insert(into, (longer, edge));
                    queue.push((Reverse(longer), into));
                }
            }
        }
        if best >= NEVER {
            return None;
        }
        let Some((mut edge, end)) = last else {
            return Some((vec![straight?], best));
        };
        let mut edges = vec![end];
        while edge != NO_EDGE {
            edges.push(edge);
            edge = known[&edge].1;
        }
        edges.reverse();
        Some((edges, best))
    }
}

fn half(a: Coord, b: Coord) -> Coord {
    let between = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
    Coord {
        lat: between(a.lat, b.lat),
        lon: between(a.lon, b.lon),
    }
}
