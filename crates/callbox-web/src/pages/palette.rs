//! The command palette: every page and every act by its name, on every page.

use callbox_domain::line::VERBS;
use maud::{Markup, html};

use super::{layout::TABS, ui::Ui};
use crate::access::rights::Action;

/// The panes that a window of the board can show, as they stand in its address.
const PANES: &[(&str, &str)] = &[
    ("incidents,units,selected", "panes.all"),
    ("incidents,selected", "panes.incidents_selected"),
    ("units,selected", "panes.units_selected"),
    ("incidents,units", "panes.incidents_units"),
    ("incidents", "panes.incidents"),
    ("units", "panes.units"),
    ("selected", "panes.selected"),
    ("incidents,map,selected", "panes.incidents_map_selected"),
    ("incidents,units,selected,map", "panes.all_map"),
    ("map", "panes.map"),
];

/// The pages that stand in the menu or on others, with the right that each needs.
const MENU: &[(&str, &str, Action)] = &[
    ("/wall", "wall.title", Action::ReadWall),
    ("/break-glass", "glass.title", Action::ReviewBreakGlass),
    ("/duty", "duty.title", Action::OwnDuty),
    ("/account/reads", "reads.own", Action::ReadOwnReads),
    ("/rights", "rights.title", Action::ReadRights),
    ("/account", "account.title", Action::OwnAccount),
];

/// The dialog; Ctrl+K opens it.
pub(super) fn dialog(ui: &Ui) -> Markup {
    html! {
        dialog id="palette" aria-label=(ui.t("palette")) {
            input id="palette-input" type="text" autocomplete="off" spellcheck="false" placeholder=(ui.t("palette.placeholder"))
                role="combobox" aria-autocomplete="list" aria-expanded="true" aria-controls="palette-list" aria-label=(ui.t("palette"));
            ul id="palette-list" role="listbox" aria-label=(ui.t("palette")) {
                li role="option" aria-selected="false" id="palette-number" hidden { b {} span { (ui.t("line.verb.view")) } }
                @for (path, key, action) in TABS.iter().filter(|(path, ..)| ui.reaches(path)) {
                    @if ui.may(*action) {
                        li role="option" aria-selected="false" data-href=(path) { b { (ui.t(key)) } span { (ui.t("palette.page")) } }
                    }
                }
                @for (path, key, action) in MENU {
                    @if ui.may(*action) {
                        li role="option" aria-selected="false" data-href=(path) { b { (ui.t(key)) } span { (ui.t("palette.page")) } }
                    }
                }
                @for verb in VERBS {
                    li role="option" aria-selected="false" data-line=(verb.words[0]) data-words=(verb.name) {
                        b { (verb.words[0]) } span { (ui.t(&format!("line.verb.{}", verb.name))) } code { (verb.rest) }
                    }
                }
                @for (panes, key) in PANES {
                    li role="option" aria-selected="false" data-panes=(panes) { b { (ui.t(key)) } span { (ui.t("palette.panes")) } }
                }
                li role="option" aria-selected="false" data-click="#layouts" data-href="/board#layouts" { b { (ui.t("layout.title")) } span { (ui.t("palette.panes")) } }
                li role="option" aria-selected="false" data-href="/guide" { b { (ui.t("guide.title")) } span { (ui.t("palette.page")) } }
                @for (click, key) in [
                    ("[data-set-theme=dark]", "menu.theme.dark"),
                    ("[data-set-theme=light]", "menu.theme.light"),
                    ("[data-set-theme='']", "menu.theme.auto"),
                    ("#sound-test", "alerts.test"),
                    ("[data-keys]", "keys.title"),
                    ("form[action='/sign-out'] button", "sign_out"),
                ] {
                    li role="option" aria-selected="false" data-click=(click) { b { (ui.t(key)) } }
                }
            }
            p id="palette-empty" class="empty" hidden { (ui.t("palette.empty")) }
        }
    }
}
