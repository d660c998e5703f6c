//! The description of the interface: OpenAPI 3.1, made of the table of endpoints.

mod schemas;

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{ENDPOINTS, Endpoint, fields::Kind};
use crate::{access::rights, security::Verb};

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| description().to_string());

/// `GET /api/v1/openapi.json`.
pub(super) async fn show() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        DESCRIPTION.as_str(),
    )
        .into_response()
}

/// The whole description.
pub(crate) fn description() -> Value {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS.iter() {
        let path = paths
            .entry(endpoint.route.path)
            .or_insert_with(|| json!({}));
        path[endpoint.route.verb.name().to_lowercase()] = operation(endpoint);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "callbox",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Dispatch for emergency services. Every write needs an Idempotency-Key \
                and gets its first answer again when it is repeated. Errors are RFC 9457 problems \
                with a hint.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "callbox"},
            },
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let route = &endpoint.route;
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let kind = if name == "call" || name == "note" {
                Kind::Number(1, 65_535)
            } else if name == "call_sign" {
                Kind::Code
            } else {
                Kind::Incident
            };
            json!({"name": name, "in": "path", "required": true, "schema": kind.schema()})
        })
        .collect();
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "description": format!("Exists because {}.", route.reason),
        "responses": responses(endpoint),
    });
    if rights::is_open(route.action) {
        operation["security"] = json!([]);
    } else {
        operation["security"] = json!([{"token": []}, {"session": []}]);
    }
    match route.verb {
        Verb::Get => {
            parameters.extend(endpoint.fields.iter().map(|field| {
                json!({
                    "name": field.name,
                    "in": "query",
                    "required": field.required,
                    "description": field.words,
                    "schema": field.kind.schema(),
                })
            }));
        }
        Verb::Post if endpoint.answer == "Taken" => {
            // Not an act on the record: repeated, it changes nothing, so it needs no key.
            let schema = json!({"$ref": "#/components/schemas/Fixes"});
            operation["requestBody"] = json!({
                "required": true,
                "content": {"application/json": {"schema": schema}},
            });
        }
        Verb::Post | Verb::Put => {
            // What is carried out by a handler of its own is an act where it leaves a receipt.
            let is_act = matches!(endpoint.answer, "Receipt" | "Published" | "CardsPublished");
            if endpoint.make.is_some() || is_act {
                parameters.push(json!({
                "name": "Idempotency-Key",
                "in": "header",
                "required": true,
                "description": "names the act: a new one for each, the same when it is repeated",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            }));
            }
            operation["requestBody"] = json!({
                "required": endpoint.fields.iter().any(|field| field.required),
                "content": body(endpoint),
            });
        }
    }
    operation["parameters"] = parameters.into();
    operation
}

/// As in `post-incidents-id-units`.
fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.route.path.trim_start_matches("/api/v1/");
    let words = path.replace(['{', '}'], "").replace(['/', '_', '.'], "-");
    format!("{}-{words}", endpoint.route.verb.name().to_lowercase())
}

fn body(endpoint: &Endpoint) -> Value {
    match endpoint.answer {
        // A document of another standard, as it comes from a device.
        "Location" => json!({"application/pidf+xml": {"schema": {"type": "string"}}}),
        "Published" | "CardsPublished" => {
            json!({"application/json": {"schema": {"$ref": "#/components/schemas/Table"}}})
        }
        _ => json!({"application/json": {"schema": body_schema(endpoint)}}),
    }
}

fn body_schema(endpoint: &Endpoint) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in endpoint.fields {
        let mut schema = field.kind.schema();
        schema["description"] = field.words.into();
        if field.required {
            required.push(field.name);
        } else {
            schema = json!({"anyOf": [schema, {"type": "null"}]});
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let has_coordinates = properties.contains_key("lat");
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    });
    if has_coordinates {
        // Both or none; where they are recorded, words with them.
        let together: &[&str] = match endpoint.make {
            Some(_) => &["place", "lat", "lon"],
            None => &["lat", "lon"],
        };
        let kinds = [("place", "string"), ("lat", "number"), ("lon", "number")];
        let kinds = kinds
            .into_iter()
            .filter(|(name, _)| together.contains(name));
        let kinds: Map<_, _> = kinds
            .map(|(name, kind)| (name.to_owned(), json!({"type": kind})))
            .collect();
        schema["anyOf"] = json!([
            {"required": together, "properties": kinds},
            {"properties": {"lat": {"type": "null"}, "lon": {"type": "null"}}},
        ]);
    }
    schema
}

fn responses(endpoint: &Endpoint) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{}", endpoint.answer)});
    let media_type = match endpoint.answer {
        "Change" => "text/event-stream",
        _ => "application/json",
    };
    let status = if creates(endpoint) { "201" } else { "200" };
    let mut responses = json!({
        status: {"description": "done", "content": {media_type: {"schema": schema}}},
        "default": problem("something is wrong; the hint says what to do"),
    });
    if endpoint.route.verb != Verb::Get {
        responses["404"] = problem("the incident, unit or line does not exist");
        responses["409"] = problem("the rules do not let it happen; the code says which");
        responses["422"] = problem("a member is wrong; 'field' says which");
        responses["503"] = problem("too busy, or nothing is recorded any more");
    }
    responses
}

/// Whether an endpoint makes something new that has an address.
fn creates(endpoint: &Endpoint) -> bool {
    endpoint.route.verb == Verb::Post && endpoint.route.path == "/api/v1/incidents"
}

fn problem(description: &str) -> Value {
    json!({
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    })
}
