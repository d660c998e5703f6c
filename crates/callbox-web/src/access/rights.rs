//! Who may do what: one table, and what it does not grant is refused.

use std::fmt;

use serde::Serialize;

use super::{Scope, Stage};

/// What somebody is at the center; an account has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Answers calls and records what callers say.
    CallTaker,
    /// Sends units and keeps their state.
    Dispatcher,
    /// Leads the shift and sets the center up.
    Supervisor,
    /// Keeps the accounts and the server; sees no incident.
    Administrator,
    /// Checks the record from outside the shift: reads its events' public parts, and nobody's data.
    Auditor,
    /// Is no person but a system: the terminals that report where units are.
    Service,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::CallTaker,
        Self::Dispatcher,
        Self::Supervisor,
        Self::Administrator,
        Self::Auditor,
        Self::Service,
    ];

    /// The name in interfaces, as in `call-taker`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallTaker => "call-taker",
            Self::Dispatcher => "dispatcher",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Something that a route does, for which somebody needs a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Reads what anybody may know: the server's health, the record's checkpoint, styles.
    ReadOpenly,
    /// Shows who one is, or asks to.
    SignIn,
    /// Reads or ends one's own session.
    OwnSession,
    /// Proves oneself further, once the first proof was right.
    FinishSignIn,
    /// Sees and changes how one signs in.
    OwnAccount,
    /// Gives oneself another password.
    OwnPassword,
    /// Sees who is on duty, and signs on and off duty oneself.
    OwnDuty,
    /// Signs others on and off duty.
    KeepDuty,
    /// Makes, changes and ends accounts of others.
    KeepAccounts,
    /// Reads the live board.
    ReadBoard,
    /// Reads an incident with its caller and narrative.
    ReadIncident,
    /// Reads closed incidents.
    ReadHistory,
    /// Reads premise notes and what happened at a place before.
    ReadPremises,
    /// Sets and retires premise notes.
    KeepPremises,
    /// Closes streets and opens them again.
    CloseStreets,
    /// Takes a call.
    ReceiveIncident,
    /// Sets or corrects place, type, priority and links.
    DescribeIncident,
    /// Adds or corrects narrative lines.
    Narrate,
    /// Sends, reassigns and cancels units.
    Dispatch,
    /// Records what a unit does.
    ChangeUnitStatus,
    /// Takes an alarm on.
    AcknowledgeAlarm,
    /// Puts units in and out of service.
    ChangeService,
    /// Closes an incident.
    CloseIncident,
    /// Reopens a closed incident.
    ReopenIncident,
    /// Records what happened longer ago than a late entry may lie.
    EnterHistory,
    /// Defines types, statuses, units.
    Configure,
    /// Agrees that an agency shows another one its incidents of a type, and ends that.
    AgreeSharing,
    /// Hands the whole record of an incident out, with proofs.
    HandOut,
    /// Reads what is held, asked for and erased.
    ReadErasures,
    /// Places holds, asks for erasures and decides about them.
    DecideErasures,
    /// Reads the public part of every event: kinds, times, pseudonyms; never personal data.
    AuditRecord,
    /// Reports where the service's own units are.
    ReportPositions,
    /// Says for which purpose something is read.
    StatePurpose,
    /// Sees what is recorded of one's own reads.
    ReadOwnReads,
    /// Judges whether the glass was rightly broken.
    ReviewBreakGlass,
    /// Sees who can see and do what.
    ReadRights,
    /// Reads who read what.
    ReadConsultations,
    /// Reads figures about the service's work: no names, places or words.
    ReadReports,
    /// Reads what hangs on the wall: figures and blocks.
    ReadWall,
    /// Reads the server's own figures.
    ReadMetrics,
}

impl Action {
    /// Whether it is so grave that who does it has to prove again who they are.
    pub(crate) const fn is_grave(self) -> bool {
        matches!(self, Self::KeepAccounts)
    }

    /// Whether it changes what the service does now, so that a center may keep it for those on duty.
    ///
    /// Reading has its own rules, which ask for a purpose; keeping accounts, rules and the record is work of
    /// the office. Each action is named, so that a new one is decided about.
    pub(crate) const fn is_for_those_on_duty(self) -> bool {
        match self {
            Self::KeepPremises
            | Self::CloseStreets
            | Self::ReceiveIncident
            | Self::DescribeIncident
            | Self::Narrate
            | Self::Dispatch
            | Self::ChangeUnitStatus
            | Self::AcknowledgeAlarm
            | Self::ChangeService
            | Self::CloseIncident
            | Self::ReopenIncident
            | Self::EnterHistory => true,
            Self::ReadOpenly
            | Self::SignIn
            | Self::OwnSession
            | Self::FinishSignIn
            | Self::OwnAccount
            | Self::OwnPassword
            | Self::OwnDuty
            | Self::KeepDuty
            | Self::KeepAccounts
            | Self::ReadBoard
            | Self::ReadIncident
            | Self::ReadHistory
            | Self::ReadPremises
            | Self::Configure
            | Self::AgreeSharing
            | Self::HandOut
            | Self::ReadErasures
            | Self::DecideErasures
            | Self::AuditRecord
            // Systems have no duty.
            | Self::ReportPositions
            | Self::StatePurpose
            | Self::ReadOwnReads
            | Self::ReviewBreakGlass
            | Self::ReadRights
            | Self::ReadConsultations
            | Self::ReadReports
            | Self::ReadWall
            | Self::ReadMetrics => false,
        }
    }

    /// Whether somebody may do it who has come only so far in signing in; `reads` where it changes nothing.
    ///
    /// Who has a password that somebody else set does nothing but set another one: whoever else knows it
    /// could add a passkey or an authenticator that outlives it.
    pub(crate) const fn is_open_at(self, stage: Stage, reads: bool) -> bool {
        match stage {
            Stage::Full => true,
            Stage::Code => matches!(self, Self::FinishSignIn),
            Stage::Password => {
                matches!(self, Self::OwnPassword) || reads && matches!(self, Self::OwnAccount)
            }
            Stage::Enrol => matches!(self, Self::OwnAccount | Self::OwnPassword),
        }
    }

    /// Whether a token with this scope may be used for it.
    pub(crate) const fn is_open_to(self, scope: Scope, reads: bool) -> bool {
        if self.is_grave()
            || matches!(
                self,
                Self::OwnAccount | Self::OwnPassword | Self::FinishSignIn
            )
        {
            return false;
        }
        match scope {
            Scope::Account => true,
            Scope::Read => reads || matches!(self, Self::StatePurpose),
            Scope::Positions => matches!(self, Self::ReportPositions),
            Scope::Metrics => matches!(self, Self::ReadMetrics),
        }
    }
}

/// Who has a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Anybody, signed in or not.
    Anybody,
    /// These roles.
    Only(&'static [Role]),
}

const EVERY_ROLE: Who = Who::Only(&Role::ALL);
const PEOPLE: Who = Who::Only(&[Role::CallTaker, Role::Dispatcher, Role::Supervisor]);
const AUDITORS: Who = Who::Only(&[Role::Auditor]);
const SERVICES: Who = Who::Only(&[Role::Service]);
const DISPATCHERS: Who = Who::Only(&[Role::Dispatcher, Role::Supervisor]);
const ADMINISTRATORS: Who = Who::Only(&[Role::Administrator]);
const KEEPERS: Who = Who::Only(&[Role::Supervisor, Role::Administrator]);
const OVERSEERS: Who = Who::Only(&[Role::Supervisor, Role::Auditor]);
const SUPERVISORS: Who = Who::Only(&[Role::Supervisor]);

/// The table: action, who may, and how to say what it is in 'you may not …'.
pub(crate) const RIGHTS: &[(Action, Who, &str)] = &[
    (Action::ReadOpenly, Who::Anybody, "read what is open to all"),
    (Action::SignIn, Who::Anybody, "sign in"),
    (Action::OwnSession, EVERY_ROLE, "see your own session"),
    (Action::FinishSignIn, EVERY_ROLE, "finish signing in"),
    (Action::OwnAccount, EVERY_ROLE, "see your own account"),
    (Action::OwnPassword, EVERY_ROLE, "set your own password"),
    (Action::OwnDuty, PEOPLE, "sign on and off duty"),
    (Action::KeepDuty, SUPERVISORS, "sign others on and off duty"),
    (Action::KeepAccounts, ADMINISTRATORS, "keep accounts"),
    (Action::ReadBoard, PEOPLE, "see the board"),
    (Action::ReadIncident, PEOPLE, "read incidents"),
    (Action::ReadHistory, PEOPLE, "read closed incidents"),
    (Action::ReadPremises, PEOPLE, "read premise notes"),
    (Action::KeepPremises, SUPERVISORS, "keep premise notes"),
    (Action::CloseStreets, DISPATCHERS, "close streets"),
    (Action::ReceiveIncident, PEOPLE, "take calls"),
    (Action::DescribeIncident, PEOPLE, "describe incidents"),
    (Action::Narrate, PEOPLE, "write narrative lines"),
    (Action::Dispatch, DISPATCHERS, "dispatch units"),
    (
        Action::ChangeUnitStatus,
        DISPATCHERS,
        "change a unit's status",
    ),
    (
        Action::ChangeService,
        DISPATCHERS,
        "put units in or out of service",
    ),
    (Action::AcknowledgeAlarm, DISPATCHERS, "acknowledge alarms"),
    (Action::CloseIncident, DISPATCHERS, "close incidents"),
    (Action::ReopenIncident, DISPATCHERS, "reopen incidents"),
    (
        Action::EnterHistory,
        SUPERVISORS,
        "enter events of more than 72 hours ago",
    ),
    (Action::Configure, SUPERVISORS, "set the center up"),
    (
        Action::AgreeSharing,
        SUPERVISORS,
        "agree on sharing between agencies",
    ),
    (
        Action::HandOut,
        SUPERVISORS,
        "hand out the record of an incident",
    ),
    (
        Action::ReadErasures,
        OVERSEERS,
        "see what is held and erased",
    ),
    (Action::DecideErasures, SUPERVISORS, "decide about erasures"),
    (
        Action::AuditRecord,
        AUDITORS,
        "read all events of the record",
    ),
    (Action::ReportPositions, SERVICES, "report where units are"),
    (Action::StatePurpose, EVERY_ROLE, "state a purpose"),
    (Action::ReadOwnReads, EVERY_ROLE, "see your own reads"),
    (
        Action::ReviewBreakGlass,
        OVERSEERS,
        "see and review how the glass was broken",
    ),
    (Action::ReadRights, EVERY_ROLE, "see who can see what"),
    (Action::ReadConsultations, OVERSEERS, "see who read what"),
    (Action::ReadReports, OVERSEERS, "read reports"),
    (Action::ReadWall, EVERY_ROLE, "see the wallboard"),
    (Action::ReadMetrics, KEEPERS, "read the server's figures"),
];

/// That a role lacks a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    /// What is wrong, for the one who asked.
    pub(crate) detail: String,
    /// Whom to ask.
    pub(crate) hint: String,
    /// The name of the right in the tables of texts, as in `keep-accounts`.
    pub(crate) right: String,
    /// The names of the roles that may.
    pub(crate) allowed: Vec<&'static str>,
}

fn row(action: Action) -> Option<&'static (Action, Who, &'static str)> {
    RIGHTS.iter().find(|(known, ..)| *known == action)
}

/// Whether `action` is open to anybody.
pub(crate) fn is_open(action: Action) -> bool {
    matches!(row(action), Some((_, Who::Anybody, _)))
}

/// Whether `role` may do `action`; an action without a row is refused to all.
pub(crate) fn check(role: Role, action: Action) -> Result<(), Denied> {
    let (roles, words) = match row(action) {
        Some((_, Who::Anybody, _)) => return Ok(()),
        Some((_, Who::Only(roles), _)) if roles.contains(&role) => return Ok(()),
        Some((_, Who::Only(roles), words)) => (*roles, *words),
        None => (&[][..], "do this"),
    };
    let allowed: Vec<_> = roles.iter().map(|role| role.name()).collect();
    let hint = match allowed.as_slice() {
        [] => "nobody may".to_owned(),
        [first, ..] if first.starts_with(['a', 'e', 'i', 'o', 'u']) => {
            format!("ask an {}", allowed.join(" or "))
        }
        allowed => format!("ask a {}", allowed.join(" or ")),
    };
    Err(Denied {
        detail: format!("as {role} you may not {words}"),
        hint,
        right: slug(words),
        allowed,
    })
}

/// What an action is in 'you may not …', and its name in the tables of texts.
pub(crate) fn words(action: Action) -> (&'static str, String) {
    let words = row(action).map_or("do this", |(.., words)| words);
    (words, slug(words))
}

fn slug(words: &str) -> String {
    words.replace(' ', "-").replace('\'', "")
}

/// Whether `role` may do `action`.
pub(crate) fn may(role: Role, action: Action) -> bool {
    check(role, action).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_one_row() {
        for (action, ..) in RIGHTS {
            assert_eq!(
                RIGHTS.iter().filter(|(known, ..)| known == action).count(),
                1,
                "{action:?}"
            );
        }
    }

    #[test]
    fn a_refusal_says_whom_to_ask() {
        let denied = check(Role::CallTaker, Action::Dispatch).expect_err("call-takers do not send");
        assert_eq!(denied.detail, "as call-taker you may not dispatch units");
        assert_eq!(denied.hint, "ask a dispatcher or supervisor");
    }
}
