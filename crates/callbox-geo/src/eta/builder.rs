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
    roads::{self, FileWriter, Network, Profile, RoadCounts, RoadWants},
};

use super::{
    cch::Cch,
    live::{Conditions, Driven},
};

pub(super) const ROADS: &str = "roads";
pub(super) const HIERARCHY: &str = "hierarchy";
pub(super) const TIMES: &str = "times";
/// Grows with each change in how times follow from a profile, and of the file's columns.
pub(super) const TIMES_VERSION: u32 = 2;
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
#[derive(Debug)]
pub struct StreetBuilder {
    network: Network,
    counts: Mutex<StreetCounts>,
}

impl Default for StreetBuilder {
    fn default() -> Self {
        Self::of(Network::Drive)
    }
}

impl StreetBuilder {
    /// Builds a network's files.
    #[must_use]
    pub fn of(network: Network) -> Self {
        Self {
            network,
            counts: Mutex::default(),
        }
    }

    /// Gives what the last build counted.
    #[must_use]
    pub fn counts(&self) -> StreetCounts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wants for StreetBuilder {
    fn node(&self, tags: &Tags<'_>) -> bool {
        RoadWants(self.network).node(tags)
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        RoadWants(self.network).way(tags)
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        RoadWants(self.network).relation(tags)
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
        let (graph, counts) = roads::build(self.network, extract);
        if graph.edges() == 0 {
            let things = self.network.things();
            return Err(ImportError::Unusable(match self.network {
                Network::Drive => {
                    let outside = match extract.left_out().nodes_outside {
                        0 => String::new(),
                        count => format!(" ({count} of its nodes lie outside the Earth)"),
                    };
                    format!(
                        "the extract holds no {things}{outside}; choose an extract of the area \
                         that you serve"
                    )
                }
                other => format!(
                    "the extract holds no {things}; import it without --with {}",
                    other.code()
                ),
            }));
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
        let write = |part: &str, write: &dyn Fn(&Path) -> std::io::Result<()>| {
            let path = dir.join(self.network.file(part));
            write(&path).map_err(ImportError::write(&path))
        };
        write(ROADS, &|path| graph.write(path))?;
        write(HIERARCHY, &|path| cch.write(path))?;
        let mut metrics = Vec::new();
        let profiles = self.network.profiles();
        for (no, profile) in (0..).zip(&profiles) {
            step(Stage::Customize, no, profiles.len() as u64);
            let driven = Driven::new(&graph, &cch, profile.clone(), None, Conditions::default());
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
        write(TIMES, &|path| file.write(path))?;
        let mut kept = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = StreetCounts {
            roads: counts,
            links: cch.head.len() as u64,
        };
        Ok(())
    }
}

/// Tells a profile from what it was in another version of callbox.
pub(super) fn fingerprint(profile: &Profile) -> u32 {
    crc32fast::hash(format!("{profile:?}").as_bytes())
}
