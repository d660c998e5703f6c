//! How somebody signs in: password, authenticator, passkeys, and where they are signed in.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use callbox_domain::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::{
    layout::{page, refusal, token},
    qr,
    ui::Ui,
};
use crate::{
    access::{Access, AccessError, Enrolment, Passkey, Registration, SignInError, Stage, name_of},
    assets::asset_url,
    problem::Problem,
    security::{self, Peer, Signed, SignedForm},
    state::{AppState, blocking},
};

/// So few codes for recovery are worth a word.
const FEW_CODES: i64 = 2;

/// What the page's forms send; each uses what it needs.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Change {
    present: String,
    password: String,
    code: String,
    /// Which codes for recovery are to be replaced; nothing for whichever there are.
    mark: String,
}

/// What is shown once, after an act.
#[derive(Default)]
struct Shown {
    problem: Option<Problem>,
    enrolment: Option<Enrolment>,
    codes: Vec<String>,
    is_changed: bool,
    /// The form was sent a second time, as a page does that is loaded again.
    is_repeated: bool,
}

/// What is known of somebody's second factors.
struct Factors {
    passkeys: Vec<Passkey>,
    /// Nothing without an authenticator.
    codes_left: Option<i64>,
    mark: String,
}

/// `GET /account`.
pub(super) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    signed: Signed,
) -> Result<Response, Problem> {
    render(&state, &headers, &ui, &signed, Shown::default()).await
}

/// `POST /account/password`: another password for the present one; all other sessions end. Leads on where
/// it was one that somebody else had set.
pub(super) async fn password(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let kept = secret(&state, &headers);
    let address = security::address_of(peer);
    let Some(_place) = state.place_to_hash().await else {
        return Err(too_many_tries());
    };
    act(&state, &headers, &ui, &signed, move |access, signed| {
        let present = (form.present.as_str(), address);
        let changed = access.change_password(signed.actor(), present, &form.password, &kept);
        let problem = match changed {
            Ok(()) => {
                access.finish_password(&signed.session, &signed.account)?;
                None
            }
            Err(SignInError::Wrong | SignInError::Ended) => Some(wrong_password()),
            Err(SignInError::Locked) => Some(too_many_tries()),
            Err(SignInError::Access(error)) => return Err(error),
        };
        Ok(Shown {
            is_changed: problem.is_none(),
            problem,
            ..Shown::default()
        })
    })
    .await
}

/// `POST /account/authenticator`: shows the secret of a new authenticator.
pub(super) async fn enrol(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    SignedForm { signed, form: _ }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let center = ui.center.clone();
    act(&state, &headers, &ui, &signed, move |access, signed| {
        let enrolment = access.enrol(&signed.account, &center)?;
        Ok(Shown {
            is_repeated: enrolment.is_none(),
            enrolment,
            ..Shown::default()
        })
    })
    .await
}

/// `POST /account/authenticator/confirm`: takes it into use, and shows the codes for recovery.
pub(super) async fn confirm(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let (center, kept) = (ui.center.clone(), secret(&state, &headers));
    act(&state, &headers, &ui, &signed, move |access, signed| {
        let codes = access.confirm(signed.actor(), &form.code)?;
        let Some(codes) = codes else {
            let enrolment = access.enrol(&signed.account, &center)?;
            return Ok(Shown {
                is_repeated: enrolment.is_none(),
                problem: enrolment.is_some().then(wrong_code),
                enrolment,
                ..Shown::default()
            });
        };
        access.finish_enrolment(&signed.session)?;
        access.end_others(signed.actor(), &kept)?;
        Ok(Shown {
            codes,
            ..Shown::default()
        })
    })
    .await
}

/// `POST /account/authenticator/remove`.
pub(super) async fn remove_authenticator(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    SignedForm { signed, form: _ }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let kept = secret(&state, &headers);
    act(&state, &headers, &ui, &signed, move |access, signed| {
        access.remove_authenticator(signed.actor())?;
        access.end_others(signed.actor(), &kept)?;
        Ok(Shown::default())
    })
    .await
}

/// `POST /account/recovery-codes`: new ones; the old ones hold no longer. The same form sent again makes none.
pub(super) async fn recovery_codes(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let kept = secret(&state, &headers);
    act(&state, &headers, &ui, &signed, move |access, signed| {
        if !form.mark.is_empty() && form.mark != access.recovery_mark(signed.actor())? {
            return Ok(Shown {
                is_repeated: true,
                ..Shown::default()
            });
        }
        let codes = access.new_recovery_codes(signed.actor())?;
        access.end_others(signed.actor(), &kept)?;
        Ok(Shown {
            codes,
            ..Shown::default()
        })
    })
    .await
}

/// `POST /account/passkeys/options`: what the browser needs to make a passkey.
pub(super) async fn passkey_options(
    State(state): State<AppState>,
    headers: HeaderMap,
    signed: Signed,
) -> Result<Response, Problem> {
    need_proof(&state, &signed)?;
    let host = security::host(&headers)?;
    let seconds = state.now().micros() / 1_000_000;
    let challenge = state.ceremonies.begin(Some(signed.actor()), seconds);
    let challenge = challenge.map_err(|error| unusable(&error))?;
    let known = passkeys(&state, &signed).await?;
    let known: Vec<_> = known
        .iter()
        .map(|passkey| URL_SAFE_NO_PAD.encode(&passkey.credential))
        .collect();
    let user = URL_SAFE_NO_PAD.encode(signed.actor().0.to_be_bytes());
    Ok(Json(json!({
        "challenge": challenge, "name": name_of(host), "user": user,
        "login": signed.account.login, "display": signed.account.name, "known": known,
    }))
    .into_response())
}

/// `POST /account/passkeys`: takes a new passkey in.
pub(super) async fn add_passkey(
    State(state): State<AppState>,
    headers: HeaderMap,
    signed: Signed,
    sent: Result<Json<Registration>, JsonRejection>,
) -> Result<Response, Problem> {
    need_proof(&state, &signed)?;
    let Ok(Json(sent)) = sent else {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-json",
            "the body is no passkey",
            "send what the browser gave, in base64url",
        ));
    };
    let host = security::host(&headers)?.to_owned();
    let (shared, kept) = (state.clone(), secret(&state, &headers));
    let added = blocking(move || {
        let access = shared.access.by(signed.actor());
        access.add_passkey(&shared.ceremonies, signed.actor(), &host, &sent)?;
        access.finish_enrolment(&signed.session)?;
        Ok(access.end_others(signed.actor(), &kept)?)
    });
    added.await?.map_err(security::passkey_problem)?;
    Ok(Json(json!({ "next": "/account" })).into_response())
}

/// `POST /account/passkeys/{passkey}/remove`.
pub(super) async fn remove_passkey(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    Path(passkey): Path<i64>,
    SignedForm { signed, form: _ }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let kept = secret(&state, &headers);
    act(&state, &headers, &ui, &signed, move |access, signed| {
        access.remove_passkey(signed.actor(), passkey)?;
        access.end_others(signed.actor(), &kept)?;
        Ok(Shown::default())
    })
    .await
}

/// `POST /account/sessions/{session}/end`: signs a browser out from afar.
pub(super) async fn end_session(
    State(state): State<AppState>,
    Path(session): Path<String>,
    SignedForm { signed, form: _ }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let access = state.access.clone();
    let ended = blocking(move || access.end_listed(signed.actor(), &session));
    ended.await?.map_err(|error| unusable(&error))?;
    Ok(Redirect::to("/account").into_response())
}

/// Lets an act on one's own account through if it was proved a moment ago who does it.
fn need_proof(state: &AppState, signed: &Signed) -> Result<(), Problem> {
    if signed.is_proved(state) {
        Ok(())
    } else {
        Err(security::prove_again())
    }
}

fn secret(state: &AppState, headers: &HeaderMap) -> String {
    let name = security::cookie_name(state.tls);
    security::cookie(headers, name)
        .unwrap_or_default()
        .to_owned()
}

/// Does something to one's own account, which needs the proof of who it is, and shows the page.
async fn act(
    state: &AppState,
    headers: &HeaderMap,
    ui: &Ui,
    signed: &Signed,
    work: impl FnOnce(&Access, &Signed) -> Result<Shown, AccessError> + Send + 'static,
) -> Result<Response, Problem> {
    need_proof(state, signed)?;
    let (access, who) = (state.access.by(signed.actor()), signed.clone());
    let shown = match blocking(move || work(&access, &who)).await? {
        Ok(shown) => shown,
        Err(error) => Shown {
            problem: Some(weak(&error).ok_or_else(|| unusable(&error))?),
            ..Shown::default()
        },
    };
    if shown.is_changed && signed.session.stage == Stage::Password {
        return Ok(Redirect::to("/").into_response());
    }
    render(state, headers, ui, signed, shown).await
}

/// What is wrong with a password, where that is the fault.
pub(super) fn weak(error: &AccessError) -> Option<Problem> {
    let AccessError::WeakPassword(why) = error else {
        return None;
    };
    Some(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "weak-password",
        *why,
        "choose a longer one, several words for example",
    ))
}

pub(super) fn unusable(error: &AccessError) -> Problem {
    Problem::internal("the accounts cannot be used", error)
}

fn wrong_password() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "wrong-password",
        "the present password is not right",
        "try again; if you do not know it, ask an administrator for a new one",
    )
}

fn too_many_tries() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-tries",
        "there were too many tries",
        "wait a while, or ask an administrator for a new password",
    )
}

fn wrong_code() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "wrong-code",
        "the code is not the one that the authenticator shows now",
        "wait for the next code; if it stays wrong, compare the clocks",
    )
}

async fn passkeys(state: &AppState, signed: &Signed) -> Result<Vec<Passkey>, Problem> {
    let (access, actor) = (state.access.clone(), signed.actor());
    blocking(move || access.passkeys(actor))
        .await?
        .map_err(|error| unusable(&error))
}

async fn render(
    state: &AppState,
    headers: &HeaderMap,
    ui: &Ui,
    signed: &Signed,
    shown: Shown,
) -> Result<Response, Problem> {
    let (access, actor) = (state.access.clone(), signed.actor());
    let factors = blocking(move || {
        Ok(Factors {
            passkeys: access.passkeys(actor)?,
            codes_left: access.recovery_codes_left(actor)?,
            mark: access.recovery_mark(actor)?,
        })
    });
    let factors = factors.await?.map_err(|error| unusable(&error))?;
    let must_change = signed.session.stage == Stage::Password;
    let must_enrol = signed.session.stage == Stage::Enrol && shown.codes.is_empty();
    let here = Access::listed_as(&secret(state, headers));
    let status = shown
        .problem
        .as_ref()
        .map_or(StatusCode::OK, |it| it.status);
    let content = html! {
        script type="module" src=(asset_url("js/passkey.js")) {}
        div class="page narrow" {
            div class="page-head" { h1 { (ui.t("account.title")) } p { (signed.account.name) " · " (signed.account.login) } }
            (refusal(ui, shown.problem.as_ref()))
            @if must_change { div class="notice" role="alert" { b { (ui.t("account.must_change")) } } }
            @if must_enrol { div class="notice" role="alert" { b { (ui.t("account.must_enrol")) } } }
            @if shown.is_changed { div class="notice" role="status" { b { (ui.t("account.changed")) } } }
            @if shown.is_repeated { div class="notice" role="status" { b { (ui.t("account.codes.once")) } span { (ui.t("account.codes.once_hint")) } } }
            @if !signed.is_proved(state) {
                p { (ui.t("account.confirm_first")) " " a href="/confirm?next=/account" { (ui.t("account.confirm")) } }
            }
            (codes(ui, &shown.codes))
            @if !must_change {
                (authenticator(ui, &factors, shown.enrolment.as_ref()))
                (passkey_list(ui, &factors.passkeys))
            }
            @if !must_enrol { (password_form(ui)) }
            @if !must_enrol && !must_change { (sessions(ui, state, signed, &here)) }
        }
    };
    let page = page(ui, ui.t("account.title"), "/account", content);
    Ok((status, page).into_response())
}

/// What stands in the bar of every page of somebody who has few codes for recovery left.
pub(super) fn notice(ui: &Ui) -> Markup {
    html! {
        @if let Some(left) = ui.codes_left.filter(|left| *left <= FEW_CODES) {
            a class="off-duty" href="/account" { (ui.fill("account.codes.notice", &[("n", &left.to_string())])) }
        }
    }
}

fn codes(ui: &Ui, codes: &[String]) -> Markup {
    html! {
        @if !codes.is_empty() {
            div class="notice" role="status" {
                b { (ui.t("account.codes.new")) }
                ul class="recovery" { @for code in codes { li { code { (code) } } } }
                a class="button main" href="/" { (ui.t("account.go_on")) }
            }
        }
    }
}

fn authenticator(ui: &Ui, factors: &Factors, enrolment: Option<&Enrolment>) -> Markup {
    html! {
        section class="stack" {
            h2 { (ui.t("account.authenticator")) }
            p class="quiet" { (ui.t("account.authenticator.hint")) }
            @if let Some(Enrolment { letters, uri }) = enrolment {
                (qr::picture(uri, ui.t("account.authenticator.picture")))
                p { (ui.t("account.authenticator.letters")) " " code { (letters) } }
                form class="stack" method="post" action="/account/authenticator/confirm" {
                    (token(ui))
                    div class="field" {
                        label for="confirm-code" { (ui.t("account.code")) }
                        input class="input" id="confirm-code" name="code" required inputmode="numeric" autocomplete="one-time-code" maxlength="12" autofocus;
                    }
                    div class="row-of" { button class="button main" { (ui.t("account.authenticator.confirm")) } }
                }
            } @else if let Some(left) = factors.codes_left {
                p { (ui.fill("account.codes.left", &[("n", &left.to_string())])) }
                @if left <= FEW_CODES { div class="notice" role="status" { b { (ui.t("account.codes.few")) } } }
                div class="row-of" {
                    form method="post" action="/account/recovery-codes" { (token(ui)) input type="hidden" name="mark" value=(factors.mark); button class="button" { (ui.t("account.codes.make")) } }
                    form method="post" action="/account/authenticator/remove" { (token(ui)) button class="button plain" { (ui.t("account.authenticator.remove")) } }
                }
            } @else {
                form method="post" action="/account/authenticator" { (token(ui)) button class="button" { (ui.t("account.authenticator.add")) } }
            }
        }
    }
}

fn passkey_list(ui: &Ui, passkeys: &[Passkey]) -> Markup {
    html! {
        section class="stack" {
            h2 { (ui.t("account.passkeys")) }
            p class="quiet" { (ui.t("account.passkeys.hint")) }
            @for passkey in passkeys {
                form class="row-of" method="post" action={"/account/passkeys/" (passkey.id) "/remove"} {
                    (token(ui))
                    span { (passkey.label) " · " (day(ui, passkey.used.unwrap_or(passkey.created))) }
                    button class="button plain" { (ui.t("account.passkeys.remove")) }
                }
            }
            p data-passkey-address hidden { (ui.t("account.passkeys.address")) }
            form class="row-of" data-passkey="register" hidden {
                div class="field" {
                    label for="passkey-label" { (ui.t("account.passkeys.label")) }
                    input class="input" id="passkey-label" name="label" maxlength="64" autocomplete="off";
                }
                button class="button" { (ui.t("account.passkeys.add")) }
            }
            p class="refused" data-passkey-problem hidden role="alert" { (ui.t("account.passkeys.failed")) }
        }
    }
}

fn password_form(ui: &Ui) -> Markup {
    html! {
        form class="stack" method="post" action="/account/password" {
            (token(ui))
            h2 { (ui.t("sign_in.password")) }
            div class="field" {
                label for="present-password" { (ui.t("account.password.present")) }
                input class="input" id="present-password" name="present" type="password" required maxlength="1024" autocomplete="current-password";
            }
            div class="field" {
                label for="new-password" { (ui.t("account.password.new")) }
                input class="input" id="new-password" name="password" type="password" required minlength="12" maxlength="256" autocomplete="new-password";
            }
            div class="row-of" { button class="button" { (ui.t("account.password.set")) } }
        }
    }
}

fn sessions(ui: &Ui, state: &AppState, signed: &Signed, here: &str) -> Markup {
    html! {
        section class="stack" {
            h2 { (ui.t("account.sessions")) }
            div class="wide" { table class="table" {
                thead { tr {
                    th { (ui.t("account.sessions.device")) } th { (ui.t("account.sessions.address")) }
                    th { (ui.t("account.sessions.begun")) } th { (ui.t("account.sessions.seen")) }
                    th { span class="hidden-text" { (ui.t("account.sessions.end")) } }
                } }
                tbody { @for session in state.access.signed_in(Some(signed.actor())) { tr {
                    td { (session.device) @if session.id == here { " · " b { (ui.t("account.sessions.this")) } } }
                    td { (session.address) }
                    td { (moment(ui, session.created)) }
                    td { (moment(ui, session.seen)) }
                    td { form method="post" action={"/account/sessions/" (session.id) "/end"} { (token(ui)) button class="button plain" { (ui.t("account.sessions.end")) } } }
                } } }
            } }
        }
    }
}

pub(super) fn moment(ui: &Ui, seconds: i64) -> String {
    ui.date_time(Timestamp::from_seconds(seconds))
}

pub(super) fn day(ui: &Ui, seconds: i64) -> String {
    ui.date(Timestamp::from_seconds(seconds))
}
