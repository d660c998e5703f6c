//! The way to the provider and back.

use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use maud::{DOCTYPE, html};
use serde::Deserialize;

use super::{Provider, ProviderError};
use crate::{
    access::{Begin, Stage},
    problem::Problem,
    security::{
        Peer, address_of, begin_session, client, cookie, home, own_path, unreadable, with_cookie,
    },
    state::{AppState, blocking},
};

/// The cookie that the browser keeps on its way; it is sent when the provider leads back.
const fn kept_name(tls: bool) -> &'static str {
    match tls {
        true => "__Host-callbox-provider",
        false => "callbox-provider",
    }
}

/// Where somebody wants to go.
#[derive(Deserialize)]
pub(crate) struct There {
    #[serde(default)]
    next: String,
}

/// What the provider sends along on the way back.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// `GET /sign-in/provider`: leads to the provider.
pub(crate) async fn begin(
    State(state): State<AppState>,
    Query(There { next }): Query<There>,
) -> Result<Response, Problem> {
    let now = state.now().micros() / 1_000_000;
    let way = provider(&state)?.begin(own_path(&next), now).await;
    let way = way.map_err(|error| failed(&error))?;
    Ok(keep(
        Redirect::to(&way.location).into_response(),
        state.tls,
        &way.kept,
        600,
    ))
}

/// `GET /sign-in/provider/back`: signs in whoever the provider says it is.
pub(crate) async fn back(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, Problem> {
    let provider = provider(&state)?;
    let kept = cookie(&headers, kept_name(state.tls)).unwrap_or_default();
    let now = state.now().micros() / 1_000_000;
    let ended = provider.end(&back.state, &back.code, kept, now).await;
    let (claims, next) = ended.map_err(|error| {
        state.metrics.count_sign_in(false);
        failed(&error)
    })?;
    let issuer = provider.settings.issuer.clone();
    let login = claims.text(&provider.settings.login_claim);
    let login = login.map(str::to_lowercase);
    let (access, trusted) = (state.access.clone(), provider.settings.trust_second_factor);
    let found = blocking(move || {
        let account = access.identified(&issuer, &claims.sub, login.as_deref())?;
        let stage = match &account {
            Some(account) if !trusted => access.stage_beside(account)?,
            _ => Stage::Full,
        };
        Ok((account, stage))
    });
    let (account, stage) = found.await?.map_err(unreadable)?;
    let account = account.ok_or_else(|| {
        state.metrics.count_sign_in(false);
        Problem::new(
            StatusCode::FORBIDDEN,
            "no-account",
            "the provider knows you, and this center has no account for you",
            "ask an administrator for an account with the same login name",
        )
    })?;
    let begin = Begin {
        stage,
        method: "provider",
        client: client(&headers, address_of(peer)),
    };
    let leads_to = match stage {
        Stage::Full => home(&account, &next),
        Stage::Code => format!("/sign-in/code?next={next}"),
        Stage::Password | Stage::Enrol => "/account".to_owned(),
    };
    let secret = begin_session(&state, &headers, &account, begin).await?;
    // Not a redirect: the session's cookie is not sent along where another site began the way.
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="refresh" content={"0;url=" (leads_to)};
                title { "callbox" }
            }
            body { main { h1 { "callbox" } p { a href=(leads_to) { (leads_to) } } } }
        }
    };
    let response = keep(page.into_response(), state.tls, "", 0);
    Ok(with_cookie(response, state.tls, &secret, None))
}

fn provider(state: &AppState) -> Result<&Provider, Problem> {
    state.provider.as_ref().ok_or_else(|| {
        Problem::not_found(
            "no provider is set up",
            "sign in with your password, or see: callbox serve --help",
        )
    })
}

/// What went wrong stands in the log; who asked learns that it did.
fn failed(error: &ProviderError) -> Problem {
    tracing::warn!(error = %error, "a sign-in at the provider failed");
    Problem::new(
        StatusCode::FORBIDDEN,
        "provider-failed",
        "the sign-in at the provider did not come to its end",
        "begin again; if it stays, sign in with your password",
    )
}

fn keep(mut response: Response, tls: bool, value: &str, seconds: u32) -> Response {
    let secure = if tls { "; Secure" } else { "" };
    let name = kept_name(tls);
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let cookie = HeaderValue::try_from(cookie).expect("base64url and constants");
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
