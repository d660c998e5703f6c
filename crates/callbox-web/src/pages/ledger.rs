use axum::extract::State;
use callbox_engine::{Health, Witnessing};
use maud::{Markup, html};

use super::{
    layout::page,
    ui::{Ui, grouped},
};
use crate::{percent::encoded, state::AppState};

/// `GET /ledger`: what the record is, how far it is signed and published, and how anybody checks it.
///
/// Open to everybody; what only the shift needs to know is shown to who is signed in.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    let health = state.engine.health();
    let published = state.engine.published();
    let key = state.engine.verifier_key().to_string();
    let second = state.engine.second_key().map(ToString::to_string);
    let verifier = format!(
        "/ledger/verify.html#lang={}&key={}",
        ui.locale.name(),
        encoded(&key)
    );
    page(
        &ui,
        ui.t("nav.ledger"),
        "/ledger",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("ledger.title")) } p { (ui.t("ledger.words")) } }
                @if ui.signed.is_some() { (troubles(&ui, &health)) }
                dl class="case-times sheet" {
                    div { dt { (ui.t("ledger.events")) } dd { (grouped(health.next_seq)) } }
                    div { dt { (ui.t("ledger.signed")) } dd { (grouped(health.signed_size)) } }
                    div { dt { (ui.t("ledger.published")) } dd { (grouped(health.published_size)) } }
                    @if let Some(shipping) = health.shipping.as_ref().filter(|_| ui.signed.is_some()) {
                        div { dt { (ui.t("ledger.shipped")) } dd { (grouped(shipping.events)) } }
                        div { dt { (ui.t("ledger.shipping_lag")) } dd { (grouped(shipping.lag_seconds())) " s" } }
                    }
                    div { dt { (ui.t("ledger.read_at")) } dd { (ui.time(ui.now())) } }
                }
                @if ui.may(crate::access::rights::Action::ReadErasures) { p { a class="button" href="/erasures" { (ui.t("erasure.title")) } } }
                section class="stack" {
                    h2 { (ui.t("ledger.checkpoint")) }
                    p class="quiet" { (ui.t("ledger.checkpoint_words")) }
                    pre class="note" tabindex="0" { (published.shown.as_deref().map_or(ui.t("ledger.none").to_owned(), shortened)) }
                    p { a href="/ledger/checkpoint" { "/ledger/checkpoint" } }
                }
                @if let Some(witnessing) = &health.witnessing { (witnesses(&ui, witnessing)) }
                section class="stack" {
                    h2 { (ui.t("ledger.key")) }
                    p class="quiet" { (ui.t("ledger.key_words")) }
                    pre class="note" { (key) }
                    @if let Some(second) = &second {
                        details {
                            summary { (ui.t("ledger.second_key")) }
                            p class="quiet" { (ui.t("ledger.second_key_words")) }
                            pre class="note" tabindex="0" { (second) }
                        }
                    }
                    p { a href="/ledger/keys" { "/ledger/keys" } }
                }
                section class="stack" {
                    h2 { (ui.t("ledger.check_one")) }
                    p class="quiet" { (ui.t("ledger.check_one_words")) }
                    p { a class="button" href=(verifier) { (ui.t("ledger.open_verifier")) } " " a href="/ledger/verify.html" download="verify.html" { (ui.t("ledger.save_verifier")) } }
                }
                section class="stack" {
                    h2 { (ui.t("ledger.check")) }
                    p class="quiet" { (ui.t("ledger.check_words")) }
                    pre class="note" { "callbox verify --data DIR --against checkpoint.txt" }
                    p class="quiet" { (ui.t("ledger.tiles_words")) }
                    pre class="note" { "/ledger/checkpoint\n/ledger/tile/0/000" }
                }
            }
        },
    )
}

/// Who cosigns the record, and how far; why somebody does not is for who is signed in.
fn witnesses(ui: &Ui, witnessing: &Witnessing) -> Markup {
    let all = witnessing.witnesses.len().to_string();
    html! {
        section class="stack" {
            h2 { (ui.t("ledger.witnesses")) }
            p class="quiet" { (ui.t("ledger.witnesses_words")) }
            @if let Some(least) = witnessing.least {
                p { (ui.fill("ledger.witnesses_enough", &[("least", &least.to_string()), ("all", &all), ("size", &grouped(witnessing.size))])) }
            }
            div class="sheet" {
                table class="table" {
                    thead { tr {
                        th scope="col" { (ui.t("ledger.witness")) }
                        th scope="col" class="number" { (ui.t("ledger.witness_size")) }
                        th scope="col" { (ui.t("ledger.witness_at")) }
                        th scope="col" { (ui.t("ledger.witness_state")) }
                    } }
                    tbody {
                        @for witness in &witnessing.witnesses {
                            tr {
                                td { b { (witness.name) } }
                                td class="number" { (grouped(witness.size)) }
                                td { (witness.at.map_or_else(|| "–".to_owned(), |at| ui.date_time(at))) }
                                td {
                                    @match &witness.trouble {
                                        None if witness.at.is_none() => { (ui.t("ledger.witness_new")) }
                                        None => { (ui.t("ledger.witness_well")) }
                                        Some(why) if ui.signed.is_some() => { (why) }
                                        Some(_) => { (ui.t("ledger.witness_trouble")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A note of which long signatures show their beginning only; the whole stands at its address.
fn shortened(note: &str) -> String {
    let short = |line: &str| match line.char_indices().nth(150) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    };
    note.lines().map(short).collect::<Vec<_>>().join("\n")
}

/// Why something is not recorded, signed or published, in the server's words.
fn troubles(ui: &Ui, health: &Health) -> Markup {
    let shipping = health.shipping.as_ref();
    let all = [
        ("ledger.halted", health.halted.as_ref()),
        ("ledger.unsigned", health.signing_refused.as_ref()),
        ("ledger.unpublished", health.publishing_refused.as_ref()),
        (
            "ledger.unshipped",
            shipping.and_then(|shipping| shipping.refused.as_ref()),
        ),
    ];
    let witnessing = health.witnessing.as_ref();
    html! {
        @if let Some(why) = witnessing.and_then(|now| now.unusable.as_ref()) {
            div class="notice refused" role="alert" { b { (ui.t("ledger.witnesses_unusable")) } span { (why) } }
        }
        @for witness in witnessing.iter().flat_map(|now| &now.witnesses).filter(|one| one.alarming) {
            div class="notice refused" role="alert" {
                b { (ui.fill("ledger.witness_alarm", &[("name", &witness.name)])) }
                span { (witness.trouble.as_deref().unwrap_or_default()) }
            }
        }
        @for (key, why) in all {
            @if let Some(why) = why {
                div class="notice refused" role="alert" { b { (ui.t(key)) } span { (why) } }
            }
        }
    }
}
