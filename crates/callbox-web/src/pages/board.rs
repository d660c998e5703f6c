use std::collections::BTreeMap;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, PreEscaped, html};
use serde_json::json;

use super::{
    call,
    layout::{bar, document},
    ui::Ui,
};
use crate::{access::rights::Action, assets::asset_url, security::board_policy};

/// `GET /board`: the frame; the script fills it from the JSON interface.
pub(super) async fn show(ui: Ui) -> Response {
    let policy = HeaderValue::from_static(board_policy());
    ([(header::CONTENT_SECURITY_POLICY, policy)], page(ui)).into_response()
}

fn page(ui: Ui) -> Markup {
    let head = html! {
        script type="application/json" id="boot" { (PreEscaped(boot(&ui))) }
        script type="module" src=(asset_url("js/board.js")) {}
    };
    document(
        &ui,
        ui.t("nav.board"),
        "is-board",
        head,
        html! {
            (bar(&ui, "/board", gauges(&ui)))
            noscript {
                div class="notice warned" {
                    b { (ui.t("noscript")) }
                    span { a href="/units" { (ui.t("nav.units")) } " · " a href="/history" { (ui.t("nav.history")) } " · " a href="/calls/new" { (ui.t("new_call")) } }
                }
            }
            div class="old" id="old" role="alert" hidden { span id="old-text" {} small { (ui.t("old.hint")) } }
            main class="board" id="content" data-pane="incidents" {
            h1 class="hidden-text" { (ui.t("nav.board")) }
                (incidents(&ui))
                (units(&ui))
                (selected(&ui))
                (map_pane(&ui))
            }
            nav class="pane-tabs" aria-label=(ui.t("nav.label")) {
                @for (name, key) in [("incidents", "incidents"), ("units", "units"), ("selected", "selected")] {
                    button type="button" data-pane-tab=(name) aria-pressed=(name == "incidents") { (ui.t(key)) }
                }
            }
            section class="alarms" id="alarms" aria-label=(ui.t("alarms")) hidden {
                h2 { (ui.t("alarms")) " " kbd { "F8" } }
                ul id="alarm-list" {}
                button type="button" class="more" id="alarm-more" hidden {}
            }
            p class="hidden-text" id="alarm-said" role="alert" {}
            (line(&ui))
            footer class="foot" {
                p class="said" id="said" role="status" {}
                button type="button" class="button undo" id="undo" hidden { (ui.t("undo")) " " kbd { "U" } " " span id="undo-left" {} }
                span class="keys sound" {
                    button type="button" id="sound" aria-pressed="true" { (ui.t("alerts.on")) }
                    button type="button" id="sound-test" { (ui.t("alerts.test")) }
                }
                span class="keys" { button type="button" id="layouts" { (ui.t("layout.short")) } }
                span class="keys" { button type="button" data-keys { kbd { "?" } " " (ui.t("keys")) } }
                @if ui.may(Action::ReadMetrics) {
                    @if ui.may(Action::ReviewBreakGlass) { a class="record-troubled" id="glass-broken" href="/break-glass" role="alert" hidden { (ui.t("glass.broken")) } }
                    a class="record-troubled" id="record-troubled" href="/ledger" role="alert" hidden { (ui.t("ledger.troubled")) }
                }
                a class="ledger-at" href="/ledger" { (ui.t("ledger.at")) " " span id="ledger-at" {} }
            }
            (layouts(&ui))
            @if ui.may(Action::ReceiveIncident) { (call::dialog(&ui)) }
            @if ui.may(Action::ChangeUnitStatus) { (unit_dialog(&ui)) }
        },
    )
}

/// Language, texts and rights for the script; a data block, which no policy lets run.
pub(super) fn boot(ui: &Ui) -> String {
    let rights = json!({
        "dispatch": ui.may(Action::Dispatch),
        "status": ui.may(Action::ChangeUnitStatus),
        "narrate": ui.may(Action::Narrate),
        "describe": ui.may(Action::DescribeIncident),
        "close": ui.may(Action::CloseIncident),
        "reopen": ui.may(Action::ReopenIncident),
        "receive": ui.may(Action::ReceiveIncident),
        "service": ui.may(Action::ChangeService),
        "acknowledge": ui.may(Action::AcknowledgeAlarm),
        "streets": ui.may(Action::CloseStreets),
        "configure": ui.may(Action::Configure),
    });
    // Settings and reports are made by the server; no script says their words.
    let texts = ui.locale.table().iter();
    let texts: BTreeMap<_, _> = texts
        .filter(|(key, _)| !key.starts_with("settings."))
        .collect();
    let boot = json!({"locale": ui.locale.tag(), "texts": texts, "rights": rights});
    // Nothing in it may end the element that it stands in.
    boot.to_string().replace('<', "\\u003c")
}

fn gauges(ui: &Ui) -> Markup {
    html! {
        dl class="gauges" aria-label=(ui.t("gauges")) {
            div class="gauge" { dt { (ui.t("gauge.waiting")) } dd id="g-waiting" { "–" } }
            div class="gauge" { dt { (ui.fill("gauge.longest", &[("p", "1")])) } dd id="g-longest" { "–" } }
            div class="gauge open" { dt { (ui.t("gauge.open")) } dd id="g-open" { "–" } }
            div class="gauge" { dt { (ui.t("gauge.free")) } dd { span id="g-free" { "–" } small id="g-units" {} } }
        }
        span class="live" id="live" { span id="live-text" {} }
        time class="clock" id="clock" { "--:--:--" }
    }
}

fn incidents(ui: &Ui) -> Markup {
    html! {
        section class="pane incidents-pane" data-name="incidents" data-title=(ui.t("incidents")) aria-labelledby="incidents-title" {
            div class="pane-head" {
                h2 id="incidents-title" { (ui.t("incidents")) " " span class="count" id="incident-count" {} " " kbd { "F2" } }
                span class="spacer" {}
                input class="input" type="search" autocomplete="off" id="incident-filter" placeholder=(ui.t("filter")) aria-label=(ui.t("filter.incidents"));
                @if ui.may(Action::ReceiveIncident) {
                    a class="button main" id="new-call" href="/calls/new" { (ui.t("new_call")) " " kbd { "F9" } }
                }
            }
            div class="columns" aria-hidden="true" {
                @for key in ["col.priority", "col.no", "col.type", "col.place", "col.units", "col.age"] { span { (ui.t(key)) } }
            }
            div class="rows" id="incidents" role="grid" tabindex="0" aria-labelledby="incidents-title" {}
            p class="empty" id="incidents-empty" hidden { (ui.t("incidents.none")) }
        }
    }
}

fn units(ui: &Ui) -> Markup {
    let choices = [
        ("", "units.all"),
        ("available", "units.available"),
        ("committed", "units.committed"),
        ("out", "units.out"),
    ];
    html! {
        section class="pane units-pane" data-name="units" data-title=(ui.t("units")) aria-labelledby="units-title" {
            div class="pane-head" {
                h2 id="units-title" { (ui.t("units")) " " kbd { "F4" } }
                span class="spacer" {}
                div class="choices" id="unit-choices" role="group" aria-label=(ui.t("units.choices")) {
                    @for (choice, key) in choices {
                        button type="button" data-choice=(choice) aria-pressed="false" { (ui.t(key)) " " span class="count" {} }
                    }
                }
                input class="input" type="search" autocomplete="off" id="unit-filter" placeholder=(ui.t("filter")) aria-label=(ui.t("filter.units"));
            }
            div class="rows" id="units" role="listbox" aria-multiselectable="true" tabindex="0" aria-labelledby="units-title" {}
            p class="empty" id="units-empty" hidden { (ui.t("units.none")) }
            div class="unit-bar" id="unit-bar" hidden {
                span id="unit-bar-text" {}
                @if ui.may(Action::ChangeUnitStatus) {
                    button type="button" class="button" id="unit-tell" { (ui.t("units.tell")) " " kbd { "S" } }
                }
            }
        }
    }
}

fn selected(ui: &Ui) -> Markup {
    html! {
        section class="pane selected-pane" data-name="selected" data-title=(ui.t("selected")) aria-label=(ui.t("selected")) {
            div class="selected" id="selected" {
                div class="none" id="selected-none" {
                    p { (ui.t("none_selected")) }
                    dl {
                        dt { kbd { "Esc Esc" } } dd { (ui.t("line")) }
                        dt { kbd { "Ctrl K" } } dd { (ui.t("palette")) }
                        dt { kbd { "F2" } } dd { (ui.t("incidents")) }
                        dt { kbd { "F4" } } dd { (ui.t("units")) }
                        dt { kbd { "F9" } } dd { (ui.t("new_call")) }
                        dt { kbd { "/" } } dd { (ui.t("filter")) }
                        dt { kbd { "?" } } dd { (ui.t("keys")) }
                    }
                }
            }
            div class="refusal" id="refusal" data-refusal role="alert" hidden {
                div {
                    b { (ui.t("refused")) ": " span data-what {} }
                    span data-hint {}
                    button type="button" class="button" data-expressly hidden {}
                }
                button type="button" class="button plain" id="refusal-close" aria-label=(ui.t("dismiss")) { "×" }
            }
        }
    }
}

/// The map beside the lists; the script puts its page there while the pane is shown.
fn map_pane(ui: &Ui) -> Markup {
    html! {
        section class="pane map-pane" data-name="map" data-title=(ui.t("nav.map")) aria-labelledby="map-pane-title" hidden {
            div class="pane-head" {
                h2 id="map-pane-title" { (ui.t("nav.map")) }
                span class="spacer" {}
                a href="/map" { (ui.t("map.whole")) }
            }
            div class="map-pane-body" id="map-pane" {}
        }
    }
}

/// What the windows of each position show; the script fills it.
fn layouts(ui: &Ui) -> Markup {
    html! {
        dialog id="layout-dialog" class="wide" aria-labelledby="layout-title" {
            div class="dialog-head" {
                h2 id="layout-title" { (ui.t("layout.title")) }
                button type="button" class="button plain" data-close aria-label=(ui.t("dismiss")) { "×" }
            }
            div class="dialog-body stack" {
                div class="notice refused" data-refusal role="alert" hidden { b { (ui.t("refused")) ": " span data-what {} } span data-hint {} }
                p class="quiet" { (ui.t("layout.hint")) }
                form class="stack layout-now" id="layout-form" {
                    h3 { (ui.t("layout.now")) }
                    div id="layout-now" {}
                    div class="row-of" {
                        div class="field grow" {
                            label for="layout-name" { (ui.t("layout.name")) }
                            input class="input" id="layout-name" name="name" required maxlength="40" autocomplete="off" placeholder=(ui.t("layout.name_hint"));
                        }
                        button class="button main" { (ui.t("layout.keep")) }
                    }
                    @if ui.may(Action::Configure) { label class="label" { input type="checkbox" name="center" checked; " " (ui.t("layout.for_all")) } }
                }
                section class="stack" aria-labelledby="layout-kept-title" {
                    h3 id="layout-kept-title" { (ui.t("layout.kept")) }
                    p class="quiet" id="layout-none" { (ui.t("layout.none")) }
                    ul class="layouts" id="layout-kept" {}
                    p class="strong" id="layout-held" role="status" {}
                }
            }
        }
    }
}

/// What a unit can be told; the script fills it.
fn unit_dialog(ui: &Ui) -> Markup {
    html! {
        dialog id="unit-dialog" aria-labelledby="unit-title" {
            div class="dialog-head" {
                h2 id="unit-title" {}
                button type="button" class="button plain" data-close aria-label=(ui.t("dismiss")) { "×" }
            }
            div class="dialog-body" {
                div class="notice refused" data-refusal role="alert" hidden {
                    b { (ui.t("refused")) ": " span data-what {} }
                    span data-hint {}
                    button type="button" class="button" data-expressly hidden {}
                }
                div class="stack" id="unit-body" {}
            }
        }
    }
}

/// The command line, above the foot.
fn line(ui: &Ui) -> Markup {
    html! {
        section class="line" id="line" aria-label=(ui.t("line")) {
            form id="line-form" {
                label for="line-input" aria-label=(ui.t("line")) { "›" }
                input id="line-input" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="4000"
                    placeholder=(ui.t("line.placeholder")) role="combobox" aria-autocomplete="list" aria-expanded="false"
                    aria-controls="line-offers" aria-describedby="line-plan";
                p id="line-plan" aria-live="polite" {}
                kbd class="enter" aria-hidden="true" { "⏎" }
            }
            ul id="line-offers" role="listbox" aria-label=(ui.t("line.offers")) hidden {}
        }
    }
}
