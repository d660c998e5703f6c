//! Keys and the grammar of the command line, as a dialog on every page, and the way to the user guide.

use callbox_domain::line::VERBS;
use maud::{Markup, html};

use super::{guide, ui::Ui};

/// The keys of the board and the texts that say what they do.
const KEYS: &[(&str, &str)] = &[
    ("Esc Esc", "keys.line"),
    ("Ctrl K", "keys.palette"),
    ("Tab", "keys.tab"),
    ("↑", "keys.up"),
    ("F2", "keys.f2"),
    ("F4", "keys.f4"),
    ("F8", "keys.f8"),
    ("F9", "keys.f9"),
    ("S", "keys.s"),
    ("Ctrl Enter", "keys.ctrl_enter"),
    ("Alt Q", "keys.alt_q"),
    ("U", "keys.u"),
    ("/", "keys.slash"),
    ("Esc", "keys.esc"),
    ("?", "keys.question"),
];

/// The dialog; `?` and the button in the foot show it.
pub(super) fn dialog(ui: &Ui) -> Markup {
    html! {
        dialog id="keys-dialog" class="wide" aria-labelledby="keys-title" {
            div class="dialog-head" {
                h2 id="keys-title" { (ui.t("keys.title")) }
                input class="input" type="search" autocomplete="off" id="keys-search" placeholder=(ui.t("filter")) aria-label=(ui.t("filter"));
                button type="button" class="button plain" data-close aria-label=(ui.t("dismiss")) { "×" }
            }
            div class="dialog-body help" tabindex="0" {
                p class="help-guide" {
                    @if let Some((address, title)) = guide::about(ui, &ui.here) { a href=(address) { (ui.fill("guide.about", &[("chapter", title)])) } }
                    a href="/guide" { (ui.t("guide.title")) }
                }
                section aria-labelledby="help-grammar" {
                    h3 id="help-grammar" { (ui.t("help.grammar")) }
                    p class="grammar" { code { (ui.t("help.grammar.line")) } }
                    p { (ui.t("help.grammar.words")) }
                    p { (ui.t("help.macros")) }
                    table class="verbs" {
                        thead { tr { th { (ui.t("help.verb")) } th { (ui.t("help.usage")) } th { (ui.t("help.example")) } } }
                        tbody {
                            @for verb in VERBS {
                                tr data-help-row {
                                    td { (ui.t(&format!("line.verb.{}", verb.name))) }
                                    td { code { b { (verb.words[0]) } " " (verb.rest) } }
                                    td { code { (verb.example) } }
                                }
                            }
                        }
                    }
                }
                section aria-labelledby="help-keys" {
                    h3 id="help-keys" { (ui.t("keys")) }
                    dl class="key-list" { @for (key, words) in KEYS { div data-help-row { dt { kbd { (key) } } dd { (ui.t(words)) } } } }
                    label class="label" { input type="checkbox" id="single-keys" checked; " " (ui.t("keys.single")) }
                }
            }
        }
    }
}
