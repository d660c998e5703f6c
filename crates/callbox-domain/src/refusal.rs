use thiserror::Error;

use crate::{
    ActorId, AlarmId, ClosureId, Code, GrantId, IncidentId, LineNo, Meaning, NoteId, Timestamp,
    undo::UNDO_SECONDS,
};

macro_rules! codes {
    ($($variant:pat => $code:literal,)*) => {
        /// The codes of all refusals.
        pub const CODES: &[&str] = &[$($code),*];

        /// The refusal's name for programs, as in `unit-committed`; stable.
        pub const fn code(&self) -> &'static str {
            match self {
                $($variant => $code),*
            }
        }
    };
}

/// Why the rules do not let an act happen.
///
/// `Display` says what is wrong, [`hint`](Refusal::hint) what to do instead, and
/// [`code`](Refusal::code) is for programs.
#[derive(Clone, Debug, PartialEq, Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum Refusal {
    #[error("there is no incident {0}")]
    UnknownIncident(IncidentId),
    #[error("there is no unit {0}")]
    UnknownUnit(String),
    #[error("there is no {what} {code}")]
    UnknownCode {
        what: &'static str,
        code: Code,
        known: Vec<Code>,
    },
    #[error("incident {0} is closed")]
    IncidentClosed(IncidentId),
    #[error("incident {incident} is merged into {into}")]
    IncidentMerged {
        incident: IncidentId,
        into: IncidentId,
    },
    #[error("incident {incident} is not merged into {into}")]
    NotMerged {
        incident: IncidentId,
        into: IncidentId,
    },
    #[error("incident {0} is not scheduled")]
    NotScheduled(IncidentId),
    #[error("the scheduled time is not in the future")]
    NotInTheFuture,
    #[error("there is no premise note {0}")]
    UnknownNote(NoteId),
    #[error("the premise note is out of its bounds")]
    NoteOutOfBounds,
    #[error("there is no closure {0} in force")]
    UnknownClosure(ClosureId),
    #[error("the closure is out of its bounds")]
    ClosureOutOfBounds,
    #[error("incident {incident} has no call {call}")]
    UnknownCall { incident: IncidentId, call: u16 },
    #[error("incident {0} is not closed")]
    IncidentOpen(IncidentId),
    #[error("{unit} is on incident {incident}")]
    UnitCommitted { unit: Code, incident: IncidentId },
    #[error("{unit} is on incident {incident} and cannot go out of service")]
    StillOnIncident { unit: Code, incident: IncidentId },
    #[error("{unit} is out of service")]
    UnitOutOfService { unit: Code },
    #[error("{unit} is in service already")]
    UnitInService { unit: Code },
    #[error("{unit} is already on incident {incident}")]
    AlreadyAssigned { unit: Code, incident: IncidentId },
    #[error("{unit} is not on any incident")]
    NotCommitted { unit: Code },
    #[error("{unit} is not on incident {incident}")]
    NotAssigned { unit: Code, incident: IncidentId },
    #[error("{unit} is on more than one incident: {}", join(incidents))]
    WhichIncident {
        unit: Code,
        incidents: Vec<IncidentId>,
    },
    #[error(
        "{unit} is {} on incident {incident}, {} comes before that",
        current.words(),
        wanted.words()
    )]
    Backward {
        unit: Code,
        incident: IncidentId,
        current: Meaning,
        wanted: Meaning,
    },
    #[error("{unit} has the status {status} already")]
    SameStatus { unit: Code, status: Code },
    #[error("{unit} has arrived at incident {incident}, its dispatch cannot be cancelled any more")]
    HasArrived { unit: Code, incident: IncidentId },
    #[error("the status {status} means 'dispatched', which needs an incident")]
    DispatchNeedsIncident { status: Code },
    #[error("the center has no unit status that means '{}'", .0.words())]
    NoStatusFor(Meaning),
    #[error("the status {status} means '{}', and units may have it already", meaning.words())]
    MeaningIsFixed { status: Code, meaning: Meaning },
    #[error("the status {status} means '{}', not '{}'", meaning.words(), wanted.words())]
    WrongMeaning {
        status: Code,
        meaning: Meaning,
        wanted: Meaning,
    },
    #[error("incident {incident} still has {}", join(units))]
    UnitsStillAssigned {
        incident: IncidentId,
        units: Vec<Code>,
    },
    #[error("incident {incident} has no narrative line {line}")]
    UnknownLine { incident: IncidentId, line: LineNo },
    #[error("an incident cannot be linked to itself")]
    LinkToItself,
    #[error("no unit was named")]
    NothingToDispatch,
    #[error("plan {plan} has {alarms} alarms, not {alarm}")]
    NoSuchAlarm { plan: Code, alarm: u8, alarms: u8 },
    #[error("alarm {alarm} of incident {incident} has all its units")]
    AlarmComplete { incident: IncidentId, alarm: u8 },
    #[error("nobody that alarm {alarm} of incident {incident} still needs can be sent")]
    NobodyFree { incident: IncidentId, alarm: u8 },
    #[error("no plan is for incident {0}")]
    NoPlanFor(IncidentId),
    #[error("{unit} was named twice")]
    NamedTwice { unit: Code },
    #[error("{unit} has no crew: it is out with {other} on incident {incident}")]
    CrewIsOut {
        unit: Code,
        other: Code,
        incident: IncidentId,
    },
    #[error("the plan {plan}: {why}")]
    BadPlan { plan: Code, why: &'static str },
    #[error("the question card {card}{}: {why}", at_question(question))]
    BadCard {
        card: Code,
        question: String,
        why: &'static str,
    },
    #[error("this is no answer to {question}")]
    BadAnswer { question: Code },
    #[error("the area {area} has neither three corners nor members")]
    TooFewCorners { area: Code },
    #[error("the area {area} is part of another one and has to have corners of its own")]
    AreaOfAreas { area: Code },
    #[error("{what} has more than {max} entries")]
    TooMany { what: &'static str, max: usize },
    #[error("{unit} has begun to work on incident {incident}")]
    WorkBegun { unit: Code, incident: IncidentId },
    #[error("incident {incident} is not on the stack of {unit}")]
    NotStacked { unit: Code, incident: IncidentId },
    #[error("a clock cannot stop before it starts, nor with a moment of another kind")]
    ClockOrder,
    #[error("{0} percent is no share")]
    NotAShare(u8),
    #[error("a crew needs time to answer")]
    NoTimeToAnswer,
    #[error("it raises an alarm after {alarm} s, before it stands out after {warn} s")]
    AlarmBeforeWarning { warn: u32, alarm: u32 },
    #[error("nobody is at incident {0} who could be asked")]
    NobodyToAsk(IncidentId),
    #[error("{unit} has no emergency")]
    NoEmergency { unit: Code },
    #[error("there is no {0}, or it is over")]
    UnknownAlarm(AlarmId),
    #[error("there is nothing of yours to undo")]
    NothingToUndo,
    #[error("that was more than {UNDO_SECONDS} seconds ago")]
    TooLateToUndo,
    #[error("something has happened since to what would be undone")]
    ChangedSince,
    #[error("what was personal in incident {0} is erased")]
    IncidentErased(IncidentId),
    #[error("incident {0} is not erased")]
    NotErased(IncidentId),
    #[error("incident {0} is open")]
    NotClosed(IncidentId),
    #[error("incident {incident} is on legal hold: {}", join(bases))]
    OnHold {
        incident: IncidentId,
        bases: Vec<Code>,
    },
    #[error("incident {incident} has no legal hold {basis}")]
    NotOnHold { incident: IncidentId, basis: Code },
    #[error("the erasure of incident {0} is asked for already")]
    AlreadyRequested(IncidentId),
    #[error("nobody asks for the erasure of incident {0}")]
    NotRequested(IncidentId),
    #[error("who asked for an erasure cannot approve it")]
    SameActor,
    #[error("the waiting period ends at {0}")]
    TooEarly(Timestamp),
    #[error("incident {0} has just changed")]
    Outdated(IncidentId),
    #[error("there is no grant {0} that waits for a review")]
    UnknownGrant(GrantId),
    #[error("who broke the glass cannot judge it")]
    OwnGrant(GrantId),
    #[error("there is no account {} on the record", .0.0)]
    UnknownAccount(ActorId),
    #[error("account {} or its login name is on the record already", .0.0)]
    AccountTaken(ActorId),
    #[error("account {} is in use", .0.0)]
    AccountInUse(ActorId),
    #[error("the erasure of the names of account {} is asked for already", .0.0)]
    AccountErasureAsked(ActorId),
    #[error("nobody asks for the erasure of the names of account {}", .0.0)]
    AccountErasureNotAsked(ActorId),
    #[error("two people erase the names of account {}: one asks, another one approves", .0.0)]
    AccountErasureNeedsTwo(ActorId),
    #[error("the names of account {} are erased", .0.0)]
    AccountErased(ActorId),
    #[error("a duty ends within 24 hours from now")]
    DutyOutOfBounds,
    #[error("there is no token {0} on the record")]
    UnknownToken(u64),
    #[error("{0} grants of yours wait for a review")]
    ReviewsDue(usize),
    #[error("{0} shows itself what it has")]
    SharesWithItself(Code),
    #[error("{what} is {agency}'s")]
    OfAgency { what: Code, agency: Code },
    #[error("this is not for {agency} to decide")]
    NotTheirs { agency: Code },
    #[error("{what} is full: at most {max}")]
    Full { what: &'static str, max: usize },
}

impl Refusal {
    /// What the person can do instead.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownIncident(_) => "check the number on the board or in the history".into(),
            Self::UnknownUnit(_) => "check the call sign in the list of units".into(),
            Self::UnknownCode { what, known, .. } if known.is_empty() => {
                format!("no {what} is defined yet: define it first")
            }
            Self::UnknownCode { known, .. } => format!("use one of: {}", join(known)),
            Self::IncidentClosed(_) => "reopen it first, with a reason".into(),
            Self::IncidentMerged { incident, into } => {
                format!("work on {into}, or take the merge of {incident} back first")
            }
            Self::NotMerged { .. } => "check which incident it is merged into".into(),
            Self::NotScheduled(_) => "it waits for units already".into(),
            Self::NotInTheFuture => "leave the time out for a call that begins now".into(),
            Self::UnknownNote(_) => "check the number in the list of notes".into(),
            Self::NoteOutOfBounds => {
                "let it end within two years, be reviewed before that, and hold within 2,000 m"
                    .into()
            }
            Self::UnknownClosure(_) => "check the number in the list of closures".into(),
            Self::ClosureOutOfBounds => {
                "close between 1 and 200 pieces of street, and let it end within two years".into()
            }
            Self::UnknownCall { .. } => "refer to a call that is there".into(),
            Self::IncidentOpen(_) => "nothing needs to be reopened".into(),
            Self::UnitCommitted { unit, incident } => format!(
                "reassign {unit} from {incident}, wait until it is available, or dispatch it \
                 expressly although it is committed"
            ),
            Self::StillOnIncident { .. } => "make it available, cancel or reassign it first".into(),
            Self::UnitOutOfService { unit } => format!("put {unit} in service first"),
            Self::UnitInService { .. } => "nothing to do".into(),
            Self::AlreadyAssigned { .. } => "leave it out, or change its status".into(),
            Self::NotCommitted { unit } => format!("dispatch {unit} to an incident first"),
            Self::NotAssigned { .. } => "check the incident's units".into(),
            Self::WhichIncident { .. } => "say which incident is meant".into(),
            Self::Backward { .. } => {
                "send it as a correction if the later status was set by mistake".into()
            }
            Self::SameStatus { .. } => "nothing to do".into(),
            Self::HasArrived { unit, .. } => format!("make {unit} available instead"),
            Self::DispatchNeedsIncident { .. } => "dispatch the unit to an incident".into(),
            Self::NoStatusFor(meaning) => {
                format!("define a unit status that means '{}'", meaning.words())
            }
            Self::MeaningIsFixed { .. } => "define a new status with another code".into(),
            Self::WrongMeaning { wanted, .. } => {
                format!("use a status that means '{}'", wanted.words())
            }
            Self::UnitsStillAssigned { .. } => {
                "make them available, cancel or reassign them first".into()
            }
            Self::UnknownLine { .. } => "refer to a line that is there".into(),
            Self::LinkToItself => "name two different incidents".into(),
            Self::NothingToDispatch | Self::NoPlanFor(_) => "name at least one unit".into(),
            Self::NoSuchAlarm { .. } => "ask for one of them, or name units".into(),
            Self::AlarmComplete { .. } => "ask for the next alarm, or name units".into(),
            Self::NobodyFree { .. } => {
                "name units that may come instead, move some from elsewhere, or call for mutual aid"
                    .into()
            }
            Self::NamedTwice { .. } => "name each unit once".into(),
            Self::CrewIsOut { other, .. } => {
                format!("send another unit, or take {other} off its incident first")
            }
            Self::BadPlan { .. } => "correct the plan and publish all again".into(),
            Self::BadCard { .. } => "correct the card and publish all again".into(),
            Self::BadAnswer { .. } => {
                "use one of its answers, a whole number where one is asked for, or unknown".into()
            }
            Self::TooFewCorners { .. } => {
                "give its corners in order, or the areas that it is made of".into()
            }
            Self::AreaOfAreas { .. } => "an area is made of areas with corners".into(),
            Self::TooMany { .. } => "leave some out".into(),
            Self::WorkBegun { unit, .. } => {
                format!("send another unit, or take {unit} expressly from its work")
            }
            Self::NotStacked { .. } => "check the unit's stack".into(),
            Self::ClockOrder => {
                "take two moments of the incident, or two of a unit's work, the earlier first"
                    .into()
            }
            Self::NotAShare(_) => "use 1 to 100".into(),
            Self::AlarmBeforeWarning { .. } => {
                "let it stand out first: give the alarm as many seconds or more".into()
            }
            Self::NoTimeToAnswer => "give at least one second, such as 60".into(),
            Self::NobodyToAsk(_) => {
                "name a unit that is on its way, or wait until one arrives".into()
            }
            Self::NoEmergency { .. } => "nothing to do".into(),
            Self::UnknownAlarm(_) => "nothing to do".into(),
            Self::NothingToUndo => {
                "units sent, statuses, ends of assignments and closings can be undone".into()
            }
            Self::TooLateToUndo | Self::ChangedSince => {
                "put it right by an act of its own: cancel, correct, reopen".into()
            }
            Self::IncidentErased(_) => {
                "nothing is added to it any more: record what follows in a new incident".into()
            }
            Self::NotErased(_) => "nothing to do".into(),
            Self::NotClosed(_) => "close it first".into(),
            Self::OnHold { .. } => "lift the hold first, once its reason has ended".into(),
            Self::NotOnHold { .. } => "check the incident's legal holds".into(),
            Self::AlreadyRequested(_) => "wait for its approval, or refuse it and ask anew".into(),
            Self::NotRequested(_) => "ask for it first, with its legal basis".into(),
            Self::SameActor => "let a second supervisor decide".into(),
            Self::TooEarly(_) => "approve it then, or refuse it now".into(),
            Self::Outdated(_) => "look at it and approve again".into(),
            Self::UnknownGrant(_) => "check the number in the list of grants".into(),
            Self::OwnGrant(_) => "let somebody else look at it".into(),
            Self::UnknownAccount(_) => "check the login name in the list of accounts".into(),
            Self::AccountTaken(_) => "choose another login name".into(),
            Self::AccountInUse(_) => "take it out of use first".into(),
            Self::AccountErasureAsked(_) => {
                "let another administrator approve it, or refuse it and ask anew".into()
            }
            Self::AccountErasureNotAsked(_) => "ask for it first, with its legal basis".into(),
            Self::AccountErasureNeedsTwo(_) => {
                "let an administrator do it who did not ask; a program does neither".into()
            }
            Self::AccountErased(_) => "make a new account".into(),
            Self::DutyOutOfBounds => "give 1 to 24 hours, and sign on anew after that".into(),
            Self::UnknownToken(_) => "check the number in the list of tokens".into(),
            Self::ReviewsDue(_) => "ask a supervisor to read it, or to review yours first".into(),
            Self::SharesWithItself(_) => "name two different agencies".into(),
            Self::OfAgency { agency, .. } => {
                format!("ask {agency}, or somebody whose account is of the whole center")
            }
            Self::NotTheirs { .. } => "ask somebody whose account is of the whole center".into(),
            Self::Full { .. } => "open a new incident and link the two".into(),
        }
    }

    codes! {
        Self::UnknownIncident(_) => "unknown-incident",
        Self::UnknownUnit(_) => "unknown-unit",
        Self::UnknownCode { .. } => "unknown-code",
        Self::IncidentClosed(_) => "incident-closed",
        Self::IncidentMerged { .. } => "incident-merged",
        Self::NotMerged { .. } => "not-merged",
        Self::NotScheduled(_) => "not-scheduled",
        Self::NotInTheFuture => "not-in-the-future",
        Self::UnknownNote(_) => "unknown-note",
        Self::NoteOutOfBounds => "note-out-of-bounds",
        Self::UnknownClosure(_) => "unknown-closure",
        Self::ClosureOutOfBounds => "closure-out-of-bounds",
        Self::UnknownCall { .. } => "unknown-call",
        Self::IncidentOpen(_) => "incident-open",
        Self::UnitCommitted { .. } => "unit-committed",
        Self::StillOnIncident { .. } => "still-on-incident",
        Self::UnitOutOfService { .. } => "unit-out-of-service",
        Self::UnitInService { .. } => "unit-in-service",
        Self::AlreadyAssigned { .. } => "already-assigned",
        Self::NotCommitted { .. } => "not-committed",
        Self::NotAssigned { .. } => "not-assigned",
        Self::WhichIncident { .. } => "which-incident",
        Self::Backward { .. } => "backward",
        Self::SameStatus { .. } => "same-status",
        Self::HasArrived { .. } => "has-arrived",
        Self::DispatchNeedsIncident { .. } => "dispatch-needs-incident",
        Self::NoStatusFor(_) => "no-status-for-meaning",
        Self::MeaningIsFixed { .. } => "meaning-is-fixed",
        Self::WrongMeaning { .. } => "wrong-meaning",
        Self::UnitsStillAssigned { .. } => "units-still-assigned",
        Self::UnknownLine { .. } => "unknown-line",
        Self::LinkToItself => "link-to-itself",
        Self::NothingToDispatch => "nothing-to-dispatch",
        Self::NoSuchAlarm { .. } => "no-such-alarm",
        Self::AlarmComplete { .. } => "alarm-complete",
        Self::NobodyFree { .. } => "nobody-free",
        Self::NoPlanFor(_) => "no-plan-for",
        Self::NamedTwice { .. } => "named-twice",
        Self::CrewIsOut { .. } => "crew-is-out",
        Self::BadPlan { .. } => "bad-plan",
        Self::BadCard { .. } => "bad-card",
        Self::BadAnswer { .. } => "bad-answer",
        Self::TooFewCorners { .. } => "too-few-corners",
        Self::AreaOfAreas { .. } => "area-of-areas",
        Self::TooMany { .. } => "too-many",
        Self::WorkBegun { .. } => "work-begun",
        Self::NotStacked { .. } => "not-stacked",
        Self::ClockOrder => "clock-order",
        Self::NotAShare(_) => "not-a-share",
        Self::NoTimeToAnswer => "no-time-to-answer",
        Self::AlarmBeforeWarning { .. } => "alarm-before-warning",
        Self::NobodyToAsk(_) => "nobody-to-ask",
        Self::NoEmergency { .. } => "no-emergency",
        Self::UnknownAlarm(_) => "unknown-alarm",
        Self::NothingToUndo => "nothing-to-undo",
        Self::TooLateToUndo => "too-late-to-undo",
        Self::ChangedSince => "changed-since",
        Self::IncidentErased(_) => "incident-erased",
        Self::NotErased(_) => "not-erased",
        Self::NotClosed(_) => "not-closed",
        Self::OnHold { .. } => "on-hold",
        Self::NotOnHold { .. } => "not-on-hold",
        Self::AlreadyRequested(_) => "already-requested",
        Self::NotRequested(_) => "not-requested",
        Self::SameActor => "same-actor",
        Self::TooEarly(_) => "too-early",
        Self::Outdated(_) => "outdated",
        Self::UnknownGrant(_) => "unknown-grant",
        Self::OwnGrant(_) => "own-grant",
        Self::UnknownAccount(_) => "unknown-account",
        Self::AccountTaken(_) => "account-taken",
        Self::AccountInUse(_) => "account-in-use",
        Self::AccountErasureAsked(_) => "account-erasure-asked",
        Self::AccountErasureNotAsked(_) => "account-erasure-not-asked",
        Self::AccountErasureNeedsTwo(_) => "account-erasure-needs-two",
        Self::AccountErased(_) => "account-erased",
        Self::DutyOutOfBounds => "duty-out-of-bounds",
        Self::UnknownToken(_) => "unknown-token",
        Self::ReviewsDue(_) => "reviews-due",
        Self::SharesWithItself(_) => "shares-with-itself",
        Self::OfAgency { .. } => "of-agency",
        Self::NotTheirs { .. } => "not-theirs",
        Self::Full { .. } => "full",
    }

    /// Whether the refusal is about something that does not exist.
    pub const fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::UnknownIncident(_)
                | Self::UnknownUnit(_)
                | Self::UnknownLine { .. }
                | Self::UnknownCall { .. }
                | Self::UnknownAlarm(_)
                | Self::UnknownNote(_)
                | Self::UnknownClosure(_)
                | Self::UnknownGrant(_)
                | Self::UnknownAccount(_)
                | Self::UnknownToken(_)
        )
    }
}

fn at_question(question: &str) -> String {
    match question {
        "" => String::new(),
        question => format!(", question {question}"),
    }
}

fn join<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
