//! Words without rules of their own: ids, codes, texts, times, and the table that holds state.

mod code;
mod ids;
mod personal;
pub(crate) mod shared;
pub(crate) mod shared_list;
mod table;
mod text;
mod time;

pub use code::Code;
pub use ids::{ActorId, AssignmentNo, IncidentId, LineNo, UnitId};
pub use personal::Personal;
pub use table::Table;
pub use text::{Text, TextError};
pub use time::Timestamp;

#[cfg(test)]
mod tests;
