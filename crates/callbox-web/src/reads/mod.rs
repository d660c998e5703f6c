//! The one gate before personal data: a purpose is on the record before anything is shown.
//!
//! The table of routes' [`needs`](table::needs) says what each route reads; [`gate`] is asked before
//! the route's handler, whoever asks and in whatever form. Who is on duty needs to state nothing for
//! what happens now; everything else waits for a stated purpose.

mod claim;
mod gate;
mod list;
pub(crate) mod table;

pub use claim::may_state;
pub(crate) use claim::{Claim, Reads, Stated, purposes_of};
pub(crate) use gate::{admit, closed, gate, is_live, number_in, sees_places};
pub(crate) use list::{Filter, listed, place};
