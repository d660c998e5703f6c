//! Reads OpenStreetMap extracts (`.osm.pbf`) with bounded memory.
//!
//! [`Extract::read`] goes through the file at most three times (ways and relations; ways that only
//! a relation names; nodes), unpacking blocks on every core, and keeps only what some [`Wants`]
//! asked for. What it costs in memory grows with what is kept, not with the file.
//!
//! A file is refused as a whole, before anything is built, when it is cut off, damaged, of another
//! kind, or compressed in a way that is not read here (zlib and none are). A block that unpacks to
//! more than the format's 32 MiB is damage.
//!
//! Format: <https://wiki.openstreetmap.org/wiki/PBF_Format>.

mod blob;
mod block;
mod error;
mod extract;
mod pass;
mod strings;
mod wire;
mod write;

pub use error::OsmError;
pub use extract::{
    Extract, Keep, LeftOut, Member, MemberKind, NodeIx, Relation, TaggedNode, Wants, Way,
};
pub use strings::Tags;
pub use write::PbfWriter;

#[cfg(test)]
mod tests;
