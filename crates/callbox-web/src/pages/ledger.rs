use axum::extract::State;
use maud::{Markup, html};

use super::{
    layout::page,
    ui::{Ui, grouped},
};
use crate::state::AppState;

/// `GET /ledger`: how long the record is, what was signed, and how anybody checks it.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    let health = state.engine.health();
    let checkpoint = state.engine.checkpoint();
    let key = state.engine.verifier_key();
    page(
        &ui,
        ui.t("nav.ledger"),
        "/ledger",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("ledger.title")) } p { (ui.t("ledger.words")) } }
                @if let Some(why) = &health.halted {
                    div class="notice refused" role="alert" { b { (ui.t("ledger.halted")) } span { (why) } }
                }
                @if let Some(why) = &health.signing_refused {
                    div class="notice refused" role="alert" { b { (ui.t("ledger.unsigned")) } span { (why) } }
                }
                @if let Some(why) = health.shipping.as_ref().and_then(|shipping| shipping.refused.as_ref()) {
                    div class="notice refused" role="alert" { b { (ui.t("ledger.unshipped")) } span { (why) } }
                }
                dl class="case-times sheet" {
                    div { dt { (ui.t("ledger.events")) } dd { (grouped(health.next_seq)) } }
                    div { dt { (ui.t("ledger.frames")) } dd { (grouped(health.frames)) } }
                    div { dt { (ui.t("ledger.signed")) } dd { (grouped(health.signed_size)) } }
                    @if let Some(shipping) = &health.shipping {
                        div { dt { (ui.t("ledger.shipped")) } dd { (grouped(shipping.events)) } }
                        div { dt { (ui.t("ledger.shipping_lag")) } dd { (grouped(shipping.lag_seconds())) " s" } }
                    }
                    div { dt { (ui.t("ledger.read_at")) } dd { (ui.time(ui.now())) } }
                }
                section class="stack" {
                    h2 { (ui.t("ledger.checkpoint")) }
                    p class="quiet" { (ui.t("ledger.checkpoint_words")) }
                    pre class="note" { (checkpoint.as_deref().unwrap_or(ui.t("ledger.none"))) }
                    p { a href="/ledger/checkpoint" { "/ledger/checkpoint" } }
                }
                section class="stack" {
                    h2 { (ui.t("ledger.key")) }
                    p class="quiet" { (ui.t("ledger.key_words")) }
                    pre class="note" { (key) }
                    p { a href="/ledger/keys" { "/ledger/keys" } }
                }
                section class="stack" {
                    h2 { (ui.t("ledger.check")) }
                    p class="quiet" { (ui.t("ledger.check_words")) }
                    pre class="note" { "callbox verify --data DIR --against checkpoint.txt" }
                }
            }
        },
    )
}
