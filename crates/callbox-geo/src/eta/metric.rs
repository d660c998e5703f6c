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
    /// Costs one visit of the triangles below each link that may have changed: local for a side
    /// street, up to the whole top of the hierarchy for a motorway.
    pub(super) fn update(
        &mut self,
        cch: &Cch,
        weights: &impl Weights,
        turns: &[u32],
    ) -> Vec<Change> {
        let (up, down) = (owned(&mut self.up), owned(&mut self.down));
        let mut queue: BinaryHeap<Reverse<u32>> = turns
            .iter()
            .map(|&turn| cch.turn_link[turn as usize])
            .filter(|&link| link != NONE)
            .map(|link| Reverse(link >> 1))
            .collect();
        let mut changes = Vec::new();
        let mut last = NONE;
        while let Some(Reverse(link)) = queue.pop() {
            if link == last {
                continue;
            }
            last = link;
            let at = link as usize;
            let [mut new_up, mut new_down] = plain(cch, weights, at);
            cch.triangles(at, |low, high| {
                new_up = new_up.min(down[low] + up[high]);
                new_down = new_down.min(down[high] + up[low]);
                false
            });
            let (old_up, old_down) = (up[at], down[at]);
            if (new_up, new_down) == (old_up, old_down) {
                continue;
            }
            up[at] = new_up;
            down[at] = new_down;
            changes.push((link, new_up, new_down));
            let end = cch.head[at];
            for other in cch.ups(cch.tail[at]) {
                let far = cch.head[other];
                if far == end {
                    continue;
                }
                let over = cch
                    .link(end.min(far), end.max(far))
                    .expect("two higher neighbours of one vertex are linked");
                // From this link's end to the other's, and back, over their common lower end.
                let (to_far, from_far) = if end < far {
                    (up[over], down[over])
                } else {
                    (down[over], up[over])
                };
                let matters =
                    |old: u32, new: u32, weight: u32| old != new && (old == weight || new < weight);
                if matters(
                    (old_down + up[other]).min(NEVER),
                    (new_down + up[other]).min(NEVER),
                    to_far,
                ) || matters(
                    (down[other] + old_up).min(NEVER),
                    (down[other] + new_up).min(NEVER),
                    from_far,
                ) {
                    queue.push(Reverse(over as u32));
                }
            }
        }
        changes
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
