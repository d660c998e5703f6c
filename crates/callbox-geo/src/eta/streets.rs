//! What the rest of callbox asks of the streets.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::{
    Coord,
    import::{self, FindError},
    roads::{
        self, Class, Column, FileError, FileReader, NEVER, NO_EDGE, Network, Profile, RoadGraph,
    },
};

use super::{
    builder::{COLUMNS, HIERARCHY, ROADS, TIMES, TIMES_VERSION, fingerprint},
    cch::Cch,
    clock::Clock,
    live::{Condition, Conditions, Driven},
    metric::Metric,
    plain::{Backwards, Plain},
    query::Rooms,
    snap::{self, Hint, Snapped},
    speeds::{self, SpeedsError},
    vehicle,
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
    /// They were imported without this network.
    #[error(
        "the streets were imported without {}; run `callbox import streets FILE.osm.pbf --with {}`",
        .0.things(),
        .0.code()
    )]
    NotBuilt(Network),
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
    network: Network,
    pub(super) graph: RoadGraph,
    pub(super) cch: Cch,
    pub(super) backwards: Backwards,
    profiles: RwLock<Vec<Arc<Driven>>>,
    /// Held by whoever changes conditions or profiles.
    pub(super) conditions: Mutex<Conditions>,
    pub(super) clock: Clock,
    units: speeds::Units,
    pub(super) rooms: Rooms,
    pub(super) sized: Mutex<vehicle::Sized>,
}

impl Streets {
    /// Opens what the last import into `dir` made: maps the files and checks their checksums.
    ///
    /// Profiles drive as the agency's own speeds say where there are some ([`speeds_file`]); each
    /// that differs from what is built in costs one customization.
    ///
    /// [`speeds_file`]: super::speeds_file
    pub fn open(dir: &Path) -> Result<Self, StreetsError> {
        Self::open_network(dir, Network::Drive)
    }

    /// Does what [`Streets::open`] does, for another network than that of vehicles;
    /// [`StreetsError::NotBuilt`] when the last import made none.
    pub fn open_network(dir: &Path, network: Network) -> Result<Self, StreetsError> {
        let mut wanted = Network::ALL.map(Network::profiles).concat();
        let units = speeds::read(dir, &mut wanted)?;
        wanted.retain(|profile| profile.network == network);
        let dir = import::current(dir)?;
        let path = |part: &str| dir.join(network.file(part));
        if network != Network::Drive && !path(ROADS).exists() {
            return Err(StreetsError::NotBuilt(network));
        }
        let graph = RoadGraph::open(&path(ROADS))?;
        let cch = Cch::open(&path(HIERARCHY), &graph)?;
        let times = FileReader::open(&path(TIMES), TIMES_VERSION)?;
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
                Conditions::default(),
            )));
        }
        Ok(Self {
            units,
            ..Self::new(network, graph, cch, driven)
        })
    }

    pub(super) fn new(
        network: Network,
        graph: RoadGraph,
        cch: Cch,
        profiles: Vec<Arc<Driven>>,
    ) -> Self {
        Self {
            network,
            clock: Clock::new(&graph),
            units: speeds::Units::new(),
            backwards: Backwards::new(&graph),
            graph,
            cch,
            profiles: RwLock::new(profiles),
            conditions: Mutex::new(Conditions::default()),
            rooms: Rooms::default(),
            sized: Mutex::default(),
        }
    }

    /// Gives what these streets are for.
    #[must_use]
    pub fn network(&self) -> Network {
        self.network
    }

    /// Finds a profile by its name; `blue-light`, `heavy` and `car` are always there for vehicles,
    /// `foot` and `boat` on their networks.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<ProfileId> {
        let profiles = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
        let at = profiles
            .iter()
            .position(|driven| driven.profile.name == name)?;
        Some(ProfileId(at as u16))
    }

    /// Gives the name of the profile that the agency's own speeds give to a kind of unit, be it one
    /// of another network; `blue-light` where they name none.
    #[must_use]
    pub fn profile_of_unit(&self, unit_type: &str) -> &str {
        self.units
            .get(unit_type)
            .map_or("blue-light", String::as_str)
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

    /// Finds the nearest street within 2 km (on foot 1 km, by boat 500 m); `None` outside of that and
    /// outside of the Earth.
    #[must_use]
    pub fn snap(&self, lat: f64, lon: f64) -> Option<Snapped> {
        let asked = Coord::from_degrees(lat, lon)?;
        snap::snap(&self.graph, self.network, asked, None)
    }

    /// Finds the street on which a vehicle drives with this heading (degrees from north), if there
    /// is one within 25 m, and then counts only that direction; else does as [`Streets::snap`].
    #[must_use]
    pub fn snap_heading(&self, lat: f64, lon: f64, heading: f64) -> Option<Snapped> {
        let hint = Hint {
            heading_degrees: Some(heading),
            ..Hint::default()
        };
        self.snap_hint(lat, lon, hint)
    }

    /// Finds the street within 25 m that fits what is known of a vehicle: its heading, its level,
    /// where it was before; [`Snapped::why`] says what decided. Where nothing fits, or nothing is
    /// near, does as [`Streets::snap`].
    #[must_use]
    pub fn snap_hint(&self, lat: f64, lon: f64, hint: Hint<'_>) -> Option<Snapped> {
        let asked = Coord::from_degrees(lat, lon)?;
        snap::snap(&self.graph, self.network, asked, Some(hint))
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
        let profiles = self.all_driven();
        let settled = profiles.iter().map(|driven| driven.settle(&self.cch));
        settled.filter(|settled| !settled).count() == 0
    }

    /// Says whether [`Streets::settle`] has nothing to do.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let profiles = self.all_driven();
        profiles
            .iter()
            .all(|driven| driven.now().pruned().is_some())
    }

    /// Gives a number that the present times have and no earlier ones had; settling keeps it.
    #[must_use]
    pub fn times(&self) -> u64 {
        let profiles = self.all_driven();
        let numbers = profiles.iter().map(|driven| driven.now().number);
        numbers.max().unwrap_or_default()
    }

    /// Gives what differs from the map at present.
    #[must_use]
    pub fn conditions(&self) -> Vec<(Edge, Condition)> {
        let conditions = self
            .conditions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let said = conditions.said.iter();
        let plain = said.filter(|(edge, _)| self.is_plain(**edge));
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
                Some(condition) => conditions.said.insert(edge, condition),
                None => conditions.said.remove(&edge),
            };
            turns.extend(
                self.backwards
                    .turns_into(edge)
                    .iter()
                    .map(|(_, turn)| *turn),
            );
        }
        let profiles = self.all_driven();
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

    pub(super) fn all_driven(&self) -> Vec<Arc<Driven>> {
        let profiles = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
        profiles.clone()
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
