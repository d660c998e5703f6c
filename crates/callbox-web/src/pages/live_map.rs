use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use callbox_domain::ClosureCause;
use maud::{Markup, PreEscaped, html};

use super::{
    board::boot,
    layout::{bar, document},
    ui::Ui,
};
use crate::{access::rights::Action, assets::asset_url, security::map_policy, state::AppState};

/// `GET /map`: the frame; the script fills it from tiles, the JSON interface and the stream of the board.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Response {
    let geography = state.geography.as_ref().filter(|all| all.map.is_some());
    let bounds = geography.map(|all| serde_json::json!(all.bounds()).to_string());
    let view = geography.map(|all| serde_json::json!(all.view()).to_string());
    let library = |name: &str| asset_url(&format!("vendor/maplibre-gl/{name}"));
    let closes = ui.may(Action::CloseStreets);
    let head = html! {
        link rel="stylesheet" href=(library("maplibre-gl.css"));
        script type="application/json" id="boot" { (PreEscaped(boot(&ui))) }
        script src=(library("maplibre-gl-csp.js")) defer {}
        script type="module" src=(asset_url("js/map/page.js")) {}
    };
    let page = document(
        &ui,
        ui.t("nav.map"),
        "is-map",
        head,
        html! {
            (bar(&ui, "/map", html! {}))
            noscript { div class="notice warned" { b { (ui.t("noscript")) } span { a href="/units" { (ui.t("nav.units")) } } } }
            div class="old" id="old" role="alert" hidden { span id="old-text" {} small { (ui.t("old.hint")) } }
            main class="live-map" id="content" {
                h1 class="hidden-text" { (ui.t("nav.map")) }
                div class="map-area" {
                    div id="map" data-bounds=[bounds] data-view=[view] data-worker=(library("maplibre-gl-csp-worker.js")) {}
                    div class="map-tools" role="group" aria-label=(ui.t("map.tools")) {
                        button type="button" class="button" id="map-coverage" aria-pressed="false" { (ui.t("map.coverage")) " " kbd { "C" } }
                        @if closes { button type="button" class="button" id="map-close" aria-pressed="false" { (ui.t("map.close")) " " kbd { "K" } } }
                    }
                    (legend(&ui))
                }
                aside class="map-side" {
                    @if closes { (closing(&ui)) }
                    p class="map-picked" id="map-picked" role="status" hidden {}
                    ul class="map-ways" id="map-ways" aria-label=(ui.t("map.ways")) hidden {}
                    h2 { (ui.t("closures.title")) }
                    ul id="map-closures" {}
                    p class="map-note" id="map-no-closures" { (ui.t("closures.none")) }
                    h2 { (ui.t("map.incidents")) }
                    ul id="map-incidents" {}
                    h2 { (ui.t("map.units")) }
                    ul id="map-units" {}
                    p class="map-note" id="map-without" {}
                    p class="map-note" { (ui.t("map.credit")) }
                    p class="map-said" {
                        span class="said" id="said" role="status" {}
                        @if closes { " " button type="button" class="button undo" id="undo" hidden { (ui.t("undo")) " " span id="undo-left" {} } }
                    }
                }
            }
        },
    );
    let policy = HeaderValue::from_static(map_policy());
    ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response()
}

/// What the shading means, and what it is asked for.
fn legend(ui: &Ui) -> Markup {
    html! {
        section class="map-legend" id="map-legend" aria-label=(ui.t("map.coverage")) hidden {
            p id="cover-share" role="status" {}
            ul {
                @for what in ["all", "part", "none"] { li { span class={"cover-" (what)} aria-hidden="true" {} (ui.t(&format!("map.cover.{what}"))) } }
            }
            div class="row" {
                label { (ui.t("map.cover.from")) " "
                    select class="input" id="cover-from" {
                        option value="units" { (ui.t("map.cover.units")) }
                        option value="stations" { (ui.t("map.cover.stations")) }
                    }
                }
                label { (ui.t("map.cover.minutes")) " " input class="input" id="cover-minutes" type="number" min="1" max="120" step="1"; }
            }
            p class="map-note" id="cover-notes" {}
        }
    }
}

/// A street to be closed: by pointer on the map, or by its crossings from the keyboard alone.
fn closing(ui: &Ui) -> Markup {
    html! {
        form class="map-closing" id="closing" aria-label=(ui.t("map.close")) hidden {
            div class="notice refused" id="refusal" data-refusal role="alert" hidden {
                b { (ui.t("refused")) ": " span data-what {} } " " span data-hint {}
            }
            label { (ui.t("closures.from")) input class="input" name="from" list="closing-places" maxlength="400" autocomplete="off"; }
            label { (ui.t("closures.to")) input class="input" name="to" list="closing-places" maxlength="400" autocomplete="off"; }
            datalist id="closing-places" {}
            p id="closing-would" role="status" {}
            button type="button" class="button plain" id="closing-undo" hidden { (ui.t("map.closing.back")) }
            label { (ui.t("closures.cause"))
                select class="input" name="cause" {
                    @for cause in ClosureCause::ALL { option value=(cause.name()) { (ui.t(&format!("closure.{}", cause.name()))) } }
                }
            }
            label { (ui.t("closures.hours")) input class="input" name="hours" type="number" min="1" max="17520"; }
            label class="check" { input type="checkbox" name="impassable"; " " (ui.t("closures.impassable_long")) }
            div class="row" {
                button class="button main" id="closing-send" { (ui.t("closures.close")) }
                button type="button" class="button plain" id="closing-cancel" { (ui.t("map.closing.cancel")) }
            }
        }
    }
}
