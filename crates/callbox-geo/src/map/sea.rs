//! The sea as surfaces, out of the coast's lines.
//!
//! OpenStreetMap draws the coast as lines with the land on their left. A grid is laid over the
//! extract, and each cell is closed on its own: where a line leaves the cell, its border is followed
//! clockwise to where the next line comes in, which keeps the sea on the right. A cell without a
//! line is sea or land like the nearest cell that has one. So what an extract's edge cuts off stays
//! local: a cell in which a line ends is left as land, and no broken line floods a country.

use std::collections::{HashMap, VecDeque};

use crate::osm::{Extract, NodeIx};

/// Rings of one surface, each `[lat, lon]`.
pub(super) type Rings = Vec<Vec<[i32; 2]>>;

/// How many cells the longer side has.
const CELLS: f64 = 160.0;
/// The least side of a cell, in units of 1e-7 degree: about 200 m.
const LEAST: f64 = 20_000.0;
/// How far surfaces reach into their neighbours, so that no seam shows: 2 m.
const OVERLAP: f64 = 200.0;

/// East, then north.
type At = [f64; 2];

/// Gives the surfaces of the sea in a frame: south, west, north, east.
pub(super) fn sea(extract: &Extract, frame: [i32; 4]) -> Vec<Rings> {
    let chains = chains(extract);
    if chains.is_empty() || frame[0] > frame[2] {
        return Vec::new();
    }
    surfaces(&chains, frame)
}

/// Joins the coast's ways, each of which goes on where another ends.
fn chains(extract: &Extract) -> Vec<Vec<At>> {
    let ways: Vec<&[NodeIx]> = extract
        .ways()
        .filter(|way| way.tags.is("natural", "coastline") && way.nodes.len() > 1)
        .map(|way| way.nodes)
        .collect();
    let starts: HashMap<NodeIx, usize> = ways
        .iter()
        .enumerate()
        .map(|(no, way)| (way[0], no))
        .collect();
    let ends: HashMap<NodeIx, usize> = ways
        .iter()
        .enumerate()
        .map(|(no, way)| (way[way.len() - 1], no))
        .collect();
    let mut used = vec![false; ways.len()];
    let mut chains = Vec::new();
    // First those that no other leads into, then rings.
    let mut order: Vec<usize> = (0..ways.len()).collect();
    order.sort_by_key(|&no| ends.contains_key(&ways[no][0]));
    for first in order {
        if std::mem::replace(&mut used[first], true) {
            continue;
        }
        let mut nodes = ways[first].to_vec();
        while let Some(&next) = starts.get(&nodes[nodes.len() - 1])
            && !std::mem::replace(&mut used[next], true)
        {
            nodes.extend_from_slice(&ways[next][1..]);
        }
        // What the extract leaves out cuts the line.
        for part in nodes.split(|&node| extract.coord(node).is_none()) {
            let points = part.iter().filter_map(|&node| extract.coord(node));
            let points: Vec<At> = points.map(|at| [at.lon.into(), at.lat.into()]).collect();
            if points.len() > 1 {
                chains.push(points);
            }
        }
    }
    chains
}

struct Grid {
    west: f64,
    south: f64,
    side: f64,
    columns: i64,
    rows: i64,
}

impl Grid {
    fn new([south, west, north, east]: [i32; 4]) -> Self {
        let (width, height) = (
            f64::from(east) - f64::from(west),
            f64::from(north) - f64::from(south),
        );
        let side = (width.max(height) / CELLS).max(LEAST).round();
        Self {
            // Half a unit off, no corner of the coast lies on a line of the grid.
            west: f64::from(west) + 0.5,
            south: f64::from(south) + 0.5,
            side,
            columns: (width / side).ceil().max(1.0) as i64,
            rows: (height / side).ceil().max(1.0) as i64,
        }
    }

    fn cell(&self, at: At) -> [i64; 2] {
        [
            ((at[0] - self.west) / self.side).floor() as i64,
            ((at[1] - self.south) / self.side).floor() as i64,
        ]
    }

    fn holds(&self, [column, row]: [i64; 2]) -> bool {
        (0..self.columns).contains(&column) && (0..self.rows).contains(&row)
    }

    /// West, south, east, north of cells from one to another.
    fn bounds(&self, from: [i64; 2], to: [i64; 2]) -> [f64; 4] {
        [
            self.west + from[0] as f64 * self.side,
            self.south + from[1] as f64 * self.side,
            self.west + (to[0] + 1) as f64 * self.side,
            self.south + (to[1] + 1) as f64 * self.side,
        ]
    }

    /// Where a straight line crosses the grid, in order, its end included.
    fn cut(&self, a: At, b: At) -> Vec<At> {
        let mut parts = vec![1.0];
        for (axis, low) in [(0, self.west), (1, self.south)] {
            let (from, to) = ((a[axis] - low) / self.side, (b[axis] - low) / self.side);
            let (least, most) = (from.min(to).ceil() as i64, from.max(to).floor() as i64);
            parts.extend((least..=most).map(|line| (line as f64 - from) / (to - from)));
        }
        parts.sort_by(f64::total_cmp);
        let at = |part: f64| [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])];
        parts
            .into_iter()
            .map(|part| if part == 1.0 { b } else { at(part) })
            .collect()
    }
}

/// The coast in one cell.
#[derive(Default)]
struct Cell {
    /// From border to border.
    pieces: Vec<Vec<At>>,
    rings: Vec<Vec<At>>,
    /// A line begins or ends in it.
    broken: bool,
}

fn surfaces(chains: &[Vec<At>], frame: [i32; 4]) -> Vec<Rings> {
    let grid = Grid::new(frame);
    let mut cells: HashMap<[i64; 2], Cell> = HashMap::new();
    for chain in chains {
        lay(&grid, chain, &mut cells);
    }
    let mut surfaces = Vec::new();
    // Whether the sea is beyond each side (west, south, east, north) of a cell with a coast.
    let mut known: Vec<([i64; 2], [bool; 4])> = Vec::new();
    for (&at, cell) in &cells {
        let bounds = grid.bounds(at, at);
        if let Some((rings, sides)) = close(cell, bounds) {
            known.push((at, sides));
            if !rings.is_empty() {
                surfaces.push(rings.iter().map(|ring| out(ring, bounds)).collect());
            }
        }
    }
    for rectangle in open_sea(&grid, &cells, known) {
        let corners = around(rectangle);
        surfaces.push(vec![out(&corners, rectangle)]);
    }
    surfaces
}

/// Cuts a line into its pieces in cells.
fn lay(grid: &Grid, chain: &[At], cells: &mut HashMap<[i64; 2], Cell>) {
    let closed = chain.first() == chain.last();
    let mut pieces: Vec<([i64; 2], Vec<At>)> = vec![(grid.cell(chain[0]), vec![chain[0]])];
    for pair in chain.windows(2) {
        let mut from = pair[0];
        for to in grid.cut(pair[0], pair[1]) {
            let middle = [f64::midpoint(from[0], to[0]), f64::midpoint(from[1], to[1])];
            let cell = grid.cell(middle);
            match pieces.last_mut() {
                Some((last, points)) if *last == cell => points.push(to),
                _ => pieces.push((cell, vec![from, to])),
            }
            from = to;
        }
    }
    if closed && pieces.len() == 1 {
        if let Some((cell, ring)) = pieces.pop().filter(|(cell, _)| grid.holds(*cell)) {
            cells.entry(cell).or_default().rings.push(ring);
        }
        return;
    }
    if closed && pieces[0].0 == pieces[pieces.len() - 1].0 {
        // The line begins in the middle of a cell that it also ends in.
        let first = pieces.remove(0);
        if let Some((_, last)) = pieces.last_mut() {
            last.extend_from_slice(&first.1[1..]);
        }
    }
    let count = pieces.len();
    for (no, (at, points)) in pieces.into_iter().enumerate() {
        if grid.holds(at) {
            let cell = cells.entry(at).or_default();
            cell.broken |= !closed && (no == 0 || no + 1 == count);
            cell.pieces.push(points);
        }
    }
}

/// How far along a cell's border a point is, clockwise from the north-west, 0 to 4.
fn along([west, south, east, north]: [f64; 4], at: At) -> f64 {
    let across = ((at[0] - west) / (east - west)).clamp(0.0, 1.0);
    let up = ((at[1] - south) / (north - south)).clamp(0.0, 1.0);
    let off = [1.0 - up, 1.0 - across, up, across];
    let side = (0..4)
        .min_by(|&a, &b| off[a].total_cmp(&off[b]))
        .unwrap_or(0);
    match side {
        0 => across,
        1 => 1.0 + (1.0 - up),
        2 => 2.0 + (1.0 - across),
        _ => 3.0 + up,
    }
}

/// The corners of a box, clockwise from the north-west.
fn around([west, south, east, north]: [f64; 4]) -> Vec<At> {
    vec![[west, north], [east, north], [east, south], [west, south]]
}

/// Closes the sea in a cell; gives its rings and whether it is beyond each side (west, south, east,
/// north), or nothing where the lines do not fit each other.
fn close(cell: &Cell, bounds: [f64; 4]) -> Option<(Vec<Vec<At>>, [bool; 4])> {
    if cell.broken {
        return None;
    }
    let mut rings = cell.rings.clone();
    if cell.pieces.is_empty() {
        // Islands lie in the sea, with the land on the left: counter-clockwise.
        let islands = cell.rings.iter().any(|ring| doubled_area(ring) > 0.0);
        if islands {
            rings.push(around(bounds));
        }
        return Some((rings, [islands; 4]));
    }
    let ends = |piece: &Vec<At>| {
        let (first, last) = (piece[0], piece[piece.len() - 1]);
        (along(bounds, first), along(bounds, last))
    };
    // Comings in and goings out, clockwise; they have to alternate.
    let mut crossings: Vec<(f64, bool, usize)> = Vec::new();
    for (no, piece) in cell.pieces.iter().enumerate() {
        let (comes, goes) = ends(piece);
        crossings.push((comes, true, no));
        crossings.push((goes, false, no));
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let pairs = crossings.iter().zip(crossings.iter().cycle().skip(1));
    if pairs.into_iter().any(|(a, b)| a.1 == b.1) {
        return None;
    }
    let next = |from: f64| {
        let after = crossings.iter().find(|crossing| crossing.0 > from);
        *after.unwrap_or(&crossings[0])
    };
    let mut used = vec![false; cell.pieces.len()];
    for first in 0..cell.pieces.len() {
        if used[first] {
            continue;
        }
        let (mut ring, mut no) = (Vec::new(), first);
        while !std::mem::replace(&mut used[no], true) {
            ring.extend_from_slice(&cell.pieces[no]);
            let (_, goes) = ends(&cell.pieces[no]);
            let (comes, _, then) = next(goes);
            // The corners between.
            let until = if comes > goes { comes } else { comes + 4.0 };
            let corners = around(bounds);
            let mut corner = goes.floor() + 1.0;
            while corner < until {
                ring.push(corners[corner as usize % 4]);
                corner += 1.0;
            }
            no = then;
        }
        rings.push(ring);
    }
    // The border is the sea's from a going out to a coming in.
    let sides = [3.5, 2.5, 1.5, 0.5].map(|middle| next(middle).1);
    Some((rings, sides))
}

/// The cells without a coast that are like a cell with the sea beyond its side, as rectangles.
fn open_sea(
    grid: &Grid,
    cells: &HashMap<[i64; 2], Cell>,
    mut known: Vec<([i64; 2], [bool; 4])>,
) -> Vec<[f64; 4]> {
    const SIDES: [[i64; 2]; 4] = [[-1, 0], [0, -1], [1, 0], [0, 1]];
    known.sort_unstable();
    let mut like: HashMap<[i64; 2], bool> = HashMap::new();
    let mut queue = VecDeque::new();
    // Land first: where both are as near, there is no water.
    for wanted in [false, true] {
        for (at, sides) in &known {
            for (step, sea) in SIDES.iter().zip(sides) {
                if *sea == wanted {
                    queue.push_back(([at[0] + step[0], at[1] + step[1]], wanted));
                }
            }
        }
    }
    while let Some((at, sea)) = queue.pop_front() {
        if !grid.holds(at) || cells.contains_key(&at) || like.contains_key(&at) {
            continue;
        }
        like.insert(at, sea);
        queue.extend(SIDES.map(|step| ([at[0] + step[0], at[1] + step[1]], sea)));
    }
    // Runs of cells in a row, and runs of one width above each other.
    let is_sea = |at: [i64; 2]| like.get(&at) == Some(&true);
    let mut open: HashMap<(i64, i64), i64> = HashMap::new();
    let mut rectangles = Vec::new();
    for row in 0..=grid.rows {
        let mut runs: HashMap<(i64, i64), i64> = HashMap::new();
        let mut column = 0;
        while column < grid.columns {
            let start = column;
            while column < grid.columns && is_sea([column, row]) {
                column += 1;
            }
            if column > start {
                let run = (start, column - 1);
                runs.insert(run, open.remove(&run).unwrap_or(row));
            }
            column += 1;
        }
        let ended = open.drain();
        rectangles
            .extend(ended.map(|((from, to), first)| grid.bounds([from, first], [to, row - 1])));
        open = runs;
    }
    rectangles
}

/// As the file has it; what lies on the border reaches a little beyond it.
fn out(ring: &[At], [west, south, east, north]: [f64; 4]) -> Vec<[i32; 2]> {
    let push = |value: f64, low: f64, high: f64| {
        if (value - low).abs() < 1.0 {
            value - OVERLAP
        } else if (value - high).abs() < 1.0 {
            value + OVERLAP
        } else {
            value
        }
    };
    let points = ring.iter().map(|at| {
        let (lon, lat) = (push(at[0], west, east), push(at[1], south, north));
        [lat.round() as i32, lon.round() as i32]
    });
    points.collect()
}

fn doubled_area(ring: &[At]) -> f64 {
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

#[cfg(test)]
mod tests;
