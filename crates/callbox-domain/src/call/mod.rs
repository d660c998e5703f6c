//! Calls: what each brought, where it is said to be, which of them speak of one emergency.

mod activate;
mod assess;
mod duplicates;
mod handle;
mod merge;
mod record;
mod take;
mod transfer;
mod unmerge;

use minicbor::{Decode, Encode};

pub use activate::{ActivateScheduled, ScheduleActivated};
pub use assess::{AssessPlace, Assessed, PlaceAssessed, PlaceSource, PlaceVerdict};
pub(crate) use duplicates::near;
pub use duplicates::{Candidate, Likeness, Sought};
pub use handle::{CallHandled, HandleCall, Handling};
pub use merge::{IncidentsMerged, MergeIncidents};
pub use record::{CallDetails, CallKind, CallRecorded, RecordCall, Reported};
pub use take::{IncidentScheduled, Schedule, TakeCall};
pub use transfer::{IncidentTransferred, TransferIncident};
pub use unmerge::{MergeUndone, UnmergeIncident};

use crate::{ActorId, Caller, Code, IncidentId, Personal, Questions, Text, Timestamp};

/// The most calls that one incident holds.
pub(crate) const MAX_CALLS: usize = 500;
/// The most transfers that one incident holds.
pub(crate) const MAX_TRANSFERS: usize = 50;

/// What the calls brought to an incident.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Intake {
    /// Its calls in the order of recording; the first opened it.
    #[n(0)]
    pub calls: Vec<Call>,
    /// How its present place came about.
    #[n(1)]
    pub assessed: Option<Checked>,
    /// The incident that it was merged into.
    #[n(2)]
    pub merged_into: Option<IncidentId>,
    /// The incidents that were merged into it.
    #[n(3)]
    pub merged: Vec<IncidentId>,
    /// When it begins, while it lies in the future.
    #[n(4)]
    pub scheduled: Option<Schedule>,
    /// Other centers that it was handed to.
    #[n(5)]
    pub transfers: Vec<Transfer>,
    /// What its callers were asked, and what they answered.
    #[n(6)]
    #[cbor(default)]
    pub questions: Questions,
}

/// One call to an incident.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Call {
    /// When it came in.
    #[n(0)]
    pub at: Timestamp,
    /// Who took it.
    #[n(1)]
    pub by: ActorId,
    /// How it came in.
    #[n(2)]
    pub kind: CallKind,
    /// Who called, where that is known.
    #[n(3)]
    pub caller: Option<Personal<Caller>>,
    /// Where it was said to be, where that was recorded for this call.
    #[n(4)]
    pub reported: Option<Personal<Reported>>,
    /// What was done about it, in the order of recording.
    #[n(5)]
    pub handled: Vec<Handled>,
}

/// What was done about a call that is not an ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Handled {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// By whom.
    #[n(1)]
    pub by: ActorId,
    /// What.
    #[n(2)]
    pub how: Handling,
}

/// How a place came about, and who says so.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Checked {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// Who took it.
    #[n(1)]
    pub by: ActorId,
    /// What is known of it.
    #[n(2)]
    pub assessed: Assessed,
}

/// That an incident was handed to another center.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Transfer {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// By whom.
    #[n(1)]
    pub by: ActorId,
    /// The other center.
    #[n(2)]
    pub to: Code,
    /// The number under which the other center knows it.
    #[n(3)]
    pub reference: Option<Code>,
    /// Why.
    #[n(4)]
    pub reason: Option<Personal<Text>>,
}

impl Call {
    /// Whether somebody still has to do something about it: a call that was abandoned or silent.
    pub fn needs_handling(&self) -> bool {
        matches!(self.kind, CallKind::Abandoned | CallKind::Silent)
            && !self.handled.iter().any(|handled| handled.how.is_final())
    }
}

/// Names for the variants of an enum in interfaces.
macro_rules! names {
    ($type:ident { $($variant:ident => $name:literal,)* }) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
            /// The names of all, in the same order.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name in interfaces.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            /// The one with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}
pub(crate) use names;
