use std::net::IpAddr;

use axum::{
    Extension, Form, Json,
    extract::{
        State,
        rejection::{FormRejection, JsonRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Peer, SignedForm,
    signed::{client, cookie, cookie_name},
};
use crate::{
    access::{
        AccessError, Account, Assertion, Begin, PasskeyError, SignInError, Stage, is_login,
        name_of,
        rights::{self, Action},
    },
    problem::Problem,
    state::{AppState, blocking},
};

/// What the sign-in page sends.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// A form whose only member is `csrf`.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// `POST /sign-in`: begins a session and goes on to `next`; goes back with `?problem=` otherwise
/// (`wrong`, `locked`, `ended`, `busy`).
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, Problem> {
    let Ok(Form(Credentials {
        login,
        password,
        next,
    })) = form
    else {
        return Ok(back("wrong", "/"));
    };
    let next = own_path(&next).to_owned();
    let Some(_place) = state.place_to_hash().await else {
        return Ok(back("busy", &next));
    };
    let address = address_of(peer);
    let access = state.access.clone();
    let login = login.trim().to_lowercase();
    let typed = typed(&login);
    let password = Zeroizing::new(password);
    let outcome = blocking(move || access.check_credentials(&login, &password, address)).await?;
    let account = match outcome {
        Ok(account) => account,
        Err(SignInError::Wrong) => {
            refused(&state, address, "password", "wrong");
            return Ok(keeping(back("wrong", &next), &typed));
        }
        Err(SignInError::Locked) => {
            refused(&state, address, "password", "locked");
            return Ok(keeping(back("locked", &next), &typed));
        }
        Err(SignInError::Ended) => {
            refused(&state, address, "password", "ended");
            return Ok(keeping(back("ended", &next), &typed));
        }
        Err(SignInError::Access(error)) => {
            return Err(unreadable(error));
        }
    };
    let stage = state.access.stage_after(&account).map_err(unreadable)?;
    let begin = Begin {
        stage,
        method: "password",
        client: client(&headers, address),
    };
    enter(&state, &headers, &account, begin, &next).await
}

/// Begins a session and leads on; one that this browser had before ends: the next person sits
/// down at the same board.
pub(super) async fn enter(
    state: &AppState,
    headers: &HeaderMap,
    account: &Account,
    begin: Begin,
    next: &str,
) -> Result<Response, Problem> {
    let leads_to = match begin.stage {
        Stage::Full => home(account, next),
        Stage::Code => format!("/sign-in/code?next={next}"),
        Stage::Password | Stage::Enrol => "/account".to_owned(),
    };
    let secret = begin_session(state, headers, account, begin).await?;
    let response = Redirect::to(&leads_to).into_response();
    Ok(with_cookie(response, state.tls, &secret, None))
}

pub(crate) async fn begin_session(
    state: &AppState,
    headers: &HeaderMap,
    account: &Account,
    begin: Begin,
) -> Result<String, Problem> {
    if begin.stage == Stage::Full {
        state.metrics.count_sign_in(true);
        tracing::info!(actor = account.actor.0, method = begin.method, "signed in");
    }
    let before = cookie(headers, cookie_name(state.tls)).map(str::to_owned);
    let (access, actor) = (state.access.clone(), account.actor);
    let begun = blocking(move || {
        if let Some(before) = before {
            access.end(&before)?;
        }
        access.begin(actor, &begin)
    });
    begun.await?.map_err(unreadable)
}

/// Where somebody goes who wanted to go nowhere else.
pub(crate) fn home(account: &Account, next: &str) -> String {
    let may = |action| rights::may(account.role, action);
    match next {
        "/" | "/board" if may(Action::ReadBoard) => "/board",
        "/" | "/board" if may(Action::KeepAccounts) => "/accounts",
        "/" | "/board" => "/account",
        next => next,
    }
    .to_owned()
}

/// What the page for the second factor sends.
#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/code`: the second factor.
pub(crate) async fn finish(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    SignedForm {
        signed,
        form: Code { code, next },
    }: SignedForm<Code>,
) -> Result<Response, Problem> {
    let next = own_path(&next).to_owned();
    let address = address_of(peer);
    let (access, account) = (state.access.clone(), signed.account.clone());
    let by_password = signed.session.method() == "password";
    let outcome = blocking(move || {
        let method = access.check_code(&account, &code, address)?;
        let stage = match by_password && access.must_change(account.actor)? {
            true => Stage::Password,
            false => Stage::Full,
        };
        Ok((method, stage))
    });
    let problem = match outcome.await? {
        Ok((method, stage)) => {
            let begin = Begin {
                stage,
                method,
                client: client(&headers, address),
            };
            return enter(&state, &headers, &signed.account, begin, &next).await;
        }
        Err(SignInError::Wrong | SignInError::Ended) => "wrong",
        Err(SignInError::Locked) => "locked",
        Err(SignInError::Access(error)) => return Err(unreadable(error)),
    };
    refused(&state, address, "code", problem);
    let back = format!("/sign-in/code?problem={problem}&next={next}");
    Ok(Redirect::to(&back).into_response())
}

/// What the page that asks again sends.
#[derive(Deserialize)]
pub(crate) struct Proof {
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /confirm`: proves once more who sits there, for grave acts.
pub(crate) async fn confirm(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    SignedForm {
        signed,
        form: Proof {
            password,
            code,
            next,
        },
    }: SignedForm<Proof>,
) -> Result<Response, Problem> {
    let next = own_path(&next).to_owned();
    let Some(_place) = state.place_to_hash().await else {
        return Ok(Redirect::to(&format!("/confirm?problem=busy&next={next}")).into_response());
    };
    let address = address_of(peer);
    let secret = cookie(&headers, cookie_name(state.tls)).map(str::to_owned);
    let (access, session) = (state.access.clone(), signed.session.clone());
    let (account, password) = (signed.account.clone(), Zeroizing::new(password));
    let outcome = blocking(move || -> Result<(), SignInError> {
        access.check_credentials(&account.login, &password, address)?;
        if access.has_authenticator(account.actor)? {
            access.check_code(&account, &code, address)?;
        }
        Ok(access.prove(&session, &secret.unwrap_or_default())?)
    });
    let problem = match outcome.await? {
        Ok(()) => return Ok(Redirect::to(&next).into_response()),
        Err(SignInError::Wrong | SignInError::Ended) => "wrong",
        Err(SignInError::Locked) => "locked",
        Err(SignInError::Access(error)) => return Err(unreadable(error)),
    };
    refused(&state, address, "proof", problem);
    Ok(Redirect::to(&format!("/confirm?problem={problem}&next={next}")).into_response())
}

/// Counts and logs a try that failed. Not the name that was typed: it may be a password.
fn refused(state: &AppState, address: IpAddr, method: &'static str, outcome: &'static str) {
    state.metrics.count_sign_in(false);
    tracing::warn!(address = %address, method, outcome, "a sign-in was refused");
}

/// `POST /sign-in/passkey/options`: what the browser needs to ask for a passkey.
pub(crate) async fn passkey_options(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let host = host(&headers)?;
    let challenge = state
        .ceremonies
        .begin(None, state.now().micros() / 1_000_000);
    let challenge = challenge.map_err(unreadable)?;
    Ok(Json(json!({ "challenge": challenge, "name": name_of(host) })).into_response())
}

/// `POST /sign-in/passkey`: signs in with a passkey, which is two factors in one.
pub(crate) async fn passkey(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    sent: Result<Json<WithNext>, JsonRejection>,
) -> Result<Response, Problem> {
    let Ok(Json(WithNext { assertion, next })) = sent else {
        return Err(bad_passkey());
    };
    let address = address_of(peer);
    let host = host(&headers)?.to_owned();
    let shared = state.clone();
    let checked = blocking(move || {
        let access = &shared.access;
        access.check_passkey(&shared.ceremonies, &host, &assertion)
    });
    let account = checked.await?.map_err(|error| {
        refused(&state, address, "passkey", "wrong");
        passkey_problem(error)
    })?;
    let begin = Begin {
        stage: Stage::Full,
        method: "passkey",
        client: client(&headers, address),
    };
    let next = home(&account, own_path(&next));
    let secret = begin_session(&state, &headers, &account, begin).await?;
    let response = Json(json!({ "next": next })).into_response();
    Ok(with_cookie(response, state.tls, &secret, None))
}

/// A passkey's signature, and where to go with it.
#[derive(Deserialize)]
pub(crate) struct WithNext {
    #[serde(flatten)]
    assertion: Assertion,
    #[serde(default)]
    next: String,
}

/// What is wrong with a passkey; the reason stands in the log.
pub(crate) fn passkey_problem(error: PasskeyError) -> Problem {
    match error {
        PasskeyError::Access(error) => unreadable(error),
        PasskeyError::Refused(why) => {
            tracing::warn!(why, "a passkey was refused");
            bad_passkey()
        }
    }
}

fn bad_passkey() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "bad-passkey",
        "the passkey was not accepted",
        "try again, or sign in with your password",
    )
}

/// The server's name and port as the browser knows them.
pub(crate) fn host(headers: &HeaderMap) -> Result<&str, Problem> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.filter(|host| host.len() <= 255)
        .ok_or_else(bad_passkey)
}

pub(crate) fn address_of(peer: Option<Extension<Peer>>) -> IpAddr {
    peer.map_or(IpAddr::from([0, 0, 0, 0]), |Extension(Peer(address))| {
        address
    })
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
pub(crate) fn unreadable(error: AccessError) -> Problem {
    Problem::internal("the accounts cannot be read", &error)
}

/// `POST /sign-out`: ends the session, closes its live streams, forgets the cookie.
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
    SignedForm {
        signed,
        form: Nothing {},
    }: SignedForm<Nothing>,
) -> Result<Response, Problem> {
    if let Some(secret) = cookie(&headers, cookie_name(state.tls)).map(str::to_owned) {
        let access = state.access.clone();
        blocking(move || access.end(&secret))
            .await?
            .map_err(|error| Problem::internal("the session could not be ended", &error))?;
        tracing::info!(actor = signed.actor().0, "signed out");
    }
    Ok(with_cookie(
        Redirect::to("/sign-in").into_response(),
        state.tls,
        "",
        Some(0),
    ))
}

pub(crate) fn with_cookie(
    mut response: Response,
    tls: bool,
    value: &str,
    age: Option<u32>,
) -> Response {
    let secure = if tls { "; Secure" } else { "" };
    let age = age.map_or(String::new(), |age| format!("; Max-Age={age}"));
    let name = cookie_name(tls);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
    let cookie = HeaderValue::try_from(cookie).expect("hexadecimal digits and constants");
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Which login name was typed, for the form that is shown again. In a cookie that ends by itself, since addresses stand in
/// histories and logs.
pub(crate) const TYPED: &str = "callbox-typed";

/// What was typed, if it could be a login name.
pub(crate) fn typed(login: &str) -> String {
    let usable = is_login(login);
    if usable {
        login.to_owned()
    } else {
        String::new()
    }
}

fn keeping(mut response: Response, typed: &str) -> Response {
    if !typed.is_empty() {
        let cookie =
            format!("{TYPED}={typed}; Path=/sign-in; HttpOnly; SameSite=Strict; Max-Age=120");
        let cookie = HeaderValue::try_from(cookie).expect("letters that a login name has");
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn back(problem: &str, next: &str) -> Response {
    Redirect::to(&format!("/sign-in?problem={problem}&next={next}")).into_response()
}

/// A path on this server; anything else would let a link lead somebody elsewhere after sign-in.
pub(crate) fn own_path(next: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
    let is_own = next.starts_with('/') && !next.starts_with("//") && next.chars().all(plain);
    if is_own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn sign_in_leads_to_own_paths_only() {
        assert_eq!(own_path("/incidents/12"), "/incidents/12");
        for foreign in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a?b&c",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
