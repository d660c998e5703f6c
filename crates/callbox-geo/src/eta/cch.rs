//! The contraction hierarchy's topology: which shortcuts there are, whatever the weights.
//!
//! Vertices are the road graph's edges by *rank*; a link joins a lower and a higher vertex and
//! carries two weights, one up and one down. For all links from one vertex upwards their ends are
//! linked too (the graph is chordal), so each link's weight depends only on the triangles below it,
//! and the vertices that a search upwards meets are the ancestors in one tree. Dibbelt, Strasser,
//! Wagner, "Customizable Contraction Hierarchies", JEA 2016.

use std::{io, path::Path};

use crate::roads::{Column, FileError, FileReader, FileWriter, RoadGraph};

use super::order::{Street, order};

/// Grows with each change of the columns or of their meaning.
const VERSION: u32 = 2;

/// Stands for no vertex, no link, no turn.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct Cch {
    /// The rank of each edge of the road graph.
    pub(super) rank: Column<u32>,
    /// The edge of each rank.
    pub(super) edge: Column<u32>,
    /// Where each vertex's links upwards begin.
    pub(super) up_first: Column<u32>,
    /// The higher end of each link; ascending for each lower end.
    pub(super) head: Column<u32>,
    /// The lower end of each link.
    pub(super) tail: Column<u32>,
    /// Where each vertex's links downwards begin in `down_link`.
    pub(super) down_first: Column<u32>,
    pub(super) down_link: Column<u32>,
    /// The lower end of each link in `down_link`, once more, so that lists are compared without a look
    /// at every link.
    down_tail: Column<u32>,
    /// The turns that a link stands for, up and down.
    pub(super) turns: Column<[u32; 2]>,
    /// The link of each turn, times two, plus one for down; [`NONE`] for a loop.
    pub(super) turn_link: Column<u32>,
    /// The first vertex of the subtree below each vertex: ranks are in the tree's post-order.
    pub(super) lowest: Column<u32>,
    /// The parent of each vertex in the elimination tree, its lowest higher neighbour; [`NONE`] for
    /// a root. In no file: it follows from the links.
    pub(super) parent: Vec<u32>,
}

impl Cch {
    /// Orders and contracts the graph.
    pub(super) fn build(graph: &RoadGraph, cut: &(dyn Fn(usize) + Sync)) -> Self {
        let mut directions = vec![0u8; graph.segments()];
        for &side in graph.edge_side.iter() {
            let count = &mut directions[side as usize >> 1];
            *count = count.saturating_add(1).min(i8::MAX as u8);
        }
        let streets = (0u32..).zip(graph.seg_nodes.iter().zip(directions));
        let streets = streets.map(|(id, (&ends, directions))| Street {
            ends,
            id,
            directions,
        });
        let places = order(&graph.node_coord, streets.collect(), cut);
        // The directions of all cut streets lie together, after those of both halves.
        let mut edges: Vec<u32> = (0..graph.edges() as u32).collect();
        edges.sort_by_key(|&edge| (places[graph.side(edge).0], edge));
        let mut turns = Vec::with_capacity(graph.turn_to.len());
        for edge in 0..graph.edges() as u32 {
            turns.extend(graph.turns(edge).map(|turn| (edge, graph.turn_to[turn])));
        }
        Self::contract(&edges, &turns)
    }

    /// Contracts in the order of `edges`; `turns` are arcs between edges.
    pub(super) fn contract(edges: &[u32], turns: &[(u32, u32)]) -> Self {
        let count = edges.len();
        let mut rank = vec![0u32; count];
        for (no, &edge) in edges.iter().enumerate() {
            rank[edge as usize] = no as u32;
        }
        let mut above = neighbours(turns, &rank);
        eliminate(&mut above);
        // Renumber in the elimination tree's post-order: the same shortcuts, and each subtree
        // becomes a run of ranks.
        let (place, lowest) = post_order(&above);
        let mut edge_of = vec![0u32; count];
        for (old, &edge) in edges.iter().enumerate() {
            edge_of[place[old] as usize] = edge;
            rank[edge as usize] = place[old];
        }
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (old, list) in above.into_iter().enumerate() {
            let mut list: Vec<u32> = list.into_iter().map(|head| place[head as usize]).collect();
            list.sort_unstable();
            lists[place[old] as usize] = list;
        }
        let (mut up_first, mut head, mut tail) = (vec![0u32], Vec::new(), Vec::new());
        let mut down_first = vec![0u32; count + 1];
        for (lower, list) in lists.iter().enumerate() {
            for &higher in list {
                head.push(higher);
                tail.push(lower as u32);
                down_first[higher as usize + 1] += 1;
            }
            up_first.push(head.len() as u32);
        }
        drop(lists);
        for vertex in 0..count {
            down_first[vertex + 1] += down_first[vertex];
        }
        let mut next = down_first.clone();
        let (mut down_link, mut down_tail) = (vec![0u32; head.len()], vec![0u32; head.len()]);
        for (link, &higher) in head.iter().enumerate() {
            let slot = &mut next[higher as usize];
            down_link[*slot as usize] = link as u32;
            down_tail[*slot as usize] = tail[link];
            *slot += 1;
        }
        let mut cch = Self {
            rank: rank.into(),
            edge: edge_of.into(),
            up_first: up_first.into(),
            turns: vec![[NONE; 2]; head.len()].into(),
            head: head.into(),
            tail: tail.into(),
            down_first: down_first.into(),
            down_link: down_link.into(),
            down_tail: down_tail.into(),
            turn_link: Vec::new().into(),
            lowest: lowest.into(),
            parent: Vec::new(),
        };
        cch.parent = cch.parents();
        cch.place_turns(turns);
        cch
    }

    fn place_turns(&mut self, turns: &[(u32, u32)]) {
        let mut of_link = vec![[NONE; 2]; self.head.len()];
        let mut of_turn = Vec::with_capacity(turns.len());
        for (turn, &(from, into)) in turns.iter().enumerate() {
            let (from, into) = (self.rank[from as usize], self.rank[into as usize]);
            if from == into {
                of_turn.push(NONE);
                continue;
            }
            let link = self
                .link(from.min(into), from.max(into))
                .expect("each turn between two edges has a link");
            let down = usize::from(from > into);
            of_link[link][down] = turn as u32;
            of_turn.push((link as u32) << 1 | down as u32);
        }
        self.turns = of_link.into();
        self.turn_link = of_turn.into();
    }

    pub(super) fn vertices(&self) -> usize {
        self.rank.len()
    }

    pub(super) fn ups(&self, vertex: u32) -> std::ops::Range<usize> {
        self.up_first[vertex as usize] as usize..self.up_first[vertex as usize + 1] as usize
    }

    /// The links to lower vertices, by ascending lower end.
    pub(super) fn downs(&self, vertex: u32) -> &[u32] {
        &self.down_link[self.down_range(vertex)]
    }

    /// The lower ends of the links to lower vertices, ascending, and these links.
    pub(super) fn links_down(&self, vertex: u32) -> (&[u32], &[u32]) {
        let range = self.down_range(vertex);
        (&self.down_tail[range.clone()], &self.down_link[range])
    }

    fn down_range(&self, vertex: u32) -> std::ops::Range<usize> {
        let at = vertex as usize;
        self.down_first[at] as usize..self.down_first[at + 1] as usize
    }

    fn parents(&self) -> Vec<u32> {
        let (first, head) = (&*self.up_first, &*self.head);
        let lists = first.windows(2);
        lists
            .map(|ends| {
                if ends[0] < ends[1] {
                    head[ends[0] as usize]
                } else {
                    NONE
                }
            })
            .collect()
    }

    pub(super) fn link(&self, lower: u32, higher: u32) -> Option<usize> {
        let ups = self.ups(lower);
        let at = self.head[ups.clone()].binary_search(&higher).ok()?;
        Some(ups.start + at)
    }

    /// Calls `visit` with the links from each common lower neighbour of a link's ends to its lower
    /// and to its higher end, until `visit` returns true.
    pub(super) fn triangles(&self, link: usize, mut visit: impl FnMut(usize, usize) -> bool) {
        let (lower, higher) = (self.tail[link], self.head[link]);
        let (low, high) = (self.down_range(lower), self.down_range(higher));
        let (low_tails, high_tails) = (&self.down_tail[low.clone()], &self.down_tail[high.clone()]);
        // What is below both is below the lower end in the tree: a run of the higher end's list.
        let lowest = self.lowest[lower as usize];
        let mut at_high = high_tails.partition_point(|&tail| tail < lowest);
        for (at_low, &tail) in low_tails.iter().enumerate() {
            while at_high < high_tails.len() && high_tails[at_high] < tail {
                at_high += 1;
            }
            if at_high == high_tails.len() || high_tails[at_high] > lower {
                return;
            }
            if high_tails[at_high] == tail {
                let low = self.down_link[low.start + at_low] as usize;
                let high = self.down_link[high.start + at_high] as usize;
                if visit(low, high) {
                    return;
                }
            }
        }
    }

    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        FileWriter::new(VERSION)
            .column("rank", &self.rank)
            .column("edge", &self.edge)
            .column("upfirst", &self.up_first)
            .column("head", &self.head)
            .column("tail", &self.tail)
            .column("downfst", &self.down_first)
            .column("downlink", &self.down_link)
            .column("downtail", &self.down_tail)
            .column("turns", &self.turns)
            .column("turnlink", &self.turn_link)
            .column("lowest", &self.lowest)
            .write(path)
    }

    pub(crate) fn open(path: &Path, graph: &RoadGraph) -> Result<Self, FileError> {
        let file = FileReader::open(path, VERSION)?;
        let mut cch = Self {
            rank: file.column("rank")?,
            edge: file.column("edge")?,
            up_first: file.column("upfirst")?,
            head: file.column("head")?,
            tail: file.column("tail")?,
            down_first: file.column("downfst")?,
            down_link: file.column("downlink")?,
            down_tail: file.column("downtail")?,
            turns: file.column("turns")?,
            turn_link: file.column("turnlink")?,
            lowest: file.column("lowest")?,
            parent: Vec::new(),
        };
        let (edges, links) = (graph.edges(), cch.head.len());
        let fits = cch.rank.len() == edges
            && cch.edge.len() == edges
            && cch.lowest.len() == edges
            && cch.up_first.len() == edges + 1
            && cch.down_first.len() == edges + 1
            && cch.tail.len() == links
            && cch.down_link.len() == links
            && cch.down_tail.len() == links
            && cch.turns.len() == links
            && cch.turn_link.len() == graph.turn_to.len();
        if !fits {
            return Err(file.damaged("it belongs to other streets"));
        }
        cch.parent = cch.parents();
        Ok(cch)
    }
}

/// The higher neighbours of each vertex, in ranks.
fn neighbours(turns: &[(u32, u32)], rank: &[u32]) -> Vec<Vec<u32>> {
    let mut above = vec![Vec::new(); rank.len()];
    for &(from, into) in turns {
        let (from, into) = (rank[from as usize], rank[into as usize]);
        if from != into {
            above[from.min(into) as usize].push(from.max(into));
        }
    }
    above
}

/// Adds all shortcuts: what a vertex is linked to, its lowest higher neighbour gets too.
fn eliminate(above: &mut [Vec<u32>]) {
    for vertex in 0..above.len() {
        let (lower, higher) = above.split_at_mut(vertex + 1);
        let list = &mut lower[vertex];
        list.sort_unstable();
        list.dedup();
        list.shrink_to_fit();
        if let Some((&parent, rest)) = list.split_first() {
            higher[parent as usize - vertex - 1].extend_from_slice(rest);
        }
    }
}

/// Gives each vertex's place in the tree's post-order, and by place the first place of its subtree.
fn post_order(above: &[Vec<u32>]) -> (Vec<u32>, Vec<u32>) {
    let count = above.len();
    let mut sizes = vec![1u32; count];
    for vertex in 0..count {
        if let Some(&parent) = above[vertex].first() {
            sizes[parent as usize] += sizes[vertex];
        }
    }
    // Going down from the roots, each subtree takes the run of places that ends at its root.
    let mut ends = vec![0u32; count];
    let mut room: Vec<u32> = vec![0; count];
    let mut roots = count as u32;
    let mut place = vec![0u32; count];
    let mut lowest = vec![0u32; count];
    for vertex in (0..count).rev() {
        let end = match above[vertex].first() {
            Some(&parent) => {
                let free = &mut room[parent as usize];
                let end = *free;
                *free -= sizes[vertex];
                end
            }
            None => {
                let end = roots;
                roots -= sizes[vertex];
                end
            }
        };
        ends[vertex] = end;
        room[vertex] = end - 1;
        place[vertex] = end - 1;
        lowest[end as usize - 1] = end - sizes[vertex];
    }
    (place, lowest)
}
