mod calls;
mod cards;
mod consultations;
mod duty;
mod erasures;
mod plans;
mod settings;
mod streets;

use serde_json::{Map, Value, json};

use crate::access::Role;

/// An object that has exactly these members; a type with a `?` may be `null`.
fn object(members: &[(&str, Value)]) -> Value {
    let properties: Map<_, _> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    let required: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

fn of(kind: &str) -> Value {
    match kind.strip_suffix('?') {
        Some(kind) => json!({"type": [kind, "null"]}),
        None => json!({"type": kind}),
    }
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn named(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn or_null(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn millis(kind: &str) -> Value {
    let mut schema = of(kind);
    schema["description"] = "milliseconds since 1970-01-01T00:00:00Z".into();
    schema
}

/// The schemas of all answers.
pub(super) fn all() -> Value {
    let mut all = json!({
        "OpenApi": {"type": "object", "required": ["openapi", "info", "paths"]},
        "Me": object(&[
            ("actor", of("integer")),
            ("login", of("string")),
            ("name", of("string")),
            ("role", json!({"enum": Role::ALL.map(Role::name)})),
            ("exercise", of("boolean")),
            ("duty_required", of("boolean")),
            ("duty_until", or_null(time())),
            ("may", list(of("string"))),
        ]),
        "IncidentRow": incident_row(),
        "UnitRow": unit_row(),
        "Position": position(),
        "Positions": object(&[("at", millis("integer")), ("positions", list(named("Position")))]),
        "Fixes": fixes(),
        "Taken": taken(),
        "Board": board(),
        "Change": object(&[
            ("seq", of("integer")),
            ("at", millis("integer")),
            ("incidents", list(named("IncidentRow"))),
            ("units", list(named("UnitRow"))),
            ("alarms", or_null(list(named("AlarmRow")))),
            ("closures", list(of("integer"))),
        ]),
        "AlarmRow": alarm_row(),
        "Alarms": object(&[("seq", of("integer")), ("alarms", list(named("AlarmRow")))]),
        "Incidents": object(&[
            ("seq", of("integer")),
            ("incidents", list(named("IncidentRow"))),
            ("next_before", of("integer?")),
            ("places", of("boolean")),
        ]),
        "Units": object(&[("seq", of("integer")), ("units", list(named("UnitRow")))]),
        "Actor": object(&[("id", of("integer")), ("name", of("string?"))]),
        "Incident": incident(),
        "Assignment": assignment(),
        "Timeline": timeline(),
        "AfterAction": after_action(),
        "Receipt": object(&[
            ("first_seq", of("integer")),
            ("seq", of("integer")),
            ("incident", of("integer?")),
            ("closure", of("integer?")),
            ("events", list(object(&[("seq", of("integer")), ("kind", of("string"))]))),
            ("repeated", of("boolean")),
        ]),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "code", "detail", "hint", "text", "values"],
            "additionalProperties": false,
            "properties": {
                "type": of("string"),
                "title": of("string"),
                "status": of("integer"),
                "code": of("string"),
                "detail": of("string"),
                "hint": of("string"),
                "text": of("string"),
                "values": {"type": "object", "additionalProperties": of("string")},
                "field": of("string"),
            },
        },
    });
    for (name, schema) in plans::all()
        .into_iter()
        .chain(calls::all())
        .chain(streets::all())
        .chain(cards::all())
        .chain(consultations::all())
        .chain(duty::all())
        .chain(erasures::all())
        .chain(settings::all())
    {
        all[name] = schema;
    }
    all
}

fn incident_row() -> Value {
    object(&[
        ("id", of("integer")),
        ("state", json!({"enum": ["open", "closed"]})),
        ("type", of("string?")),
        ("type_label", of("string?")),
        ("priority", of("string?")),
        ("rank", of("integer")),
        ("place", of("string?")),
        ("place_withheld", of("boolean")),
        ("lat", of("number?")),
        ("lon", of("number?")),
        ("received", millis("integer")),
        ("first_dispatched", millis("integer?")),
        ("first_on_scene", millis("integer?")),
        ("closed", millis("integer?")),
        ("disposition", of("string?")),
        ("units", list(of("string"))),
        ("lines", of("integer")),
        ("scheduled", millis("integer?")),
        ("warn_from", millis("integer?")),
        ("merged_into", of("integer?")),
        ("calls", of("integer")),
        ("call_backs", of("integer")),
        (
            "verdict",
            json!({"enum": ["certain", "confirmed", "chosen", "unverified", null]}),
        ),
        ("stacked_on", list(of("string"))),
        ("version", of("integer")),
    ])
}

fn unit_row() -> Value {
    object(&[
        ("id", of("integer")),
        ("call_sign", of("string")),
        ("type", of("string")),
        ("agency", of("string")),
        ("station", of("string?")),
        ("status", of("string")),
        ("meaning", json!({"enum": super::super::fields::MEANINGS})),
        ("since", millis("integer")),
        ("incident", of("integer?")),
        ("equipment", list(of("string"))),
        ("seats", of("integer")),
        ("shared_crew", of("string?")),
        ("crew_out_with", of("string?")),
        (
            "crew",
            or_null(object(&[
                ("size", of("integer")),
                (
                    "skills",
                    json!({"type": "object", "additionalProperties": of("integer")}),
                ),
            ])),
        ),
        ("emergency", emergency()),
        ("stack", list(of("integer"))),
        ("version", of("integer")),
    ])
}

fn clocks() -> Value {
    list(object(&[
        ("code", of("string")),
        ("label", of("string")),
        ("start", of("string")),
        ("stop", of("string")),
        ("priorities", list(of("string"))),
        ("unit_types", list(of("string"))),
        ("warn_seconds", of("integer?")),
        ("alarm_seconds", of("integer?")),
        ("escalate_seconds", of("integer?")),
        ("action", of("string?")),
        (
            "target",
            or_null(object(&[
                ("seconds", of("integer")),
                ("percent", of("integer")),
                ("standard", of("string?")),
                ("edition", of("string?")),
            ])),
        ),
    ]))
}

fn welfare_rules() -> Value {
    list(object(&[
        ("code", of("string")),
        ("label", of("string")),
        ("incident_types", list(of("string"))),
        ("unit_types", list(of("string"))),
        ("every_seconds", of("integer")),
        ("answer_seconds", of("integer")),
        ("misses_to_mayday", of("integer")),
    ]))
}

fn emergency() -> Value {
    let names = callbox_domain::EmergencyCause::NAMES.iter();
    let names: Vec<_> = names.map(|name| Some(*name)).chain([None]).collect();
    json!({"enum": names})
}

fn alarm_row() -> Value {
    object(&[
        ("id", of("integer")),
        (
            "cause",
            json!({"enum": ["clock", "waiting", "welfare", "emergency", "next"]}),
        ),
        ("clock", of("string?")),
        ("clock_label", of("string?")),
        ("action", of("string?")),
        ("emergency", emergency()),
        ("incident", of("integer?")),
        ("unit", of("string?")),
        ("due", millis("integer")),
        ("raised", millis("integer")),
        ("acknowledged_by", of("integer?")),
        ("acknowledged_at", millis("integer?")),
        ("escalated", millis("integer?")),
    ])
}

fn position() -> Value {
    object(&[
        ("id", of("integer")),
        ("lat", of("number")),
        ("lon", of("number")),
        ("at", millis("integer")),
        ("heading", of("number?")),
        ("accuracy", of("number?")),
        ("stale_at", millis("integer")),
    ])
}

fn fixes() -> Value {
    let between = |least: f64, most: f64, words: &str| json!({"type": "number", "minimum": least, "maximum": most, "description": words});
    let maybe = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["positions"],
        "properties": {"positions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 500,
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["unit", "lat", "lon", "at"],
                "properties": {
                    "unit": {"type": "string", "minLength": 1, "maxLength": 64},
                    "lat": between(-90.0, 90.0, "degrees, WGS 84"),
                    "lon": between(-180.0, 180.0, "degrees, WGS 84"),
                    "at": time(),
                    "heading": maybe(between(0.0, 360.0, "degrees from north")),
                    "speed": maybe(between(0.0, 150.0, "metres a second")),
                    "accuracy": maybe(between(0.0, 100_000.0, "radius in metres")),
                },
            },
        }},
    })
}

fn taken() -> Value {
    let refused = object(&[
        ("index", of("integer")),
        ("unit", of("string")),
        ("code", of("string")),
        ("detail", of("string")),
        ("hint", of("string")),
    ]);
    object(&[("taken", of("integer")), ("refused", list(refused))])
}

fn board() -> Value {
    let coded = |rest: &[(&str, Value)]| {
        let mut members = vec![("code", of("string")), ("label", of("string"))];
        members.extend_from_slice(rest);
        list(object(&members))
    };
    object(&[
        ("seq", of("integer")),
        ("at", time()),
        ("at_ms", millis("integer")),
        ("exercise", of("boolean")),
        (
            "center",
            object(&[("name", of("string")), ("timezone", of("string"))]),
        ),
        ("statuses", coded(&[("meaning", of("string"))])),
        (
            "priorities",
            coded(&[
                ("rank", of("integer")),
                ("unassigned_warn_seconds", of("integer?")),
                ("unassigned_alarm_seconds", of("integer?")),
            ]),
        ),
        ("types", coded(&[("priority", of("string?"))])),
        ("dispositions", coded(&[])),
        (
            "agencies",
            list(object(&[("code", of("string")), ("name", of("string"))])),
        ),
        ("unit_types", coded(&[])),
        ("clocks", clocks()),
        ("welfare_rules", welfare_rules()),
        (
            "stations",
            list(object(&[
                ("code", of("string")),
                ("name", of("string")),
                ("agency", of("string")),
                ("lat", of("number?")),
                ("lon", of("number?")),
                ("open", of("boolean")),
            ])),
        ),
        (
            "dispatch_rules",
            object(&[
                ("moving_stale_seconds", of("integer")),
                ("parked_stale_seconds", of("integer")),
                ("turnout_seconds", of("integer")),
                ("rest_seconds", of("integer")),
                ("rest_penalty_seconds", of("integer")),
                (
                    "turnouts",
                    json!({"type": "object", "additionalProperties": of("integer")}),
                ),
            ]),
        ),
        ("areas", list(plans::area())),
        (
            "templates",
            coded(&[
                ("incident_type", of("string?")),
                ("priority", of("string?")),
                ("place", of("string?")),
                ("text", of("string?")),
                ("retired", of("boolean")),
            ]),
        ),
        ("conditions", list(of("string"))),
        ("positions", list(named("Position"))),
        ("incidents", list(named("IncidentRow"))),
        ("alarms", list(named("AlarmRow"))),
        ("units", list(named("UnitRow"))),
    ])
}

fn incident() -> Value {
    object(&[
        ("seq", of("integer")),
        ("row", named("IncidentRow")),
        ("received", time()),
        ("closed", or_null(time())),
        ("reference", of("string?")),
        ("place_erased", of("boolean")),
        (
            "caller",
            or_null(object(&[
                ("name", of("string?")),
                ("call_back", of("string?")),
                ("erased", of("boolean")),
            ])),
        ),
        (
            "narrative",
            list(object(&[
                ("no", of("integer")),
                ("at", time()),
                ("author", named("Actor")),
                ("text", of("string?")),
                ("erased", of("boolean")),
                ("corrects", of("integer?")),
            ])),
        ),
        (
            "calls",
            list(object(&[
                ("no", of("integer")),
                ("at", time()),
                ("by", named("Actor")),
                ("kind", json!({"enum": callbox_domain::CallKind::NAMES})),
                ("caller_name", of("string?")),
                ("caller_number", of("string?")),
                ("erased", of("boolean")),
                ("needs_handling", of("boolean")),
                (
                    "reported",
                    or_null(object(&[
                        ("lat", of("number?")),
                        ("lon", of("number?")),
                        (
                            "source",
                            json!({"enum": callbox_domain::PlaceSource::NAMES}),
                        ),
                        ("uncertainty_meters", of("integer?")),
                    ])),
                ),
                (
                    "handled",
                    list(object(&[
                        ("at", time()),
                        ("by", named("Actor")),
                        ("how", json!({"enum": callbox_domain::Handling::NAMES})),
                    ])),
                ),
            ])),
        ),
        (
            "assessed",
            or_null(object(&[
                ("at", time()),
                ("by", named("Actor")),
                (
                    "source",
                    json!({"enum": callbox_domain::PlaceSource::NAMES}),
                ),
                (
                    "verdict",
                    json!({"enum": callbox_domain::PlaceVerdict::NAMES}),
                ),
                ("uncertainty_meters", of("integer?")),
                ("found", of("string?")),
                ("fit_percent", of("integer?")),
                ("extent_meters", of("integer?")),
            ])),
        ),
        ("questions", cards::of_incident()),
        ("merged", list(of("integer"))),
        (
            "transfers",
            list(object(&[
                ("at", time()),
                ("by", named("Actor")),
                ("to", of("string")),
                ("reference", of("string?")),
                ("reason", of("string?")),
            ])),
        ),
        ("assignments", list(named("Assignment"))),
        (
            "links",
            list(object(&[
                ("incident", of("integer")),
                ("relation", json!({"enum": ["related", "duplicate"]})),
            ])),
        ),
        (
            "reopened",
            list(object(&[
                ("at", time()),
                ("by", named("Actor")),
                ("reason", of("string?")),
            ])),
        ),
    ])
}

fn assignment() -> Value {
    object(&[
        ("no", of("integer")),
        ("unit", of("string?")),
        ("unit_type", of("string")),
        ("status", of("string")),
        ("meaning", of("string")),
        ("since", time()),
        (
            "times",
            json!({"type": "object", "additionalProperties": time()}),
        ),
        ("out_of_order", of("boolean")),
        ("concurrent", of("boolean")),
        (
            "welfare",
            object(&[
                ("due", or_null(time())),
                ("asked", or_null(time())),
                ("answered", or_null(time())),
                ("missed", of("integer")),
            ]),
        ),
        (
            "ended",
            or_null(object(&[
                ("at", or_null(time())),
                (
                    "how",
                    json!({"enum": ["cleared", "cancelled", "reassigned", "released", "undone", "preempted"]}),
                ),
                ("to", of("integer?")),
                ("reason", of("string?")),
            ])),
        ),
    ])
}

fn after_action() -> Value {
    let event = object(&[
        ("seq", of("integer")),
        ("at", time()),
        ("recorded", time()),
        ("actor", of("integer")),
        ("purpose", of("string")),
        ("kind", of("string")),
        ("unit", of("integer?")),
        ("details", of("object")),
        ("personal", of("string")),
        ("proof", of("string")),
        ("sealed", of("string?")),
        ("opens_with", of("string?")),
    ]);
    object(&[
        ("format", of("string")),
        ("incident", of("integer")),
        ("made", time()),
        ("timezone", of("string?")),
        ("ledger_keys", list(of("string"))),
        ("not_proven", of("object")),
        ("summary", of("object")),
        ("events", list(event)),
    ])
}

fn timeline() -> Value {
    let entry = object(&[
        ("seq", of("integer")),
        ("at", time()),
        ("recorded", time()),
        ("late", of("boolean")),
        ("actor", named("Actor")),
        ("purpose", of("string")),
        ("kind", of("string")),
        ("unit", of("string?")),
        ("details", of("object")),
    ]);
    object(&[
        ("incident", of("integer")),
        ("entries", list(entry)),
        ("next_after", of("integer?")),
    ])
}
