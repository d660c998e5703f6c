use std::{net::IpAddr, time::Duration};

use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Peer, SignedForm,
    signed::{cookie, cookie_name},
};
use crate::{
    access::SignInError,
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
/// (`wrong`, `locked`, `busy`).
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
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
    // Hashing is dear on purpose: few at once, and nobody waits for it for long.
    let permit = tokio::time::timeout(Duration::from_secs(5), state.hashing.acquire()).await;
    let Ok(Ok(_permit)) = permit else {
        return Ok(back("busy", &next));
    };
    let address = peer.map_or(IpAddr::from([0, 0, 0, 0]), |Extension(Peer(address))| {
        address
    });
    let access = state.access.clone();
    let login = login.trim().to_lowercase();
    let outcome = blocking(move || access.sign_in(&login, &password, address)).await?;
    let (secret, account) = match outcome {
        Ok(signed_in) => signed_in,
        Err(SignInError::Wrong) => {
            state.metrics.count_sign_in(false);
            return Ok(back("wrong", &next));
        }
        Err(SignInError::Locked) => {
            tracing::warn!("a sign-in was refused: too many wrong passwords");
            state.metrics.count_sign_in(false);
            return Ok(back("locked", &next));
        }
        Err(SignInError::Access(error)) => {
            return Err(Problem::internal("the accounts cannot be read", &error));
        }
    };
    state.metrics.count_sign_in(true);
    tracing::info!(actor = account.actor.0, "signed in");
    Ok(with_cookie(
        Redirect::to(&next).into_response(),
        state.tls,
        &secret,
        None,
    ))
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

fn with_cookie(mut response: Response, tls: bool, value: &str, age: Option<u32>) -> Response {
    let secure = if tls { "; Secure" } else { "" };
    let age = age.map_or(String::new(), |age| format!("; Max-Age={age}"));
    let name = cookie_name(tls);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
    let cookie = HeaderValue::try_from(cookie).expect("hexadecimal digits and constants");
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

fn back(problem: &str, next: &str) -> Response {
    Redirect::to(&format!("/sign-in?problem={problem}&next={next}")).into_response()
}

/// A path on this server; anything else would let a link lead somebody elsewhere after sign-in.
fn own_path(next: &str) -> &str {
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
