//! The schemas of answers about the configuration's changes and about figures.

use serde_json::{Value, json};

use super::{list, named, object, of, time};

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 4] {
    // As the field of the same name: text, a number, a list; nothing where there was or is none.
    let value = || json!({"type": ["string", "number", "boolean", "array", "null"], "items": {}});
    let difference = object(&[
        ("field", of("string")),
        ("before", value()),
        ("after", value()),
    ]);
    let change = object(&[
        ("seq", of("integer")),
        ("at", time()),
        ("by", named("Actor")),
        ("what", of("string")),
        ("name", of("string?")),
        ("changes", list(difference)),
    ]);
    let span = object(&[("from", of("string?")), ("to", of("string?"))]);
    // Each report has lists of its own; what they mean stands in the definition.
    let rows = json!({"type": "array", "items": {"type": "object"}});
    let report = json!({
        "type": "object",
        "required": ["window", "definition"],
        "properties": {
            "window": span,
            "definition": {"type": "string"},
            "rows": rows,
            "hours": rows,
            "types": rows,
            "total": {"type": "object"},
        },
        "additionalProperties": false,
    });
    let agreement = object(&[
        ("agency", of("string")),
        ("with", of("string")),
        ("type", of("string")),
        ("since", time()),
        ("by", named("Actor")),
    ]);
    [
        (
            "Agreements",
            object(&[("seq", of("integer")), ("agreements", list(agreement))]),
        ),
        ("Changes", object(&[("changes", list(change))])),
        ("Report", report),
        ("Wall", wall()),
    ]
}

/// The wallboard's answer.
fn wall() -> Value {
    let waiting = object(&[
        ("priority", of("string")),
        ("label", of("string")),
        ("rank", of("integer")),
        ("waiting", of("integer")),
        ("since", of("integer?")),
        ("warn_seconds", of("integer?")),
        ("alarm_seconds", of("integer?")),
    ]);
    let kind = object(&[
        ("type", of("string")),
        ("free", of("integer")),
        ("units", of("integer")),
    ]);
    let line = object(&[
        ("incident", of("integer")),
        ("label", of("string?")),
        ("priority", of("string?")),
        ("rank", of("integer")),
        ("block", of("string?")),
        ("received", of("integer")),
        ("first_on_scene", of("integer?")),
        ("units", of("integer")),
    ]);
    let kept = object(&[
        ("label", of("string")),
        ("seconds", of("integer")),
        ("percent", of("integer")),
        ("share", of("number?")),
        ("n", of("integer")),
    ]);
    object(&[
        ("at_ms", of("integer")),
        ("waiting", list(waiting)),
        ("open", of("integer")),
        ("free", of("integer")),
        ("units", of("integer")),
        ("types", list(kind)),
        ("incidents", list(line)),
        ("alarms", of("integer")),
        ("today", list(kept)),
    ])
}
