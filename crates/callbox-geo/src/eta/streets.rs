//! What the rest of callbox asks of the streets.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::{
    Coord, Progress, Stage, Step,
    import::{self, Builder, FindError, ImportError},
    osm::{Extract, Keep, Tags, Wants},
    roads::{
        self, Class, Column, FileError, FileReader, FileWriter, NEVER, NO_EDGE, Profile,
        RoadCounts, RoadGraph, RoadWants,
    },
};

use super::{
    cch::Cch,
    live::{Condition, Conditions, Driven, Live},
    metric::Metric,
    plain::Backwards,
    query::{Rooms, Seed},
    route::{self, Path as Way, Route},
    snap::{self, Snapped, Spot},
};

const ROADS: &str = "roads";
const HIERARCHY: &str = "hierarchy";
const TIMES: &str = "times";
/// Grows with each change in how times follow from a profile, and of the file's columns.
const TIMES_VERSION: u32 = 1;
const COLUMNS: [[&str; 2]; 3] = [["up0", "down0"], ["up1", "down1"], ["up2", "down2"]];

/// Says why streets cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StreetsError {
    /// There are none.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Counts what an import made of the streets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreetCounts {
    /// The road graph.
    pub roads: RoadCounts,
    /// Links of the hierarchy, shortcuts included.
    pub links: u64,
}

/// Builds the files that [`Streets`] opens.
#[derive(Debug, Default)]
pub struct StreetBuilder(Mutex<StreetCounts>);

impl StreetBuilder {
    /// Gives what the last build counted.
    #[must_use]
    pub fn counts(&self) -> StreetCounts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wants for StreetBuilder {
    fn node(&self, tags: &Tags<'_>) -> bool {
        RoadWants.node(tags)
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        RoadWants.way(tags)
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        RoadWants.relation(tags)
    }
}

impl Builder for StreetBuilder {
    fn build(
        &self,
        extract: &Extract,
        dir: &Path,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let step = |stage, done, total| progress(Step { stage, done, total });
        step(Stage::Roads, 0, 1);
        let (graph, counts) = roads::build(extract);
        if graph.edges() == 0 {
            return Err(ImportError::Unusable(
                "the extract holds no streets; choose an extract of the area that you serve"
                    .to_owned(),
            ));
        }
        step(Stage::Roads, 1, 1);
        let total = counts.nodes;
        let ordered = std::sync::atomic::AtomicU64::new(0);
        let cch = Cch::build(&graph, &|nodes| {
            let before = ordered.fetch_add(nodes as u64, std::sync::atomic::Ordering::Relaxed);
            // Not for every small cut.
            if before / 4096 != (before + nodes as u64) / 4096 {
                step(Stage::Order, before, total);
            }
        });
        step(Stage::Order, total, total);
        let write = |name: &str, done: std::io::Result<()>| {
            done.map_err(ImportError::write(&dir.join(name)))
        };
        write(ROADS, graph.write(&dir.join(ROADS)))?;
        write(HIERARCHY, cch.write(&dir.join(HIERARCHY)))?;
        let mut metrics = Vec::new();
        let profiles = profiles();
        for (no, profile) in (0..).zip(&profiles) {
            step(Stage::Customize, no, profiles.len() as u64);
            let driven = Driven::new(&graph, &cch, profile.clone(), None, Conditions::new());
            metrics.push(driven.now());
        }
        step(
            Stage::Customize,
            profiles.len() as u64,
            profiles.len() as u64,
        );
        let prints: Vec<u32> = profiles.iter().map(fingerprint).collect();
        let mut file = FileWriter::new(TIMES_VERSION);
        file.column("profiles", &prints);
        for (live, [up, down]) in metrics.iter().zip(COLUMNS) {
            file.column(up, &live.metric.up)
                .column(down, &live.metric.down);
        }
        write(TIMES, file.write(&dir.join(TIMES)))?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = StreetCounts {
            roads: counts,
            links: cch.head.len() as u64,
        };
        Ok(())
    }
}

/// The profiles that every network has from its import on.
fn profiles() -> [Profile; 3] {
    [Profile::blue_light(), Profile::heavy(), Profile::car()]
}

/// Tells a profile from what it was in another version of callbox.
fn fingerprint(profile: &Profile) -> u32 {
    crc32fast::hash(format!("{profile:?}").as_bytes())
}

/// Names a profile of one [`Streets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProfileId(u16);

/// Is one direction of a piece of street between two junctions, in one import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge(u32);

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

    fn below_never(milliseconds: u32) -> Option<Self> {
        (milliseconds < NEVER).then_some(Self { milliseconds })
    }
}

/// Answers from one imported network. Cheap to share (`Arc`); queries never wait for a change.
#[derive(Debug)]
pub struct Streets {
    graph: RoadGraph,
    cch: Cch,
    backwards: Backwards,
    profiles: RwLock<Vec<Arc<Driven>>>,
    /// Held by whoever changes conditions or profiles.
    conditions: Mutex<Conditions>,
    rooms: Rooms,
}

/// Where a drive may end: the edge before the last, what it costs from there, and the last edge.
struct End {
    before: u32,
    cost: u32,
    edge: u32,
    along: f64,
}

/// Where a drive may begin or end on an edge.
struct Stand {
    edge: u32,
    along: f64,
    /// Milliseconds from the edge's beginning, and to its end.
    passed: u32,
    rest: u32,
    detour: u32,
}

impl Streets {
    /// Opens what the last import into `dir` made: maps the files and checks their checksums.
    pub fn open(dir: &Path) -> Result<Self, StreetsError> {
        let dir = import::current(dir)?;
        let graph = RoadGraph::open(&dir.join(ROADS))?;
        let cch = Cch::open(&dir.join(HIERARCHY), &graph)?;
        let times = FileReader::open(&dir.join(TIMES), TIMES_VERSION)?;
        let prints: Column<u32> = times.column("profiles")?;
        let mut driven = Vec::new();
        for (no, profile) in profiles().into_iter().enumerate() {
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

    fn edges_of(&self, segment: usize) -> Vec<Edge> {
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
                &live.metric.down,
                &live.metric.up,
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
                &live.metric.up,
                &live.metric.down,
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
        let stands = self.stands(&driven, &live, from);
        let goal = self.stands(&driven, &live, to);
        let ends = self.ends(&driven, &live, to);
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
                    &live,
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
        let way = around
            .into_iter()
            .chain(straight)
            .min_by_key(|way| way.milliseconds)?;
        Some(route::draw(&self.graph, &driven, &live, &way, (from, to)))
    }

    /// Closes or slows down directions of streets for all profiles; replaces what was said of them
    /// before. Gives how many links of the hierarchy were recomputed.
    ///
    /// Answers that begin after the return have it. Nothing here is kept on disk: the caller
    /// records closures and repeats them after an import or a restart.
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
        Plain {
            streets: self,
            driven,
            live,
            times,
        }
    }

    fn driven(&self, profile: ProfileId) -> Arc<Driven> {
        let profiles = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            profiles
                .get(usize::from(profile.0))
                .expect("a profile belongs to its streets"),
        )
    }

    /// The edges on which a place lies for a profile.
    fn stands(&self, driven: &Driven, live: &Live, at: &Snapped) -> Vec<Stand> {
        let mut stands = Vec::new();
        for spot in &at.spots {
            for edge in self.spot_edges(spot) {
                let time = driven.edge_ms(&live.conditions, edge);
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
    fn ends(&self, driven: &Driven, live: &Live, at: &Snapped) -> Vec<End> {
        let mut ends = Vec::new();
        for stand in self.stands(driven, live, at) {
            for edge in self.graph.with_copies(stand.edge) {
                for &(before, turn) in self.backwards.turns_into(edge) {
                    let alone = driven.turn_alone_ms(&self.graph, turn, before);
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
    fn leave(&self) -> u32 {
        self.rest.saturating_add(self.detour).min(NEVER)
    }

    /// The time straight on to a place farther along the same edge.
    fn to(&self, goal: &Self) -> Option<u32> {
        let ahead =
            self.edge == goal.edge && self.passed <= goal.passed && self.along <= goal.along;
        ahead.then(|| goal.passed - self.passed + self.detour + goal.detour)
    }
}

fn direct(from: &[Stand], to: &[Stand]) -> Option<u32> {
    from.iter()
        .flat_map(|a| to.iter().filter_map(move |b| a.to(b)))
        .min()
}

/// Answers by Dijkstra's algorithm alone; see [`Streets::plain`].
#[derive(Debug)]
pub struct Plain<'a> {
    streets: &'a Streets,
    driven: Arc<Driven>,
    live: Arc<Live>,
    times: Vec<u32>,
}

impl Plain<'_> {
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
