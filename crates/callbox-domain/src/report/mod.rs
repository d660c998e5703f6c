//! Figures about the service's own work, folded from recorded entries.
//!
//! [`History`] keeps of each incident only what the figures need; [`response_times`] and
//! [`utilisation`] are pure functions of it. All arithmetic is on whole microseconds and becomes a
//! float once, at the end, so that an independent recomputation agrees to the last digit.
//! What is *absent*: names, places and words; figures about people, dispatchers included.

mod history;
mod response_times;
mod sample;
mod targets;
mod utilisation;
mod window;
mod workload;

pub use history::{Call, History, Work};
pub use response_times::{
    Dimension, Figures, GroupValue, ResponseTimes, Row, definition as response_times_definition,
    response_times,
};
pub use sample::{INTERVALS, Interval};
pub use targets::{Kept, TargetRow, Targets, definition as targets_definition, targets};
pub use utilisation::{
    BusiestHour, MostConcurrent, UnitUse, Utilisation, UtilisationTotal,
    definition as utilisation_definition, utilisation,
};
pub use window::{LocalOffset, Window};
pub use workload::{
    Dispositions, Load, Workload, dispositions, dispositions_definition, workload,
    workload_definition,
};

#[cfg(test)]
mod tests;
