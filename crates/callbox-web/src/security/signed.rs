use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use callbox_domain::ActorId;

use crate::{
    access::{Account, Kind, Role, Session, form_token, rights},
    problem::Problem,
    state::AppState,
};

/// Who asks: the account behind a session or a token that holds.
///
/// An extractor; handlers of pages that are open to all take `Option<Signed>`.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    /// The account, as it is now.
    pub(crate) account: Arc<Account>,
    /// For the hidden member `csrf` of forms.
    pub(crate) form_token: String,
    pub(crate) session: Arc<Session>,
}

/// From which address a request came; not that of a proxy's client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl Signed {
    /// The pseudonym for the ledger.
    pub(crate) fn actor(&self) -> ActorId {
        self.account.actor
    }

    /// What the person is at the center.
    pub(crate) fn role(&self) -> Role {
        self.account.role
    }

    /// Whether the person may do this; pages leave out what they may not.
    pub(crate) fn may(&self, action: rights::Action) -> bool {
        rights::may(self.role(), action)
    }

    /// Finds out who asks: by `Authorization` if there is one, otherwise by the cookie.
    pub(super) fn find(state: &AppState, headers: &HeaderMap) -> Option<Self> {
        let (kind, secret) = match headers.get(header::AUTHORIZATION) {
            Some(value) => (Kind::Token, value.to_str().ok()?.strip_prefix("Bearer ")?),
            None => (Kind::Browser, cookie(headers, cookie_name(state.tls))?),
        };
        let (session, account) = state.access.session(kind, secret)?;
        Some(Self {
            account,
            form_token: form_token(secret),
            session,
        })
    }
}

/// The cookie's name; `__Host-` makes browsers hold it to this host and to TLS.
pub(super) fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-callbox" } else { "callbox" }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// That somebody has to sign in first.
pub(super) fn sign_in_first() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "not-signed-in",
        "you are not signed in, or no longer",
        "sign in, or send a token as 'Authorization: Bearer …'",
    )
}

impl FromRequestParts<AppState> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(sign_in_first)
    }
}

impl OptionalFromRequestParts<AppState> for Signed {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &AppState,
    ) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
