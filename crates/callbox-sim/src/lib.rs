//! An invented town, its calls, and people who work on them.
//!
//! [`Town`] is Velmora Bay, a place that does not exist. [`plan`] says what a day brings.
//! [`Simulation`] is what simulated call-takers, dispatchers and crews do next; it submits commands
//! like anyone, so that people can work beside it. [`fill`] makes the hours before the first start,
//! [`Live`] goes on from there by the clock.
//!
//! [`trial`] is for those who build callbox: days in which everything goes wrong, through the real
//! engine, with all invariants checked at every step; [`machine`] visits every state that a few
//! units and incidents can come to.
//!
//! What is *absent*: a way around the rules, real places, real people, positions of units.

pub mod machine;
pub mod plan;
pub mod trial;

mod fill;
mod live;
mod random;
mod shapes;
mod simulation;
mod town;

pub use fill::{FillError, Filled, fill, set_up};
pub use live::{Live, resume};
pub use plan::PlannedCall;
pub use simulation::{Act, Counts, Options, Simulation};
pub use town::{Atlas, NAME, Spot, Town};

#[cfg(test)]
mod tests;
