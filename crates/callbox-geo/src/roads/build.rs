//! Makes the road graph from an extract.

use std::collections::HashMap;

use crate::{
    Coord,
    osm::{Extract, Keep, NodeIx, Tags, Wants, Way},
};

use super::{
    Network,
    barrier::{Barrier, barrier, may_be},
    boxes,
    components::main_parts,
    conditional::{Timed, timed},
    graph::{NO_EDGE, RoadGraph, coord},
    rules::{CAR, EMERGENCY, Rules},
    turns::{Restrictions, Turns},
};

/// Asks an extract for what the road graph needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoadWants(pub(crate) Network);

impl Wants for RoadWants {
    fn node(&self, tags: &Tags<'_>) -> bool {
        match self.0 {
            Network::Drive => {
                tags.get("barrier").is_some() || tags.is("highway", "traffic_signals")
            }
            Network::Foot => {
                tags.get("barrier").is_some()
                    || matches!(tags.get("highway"), Some("traffic_signals" | "crossing"))
            }
            Network::Boat => may_be(tags),
        }
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        timed(self.0, tags).is_some() || self.0 == Network::Boat && is_weir(tags)
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        let mut keys = RESTRICTIONS.iter().chain([&RESTRICTION_AT_TIMES]);
        let restriction = self.0 == Network::Drive
            && tags.is("type", "restriction")
            && keys.any(|key| tags.get(key).is_some());
        if restriction { Keep::Alone } else { Keep::No }
    }
}

/// The keys of turn restrictions that bind a vehicle of ours. Those for buses, bicycles or caravans alone do not.
pub(super) const RESTRICTIONS: [&str; 4] = [
    "restriction",
    "restriction:motor_vehicle",
    "restriction:motorcar",
    RESTRICTION_HEAVY,
];
/// The key of those for goods vehicles.
pub(super) const RESTRICTION_HEAVY: &str = "restriction:hgv";

/// The key of turn restrictions that hold at times.
pub(super) const RESTRICTION_AT_TIMES: &str = "restriction:conditional";

/// A wall across a river, drawn as a way.
fn is_weir(tags: &Tags<'_>) -> bool {
    matches!(tags.get("waterway"), Some("weir" | "dam" | "waterfall"))
}

/// Whether signals stop the network's people at a node.
fn is_signals(network: Network, tags: &Tags<'_>) -> bool {
    match network {
        Network::Drive => tags.is("highway", "traffic_signals"),
        Network::Foot => tags.is("highway", "crossing") && tags.is("crossing", "traffic_signals"),
        Network::Boat => false,
    }
}

/// Counts what the road graph is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoadCounts {
    /// Junctions and ends of streets.
    pub nodes: u64,
    /// Pieces of street between them.
    pub segments: u64,
    /// Directions of those pieces that some vehicle may use.
    pub edges: u64,
    /// Turns from one edge into the next.
    pub turns: u64,
    /// Turn restrictions that are obeyed.
    pub restrictions: u64,
    /// Turn restrictions whose members do not fit the streets.
    pub restrictions_unread: u64,
    /// Conditions on ways and turns that are asked at the time of the question.
    pub conditions: u64,
    /// Conditions that are not read: they count as if they held always where they forbid or slow
    /// down, and never where they allow.
    pub conditions_unread: u64,
}

/// The nodes of the graph while it is made.
#[derive(Default)]
pub(super) struct Nodes {
    pub(super) coord: Vec<[i32; 2]>,
    pub(super) barrier: Vec<Barrier>,
    pub(super) signals: Vec<bool>,
    pub(super) by_osm: HashMap<i64, u32>,
}

/// The segments of the graph while it is made.
#[derive(Default)]
pub(super) struct Segments {
    pub(super) nodes: Vec<[u32; 2]>,
    pub(super) way: Vec<i64>,
    allow: Vec<[u8; 2]>,
    name: Vec<u32>,
    class: Vec<u8>,
    speed: Vec<[u8; 2]>,
    length: Vec<u32>,
    limits: Vec<[u16; 4]>,
    ferry: Vec<u32>,
    level: Vec<i8>,
    /// The way with conditions that each piece belongs to, for those that have some.
    timed: Vec<[u32; 2]>,
    shape_start: Vec<u32>,
    pub(super) shape: Vec<[i32; 2]>,
}

impl Segments {
    pub(super) fn points(&self, segment: usize) -> &[[i32; 2]] {
        &self.shape[self.shape_start[segment] as usize..self.shape_start[segment + 1] as usize]
    }
}

/// The edges of the graph while it is made: sorted by the node where they begin.
pub(super) struct Edges {
    pub(super) side: Vec<u32>,
    pub(super) allow: Vec<u8>,
    pub(super) seg_edge: Vec<[u32; 2]>,
    /// Where each node's edges begin in `side`.
    pub(super) first: Vec<u32>,
}

/// Texts, each once.
#[derive(Default)]
pub(super) struct Names {
    ends: Vec<u32>,
    text: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Names {
    pub(super) fn add(&mut self, name: &str) -> u32 {
        if let Some(&no) = self.known.get(name) {
            return no;
        }
        let no = self.ends.len() as u32;
        self.text.extend_from_slice(name.as_bytes());
        self.ends.push(self.text.len() as u32);
        self.known.insert(name.to_owned(), no);
        no
    }
}

/// What holds at times, while the graph is made.
#[derive(Default)]
pub(super) struct AtTimes {
    pub(super) whens: Names,
    ways: Vec<[u32; 6]>,
    rows: Vec<[u8; 4]>,
    read: u64,
    pub(super) unread: u64,
}

impl AtTimes {
    /// Keeps a way's conditions; gives its number if it has some.
    fn add(&mut self, timed: &Timed) -> Option<u32> {
        self.unread += timed.unread;
        if timed.whens.is_empty() {
            return None;
        }
        let mut way = [timed.whens.len() as u32, self.rows.len() as u32, 0, 0, 0, 0];
        for (slot, when) in way[2..].iter_mut().zip(&timed.whens) {
            *slot = self.whens.add(when);
        }
        self.read += timed.whens.len() as u64;
        self.rows.extend_from_slice(&timed.rows);
        self.ways.push(way);
        Some(self.ways.len() as u32 - 1)
    }
}

/// Builds the graph; the result may be empty.
pub(crate) fn build(network: Network, extract: &Extract) -> (RoadGraph, RoadCounts) {
    let mut names = Names::default();
    names.add("");
    let mut at_times = AtTimes::default();
    let (nodes, segments) = cut(network, extract, &mut names, &mut at_times);
    let edges = direct(&nodes, &segments, &at_times);
    let restrictions = Restrictions::read(extract, &nodes, &segments, &edges, &mut at_times);
    let turns = Turns::make(&nodes, &segments, &edges, &restrictions);
    let counts = RoadCounts {
        nodes: nodes.coord.len() as u64,
        segments: segments.way.len() as u64,
        edges: edges.side.len() as u64,
        turns: turns.to.len() as u64,
        restrictions: restrictions.read,
        restrictions_unread: restrictions.unread,
        conditions: at_times.read + restrictions.at_times,
        conditions_unread: at_times.unread,
    };
    let mut side = edges.side;
    let mut allow = edges.allow;
    let mut copies = Vec::new();
    for &plain in &turns.copy_of {
        copies.push([plain, side.len() as u32]);
        side.push(side[plain as usize]);
        allow.push(allow[plain as usize]);
    }
    copies.sort_unstable();
    let main = main_parts(&allow, &turns);
    let (box_items, boxes) = boxes::build(&segments);
    let graph = RoadGraph {
        node_coord: nodes.coord.into(),
        seg_nodes: segments.nodes.into(),
        seg_way: segments.way.into(),
        seg_name: segments.name.into(),
        seg_class: segments.class.into(),
        seg_speed: segments.speed.into(),
        seg_length: segments.length.into(),
        seg_limits: segments.limits.into(),
        seg_ferry: segments.ferry.into(),
        shape_start: segments.shape_start.into(),
        shape: segments.shape.into(),
        seg_edge: edges.seg_edge.into(),
        edge_side: side.into(),
        edge_allow: allow.into(),
        edge_main: main.into(),
        seg_level: segments.level.into(),
        timed_segment: segments.timed.into(),
        timed_way: at_times.ways.into(),
        timed_row: at_times.rows.into(),
        timed_turn: turns.at_times.into(),
        when_end: at_times.whens.ends.into(),
        when_text: at_times.whens.text.into(),
        copies: copies.into(),
        turn_start: turns.start.into(),
        turn_to: turns.to.into(),
        turn_what: turns.what.into(),
        name_end: names.ends.into(),
        name_text: names.text.into(),
        box_items: box_items.into(),
        boxes: boxes.into(),
    };
    (graph, counts)
}

/// Cuts ways into segments at junctions, at barriers, and where the extract ends.
fn cut(
    network: Network,
    extract: &Extract,
    names: &mut Names,
    at_times: &mut AtTimes,
) -> (Nodes, Segments) {
    let mut uses = vec![0u8; extract.node_count()];
    let usable = |way: &Way<'_>| timed(network, &way.tags).is_some_and(|said| said.is_usable());
    for way in extract.ways().filter(usable) {
        for part in inside(extract, way.nodes) {
            for node in part {
                uses[node.0 as usize] = uses[node.0 as usize].saturating_add(1);
            }
            for node in [part[0], part[part.len() - 1]] {
                uses[node.0 as usize] = 2;
            }
        }
    }
    let mut barriers = HashMap::new();
    let mut signals = std::collections::HashSet::new();
    for node in extract.tagged_nodes() {
        let Some(at) = extract.node_ix(node.id) else {
            continue;
        };
        if is_signals(network, &node.tags) {
            signals.insert(at);
        }
        let barrier = barrier(network, &node.tags);
        if barrier != Barrier::None && uses[at.0 as usize] > 0 {
            uses[at.0 as usize] = 2;
            barriers.insert(at, barrier);
        }
    }
    let weirs = extract
        .ways()
        .filter(|way| network == Network::Boat && is_weir(&way.tags));
    for &at in weirs.flat_map(|way| way.nodes) {
        if uses[at.0 as usize] > 0 {
            uses[at.0 as usize] = 2;
            barriers.insert(at, Barrier::Blocked);
        }
    }
    let mut nodes = Nodes::default();
    let mut segments = Segments::default();
    segments.shape_start.push(0);
    let mut numbers = vec![u32::MAX; extract.node_count()];
    for way in extract.ways() {
        let Some(said) = timed(network, &way.tags) else {
            continue;
        };
        let timed_way = at_times.add(&said);
        if !said.is_usable() {
            continue;
        }
        let rules = said.always;
        let name = name(&way.tags);
        let name = names.add(&name);
        let total: f64 = inside(extract, way.nodes)
            .map(|part| meters(extract, part))
            .sum();
        for part in inside(extract, way.nodes) {
            let mut start = 0;
            for end in 1..part.len() {
                if uses[part[end].0 as usize] < 2 {
                    continue;
                }
                let piece = &part[start..=end];
                start = end;
                let mut number = |at: NodeIx| {
                    let number = &mut numbers[at.0 as usize];
                    if *number == u32::MAX {
                        *number = nodes.coord.len() as u32;
                        nodes.coord.push(point(extract, at));
                        nodes
                            .barrier
                            .push(barriers.get(&at).copied().unwrap_or(Barrier::None));
                        nodes.signals.push(signals.contains(&at));
                        nodes.by_osm.insert(extract.node_id(at), *number);
                    }
                    *number
                };
                let ends = [number(piece[0]), number(piece[piece.len() - 1])];
                let inner = &piece[1..piece.len() - 1];
                let lights = inner.iter().filter(|node| signals.contains(node)).count();
                segments
                    .timed
                    .extend(timed_way.map(|timed| [segments.way.len() as u32, timed]));
                segments.add(
                    extract,
                    way.id,
                    name,
                    &rules,
                    ends,
                    piece,
                    lights as u16,
                    total,
                );
            }
        }
    }
    (nodes, segments)
}

impl Segments {
    #[expect(clippy::too_many_arguments, reason = "one row of columns, called once")]
    fn add(
        &mut self,
        extract: &Extract,
        way: i64,
        name: u32,
        rules: &Rules,
        ends: [u32; 2],
        piece: &[NodeIx],
        lights: u16,
        way_meters: f64,
    ) {
        let meters = meters(extract, piece);
        let share = if way_meters > 0.0 {
            meters / way_meters
        } else {
            0.0
        };
        self.nodes.push(ends);
        self.way.push(way);
        self.allow.push([rules.forward, rules.backward]);
        self.name.push(name);
        self.class.push(rules.class as u8);
        self.level.push(rules.level);
        self.speed.push([rules.speed_forward, rules.speed_backward]);
        self.length.push((meters * 10.0).round() as u32);
        self.limits.push([
            u16::from(rules.height),
            u16::from(rules.width),
            rules.weight,
            lights,
        ]);
        self.ferry
            .push((f64::from(rules.ferry_seconds) * share * 1000.0) as u32);
        self.shape
            .extend(piece.iter().map(|&at| point(extract, at)));
        self.shape_start.push(self.shape.len() as u32);
    }
}

/// The longest runs of at least two nodes that the extract has.
fn inside<'a>(extract: &'a Extract, nodes: &'a [NodeIx]) -> impl Iterator<Item = &'a [NodeIx]> {
    nodes
        .split(|&node| extract.coord(node).is_none())
        .filter(|part| part.len() >= 2)
}

fn point(extract: &Extract, at: NodeIx) -> [i32; 2] {
    let coord = extract
        .coord(at)
        .expect("a segment's nodes have coordinates");
    [coord.lat, coord.lon]
}

fn meters(extract: &Extract, nodes: &[NodeIx]) -> f64 {
    nodes
        .windows(2)
        .map(|pair| coord(point(extract, pair[0])).meters_to(coord(point(extract, pair[1]))))
        .sum()
}

fn name(tags: &Tags<'_>) -> String {
    match (tags.get("name"), tags.get("ref")) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => String::new(),
    }
}

/// Makes edges of the directions that somebody may use, be it at times.
fn direct(nodes: &Nodes, segments: &Segments, at_times: &AtTimes) -> Edges {
    let mut ever = segments.allow.clone();
    for &[segment, timed] in &segments.timed {
        let [count, first, ..] = at_times.ways[timed as usize];
        for row in &at_times.rows[first as usize..][..1 << count] {
            ever[segment as usize][0] |= row[0];
            ever[segment as usize][1] |= row[1];
        }
    }
    let mut list: Vec<(u32, u32)> = Vec::new();
    for (segment, allow) in ever.iter().enumerate() {
        for (against, who) in allow.iter().enumerate() {
            if who & (CAR | EMERGENCY) != 0 {
                let tail = segments.nodes[segment][against];
                list.push((tail, (segment as u32) << 1 | against as u32));
            }
        }
    }
    list.sort_unstable();
    let mut edges = Edges {
        side: Vec::with_capacity(list.len()),
        allow: Vec::with_capacity(list.len()),
        seg_edge: vec![[NO_EDGE; 2]; segments.way.len()],
        first: vec![0; nodes.coord.len() + 1],
    };
    for (edge, &(tail, side)) in list.iter().enumerate() {
        let (segment, against) = ((side >> 1) as usize, (side & 1) as usize);
        edges.side.push(side);
        edges.allow.push(segments.allow[segment][against]);
        edges.seg_edge[segment][against] = edge as u32;
        edges.first[tail as usize + 1] += 1;
    }
    for node in 0..nodes.coord.len() {
        edges.first[node + 1] += edges.first[node];
    }
    edges
}

impl Edges {
    pub(super) fn from(&self, node: u32) -> std::ops::Range<u32> {
        self.first[node as usize]..self.first[node as usize + 1]
    }

    pub(super) fn head(&self, segments: &Segments, edge: u32) -> u32 {
        let side = self.side[edge as usize] as usize;
        segments.nodes[side >> 1][1 - (side & 1)]
    }
}

/// The direction in degrees from north in which one looks from `a` to `b`.
pub(super) fn bearing(a: Coord, b: Coord) -> f64 {
    let ((lat_a, lon_a), (lat_b, lon_b)) = (a.degrees(), b.degrees());
    let east = (lon_b - lon_a) * lat_a.to_radians().cos();
    east.atan2(lat_b - lat_a).to_degrees().rem_euclid(360.0)
}
