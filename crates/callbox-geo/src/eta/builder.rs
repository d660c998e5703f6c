//! The files that [`Streets`](super::Streets) opens: how an import makes them.

use std::{
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    Progress, Stage, Step,
    import::{Builder, ImportError},
    osm::{Extract, Keep, Tags, Wants},
    roads::{self, FileWriter, Profile, RoadCounts, RoadWants},
};

use super::{
    cch::Cch,
    live::{Conditions, Driven},
};

pub(super) const ROADS: &str = "roads";
pub(super) const HIERARCHY: &str = "hierarchy";
pub(super) const TIMES: &str = "times";
/// Grows with each change in how times follow from a profile, and of the file's columns.
pub(super) const TIMES_VERSION: u32 = 1;
pub(super) const COLUMNS: [[&str; 2]; 3] = [["up0", "down0"], ["up1", "down1"], ["up2", "down2"]];

/// Counts what an import made of the streets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreetCounts {
    /// The road graph.
    pub roads: RoadCounts,
    /// Links of the hierarchy, shortcuts included.
    pub links: u64,
}

/// Builds the files that [`Streets`] opens.
#[derive(Debug, Default)]
pub struct StreetBuilder(Mutex<StreetCounts>);

impl StreetBuilder {
    /// Gives what the last build counted.
    #[must_use]
    pub fn counts(&self) -> StreetCounts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wants for StreetBuilder {
    fn node(&self, tags: &Tags<'_>) -> bool {
        RoadWants.node(tags)
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        RoadWants.way(tags)
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        RoadWants.relation(tags)
    }
}

impl Builder for StreetBuilder {
    fn build(
        &self,
        extract: &Extract,
        dir: &Path,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let step = |stage, done, total| progress(Step { stage, done, total });
        step(Stage::Roads, 0, 1);
        let (graph, counts) = roads::build(extract);
        if graph.edges() == 0 {
            return Err(ImportError::Unusable(
                "the extract holds no streets; choose an extract of the area that you serve"
                    .to_owned(),
            ));
        }
        step(Stage::Roads, 1, 1);
        let total = graph.segments() as u64;
        let ordered = AtomicU64::new(0);
        let cch = Cch::build(&graph, &|streets| {
            let before = ordered.fetch_add(streets as u64, Ordering::Relaxed);
            // Not for every small cut.
            if before / 4096 != (before + streets as u64) / 4096 {
                step(Stage::Order, before, total);
            }
        });
        step(Stage::Order, total, total);
        let write = |name: &str, done: std::io::Result<()>| {
            done.map_err(ImportError::write(&dir.join(name)))
        };
        write(ROADS, graph.write(&dir.join(ROADS)))?;
        write(HIERARCHY, cch.write(&dir.join(HIERARCHY)))?;
        let mut metrics = Vec::new();
        let profiles = profiles();
        for (no, profile) in (0..).zip(&profiles) {
            step(Stage::Customize, no, profiles.len() as u64);
            let driven = Driven::new(&graph, &cch, profile.clone(), None, Conditions::new());
            metrics.push(driven.now());
        }
        step(
            Stage::Customize,
            profiles.len() as u64,
            profiles.len() as u64,
        );
        let prints: Vec<u32> = profiles.iter().map(fingerprint).collect();
        let mut file = FileWriter::new(TIMES_VERSION);
        file.column("profiles", &prints);
        for (live, [up, down]) in metrics.iter().zip(COLUMNS) {
            file.column(up, &live.metric.up)
                .column(down, &live.metric.down);
        }
        write(TIMES, file.write(&dir.join(TIMES)))?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = StreetCounts {
            roads: counts,
            links: cch.head.len() as u64,
        };
        Ok(())
    }
}

/// The profiles that every network has from its import on.
pub(super) fn profiles() -> [Profile; 3] {
    [Profile::blue_light(), Profile::heavy(), Profile::car()]
}

/// Tells a profile from what it was in another version of callbox.
pub(super) fn fingerprint(profile: &Profile) -> u32 {
    crc32fast::hash(format!("{profile:?}").as_bytes())
}
