//! Reports as tables for a spreadsheet (RFC 4180), from their JSON.

use serde_json::{Map, Value};

/// The rows of a report: nested members become columns of their own, lists of rows stay apart.
pub(crate) fn csv(report: &Value) -> String {
    let lists = ["rows", "hours", "types"];
    let rows: Vec<Map<String, Value>> = lists
        .iter()
        .filter_map(|name| report[*name].as_array())
        .flatten()
        .map(|row| {
            let mut flat = Map::new();
            flatten("", row, &mut flat);
            flat
        })
        .collect();
    let mut head: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !head.contains(&name.as_str()) {
            head.push(name);
        }
    }
    let mut out = line(head.iter().map(|name| (*name).to_owned()));
    for row in &rows {
        out += &line(head.iter().map(|name| match row.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => unspoken(text),
            Some(other) => other.to_string(),
        }));
    }
    out
}

fn flatten(before: &str, value: &Value, flat: &mut Map<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = match before {
                    "" => name.clone(),
                    before => format!("{before}.{name}"),
                };
                flatten(&name, member, flat);
            }
        }
        // By hour of the day: a table of its own, which the JSON has.
        Value::Array(_) => {}
        other => drop(flat.insert(before.to_owned(), other.clone())),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells
        .map(|cell| match cell.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        })
        .collect();
    cells.join(",") + "\r\n"
}

/// A text that no spreadsheet takes for a formula.
fn unspoken(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_members_are_columns_and_nothing_is_a_formula() {
        let report = json!({
            "definition": "…",
            "rows": [
                {"clock": "=SUM(A1)", "total": {"n": 2, "share": null}, "hours": [{"hour": 1}]},
                {"clock": "two, \"quoted\"", "total": {"n": 3, "share": 0.5}, "more": true},
            ],
        });
        let text = "clock,total.n,total.share,more\r\n'=SUM(A1),2,,\r\n\"two, \"\"quoted\"\"\",3,0.5,true\r\n";
        assert_eq!(csv(&report), text);
    }
}
