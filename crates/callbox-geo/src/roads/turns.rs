//! Turns, and the restrictions on them.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::osm::{Extract, MemberKind, Relation};

use super::{
    barrier::Barrier,
    build::{
        AtTimes, Edges, Nodes, RESTRICTION_AT_TIMES, RESTRICTION_HEAVY, RESTRICTIONS, Segments,
        bearing,
    },
    conditional::restriction,
    graph::{
        TURN_BACK, TURN_BLOCKED, TURN_DEAD_END, TURN_FOR_SOME, TURN_FORBIDDEN, TURN_GATE,
        TURN_KIND, TURN_LEFT, TURN_RIGHT, TURN_SHARP, TURN_SIGNALS, TURN_STRAIGHT, coord,
    },
};

/// The longest way over which a restriction is followed, in edges.
const LONGEST: usize = 32;

/// What signs forbid.
#[derive(Default)]
pub(super) struct Restrictions {
    /// What is forbidden whatever the hour, by whom it binds.
    always: BTreeMap<Binds, Forbidden>,
    /// What is forbidden while a condition holds, by the condition's number.
    timed: Vec<(u32, Forbidden)>,
    pub(super) read: u64,
    pub(super) unread: u64,
    /// How many hold at times.
    pub(super) at_times: u64,
}

/// Whom a sign binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    All,
    /// All but emergency vehicles.
    Others,
    /// Goods vehicles, and what is as heavy.
    Heavy,
}

/// Whom a restriction with this key binds; nobody of ours where `except` takes them out.
fn binds(key: &str, relation: &Relation<'_>) -> Option<Binds> {
    let except = relation.tags.get("except").unwrap_or_default();
    let is_out = |kind: &str| except.split([';', ',']).any(|one| one.trim() == kind);
    if is_out("motor_vehicle") || is_out("vehicle") {
        return None;
    }
    let is_heavy = key == RESTRICTION_HEAVY || is_out("motorcar");
    match (is_heavy, is_out("hgv"), is_out("emergency")) {
        // Heavy vehicles of ours are emergency vehicles.
        (true, true, _) | (true, _, true) => None,
        (true, false, false) => Some(Binds::Heavy),
        (false, _, true) => Some(Binds::Others),
        (false, _, false) => Some(Binds::All),
    }
}

#[derive(Default)]
struct Forbidden {
    /// From one edge into the next.
    pairs: HashSet<(u32, u32)>,
    /// After all of a path of two edges and more, which next edges.
    paths: HashMap<Vec<u32>, HashSet<u32>>,
}

impl Restrictions {
    pub(super) fn read(
        extract: &Extract,
        nodes: &Nodes,
        segments: &Segments,
        edges: &Edges,
        at_times: &mut AtTimes,
    ) -> Self {
        let mut ways: HashMap<i64, Vec<u32>> = HashMap::new();
        for (edge, &side) in edges.side.iter().enumerate() {
            let way = segments.way[(side >> 1) as usize];
            ways.entry(way).or_default().push(edge as u32);
        }
        let reader = Reader {
            nodes,
            segments,
            edges,
            ways,
        };
        let mut restrictions = Self::default();
        for relation in extract.relations() {
            if !relation.tags.is("type", "restriction") {
                continue;
            }
            let only = |kind: &str| match kind {
                _ if kind.starts_with("no_") => Some(false),
                _ if kind.starts_with("only_") => Some(true),
                _ => None,
            };
            let mut is_plain = false;
            for key in RESTRICTIONS {
                let Some(kind) = relation.tags.get(key) else {
                    continue;
                };
                is_plain = true;
                let Some(binds) = binds(key, &relation) else {
                    continue;
                };
                let always = restrictions.always.entry(binds).or_default();
                let done = only(kind).and_then(|only| reader.add(&relation, only, always));
                match done {
                    Some(()) => restrictions.read += 1,
                    None => restrictions.unread += 1,
                }
            }
            if is_plain {
                continue;
            }
            let text = relation.tags.get(RESTRICTION_AT_TIMES);
            for (kind, when) in text.into_iter().flat_map(restriction) {
                // What is not read holds always.
                let Some(when) = when else {
                    at_times.unread += 1;
                    if let Some(only) = only(kind) {
                        let always = restrictions.always.entry(Binds::All).or_default();
                        reader.add(&relation, only, always);
                    }
                    continue;
                };
                let mut forbidden = Forbidden::default();
                let done = only(kind).and_then(|only| reader.add(&relation, only, &mut forbidden));
                match done {
                    Some(()) => restrictions.at_times += 1,
                    None => restrictions.unread += 1,
                }
                let when = at_times.whens.add(&when);
                match restrictions.timed.iter_mut().find(|known| known.0 == when) {
                    Some((_, known)) => known.add(forbidden),
                    None => restrictions.timed.push((when, forbidden)),
                }
            }
        }
        restrictions
    }

    /// Adds to a turn what signs forbid whatever the hour.
    fn sign(&self, path: &[u32], next: u32, what: u8) -> u8 {
        let has = |binds: Binds| {
            let forbidden = self.always.get(&binds);
            forbidden.is_some_and(|forbidden| forbidden.has(path, next))
        };
        let is_back = what & TURN_KIND == TURN_BACK;
        match (has(Binds::All), has(Binds::Others), has(Binds::Heavy)) {
            (true, _, _) | (_, true, true) => what | TURN_FORBIDDEN,
            // Turning round has no room for the difference.
            (_, true, _) if is_back => what | TURN_FORBIDDEN,
            (_, true, _) => what | TURN_FORBIDDEN | TURN_FOR_SOME,
            (_, _, true) if !is_back => what | TURN_FOR_SOME,
            _ => what,
        }
    }

    /// All paths of two edges and more, after which something is forbidden.
    fn paths(&self) -> impl Iterator<Item = &Vec<u32>> {
        let timed = self.timed.iter().map(|(_, forbidden)| forbidden);
        self.always
            .values()
            .chain(timed)
            .flat_map(|forbidden| forbidden.paths.keys())
    }
}

impl Forbidden {
    fn add(&mut self, more: Self) {
        self.pairs.extend(more.pairs);
        for (path, next) in more.paths {
            self.paths.entry(path).or_default().extend(next);
        }
    }

    fn has(&self, path: &[u32], next: u32) -> bool {
        let last = path[path.len() - 1];
        self.pairs.contains(&(last, next))
            || (path.len() > 1 && !self.paths.is_empty())
                && (0..path.len() - 1).any(|from| {
                    self.paths
                        .get(&path[from..])
                        .is_some_and(|forbidden| forbidden.contains(&next))
                })
    }
}

struct Reader<'a> {
    nodes: &'a Nodes,
    segments: &'a Segments,
    edges: &'a Edges,
    ways: HashMap<i64, Vec<u32>>,
}

impl Reader<'_> {
    /// Adds one relation; `None` when its members do not fit the streets.
    fn add(&self, relation: &Relation<'_>, only: bool, to: &mut Forbidden) -> Option<()> {
        let ways_of = |role: &str| -> Vec<i64> {
            let members = relation.members.iter();
            members
                .filter(|member| member.role == role && member.kind == MemberKind::Way)
                .map(|member| member.id)
                .collect()
        };
        let (from, into) = (ways_of("from"), ways_of("to"));
        let via_nodes: Vec<i64> = relation
            .members
            .iter()
            .filter(|member| member.role == "via" && member.kind == MemberKind::Node)
            .map(|member| member.id)
            .collect();
        let via_ways = ways_of("via");
        let paths: Vec<Vec<u32>> = if let [via] = via_nodes[..] {
            let node = *self.nodes.by_osm.get(&via)?;
            self.into(&from, node).map(|edge| vec![edge]).collect()
        } else {
            self.over(&from, &via_ways)
        };
        let mut any = false;
        for path in paths {
            let last = path[path.len() - 1];
            let node = self.edges.head(self.segments, last);
            let targets: Vec<u32> = self
                .edges
                .from(node)
                .filter(|&edge| into.contains(&self.way(edge)))
                // From a way into itself means to turn round, never to drive on.
                .filter(|&edge| from != into || path.len() > 1 || self.back(last) == Some(edge))
                .collect();
            if targets.is_empty() {
                continue;
            }
            any = true;
            let forbidden = self
                .edges
                .from(node)
                .filter(|edge| targets.contains(edge) != only);
            if path.len() == 1 {
                to.pairs.extend(forbidden.map(|edge| (last, edge)));
            } else {
                to.paths.entry(path).or_default().extend(forbidden);
            }
        }
        any.then_some(())
    }

    fn way(&self, edge: u32) -> i64 {
        self.segments.way[(self.edges.side[edge as usize] >> 1) as usize]
    }

    fn back(&self, edge: u32) -> Option<u32> {
        let side = self.edges.side[edge as usize];
        let pair = self.edges.seg_edge[(side >> 1) as usize];
        let back = pair[1 - (side & 1) as usize];
        (back != super::graph::NO_EDGE).then_some(back)
    }

    fn edges_of(&self, ways: &[i64]) -> impl Iterator<Item = u32> {
        ways.iter()
            .filter_map(|way| self.ways.get(way))
            .flatten()
            .copied()
    }

    fn into(&self, ways: &[i64], node: u32) -> impl Iterator<Item = u32> {
        self.edges_of(ways)
            .filter(move |&edge| self.edges.head(self.segments, edge) == node)
    }

    /// Finds the paths from a `from` edge along all the `via` ways.
    fn over(&self, from: &[i64], via: &[i64]) -> Vec<Vec<u32>> {
        let mut found = Vec::new();
        for start in self.edges_of(from) {
            let mut path = vec![start];
            let mut left: Vec<i64> = via.to_vec();
            while !left.is_empty() && path.len() < LONGEST {
                let last = path[path.len() - 1];
                let node = self.edges.head(self.segments, last);
                let next = self
                    .edges
                    .from(node)
                    .find(|&edge| left.contains(&self.way(edge)) && self.back(last) != Some(edge));
                let Some(next) = next else { break };
                let way = self.way(next);
                path.push(next);
                // Follow this way to its end.
                loop {
                    let last = path[path.len() - 1];
                    let node = self.edges.head(self.segments, last);
                    let on = self
                        .edges
                        .from(node)
                        .find(|&edge| self.way(edge) == way && self.back(last) != Some(edge));
                    match on {
                        Some(on) if path.len() < LONGEST && !path.contains(&on) => path.push(on),
                        _ => break,
                    }
                }
                left.retain(|&other| other != way);
            }
            if left.is_empty() && !via.is_empty() && path.len() > 1 {
                found.push(path);
            }
        }
        found
    }
}

/// All turns, those of copies included.
pub(super) struct Turns {
    pub(super) start: Vec<u32>,
    pub(super) to: Vec<u32>,
    pub(super) what: Vec<u8>,
    /// Turns that are forbidden while a condition holds, and its number; sorted.
    pub(super) at_times: Vec<[u32; 2]>,
    /// For each copy the plain edge; copies are numbered on from the last plain edge.
    pub(super) copy_of: Vec<u32>,
}

impl Turns {
    /// A vehicle's state is its edge, or a copy of it that remembers the path so far, as in the
    /// automaton of Aho and Corasick: the longest end of the path that begins a restriction.
    pub(super) fn make(
        nodes: &Nodes,
        segments: &Segments,
        edges: &Edges,
        restrictions: &Restrictions,
    ) -> Self {
        let plain = edges.side.len() as u32;
        let mut prefixes: Vec<&[u32]> = restrictions
            .paths()
            .flat_map(|path| (2..=path.len()).map(|end| &path[..end]))
            .collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        let states: HashMap<&[u32], u32> = prefixes.iter().copied().zip(plain..).collect();
        let mut turns = Self {
            start: vec![0],
            to: Vec::new(),
            what: Vec::new(),
            at_times: Vec::new(),
            copy_of: prefixes.iter().map(|path| path[path.len() - 1]).collect(),
        };
        let singles: Vec<u32> = (0..plain).collect();
        let all = singles.chunks(1).chain(prefixes.iter().copied());
        let mut longer = Vec::new();
        for path in all {
            let last = path[path.len() - 1];
            let node = edges.head(segments, last);
            for next in edges.from(node) {
                let plain = turn(nodes, segments, edges, last, next);
                let what = restrictions.sign(path, next, plain);
                let for_all = what & TURN_KIND == TURN_BACK || what & TURN_FOR_SOME == 0;
                let is_open = what & TURN_FORBIDDEN == 0 || !for_all;
                for (when, forbidden) in &restrictions.timed {
                    if is_open && forbidden.has(path, next) {
                        turns.at_times.push([turns.to.len() as u32, *when]);
                    }
                }
                let mut state = next;
                if !states.is_empty() {
                    longer.clear();
                    longer.extend_from_slice(path);
                    longer.push(next);
                    let known = (0..path.len()).find_map(|from| states.get(&longer[from..]));
                    state = known.copied().unwrap_or(next);
                }
                turns.to.push(state);
                turns.what.push(what);
            }
            turns.start.push(turns.to.len() as u32);
        }
        turns
    }
}

fn turn(nodes: &Nodes, segments: &Segments, edges: &Edges, from: u32, into: u32) -> u8 {
    let (side_a, side_b) = (edges.side[from as usize], edges.side[into as usize]);
    let node = edges.head(segments, from);
    let back = side_a ^ 1 == side_b;
    let barrier = nodes.barrier[node as usize];
    let mut what = if back {
        TURN_BACK
    } else {
        angle(segments, side_a, side_b)
    };
    if nodes.signals[node as usize] {
        what |= TURN_SIGNALS;
    }
    if back {
        let only_way = edges.from(node).len() == 1;
        if only_way || barrier != Barrier::None {
            what |= TURN_DEAD_END;
        }
        return what;
    }
    match barrier {
        Barrier::None => what,
        Barrier::Gate => what | TURN_GATE,
        Barrier::Blocked => what | TURN_BLOCKED,
    }
}

fn angle(segments: &Segments, side_a: u32, side_b: u32) -> u8 {
    let ends = |side: u32, last: bool| {
        let points = segments.points((side >> 1) as usize);
        let against = side & 1 == 1;
        let count = points.len();
        // The piece next to the junction, in the direction of travel.
        match (last, against) {
            (true, false) => (points[count - 2], points[count - 1]),
            (true, true) => (points[1], points[0]),
            (false, false) => (points[0], points[1]),
            (false, true) => (points[count - 1], points[count - 2]),
        }
    };
    let (a, b) = (ends(side_a, true), ends(side_b, false));
    let direction = |(from, to): ([i32; 2], [i32; 2])| bearing(coord(from), coord(to));
    let angle = (direction(b) - direction(a)).rem_euclid(360.0);
    match angle {
        angle if !(30.0..=330.0).contains(&angle) => TURN_STRAIGHT,
        angle if angle < 150.0 => TURN_RIGHT,
        angle if angle > 210.0 => TURN_LEFT,
        _ => TURN_SHARP,
    }
}
