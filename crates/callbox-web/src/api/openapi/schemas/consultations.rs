//! The schemas of answers about reads on the record.

use serde_json::Value;

use super::{list, named, object, of, or_null, time};

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 3] {
    let read = object(&[
        ("seq", of("integer")),
        ("no", of("integer")),
        ("at", time()),
        ("reader", named("Actor")),
        ("object", of("string")),
        ("incident", of("integer?")),
        ("act", of("string")),
        ("purpose", of("string?")),
        ("outcome", of("string")),
        ("number", of("string?")),
        ("reason", of("string?")),
        ("words_erased", of("boolean")),
    ]);
    let waiting = object(&[
        ("grant", of("integer")),
        ("incident", of("integer")),
        ("reader", named("Actor")),
        ("at", time()),
        ("until", time()),
        ("seen_by", or_null(named("Actor"))),
    ]);
    [
        (
            "BreakGlass",
            object(&[
                ("opened", of("integer")),
                ("justified", of("integer")),
                ("unjustified", of("integer")),
                ("waiting", list(waiting)),
            ]),
        ),
        (
            "Purpose",
            object(&[
                ("object", of("string")),
                ("incident", of("integer?")),
                ("purpose", of("string")),
                ("until", time()),
            ]),
        ),
        (
            "Reads",
            object(&[
                ("reads", list(read)),
                ("next_before", of("string?")),
                ("recorded", of("integer")),
                ("batches", of("integer")),
            ]),
        ),
    ]
}
