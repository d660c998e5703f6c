//! Who changed what when, read from the ledger.

use std::collections::HashMap;

use callbox_domain::{ActorId, Center, Entry, Event, Timestamp};
use callbox_engine::{Engine, ReadError};
use serde_json::json;

use super::{Difference, NOUNS, Noun, Row, differences, rows};

/// One change of what the center is set up with.
#[derive(Debug)]
pub(crate) struct Change {
    /// The event's position in the ledger: what a proof of it is asked for with.
    pub(crate) seq: u64,
    /// When.
    pub(crate) at: Timestamp,
    /// Who.
    pub(crate) actor: ActorId,
    /// What: a noun's name in paths, or `plans` and `cards`, which have pages of their own.
    pub(crate) what: &'static str,
    /// Which row.
    pub(crate) name: Option<String>,
    /// Field by field; against nothing where the change before is not among those that were read.
    pub(crate) differences: Vec<Difference>,
}

/// The newest `limit` changes, the newest first; those of one noun only, where one is given.
///
/// Reads one entry of the ledger for each, whatever the ledger's length; a change of a row is told
/// against the one before it.
pub(crate) fn changes(
    engine: &Engine,
    noun: Option<&Noun>,
    limit: usize,
) -> Result<Vec<Change>, ReadError> {
    let center = engine.snapshot();
    let seqs = &center.configuration.changes;
    let read = seqs.len().saturating_sub(READ.max(limit));
    let seqs: Vec<u64> = seqs.iter().skip(read).copied().collect();
    let mut last: HashMap<(&'static str, Option<String>), Row> = HashMap::new();
    let mut all = Vec::new();
    for entry in engine.entries(&seqs)? {
        let Some((what, row)) = said(&entry) else {
            continue;
        };
        let known = Noun::called(what);
        let name = known.and_then(|noun| noun.name_of(&row)).map(str::to_owned);
        let key = (what, name.clone());
        let removed = matches!(entry.event, Event::ClockRemoved(_));
        let after = (!removed).then_some(&row);
        let found = known.map_or_else(Vec::new, |noun| differences(noun, last.get(&key), after));
        match removed {
            true => drop(last.remove(&key)),
            false => drop(last.insert(key, row)),
        }
        if noun.is_none_or(|noun| noun.slug == what) {
            all.push(Change {
                seq: entry.seq,
                at: entry.at,
                actor: entry.actor,
                what,
                name,
                differences: found,
            });
        }
    }
    all.reverse();
    all.truncate(limit);
    Ok(all)
}

/// So many changes are read, so that each has the one before it to be told against.
const READ: usize = 1_000;

/// What an event defined, and the row as it was then.
fn said(entry: &Entry) -> Option<(&'static str, Row)> {
    let what = match &entry.event {
        Event::CenterDefined(_) => "center",
        Event::AgencyDefined(_) => "agencies",
        Event::PriorityDefined(_) => "priorities",
        Event::IncidentTypeDefined(_) => "incident-types",
        Event::UnitTypeDefined(_) => "unit-types",
        Event::UnitStatusDefined(_) => "unit-statuses",
        Event::DispositionDefined(_) => "dispositions",
        Event::StationDefined(_) => "stations",
        Event::DispatchRulesDefined(_) => "dispatch-rules",
        Event::AreaDefined(_) => "areas",
        Event::TurnoutDefined(_) => "turnouts",
        Event::CallTemplateDefined(_) => "templates",
        Event::ClockDefined(_) => "clocks",
        Event::WelfareRuleDefined(_) => "welfare-rules",
        Event::ErasureRulesDefined(_) => "erasure-rules",
        Event::ResponsePlansPublished(_) => return Some(("plans", Row::new())),
        Event::QuestionCardPublished(_) => return Some(("cards", Row::new())),
        Event::ClockRemoved(removed) => {
            let code = json!(removed.code.as_str());
            return Some(("clocks", Row::from_iter([("code".to_owned(), code)])));
        }
        Event::ConditionSet(set) => {
            return Some((
                "conditions",
                Row::from_iter([
                    ("condition".to_owned(), json!(set.condition.as_str())),
                    ("over".to_owned(), json!(!set.in_force)),
                ]),
            ));
        }
        Event::UnitDefined(unit) => {
            return Some((
                "units",
                Row::from_iter([
                    ("call_sign".to_owned(), json!(unit.call_sign.as_str())),
                    ("agency".to_owned(), json!(unit.agency.as_str())),
                    ("type".to_owned(), json!(unit.unit_type.as_str())),
                    (
                        "station".to_owned(),
                        json!(unit.station.as_ref().map(|code| code.as_str())),
                    ),
                ]),
            ));
        }
        _ => return None,
    };
    // Each of these events holds all of what it defines: an empty center that knows it alone shows it
    // as the pages show it.
    let mut alone = Center::default();
    alone.evolve(&Entry {
        seq: 0,
        ..entry.clone()
    });
    let noun = NOUNS.iter().find(|noun| noun.slug == what)?;
    rows(noun, &alone).pop().map(|row| (what, row))
}
