//! What an account that is bound to one agency reaches: one table, and what has no row is refused.

use axum::http::StatusCode;
use callbox_domain::Code;

use super::{Route, Signed};
use crate::{access::rights::Action, problem::Problem, reads, state::AppState};

/// How far an account that is bound to an agency gets by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// There is no incident in it.
    NoIncident,
    /// It shows the center as the agency sees it, and changes that only.
    Seen,
    /// It is about the incident in its path, which the agency must see.
    Incident,
    /// It is for accounts of the whole center only.
    Center,
}

impl Reach {
    /// What the page of rights says.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NoIncident => "yes",
            Self::Seen => "what it sees",
            Self::Incident => "incidents it sees",
            Self::Center => "no",
        }
    }
}

/// Reads that show how the center is set up, and who changed that; with the settings themselves they are of the
/// whole center.
const SETTINGS: &[&str] = &[
    "/settings",
    "/settings/{noun}",
    "/api/v1/configuration/changes",
];

/// Whether a page is of the whole center, though its right is for everybody who works there.
pub(crate) fn is_beyond_agencies(path: &str) -> bool {
    SETTINGS.contains(&path)
}

/// How far an account that is bound to an agency gets by `route`.
///
/// What a handler shows is what [`AppState::center_for`] and [`AppState::incident_for`] give it; what it has
/// decided is decided on that (`Center::decide_as`).
pub(crate) fn reach(route: &Route) -> Reach {
    if SETTINGS.contains(&route.path) {
        return Reach::Center;
    }
    if route.path.contains("/incidents/{id}") {
        return Reach::Incident;
    }
    if is_of_the_center(route.action) {
        return Reach::Center;
    }
    if is_about_oneself(route.action) {
        return Reach::NoIncident;
    }
    Reach::Seen
}

/// Whether no account that is bound to an agency may do it: it is set up, kept or overseen for all agencies
/// together. Each action is named, so that a new one is decided about.
pub(super) const fn is_of_the_center(action: Action) -> bool {
    match action {
        Action::ReadOpenly
        | Action::SignIn
        | Action::OwnSession
        | Action::FinishSignIn
        | Action::OwnAccount
        | Action::OwnPassword
        | Action::OwnDuty
        | Action::KeepDuty
        | Action::StatePurpose
        | Action::ReadOwnReads
        | Action::ReadRights
        | Action::ReadBoard
        | Action::ReadIncident
        | Action::ReadHistory
        | Action::ReadPremises
        | Action::KeepPremises
        | Action::CloseStreets
        | Action::ReceiveIncident
        | Action::DescribeIncident
        | Action::Narrate
        | Action::Dispatch
        | Action::ChangeUnitStatus
        | Action::AcknowledgeAlarm
        | Action::ChangeService
        | Action::CloseIncident
        | Action::ReopenIncident
        | Action::EnterHistory
        | Action::HandOut
        | Action::ReadErasures
        | Action::DecideErasures
        | Action::ReportPositions
        | Action::AgreeSharing
        | Action::ReadReports
        | Action::ReadWall => false,
        Action::Configure
        | Action::KeepAccounts
        | Action::AuditRecord
        | Action::ReviewBreakGlass
        | Action::ReadConsultations
        | Action::ReadMetrics => true,
    }
}

/// Whether no incident is in it.
const fn is_about_oneself(action: Action) -> bool {
    matches!(
        action,
        Action::ReadOpenly
            | Action::SignIn
            | Action::OwnSession
            | Action::FinishSignIn
            | Action::OwnAccount
            | Action::OwnPassword
            | Action::StatePurpose
            | Action::ReadOwnReads
            | Action::ReadRights
    )
}

/// Lets an account of the whole center through, and one that is bound to an agency as far as it reaches.
///
/// An incident that the agency does not see is answered like one that is not there.
pub(super) async fn check(
    state: &AppState,
    route: &Route,
    signed: Option<&Signed>,
    path: &str,
) -> Result<(), Problem> {
    let Some(agency) = signed.and_then(Signed::agency) else {
        return Ok(());
    };
    match reach(route) {
        Reach::NoIncident | Reach::Seen => Ok(()),
        Reach::Incident => match reads::number_in(path) {
            Some(id) => state.incident_for(signed, id).await.map(|_| ()),
            // Without a number there is nothing to see, and the handler says so.
            None => Ok(()),
        },
        Reach::Center => Err(for_the_center(agency)),
    }
}

fn for_the_center(agency: &Code) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "other-agencies",
        format!("this is of the whole center, and your account is bound to {agency}"),
        "ask somebody whose account is of the whole center",
    )
    .with("agency", agency.as_str())
}
