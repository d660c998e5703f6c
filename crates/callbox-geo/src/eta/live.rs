//! One profile's times as they are now: closures and slow streets included.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::roads::{NEVER, Profile, RoadGraph, Says, turn};

use super::{
    cch::Cch,
    metric::{Change, Metric},
    prune::Pruned,
    query::Kept,
};

/// Says how a street's direction differs from what the map says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Nobody drives through; who is on it leaves it, and a call on it is reached.
    ClosedToThrough,
    /// Nobody enters, leaves or passes, as with a fallen bridge.
    Impassable,
    /// The drive takes so many times as long: 2.0 is half the speed. At least 0.01.
    Slower(f32),
}

/// What differs from the map.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    /// What somebody said, by edge (copies too).
    pub(super) said: HashMap<u32, Condition>,
    /// What the clock says.
    pub(super) hours: Arc<HoursNow>,
}

/// What conditional tags say at a time.
#[derive(Debug, Default, PartialEq)]
pub(super) struct HoursNow {
    /// Which conditions hold.
    pub(super) hold: Vec<bool>,
    /// Edges (copies too) of which something else holds than always.
    pub(super) edges: HashMap<u32, Says>,
    /// Turns that are forbidden now.
    pub(super) turns: HashSet<u32>,
}

impl Conditions {
    /// What holds when nobody said anything, at the same time.
    pub(super) fn unsaid(&self) -> Self {
        Self {
            said: HashMap::new(),
            hours: Arc::clone(&self.hours),
        }
    }

    fn is_empty(&self) -> bool {
        self.said.is_empty() && self.hours.edges.is_empty() && self.hours.turns.is_empty()
    }
}

/// What a query works on, whole: never changed once it is published.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) metric: Arc<Metric>,
    pub(super) conditions: Conditions,
    /// Known once the times have settled.
    pruned: Option<Pruned>,
}

impl Live {
    fn new(metric: Arc<Metric>, conditions: Conditions) -> Self {
        Self {
            metric,
            conditions,
            pruned: None,
        }
    }

    /// The links upwards: the sweep of times to a place, the climb of times from one.
    pub(super) fn links_up(&self) -> Kept<'_> {
        let all = || Kept::All(&self.metric.up);
        self.pruned
            .as_ref()
            .map_or_else(all, |pruned| Kept::Pruned(&pruned.up))
    }

    /// The links downwards: the sweep of times from a place, the climb of times to one.
    pub(super) fn links_down(&self) -> Kept<'_> {
        let all = || Kept::All(&self.metric.down);
        self.pruned
            .as_ref()
            .map_or_else(all, |pruned| Kept::Pruned(&pruned.down))
    }
}

#[derive(Debug)]
struct Writer {
    /// The metric published before this one: it becomes the next one.
    former: Option<Arc<Metric>>,
    /// What it lacks.
    missing: Vec<Change>,
}

/// A profile with its times.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) profile: Profile,
    /// Milliseconds of each edge as the map says.
    edge_ms: Vec<u32>,
    live: RwLock<Arc<Live>>,
    writer: Mutex<Writer>,
}

impl Driven {
    /// Computes what the profile needs; `metric` if it is known already.
    pub(super) fn new(
        graph: &RoadGraph,
        cch: &Cch,
        profile: Profile,
        metric: Option<Metric>,
        conditions: Conditions,
    ) -> Self {
        let edge_ms: Vec<u32> = (0..graph.edges() as u32)
            .map(|edge| profile.edge_ms(graph, edge))
            .collect();
        let driven = Self {
            profile,
            edge_ms,
            live: RwLock::new(Arc::new(Live::new(
                Arc::new(Metric {
                    up: Vec::new().into(),
                    down: Vec::new().into(),
                }),
                Conditions::default(),
            ))),
            writer: Mutex::new(Writer {
                former: None,
                missing: Vec::new(),
            }),
        };
        let known = metric.filter(|_| conditions.is_empty());
        let metric = known.unwrap_or_else(|| {
            let turns = 0..graph.edges() as u32;
            let times: Vec<u32> = turns
                .flat_map(|from| graph.turns(from).map(move |turn| (from, turn as u32)))
                .map(|(from, turn)| driven.turn_from_ms(graph, &conditions, from, turn))
                .collect();
            Metric::customize(cch, &|turn: u32| times[turn as usize])
        });
        driven.publish(Live::new(Arc::new(metric), conditions));
        driven
    }

    pub(super) fn now(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, live: Live) {
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }

    /// What an edge takes from end to end, for one that is on it or goes there.
    pub(super) fn edge_ms(&self, graph: &RoadGraph, conditions: &Conditions, edge: u32) -> u32 {
        let says = conditions.hours.edges.get(&edge);
        let base = match says {
            None => self.edge_ms[edge as usize],
            Some(says) => self.profile.edge_ms_as(graph, edge, *says),
        };
        match conditions.said.get(&edge) {
            None | Some(Condition::ClosedToThrough) => base,
            Some(Condition::Impassable) => NEVER,
            Some(Condition::Slower(factor)) => slower(base, *factor),
        }
    }

    /// What a turn takes without the edge after it.
    pub(super) fn turn_alone_ms(
        &self,
        graph: &RoadGraph,
        conditions: &Conditions,
        turn: u32,
        from: u32,
    ) -> u32 {
        let into = graph.turn_to[turn as usize];
        let mut what = graph.turn_what[turn as usize];
        if conditions.hours.turns.contains(&turn) {
            what = turn::forbidden_to_all(what);
        }
        self.profile.turn_ms(graph, from, into, what)
    }

    /// What a turn and the edge after it take for one who drives through.
    pub(super) fn turn_ms(&self, graph: &RoadGraph, conditions: &Conditions, turn: u32) -> u32 {
        self.turn_from_ms(graph, conditions, graph.turn_from(turn), turn)
    }

    fn turn_from_ms(
        &self,
        graph: &RoadGraph,
        conditions: &Conditions,
        from: u32,
        turn: u32,
    ) -> u32 {
        let into = graph.turn_to[turn as usize];
        let closed = !conditions.said.is_empty()
            && conditions.said.get(&into) == Some(&Condition::ClosedToThrough);
        let edge = if closed {
            NEVER
        } else {
            self.edge_ms(graph, conditions, into)
        };
        if edge >= NEVER {
            return NEVER;
        }
        (edge + self.turn_alone_ms(graph, conditions, turn, from)).min(NEVER)
    }

    /// Leaves out the links that nobody needs at present; false when the times changed meanwhile.
    pub(super) fn settle(&self, cch: &Cch) -> bool {
        let now = self.now();
        if now.pruned.is_some() {
            return true;
        }
        let pruned = Pruned::new(cch, &now.metric);
        // Whoever changes the times holds this lock, so they cannot change between look and swap.
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&now.metric, &self.now().metric) {
            return false;
        }
        self.publish(Live {
            metric: Arc::clone(&now.metric),
            conditions: now.conditions.clone(),
            pruned: Some(pruned),
        });
        true
    }

    /// Takes over new conditions, of which those of `edges` differ; gives how many links changed.
    ///
    /// Queries that run go on with the times before; those that begin afterwards have the new ones.
    pub(super) fn change(
        &self,
        graph: &RoadGraph,
        cch: &Cch,
        conditions: Conditions,
        turns: &[u32],
    ) -> usize {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        // The former metric is ours again once its last query is done; else a copy costs one
        // pass over memory.
        let former = writer
            .former
            .take()
            .and_then(|former| Arc::try_unwrap(former).ok());
        let mut metric = match former {
            Some(mut metric) => {
                metric.apply(&writer.missing);
                metric
            }
            None => (*now.metric).clone(),
        };
        let weights = |turn: u32| self.turn_ms(graph, &conditions, turn);
        let changes = metric.update(cch, &weights, turns);
        let count = changes.len();
        writer.missing = changes;
        writer.former = Some(Arc::clone(&now.metric));
        drop(now);
        self.publish(Live::new(Arc::new(metric), conditions));
        count
    }
}

fn slower(base: u32, factor: f32) -> u32 {
    if base >= NEVER {
        return NEVER;
    }
    let time = f64::from(base) * f64::from(factor.max(0.01));
    (time.round() as u32).clamp(1, NEVER)
}
