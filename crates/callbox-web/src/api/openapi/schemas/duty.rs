//! The schemas of answers about who is on duty.

use serde_json::Value;

use super::{list, named, object, of, or_null, time};

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 2] {
    let row = object(&[
        ("login", of("string")),
        ("name", of("string")),
        ("role", of("string")),
        ("since", time()),
        ("until", time()),
        ("by", named("Actor")),
    ]);
    [
        (
            "Duty",
            object(&[
                ("required", of("boolean")),
                ("own_until", or_null(time())),
                ("on_duty", list(row)),
            ]),
        ),
        (
            "DutySet",
            object(&[("login", of("string")), ("until", or_null(time()))]),
        ),
    ]
}
