//! What the server holds and knows about calls that are being taken.

mod drafts;
pub(crate) mod location;
pub(crate) mod schedule;
pub(crate) mod words;

pub(crate) use drafts::{Draft, Drafts};
