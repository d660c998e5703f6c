//! Makes a network of crossings and pieces out of lines that run across each other.

use std::collections::HashMap;

use super::{
    grow::{Class, Line, meet},
    point::{P, along, length},
};

const CELL: f64 = 50.0;
/// Crossings nearer to each other than this, in metres, are one.
const MERGE: f64 = 7.0;

/// A piece of a street between two crossings.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) line: usize,
    pub(super) class: Class,
    pub(super) ends: [usize; 2],
    pub(super) points: Vec<P>,
    pub(super) oneway: bool,
    pub(super) roundabout: bool,
}

/// Crossings and the pieces between them, those of one line one after another.
#[derive(Debug, Default)]
pub(super) struct Net {
    pub(super) nodes: Vec<P>,
    pub(super) edges: Vec<Edge>,
}

impl Net {
    pub(super) fn of(lines: &[Line]) -> Self {
        let cuts = cuts(lines);
        let mut net = Self::default();
        let mut near: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
        for (no, (line, mut cuts)) in lines.iter().zip(cuts).enumerate() {
            cuts.sort_by(f64::total_cmp);
            cuts.dedup_by(|b, a| (*b - *a).abs() < 1e-9);
            let places: Vec<P> = cuts.iter().map(|&cut| at(&line.points, cut)).collect();
            let keys: Vec<usize> = places
                .iter()
                .map(|&place| net.node(&mut near, place))
                .collect();
            for i in 1..cuts.len() {
                let ends = [keys[i - 1], keys[i]];
                let mut points = vec![net.nodes[ends[0]]];
                let inner = (cuts[i - 1].floor() as usize + 1)
                    ..=(cuts[i].ceil() as usize).saturating_sub(1);
                points.extend(inner.map(|n| line.points[n]).filter(|point| {
                    point.to(net.nodes[ends[0]]) > 3.0 && point.to(net.nodes[ends[1]]) > 3.0
                }));
                points.push(net.nodes[ends[1]]);
                if ends[0] != ends[1] || length(&points) > 60.0 {
                    let oneway = matches!(line.class, Class::Motorway | Class::Link);
                    net.edges.push(Edge {
                        line: no,
                        class: line.class,
                        ends,
                        points,
                        oneway,
                        roundabout: false,
                    });
                }
            }
        }
        net
    }

    fn node(&mut self, near: &mut HashMap<(i32, i32), Vec<usize>>, place: P) -> usize {
        let (cx, cy) = place.cell(MERGE);
        for cell in (cx - 1..=cx + 1).flat_map(|x| (cy - 1..=cy + 1).map(move |y| (x, y))) {
            let found = near.get(&cell).into_iter().flatten();
            if let Some(&known) = found
                .copied()
                .collect::<Vec<_>>()
                .iter()
                .find(|&&no| self.nodes[no].to(place) < MERGE)
            {
                return known;
            }
        }
        near.entry((cx, cy)).or_default().push(self.nodes.len());
        self.nodes.push(place);
        self.nodes.len() - 1
    }

    /// The pieces that end at each crossing.
    pub(super) fn at_nodes(&self) -> Vec<Vec<usize>> {
        let mut at = vec![Vec::new(); self.nodes.len()];
        for (no, edge) in self.edges.iter().enumerate() {
            for end in edge.ends {
                at[end].push(no);
            }
        }
        at
    }

    /// Takes away short ends that lead nowhere, and what has no way to the rest.
    pub(super) fn tidy(&mut self) {
        for _ in 0..3 {
            let at = self.at_nodes();
            self.edges.retain(|edge| {
                let least = match edge.class {
                    Class::Street => 38.0,
                    Class::Road => 110.0,
                    _ => 0.0,
                };
                length(&edge.points) >= least || edge.ends.iter().all(|&end| at[end].len() > 1)
            });
        }
        let mut root: Vec<usize> = (0..self.nodes.len()).collect();
        fn find(root: &mut [usize], mut no: usize) -> usize {
            while root[no] != no {
                root[no] = root[root[no]];
                no = root[no];
            }
            no
        }
        for edge in &self.edges {
            let (a, b) = (find(&mut root, edge.ends[0]), find(&mut root, edge.ends[1]));
            root[a] = b;
        }
        let mut sizes = vec![0_usize; self.nodes.len()];
        for edge in &self.edges {
            sizes[find(&mut root, edge.ends[0])] += 1;
        }
        let largest = (0..sizes.len()).max_by_key(|&no| sizes[no]).unwrap_or(0);
        self.edges
            .retain(|edge| edge.class == Class::Path || find(&mut root, edge.ends[0]) == largest);
    }

    /// Leads the traffic at some large crossings around a circle, against the clock.
    pub(super) fn roundabouts(&mut self, most: usize) {
        const RADIUS: f64 = 21.0;
        let at = self.at_nodes();
        let mut made: Vec<P> = Vec::new();
        for (node, here) in at.iter().enumerate() {
            let middle = self.nodes[node];
            let roads = here
                .iter()
                .filter(|&&no| self.edges[no].class <= Class::Road)
                .count();
            let fits = here.len() >= 4
                && roads >= 3
                && here.iter().all(|&no| {
                    let edge = &self.edges[no];
                    edge.class >= Class::Main
                        && length(&edge.points) > 75.0
                        && edge.ends[0] != edge.ends[1]
                })
                && made.iter().all(|other| other.to(middle) > 700.0);
            if !fits || made.len() >= most {
                continue;
            }
            made.push(middle);
            let mut rim: Vec<(f64, usize, usize)> = Vec::new();
            for &no in here {
                let key = self.nodes.len();
                let edge = &mut self.edges[no];
                let front = edge.ends[0] == node;
                if !front {
                    edge.points.reverse();
                }
                let (first, _) = along(&edge.points, RADIUS);
                let spot = middle + (first - middle).unit() * RADIUS;
                edge.points.retain(|point| point.to(middle) > RADIUS + 4.0);
                edge.points.insert(0, spot);
                if !front {
                    edge.points.reverse();
                }
                edge.ends[usize::from(!front)] = key;
                self.nodes.push(spot);
                rim.push(((spot - middle).angle(), key, edge.line));
            }
            rim.sort_by(|a, b| a.0.total_cmp(&b.0));
            for i in 0..rim.len() {
                let (from, to) = (rim[i], rim[(i + 1) % rim.len()]);
                let mut turn = to.0 - from.0;
                if turn <= 0.0 {
                    turn += std::f64::consts::TAU;
                }
                let steps = (turn / 0.35).ceil() as usize;
                let mut points: Vec<P> = (0..=steps)
                    .map(|step| {
                        middle + P::at_angle(from.0 + turn * step as f64 / steps as f64) * RADIUS
                    })
                    .collect();
                points[0] = self.nodes[from.1];
                points[steps] = self.nodes[to.1];
                self.edges.push(Edge {
                    line: from.2,
                    class: Class::Main,
                    ends: [from.1, to.1],
                    points,
                    oneway: true,
                    roundabout: true,
                });
            }
        }
    }

    /// Makes lines one-way that `wanted` names, unless something could not be reached any more.
    pub(super) fn one_ways(&mut self, wanted: &[usize], root: usize) {
        let mut of_line: HashMap<usize, Vec<usize>> = HashMap::new();
        for (no, edge) in self.edges.iter().enumerate() {
            of_line.entry(edge.line).or_default().push(no);
        }
        let before = self.reached(root);
        for line in wanted {
            let edges: Vec<usize> = of_line
                .get(line)
                .into_iter()
                .flatten()
                .copied()
                .filter(|&no| !self.edges[no].oneway)
                .collect();
            edges.iter().for_each(|&no| self.edges[no].oneway = true);
            if self.reached(root) < before {
                edges.iter().for_each(|&no| self.edges[no].oneway = false);
            }
        }
    }

    /// How many crossings can be reached from one, and how many reach it.
    fn reached(&self, root: usize) -> usize {
        let at = self.at_nodes();
        [0, 1]
            .into_iter()
            .map(|start| {
                let mut seen = vec![false; self.nodes.len()];
                let (mut open, mut count) = (vec![root], 0);
                seen[root] = true;
                while let Some(node) = open.pop() {
                    count += 1;
                    for &no in &at[node] {
                        let edge = &self.edges[no];
                        for side in [0, 1] {
                            let passes = !edge.oneway || side == start;
                            if edge.ends[side] == node && passes && !seen[edge.ends[1 - side]] {
                                seen[edge.ends[1 - side]] = true;
                                open.push(edge.ends[1 - side]);
                            }
                        }
                    }
                }
                count
            })
            .sum()
    }
}

fn at(points: &[P], cut: f64) -> P {
    let no = (cut.floor() as usize).min(points.len() - 1);
    let next = (no + 1).min(points.len() - 1);
    points[no] + (points[next] - points[no]) * (cut - no as f64)
}

/// Where each line is cut: the number of a point and the share of the way to the next.
fn cuts(lines: &[Line]) -> Vec<Vec<f64>> {
    let mut cuts: Vec<Vec<f64>> = lines
        .iter()
        .map(|line| vec![0.0, (line.points.len() - 1) as f64])
        .collect();
    let mut grid: HashMap<(i32, i32), Vec<(usize, usize)>> = HashMap::new();
    for (no, line) in lines.iter().enumerate() {
        for (i, pair) in line.points.windows(2).enumerate() {
            let ((ax, ay), (bx, by)) = (pair[0].cell(CELL), pair[1].cell(CELL));
            for cell in (ax.min(bx)..=ax.max(bx))
                .flat_map(|x| (ay.min(by)..=ay.max(by)).map(move |y| (x, y)))
            {
                for &(other_no, j) in grid.get(&cell).into_iter().flatten() {
                    let other = &lines[other_no];
                    if other_no == no && i.abs_diff(j) < 3 || !level(line.class, other.class) {
                        continue;
                    }
                    if let Some((t, s)) =
                        meet(pair[0], pair[1], other.points[j], other.points[j + 1])
                    {
                        cuts[no].push(i as f64 + t);
                        cuts[other_no].push(j as f64 + s);
                    }
                }
                grid.entry(cell).or_default().push((no, i));
            }
        }
    }
    // The ends of ramps lie on what they lead to.
    for line in lines.iter().filter(|line| line.class == Class::Link) {
        for end in [line.points[0], line.points[line.points.len() - 1]] {
            let (cx, cy) = end.cell(CELL);
            for cell in (cx - 1..=cx + 1).flat_map(|x| (cy - 1..=cy + 1).map(move |y| (x, y))) {
                for &(no, i) in grid.get(&cell).into_iter().flatten() {
                    let other = &lines[no];
                    if matches!(other.class, Class::Link | Class::Path | Class::Ferry) {
                        continue;
                    }
                    let (a, b) = (other.points[i], other.points[i + 1]);
                    let t = ((end - a).dot(b - a) / (b - a).dot(b - a).max(1e-9)).clamp(0.0, 1.0);
                    if (a + (b - a) * t).to(end) < 1.0 {
                        cuts[no].push(i as f64 + t);
                    }
                }
            }
        }
    }
    cuts
}

/// Whether lines of two classes meet where they cross; others pass over or under.
fn level(a: Class, b: Class) -> bool {
    let plain = |class| (Class::Main..=Class::Street).contains(&class);
    plain(a) && plain(b)
}
