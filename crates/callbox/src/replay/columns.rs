//! Where in a record the values stand that the map names.

use super::map::{Checked, Columns as Names};
use crate::failure::{Failure, Outcome};

/// Positions of the columns that the map names.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) id: Option<usize>,
    pub(super) incident_type: Option<usize>,
    pub(super) priority: Option<usize>,
    pub(super) received: usize,
    pub(super) place: Vec<usize>,
    pub(super) lat: Option<usize>,
    pub(super) lon: Option<usize>,
    pub(super) disposition: Option<usize>,
    pub(super) agency: Option<usize>,
    pub(super) work: Option<WorkColumns>,
}

/// Positions of an assignment's columns.
#[derive(Debug)]
pub(super) struct WorkColumns {
    pub(super) unit: usize,
    pub(super) unit_type: Option<usize>,
    /// Dispatched, acknowledged, en route, on scene, transporting, at hospital, available.
    pub(super) times: [Option<usize>; 7],
}

/// Finds every column that the map names; says all that are missing at once.
pub(super) fn resolve(checked: &Checked, head: &[String], file: &str) -> Outcome<Columns> {
    let mut finder = Finder {
        head,
        missing: Vec::new(),
    };
    let call = &checked.map.call;
    let columns = Columns {
        id: finder.maybe("call.id", call.id.as_ref()),
        incident_type: finder.maybe("call.type", call.r#type.as_ref()),
        priority: finder.maybe("call.priority", call.priority.as_ref()),
        received: finder.find("call.received", &call.received),
        place: call
            .place
            .as_ref()
            .map_or(&[][..], Names::names)
            .iter()
            .map(|name| finder.find("call.place", name))
            .collect(),
        lat: finder.maybe("call.lat", call.lat.as_ref()),
        lon: finder.maybe("call.lon", call.lon.as_ref()),
        disposition: finder.maybe("call.disposition", call.disposition.as_ref()),
        agency: finder.maybe("call.agency", call.agency.as_ref()),
        work: checked.map.assignment.as_ref().map(|part| WorkColumns {
            unit: finder.find("assignment.unit", &part.unit),
            unit_type: finder.maybe("assignment.unit_type", part.unit_type.as_ref()),
            times: [
                Some(finder.find("assignment.dispatched", &part.dispatched)),
                finder.maybe("assignment.acknowledged", part.acknowledged.as_ref()),
                finder.maybe("assignment.enroute", part.enroute.as_ref()),
                finder.maybe("assignment.on_scene", part.on_scene.as_ref()),
                finder.maybe("assignment.transporting", part.transporting.as_ref()),
                finder.maybe("assignment.at_hospital", part.at_hospital.as_ref()),
                finder.maybe("assignment.available", part.available.as_ref()),
            ],
        }),
    };
    if finder.missing.is_empty() {
        return Ok(columns);
    }
    Err(Failure::Input(format!(
        "{file} does not have every column that the map names:\n{}\nIts columns are: {}",
        finder.missing.join("\n"),
        head.join(", ")
    )))
}

struct Finder<'a> {
    head: &'a [String],
    missing: Vec<String>,
}

impl Finder<'_> {
    fn maybe(&mut self, key: &str, name: Option<&String>) -> Option<usize> {
        name.map(|name| self.find(key, name))
    }

    /// The column's position; a missing one is noted and any position given.
    fn find(&mut self, key: &str, name: &str) -> usize {
        if let Some(at) = self.head.iter().position(|column| column == name) {
            return at;
        }
        let nearest = self.head.iter().min_by_key(|column| distance(column, name));
        let hint = match nearest {
            Some(column) if distance(column, name) * 2 <= name.chars().count().max(4) => {
                format!("; did you mean {column:?}?")
            }
            _ => String::new(),
        };
        self.missing.push(format!("  {key} = {name:?}{hint}"));
        0
    }
}

/// How many characters have to change to make one name of the other (Levenshtein), case apart.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(200).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn names_that_look_alike_are_near() {
        assert_eq!(distance("unit_id", "unit_id"), 0);
        assert_eq!(distance("Unit_ID", "unitid"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
