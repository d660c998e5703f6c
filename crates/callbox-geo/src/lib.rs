//! Streets offline: everything that a dispatch centre needs of geography, out of one OpenStreetMap
//! extract.
//!
//! [`import::run`] reads a `.osm.pbf` once and writes a directory of memory-mapped files; the rest
//! of the crate only reads that directory. What is *absent*: no network, no incident, no unit, no
//! clock, and no other callbox crate.
//!
//! Walk of an import: [`osm::Extract::read`] keeps what the builders asked for
//! ([`osm::Wants`]), each builder turns it into its own file, and one rename publishes all of them.
//!
//! Coordinates are WGS 84 in units of 1e-7 degree ([`Coord`]), as OpenStreetMap stores them.

pub mod eta;
pub mod geocode;
pub mod import;
pub mod map;
pub mod osm;
pub mod roads;
pub mod town;

mod coord;
mod progress;

pub use coord::{Coord, Degrees};
pub use progress::{Progress, Stage, Step, quiet};
