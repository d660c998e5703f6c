//! The schemas of answers about calls and places.

use serde_json::{Value, json};

use super::{list, millis, named, object, of, time};

/// Why a place is offered: a kind, and the words that belong to it.
fn why() -> Value {
    let values = json!({"type": "object", "additionalProperties": of("string")});
    object(&[("code", of("string")), ("values", values)])
}

/// The schemas, by their names.
pub(super) fn all() -> [(&'static str, Value); 14] {
    [
        (
            "Places",
            object(&[
                ("streets", of("boolean")),
                (
                    "verdict",
                    json!({"enum": ["certain", "confirm", "choose", "missing"]}),
                ),
                (
                    "answers",
                    list(object(&[
                        ("label", of("string")),
                        ("tells_apart", of("string?")),
                        ("kind", of("string")),
                        ("lat", of("number")),
                        ("lon", of("number")),
                        ("extent_meters", of("number")),
                        ("fit_percent", of("integer")),
                        ("reasons", list(of("string"))),
                        ("why", list(why())),
                    ])),
                ),
                ("notes", list(of("string"))),
                ("why", list(why())),
            ]),
        ),
        (
            "Location",
            object(&[
                ("lat", of("number")),
                ("lon", of("number")),
                ("uncertainty_meters", of("integer?")),
                (
                    "shape",
                    json!({"enum": ["point", "circle", "ellipse", "polygon"]}),
                ),
                ("text", of("string")),
            ]),
        ),
        ("Layout", a_layout()),
        ("Layouts", object(&[("layouts", list(a_layout()))])),
        ("Macro", a_macro(of("string?"))),
        ("Macros", object(&[("macros", list(a_macro(of("string"))))])),
        (
            "LinePreview",
            object(&[
                (
                    "state",
                    json!({"enum": ["ready", "refused", "see", "unfinished", "mistake", "macro"]}),
                ),
                ("line", of("string?")),
                ("verb", of("string?")),
                ("usage", of("string?")),
                (
                    "values",
                    json!({"type": "object", "additionalProperties": of("string")}),
                ),
                (
                    "see",
                    json!({"anyOf": [{"type": "object"}, {"type": "null"}]}),
                ),
                (
                    "problem",
                    json!({"anyOf": [named("Problem"), {"type": "null"}]}),
                ),
                (
                    "macro",
                    json!({"anyOf": [a_macro(of("string")), {"type": "null"}]}),
                ),
                ("duplicates", list(of("integer"))),
                ("verdict", of("string?")),
                ("replace", of("integer")),
                (
                    "candidates",
                    list(object(&[
                        ("kind", of("string")),
                        ("insert", of("string")),
                        ("label", of("string?")),
                    ])),
                ),
            ]),
        ),
        (
            "Candidates",
            object(&[(
                "candidates",
                list(object(&[
                    ("row", named("IncidentRow")),
                    ("calls", of("integer")),
                    (
                        "reasons",
                        list(object(&[("reason", of("string")), ("n", of("integer?"))])),
                    ),
                ])),
            )]),
        ),
        (
            "PremiseNote",
            object(&[
                ("note", of("integer")),
                ("hazard", json!({"enum": callbox_domain::Hazard::NAMES})),
                ("owner", of("string")),
                ("text", of("string?")),
                ("place", of("string?")),
                ("radius_meters", of("integer?")),
                ("expires", time()),
                ("review", time()),
                ("overdue", of("boolean")),
                ("in_force", of("boolean")),
            ]),
        ),
        (
            "ClosurePreview",
            object(&[
                ("street", of("string?")),
                ("pieces", of("integer")),
                ("meters", of("integer")),
                ("lines", list(list(list(of("number"))))),
                (
                    "problem",
                    json!({"anyOf": [named("Problem"), {"type": "null"}]}),
                ),
            ]),
        ),
        (
            "Closures",
            object(&[
                ("seq", of("integer")),
                (
                    "closures",
                    list(object(&[
                        ("closure", of("integer")),
                        (
                            "cause",
                            json!({"enum": callbox_domain::ClosureCause::NAMES}),
                        ),
                        ("street", of("string")),
                        ("impassable", of("boolean")),
                        ("since", time()),
                        (
                            "until",
                            json!({"type": ["string", "null"], "format": "date-time"}),
                        ),
                        (
                            "found",
                            json!({"enum": ["same", "same-way", "nearby", "lost", null]}),
                        ),
                        ("lines", list(list(list(of("number"))))),
                    ])),
                ),
            ]),
        ),
        (
            "PremiseNotes",
            object(&[("notes", list(named("PremiseNote")))]),
        ),
        (
            "Premises",
            object(&[
                ("notes", list(named("PremiseNote"))),
                (
                    "earlier",
                    list(object(&[
                        ("id", of("integer")),
                        ("received", time()),
                        ("type", of("string?")),
                        ("type_label", of("string?")),
                        ("state", json!({"enum": ["open", "closed"]})),
                        ("disposition", of("string?")),
                        ("disposition_label", of("string?")),
                    ])),
                ),
            ]),
        ),
        (
            "Draft",
            object(&[
                ("fields", of("string?")),
                ("since", millis("integer?")),
                ("until", millis("integer?")),
            ]),
        ),
    ]
}

/// What the windows of a position show.
fn a_layout() -> Value {
    object(&[
        ("name", of("string")),
        ("windows", list(of("string"))),
        ("center", of("boolean")),
    ])
}

/// A line with a name.
fn a_macro(line: Value) -> Value {
    object(&[
        ("name", of("string")),
        ("line", line),
        ("center", of("boolean")),
    ])
}
