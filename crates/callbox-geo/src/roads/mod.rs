//! The road graph: streets, who may use them, and how long it takes.
//!
//! Made by [`import`](crate::import) out of an extract, then mapped from one file. A vertex of the
//! graph is an *edge* (a direction of a piece of street between two junctions), an arc is a *turn*;
//! so what a turn costs, and whether it is allowed, is exact. See `docs/streets.md`.

mod afloat;
mod afoot;
mod barrier;
mod boxes;
mod build;
mod class;
mod components;
mod conditional;
mod file;
mod graph;
mod hours;
mod network;
mod profile;
mod rules;
mod turns;

pub use build::RoadCounts;
pub use class::Class;
pub use file::FileError;
pub use hours::WallClock;
pub use network::Network;
pub use profile::Profile;

pub(crate) use boxes::{Near, near};
pub(crate) use build::{RoadWants, build};
pub(crate) use file::{Column, FileReader, FileWriter};
pub(crate) use graph::{NO_EDGE, RoadGraph, Says, coord};
pub(crate) use hours::Hours;
pub(crate) use profile::NEVER;

/// What a turn's attributes say.
pub(crate) mod turn {
    pub(crate) use super::graph::{
        TURN_BACK as BACK, TURN_GATE as GATE, TURN_KIND as KIND, forbidden_to_all,
    };
}

#[cfg(test)]
mod tests;
