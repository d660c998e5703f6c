use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use callbox_domain::ActorId;

use crate::{
    access::{Account, Client, Kind, Role, Session, form_token, rights},
    once::Received,
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
    /// Whether the center asks for duty and they are on none.
    pub(crate) is_off_duty: bool,
    /// What their form said, where they sent one.
    pub(crate) sent: Option<Received>,
}

/// From which address a request came; not that of a proxy's client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl Signed {
    /// The pseudonym for the ledger.
    pub(crate) fn actor(&self) -> ActorId {
        self.account.actor
    }

    /// The agency to which the account is bound; none for those of the whole center.
    pub(crate) fn agency(&self) -> Option<&callbox_domain::Code> {
        self.account.agency.as_ref()
    }

    /// Whether an account is one of theirs to see: of their agency, or any where they are bound to none.
    pub(crate) fn sees_account(&self, account: &Account) -> bool {
        self.agency().is_none() || account.agency.as_ref() == self.agency()
    }

    /// What the person is at the center.
    pub(crate) fn role(&self) -> Role {
        self.account.role
    }

    /// Names the session among all, without telling what opens it.
    pub(crate) fn session_key(&self) -> u64 {
        let hash = crate::access::sha256(&[self.form_token.as_bytes()]);
        let first = hash.first_chunk::<8>().expect("a hash has 32 bytes");
        u64::from_be_bytes(*first)
    }

    /// Whether the person may do this; pages leave out what they may not.
    pub(crate) fn may(&self, action: rights::Action) -> bool {
        let is_beyond = self.agency().is_some() && super::agency::is_of_the_center(action);
        rights::may(self.role(), action) && !is_beyond && !self.is_held_off(action)
    }

    /// Whether it is kept for those on duty, and they are not.
    pub(crate) fn is_held_off(&self, action: rights::Action) -> bool {
        self.is_off_duty && action.is_for_those_on_duty()
    }

    /// Whether who sits there has proved a moment ago who they are.
    pub(crate) fn is_proved(&self, state: &AppState) -> bool {
        state.access.is_proved(&self.session)
    }

    /// Finds out who asks: by `Authorization` if there is one, otherwise by the cookie.
    pub(super) fn find(state: &AppState, headers: &HeaderMap) -> Option<Self> {
        let (secret, (session, account)) = match headers.get(header::AUTHORIZATION) {
            Some(value) => {
                let secret = value.to_str().ok()?.strip_prefix("Bearer ")?;
                (secret, state.access.session(Kind::Token, secret)?)
            }
            None => {
                let secret = cookie(headers, cookie_name(state.tls))?;
                let browser = browser(headers);
                (secret, state.access.session_in(secret, &browser)?)
            }
        };
        Some(Self {
            is_off_duty: state.access.is_off_duty(account.actor),
            account,
            form_token: form_token(secret),
            session,
            sent: None,
        })
    }
}

/// What tells one browser from another, as far as it tells: SHA-256 of its own name.
fn browser(headers: &HeaderMap) -> [u8; 32] {
    let name = headers.get(header::USER_AGENT);
    crate::access::sha256(&[name.map_or(&b""[..], |name| name.as_bytes())])
}

/// From where somebody signs in.
pub(crate) fn client(headers: &HeaderMap, address: IpAddr) -> Client {
    let name = headers
        .get(header::USER_AGENT)
        .and_then(|name| name.to_str().ok())
        .unwrap_or_default();
    let first = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(part, _)| name.contains(part));
        found.map(|(_, words)| *words)
    };
    let browser = first(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    let known: Vec<_> = browser.into_iter().chain(system).collect();
    Client {
        browser: self::browser(headers),
        device: known.join(", "),
        address: address.to_canonical().to_string(),
    }
}

/// The cookie's name; `__Host-` makes browsers hold it to this host and to TLS.
pub(crate) fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-callbox" } else { "callbox" }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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
