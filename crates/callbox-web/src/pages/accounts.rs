//! The accounts of a center, for those who keep them.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::ErasureRequest;
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    account::{day, moment, unusable, weak},
    layout::{page, refusal, token},
    submit::need_code,
    ui::Ui,
};
use crate::{
    access::{Access, AccessError, Account, Role, generate_password},
    problem::Problem,
    security::{Signed, SignedForm},
    state::{AppState, blocking},
};

/// What the forms send; each uses what it needs.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct Change {
    login: String,
    name: String,
    role: String,
    emergency: Option<String>,
    basis: String,
}

/// What is shown once, after an act.
#[derive(Default)]
struct Shown {
    problem: Option<Problem>,
    /// What was typed of a new account, where it was refused.
    typed: Change,
    /// Login name and password.
    password: Option<(String, String)>,
}

/// `GET /accounts`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Result<Response, Problem> {
    render(&state, &ui, Shown::default()).await
}

/// `POST /accounts`: makes an account and shows its password once.
pub(super) async fn add(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Change>,
) -> Result<Response, Problem> {
    let typed = form.clone();
    let mut shown = done(&state, &signed, "add", move |access, _| {
        let password = generate_password()?;
        let role = Role::from_name(&form.role).ok_or(AccessError::BadName)?;
        let (login, name) = (form.login.trim(), form.name.trim());
        if form.emergency.is_some() {
            access.create_for_emergency(login, name, role, &password)?;
        } else {
            access.create(login, name, role, &password)?;
        }
        Ok(Some((login.to_owned(), password)))
    })
    .await?;
    if shown.problem.is_some() {
        shown.typed = typed;
    }
    render(&state, &ui, shown).await
}

/// `POST /accounts/{login}/{act}`: changes an account; never one's own.
pub(super) async fn change(
    State(state): State<AppState>,
    ui: Ui,
    Path((login, what)): Path<(String, String)>,
    SignedForm { signed, form }: SignedForm<Change>,
) -> Result<Response, Problem> {
    if login == signed.account.login {
        let problem = Problem::new(
            StatusCode::CONFLICT,
            "own-account",
            "this is your own account",
            "ask another administrator; two are better than one anyway",
        );
        return render(&state, &ui, shown(problem)).await;
    }
    let what: &'static str = match what.as_str() {
        "disable" => "disable",
        "enable" => "enable",
        "password" => "password",
        "role" => "role",
        "factors" => "factors",
        "sessions" => "sessions",
        "erase" => return erase(&state, &ui, &signed, login).await,
        "ask-erasure" => "ask-erasure",
        "refuse-erasure" => "refuse-erasure",
        _ => {
            return Err(Problem::not_found(
                "there is no such act",
                "use one of the page's buttons",
            ));
        }
    };
    let basis = match what {
        "ask-erasure" | "refuse-erasure" => match need_code("basis", &form.basis) {
            Ok(basis) => Some(basis),
            Err(problem) => return render(&state, &ui, shown(problem)).await,
        },
        _ => None,
    };
    let shown = done(&state, &signed, what, move |access, what| {
        match what {
            "ask-erasure" => access.ask_for_erasure(&login, &basis.ok_or(AccessError::BadName)?)?,
            "refuse-erasure" => {
                access.refuse_erasure(&login, &basis.ok_or(AccessError::BadName)?)?
            }
            "disable" => access.disable(&login)?,
            "enable" => access.enable(&login)?,
            "role" => {
                let role = Role::from_name(&form.role).ok_or(AccessError::BadName)?;
                access.set_role(&login, role)?;
            }
            "factors" => access.reset_factors(&login)?,
            "sessions" => access.end_all(&login)?,
            _ => {
                let password = generate_password()?;
                access.set_password(&login, &password)?;
                return Ok(Some((login, password)));
            }
        }
        Ok(None)
    })
    .await?;
    render(&state, &ui, shown).await
}

/// Approves what somebody else asked for: erases what names an account; the page that follows has no address with its login.
async fn erase(
    state: &AppState,
    ui: &Ui,
    signed: &Signed,
    login: String,
) -> Result<Response, Problem> {
    let access = state.access.by(signed.actor());
    match blocking(move || access.erase(&login)).await? {
        Ok(_) => {
            tracing::info!(
                actor = signed.actor().0,
                "the names of an account were erased"
            );
            Ok(Redirect::to("/accounts").into_response())
        }
        Err(error) => render(state, ui, shown(explained(&error)?)).await,
    }
}

async fn done(
    state: &AppState,
    signed: &Signed,
    what: &'static str,
    work: impl FnOnce(&Access, &str) -> Result<Option<(String, String)>, AccessError> + Send + 'static,
) -> Result<Shown, Problem> {
    let access = state.access.by(signed.actor());
    match blocking(move || work(&access, what)).await? {
        Ok(password) => {
            tracing::info!(
                actor = signed.actor().0,
                act = what,
                "an account was changed"
            );
            Ok(Shown {
                password,
                ..Shown::default()
            })
        }
        Err(error) => Ok(shown(explained(&error)?)),
    }
}

fn shown(problem: Problem) -> Shown {
    Shown {
        problem: Some(problem),
        ..Shown::default()
    }
}

fn explained(error: &AccessError) -> Result<Problem, Problem> {
    if let Some(problem) = weak(error) {
        return Ok(problem);
    }
    match error {
        AccessError::Refused(refusal) => Ok(Problem::from((**refusal).clone())),
        AccessError::Taken(_) => Ok(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-account",
            error.to_string(),
            "choose another login name",
        )
        .in_words("bad-account.taken")),
        AccessError::Unknown(_) | AccessError::BadLogin | AccessError::BadName => {
            let problem = Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad-account",
                error.to_string(),
                "correct it and send the form again",
            );
            Ok(match error {
                AccessError::BadName => problem.in_words("bad-account.name"),
                _ => problem,
            })
        }
        error => Err(unusable(error)),
    }
}

async fn render(state: &AppState, ui: &Ui, shown: Shown) -> Result<Response, Problem> {
    let access = state.access.clone();
    let accounts = blocking(move || access.accounts());
    let accounts = accounts.await?.map_err(|error| unusable(&error))?;
    let status = shown
        .problem
        .as_ref()
        .map_or(StatusCode::OK, |it| it.status);
    let sessions = state.access.signed_in(None);
    let erasures = state.access.erasures();
    let locked = state
        .access
        .locked(accounts.iter().map(|it| it.login.as_str()));
    let locked = locked.map_err(|error| unusable(&error))?;
    let content = html! {
        div class="page" {
            div class="page-head" { h1 { (ui.t("accounts.title")) } p { (ui.t("accounts.hint")) } }
            (refusal(ui, shown.problem.as_ref()))
            @if let Some((login, password)) = &shown.password {
                div class="notice" role="status" {
                    b { (ui.fill("accounts.password", &[("login", login)])) }
                    code { (password) }
                    @let hours = state.access.policy().first_passwords;
                    @if hours > 0 { span { (ui.fill("accounts.password.first", &[("hours", &hours.to_string())])) } }
                }
            }
            div class="wide sheet" { table class="table" {
                thead { tr {
                    th { (ui.t("sign_in.login")) } th { (ui.t("accounts.name")) } th { (ui.t("accounts.role")) }
                    th { (ui.t("accounts.state")) } th { (ui.t("account.sessions")) }
                    th class="controls" { (ui.t("accounts.change")) }
                } }
                tbody { @for account in &accounts {
                    @let theirs: Vec<_> = sessions.iter().filter(|it| it.actor == account.actor).collect();
                    tr {
                        td { (account.login) }
                        td { (account.name) }
                        td class="words" { (ui.t(&format!("role.{}", account.role.name()))) }
                        td {
                            (state_of(ui, account))
                            @if locked.contains(account.login.as_str()) { br; b { (ui.t("accounts.locked")) } }
                            @if erasures.half_erased.contains(&account.actor) { br; b { (ui.t("accounts.half_erased")) } }
                            @if erasures.requests.contains_key(&account.actor) { br; b { (ui.t("accounts.asked")) } }
                        }
                        td { @if let Some(newest) = theirs.first() { (theirs.len()) " · " (newest.device) " · " (newest.address) " · " (moment(ui, newest.seen)) } }
                        td { (controls(state, ui, account, erasures.requests.get(&account.actor))) }
                    }
                } }
            } }
            (form(ui, &shown.typed))
        }
    };
    Ok((
        status,
        page(ui, ui.t("accounts.title"), "/accounts", content),
    )
        .into_response())
}

fn state_of(ui: &Ui, account: &Account) -> String {
    match (account.disabled, account.expires) {
        (Some(at), _) => ui.fill("accounts.disabled", &[("day", &day(ui, at))]),
        (None, Some(at)) => ui.fill("accounts.until", &[("time", &moment(ui, at))]),
        (None, None) => ui.t("accounts.in_use").to_owned(),
    }
}

fn controls(
    state: &AppState,
    ui: &Ui,
    account: &Account,
    request: Option<&ErasureRequest>,
) -> Markup {
    let own = ui.signed.as_ref().map(|signed| signed.account.actor);
    let toggle = match account.disabled {
        None => ("disable", "accounts.disable"),
        Some(_) => ("enable", "accounts.enable"),
    };
    let acts = [
        ("password", "accounts.new_password"),
        ("factors", "accounts.reset"),
        ("sessions", "accounts.sign_out"),
        toggle,
    ];
    let path = |act: &str| format!("/accounts/{}/{act}", account.login);
    html! {
        @if own == Some(account.actor) { a href="/account" { (ui.t("account.title")) } } @else {
            details class="acts" { summary { (ui.t("accounts.change")) }
                @for (act, key) in acts {
                    form method="post" action=(path(act)) { (token(ui)) button class="button" { (ui.t(key)) } }
                }
                form method="post" action=(path("role")) {
                    (token(ui))
                    select class="input" name="role" aria-label=(ui.t("accounts.role")) { (roles(ui, account.role)) }
                    button class="button" { (ui.t("accounts.set_role")) }
                }
                @if account.disabled.is_some() { (erasure(state, ui, request, path)) }
            }
        }
    }
}

/// What can be done about erasing its names: one asks, another one approves.
fn erasure(
    state: &AppState,
    ui: &Ui,
    request: Option<&ErasureRequest>,
    path: impl Fn(&str) -> String,
) -> Markup {
    let own = ui.signed.as_ref().map(|signed| signed.account.actor);
    let coded = |act: &str, words: &str, button: &str| {
        html! {
            form method="post" action=(path(act)) {
                (token(ui))
                input class="input" name="basis" required maxlength="64" autocomplete="off" aria-label=(ui.t(words)) placeholder=(ui.t(words));
                button class="button" { (ui.t(button)) }
            }
        }
    };
    let Some(request) = request else {
        return html! {
            (coded("ask-erasure", "accounts.basis", "accounts.erase"))
            p class="quiet" { (ui.t("accounts.erase.words")) }
        };
    };
    let name = state.access.name_of(request.by);
    let values = [
        ("name", name.unwrap_or_else(|| request.by.to_string())),
        ("basis", request.basis.to_string()),
        ("until", ui.date_time(request.not_before)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    html! {
        p { (ui.fill("accounts.erase.asked", &values)) }
        @if own != Some(request.by) && request.not_before <= ui.now() {
            form method="post" action=(path("erase")) { (token(ui)) button class="button" { (ui.t("erasure.approve")) } }
            p class="quiet" { (ui.t("accounts.erase.then")) }
        }
        (coded("refuse-erasure", "erasure.reason", "erasure.refuse"))
    }
}

fn roles(ui: &Ui, chosen: Role) -> Markup {
    html! {
        @for role in Role::ALL {
            option value=(role.name()) selected[role == chosen] { (ui.t(&format!("role.{}", role.name()))) }
        }
    }
}

fn form(ui: &Ui, typed: &Change) -> Markup {
    html! {
        form class="stack narrow" method="post" action="/accounts" {
            (token(ui))
            h2 { (ui.t("accounts.add")) }
            div class="field" {
                label for="account-login" { (ui.t("sign_in.login")) }
                input class="input" id="account-login" name="login" value=(typed.login) required maxlength="64" pattern="[a-z0-9._\\-]+"
                    title=(ui.t("accounts.login.words")) aria-describedby="account-login-words" autocomplete="off" autocapitalize="none";
                small class="quiet" id="account-login-words" { (ui.t("accounts.login.words")) }
            }
            div class="field" {
                label for="account-name" { (ui.t("accounts.name")) }
                input class="input" id="account-name" name="name" value=(typed.name) required maxlength="64" autocomplete="off";
            }
            div class="field" {
                label for="account-role" { (ui.t("accounts.role")) }
                select class="input" id="account-role" name="role" { (roles(ui, Role::from_name(&typed.role).unwrap_or(Role::CallTaker))) }
                small class="quiet" { (ui.t("accounts.service.words")) }
            }
            label class="check" { input type="checkbox" name="emergency" value="yes" checked[typed.emergency.is_some()]; span { (ui.t("accounts.emergency")) } }
            div class="row-of" { button class="button main" { (ui.t("accounts.add")) } }
        }
    }
}
