//! The schemas of answers about legal holds and erasure.

use serde_json::Value;

use super::{list, named, object, of, or_null, time};

/// The members of one case.
fn case() -> Vec<(&'static str, Value)> {
    let hold = object(&[
        ("basis", of("string")),
        ("at", time()),
        ("by", named("Actor")),
    ]);
    let requested = object(&[
        ("basis", of("string")),
        ("at", time()),
        ("by", named("Actor")),
        ("not_before", time()),
    ]);
    let erased = object(&[
        ("basis", of("string")),
        ("at", time()),
        ("by", named("Actor")),
        ("requested_by", named("Actor")),
        ("seq", of("integer")),
        ("completed_seq", of("integer?")),
    ]);
    vec![
        ("incident", of("integer")),
        ("holds", list(hold)),
        ("requested", or_null(requested)),
        ("erased", or_null(erased)),
    ]
}

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 2] {
    let mut one = case();
    one.extend([
        ("closed", of("boolean")),
        ("payloads", of("integer")),
        ("bytes", of("integer")),
        ("keys", of("integer")),
        ("merged", list(of("integer"))),
    ]);
    [
        (
            "Erasures",
            object(&[
                ("wait_days", of("integer")),
                ("erasures", list(object(&case()))),
            ]),
        ),
        ("Erasure", object(&one)),
    ]
}
