use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{brand, document, shape},
    ui::Ui,
};

/// Why somebody is back, and where they wanted to go.
#[derive(Deserialize)]
pub(super) struct Back {
    problem: Option<String>,
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`.
pub(super) async fn show(ui: Ui, Query(back): Query<Back>) -> Response {
    if ui.signed.is_some() && back.problem.is_none() {
        return Redirect::to("/board").into_response();
    }
    let problem = match back.problem.as_deref() {
        None => None,
        Some("locked") => Some(("sign_in.locked", "sign_in.locked_hint")),
        Some("busy") => Some(("sign_in.busy", "sign_in.busy_hint")),
        Some(_) => Some(("sign_in.wrong", "sign_in.wrong_hint")),
    };
    let next = if back.next.is_empty() {
        "/board"
    } else {
        &back.next
    };
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
                    input type="hidden" name="next" value=(next);
                    div class="field" {
                        label for="login" { (ui.t("sign_in.login")) }
                        input class="input large" id="login" name="login" required autofocus autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64";
                    }
                    div class="field" {
                        label for="password" { (ui.t("sign_in.password")) }
                        input class="input large" id="password" name="password" type="password" required autocomplete="current-password" maxlength="1024";
                    }
                    button class="button main large" { (ui.t("sign_in")) }
                }
            }
        }
    };
    document(&ui, ui.t("sign_in"), "", html! {}, form).into_response()
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
