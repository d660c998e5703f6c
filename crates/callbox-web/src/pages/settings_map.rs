//! A map to draw into, where the form has corners or a place.

use maud::{Markup, PreEscaped, html};
use serde_json::json;

use super::{board::boot, ui::Ui};
use crate::{
    assets::asset_url,
    settings::{Noun, Row},
    state::AppState,
};

/// What goes into the page's head, and the map's frame; nothing where nothing is drawn or the center
/// has no streets.
pub(super) fn frame(
    state: &AppState,
    ui: &Ui,
    noun: &Noun,
    all: &[Row],
    row: &Row,
) -> Option<(Markup, Markup)> {
    let has = |name: &str| noun.fields().any(|field| field.name == name);
    let hint = match (has("corners"), has("lat")) {
        (true, _) => "settings.draw.corners",
        (_, true) => "settings.draw.place",
        _ => return None,
    };
    let geography = state.geography.as_ref().filter(|all| all.map.is_some())?;
    let own = noun.name_of(row);
    let others = all.iter().filter(|other| noun.name_of(other) != own);
    let others: Vec<_> = others
        .filter(|other| other.contains_key("corners"))
        .map(|other| json!({"name": noun.name_of(other), "corners": other["corners"]}))
        .collect();
    let library = |name: &str| asset_url(&format!("vendor/maplibre-gl/{name}"));
    let head = html! {
        link rel="stylesheet" href=(library("maplibre-gl.css"));
        script type="application/json" id="boot" { (PreEscaped(boot(ui))) }
        script src=(library("maplibre-gl-csp.js")) defer {}
        script type="module" src=(asset_url("js/map/draw.js")) {}
    };
    let frame = html! {
        div {
            p class="hint quiet" { (ui.t(hint)) }
            div id="draw-map" class="draw-map" data-bounds=(json!(geography.bounds())) data-view=(json!(geography.view())) data-others=(json!(others))
                data-worker=(library("maplibre-gl-csp-worker.js")) {}
        }
    };
    Some((head, frame))
}
