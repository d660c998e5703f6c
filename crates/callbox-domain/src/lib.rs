//! The rules of a dispatch centre as pure functions.
//!
//! [`decide`](Center::decide) turns a [`Command`] into [`Event`]s or a [`Refusal`];
//! [`evolve`](Center::evolve) folds recorded [`Entry`]s into the [`Center`] and cannot fail.
//! What is absent: input and output, clocks, randomness, async. Facts that need them (the time,
//! the actor, a verified place) come in with the command and stand in the event, so that the same
//! functions run live, in recovery, in tests and in simulation.

mod account;
mod alarm;
mod assignment;
mod base;
mod call;
mod center;
mod clock;
mod closure;
mod command;
mod configuration;
mod consultation;
mod context;
mod emergency;
mod erasure;
mod event;
mod incident;
pub mod line;
mod premise;
pub mod question;
pub mod recommendation;
mod refusal;
pub mod report;
pub mod response_plan;
pub mod script;
pub mod sheet;
mod undo;
mod unit;
mod welfare;

pub use account::{
    Account, AccountAct, AccountErasure, AccountNames, AccountToken, Credential, CredentialChange,
    KeepAccount, MAX_DUTY_HOURS, OnDuty, SignInRule, SignInRules,
};
pub use alarm::{
    AcknowledgeAlarm, Acknowledged, Alarm, AlarmId, Cause, Due, EMERGENCY_ESCALATES_SECONDS,
    RaiseAlarms, Subject,
};
pub use assignment::{
    Assignment, AssignmentEnd, CancelAssignment, ChangeUnitStatus, DispatchUnits, Ended,
    ReassignUnit, ReleaseUnit, StackIncident, Stamps, UnstackIncident,
};
pub use base::{
    ActorId, AssignmentNo, ClosureId, Code, GrantId, IncidentId, LineNo, NoteId, Personal, Point,
    Table, Text, TextError, Timestamp, UnitId,
};
pub use call::{
    ActivateScheduled, AssessPlace, Assessed, Call, CallKind, Candidate, Checked, HandleCall,
    Handled, Handling, Intake, Likeness, MergeIncidents, PlaceSource, PlaceVerdict, RecordCall,
    Reported, Schedule, Sought, TakeCall, Transfer, TransferIncident, UnmergeIncident,
};
pub use center::{BrokenInvariant, CLOSED_AT_MOST, CLOSED_KEPT, Center};
pub use clock::{
    Clock, DefineClock, Moment, RemoveClock, Target, usual_clocks, usual_welfare_rule,
};
pub use closure::{
    CloseStreet, ClosedStretch, Closure, ClosureCause, ExpireClosures, LiftClosure, MAX_STRETCHES,
};
pub use command::Command;
pub use configuration::{
    Agency, AgreeSharing, Agreement, Area, CallTemplate, Configuration, DefineAgency, DefineArea,
    DefineCallTemplate, DefineCenter, DefineDispatchRules, DefineDisposition, DefineIncidentType,
    DefinePriority, DefineStation, DefineTurnout, DefineUnitStatus, DefineUnitType, DispatchRules,
    Disposition, EndSharing, IncidentType, Meaning, Priority, RecordProgram, SetCondition, Station,
    UnitStatus, UnitType,
};
pub use consultation::{
    BreakGlass, Consultation, ConsultationCounts, GLASS_SECONDS, Grant, GrantCounts, KeptRead,
    MAX_READ_BYTES, MAX_READS, MAX_UNREVIEWED, PurposeRow, ReadAct, ReadObject, ReadOutcome,
    ReadPurpose, ReadWords, RecordConsultations, ReviewBreakGlass, SeeBreakGlass,
};
pub use context::{Context, Entry, Purpose};
pub use emergency::{DeclareEmergency, Emergency, EmergencyCause, EndEmergency};
pub use erasure::{
    ApproveErasure, CompleteErasure, DefineErasureRules, Digest, Erased, ErasureCase, ErasureFacts,
    ErasureRequest, ErasureRules, Hold, LiftHold, PlaceHold, RefuseErasure, RequestErasure,
};
pub use event::{DecodeError, Event, KINDS, KindRow, Stream};
pub use incident::{
    AddNarrative, Caller, ClassifyIncident, CloseIncident, Closed, CorrectNarrative, Incident,
    IncidentState, Line, Link, LinkIncidents, LocateIncident, Place, PrioritiseIncident,
    ReceiveIncident, Relation, ReopenIncident, Reopened, ShareIncident, UnshareIncident,
};
pub use premise::{Hazard, NoteDetails, PremiseNote, RetirePremiseNote, SetPremiseNote};
pub use question::{
    AnswerKind, AnswerQuestion, Answered, Card, CardEdition, Given, PublishCards, Questions,
    Wording,
};
pub use recommendation::{
    Drive, Facts, Lateness, Note, Question, Recommendation, SendSuggested, Shortfall, Source,
    Suggestion, UnitFact, WhyNot,
};
pub use refusal::Refusal;
pub use response_plan::{
    Choice, Edition, Hours, LocalTime, Plan, PublishPlans, Requirement, Season, Tie, When,
};
pub use undo::{UNDO_SECONDS, Undo};
pub use unit::{
    Crew, CrewUnit, DefineUnit, EquipUnit, PutUnitInService, Shown, TakeUnitOutOfService, Unit,
};
pub use welfare::{AnswerWelfare, AskWelfare, DefineWelfareRule, Welfare, WelfareRule};

/// The payload structs of all events, for callers that match on them.
pub mod events {
    pub use crate::account::{
        AccountAdded, AccountBound, AccountErased, AccountErasureCompleted, AccountErasureRefused,
        AccountErasureRequested, AccountRoleSet, AccountSwitched, CredentialChanged, DutySet,
        SignInRuleSet, TokenEnded, TokenIssued,
    };
    pub use crate::alarm::{AlarmAcknowledged, AlarmEscalated, AlarmRaised};
    pub use crate::assignment::{
        AssignmentEnded, AssignmentProgressed, IncidentStacked, IncidentUnstacked, UnitDispatched,
    };
    pub use crate::call::{
        CallDetails, CallHandled, CallRecorded, IncidentScheduled, IncidentTransferred,
        IncidentsMerged, MergeUndone, PlaceAssessed, ScheduleActivated,
    };
    pub use crate::clock::{ClockDefined, ClockRemoved};
    pub use crate::closure::{ClosureExpired, ClosureLifted, StreetClosed};
    pub use crate::configuration::{
        AgencyDefined, AreaDefined, CallTemplateDefined, CenterDefined, ConditionSet,
        DispatchRulesDefined, DispositionDefined, IncidentTypeDefined, PriorityDefined,
        ProgramRecorded, SharingAgreed, SharingEnded, StationDefined, TurnoutDefined,
        UnitStatusDefined, UnitTypeDefined,
    };
    pub use crate::consultation::{
        BreakGlassOpened, BreakGlassReviewed, BreakGlassSeen, ConsultationsRecorded,
    };
    pub use crate::emergency::{EmergencyDeclared, EmergencyEnded};
    pub use crate::erasure::{
        DomainErased, ErasureCompleted, ErasureRefused, ErasureRequested, ErasureRulesDefined,
        HoldLifted, HoldPlaced,
    };
    pub use crate::incident::{
        IncidentClassified, IncidentClosed, IncidentLocated, IncidentPrioritised, IncidentReceived,
        IncidentReopened, IncidentShared, IncidentTakenFor, IncidentUnshared, IncidentsLinked,
        NarrativeAdded, NarrativeCorrected, ReceivedDetails,
    };
    pub use crate::premise::{PremiseNoteRetired, PremiseNoteSet};
    pub use crate::question::{QuestionAnswered, QuestionCardPublished, QuestionsRuled};
    pub use crate::recommendation::UnitsSuggested;
    pub use crate::response_plan::ResponsePlansPublished;
    pub use crate::undo::{
        CloseUndone, ClosureUndone, DispatchUndone, EndUndone, LiftUndone, StatusUndone,
    };
    pub use crate::unit::{
        UnitCrewed, UnitDefined, UnitEquipped, UnitPutInService, UnitStatusSet,
        UnitTakenOutOfService,
    };
    pub use crate::welfare::{WelfareAnswered, WelfareAsked, WelfareMissed, WelfareRuleDefined};
}
