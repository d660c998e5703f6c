//! What lies above a place in the hierarchy, kept between questions.
//!
//! A unit that stands is asked about again and again. The upper half of its search depends on where it
//! is and on the times of the moment only, so it is searched once; a question then climbs from the
//! incident alone and looks where the two meet. What results is the shortest time, as by a sweep.

use std::sync::{Arc, Mutex, PoisonError};

use crate::roads::NEVER;

use super::prune::Pruned;

/// For how many sets of times a place keeps its ascent: one for each profile that asks from there.
const KEPT: usize = 4;

/// The vertices at which a shortest way from a place may turn downwards, with the milliseconds to each.
#[derive(Debug)]
pub(super) struct Ascent(Box<[[u32; 2]]>);

impl Ascent {
    /// Takes the vertices that a climb met, whose times are in `time`; all others are [`NEVER`] there.
    ///
    /// A vertex that is reached sooner from above is left out: no shortest way turns there.
    pub(super) fn new(climbed: &[u32], time: &[u32], pruned: &Pruned) -> Self {
        let met = climbed
            .iter()
            .map(|&vertex| [vertex, time[vertex as usize]]);
        let turns = met.filter(|&[vertex, own]| {
            let mut above = pruned.down.of(vertex as usize).iter();
            own < NEVER
                && above
                    .all(|&[higher, weight]| time[higher as usize].saturating_add(weight) >= own)
        });
        Self(turns.collect())
    }

    /// The shortest time to a place whose own climb is in `time`, [`NEVER`] where it did not come.
    pub(super) fn to(&self, time: &[u32]) -> u32 {
        let meets = self
            .0
            .iter()
            .map(|&[vertex, own]| own + time[vertex as usize]);
        meets.min().unwrap_or(NEVER).min(NEVER)
    }
}

/// The newest ascents of one place, each with the number of the times that it is of.
#[derive(Debug, Default)]
pub(super) struct Ascents(Mutex<Vec<(u64, Arc<Ascent>)>>);

impl Ascents {
    pub(super) fn of(&self, times: u64) -> Option<Arc<Ascent>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(of, _)| *of == times);
        found.map(|(_, ascent)| Arc::clone(ascent))
    }

    pub(super) fn keep(&self, times: u64, ascent: Arc<Ascent>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| *of != times);
        // Later times have greater numbers: what is oldest goes.
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((times, ascent));
    }
}
