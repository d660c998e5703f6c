use super::codec::{DecodeError, Former, Lifted, Payload, from_bytes, to_bytes};
use crate::{
    ActorId, Center, ClosureId, Entry, GrantId, IncidentId, NoteId, UnitId,
    account::{
        AccountAdded, AccountBound, AccountErased, AccountErasureCompleted, AccountErasureRefused,
        AccountErasureRequested, AccountRoleSet, AccountSwitched, CredentialChanged, DutySet,
        SignInRuleSet, TokenEnded, TokenIssued,
    },
    alarm::{AlarmAcknowledged, AlarmEscalated, AlarmRaised},
    assignment::{
        AssignmentEnded, AssignmentProgressed, IncidentStacked, IncidentUnstacked, UnitDispatched,
    },
    call::{
        CallHandled, CallRecorded, IncidentScheduled, IncidentTransferred, IncidentsMerged,
        MergeUndone, PlaceAssessed, ScheduleActivated,
    },
    clock::{ClockDefined, ClockRemoved},
    closure::{ClosureExpired, ClosureLifted, StreetClosed},
    configuration::{
        AgencyDefined, AreaDefined, CallTemplateDefined, CenterDefined, ConditionSet,
        DispatchRulesDefined, DispositionDefined, IncidentTypeDefined, PriorityDefined,
        ProgramRecorded, SharingAgreed, SharingEnded, StationDefined, TurnoutDefined,
        UnitStatusDefined, UnitTypeDefined,
    },
    consultation::{BreakGlassOpened, BreakGlassReviewed, BreakGlassSeen, ConsultationsRecorded},
    emergency::{EmergencyDeclared, EmergencyEnded},
    erasure::{
        DomainErased, ErasureCompleted, ErasureRefused, ErasureRequested, ErasureRulesDefined,
        HoldLifted, HoldPlaced,
    },
    incident::{
        IncidentClassified, IncidentClosed, IncidentLocated, IncidentPrioritised, IncidentReceived,
        IncidentReopened, IncidentShared, IncidentTakenFor, IncidentUnshared, IncidentsLinked,
        NarrativeAdded, NarrativeCorrected,
    },
    premise::{PremiseNoteRetired, PremiseNoteSet},
    question::{QuestionAnswered, QuestionCardPublished, QuestionsRuled},
    recommendation::UnitsSuggested,
    response_plan::ResponsePlansPublished,
    undo::{CloseUndone, ClosureUndone, DispatchUndone, EndUndone, LiftUndone, StatusUndone},
    unit::{
        UnitCrewed, UnitDefined, UnitDefinedV1, UnitEquipped, UnitPutInService, UnitStatusSet,
        UnitTakenOutOfService,
    },
    welfare::{WelfareAnswered, WelfareAsked, WelfareMissed, WelfareRuleDefined},
};

/// The thing whose versions an event counts up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// The center's configuration.
    Center,
    /// One incident.
    Incident(IncidentId),
    /// One premise note.
    PremiseNote(NoteId),
    /// One closure of a street.
    Closure(ClosureId),
    /// The reads of one day, in days since 1970.
    Consultations(u32),
    /// One breaking of the glass.
    Grant(GrantId),
    /// One account; the rules of sign-in are those of the program itself.
    Account(ActorId),
    /// One unit, apart from its assignments.
    Unit(UnitId),
}

impl Stream {
    /// The stream as the ledger knows it: a kind and a number.
    pub const fn key(self) -> (u8, u64) {
        match self {
            Self::Center => (0, 0),
            Self::Incident(id) => (1, id.0),
            Self::Unit(id) => (2, id.0 as u64),
            Self::PremiseNote(id) => (8, id.0),
            Self::Closure(id) => (9, id.0),
            Self::Consultations(day) => (10, day as u64),
            Self::Grant(id) => (11, id.0),
            Self::Account(id) => (12, id.0),
        }
    }
}

/// One row of the table of event kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindRow {
    /// The number in the leaf; never reused.
    pub number: u16,
    /// The kind's name.
    pub name: &'static str,
    /// The schema version that this callbox writes.
    pub schema: u8,
    /// Why an emergency service may record this; a kind without a reason does not exist.
    pub reason: &'static str,
}

/// Makes the enum of all events out of the table's rows:
///
/// ```text
/// NUMBER Name schema VERSION STREAM, "reason", was 1 NameV1, was 2 NameV2;
/// ```
///
/// What follows `was` are the former versions, each a [`Former`] that lifts to the one after it.
macro_rules! events {
    ($(
        $number:literal $name:ident schema $schema:literal $stream:expr, $reason:literal
        $(, was $old:literal $before:ident)*;
    )*) => {
        /// Something that happened; each variant's struct documents its content.
        #[expect(missing_docs, reason = "each payload struct carries the documentation")]
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event {
            $($name($name)),*
        }

        /// Every event kind with its number, schema version and the reason that justifies it.
        pub const KINDS: &[KindRow] = &[
            $(KindRow {
                number: $number,
                name: stringify!($name),
                schema: $schema,
                reason: $reason,
            }),*
        ];

        impl Event {
            /// The kind's row in [`KINDS`].
            pub fn kind(&self) -> &'static KindRow {
                let number: u16 = match self {
                    $(Self::$name(_) => $number),*
                };
                KINDS.iter().find(|row| row.number == number).expect("every kind has a row")
            }

            /// The stream that the event belongs to.
            pub fn stream(&self) -> Stream {
                match self {
                    $(Self::$name(event) => {
                        let stream: fn(&$name) -> Stream = $stream;
                        stream(event)
                    }),*
                }
            }

            /// The open part's bytes, for the leaf.
            pub fn open(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(event) => to_bytes(event)),*
                }
            }

            /// The personal part's bytes, where the event has one.
            pub fn personal(&self) -> Option<Vec<u8>> {
                match self {
                    $(Self::$name(event) => event.personal()),*
                }
            }

            /// Reads a recorded event; without `personal` its personal part counts as erased.
            pub fn decode(
                kind: u16,
                schema: u8,
                open: &[u8],
                personal: Option<&[u8]>,
            ) -> Result<Self, DecodeError> {
                match (kind, schema) {
                    $(($number, $schema) => {
                        let name = stringify!($name);
                        let mut event: $name = from_bytes(open)
                            .map_err(|source| DecodeError::Malformed { name, part: "open", source })?;
                        if let Some(bytes) = personal {
                            event.restore(bytes).map_err(|source| {
                                DecodeError::Malformed { name, part: "personal", source }
                            })?;
                        }
                        Ok(Self::$name(event))
                    }
                    $(($number, $old) => {
                        let name = stringify!($name);
                        let mut before: $before = from_bytes(open)
                            .map_err(|source| DecodeError::Malformed { name, part: "open", source })?;
                        if let Some(bytes) = personal {
                            Former::restore(&mut before, bytes).map_err(|source| {
                                DecodeError::Malformed { name, part: "personal", source }
                            })?;
                        }
                        Ok(Self::$name(before.newest()))
                    })*)*
                    _ => Err(DecodeError::Newer { kind, schema }),
                }
            }

            fn apply(&self, center: &mut Center, entry: &Entry) {
                match self {
                    $(Self::$name(event) => event.evolve(center, entry)),*
                }
            }
        }

        $(
            // No version is left out: versions count from 1 to the present one.
            const _: () = assert!($schema == 1 $(+ { let former: u8 = $old; (former > 0) as u8 })*);

            impl Lifted for $name {
                type Newest = Self;

                fn newest(self) -> Self {
                    self
                }
            }
        )*

        $(impl From<$name> for Event {
            fn from(event: $name) -> Self {
                Self::$name(event)
            }
        })*
    };
}

#[cfg(test)]
pub(super) use events;

events! {
    1 CenterDefined schema 1 |_| Stream::Center, "names the center and its time zone for every record";
    2 AgencyDefined schema 1 |_| Stream::Center, "says which services the center dispatches";
    3 PriorityDefined schema 1 |_| Stream::Center, "orders calls by urgency";
    4 IncidentTypeDefined schema 1 |_| Stream::Center, "names the kinds of emergencies";
    5 UnitTypeDefined schema 1 |_| Stream::Center, "names the kinds of the service's own units";
    6 UnitStatusDefined schema 1 |_| Stream::Center, "maps an agency's status codes to fixed meanings";
    7 DispositionDefined schema 1 |_| Stream::Center, "names the ways in which an incident can end";
    8 StationDefined schema 1 |_| Stream::Center, "says where the service's own units stand when they are free";
    9 DispatchRulesDefined schema 1 |_| Stream::Center, "says what a recommendation of units reckons with";
    10 AreaDefined schema 1 |_| Stream::Center, "draws the parts of the map that response plans speak of";
    11 ResponsePlansPublished schema 1 |_| Stream::Center, "says which units an emergency needs, before it happens";
    12 TurnoutDefined schema 1 |_| Stream::Center, "says how long a kind of unit takes to leave its station";
    13 QuestionCardPublished schema 1 |_| Stream::Center, "says what callers are asked, so that nothing needed is forgotten";
    14 CallTemplateDefined schema 1 |_| Stream::Center, "a call that comes often is taken sooner, and the same way each time";
    15 PremiseNoteSet schema 1 |e| Stream::PremiseNote(e.note), "those who are sent to a place must know its hazards";
    16 PremiseNoteRetired schema 1 |e| Stream::PremiseNote(e.note), "a warning that holds no longer must not mislead";

    20 IncidentReceived schema 1 |e| Stream::Incident(e.incident), "a person asked for help";
    21 IncidentLocated schema 1 |e| Stream::Incident(e.incident), "help must know where to go";
    22 IncidentClassified schema 1 |e| Stream::Incident(e.incident), "the type decides which help is sent";
    23 IncidentPrioritised schema 1 |e| Stream::Incident(e.incident), "the priority decides how fast help is sent";
    24 NarrativeAdded schema 1 |e| Stream::Incident(e.incident), "what was learnt and done must reach those who help";
    25 NarrativeCorrected schema 1 |e| Stream::Incident(e.incident), "a wrong line is corrected in sight, never overwritten";
    26 IncidentsLinked schema 1 |e| Stream::Incident(e.incident), "two calls about one emergency must know of each other";
    27 IncidentClosed schema 1 |e| Stream::Incident(e.incident), "says how the incident ended";
    28 IncidentReopened schema 1 |e| Stream::Incident(e.incident), "says why a closed incident goes on";
    29 CallRecorded schema 1 |e| Stream::Incident(e.incident), "several people call about one emergency, and each may have to be called back";
    30 CallHandled schema 1 |e| Stream::Incident(e.incident), "who called and was not heard must be called back, and that must be seen";
    31 PlaceAssessed schema 1 |e| Stream::Incident(e.incident), "those who drive must know how sure the place is, and who says so";
    32 IncidentsMerged schema 1 |e| Stream::Incident(e.incident), "one emergency is worked on once, however many call";
    33 MergeUndone schema 1 |e| Stream::Incident(e.incident), "a merge by mistake is taken back in sight";
    34 IncidentScheduled schema 1 |e| Stream::Incident(e.incident), "help that is known to be needed later is not forgotten";
    35 ScheduleActivated schema 1 |e| Stream::Incident(e.incident), "says when help that was planned was really asked for";
    36 IncidentTransferred schema 1 |e| Stream::Incident(e.incident), "another center that takes over must be named";
    37 QuestionAnswered schema 1 |e| Stream::Incident(e.incident), "what a caller answers decides which help is sent";
    38 QuestionsRuled schema 1 |e| Stream::Incident(e.incident), "shows what the answers set by rule, apart from what a person chose";

    40 UnitDispatched schema 1 |e| Stream::Incident(e.incident), "commits one of the service's units to an incident";
    41 AssignmentProgressed schema 1 |e| Stream::Incident(e.incident), "times of the service's own work on one incident";
    42 AssignmentEnded schema 1 |e| Stream::Incident(e.incident), "says when and how a unit's work on an incident ended";
    43 DispatchUndone schema 1 |e| Stream::Incident(e.incident), "a slip in sending a unit is taken back in sight";
    44 StatusUndone schema 1 |e| Stream::Incident(e.incident), "a slip in a unit's status is taken back in sight";
    45 EndUndone schema 1 |e| Stream::Incident(e.incident), "a unit's work that was ended by a slip goes on";
    46 CloseUndone schema 1 |e| Stream::Incident(e.incident), "an incident that was closed by a slip stays open";
    47 IncidentStacked schema 1 |e| Stream::Incident(e.incident), "says which unit is to do a waiting call next";
    48 IncidentUnstacked schema 1 |e| Stream::Incident(e.incident), "a waiting call is no unit's next any more";

    60 UnitDefined schema 2 |e| Stream::Unit(e.unit), "names one of the service's own units", was 1 UnitDefinedV1;
    61 UnitPutInService schema 1 |e| Stream::Unit(e.unit), "a unit can be sent";
    62 UnitTakenOutOfService schema 1 |e| Stream::Unit(e.unit), "a unit cannot be sent";
    63 UnitStatusSet schema 1 |e| Stream::Unit(e.unit), "what a unit that is free is doing";
    64 UnitEquipped schema 1 |e| Stream::Unit(e.unit), "what a unit carries decides where it helps";
    65 UnitCrewed schema 1 |e| Stream::Unit(e.unit), "how many a unit's crew are and what they can do decides where it helps";
    66 UnitsSuggested schema 1 |e| Stream::Incident(e.incident), "shows why these units were sent, and on what that rested";
    69 ConditionSet schema 1 |_| Stream::Center, "a storm or a drought changes which units an emergency needs";

    70 WelfareAsked schema 1 |e| Stream::Incident(e.incident), "a crew at work is asked whether it is well";
    71 WelfareAnswered schema 1 |e| Stream::Incident(e.incident), "a crew at work says that it is well";
    72 WelfareMissed schema 1 |e| Stream::Incident(e.incident), "a crew at work may be in need of help";
    73 EmergencyDeclared schema 1 |e| Stream::Unit(e.unit), "a crew needs help itself, at once";
    74 EmergencyEnded schema 1 |e| Stream::Unit(e.unit), "a crew is out of need, and what was found";

    80 HoldPlaced schema 1 |e| Stream::Incident(e.incident), "a court or a complaint needs the record to be kept";
    81 HoldLifted schema 1 |e| Stream::Incident(e.incident), "says when and by whom a record need not be kept any more";
    82 ErasureRequested schema 1 |e| Stream::Incident(e.incident), "the law gives a right to erasure, and names its basis";
    83 ErasureRefused schema 1 |e| Stream::Incident(e.incident), "whoever asked for erasure is owed the reason why not";
    84 DomainErased schema 1 |e| Stream::Incident(e.incident), "says what was erased, by which law and by whom, without saying it";
    85 ErasureCompleted schema 1 |e| Stream::Incident(e.incident), "says from when on erased data is out of everybody's reach";
    86 ErasureRulesDefined schema 1 |_| Stream::Center, "says how long a request for erasure waits, so that a mistake can be stopped";

    90 ConsultationsRecorded schema 1 |e| Stream::Consultations(e.day), "whoever is read about can learn who read it and why";
    91 BreakGlassOpened schema 1 |e| Stream::Grant(e.grant), "where life is in danger a case can be read at once, and everybody can see that it was";
    92 BreakGlassSeen schema 1 |e| Stream::Grant(e.grant), "says that a second person knew of it while it lasted";
    93 BreakGlassReviewed schema 1 |e| Stream::Grant(e.grant), "somebody else judges whether it was right";

    99 ProgramRecorded schema 1 |_| Stream::Center, "says which version wrote what follows, so that an older one can name what reads it";

    100 ClockDefined schema 1 |_| Stream::Center, "says how long help may take, and by whose standard";
    101 ClockRemoved schema 1 |_| Stream::Center, "a time limit of the center no longer holds";
    102 AlarmRaised schema 1 |e| e.subject.stream(), "help is late and somebody must act";
    103 AlarmAcknowledged schema 1 |e| e.subject.stream(), "says who took on an alarm";
    104 AlarmEscalated schema 1 |e| e.subject.stream(), "nobody took on an alarm in time";
    105 WelfareRuleDefined schema 1 |_| Stream::Center, "says how often crews are asked whether they are well";

    110 StreetClosed schema 1 |e| Stream::Closure(e.closure), "help must not be sent by a way that is blocked";
    111 ClosureLifted schema 1 |e| Stream::Closure(e.closure), "help takes the shorter way again";
    112 ClosureExpired schema 1 |e| Stream::Closure(e.closure), "a closure that is over must not lead help astray";
    113 ClosureUndone schema 1 |e| Stream::Closure(e.closure), "a street that was closed by a slip is open, in sight";
    114 LiftUndone schema 1 |e| Stream::Closure(e.closure.id), "a street that was opened by a slip is closed, in sight";

    120 IncidentShared schema 1 |e| Stream::Incident(e.incident), "an agency that may have to help must know of the emergency";
    121 IncidentUnshared schema 1 |e| Stream::Incident(e.incident), "an agency that need not help any more need not see it";

    122 AccountAdded schema 1 |e| Stream::Account(e.account), "whoever acts in the service's name does so under an account that the record knows";
    123 AccountRoleSet schema 1 |e| Stream::Account(e.account), "what an account may do, and since when, decides whether an act was lawful";
    124 AccountBound schema 1 |e| Stream::Account(e.account), "says whose incidents an account may see, and since when";
    125 AccountSwitched schema 1 |e| Stream::Account(e.account), "says from when to when an account could be used";
    126 CredentialChanged schema 1 |e| Stream::Account(e.account), "an account that was taken over shows by when its credentials changed, and by whom";
    127 TokenIssued schema 1 |e| Stream::Account(e.account), "says which program may act with an account's rights, how far and how long";
    128 TokenEnded schema 1 |e| Stream::Account(e.account), "says from when on a program may not act any more";
    129 SignInRuleSet schema 1 |_| Stream::Account(ActorId::SYSTEM), "says what the center asked of those who signed in, and since when";
    130 SharingAgreed schema 1 |_| Stream::Center, "agencies that help each other see such emergencies from the first minute";
    131 SharingEnded schema 1 |_| Stream::Center, "an agency sees no more than what it helps with";
    132 IncidentTakenFor schema 1 |e| Stream::Incident(e.incident), "the agency that took a call works on it";
    133 DutySet schema 1 |e| Stream::Account(e.account), "who may change what the service does is at work, and the record says since when";
    134 AccountErased schema 1 |e| Stream::Account(e.account), "the law can ask that who left is named no longer, and the record says that it was done";
    135 AccountErasureCompleted schema 1 |e| Stream::Account(e.account), "an erasure is true only once keys and bytes are gone, and says when they were";
    136 AccountErasureRequested schema 1 |e| Stream::Account(e.account), "who left can ask to be named no longer, and a second person looks at it before it is done";
    137 AccountErasureRefused schema 1 |e| Stream::Account(e.account), "whoever asked to be named no longer is owed the reason why not";
}

impl Event {
    /// Whether it changes what the center is set up with, its units among it.
    pub fn is_configuration(&self) -> bool {
        matches!(self.stream(), Stream::Center) || matches!(self, Self::UnitDefined(_))
    }

    /// The incidents that the event touches, so that they can be loaded before it is folded.
    pub fn incidents(&self) -> Vec<IncidentId> {
        match (self, self.stream()) {
            (Self::IncidentReceived(_), _) => vec![],
            (Self::IncidentsLinked(linked), _) => vec![linked.incident, linked.other],
            (Self::IncidentsMerged(merged), _) => vec![merged.incident, merged.into],
            (Self::MergeUndone(undone), _) => vec![undone.incident, undone.from],
            (_, Stream::Incident(id)) => vec![id],
            _ => vec![],
        }
    }

    /// The incidents whose rows on a board the event changes, a new one included.
    pub fn shown_incidents(&self) -> Vec<IncidentId> {
        match self {
            Self::IncidentReceived(received) => vec![received.incident],
            _ => self.incidents(),
        }
    }

    /// The unit that the event touches.
    pub fn unit(&self) -> Option<UnitId> {
        match (self, self.stream()) {
            (Self::UnitDispatched(event), _) => Some(event.unit),
            (Self::AssignmentProgressed(event), _) => Some(event.unit),
            (Self::AssignmentEnded(event), _) => Some(event.unit),
            (Self::DispatchUndone(event), _) => Some(event.unit),
            (Self::StatusUndone(event), _) => Some(event.unit),
            (Self::EndUndone(event), _) => Some(event.unit),
            (Self::IncidentStacked(event), _) => Some(event.unit),
            (Self::IncidentUnstacked(event), _) => Some(event.unit),
            (Self::WelfareAsked(event), _) => Some(event.unit),
            (Self::WelfareAnswered(event), _) => Some(event.unit),
            (Self::WelfareMissed(event), _) => Some(event.unit),
            (Self::AlarmRaised(event), _) => event.subject.unit,
            (Self::AlarmAcknowledged(event), _) => event.subject.unit,
            (Self::AlarmEscalated(event), _) => event.subject.unit,
            (_, Stream::Unit(id)) => Some(id),
            _ => None,
        }
    }
}

impl Center {
    /// Folds a recorded event into the state; cannot fail.
    ///
    /// An entry that does not fit the state (which `decide` rules out) marks the center as broken,
    /// see [`Center::check`].
    pub fn evolve(&mut self, entry: &Entry) {
        entry.event.apply(self, entry);
        self.settle_alarms();
        self.count_up(entry);
    }
}
