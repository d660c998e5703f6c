//! From what a form sends to the members that a request would have.

use serde_json::{Value, json};

use super::{Noun, Row};
use crate::api::fields::Kind;

/// The members of a form; what was left empty is left out, what is no number stays text and is
/// refused as such by whoever reads the members.
pub(crate) fn members(noun: &Noun, sent: &[(String, String)]) -> Row {
    let mut row = Row::new();
    for field in noun.fields() {
        let sent = sent.iter().find(|(name, _)| name == field.name);
        let text = sent.map_or("", |(_, value)| value.trim());
        let value = match field.kind {
            Kind::Flag => json!(!text.is_empty()),
            _ if text.is_empty() => continue,
            Kind::Number(..) | Kind::Incident => text
                .parse::<u64>()
                .map_or_else(|_| json!(text), Value::from),
            Kind::Degrees(_) => degrees(text),
            Kind::Codes => text
                .split([',', '\n', '，', '、'])
                .map(str::trim)
                .filter(|code| !code.is_empty())
                .map(Value::from)
                .collect(),
            Kind::Points => text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| {
                    let degree = |text: &&str| !text.is_empty();
                    line.split([',', ' ', '\t', ';'])
                        .filter(degree)
                        .map(degrees)
                        .collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
                .into(),
            _ => json!(text),
        };
        row.insert(field.name.into(), value);
    }
    row
}

fn degrees(text: &str) -> Value {
    text.parse::<f64>()
        .map_or_else(|_| json!(text), Value::from)
}
