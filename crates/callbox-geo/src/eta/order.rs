//! The order of contraction: nested dissection by inertial flow.
//!
//! A cell of the graph is cut in two by the smallest set of streets between its quarter farthest to
//! one side and its quarter farthest to the other, in four directions; the cut streets are ordered
//! after both halves, and each half is cut in turn. Schild and Sommer, "On Balanced Separators in
//! Road Networks", SEA 2015. The directions of cut streets separate all others in the graph of
//! turns, and are fewer than all directions that end at the cut's junctions: Buchhold, Wagner,
//! Zeitz, Zündorf, "Customizable Contraction Hierarchies with Turn Costs", ATMOS 2020.

use std::thread;

/// Cells of at least so many nodes are cut on several threads.
const PARALLEL: usize = 2_000;

/// A street between two junctions for the order's purposes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Street {
    /// Its ends.
    pub(super) ends: [u32; 2],
    /// Its number among all.
    pub(super) id: u32,
    /// How many directions of it count.
    pub(super) directions: u8,
}

/// A part of the graph with numbers of its own.
struct Cell {
    places: Vec<[i32; 2]>,
    streets: Vec<Street>,
}

/// The streets of a cell from both ends.
struct Arcs {
    first: Vec<u32>,
    to: Vec<u32>,
    opposite: Vec<u32>,
    room: Vec<i8>,
}

/// Gives for each street (their ids are their places in the list) its place in the order, 0 first.
pub(super) fn order(
    places: &[[i32; 2]],
    streets: Vec<Street>,
    cut: &(dyn Fn(usize) + Sync),
) -> Vec<u32> {
    let mut sequence = vec![0u32; streets.len()];
    let cell = Cell {
        places: places.to_vec(),
        streets,
    };
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    dissect(cell, &mut sequence, threads, cut);
    let mut ranks = vec![0u32; sequence.len()];
    for (rank, &street) in sequence.iter().enumerate() {
        ranks[street as usize] = rank as u32;
    }
    ranks
}

/// Writes the cell's streets into `out` in their order.
fn dissect(cell: Cell, out: &mut [u32], threads: usize, cut: &(dyn Fn(usize) + Sync)) {
    let count = cell.places.len();
    if count < 4 || cell.streets.len() < 2 {
        for (slot, street) in out.iter_mut().zip(&cell.streets) {
            *slot = street.id;
        }
        cut(cell.streets.len());
        return;
    }
    let right_side = split(&cell, threads);
    let (left, right) = (cell.part(&right_side, false), cell.part(&right_side, true));
    let (out_left, rest) = out.split_at_mut(left.streets.len());
    let (out_right, out_middle) = rest.split_at_mut(right.streets.len());
    let side = |node: u32| right_side[node as usize];
    let middle = cell
        .streets
        .iter()
        .filter(|street| side(street.ends[0]) != side(street.ends[1]));
    for (slot, street) in out_middle.iter_mut().zip(middle) {
        *slot = street.id;
    }
    cut(out_middle.len());
    drop((cell, right_side));
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

impl Cell {
    /// Keeps one side, and the streets that lie in it whole.
    fn part(&self, right_side: &[bool], right: bool) -> Self {
        let mut numbers = vec![u32::MAX; self.places.len()];
        let mut places = Vec::new();
        for (node, &place) in self.places.iter().enumerate() {
            if right_side[node] == right {
                numbers[node] = places.len() as u32;
                places.push(place);
            }
        }
        let renumbered = self.streets.iter().map(|street| Street {
            ends: street.ends.map(|end| numbers[end as usize]),
            ..*street
        });
        Self {
            places,
            streets: renumbered
                .filter(|street| !street.ends.contains(&u32::MAX))
                .collect(),
        }
    }

    fn arcs(&self) -> Arcs {
        let mut first = vec![0u32; self.places.len() + 1];
        let streets = || {
            let streets = self.streets.iter();
            streets.filter(|street| street.ends[0] != street.ends[1])
        };
        for end in streets().flat_map(|street| street.ends) {
            first[end as usize + 1] += 1;
        }
        for node in 0..self.places.len() {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let count = *first.last().expect("there is one more than nodes") as usize;
        let (mut to, mut opposite, mut room) = (vec![0; count], vec![0; count], vec![0; count]);
        for street in streets() {
            let arcs = street.ends.map(|end| {
                let slot = &mut next[end as usize];
                *slot += 1;
                (*slot - 1) as usize
            });
            for way in 0..2 {
                to[arcs[way]] = street.ends[1 - way];
                opposite[arcs[way]] = arcs[1 - way] as u32;
                room[arcs[way]] = street.directions as i8;
            }
        }
        Arcs {
            first,
            to,
            opposite,
            room,
        }
    }
}

impl Arcs {
    fn from(&self, node: usize) -> std::ops::Range<usize> {
        self.first[node] as usize..self.first[node + 1] as usize
    }
}

struct Cut {
    right_side: Vec<bool>,
    /// Directions of streets cut per node of the smaller side.
    badness: f64,
}

/// Tells for each node whether it is on the right side.
fn split(cell: &Cell, threads: usize) -> Vec<bool> {
    let arcs = cell.arcs();
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
        flow_cut(&arcs, &line)
    };
    let cuts: Vec<Cut> = if threads > 1 && cell.places.len() >= PARALLEL {
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
    best.right_side
}

/// Finds the least cut between both ends of a line (Dinitz).
fn flow_cut(arcs: &Arcs, line: &[(i64, u32)]) -> Cut {
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
    let mut flow = vec![0i8; arcs.to.len()];
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
            for arc in arcs.from(node) {
                let to = arcs.to[arc] as usize;
                if flow[arc] < arcs.room[arc] && level[to] == u32::MAX {
                    level[to] = level[node] + 1;
                    queue.push(to as u32);
                }
            }
        }
        if !reached {
            break;
        }
        next.copy_from_slice(&arcs.first[..count]);
        let mut path: Vec<u32> = Vec::new();
        for &(_, source) in &line[..quarter] {
            // Each source may begin several paths: go on until it finds none.
            let mut node = source as usize;
            loop {
                if role[node] == SINK {
                    for &arc in &path {
                        flow[arc as usize] += 1;
                        flow[arcs.opposite[arc as usize] as usize] -= 1;
                    }
                    amount += 1;
                    path.clear();
                    node = source as usize;
                    continue;
                }
                if next[node] < arcs.first[node + 1] {
                    let arc = next[node] as usize;
                    let to = arcs.to[arc] as usize;
                    if flow[arc] < arcs.room[arc] && level[to] == level[node] + 1 {
                        path.push(arc as u32);
                        node = to;
                    } else {
                        next[node] += 1;
                    }
                    continue;
                }
                let Some(arc) = path.pop() else { break };
                node = arcs.to[arcs.opposite[arc as usize] as usize] as usize;
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
        for arc in arcs.from(node) {
            let to = arcs.to[arc] as usize;
            if flow[arcs.opposite[arc] as usize] < arcs.room[arc] && !to_sinks[to] {
                to_sinks[to] = true;
                queue.push(to as u32);
            }
        }
    }
    let even = |side: usize| side.min(count - side);
    let (right_side, smaller): (Vec<bool>, usize) = if even(from_sources) >= even(queue.len()) {
        (
            level.iter().map(|level| *level == u32::MAX).collect(),
            even(from_sources),
        )
    } else {
        (to_sinks, even(queue.len()))
    };
    Cut {
        right_side,
        badness: f64::from(amount) / smaller.max(1) as f64,
    }
}
