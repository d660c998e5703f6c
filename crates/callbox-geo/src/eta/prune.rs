//! Leaves out links that no shortest way needs, for sweeps that touch fewer.
//!
//! A link is left out when the way over another link from the same lower end is as short (perfect
//! customization). All times are at least a millisecond, so a tie never leaves out both. What stays
//! answers every query alike, but holds for these times only: a change needs all links again until
//! the next pruning.

use std::{
    ops::Range,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
};

use crate::roads::NEVER;

use super::{
    cch::Cch,
    metric::{Metric, subtrees},
};

/// The links that stay, in one direction: by lower end, the higher end and the weight.
#[derive(Debug)]
pub(super) struct Links {
    first: Vec<u32>,
    links: Vec<[u32; 2]>,
}

impl Links {
    #[inline]
    pub(super) fn of(&self, vertex: usize) -> &[[u32; 2]] {
        &self.links[self.first[vertex] as usize..self.first[vertex + 1] as usize]
    }

    fn keep(cch: &Cch, weights: &[u32], shorter: &[AtomicU32]) -> Self {
        let (mut first, mut links) = (vec![0], Vec::new());
        for vertex in 0..cch.vertices() as u32 {
            for link in cch.ups(vertex) {
                if weights[link] < shorter[link].load(Relaxed) {
                    links.push([cch.head[link], weights[link]]);
                }
            }
            first.push(links.len() as u32);
        }
        links.shrink_to_fit();
        Self { first, links }
    }

    /// Counts the links that stay.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }
}

/// The links that stay, up and down.
#[derive(Debug)]
pub(super) struct Pruned {
    pub(super) up: Links,
    pub(super) down: Links,
}

impl Pruned {
    /// Costs about as much as a customization.
    pub(super) fn new(cch: &Cch, metric: &Metric) -> Self {
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let witnesses = Witnesses {
            cch,
            up: &metric.up,
            down: &metric.down,
            other_up: metric.up.iter().map(|_| AtomicU32::new(NEVER)).collect(),
            other_down: metric.down.iter().map(|_| AtomicU32::new(NEVER)).collect(),
        };
        let subtrees = subtrees(cch, threads);
        // From the top down: first what lies in no subtree, then the subtrees side by side.
        let mut end = cch.vertices() as u32;
        let mut scratch = witnesses.scratch();
        for range in subtrees.iter().rev() {
            witnesses.run(range.end..end, &mut scratch);
            end = range.start;
        }
        witnesses.run(0..end, &mut scratch);
        thread::scope(|scope| {
            for no in 0..threads {
                let (witnesses, subtrees) = (&witnesses, &subtrees);
                scope.spawn(move || {
                    let mut scratch = witnesses.scratch();
                    for range in subtrees.iter().skip(no).step_by(threads) {
                        witnesses.run(range.clone(), &mut scratch);
                    }
                });
            }
        });
        Self {
            up: Links::keep(cch, &metric.up, &witnesses.other_up),
            down: Links::keep(cch, &metric.down, &witnesses.other_down),
        }
    }
}

/// For each link the shortest way from end to end that begins with another link.
struct Witnesses<'a> {
    cch: &'a Cch,
    up: &'a [u32],
    down: &'a [u32],
    other_up: Vec<AtomicU32>,
    other_down: Vec<AtomicU32>,
}

impl Witnesses<'_> {
    fn scratch(&self) -> Vec<u32> {
        vec![0; self.cch.vertices()]
    }

    /// Looks at all triangles whose middle vertex is in the range, from the highest down: what lies
    /// above a middle vertex is known by then.
    ///
    /// The first higher vertex on a shortest way is reached over a link with its own weight; from
    /// there to another higher neighbour it is the true time that counts.
    fn run(&self, range: Range<u32>, at: &mut [u32]) {
        let (head, tail, up_first) = (&*self.cch.head, &*self.cch.tail, &*self.cch.up_first);
        let (up, down) = (self.up, self.down);
        for middle in range.rev() {
            for link in self.cch.ups(middle) {
                at[head[link] as usize] = link as u32;
            }
            for &low in self.cch.downs(middle) {
                let low = low as usize;
                let end = up_first[tail[low] as usize + 1] as usize;
                for high in low + 1..end {
                    let across = at[head[high] as usize] as usize;
                    let there = up[across].min(self.other_up[across].load(Relaxed));
                    let back = down[across].min(self.other_down[across].load(Relaxed));
                    // Over the middle vertex to the far one, over the far one to the middle one.
                    least(&self.other_up[high], up[low] + there);
                    least(&self.other_up[low], up[high] + back);
                    least(&self.other_down[high], down[low] + back);
                    least(&self.other_down[low], down[high] + there);
                }
            }
        }
    }
}

/// No two threads write to one slot at a time: each works in subtrees of its own.
fn least(slot: &AtomicU32, time: u32) {
    if time < slot.load(Relaxed) {
        slot.store(time, Relaxed);
    }
}
