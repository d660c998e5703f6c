//! Who is on duty: seen, and said by oneself or by somebody who leads.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{OnDuty, Timestamp};
use serde_json::json;

use super::{calls::asked, incident::actor, time::Zone};
use crate::{
    access::{AccessError, Account},
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

pub(super) const PATH: &str = "/api/v1/duty";
pub(super) const OTHERS: &str = "/api/v1/duty/others";

/// `GET /api/v1/duty`.
pub(super) async fn show(
    State(state): State<AppState>,
    signed: Signed,
) -> Result<Response, Problem> {
    let accounts = accounts(&state, &signed).await?;
    let zone = Zone::of(&state.engine.snapshot());
    let own = state.access.duty(signed.actor());
    let rows = accounts.iter().filter_map(|(account, duty)| {
        let duty = duty.as_ref()?;
        Some(json!({
            "login": account.login,
            "name": account.name,
            "role": account.role.name(),
            "since": zone.print(duty.since),
            "until": zone.print(duty.until),
            "by": actor(&state.access, duty.by),
        }))
    });
    Ok(super::answer(&json!({
        "required": state.access.asks_for_duty(),
        "own_until": own.map(|duty| zone.print(duty.until)),
        "on_duty": rows.collect::<Vec<_>>(),
    })))
}

/// `POST /api/v1/duty`.
pub(super) async fn own(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(PATH, request).await?;
    let login = signed.account.login.clone();
    let until = set(&state, &signed, &login, body.need_number("hours")).await?;
    Ok(said(&state, &login, until))
}

/// `POST /api/v1/duty/others`.
pub(super) async fn others(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(OTHERS, request).await?;
    let (login, hours) = (body.need_code("login"), body.need_number("hours"));
    let until = set(&state, &signed, login.as_str(), hours).await?;
    Ok(said(&state, login.as_str(), until))
}

fn said(state: &AppState, login: &str, until: Option<Timestamp>) -> Response {
    let zone = Zone::of(&state.engine.snapshot());
    super::answer(&json!({"login": login, "until": until.map(|until| zone.print(until))}))
}

/// Puts somebody on duty for so many hours, or off duty; the page does it by the same way.
///
/// Somebody who is bound to an agency does so for its accounts only; others are not there for them.
pub(crate) async fn set(
    state: &AppState,
    signed: &Signed,
    login: &str,
    hours: u64,
) -> Result<Option<Timestamp>, Problem> {
    let (access, by) = (state.access.by(signed.actor()), signed.clone());
    let login = login.to_owned();
    let work = move || {
        let account = access.account_named(&login)?;
        match account.filter(|account| by.sees_account(account)) {
            Some(_) => access.set_duty(&login, hours),
            None => Err(AccessError::Unknown(login)),
        }
    };
    blocking(work).await?.map_err(|error| match error {
        AccessError::Unknown(_) => Problem::bad_field(
            "login",
            "there is no such account that is in use",
            "check the login name",
        ),
        AccessError::BadSetting(why) => {
            Problem::bad_field("hours", why, "give 1 to 24 hours, or 0 to end it")
        }
        error => Problem::internal("the duty cannot be recorded", &error),
    })
}

/// The accounts that somebody may see, by login name, each with its duty now.
pub(crate) async fn accounts(
    state: &AppState,
    signed: &Signed,
) -> Result<Vec<(Account, Option<OnDuty>)>, Problem> {
    let (access, by) = (state.access.clone(), signed.clone());
    let found = blocking(move || {
        let accounts = access.accounts()?.into_iter();
        let seen = accounts.filter(|account| by.sees_account(account));
        Ok(seen
            .map(|account| {
                let duty = access.duty(account.actor);
                (account, duty)
            })
            .collect())
    });
    let found: Result<_, AccessError> = found.await?;
    found.map_err(|error| Problem::internal("the accounts cannot be read", &error))
}
