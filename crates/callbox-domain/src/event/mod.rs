//! The event kinds: their numbers, versions and reasons in one table, and their bytes.

mod codec;
mod table;
#[cfg(test)]
mod tests;

pub use codec::DecodeError;
pub(crate) use codec::{Former, Payload, from_bytes, personal, to_bytes};
pub use table::{Event, KINDS, KindRow, Stream};
