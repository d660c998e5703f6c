//! The event kinds: their numbers, versions and reasons in one table, and their bytes.

mod codec;
mod table;

pub use codec::DecodeError;
pub(crate) use codec::{Payload, from_bytes, personal, to_bytes};
pub use table::{Event, KINDS, KindRow, Stream};
