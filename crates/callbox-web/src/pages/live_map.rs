use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use maud::{PreEscaped, html};

use super::{
    board::boot,
    layout::{bar, document},
    ui::Ui,
};
use crate::{assets::asset_url, security::map_policy, state::AppState};

/// `GET /map`: the frame; the script fills it from tiles, the JSON interface and the stream of the board.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Response {
    let bounds = state.geography.as_ref().filter(|all| all.map.is_some());
    let bounds = bounds.map(|all| serde_json::json!(all.bounds()).to_string());
    let library = |name: &str| asset_url(&format!("vendor/maplibre-gl/{name}"));
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
                div id="map" data-bounds=[bounds] data-worker=(library("maplibre-gl-csp-worker.js")) {}
                aside class="map-side" {
                    p class="map-picked" id="map-picked" role="status" hidden {}
                    h2 { (ui.t("map.incidents")) }
                    ul id="map-incidents" {}
                    h2 { (ui.t("map.units")) }
                    ul id="map-units" {}
                    p class="map-note" id="map-without" {}
                    p class="map-note" { (ui.t("map.credit")) }
                }
            }
        },
    );
    let policy = HeaderValue::from_static(map_policy());
    ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response()
}
