//! A small checker for the part of JSON Schema that the description uses.

use serde_json::{Value, json};

use crate::api::description;

/// Holds a value against a named schema of the description; says where it does not fit.
pub(crate) fn check(name: &str, value: &Value) {
    let schemas = description()["components"]["schemas"].take();
    let errors = fits(
        &schemas,
        &json!({"$ref": format!("#/components/schemas/{name}")}),
        value,
        name,
    );
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

fn fits(schemas: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        assert!(schemas[name].is_object(), "the description lacks {name}");
        return fits(schemas, &schemas[name], value, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let tries: Vec<_> = choices
            .iter()
            .map(|one| fits(schemas, one, value, at))
            .collect();
        let fitting = tries.iter().any(Vec::is_empty);
        return if fitting { Vec::new() } else { tries.concat() };
    }
    if let Some(values) = schema["enum"].as_array() {
        let known = values.contains(value);
        return if known {
            Vec::new()
        } else {
            vec![format!("{at}: {value} is not listed")]
        };
    }
    let types: Vec<_> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        other => panic!("{at}: the description has no type but {other}"),
    };
    if !types.iter().any(|name| is(name, value)) {
        return vec![format!("{at}: {value} is not {types:?}")];
    }
    match value {
        Value::Object(members) => {
            let mut errors = Vec::new();
            for name in schema["required"].as_array().into_iter().flatten() {
                if !members.contains_key(name.as_str().unwrap()) {
                    errors.push(format!("{at}: {name} is missing"));
                }
            }
            for (name, member) in members {
                let at = format!("{at}.{name}");
                match (&schema["properties"][name], &schema["additionalProperties"]) {
                    (Value::Null, Value::Bool(false)) => {
                        errors.push(format!("{at}: not described"))
                    }
                    (Value::Null, Value::Null) => {}
                    (Value::Null, any) => errors.extend(fits(schemas, any, member, &at)),
                    (known, _) => errors.extend(fits(schemas, known, member, &at)),
                }
            }
            errors
        }
        Value::Array(items) => {
            let item = |(n, item)| fits(schemas, &schema["items"], item, &format!("{at}[{n}]"));
            items.iter().enumerate().flat_map(item).collect()
        }
        _ => Vec::new(),
    }
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the description uses the type {other}"),
    }
}

/// Some value that fits a member's schema.
pub(crate) fn example(schema: &Value) -> Value {
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    if schema["format"] == "date-time" {
        return json!("2026-09-22T12:00:00Z");
    }
    match schema["type"].as_str().unwrap() {
        "string" => json!("1"),
        "integer" => json!(1),
        "number" => json!(1.5),
        "boolean" => json!(true),
        "array" => json!([example(&schema["items"])]),
        other => panic!("no example for {other}"),
    }
}

#[test]
fn the_checker_finds_what_does_not_fit() {
    let schemas = json!({"Row": {
        "type": "object",
        "required": ["id"],
        "additionalProperties": false,
        "properties": {"id": {"type": "integer"}, "word": {"type": ["string", "null"]}},
    }});
    let row = json!({"$ref": "#/components/schemas/Row"});
    let errors = |value: Value| fits(&schemas, &row, &value, "row").len();
    assert_eq!(errors(json!({"id": 1, "word": null})), 0);
    assert_eq!(errors(json!({"word": "x"})), 1);
    assert_eq!(errors(json!({"id": "1"})), 1);
    assert_eq!(errors(json!({"id": 1, "more": 1})), 1);
    assert_eq!(errors(json!([])), 1);
}
