//! The schemas of response plans and recommendations.

use serde_json::{Value, json};

use super::{list, named, object, of, or_null, time};

/// The schemas by their names.
pub(super) fn all() -> [(&'static str, Value); 6] {
    [
        ("Recommendation", recommendation()),
        ("Requirement", requirement()),
        ("Reason", reason(&[])),
        ("Plans", plans()),
        ("Table", table()),
        ("Published", json!({"anyOf": [named("Receipt"), preview()]})),
    ]
}

pub(super) fn area() -> Value {
    object(&[
        ("code", of("string")),
        ("name", of("string")),
        ("corners", list(list(of("number")))),
        ("members", list(of("string"))),
        ("station_order", list(of("string"))),
    ])
}

fn requirement() -> Value {
    let choice = object(&[("type", of("string")), ("later_seconds", of("integer"))]);
    object(&[
        ("count", of("integer")),
        ("types", list(choice)),
        (
            "skills",
            json!({"type": "object", "additionalProperties": of("integer")}),
        ),
        ("equipment", list(of("string"))),
        ("crew", of("integer")),
        ("seats", of("integer")),
    ])
}

/// Why, or what to know: a code, its words in English, and what other languages fill in.
fn reason(more: &[(&str, Value)]) -> Value {
    let mut members = vec![
        ("code", of("string")),
        ("text", of("string")),
        (
            "values",
            json!({"type": "object", "additionalProperties": of("string")}),
        ),
    ];
    members.extend_from_slice(more);
    object(&members)
}

fn recommendation() -> Value {
    let filled = || object(&[("unit", of("string")), ("requirement", of("integer"))]);
    let suggested = object(&[
        ("unit", of("string")),
        ("type", of("string")),
        ("requirement", of("integer")),
        ("eta_seconds", of("integer?")),
        ("drive", json!({"enum": ["road", "straight", "unknown"]})),
        ("drive_seconds", of("integer?")),
        ("turnout_seconds", of("integer")),
        ("rest_seconds", of("integer")),
        ("substitute_seconds", of("integer")),
        ("notes", list(named("Reason"))),
        (
            "detour",
            json!({"anyOf": [
                object(&[
                    ("seconds_without", of("integer")),
                    ("around", list(of("string"))),
                ]),
                {"type": "null"},
            ]}),
        ),
    ]);
    let shortfall = object(&[
        ("requirement", of("integer")),
        ("missing", of("integer")),
        ("reasons", list(reason(&[("count", of("integer"))]))),
    ]);
    let other = object(&[
        ("unit", of("string")),
        ("type", of("string")),
        ("drive_seconds", of("integer?")),
        ("why", list(named("Reason"))),
    ]);
    object(&[
        ("incident", of("integer")),
        ("alarm", of("integer")),
        ("alarms", of("integer")),
        ("at", time()),
        ("plan", of("string?")),
        ("edition", of("integer")),
        ("areas", list(of("string"))),
        ("requirements", list(named("Requirement"))),
        ("present", list(filled())),
        ("done", list(filled())),
        ("suggested", list(suggested)),
        ("shortfalls", list(shortfall)),
        ("others", list(other)),
    ])
}

fn changes() -> Value {
    list(object(&[
        ("plan", of("string")),
        (
            "change",
            json!({"enum": ["added", "removed", "changed", "moved"]}),
        ),
    ]))
}

fn plans() -> Value {
    let plan = object(&[
        ("code", of("string")),
        ("alarms", list(list(named("Requirement")))),
    ]);
    let later = object(&[
        ("edition", of("integer")),
        ("effective", time()),
        ("changes", changes()),
    ]);
    object(&[
        ("edition", of("integer")),
        ("effective", or_null(time())),
        ("table", of("string")),
        ("plans", list(plan)),
        ("later", list(later)),
    ])
}

fn table() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["table"],
        "properties": {
            "table": {"type": "string", "description": "CSV, one row for each requirement"},
            "effective": {"anyOf": [time(), {"type": "null"}], "description": "from when on; without it at once"},
            "preview": {"type": "boolean", "description": "true only says what would change"},
        },
    })
}

fn preview() -> Value {
    object(&[("preview", of("boolean")), ("changes", changes())])
}
