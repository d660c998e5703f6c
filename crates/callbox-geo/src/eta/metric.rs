//! Weights of all links, and how they follow from the streets' times.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range, thread};

use crate::roads::{Column, NEVER};

use super::cch::{Cch, NONE};

/// Says what a turn and the edge after it take together, in milliseconds, or [`NEVER`].
pub(super) trait Weights: Sync {
    fn turn(&self, turn: u32) -> u32;
}

impl<F: Fn(u32) -> u32 + Sync> Weights for F {
    fn turn(&self, turn: u32) -> u32 {
        self(turn)
    }
}

/// The weights of each link up and down, shortcuts included.
#[derive(Clone, Debug)]
pub(super) struct Metric {
    pub(super) up: Column<u32>,
    pub(super) down: Column<u32>,
}

/// A link's new weights.
pub(super) type Change = (u32, u32, u32);

/// What a link takes without shortcuts.
pub(super) fn plain(cch: &Cch, weights: &impl Weights, link: usize) -> [u32; 2] {
    cch.turns[link].map(|turn| {
        if turn == NONE {
            NEVER
        } else {
            weights.turn(turn).min(NEVER)
        }
    })
}

impl Metric {
    /// Computes all weights anew.
    pub(super) fn customize(cch: &Cch, weights: &impl Weights) -> Self {
        let links = cch.head.len();
        let (mut up, mut down) = (vec![NEVER; links], vec![NEVER; links]);
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let subtrees = subtrees(cch, threads);
        thread::scope(|scope| {
            let mut jobs: Vec<Vec<Job<'_>>> = (0..threads).map(|_| Vec::new()).collect();
            let (mut rest_up, mut rest_down) = (&mut up[..], &mut down[..]);
            let mut taken = 0;
            for range in &subtrees {
                let first = cch.up_first[range.start as usize] as usize;
                let end = cch.up_first[range.end as usize] as usize;
                let (mine_up, others_up) = std::mem::take(&mut rest_up).split_at_mut(end - taken);
                let (mine_down, others_down) =
                    std::mem::take(&mut rest_down).split_at_mut(end - taken);
                let skip = first - taken;
                (rest_up, rest_down, taken) = (others_up, others_down, end);
                let job = Job {
                    range: range.clone(),
                    first,
                    up: &mut mine_up[skip..],
                    down: &mut mine_down[skip..],
                };
                let least = jobs
                    .iter_mut()
                    .min_by_key(|jobs| jobs.iter().map(|job| job.range.len()).sum::<usize>())
                    .expect("there is at least one thread");
                least.push(job);
            }
            for jobs in jobs {
                scope.spawn(move || {
                    let mut at = vec![0u32; cch.vertices()];
                    for mut job in jobs {
                        job.run(cch, weights, &mut at);
                    }
                });
            }
        });
        let mut at = vec![0u32; cch.vertices()];
        let mut next = 0;
        let count = cch.vertices() as u32;
        let ends = subtrees
            .iter()
            .cloned()
            .chain(std::iter::once(count..count));
        for range in ends {
            let mut job = Job {
                range: next..range.start,
                first: 0,
                up: &mut up,
                down: &mut down,
            };
            job.run(cch, weights, &mut at);
            next = range.end;
        }
        Self {
            up: up.into(),
            down: down.into(),
        }
    }

    /// Takes over changes that were computed on another copy.
    pub(super) fn apply(&mut self, changes: &[Change]) {
        let (up, down) = (owned(&mut self.up), owned(&mut self.down));
        for &(link, new_up, new_down) in changes {
            up[link as usize] = new_up;
            down[link as usize] = new_down;
        }
    }

    /// Recomputes what follows from changed turns; gives all links whose weights are new.
    ///
    /// Links are taken from the lowest up, so that each is computed once, with all below it done. One
    /// that only gained a faster way takes it; the triangles below a link are visited only where the
    /// way that it stood for became slower, in that direction only, and no further than to another as
    /// fast as before. Where nothing changes, nothing above is asked.
    pub(super) fn update(
        &mut self,
        cch: &Cch,
        weights: &impl Weights,
        turns: &[u32],
    ) -> Vec<Change> {
        let (up, down) = (owned(&mut self.up), owned(&mut self.down));
        let links = turns.iter().map(|&turn| cch.turn_link[turn as usize]);
        let mut queue: BinaryHeap<Reverse<Doubt>> = links
            .filter(|&link| link != NONE)
            .map(|link| Reverse(Doubt::new(link >> 1, 1 << (link & 1), [NEVER; 2])))
            .collect();
        let mut changes = Vec::new();
        while let Some(Reverse(mut doubt)) = queue.pop() {
            while let Some(Reverse(more)) = queue.peek()
                && more.link == doubt.link
            {
                doubt.add(*more);
                queue.pop();
            }
            let at = doubt.link as usize;
            let old = [up[at], down[at]];
            let new = doubt.settle(cch, weights, up, down);
            if new == old {
                continue;
            }
            [up[at], down[at]] = new;
            changes.push((doubt.link, new[0], new[1]));
            let (end, ups) = (cch.head[at], cch.ups(cch.tail[at]));
            let mut tell = |other: usize, over: usize, is_higher: bool| {
                // From this link's end to the other's, and back, over their common lower end.
                let (to_far, from_far) = if is_higher {
                    (up[over], down[over])
                } else {
                    (down[over], up[over])
                };
                let there = Step::over(old[1], new[1], up[other], to_far);
                let back = Step::over(old[0], new[0], down[other], from_far);
                let (rise, fall) = if is_higher {
                    (there, back)
                } else {
                    (back, there)
                };
                let slower = u8::from(rise.is_slower) | u8::from(fall.is_slower) << 1;
                if slower != 0 || rise.faster != NEVER || fall.faster != NEVER {
                    let faster = [rise.faster, fall.faster];
                    queue.push(Reverse(Doubt::new(over as u32, slower, faster)));
                }
            };
            let (no_up, no_down) = (old[0] == new[0], old[1] == new[1]);
            let is_idle =
                |other: usize| (no_down || up[other] == NEVER) && (no_up || down[other] == NEVER);
            // The ends of the links before this one are linked to its end: a part of one list, in their order.
            let (tails, links) = cch.links_down(end);
            let mut below = 0;
            for other in ups.start..at {
                if is_idle(other) {
                    continue;
                }
                below += gallop(&tails[below..], cch.head[other]);
                tell(other, links[below] as usize, false);
            }
            // What else is above the lower end is above this link's end too, in the same order.
            let mut above = cch.ups(end);
            for other in at + 1..ups.end {
                if is_idle(other) {
                    continue;
                }
                above.start += gallop(&cch.head[above.clone()], cch.head[other]);
                tell(other, above.start, true);
            }
        }
        changes
    }
}

/// Counts the numbers below `wanted` at the beginning of an ascending list that has it.
fn gallop(list: &[u32], wanted: u32) -> usize {
    let mut step = 1;
    while step < list.len() && list[step] <= wanted {
        step *= 2;
    }
    let from = step / 2;
    let to = (step + 1).min(list.len());
    from + list[from..to].partition_point(|&at| at < wanted)
}

/// How the way over one triangle changed, seen from the link above it.
struct Step {
    /// The link may have stood for it, and it got slower.
    is_slower: bool,
    /// What it takes now, where that is less than the link's weight; else [`NEVER`].
    faster: u32,
}

impl Step {
    fn over(old: u32, new: u32, rest: u32, weight: u32) -> Self {
        let old = (old + rest).min(NEVER);
        let new = (new + rest).min(NEVER);
        Self {
            // Not only as fast: a way that was told as faster before may be slower by now.
            is_slower: old < new && old <= weight,
            faster: if new < weight { new } else { NEVER },
        }
    }
}

/// A link whose weights may be wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Doubt {
    link: u32,
    /// Bit 0: what it stood for upwards became slower; bit 1: downwards.
    slower: u8,
    /// Faster ways up and down.
    faster: [u32; 2],
}

impl Doubt {
    fn new(link: u32, slower: u8, faster: [u32; 2]) -> Self {
        Self {
            link,
            slower,
            faster,
        }
    }

    fn add(&mut self, more: Self) {
        self.slower |= more.slower;
        self.faster[0] = self.faster[0].min(more.faster[0]);
        self.faster[1] = self.faster[1].min(more.faster[1]);
    }

    /// Gives the weights that the link has now.
    fn settle(self, cch: &Cch, weights: &impl Weights, up: &[u32], down: &[u32]) -> [u32; 2] {
        let at = self.link as usize;
        let old = [up[at], down[at]];
        let mut new = [old[0].min(self.faster[0]), old[1].min(self.faster[1])];
        if self.slower == 0 {
            return new;
        }
        let plain = plain(cch, weights, at);
        let asked = [self.slower & 1 != 0, self.slower & 2 != 0];
        for way in [0, 1] {
            if asked[way] {
                new[way] = plain[way];
            }
        }
        // Without a faster way nothing below the old weight can turn up.
        let enough = |way: usize, found: u32| {
            !asked[way] || (found <= old[way] && self.faster[way] == NEVER)
        };
        if enough(0, new[0]) && enough(1, new[1]) {
            return new;
        }
        cch.triangles(at, |low, high| {
            if asked[0] {
                new[0] = new[0].min(down[low] + up[high]);
            }
            if asked[1] {
                new[1] = new[1].min(down[high] + up[low]);
            }
            enough(0, new[0]) && enough(1, new[1])
        });
        new
    }
}

/// Gives the numbers of a column, copied out of its file if need be.
fn owned(column: &mut Column<u32>) -> &mut Vec<u32> {
    if let Column::Mapped(..) = column {
        *column = Column::Owned(column.to_vec());
    }
    match column {
        Column::Owned(values) => values,
        Column::Mapped(..) => unreachable!("a mapped column was copied just before"),
    }
}

/// The vertices whose weights one thread computes, and their links' weights from `first` on.
struct Job<'a> {
    range: Range<u32>,
    first: usize,
    up: &'a mut [u32],
    down: &'a mut [u32],
}

impl Job<'_> {
    fn run(&mut self, cch: &Cch, weights: &impl Weights, at: &mut [u32]) {
        let (first, up, down) = (self.first, &mut *self.up, &mut *self.down);
        let (head, tail, up_first) = (&*cch.head, &*cch.tail, &*cch.up_first);
        for vertex in self.range.clone() {
            for link in cch.ups(vertex) {
                [up[link - first], down[link - first]] = plain(cch, weights, link);
                at[head[link] as usize] = link as u32;
            }
            for &low in cch.downs(vertex) {
                let low = low as usize;
                let end = up_first[tail[low] as usize + 1] as usize;
                let (low_up, low_down) = (up[low - first], down[low - first]);
                if low_up == NEVER && low_down == NEVER {
                    continue;
                }
                for high in low + 1..end {
                    let link = at[head[high] as usize] as usize - first;
                    let there = low_down + up[high - first];
                    let back = down[high - first] + low_up;
                    up[link] = up[link].min(there);
                    down[link] = down[link].min(back);
                }
            }
        }
    }
}

/// Runs of vertices that are whole subtrees, small enough to share out among threads.
pub(super) fn subtrees(cch: &Cch, threads: usize) -> Vec<Range<u32>> {
    let count = cch.vertices() as u32;
    if threads < 2 || count < 1_000 {
        return Vec::new();
    }
    let most = count / (4 * threads as u32);
    let mut found = Vec::new();
    let mut vertex = count;
    while vertex > 0 {
        let lowest = cch.lowest[vertex as usize - 1];
        if vertex - lowest <= most {
            found.push(lowest..vertex);
            vertex = lowest;
        } else {
            vertex -= 1;
        }
    }
    found.reverse();
    found
}
