//! Driving times and ways, under the conditions of this moment.
//!
//! A customizable contraction hierarchy over the road graph's edges: its topology is made at import,
//! a profile's times are filled in without it being made again, and a closure recomputes only what
//! depends on it. All answers equal those of Dijkstra's algorithm on the same times, to the
//! millisecond. See `docs/streets.md`.

mod ascent;
mod ask;
mod builder;
mod calibrate;
mod cch;
mod clock;
mod live;
mod metric;
mod order;
mod place;
mod plain;
mod prune;
mod query;
mod reach;
mod route;
mod snap;
mod speeds;
mod streets;
mod stretch;
mod vehicle;

pub use builder::{StreetBuilder, StreetCounts};
pub use calibrate::{CalibrateError, Calibrated, Drive, Misses};
pub use live::Condition;
pub use plain::Plain;
pub use reach::{Reach, Reached, Square};
pub use route::{Leg, Notice, Route};
pub use snap::{Hint, Side, Snapped, Why};
pub use speeds::{SpeedsError, keep_speeds, speeds_file};
pub use streets::{Edge, Eta, ProfileId, Streets, StreetsError};
pub use stretch::{Detour, Refound, Stretch};
pub use vehicle::{Size, Vehicle};

#[cfg(test)]
mod tests;
