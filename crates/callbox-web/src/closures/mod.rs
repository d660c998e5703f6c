//! Closed streets: what the record says is closed, driving times go round.

mod choose;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use callbox_domain::{Center, ClosedStretch, Closure, ClosureId, Entry, Point, Stream};
use callbox_geo::{
    Coord,
    eta::{Condition, Edge, Refound, Streets, Stretch},
};

pub(crate) use choose::{Closing, End};

use crate::state::{AppState, blocking};

/// The closures that driving times reckon with.
#[derive(Debug, Default)]
pub(crate) struct Closures(Mutex<Applied>);

#[derive(Debug, Default)]
struct Applied {
    /// The record's length that they stand for.
    seq: u64,
    closures: BTreeMap<ClosureId, Found>,
    conditions: BTreeMap<Edge, Condition>,
}

/// A closure on the streets as they are imported now.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    edges: Vec<Edge>,
    impassable: bool,
    /// How well it was found: the worst of its pieces.
    pub(crate) how: Refound,
}

impl Closures {
    /// Brings driving times to what `center` says is closed; what begins afterwards reckons with it.
    ///
    /// Costs nothing when nothing changed; else a pass over the streets and what they take to
    /// recompute. A state that is older than what is reckoned with already changes nothing.
    pub(crate) fn catch_up(&self, streets: &Streets, center: &Center) {
        let mut applied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if center.next_seq() < applied.seq {
            return;
        }
        applied.seq = center.next_seq();
        let closures = || center.closures.iter().map(|(_, closure)| closure.as_ref());
        if closures()
            .map(|closure| closure.id)
            .eq(applied.closures.keys().copied())
        {
            return;
        }
        applied
            .closures
            .retain(|id, _| center.closures.get(id.0).is_some());
        let fresh: Vec<&Closure> = closures()
            .filter(|closure| !applied.closures.contains_key(&closure.id))
            .collect();
        let found = find(streets, &fresh);
        applied.closures.extend(found);
        let mut wanted = BTreeMap::new();
        for closure in applied.closures.values() {
            for edge in &closure.edges {
                let condition = wanted.entry(*edge).or_insert(Condition::ClosedToThrough);
                if closure.impassable {
                    *condition = Condition::Impassable;
                }
            }
        }
        let open = applied.conditions.keys().copied();
        let open: Vec<Edge> = open.filter(|edge| !wanted.contains_key(edge)).collect();
        if !open.is_empty() {
            streets.reopen(&open);
        }
        for condition in [Condition::ClosedToThrough, Condition::Impassable] {
            let edges = wanted.iter().filter(|(edge, wanted)| {
                **wanted == condition && applied.conditions.get(edge) != Some(&condition)
            });
            let edges: Vec<Edge> = edges.map(|(edge, _)| *edge).collect();
            if !edges.is_empty() {
                streets.set_condition(&edges, condition);
            }
        }
        applied.conditions = wanted;
    }

    /// A closure's lines on the map, and how well it was found; `None` when it is not in force.
    pub(crate) fn lines(
        &self,
        streets: &Streets,
        closure: ClosureId,
    ) -> Option<(Vec<Vec<Coord>>, Refound)> {
        let found = {
            let applied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            applied.closures.get(&closure)?.clone()
        };
        Some((choose::lines(streets, found.edges), found.how))
    }
}

impl AppState {
    /// Brings driving times to what was just recorded, if that closed or opened a street: whoever did
    /// it and asks for a way next gets the new one.
    pub(crate) async fn follow_closures(&self, entries: &[Entry]) {
        let closes = |entry: &Entry| matches!(entry.event.stream(), Stream::Closure(_));
        if entries.iter().any(closes) {
            self.apply_closures().await;
        }
    }

    /// Brings driving times to what the record says is closed.
    pub(crate) async fn apply_closures(&self) {
        let state = self.clone();
        let work = move || {
            if let Some(geography) = &state.geography {
                let center = state.engine.snapshot();
                state.closures.catch_up(&geography.streets, &center);
            }
        };
        if blocking(work).await.is_err() {
            tracing::error!("closures could not be brought into driving times");
        }
    }
}

/// The name of how a closure was found again.
pub(crate) const fn found_name(how: Refound) -> &'static str {
    match how {
        Refound::Same => "same",
        Refound::SameWay => "same-way",
        Refound::Nearby => "nearby",
        Refound::Lost => "lost",
    }
}

fn find(streets: &Streets, closures: &[&Closure]) -> Vec<(ClosureId, Found)> {
    let stretches: Vec<Stretch> = closures
        .iter()
        .flat_map(|closure| closure.stretches.iter().map(stretch))
        .collect();
    if stretches.is_empty() {
        return Vec::new();
    }
    let mut refound = streets.refind(&stretches).into_iter();
    let mut all = Vec::with_capacity(closures.len());
    for closure in closures {
        let mut found = Found {
            edges: Vec::new(),
            impassable: closure.impassable,
            how: Refound::Same,
        };
        for (edges, how) in refound.by_ref().take(closure.stretches.len()) {
            found.edges.extend(edges);
            if badness(how) > badness(found.how) {
                found.how = how;
            }
        }
        if badness(found.how) > badness(Refound::SameWay) {
            tracing::warn!(
                closure = closure.id.0,
                found = found_name(found.how),
                "a closure was not found again as it was; somebody has to look at it"
            );
        }
        all.push((closure.id, found));
    }
    all
}

const fn badness(how: Refound) -> u8 {
    match how {
        Refound::Same => 0,
        Refound::SameWay => 1,
        Refound::Nearby => 2,
        Refound::Lost => 3,
    }
}

fn stretch(closed: &ClosedStretch) -> Stretch {
    let coord = |point: Point| Coord {
        lat: point.lat_e7,
        lon: point.lon_e7,
    };
    Stretch {
        way: closed.way,
        from: coord(closed.from),
        to: coord(closed.to),
    }
}
