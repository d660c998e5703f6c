//! Learns an agency's speeds from drives that it recorded.
//!
//! Each drive's way is found on the streets and split into seconds on each kind of street and
//! seconds that no speed changes (turns, signals, gates). What the kinds' seconds have to be
//! multiplied with is fitted to what the drives really took: least squares of the relative error,
//! far-off drives counting less (Huber), drawn towards one common factor where a kind is rare. A
//! fifth of the drives takes no part in that; it says whether the learned speeds are better.

use crate::roads::{Class, Profile};

use super::{
    live::{Conditions, Driven, Live},
    snap::Snapped,
    streets::{ProfileId, Streets},
};

/// The fewest drives to learn from, those held out apart.
const FEWEST: usize = 100;
/// The kinds of street that are told apart.
const KINDS: usize = 6;
/// How many drives all on one kind of street the common factor counts as much as.
const COMMON: f64 = 5.0;
/// Relative errors beyond this count less.
const FAR: f64 = 0.3;
/// A drive that took so many times as long, or so little, was not this drive.
const IMPLAUSIBLE: f64 = 5.0;
/// Ways are found anew with the speeds learned so far.
const ROUNDS: usize = 3;

/// Is a drive as it was recorded.
#[derive(Clone, Debug)]
pub struct Drive {
    /// Where it began.
    pub from: Snapped,
    /// Where it ended.
    pub to: Snapped,
    /// What it took, in seconds.
    pub seconds: f64,
}

/// Says how far computed times lie from recorded ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Misses {
    /// The median of the differences' sizes, in seconds.
    pub median_seconds: f64,
    /// The mean of the differences' sizes as parts of the recorded time.
    pub mean_share: f64,
    /// The median of computed over recorded: above 1 the computed times are too long.
    pub ratio: f64,
}

/// Is what was learned.
#[derive(Clone, Debug)]
pub struct Calibrated {
    /// The profile with its new scales.
    pub profile: Profile,
    /// How many drives were learned from, and how many were held out.
    pub used: [usize; 2],
    /// How many drives have no way, took less than 20 seconds or more than three hours, or took
    /// five times as long or a fifth of what was computed.
    pub left_out: usize,
    /// The drives held out, before.
    pub before: Misses,
    /// The drives held out, with the new scales.
    pub after: Misses,
}

/// Says why nothing was learned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrateError {
    /// There are too few drives.
    #[error(
        "{usable} of {given} drives can be used, {left_out} cannot (no way, or a time that no such \
         drive takes); at least {FEWEST} and a quarter more are needed"
    )]
    TooFew {
        /// Drives given.
        given: usize,
        /// Those that can be used.
        usable: usize,
        /// Those that cannot.
        left_out: usize,
    },
    /// What was learned is no better on drives that were held out.
    #[error(
        "the learned speeds miss the drives that were held out by {after:.1} % on average, the \
         present ones by {before:.1} %: nothing is gained, so nothing is changed"
    )]
    NoBetter {
        /// Percent, before.
        before: f64,
        /// Percent, after.
        after: f64,
    },
}

/// The seconds of one drive on each kind of street, those that no speed changes, and the recorded.
struct Split {
    kinds: [f64; KINDS],
    fixed: f64,
    recorded: f64,
}

impl Split {
    fn computed(&self, factors: &[f64; KINDS]) -> f64 {
        let kinds = self.kinds.iter().zip(factors);
        self.fixed + kinds.map(|(seconds, factor)| seconds * factor).sum::<f64>()
    }
}

/// The kind of street that a class belongs to; ferries and waterways have none.
fn kind(class: Class) -> Option<usize> {
    Some(match class {
        Class::Motorway | Class::MotorwayLink | Class::Trunk | Class::TrunkLink => 0,
        Class::Primary | Class::PrimaryLink => 1,
        Class::Secondary | Class::SecondaryLink => 2,
        Class::Tertiary | Class::TertiaryLink | Class::Busway => 3,
        Class::Unclassified | Class::Residential | Class::LivingStreet => 4,
        Class::Service
        | Class::Pedestrian
        | Class::Track
        | Class::Path
        | Class::Steps
        | Class::Trail => 5,
        Class::Ferry | Class::River | Class::Canal | Class::Fairway => return None,
    })
}

impl Streets {
    /// Learns a profile's scales from drives, on the map as it is without closures.
    ///
    /// Every fifth drive is held out. Costs a few routes for each drive and four customizations.
    pub fn calibrate(
        &self,
        profile: ProfileId,
        drives: &[Drive],
    ) -> Result<Calibrated, CalibrateError> {
        let mut learned = self.driven(profile).profile.clone();
        let first = self.as_on_the_map(&learned);
        // Whether a drive counts is decided once, by the present speeds.
        let usable: Vec<&Drive> = drives
            .iter()
            .filter(|drive| {
                let split = self.split(&first, drive);
                let ratio = split.map(|split| split.computed(&[1.0; KINDS]) / split.recorded);
                (20.0..=10_800.0).contains(&drive.seconds)
                    && ratio.is_some_and(|ratio| (1.0 / IMPLAUSIBLE..=IMPLAUSIBLE).contains(&ratio))
            })
            .collect();
        let left_out = drives.len() - usable.len();
        let (mut learn, mut hold) = (Vec::new(), Vec::new());
        for (no, &drive) in usable.iter().enumerate() {
            if no % 5 == 4 { &mut hold } else { &mut learn }.push(drive);
        }
        if learn.len() < FEWEST {
            return Err(CalibrateError::TooFew {
                given: drives.len(),
                usable: usable.len(),
                left_out,
            });
        }
        let before = misses(&self.splits(&first, &hold));
        let mut driven = first;
        for _ in 0..ROUNDS {
            let factors = fit(&self.splits(&driven, &learn));
            for class in Class::ALL {
                if let Some(kind) = kind(class) {
                    let scale = &mut learned.scale[class as usize];
                    *scale = (*scale / factors[kind] as f32).clamp(0.1, 10.0);
                }
            }
            driven = self.as_on_the_map(&learned);
        }
        let after = misses(&self.splits(&driven, &hold));
        if after.mean_share >= before.mean_share {
            return Err(CalibrateError::NoBetter {
                before: before.mean_share * 100.0,
                after: after.mean_share * 100.0,
            });
        }
        Ok(Calibrated {
            profile: learned,
            used: [learn.len(), hold.len()],
            left_out,
            before,
            after,
        })
    }

    fn as_on_the_map(&self, profile: &Profile) -> Driven {
        Driven::new(
            &self.graph,
            &self.cch,
            profile.clone(),
            None,
            Conditions::default(),
        )
    }

    fn splits(&self, driven: &Driven, drives: &[&Drive]) -> Vec<Split> {
        let splits = drives.iter();
        splits
            .filter_map(|drive| self.split(driven, drive))
            .collect()
    }

    fn split(&self, driven: &Driven, drive: &Drive) -> Option<Split> {
        let live: &Live = &driven.now();
        let way = self.way(driven, live, &drive.from, &drive.to)?;
        let mut kinds = [0.0; KINDS];
        let last = way.edges.len() - 1;
        for (no, &edge) in way.edges.iter().enumerate() {
            let (segment, _) = self.graph.side(edge);
            let Some(kind) = kind(self.graph.class(segment)) else {
                continue;
            };
            let from = if no == 0 { way.from } else { 0.0 };
            let to = if no == last { way.to } else { 1.0 };
            let limit = self.graph.always(edge).speed_kmh;
            let drive = driven.profile.drive_ms(&self.graph, edge, limit);
            kinds[kind] += drive / 1e3 * (to - from).max(0.0);
        }
        let all = f64::from(way.milliseconds) / 1e3;
        Some(Split {
            kinds,
            fixed: (all - kinds.iter().sum::<f64>()).max(0.0),
            recorded: drive.seconds,
        })
    }
}

fn misses(splits: &[Split]) -> Misses {
    let computed = |split: &Split| split.computed(&[1.0; KINDS]);
    let off = |split: &Split| (computed(split) - split.recorded).abs();
    let shares = splits.iter().map(|split| off(split) / split.recorded);
    Misses {
        median_seconds: median(splits.iter().map(off).collect()),
        mean_share: shares.sum::<f64>() / splits.len().max(1) as f64,
        ratio: median(
            splits
                .iter()
                .map(|split| computed(split) / split.recorded)
                .collect(),
        ),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// What each kind's seconds have to be multiplied with.
fn fit(splits: &[Split]) -> [f64; KINDS] {
    let common = splits
        .iter()
        .filter_map(|split| {
            let drive: f64 = split.kinds.iter().sum();
            (drive > 1.0).then(|| (split.recorded - split.fixed).max(0.0) / drive)
        })
        .collect();
    let common = median(common).clamp(0.2, 5.0);
    let mut factors = [common; KINDS];
    for _ in 0..8 {
        let mut sums = [[0.0; KINDS]; KINDS];
        let mut wanted = [0.0; KINDS];
        for split in splits {
            // Parts of the computed time: parts of the recorded one would draw all times down.
            let whole = split.computed(&factors).max(1.0);
            let off = (split.recorded / whole - 1.0).abs();
            let counts = if off > FAR { FAR / off } else { 1.0 };
            let part = split.kinds.map(|seconds| seconds / whole);
            let rest = (split.recorded - split.fixed) / whole;
            for row in 0..KINDS {
                wanted[row] += counts * part[row] * rest;
                for column in 0..KINDS {
                    sums[row][column] += counts * part[row] * part[column];
                }
            }
        }
        for row in 0..KINDS {
            sums[row][row] += COMMON;
            wanted[row] += COMMON * common;
        }
        factors = solve(sums, wanted).map(|factor| factor.clamp(common / 3.0, common * 3.0));
    }
    factors
}

/// Solves a symmetric positive definite system by elimination.
fn solve(mut rows: [[f64; KINDS]; KINDS], mut wanted: [f64; KINDS]) -> [f64; KINDS] {
    for pivot in 0..KINDS {
        for row in pivot + 1..KINDS {
            let factor = rows[row][pivot] / rows[pivot][pivot];
            let above = rows[pivot];
            for (cell, above) in rows[row].iter_mut().zip(above).skip(pivot) {
                *cell -= factor * above;
            }
            wanted[row] -= factor * wanted[pivot];
        }
    }
    let mut found = [0.0; KINDS];
    for row in (0..KINDS).rev() {
        let known: f64 = (row + 1..KINDS).map(|at| rows[row][at] * found[at]).sum();
        found[row] = (wanted[row] - known) / rows[row][row];
    }
    found
}

#[cfg(test)]
mod tests;
