//! The schemas of question cards.

use callbox_domain::{AnswerKind, sheet::Change};
use serde_json::{Value, json};

use super::{list, named, object, of, or_null, time};

/// The schemas by their names.
pub(super) fn all() -> [(&'static str, Value); 2] {
    [
        ("Cards", cards()),
        (
            "CardsPublished",
            json!({"anyOf": [named("Receipt"), preview()]}),
        ),
    ]
}

fn wording() -> Value {
    object(&[("own", of("string")), ("zh", of("string?"))])
}

fn then() -> Value {
    let question = object(&[("question", of("string"))]);
    json!({"anyOf": [{"enum": ["following", "end"]}, question]})
}

fn cards() -> Value {
    let branch = object(&[
        ("answer", of("string")),
        ("words", or_null(wording())),
        ("then", or_null(then())),
        ("say", or_null(wording())),
        ("type", of("string?")),
        ("priority", of("string?")),
    ]);
    let question = object(&[
        ("code", of("string")),
        ("kind", json!({"enum": AnswerKind::NAMES})),
        ("ask", wording()),
        ("say", or_null(wording())),
        ("then", then()),
        ("branches", list(branch)),
    ]);
    let card = object(&[
        ("code", of("string")),
        ("version", of("integer")),
        ("effective", time()),
        ("label", wording()),
        ("types", list(of("string"))),
        ("questions", list(question)),
    ]);
    let later = object(&[
        ("card", of("string")),
        ("version", of("integer")),
        ("effective", time()),
        ("in_use", of("boolean")),
    ]);
    object(&[
        ("table", of("string")),
        ("cards", list(card)),
        ("later", list(later)),
    ])
}

/// What the callers of an incident were asked.
pub(super) fn of_incident() -> Value {
    or_null(object(&[
        ("card", of("string")),
        ("version", of("integer")),
        ("answers", of("integer")),
        ("erased", of("boolean")),
        (
            "steps",
            list(object(&[
                ("question", of("string")),
                ("ask", wording()),
                ("answer", of("string?")),
                ("words", or_null(wording())),
            ])),
        ),
        ("suggested_type", of("string?")),
        ("suggested_priority", of("string?")),
    ]))
}

fn preview() -> Value {
    let names = [Change::Added, Change::Removed, Change::Changed];
    let change = object(&[
        ("card", of("string")),
        ("change", json!({"enum": names.map(Change::name)})),
    ]);
    object(&[("preview", of("boolean")), ("changes", list(change))])
}
