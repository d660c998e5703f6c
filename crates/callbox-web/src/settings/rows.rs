//! What a center is set up with now, by the names of the fields that set it.

use callbox_domain::Center;
use serde_json::{Value, json};

use super::{Noun, Row};
use crate::api;

/// The rows of a noun, in the order of the board; one for what a center has once.
pub(crate) fn rows(noun: &Noun, center: &Center) -> Vec<Row> {
    let member = |name: &str| api::configuration_member(center, name);
    let list = |name: &str| match member(name) {
        Value::Array(rows) => rows.into_iter().filter_map(object).collect(),
        one => Vec::from_iter(object(one)),
    };
    match noun.slug {
        "center" => list("center")
            .into_iter()
            .filter(|row| row["name"] != "")
            .collect(),
        "incident-types" => list("types"),
        "unit-types" => list("unit_types"),
        "unit-statuses" => list("statuses"),
        "welfare-rules" => list("welfare_rules"),
        "stations" => list("stations").into_iter().map(station).collect(),
        "clocks" => list("clocks").into_iter().map(clock).collect(),
        "dispatch-rules" => list("dispatch_rules")
            .into_iter()
            .map(without_turnouts)
            .collect(),
        "turnouts" => {
            let turnouts = center.configuration.turnouts.iter();
            turnouts
                .filter_map(|(kind, seconds)| {
                    object(json!({"type": kind.as_str(), "seconds": seconds}))
                })
                .collect()
        }
        "conditions" => {
            let conditions = center.configuration.conditions.iter();
            conditions
                .filter_map(|condition| object(json!({"condition": condition.as_str()})))
                .collect()
        }
        "erasure-rules" => {
            let rules = center.configuration.erasure_rules;
            Vec::from_iter(object(json!({"wait_days": rules.wait_days})))
        }
        "units" => {
            let units = center.units.iter().map(|(_, unit)| unit);
            units
                .filter_map(|unit| {
                    object(json!({
                        "call_sign": unit.call_sign.as_str(),
                        "agency": unit.agency.as_str(),
                        "type": unit.unit_type.as_str(),
                        "station": unit.station.as_ref().map(|code| code.as_str()),
                    }))
                })
                .collect()
        }
        name => list(name),
    }
}

/// Whether a value says nothing: the field may as well be empty.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// A value as people read it and type it.
pub(crate) fn tell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // Corners, one on each line; codes, apart by commas.
        Value::Array(list) if list.iter().any(Value::is_array) => {
            let corner = |pair: &Value| match pair.as_array() {
                Some(pair) => pair.iter().map(tell).collect::<Vec<_>>().join(", "),
                None => tell(pair),
            };
            list.iter().map(corner).collect::<Vec<_>>().join("\n")
        }
        Value::Array(list) => list.iter().map(tell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn object(value: Value) -> Option<Row> {
    match value {
        Value::Object(row) => Some(row),
        _ => None,
    }
}

fn station(mut row: Row) -> Row {
    let open = row.remove("open");
    row.insert("closed".into(), json!(open == Some(json!(false))));
    row
}

/// A target stands in fields of its own.
fn clock(mut row: Row) -> Row {
    if let Some(Value::Object(target)) = row.remove("target") {
        for (name, field) in [
            ("seconds", "target_seconds"),
            ("percent", "target_percent"),
            ("standard", "standard"),
            ("edition", "edition"),
        ] {
            row.insert(field.into(), target.get(name).cloned().unwrap_or_default());
        }
    }
    row
}

fn without_turnouts(mut row: Row) -> Row {
    row.remove("turnouts");
    row
}
