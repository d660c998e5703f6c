//! The form for one row of what the center is set up with, made of the endpoint's fields.

use callbox_domain::Center;
use maud::{Markup, html};
use serde_json::Value;

use super::{layout::act, ui::Ui};
use crate::{
    api::fields::{Field, Kind},
    settings::{Noun, Row, rows, tell},
};

/// The fields whose values are other nouns' names.
const REFERENCES: &[(&str, &str)] = &[
    ("agency", "agencies"),
    ("priority", "priorities"),
    ("priorities", "priorities"),
    ("type", "unit-types"),
    ("incident_type", "incident-types"),
    ("unit_types", "unit-types"),
    ("incident_types", "incident-types"),
    ("station", "stations"),
    ("station_order", "stations"),
    ("members", "areas"),
];

/// The form; `is_known` says that the row is there already, so that its name stays.
pub(super) fn form(ui: &Ui, center: &Center, noun: &Noun, row: &Row, is_known: bool) -> Markup {
    let title = match (noun.key, noun.name_of(row)) {
        (Some(_), Some(name)) if is_known => ui.fill("settings.change", &[("name", name)]),
        (Some(_), _) => ui.t("settings.add").to_owned(),
        (None, _) => ui.t("settings.change_all").to_owned(),
    };
    html! {
        section class="stack" id="form" {
            h2 { (title) }
            form class="stack" method="post" action={"/settings/" (noun.slug)} data-settings=(noun.slug) {
                (act(ui))
                @if noun.key.is_some() && !is_known { input type="hidden" name="adds" value="yes"; }
                @for field in noun.fields() {
                    (input(ui, center, noun, field, row.get(field.name), is_known))
                }
                div class="row-of" {
                    button class="button" name="then" value="preview" { (ui.t("settings.preview")) }
                    button class="button main" name="then" value="save" { (ui.t("settings.save")) }
                    @if is_known && noun.is_removable() {
                        button class="button plain" name="then" value="remove" { (ui.t("settings.remove")) }
                    }
                    @if is_known && noun.key.is_some() {
                        a class="button plain" href={"/settings/" (noun.slug) "#form"} { (ui.t("settings.another")) }
                    }
                }
            }
        }
    }
}

/// A field's name for people.
pub(super) fn label(ui: &Ui, field: &Field) -> &'static str {
    ui.t(&format!("settings.field.{}", field.name))
}

/// A value for people, in a table.
pub(super) fn value(ui: &Ui, field: &Field, value: &Value) -> Markup {
    let told = told_value(ui, field, value);
    html! {
        @match field.kind {
            Kind::Number(..) => span class="number" { (told) },
            _ => (told),
        }
    }
}

/// A value in words: choices in their own, yes for what is set.
pub(super) fn told_value(ui: &Ui, field: &Field, value: &Value) -> String {
    match (field.kind, value) {
        (Kind::Choice(_), Value::String(name)) => ui.t(&choice(field, name)).to_owned(),
        (Kind::Flag, Value::Bool(true)) => ui.t("settings.yes").to_owned(),
        (Kind::Flag, _) => String::new(),
        _ => tell(value),
    }
}

fn choice(field: &Field, name: &str) -> String {
    match field.name {
        "meaning" => format!("meaning.{name}"),
        _ => format!("settings.moment.{name}"),
    }
}

fn input(
    ui: &Ui,
    center: &Center,
    noun: &Noun,
    field: &Field,
    now: Option<&Value>,
    is_known: bool,
) -> Markup {
    let (name, id) = (field.name, format!("set-{}", field.name));
    let text = now.map_or_else(String::new, tell);
    let names = REFERENCES
        .iter()
        .find(|(known, _)| *known == name && noun.key != Some(name));
    let names = names.and_then(|(_, slug)| Noun::called(slug));
    let known = names.map_or_else(Vec::new, |noun| rows(noun, center));
    let names: Vec<&str> = names.map_or_else(Vec::new, |noun| {
        known.iter().filter_map(|row| noun.name_of(row)).collect()
    });
    // A code is looked up by its words.
    let words: Vec<String> = known
        .iter()
        .map(|row| row.get("label").or_else(|| row.get("name")))
        .map(|words| words.map_or_else(String::new, tell))
        .collect();
    // What names a row that is there stays: another name would be another row.
    let is_fixed = is_known && noun.key == Some(name);
    let must = field.required;
    html! {
        @if field.kind == Kind::Flag {
            label class="check" {
                input type="checkbox" name=(name) value="true" checked[now == Some(&Value::Bool(true))];
                " " (label(ui, field))
            }
        } @else {
            div class="field" {
                label for=(id) { (label(ui, field)) @if !must { " " span class="quiet" { (ui.t("settings.optional")) } } }
                @match field.kind {
                    Kind::Choice(choices) => select class="input" id=(id) name=(name) {
                        @for known in choices {
                            option value=(known) selected[*known == text] { (ui.t(&choice(field, known))) }
                        }
                    },
                    Kind::Code if !names.is_empty() => select class="input" id=(id) name=(name) {
                        @if !must { option value="" {} }
                        @for (known, words) in names.iter().zip(&words) {
                            option value=(known) selected[*known == text] { (known) @if !words.is_empty() && words != known { " · " (words) } }
                        }
                    },
                    Kind::Points => textarea class="input" id=(id) name=(name) rows="6" spellcheck="false" autocomplete="off" data-corners { (text) },
                    Kind::Number(least, most) => input class="input short" id=(id) name=(name) type="number"
                        min=(least) max=(most) value=(text) required[must];,
                    Kind::Degrees(_) => input class="input short" id=(id) name=(name) inputmode="decimal" value=(text) autocomplete="off" required[must];,
                    _ => input class="input" id=(id) name=(name) value=(text) maxlength="400" autocomplete="off" spellcheck="false" required[must] readonly[is_fixed];,
                }
                @match field.kind {
                    Kind::Codes if !names.is_empty() => p class="hint" { (ui.fill("settings.codes", &[("known", &names.join(", "))])) },
                    Kind::Codes => p class="hint" { (ui.t("settings.codes_plain")) },
                    Kind::Points => p class="hint" { (ui.t("settings.points")) },
                    _ => "",
                }
            }
        }
    }
}
