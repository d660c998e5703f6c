//! What an account that is bound to one agency reaches: one table, and what has no row is refused.

use axum::http::StatusCode;
use callbox_domain::{Code, Refusal};

use super::{Route, Signed, Verb};
use crate::{
    access::rights::{self, Action},
    problem::Problem,
    reads,
    state::{AppState, blocking},
};

/// How far an account that is bound to an agency gets by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// There is no incident in it.
    NoIncident,
    /// It shows the center as the agency sees it.
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

/// Routes whose handlers show what [`AppState::center_for`] gives, and nothing else of the center.
const SEEN: &[(Verb, &str)] = &[
    (Verb::Get, "/api/v1/board"),
    (Verb::Get, "/api/v1/live"),
    (Verb::Get, "/api/v1/units"),
    (Verb::Get, "/api/v1/units/{call_sign}"),
    (Verb::Get, "/"),
    (Verb::Get, "/board"),
    (Verb::Get, "/units"),
];

/// Routes about one incident whose answers hold nothing of others but their numbers.
const INCIDENT: &[(Verb, &str)] = &[
    (Verb::Get, "/api/v1/incidents/{id}"),
    (Verb::Post, "/api/v1/incidents/{id}/narrative"),
    (
        Verb::Post,
        "/api/v1/incidents/{id}/narrative/{line}/correction",
    ),
    (Verb::Post, "/api/v1/incidents/{id}/units"),
    (Verb::Get, "/incidents/{id}"),
    (Verb::Post, "/incidents/{id}/narrative"),
    (Verb::Post, "/incidents/{id}/correct"),
    (Verb::Post, "/incidents/{id}/units"),
    (Verb::Post, "/incidents/{id}/status"),
];

/// How far an account that is bound to an agency gets by `route`.
pub(crate) fn reach(route: &Route) -> Reach {
    let row = (route.verb, route.path);
    match route.action {
        _ if SEEN.contains(&row) => Reach::Seen,
        _ if INCIDENT.contains(&row) => Reach::Incident,
        action if rights::is_open(action) => Reach::NoIncident,
        Action::OwnSession
        | Action::FinishSignIn
        | Action::OwnAccount
        | Action::StatePurpose
        | Action::ReadOwnReads
        | Action::ReadRights => Reach::NoIncident,
        _ => Reach::Center,
    }
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
    let Some(agency) = signed.and_then(|signed| signed.account.agency.as_ref()) else {
        return Ok(());
    };
    match reach(route) {
        Reach::NoIncident | Reach::Seen => Ok(()),
        Reach::Incident => see(state, agency, path).await,
        Reach::Center => Err(for_the_center(agency)),
    }
}

async fn see(state: &AppState, agency: &Code, path: &str) -> Result<(), Problem> {
    // Without a number there is nothing to see, and the handler says so.
    let Some(id) = reads::number_in(path) else {
        return Ok(());
    };
    let engine = state.engine.clone();
    let incident = blocking(move || engine.incident(id))
        .await?
        .map_err(|error| Problem::internal("the incident cannot be read", &error))?;
    match incident {
        Some(incident) if state.engine.snapshot().sees(agency, &incident) => Ok(()),
        _ => Err(Refusal::UnknownIncident(id).into()),
    }
}

fn for_the_center(agency: &Code) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "other-agencies",
        format!("this shows or changes what agencies other than {agency} have, and your account is bound to it"),
        "ask somebody whose account is of the whole center; they can share an incident with your agency",
    )
    .with("agency", agency.as_str())
}
