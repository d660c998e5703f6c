//! The schemas of answers about the configuration's changes and about figures.

use serde_json::{Value, json};

use super::{list, named, object, of, time};

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 2] {
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
    [
        ("Changes", object(&[("changes", list(change))])),
        ("Report", report),
    ]
}
