use std::fmt;

use minicbor::{Decode, Encode};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($int:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

id! {
    /// Names an incident within its center; dense from 1, the number that people speak of.
    IncidentId(u64), "#"
}
id! {
    /// Names a unit within its center; dense from 1, kept when its call sign changes.
    UnitId(u32), "u"
}
id! {
    /// Numbers an assignment within its incident, from 1 in order of dispatch.
    AssignmentNo(u16), ""
}
id! {
    /// Numbers a narrative line within its incident, from 1; never reused.
    LineNo(u32), ""
}
id! {
    /// Names a premise note within its center; dense from 1.
    NoteId(u64), ""
}
id! {
    /// Names a closure of a street within its center; dense from 1.
    ClosureId(u64), ""
}
id! {
    /// Numbers a breaking of the glass within its center; dense from 1.
    GrantId(u64), ""
}
id! {
    /// Names an account by a pseudonym; who stands behind it is known outside the ledger only.
    ActorId(u64), "a"
}

impl ActorId {
    /// The server itself: set-up, timers.
    pub const SYSTEM: Self = Self(0);
    /// The import of an agency's call history.
    pub const HISTORY: Self = Self(1);
    /// A simulated person in a demo or an exercise.
    pub const SIMULATED: Self = Self(2);
}
