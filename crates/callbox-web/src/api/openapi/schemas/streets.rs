//! The schemas of answers about ways and coverage.

use serde_json::{Value, json};

use super::{list, object, of, time};
use crate::api::{
    eta::WHY,
    streets::{NOTICES, WHENCE},
};

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 4] {
    let nullable = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
    let leg = object(&[
        ("street", of("string?")),
        ("meters", of("number")),
        ("seconds", of("number")),
        ("first_point", of("integer")),
        ("notices", list(json!({"enum": NOTICES}))),
    ]);
    let detour = object(&[
        ("seconds_without", of("integer")),
        ("around", list(of("string"))),
    ]);
    let way = object(&[
        ("unit", of("string")),
        ("unit_id", of("integer")),
        ("meaning", of("string")),
        ("profile", of("string")),
        (
            "source",
            json!({"enum": ["fix", "stale-fix", "station", "station-for-stale", "unknown"]}),
        ),
        ("fix_age_seconds", of("integer?")),
        ("eta_seconds", of("integer")),
        ("turnout_seconds", of("integer")),
        ("arrives", time()),
        ("meters", of("number")),
        ("detour", nullable(detour.clone())),
        ("legs", list(leg.clone())),
        ("line", list(list(of("number")))),
    ]);
    let place = object(&[
        ("lat", of("number")),
        ("lon", of("number")),
        ("meters", of("number")),
        ("street", of("string?")),
        ("why", json!({"enum": WHY})),
    ]);
    [
        (
            "EtaTable",
            object(&[
                ("seq", of("integer")),
                ("profile", of("string")),
                ("from", list(place.clone())),
                ("to", list(place.clone())),
                ("seconds", list(list(of("number?")))),
            ]),
        ),
        (
            "EtaRoute",
            object(&[
                ("seq", of("integer")),
                ("profile", of("string")),
                ("from", place.clone()),
                ("to", place),
                ("seconds", of("number")),
                ("meters", of("number")),
                ("detour", nullable(detour)),
                ("legs", list(leg)),
                ("line", list(list(of("number")))),
            ]),
        ),
        (
            "Ways",
            object(&[
                ("seq", of("integer")),
                ("incident", of("integer")),
                ("ways", list(way)),
            ]),
        ),
        (
            "Coverage",
            object(&[
                ("seq", of("integer")),
                ("from", json!({"enum": WHENCE})),
                ("seconds", of("integer")),
                ("clock", of("string?")),
                ("clock_label", of("string?")),
                ("turnout", of("boolean")),
                ("starts", of("integer")),
                ("unknown", of("integer")),
                ("meters", of("number")),
                ("in_time_meters", of("number")),
                ("zoom", of("integer")),
                ("squares", list(list(of("integer")))),
            ]),
        ),
    ]
}
