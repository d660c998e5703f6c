//! The wallboard: what everybody in the room may see from afar.

use maud::{Markup, PreEscaped, html};

use super::{board::boot, layout::document, ui::Ui};
use crate::assets::asset_url;

/// `GET /wall`: the frame; the script fills it every two seconds.
pub(super) async fn show(ui: Ui) -> Markup {
    document(
        &ui,
        ui.t("wall.title"),
        "is-wall",
        html! {
            link rel="stylesheet" href=(asset_url("css/wall.css"));
            script type="application/json" id="boot" { (PreEscaped(boot(&ui))) }
            script type="module" src=(asset_url("js/wall.js")) {}
        },
        html! {
            main id="content" class="wall" {
                header {
                    h1 { (ui.center) @if ui.is_exercise && !ui.center.contains("demo") { " " span class="tag" { (ui.t("demo")) } } }
                    p class="wall-clock" id="wall-clock" data-zone=[ui.zone().iana_name()] { (ui.time(ui.now())) }
                }
                div class="old" id="old" role="alert" hidden { span id="old-text" {} }
                noscript { p class="notice warned" { (ui.t("noscript")) } }
                section class="wall-waiting" id="wall-waiting" aria-label=(ui.t("gauge.waiting")) {}
                section class="wall-figures" aria-label=(ui.t("wall.figures")) {
                    dl {
                        div { dt { (ui.t("gauge.open")) } dd id="wall-open" { "–" } }
                        div { dt { (ui.t("gauge.free")) } dd id="wall-free" { "–" } }
                        div id="wall-alarms-box" { dt { (ui.t("wall.alarms")) } dd id="wall-alarms" { "–" } }
                    }
                    ul id="wall-types" {}
                }
                section class="wall-today" aria-label=(ui.t("wall.today")) { h2 { (ui.t("wall.today")) } div id="wall-today" {} }
                section class="wall-list" aria-label=(ui.t("wall.incidents")) { table class="table" { tbody id="wall-incidents" {} } }
            }
        },
    )
}
