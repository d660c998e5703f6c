//! Searches in the hierarchy.

use std::sync::{Mutex, PoisonError};

use crate::roads::NEVER;

use super::{
    ascent::Ascent,
    cch::{Cch, NONE},
    prune::{Links, Pruned},
};

/// Where a search begins: a vertex, and the milliseconds already spent there.
pub(super) type Seed = (u32, u32);

/// The links that a search follows: all with their weights, or those that stayed.
#[derive(Clone, Copy)]
pub(super) enum Kept<'a> {
    All(&'a [u32]),
    Pruned(&'a Links),
}

/// Room for one search, used again by the next.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// The time of each vertex; what it means is up to the search that wrote it.
    pub(super) time: Vec<u32>,
    /// Vertices of the search upwards, ascending.
    climbed: Vec<u32>,
    /// One bit per vertex to be computed.
    marks: Vec<u64>,
    /// The time of each vertex that a climb met; of all others, and between two questions, never.
    met: Vec<u32>,
}

/// Rooms that wait for the next search.
#[derive(Debug, Default)]
pub(super) struct Rooms(Mutex<Vec<Room>>);

impl Rooms {
    /// Lends a room that fits the hierarchy.
    pub(super) fn with<T>(&self, cch: &Cch, work: impl FnOnce(&mut Room) -> T) -> T {
        let mut room = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        if room.time.len() != cch.vertices() {
            room.time = vec![NEVER; cch.vertices()];
            room.marks = vec![0; cch.vertices().div_ceil(64)];
            room.met = Vec::new();
        }
        let result = work(&mut room);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(room);
        result
    }
}

impl Room {
    /// Computes the times between the seeds and each of `wanted`, into `time`.
    ///
    /// With `climb` the links down and `sweep` the links up, `time[v]` is from `v` to the seeds; the
    /// other way round it is from the seeds to `v`. Every other vertex's time is undefined.
    ///
    /// Lazy RPHAST: the seeds' times are relaxed upwards, then what the wanted vertices depend on is
    /// computed downwards, each vertex once. That is all ancestors when all links count, and only
    /// what the links that stayed lead to when they are pruned.
    pub(super) fn search(
        &mut self,
        cch: &Cch,
        climb: Kept<'_>,
        sweep: Kept<'_>,
        seeds: &[Seed],
        wanted: impl Iterator<Item = u32>,
    ) {
        self.climb_from(cch, climb, seeds);
        match sweep {
            Kept::All(_) => {
                for vertex in wanted {
                    self.mark(&cch.parent, vertex);
                }
            }
            Kept::Pruned(links) => self.mark_pruned(links, wanted),
        }
        self.sweep_marked(cch, sweep);
    }

    /// Computes the times between the seeds and every vertex, as [`Room::search`] does for some.
    pub(super) fn search_all(
        &mut self,
        cch: &Cch,
        climb: Kept<'_>,
        sweep: Kept<'_>,
        seeds: &[Seed],
    ) {
        self.climb_from(cch, climb, seeds);
        let vertices = cch.vertices();
        self.marks.fill(u64::MAX);
        if let Some(last) = self.marks.last_mut()
            && !vertices.is_multiple_of(64)
        {
            *last = (1 << (vertices % 64)) - 1;
        }
        self.sweep_marked(cch, sweep);
    }

    fn climb_from(&mut self, cch: &Cch, climb: Kept<'_>, seeds: &[Seed]) {
        match climb {
            Kept::All(weights) => self.climb(cch, weights, seeds),
            Kept::Pruned(links) => self.climb_pruned(links, seeds),
        }
    }

    fn sweep_marked(&mut self, cch: &Cch, sweep: Kept<'_>) {
        match sweep {
            Kept::All(weights) => {
                let (head, up_first) = (&*cch.head, &*cch.up_first);
                self.sweep(|vertex, time, times| {
                    let links = up_first[vertex] as usize..up_first[vertex + 1] as usize;
                    let links = head[links.clone()].iter().zip(&weights[links]);
                    links.fold(time, |time, (&higher, &weight)| {
                        time.min(weight + times[higher as usize])
                    })
                });
            }
            Kept::Pruned(links) => {
                self.sweep(|vertex, time, times| {
                    let links = links.of(vertex).iter();
                    links.fold(time, |time, &[higher, weight]| {
                        time.min(weight + times[higher as usize])
                    })
                });
            }
        }
    }

    /// Climbs from the seeds and lends the times met, [`NEVER`] for all others, and the vertices.
    pub(super) fn meet<T>(
        &mut self,
        links: &Links,
        seeds: &[Seed],
        work: impl FnOnce(&[u32], &[u32]) -> T,
    ) -> T {
        self.climb_pruned(links, seeds);
        self.met.resize(self.time.len(), NEVER);
        for &vertex in &self.climbed {
            self.met[vertex as usize] = self.time[vertex as usize].min(NEVER);
        }
        let result = work(&self.met, &self.climbed);
        for &vertex in &self.climbed {
            self.met[vertex as usize] = NEVER;
        }
        result
    }

    /// Finds what lies above the seeds.
    pub(super) fn ascend(&mut self, pruned: &Pruned, seeds: &[Seed]) -> Ascent {
        self.meet(&pruned.up, seeds, |time, climbed| {
            Ascent::new(climbed, time, pruned)
        })
    }

    /// Relaxes the links that stayed from the seeds upwards, as [`Room::climb`] does all.
    fn climb_pruned(&mut self, links: &Links, seeds: &[Seed]) {
        self.climbed.clear();
        for &(vertex, time) in seeds {
            self.reach(vertex, time);
        }
        let lowest = seeds.iter().map(|seed| seed.0 as usize / 64).min();
        for word in lowest.unwrap_or(self.marks.len())..self.marks.len() {
            // A vertex marks higher ones only, some of them in the same word.
            while self.marks[word] != 0 {
                let vertex = word as u32 * 64 + self.marks[word].trailing_zeros();
                self.marks[word] &= self.marks[word] - 1;
                self.climbed.push(vertex);
                let time = self.time[vertex as usize];
                for &[higher, weight] in links.of(vertex as usize) {
                    self.reach(higher, (time + weight).min(NEVER));
                }
            }
        }
    }

    /// Lowers a vertex's time, which counts for nothing before its mark.
    fn reach(&mut self, vertex: u32, time: u32) {
        let word = &mut self.marks[vertex as usize / 64];
        let bit = 1 << (vertex % 64);
        let slot = &mut self.time[vertex as usize];
        *slot = if *word & bit == 0 {
            time
        } else {
            time.min(*slot)
        };
        *word |= bit;
    }

    /// Marks what the wanted vertices' links lead to.
    fn mark_pruned(&mut self, links: &Links, wanted: impl Iterator<Item = u32>) {
        for vertex in wanted {
            self.marks[vertex as usize / 64] |= 1 << (vertex % 64);
        }
        for word in 0..self.marks.len() {
            let mut done = 0u64;
            loop {
                let left = self.marks[word] & !done;
                if left == 0 {
                    break;
                }
                let bit = left.trailing_zeros();
                done |= 1 << bit;
                for &[higher, _] in links.of(word * 64 + bit as usize) {
                    self.marks[higher as usize / 64] |= 1 << (higher % 64);
                }
            }
        }
    }

    /// Computes the marked vertices from the highest down, and takes the marks away.
    fn sweep(&mut self, compute: impl Fn(usize, u32, &[u32]) -> u32) {
        let climbed = std::mem::take(&mut self.climbed);
        let mut pending = climbed.len();
        for word in (0..self.marks.len()).rev() {
            let mut bits = std::mem::take(&mut self.marks[word]);
            while bits != 0 {
                let bit = 63 - bits.leading_zeros();
                bits ^= 1 << bit;
                let vertex = word as u32 * 64 + bit;
                while pending > 0 && climbed[pending - 1] > vertex {
                    pending -= 1;
                }
                let own = pending > 0 && climbed[pending - 1] == vertex;
                let time = if own {
                    self.time[vertex as usize]
                } else {
                    NEVER
                };
                self.time[vertex as usize] = compute(vertex as usize, time, &self.time);
            }
        }
        self.climbed = climbed;
    }

    /// Marks a vertex and its ancestors.
    fn mark(&mut self, parents: &[u32], mut vertex: u32) {
        loop {
            let word = &mut self.marks[vertex as usize / 64];
            let bit = 1 << (vertex % 64);
            if *word & bit != 0 {
                return;
            }
            *word |= bit;
            vertex = parents[vertex as usize];
            if vertex == NONE {
                return;
            }
        }
    }

    /// Relaxes the links upwards from the seeds; afterwards the climbed vertices have their times.
    fn climb(&mut self, cch: &Cch, weights: &[u32], seeds: &[Seed]) {
        self.climbed.clear();
        let mut tips: Vec<u32> = seeds.iter().map(|seed| seed.0).collect();
        tips.sort_unstable_by(|a, b| b.cmp(a));
        while let Some(vertex) = tips.pop() {
            if self.climbed.last() == Some(&vertex) {
                continue;
            }
            self.climbed.push(vertex);
            self.time[vertex as usize] = NEVER;
            let parent = cch.parent[vertex as usize];
            if parent != NONE {
                let at = tips.partition_point(|&tip| tip > parent);
                tips.insert(at, parent);
            }
        }
        for &(vertex, time) in seeds {
            let slot = &mut self.time[vertex as usize];
            *slot = (*slot).min(time);
        }
        for &vertex in &self.climbed {
            let time = self.time[vertex as usize];
            if time >= NEVER {
                continue;
            }
            for link in cch.ups(vertex) {
                let slot = &mut self.time[cch.head[link] as usize];
                *slot = (*slot).min(time + weights[link]);
            }
        }
    }

    /// Climbs alone: the vertices met, ascending; `time` holds theirs.
    pub(super) fn climb_only(&mut self, cch: &Cch, weights: &[u32], seeds: &[Seed]) -> &[u32] {
        self.climb(cch, weights, seeds);
        &self.climbed
    }
}
