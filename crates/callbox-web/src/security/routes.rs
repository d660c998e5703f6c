//! Every route with the right it needs and the reason for which it exists.

use axum::http::Method;

use crate::access::rights::Action;

/// What a route does to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Reads; safe to repeat.
    Get,
    /// Writes.
    Post,
    /// Writes all of something anew.
    Put,
}

impl Verb {
    /// The verb of a request; others have no routes.
    pub(crate) fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET | Method::HEAD => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PUT => Some(Self::Put),
            _ => None,
        }
    }

    /// The method's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// One route: a route without a row is refused to everybody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// Its method.
    pub(crate) verb: Verb,
    /// Its path as the router writes it.
    pub(crate) path: &'static str,
    /// The right it needs.
    pub(crate) action: Action,
    /// Why an emergency service may offer it; see `docs/boundary.md`.
    pub(crate) reason: &'static str,
}

/// A row for a route that reads.
pub(crate) const fn get(path: &'static str, action: Action, reason: &'static str) -> Route {
    Route {
        verb: Verb::Get,
        path,
        action,
        reason,
    }
}

/// A row for a route that writes.
pub(crate) const fn post(path: &'static str, action: Action, reason: &'static str) -> Route {
    Route {
        verb: Verb::Post,
        path,
        action,
        reason,
    }
}

/// A row for a route that writes all of something anew.
pub(crate) const fn put(path: &'static str, action: Action, reason: &'static str) -> Route {
    Route {
        verb: Verb::Put,
        path,
        action,
        reason,
    }
}

/// The rows of all tables: the API's, the server's own, the pages'.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    let api = crate::api::ENDPOINTS.iter().map(|endpoint| &endpoint.route);
    api.chain(OWN)
        .chain(crate::ledger::ROUTES)
        .chain(crate::street_map::ROUTES)
        .chain(crate::pages::ROUTES)
}

/// The row of a route, with its place among all rows.
pub(crate) fn find(verb: Verb, path: &str) -> Option<(usize, &'static Route)> {
    all()
        .enumerate()
        .find(|(_, route)| route.verb == verb && route.path == path)
}

/// Routes that belong neither to the API nor to a page.
const OWN: &[Route] = &[
    get(
        "/assets/{version}/{*name}",
        Action::ReadOpenly,
        "the console's own scripts and styles",
    ),
    get(
        "/healthz",
        Action::ReadOpenly,
        "whoever runs the server must see that it runs",
    ),
    get(
        "/readyz",
        Action::ReadOpenly,
        "whoever runs the server must see that it records",
    ),
    get(
        "/metrics",
        Action::ReadMetrics,
        "whoever runs the server must see how it does",
    ),
    post(
        "/sign-in",
        Action::SignIn,
        "people sign in, so that the record says who did what",
    ),
    get(
        "/sign-in/provider",
        Action::SignIn,
        "people sign in where their agency keeps their accounts",
    ),
    get(
        "/sign-in/provider/back",
        Action::SignIn,
        "people sign in where their agency keeps their accounts",
    ),
    post(
        "/sign-in/code",
        Action::FinishSignIn,
        "a stolen password alone opens nothing",
    ),
    post(
        "/sign-in/passkey/options",
        Action::SignIn,
        "people sign in without anything that can be told to others",
    ),
    post(
        "/sign-in/passkey",
        Action::SignIn,
        "people sign in without anything that can be told to others",
    ),
    post(
        "/confirm",
        Action::OwnAccount,
        "a screen that was left open does not do grave acts",
    ),
    post(
        "/sign-out",
        Action::SignIn,
        "people end their session when they leave",
    ),
];
