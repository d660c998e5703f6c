//! The frame of every page: head, bar, menu, foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{account, duty, glass, help, palette, texts::Locale, ui::Ui};
use crate::{
    access::{Stage, rights::Action},
    assets::asset_url,
    problem::Problem,
};

/// The mark: a call box with its lamp.
const MARK: &str = r#"<svg viewBox="0 0 20 20" fill="currentColor" aria-hidden="true"><path fill-rule="evenodd" d="M4.5 1h11A2.5 2.5 0 0 1 18 3.5v13a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 2 16.5v-13A2.5 2.5 0 0 1 4.5 1ZM5 4v2h10V4Zm5 5-5 7h10Z"/></svg>"#;

/// The pages that the bar leads to, with the right that each needs: the first ones stand in it, the
/// others behind 'More'.
pub(super) const TABS: &[(&str, &str, Action)] = &[
    ("/board", "nav.board", Action::ReadBoard),
    ("/map", "nav.map", Action::ReadBoard),
    ("/units", "nav.units", Action::ReadBoard),
    ("/history", "nav.history", Action::ReadHistory),
    ("/closures", "nav.closures", Action::ReadBoard),
    ("/premises", "nav.premises", Action::ReadPremises),
    ("/reports", "nav.reports", Action::ReadReports),
    ("/agencies", "nav.agencies", Action::ReadBoard),
    ("/settings", "nav.settings", Action::ReadBoard),
    ("/plans", "nav.plans", Action::ReadBoard),
    ("/cards", "nav.cards", Action::ReadBoard),
    (
        "/consultations",
        "nav.consultations",
        Action::ReadConsultations,
    ),
    ("/erasures", "erasure.title", Action::ReadErasures),
    ("/ledger", "nav.ledger", Action::ReadOpenly),
    ("/accounts", "nav.accounts", Action::KeepAccounts),
];

/// So many pages stand in the bar itself.
const IN_BAR: usize = 5;

/// A page for reading, with the bar above and the foot below.
pub(super) fn page(ui: &Ui, title: &str, current: &str, content: Markup) -> Markup {
    page_with(ui, title, current, html! {}, content)
}

/// The same with more in its head.
pub(super) fn page_with(
    ui: &Ui,
    title: &str,
    current: &str,
    head: Markup,
    content: Markup,
) -> Markup {
    document(
        ui,
        title,
        "",
        head,
        html! {
            (bar(ui, current, html! {}))
            main id="content" { (content) }
            footer class="foot" {
                span { (ui.center) }
                span class="spacer" {}
                span class="keys" {
                    a href="/guide" { (ui.t("guide.title")) }
                    @if ui.signed.is_some() { button type="button" data-keys { kbd { "?" } " " (ui.t("keys")) } }
                }
                span { (ui.date_time(ui.now())) }
            }
        },
    )
}

/// A whole document.
pub(super) fn document(ui: &Ui, title: &str, class: &str, head: Markup, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(ui.locale.tag()) dir=(ui.locale.direction()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · callbox" }
                link rel="icon" href=(asset_url("icons/favicon.svg")) type="image/svg+xml";
                @for sheet in ["tokens", "base", "board", "line", "map", "print"] {
                    link rel="stylesheet" href=(asset_url(&format!("css/{sheet}.css")));
                }
                script src=(asset_url("js/theme.js")) {}
                script type="module" src=(asset_url("js/help.js")) {}
                script type="module" src=(asset_url("js/palette.js")) {}
                (head)
            }
            body class=(class) {
                a class="skip" href="#content" { (ui.t("skip")) }
                (body)
                @if ui.signed.is_some() { (help::dialog(ui)) (palette::dialog(ui)) }
            }
        }
    }
}

/// The mark and the name.
pub(super) fn brand() -> Markup {
    html! { a class="brand" href="/" aria-label="callbox" { (PreEscaped(MARK)) span { "callbox" } } }
}

/// The bar above a page; `middle` stands between the tabs and the menu.
pub(super) fn bar(ui: &Ui, current: &str, middle: Markup) -> Markup {
    html! {
        header class="bar" {
            (brand())
            span class="where" {
                b { (ui.center) }
                @if ui.is_exercise && !ui.center.contains("demo") { span class="tag" { (ui.t("demo")) } }
            }
            nav class="tabs" aria-label=(ui.t("nav.label")) {
                // Until a second factor is set up every tab would lead back here.
                @let is_in = ui.signed.as_ref().is_some_and(|signed| signed.session.stage == Stage::Full);
                @let mine: Vec<_> = TABS.iter().filter(|(path, _, action)| is_in && ui.may(*action) && ui.reaches(path)).collect();
                @let (first, more) = mine.split_at(IN_BAR.min(mine.len()));
                @for (path, key, _) in first {
                    a href=(path) aria-current=[(*path == current).then_some("page")] { (ui.t(key)) }
                }
                @if !more.is_empty() {
                    @let chosen = more.iter().find(|(path, ..)| *path == current);
                    details class="menu more" {
                        summary data-chosen=[chosen.map(|_| "yes")] { (chosen.map_or(ui.t("nav.more"), |(_, key, _)| ui.t(key))) }
                        div {
                            @for (path, key, _) in more {
                                a href=(path) aria-current=[(*path == current).then_some("page")] { (ui.t(key)) }
                            }
                        }
                    }
                }
            }
            span class="spacer" {}
            (glass::notice(ui))
            (account::notice(ui))
            (duty::notice(ui))
            (middle)
            (menu(ui))
        }
    }
}

fn menu(ui: &Ui) -> Markup {
    let signed = ui.signed.as_ref();
    let is_in = signed.is_some_and(|signed| signed.session.stage == Stage::Full);
    html! {
        details class="menu" {
            summary { (signed.map_or(ui.t("menu"), |signed| &signed.account.name)) }
            div {
                @if let Some(signed) = signed {
                    div class="who" {
                        (signed.account.name)
                        small { (ui.t(&format!("role.{}", signed.role().name()))) }
                    }
                }
                @for (theme, key) in [("", "menu.theme.auto"), ("light", "menu.theme.light"), ("dark", "menu.theme.dark")] {
                    button type="button" data-set-theme=(theme) aria-pressed="false" { (ui.t(key)) }
                }
                hr;
                (languages(ui))
                @if signed.is_some() {
                    hr;
                    @if ui.may(Action::ReviewBreakGlass) { a href="/break-glass" { (ui.t("glass.title")) } }
                    @if is_in && ui.may(Action::OwnDuty) { a href="/duty" { (ui.t("duty.title")) } }
                    a href="/account/reads" { (ui.t("reads.own")) }
                    a href="/rights" { (ui.t("rights.title")) }
                    a href="/guide" { (ui.t("guide.title")) }
                    a href="/account" { (ui.t("account.title")) }
                    a href={"/sign-in?hand_over=yes&next=" (ui.here)} { (ui.t("menu.hand_over")) }
                    form method="post" action="/sign-out" {
                        (token(ui))
                        button { (ui.t("sign_out")) }
                    }
                }
            }
        }
    }
}

/// A button for each language.
pub(super) fn languages(ui: &Ui) -> Markup {
    html! {
        @for locale in Locale::ALL {
            form method="post" action="/language" {
                input type="hidden" name="next" value=(ui.here);
                button name="lang" value=(locale.name()) lang=(locale.tag())
                    aria-current=[(locale == ui.locale).then_some("true")] { (locale.text("lang.name")) }
            }
        }
    }
}

/// The hidden member that ties a form to its session.
pub(super) fn token(ui: &Ui) -> Markup {
    html! { input type="hidden" name="csrf" value=(ui.form_token()); }
}

/// The hidden members of a form that acts: session, and a name of its own.
pub(super) fn act(ui: &Ui) -> Markup {
    html! { (token(ui)) input type="hidden" name="key" value=(super::ui::new_key()); }
}

/// What was refused, and what to do.
pub(super) fn refusal(ui: &Ui, problem: Option<&Problem>) -> Markup {
    refusal_with(ui, problem, html! {})
}

/// The same with a form that does what was refused after all, where somebody says so expressly.
pub(super) fn refusal_with(ui: &Ui, problem: Option<&Problem>, expressly: Markup) -> Markup {
    html! {
        @if let Some(problem) = problem {
            @let (what, hint) = ui.locale.problem(problem, |at| ui.date_time(at));
            div class="notice refused" role="alert" {
                b { (ui.t("refused")) (ui.t("text.colon")) (what) }
                span { (hint) }
                (expressly)
            }
        }
    }
}

/// A shape with its code and words: status is never colour alone.
pub(super) fn shape(meaning: &str) -> Markup {
    html! { i class="shape" data-meaning=(meaning) aria-hidden="true" {} }
}

/// A priority.
pub(super) fn rank(code: Option<&str>, rank: u8, class: &str) -> Markup {
    html! { span class={"rank " (class)} data-rank=(rank) { (code.unwrap_or("–")) } }
}
