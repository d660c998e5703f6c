use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{brand, document, shape, token},
    ui::Ui,
};
use crate::{
    access::Stage,
    assets::asset_url,
    problem::Problem,
    security::{self, Signed, cookie, cookie_name, own_path},
    state::{AppState, blocking},
};

/// Why somebody is back, and where they wanted to go.
#[derive(Deserialize)]
pub(super) struct Back {
    problem: Option<String>,
    #[serde(default)]
    next: String,
    /// The next person takes over at this position: the form is shown although somebody is in.
    hand_over: Option<String>,
}

impl Back {
    /// Where to go on to.
    fn next(&self) -> &str {
        match own_path(&self.next) {
            "/" => "/board",
            next => next,
        }
    }

    /// What went wrong, and what to do.
    fn problem(&self) -> Option<(&'static str, &'static str)> {
        match self.problem.as_deref()? {
            "ended" => Some(("sign_in.ended", "sign_in.ended_hint")),
            "locked" => Some(("sign_in.locked", "sign_in.locked_hint")),
            "busy" => Some(("sign_in.busy", "sign_in.busy_hint")),
            _ => Some(("sign_in.wrong", "sign_in.wrong_hint")),
        }
    }
}

/// `GET /sign-in/code`: asks for the second factor.
pub(super) async fn code(ui: Ui, Query(back): Query<Back>) -> Response {
    let form = html! {
        main class="page narrow" id="content" {
            form class="stack" method="post" action="/sign-in/code" {
                (token(&ui))
                h1 { (ui.t("sign_in.code")) }
                @if let Some((_, hint)) = back.problem() {
                    @let what = if hint == "sign_in.wrong_hint" { "sign_in.wrong_code" } else { "sign_in.locked" };
                    div class="notice refused" role="alert" { b { (ui.t(what)) } }
                }
                input type="hidden" name="next" value=(back.next());
                div class="field" {
                    label for="code" { (ui.t("sign_in.code.label")) }
                    input class="input large" id="code" name="code" required autofocus autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40";
                }
                button class="button main large" { (ui.t("sign_in")) }
            }
            form method="post" action="/sign-out" { (token(&ui)) button class="button plain" { (ui.t("sign_in.back")) } }
        }
    };
    document(&ui, ui.t("sign_in.code"), "", html! {}, form).into_response()
}

/// `GET /confirm`: asks once more who sits there, before a grave act.
pub(super) async fn confirm(
    State(state): State<AppState>,
    ui: Ui,
    signed: Signed,
    Query(back): Query<Back>,
) -> Result<Response, Problem> {
    let (access, actor) = (state.access.clone(), signed.actor());
    let has_code = blocking(move || access.has_authenticator(actor)).await?;
    let has_code = has_code.map_err(|error| super::account::unusable(&error))?;
    let content = html! {
        script type="module" src=(asset_url("js/passkey.js")) {}
        div class="page narrow" {
            form class="stack" method="post" action="/confirm" {
                (token(&ui))
                h1 { (ui.t("confirm.title")) }
                p { (ui.t("confirm.hint")) }
                @if let Some((what, hint)) = back.problem() {
                    div class="notice refused" role="alert" { b { (ui.t(what)) } span { (ui.t(hint)) } }
                }
                input type="hidden" name="next" value=(back.next());
                div class="field" {
                    label for="password" { (ui.t("sign_in.password")) }
                    input class="input large" id="password" name="password" type="password" required autofocus autocomplete="current-password" maxlength="1024";
                }
                @if has_code { div class="field" {
                    label for="code" { (ui.t("sign_in.code.label")) }
                    input class="input large" id="code" name="code" required autocomplete="one-time-code" maxlength="40";
                } }
                button class="button main large" { (ui.t("confirm.go")) }
            }
            (passkey(&ui, back.next()))
        }
    };
    Ok(super::layout::page(&ui, ui.t("confirm.title"), "", content).into_response())
}

/// The way in with a passkey; shown by its script where the browser has them.
fn passkey(ui: &Ui, next: &str) -> Markup {
    html! {
        form class="stack" data-passkey="sign-in" hidden {
            input type="hidden" name="next" value=(next);
            button class="button large" { (ui.t("sign_in.passkey")) }
        }
        p class="refused" data-passkey-problem hidden role="alert" { (ui.t("account.passkeys.failed")) }
    }
}

/// `GET /sign-in`.
pub(super) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    ui: Ui,
    Query(back): Query<Back>,
) -> Response {
    let is_in = ui
        .signed
        .as_ref()
        .is_some_and(|signed| signed.session.stage == Stage::Full);
    if is_in && back.problem.is_none() && back.hand_over.is_none() {
        return Redirect::to("/board").into_response();
    }
    let problem = back.problem();
    let typed = problem.and_then(|_| cookie(&headers, security::TYPED));
    let typed = security::typed(typed.unwrap_or_default());
    // A browser that still holds a session which is over did not come here to sign in.
    let held = cookie(&headers, cookie_name(state.tls)).is_some_and(|it| !it.is_empty());
    let is_over = held && ui.signed.is_none() && problem.is_none();
    let next = back.next();
    let form = html! {
        div class="door" {
            div class="door-words" {
                (brand())
                div class="door-middle" {
                    p { (ui.t("sign_in.words")) }
                    (example(&ui))
                }
                small { (ui.center) }
            }
            main class="door-form" id="content" {
                div class="door-language row-of" {
                    @for locale in super::texts::Locale::ALL {
                        @if locale != ui.locale {
                            form method="post" action="/language" {
                                input type="hidden" name="next" value="/sign-in";
                                button class="button plain" name="lang" value=(locale.name()) lang=(locale.tag()) { (locale.text("lang.name")) }
                            }
                        }
                    }
                }
                form class="stack" method="post" action="/sign-in" {
                    h1 { (ui.t("sign_in")) }
                    @if let Some((what, hint)) = problem {
                        div class="notice refused" role="alert" { b { (ui.t(what)) } span { (ui.t(hint)) } }
                    }
                    @if is_over {
                        div class="notice" role="status" { b { (ui.t("sign_in.over")) } span { (ui.t("sign_in.over_hint")) } }
                    }
                    input type="hidden" name="next" value=(next);
                    div class="field" {
                        label for="login" { (ui.t("sign_in.login")) }
                        input class="input large" id="login" name="login" value=(typed) required autofocus[typed.is_empty()] autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64";
                    }
                    div class="field" {
                        label for="password" { (ui.t("sign_in.password")) }
                        input class="input large" id="password" name="password" type="password" required autofocus[!typed.is_empty()] autocomplete="current-password" maxlength="1024";
                    }
                    button class="button main large" { (ui.t("sign_in")) }
                    @if let (true, Some(signed)) = (is_in, ui.signed.as_ref()) {
                        p class="quiet" { (ui.fill("sign_in.hand_over", &[("name", &signed.account.name)])) " " a href=(next) { (ui.t("sign_in.stay")) } }
                    }
                }
                (passkey(&ui, next))
                @if let Some(provider) = &state.provider {
                    p { a class="button large" href={"/sign-in/provider?next=" (next)} { (ui.fill("sign_in.provider", &[("name", &provider.settings.name)])) } }
                }
                p { a href="/guide/signing-in" { (ui.t("guide.title")) } }
            }
        }
    };
    let script = html! { script type="module" src=(asset_url("js/passkey.js")) {} };
    document(&ui, ui.t("sign_in"), "", script, form).into_response()
}

/// How a record reads; a picture, not data.
fn example(ui: &Ui) -> Markup {
    let lines = [
        ("14:02:11", "waiting", "sign_in.example.received"),
        ("14:02:53", "dispatched", "sign_in.example.dispatched"),
        ("14:03:30", "en_route", "sign_in.example.en_route"),
        ("14:07:15", "on_scene", "sign_in.example.on_scene"),
        ("14:41:02", "available", "sign_in.example.available"),
    ];
    html! {
        ol class="door-record" aria-hidden="true" {
            @for (time, meaning, words) in lines {
                li { time { (time) } (shape(meaning)) span { (ui.t(words)) } }
            }
        }
    }
}
