//! What the rest of callbox asks of the streets.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::{
    Coord,
    import::{self, FindError},
    roads::{self, Class, Column, FileError, FileReader, NEVER, NO_EDGE, Profile, RoadGraph},
};

use super::{
    builder::{COLUMNS, HIERARCHY, ROADS, TIMES, TIMES_VERSION, fingerprint, profiles},
    cch::Cch,
    live::{Condition, Conditions, Driven, Live},
    metric::Metric,
    place::{End, Stand, direct},
    plain::{Backwards, Plain},
    query::{Rooms, Seed},
    route::{self, Path as Way, Route},
    snap::{self, Snapped},
    speeds::{self, SpeedsError},
};

/// Says why streets cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StreetsError {
    /// There are none.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The agency's own speeds cannot be used.
    #[error(transparent)]
    Speeds(#[from] SpeedsError),
}

/// Names a profile of one [`Streets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProfileId(u16);

/// Is one direction of a piece of street between two junctions, in one import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge(pub(super) u32);

/// Is a driving time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Eta {
    /// Milliseconds.
    pub milliseconds: u32,
}

impl Eta {
    /// Gives seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        f64::from(self.milliseconds) / 1000.0
    }

    pub(super) fn below_never(milliseconds: u32) -> Option<Self> {
        (milliseconds < NEVER).then_some(Self { milliseconds })
    }
}

/// Answers from one imported network. Cheap to share (`Arc`); queries never wait for a change.
#[derive(Debug)]
pub struct Streets {
    pub(super) graph: RoadGraph,
    pub(super) cch: Cch,
    pub(super) backwards: Backwards,
    profiles: RwLock<Vec<Arc<Driven>>>,
    /// Held by whoever changes conditions or profiles.
    conditions: Mutex<Conditions>,
    rooms: Rooms,
}

impl Streets {
    /// Opens what the last import into `dir` made: maps the files and checks their checksums.
    ///
    /// Profiles drive as the agency's own speeds say where there are some ([`speeds_file`]); each
    /// that differs from what is built in costs one customization.
    ///
    /// [`speeds_file`]: super::speeds_file
    pub fn open(dir: &Path) -> Result<Self, StreetsError> {
        let mut wanted = profiles().to_vec();
        speeds::read(dir, &mut wanted)?;
        let dir = import::current(dir)?;
        let graph = RoadGraph::open(&dir.join(ROADS))?;
        let cch = Cch::open(&dir.join(HIERARCHY), &graph)?;
        let times = FileReader::open(&dir.join(TIMES), TIMES_VERSION)?;
        let prints: Column<u32> = times.column("profiles")?;
        let mut driven = Vec::new();
        for (no, profile) in wanted.into_iter().enumerate() {
            let mut metric = None;
            // A profile that this version drives otherwise gets its times anew.
            if prints.get(no) == Some(&fingerprint(&profile)) {
                let (up, down) = (times.column(COLUMNS[no][0])?, times.column(COLUMNS[no][1])?);
                if up.len() != cch.head.len() || down.len() != cch.head.len() {
                    return Err(times.damaged("it belongs to other streets").into());
                }
                metric = Some(Metric { up, down });
            }
            driven.push(Arc::new(Driven::new(
                &graph,
                &cch,
                profile,
                metric,
                Conditions::new(),
            )));
        }
        Ok(Self::new(graph, cch, driven))
    }

    pub(super) fn new(graph: RoadGraph, cch: Cch, profiles: Vec<Arc<Driven>>) -> Self {
        Self {
            backwards: Backwards::new(&graph),
            graph,
            cch,
            profiles: RwLock::new(profiles),
            conditions: Mutex::new(Conditions::new()),
            rooms: Rooms::default(),
        }
    }

    /// Finds a profile by its name; `blue-light`, `heavy` and `car` are always there.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<ProfileId> {
        let profiles = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
        let at = profiles
            .iter()
            .position(|driven| driven.profile.name == name)?;
        Some(ProfileId(at as u16))
    }

    /// Adds a profile, or replaces the one of the same name, under the present conditions.
    ///
    /// Costs one customization of the whole network; queries go on meanwhile.
    pub fn set_profile(&self, profile: Profile) -> ProfileId {
        let conditions = self
            .conditions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let name = profile.name.clone();
        let driven = Driven::new(&self.graph, &self.cch, profile, None, conditions.clone());
        let mut profiles = self
            .profiles
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let known = profiles
            .iter()
            .position(|driven| driven.profile.name == name);
        let at = known.unwrap_or(profiles.len());
        if known.is_some() {
            profiles[at] = Arc::new(driven);
        } else {
            profiles.push(Arc::new(driven));
        }
        ProfileId(u16::try_from(at).expect("there are fewer than 65,536 profiles"))
    }

    /// Gives the profiles' names, in the order of their ids.
    #[must_use]
    pub fn profile_names(&self) -> Vec<String> {
        let profiles = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
        let names = profiles.iter().map(|driven| driven.profile.name.clone());
        names.collect()
    }

    /// Finds the nearest street within 2 km; `None` outside of that and outside of the Earth.
    #[must_use]
    pub fn snap(&self, lat: f64, lon: f64) -> Option<Snapped> {
        snap::snap(&self.graph, Coord::from_degrees(lat, lon)?, None)
    }

    /// Finds the street on which a vehicle drives with this heading (degrees from north), if there
    /// is one within 25 m, and then counts only that direction; else does as [`Streets::snap`].
    #[must_use]
    pub fn snap_heading(&self, lat: f64, lon: f64, heading: f64) -> Option<Snapped> {
        let heading = heading.is_finite().then_some(heading);
        snap::snap(&self.graph, Coord::from_degrees(lat, lon)?, heading)
    }

    /// Gives the directions of the street at a point.
    #[must_use]
    pub fn edges_at(&self, at: &Snapped) -> Vec<Edge> {
        at.spots
            .first()
            .map_or_else(Vec::new, |spot| self.edges_of(spot.segment as usize))
    }

    /// Gives the directions of all pieces of an OpenStreetMap way. Costs a pass over all pieces.
    #[must_use]
    pub fn edges_of_way(&self, way: i64) -> Vec<Edge> {
        let ways = self.graph.seg_way.iter().enumerate();
        ways.filter(|(_, known)| **known == way)
            .flat_map(|(segment, _)| self.edges_of(segment))
            .collect()
    }

    pub(super) fn edges_of(&self, segment: usize) -> Vec<Edge> {
        let edges = self.graph.seg_edge[segment];
        edges
            .into_iter()
            .filter(|edge| *edge != NO_EDGE)
            .map(Edge)
            .collect()
    }

    /// Gives the street's name and number; empty if it has none.
    #[must_use]
    pub fn name(&self, edge: Edge) -> &str {
        self.graph.name(self.graph.side(edge.0).0)
    }

    /// Gives the street's class.
    #[must_use]
    pub fn class(&self, edge: Edge) -> Class {
        self.graph.class(self.graph.side(edge.0).0)
    }

    /// Counts junctions and ends of streets.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.graph.node_coord.len()
    }

    /// Gives where a junction is: below [`Streets::node_count`].
    #[must_use]
    pub fn node(&self, node: usize) -> Coord {
        roads::coord(self.graph.node_coord[node])
    }

    /// Counts junctions, pieces of street and their directions.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        (
            self.graph.node_coord.len(),
            self.graph.segments(),
            self.graph.edges(),
        )
    }

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

    /// Closes or slows down directions of streets for all profiles; replaces what was said of them
    /// before. Gives how many links of the hierarchy were recomputed.
    ///
    /// Answers that begin after the return have it. Nothing here is kept on disk: the caller
    /// records closures as [`Stretch`]es and repeats them after an import or a restart
    /// ([`Streets::refind`]).
    ///
    /// [`Stretch`]: super::Stretch
    pub fn set_condition(&self, edges: &[Edge], condition: Condition) -> usize {
        self.change(edges, Some(condition))
    }

    /// Closes directions of streets to through traffic ([`Condition::ClosedToThrough`]).
    pub fn close(&self, edges: &[Edge]) -> usize {
        self.change(edges, Some(Condition::ClosedToThrough))
    }

    /// Takes back what was said of directions of streets.
    pub fn reopen(&self, edges: &[Edge]) -> usize {
        self.change(edges, None)
    }

    /// Makes queries faster until the next change: leaves out the links that no shortest way needs
    /// at present, for all profiles. False when the times changed meanwhile: then call it again.
    ///
    /// Answers are the same before and after. Costs about a customization for each profile: the
    /// server calls it in a thread of its own, after opening and once changes have come to rest.
    pub fn settle(&self) -> bool {
        let profiles = self
            .profiles
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let settled = profiles.iter().map(|driven| driven.settle(&self.cch));
        settled.filter(|settled| !settled).count() == 0
    }

    /// Gives what differs from the map at present.
    #[must_use]
    pub fn conditions(&self) -> Vec<(Edge, Condition)> {
        let conditions = self
            .conditions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let plain = conditions.iter().filter(|(edge, _)| self.is_plain(**edge));
        let mut list: Vec<_> = plain
            .map(|(&edge, &condition)| (Edge(edge), condition))
            .collect();
        list.sort_by_key(|(edge, _)| *edge);
        list
    }

    fn is_plain(&self, edge: u32) -> bool {
        let (segment, against) = self.graph.side(edge);
        self.graph.seg_edge[segment][against] == edge
    }

    fn change(&self, edges: &[Edge], condition: Option<Condition>) -> usize {
        let mut conditions = self
            .conditions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut turns = Vec::new();
        for edge in edges.iter().flat_map(|edge| self.graph.with_copies(edge.0)) {
            match condition {
                Some(condition) => conditions.insert(edge, condition),
                None => conditions.remove(&edge),
            };
            turns.extend(
                self.backwards
                    .turns_into(edge)
                    .iter()
                    .map(|(_, turn)| *turn),
            );
        }
        let profiles = self
            .profiles
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        profiles
            .iter()
            .map(|driven| driven.change(&self.graph, &self.cch, conditions.clone(), &turns))
            .sum()
    }

    /// Prepares Dijkstra's algorithm on the present times: the measure for tests and benches.
    #[must_use]
    pub fn plain(&self, profile: ProfileId) -> Plain<'_> {
        let driven = self.driven(profile);
        let live = driven.now();
        let turns = 0..self.graph.turn_to.len() as u32;
        let times = turns
            .map(|turn| driven.turn_ms(&self.graph, &live.conditions, turn))
            .collect();
        Plain::new(self, driven, live, times)
    }

    pub(super) fn driven(&self, profile: ProfileId) -> Arc<Driven> {
        let profiles = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            profiles
                .get(usize::from(profile.0))
                .expect("a profile belongs to its streets"),
        )
    }
}
