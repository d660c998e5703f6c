//! The schema of the answer about changes of the configuration.

use serde_json::{Value, json};

use super::{list, named, object, of, time};

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 1] {
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
    [("Changes", object(&[("changes", list(change))]))]
}
