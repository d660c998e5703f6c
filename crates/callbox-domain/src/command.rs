use crate::{
    Center, Context, Event, IncidentId, Refusal,
    account::KeepAccount,
    alarm::{AcknowledgeAlarm, RaiseAlarms},
    assignment::{
        CancelAssignment, ChangeUnitStatus, DispatchUnits, ReassignUnit, ReleaseUnit,
        StackIncident, UnstackIncident,
    },
    call::{
        ActivateScheduled, AssessPlace, HandleCall, MergeIncidents, RecordCall, TakeCall,
        TransferIncident, UnmergeIncident,
    },
    clock::{DefineClock, RemoveClock},
    closure::{CloseStreet, ExpireClosures, LiftClosure},
    configuration::{
        AgreeSharing, DefineAgency, DefineArea, DefineCallTemplate, DefineCenter,
        DefineDispatchRules, DefineDisposition, DefineIncidentType, DefinePriority, DefineStation,
        DefineTurnout, DefineUnitStatus, DefineUnitType, EndSharing, RecordProgram, SetCondition,
    },
    consultation::{BreakGlass, RecordConsultations, ReviewBreakGlass, SeeBreakGlass},
    emergency::{DeclareEmergency, EndEmergency},
    erasure::{
        ApproveErasure, CompleteErasure, DefineErasureRules, LiftHold, PlaceHold, RefuseErasure,
        RequestErasure,
    },
    incident::{
        AddNarrative, ClassifyIncident, CloseIncident, CorrectNarrative, LinkIncidents,
        LocateIncident, PrioritiseIncident, ReceiveIncident, ReopenIncident, ShareIncident,
        UnshareIncident,
    },
    premise::{RetirePremiseNote, SetPremiseNote},
    question::{AnswerQuestion, PublishCards},
    recommendation::SendSuggested,
    response_plan::PublishPlans,
    undo::Undo,
    unit::{CrewUnit, DefineUnit, EquipUnit, PutUnitInService, TakeUnitOutOfService},
    welfare::{AnswerWelfare, AskWelfare, DefineWelfareRule},
};

/// What a verb has to say: which events follow from it, or why not.
pub(crate) trait Verb {
    /// Decides without side effects; the same state, command and context give the same answer.
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal>;

    /// The incidents whose state the decision reads.
    fn incidents(&self) -> Vec<IncidentId> {
        Vec::new()
    }

    /// The same where it takes the state to tell: what is undone depends on who asks.
    fn incidents_in(&self, _center: &Center, _context: &Context) -> Vec<IncidentId> {
        self.incidents()
    }
}

macro_rules! commands {
    ($($name:ident),* $(,)?) => {
        /// An act that somebody asks for; each variant's struct documents its rules.
        #[expect(missing_docs, reason = "each payload struct carries the documentation")]
        #[derive(Clone, Debug, PartialEq)]
        pub enum Command {
            $($name($name)),*
        }

        impl Command {
            /// The names of all verbs.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// The verb's name, as in `DispatchUnits`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name)),*
                }
            }

            fn verb(&self) -> &dyn Verb {
                match self {
                    $(Self::$name(verb) => verb),*
                }
            }
        }

        $(impl From<$name> for Command {
            fn from(verb: $name) -> Self {
                Self::$name(verb)
            }
        })*
    };
}

commands![
    DefineCenter,
    DefineAgency,
    DefinePriority,
    DefineIncidentType,
    DefineUnitType,
    DefineUnitStatus,
    DefineDisposition,
    DefineStation,
    DefineDispatchRules,
    DefineTurnout,
    DefineArea,
    DefineCallTemplate,
    SetCondition,
    PublishPlans,
    PublishCards,
    DefineUnit,
    EquipUnit,
    CrewUnit,
    ReceiveIncident,
    LocateIncident,
    ClassifyIncident,
    PrioritiseIncident,
    AddNarrative,
    CorrectNarrative,
    LinkIncidents,
    ShareIncident,
    UnshareIncident,
    AgreeSharing,
    EndSharing,
    SetPremiseNote,
    RetirePremiseNote,
    CloseStreet,
    LiftClosure,
    ExpireClosures,
    TakeCall,
    RecordCall,
    HandleCall,
    AssessPlace,
    AnswerQuestion,
    MergeIncidents,
    UnmergeIncident,
    ActivateScheduled,
    TransferIncident,
    CloseIncident,
    ReopenIncident,
    DispatchUnits,
    SendSuggested,
    ChangeUnitStatus,
    CancelAssignment,
    ReassignUnit,
    ReleaseUnit,
    PutUnitInService,
    TakeUnitOutOfService,
    StackIncident,
    UnstackIncident,
    Undo,
    DefineClock,
    RemoveClock,
    RaiseAlarms,
    AcknowledgeAlarm,
    DefineWelfareRule,
    AskWelfare,
    AnswerWelfare,
    DeclareEmergency,
    EndEmergency,
    RecordProgram,
    DefineErasureRules,
    PlaceHold,
    LiftHold,
    RequestErasure,
    RefuseErasure,
    ApproveErasure,
    CompleteErasure,
    RecordConsultations,
    BreakGlass,
    SeeBreakGlass,
    ReviewBreakGlass,
    KeepAccount,
];

impl Command {
    /// The incidents whose state the decision reads, so that they can be loaded before it.
    pub fn incidents(&self, center: &Center, context: &Context) -> Vec<IncidentId> {
        self.verb().incidents_in(center, context)
    }
}

impl Center {
    /// Says which events follow from `command`, or why it is refused.
    ///
    /// No events mean that everything already is as asked for.
    pub fn decide(&self, command: &Command, context: &Context) -> Result<Vec<Event>, Refusal> {
        command.verb().decide(self, context)
    }
}
