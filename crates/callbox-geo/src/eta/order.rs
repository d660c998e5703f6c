//! The order of contraction: nested dissection by inertial flow.
//!
//! A cell of the graph is cut in two by the smallest set of streets between its quarter farthest to
//! one side and its quarter farthest to the other, in four directions; the cut's ends are ordered
//! after both halves, and each half is cut in turn. Schild and Sommer, "On Balanced Separators in
//! Road Networks", SEA 2015.

use std::thread;

/// Cells of at least so many nodes are cut on several threads.
const PARALLEL: usize = 2_000;

/// A part of the graph with numbers of its own.
struct Cell {
    ids: Vec<u32>,
    places: Vec<[i32; 2]>,
    first: Vec<u32>,
    to: Vec<u32>,
}

/// Gives for each node its place in the order, 0 first.
///
/// `pairs` are undirected and may repeat; loops are left out.
pub(super) fn order(
    places: &[[i32; 2]],
    pairs: &[(u32, u32)],
    cut: &(dyn Fn(usize) + Sync),
) -> Vec<u32> {
    let mut both: Vec<(u32, u32)> = pairs
        .iter()
        .filter(|(a, b)| a != b)
        .flat_map(|&(a, b)| [(a, b), (b, a)])
        .collect();
    both.sort_unstable();
    both.dedup();
    let mut first = vec![0u32; places.len() + 1];
    for &(from, _) in &both {
        first[from as usize + 1] += 1;
    }
    for node in 0..places.len() {
        first[node + 1] += first[node];
    }
    let cell = Cell {
        ids: (0..places.len() as u32).collect(),
        places: places.to_vec(),
        first,
        to: both.into_iter().map(|pair| pair.1).collect(),
    };
    let mut sequence = vec![0u32; places.len()];
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    dissect(cell, &mut sequence, threads, cut);
    let mut ranks = vec![0u32; places.len()];
    for (rank, &node) in sequence.iter().enumerate() {
        ranks[node as usize] = rank as u32;
    }
    ranks
}

/// Writes the cell's nodes into `out` in their order.
fn dissect(cell: Cell, out: &mut [u32], threads: usize, cut: &(dyn Fn(usize) + Sync)) {
    let count = cell.ids.len();
    if count < 4 {
        out.copy_from_slice(&cell.ids);
        cut(count);
        return;
    }
    let sides = split(&cell, threads);
    let (left, right) = (cell.part(&sides, LEFT), cell.part(&sides, RIGHT));
    let (out_left, rest) = out.split_at_mut(left.ids.len());
    let (out_right, out_middle) = rest.split_at_mut(right.ids.len());
    let middle = cell
        .ids
        .iter()
        .zip(&sides)
        .filter(|(_, side)| **side == MIDDLE);
    for (slot, (&id, _)) in out_middle.iter_mut().zip(middle) {
        *slot = id;
    }
    cut(out_middle.len());
    drop(cell);
    if threads > 1 && count >= PARALLEL {
        thread::scope(|scope| {
            let half = threads / 2;
            scope.spawn(move || dissect(left, out_left, half.max(1), cut));
            dissect(right, out_right, threads - half, cut);
        });
    } else {
        dissect(left, out_left, 1, cut);
        dissect(right, out_right, 1, cut);
    }
}

const LEFT: u8 = 0;
const RIGHT: u8 = 1;
const MIDDLE: u8 = 2;

impl Cell {
    fn part(&self, sides: &[u8], side: u8) -> Self {
        let mut numbers = vec![u32::MAX; self.ids.len()];
        let mut part = Self {
            ids: Vec::new(),
            places: Vec::new(),
            first: vec![0],
            to: Vec::new(),
        };
        let inside = |node: &usize| sides[*node] == side;
        for node in (0..self.ids.len()).filter(inside) {
            numbers[node] = part.ids.len() as u32;
            part.ids.push(self.ids[node]);
            part.places.push(self.places[node]);
        }
        for node in (0..self.ids.len()).filter(inside) {
            let kept = self.arcs(node).map(|arc| numbers[self.to[arc] as usize]);
            part.to.extend(kept.filter(|&number| number != u32::MAX));
            part.first.push(part.to.len() as u32);
        }
        part
    }

    fn arcs(&self, node: usize) -> std::ops::Range<usize> {
        self.first[node] as usize..self.first[node + 1] as usize
    }

    /// The opposite of each arc; the lists are sorted, so they pair off in passing.
    fn opposites(&self) -> Vec<u32> {
        let mut next: Vec<u32> = self.first[..self.ids.len()].to_vec();
        let mut opposites = vec![0; self.to.len()];
        for node in 0..self.ids.len() {
            for arc in self.arcs(node) {
                let slot = &mut next[self.to[arc] as usize];
                opposites[arc] = *slot;
                *slot += 1;
            }
        }
        opposites
    }
}

struct Cut {
    sides: Vec<u8>,
    /// Streets cut per node of the smaller side.
    badness: f64,
}

/// Tells for each node on which side it is, or that it lies between.
fn split(cell: &Cell, threads: usize) -> Vec<u8> {
    let opposites = cell.opposites();
    // Towards east, north, north-east and north-west, with a degree of longitude as it is there.
    let middle = f64::from(cell.places[0][0]) / 1e7;
    let squeeze = (middle.to_radians().cos() * 1024.0) as i64;
    let directions: [(i64, i64); 4] = [(0, 1), (1, 0), (1, 1), (-1, 1)];
    let try_one = |(north, east): (i64, i64)| {
        let mut line: Vec<(i64, u32)> = (0u32..)
            .zip(&cell.places)
            .map(|(node, place)| {
                let along =
                    north * 1024 * i64::from(place[0]) + east * squeeze * i64::from(place[1]);
                (along, node)
            })
            .collect();
        line.sort_unstable();
        flow_cut(cell, &opposites, &line)
    };
    let cuts: Vec<Cut> = if threads > 1 && cell.ids.len() >= PARALLEL {
        thread::scope(|scope| {
            let (one, two) = directions.split_at(2);
            let other = scope.spawn(|| two.iter().map(|&d| try_one(d)).collect::<Vec<_>>());
            let mut cuts: Vec<_> = one.iter().map(|&d| try_one(d)).collect();
            cuts.extend(other.join().expect("a cut does not panic"));
            cuts
        })
    } else {
        directions.iter().map(|&d| try_one(d)).collect()
    };
    let best = cuts
        .into_iter()
        .min_by(|a, b| a.badness.total_cmp(&b.badness))
        .expect("four directions were tried");
    between(cell, best.sides)
}

/// Finds the least cut between both ends of a line (Dinitz, unit capacities).
fn flow_cut(cell: &Cell, opposites: &[u32], line: &[(i64, u32)]) -> Cut {
    let count = line.len();
    let quarter = (count / 4).max(1);
    let mut role = vec![0u8; count];
    const SOURCE: u8 = 1;
    const SINK: u8 = 2;
    for &(_, node) in &line[..quarter] {
        role[node as usize] = SOURCE;
    }
    for &(_, node) in &line[count - quarter..] {
        role[node as usize] = SINK;
    }
    let mut flow = vec![0i8; cell.to.len()];
    let mut level = vec![u32::MAX; count];
    let mut next = vec![0u32; count];
    let mut queue: Vec<u32> = Vec::with_capacity(count);
    let mut amount = 0u32;
    loop {
        level.fill(u32::MAX);
        queue.clear();
        for &(_, node) in &line[..quarter] {
            level[node as usize] = 0;
            queue.push(node);
        }
        let mut reached = false;
        let mut at = 0;
        while at < queue.len() {
            let node = queue[at] as usize;
            at += 1;
            if role[node] == SINK {
                reached = true;
                continue;
            }
            for arc in cell.arcs(node) {
                let to = cell.to[arc] as usize;
                if flow[arc] < 1 && level[to] == u32::MAX {
                    level[to] = level[node] + 1;
                    queue.push(to as u32);
                }
            }
        }
        if !reached {
            break;
        }
        next.copy_from_slice(&cell.first[..count]);
        let mut path: Vec<u32> = Vec::new();
        for &(_, source) in &line[..quarter] {
            // Each source may begin several paths: go on until it finds none.
            let mut node = source as usize;
            loop {
                if role[node] == SINK {
                    for &arc in &path {
                        flow[arc as usize] += 1;
                        flow[opposites[arc as usize] as usize] -= 1;
                    }
                    amount += 1;
                    path.clear();
                    node = source as usize;
                    continue;
                }
                if next[node] < cell.first[node + 1] {
                    let arc = next[node] as usize;
                    let to = cell.to[arc] as usize;
                    if flow[arc] < 1 && level[to] == level[node] + 1 {
                        path.push(arc as u32);
                        node = to;
                    } else {
                        next[node] += 1;
                    }
                    continue;
                }
                let Some(arc) = path.pop() else { break };
                node = cell.to[opposites[arc as usize] as usize] as usize;
                next[node] += 1;
            }
        }
    }
    // What the sources still reach is one side; what still reaches the sinks would be another
    // choice of the other side: take the more even one.
    let from_sources = level.iter().filter(|level| **level != u32::MAX).count();
    let mut to_sinks = vec![false; count];
    queue.clear();
    for &(_, node) in &line[count - quarter..] {
        to_sinks[node as usize] = true;
        queue.push(node);
    }
    let mut at = 0;
    while at < queue.len() {
        let node = queue[at] as usize;
        at += 1;
        for arc in cell.arcs(node) {
            let to = cell.to[arc] as usize;
            if flow[opposites[arc] as usize] < 1 && !to_sinks[to] {
                to_sinks[to] = true;
                queue.push(to as u32);
            }
        }
    }
    let even = |side: usize| side.min(count - side);
    let (sides, smaller): (Vec<u8>, usize) = if even(from_sources) >= even(queue.len()) {
        (
            level
                .iter()
                .map(|level| u8::from(*level == u32::MAX))
                .collect(),
            even(from_sources),
        )
    } else {
        (
            to_sinks.iter().map(|&sink| u8::from(sink)).collect(),
            even(queue.len()),
        )
    };
    Cut {
        sides,
        badness: f64::from(amount) / smaller.max(1) as f64,
    }
}

/// Takes the ends of the cut streets out of one side: of the side where they are fewer.
fn between(cell: &Cell, mut sides: Vec<u8>) -> Vec<u8> {
    let ends = |side: u8| -> Vec<usize> {
        (0..cell.ids.len())
            .filter(|&node| {
                sides[node] == side
                    && cell
                        .arcs(node)
                        .any(|arc| sides[cell.to[arc] as usize] != side)
            })
            .collect()
    };
    let (left, right) = (ends(LEFT), ends(RIGHT));
    let fewer = if left.len() <= right.len() {
        left
    } else {
        right
    };
    for node in fewer {
        sides[node] = MIDDLE;
    }
    sides
}
