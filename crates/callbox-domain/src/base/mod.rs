//! Words without rules of their own: ids, codes, texts, times, and the table that holds state.

mod code;
mod ids;
mod personal;
mod point;
pub(crate) mod shared;
pub(crate) mod shared_list;
mod table;
mod text;
mod time;

pub use code::Code;
pub use ids::{ActorId, AssignmentNo, ClosureId, GrantId, IncidentId, LineNo, NoteId, UnitId};
pub use personal::Personal;
pub use point::Point;
pub use table::Table;
pub use text::{Text, TextError};
pub use time::Timestamp;

/// The most entries that one list of a configuration holds.
pub(crate) const MAX_LIST: usize = 64;

/// Refuses a list of `len` entries that is too long.
pub(crate) fn bounded(what: &'static str, len: usize) -> Result<(), crate::Refusal> {
    match len <= MAX_LIST {
        true => Ok(()),
        false => Err(crate::Refusal::TooMany {
            what,
            max: MAX_LIST,
        }),
    }
}

#[cfg(test)]
mod tests;
