//! What has to be defined before a history can be taken over.

use std::collections::BTreeSet;

use callbox_domain::{
    Center, Code, Command, DefineAgency, DefineDisposition, DefineIncidentType, DefinePriority,
    DefineUnit, DefineUnitType,
};

use super::{history::History, map::Checked};

/// The disposition of a call whose source does not say how it ended.
const NOT_RECORDED: &str = "NOT RECORDED";

/// How the call ended.
pub(super) fn disposition(recorded: Option<&Code>) -> Code {
    recorded
        .cloned()
        .unwrap_or_else(|| crate::defaults::code(NOT_RECORDED))
}

/// The commands that define what the history uses and the center does not know; the codes are the
/// source's own values. What is there already is left as it is.
pub(super) fn missing(center: &Center, history: &History, checked: &Checked) -> Vec<Command> {
    let known = &center.configuration;
    let mut commands: Vec<Command> = Vec::new();
    let agencies: BTreeSet<&Code> = history.units.iter().map(|unit| &unit.agency).collect();
    for code in agencies
        .into_iter()
        .filter(|code| !known.agencies.contains_key(*code))
    {
        let (code, name) = (code.clone(), code.clone());
        commands.push(DefineAgency { code, name }.into());
    }
    let listed = &checked.map.call.priority_order;
    let place = |code: &Code| listed.iter().position(|known| known == code.as_str());
    let found: BTreeSet<&Code> = history
        .calls
        .iter()
        .filter_map(|call| call.priority.as_ref())
        .collect();
    let mut priorities: Vec<&Code> = found.into_iter().collect();
    priorities.sort_by_key(|code| (place(code).unwrap_or(listed.len()), (*code).clone()));
    for (code, rank) in priorities.into_iter().zip(1_usize..) {
        if known.priorities.contains_key(code) {
            continue;
        }
        let define = DefinePriority {
            code: code.clone(),
            label: code.clone(),
            rank: u8::try_from(rank).unwrap_or(u8::MAX),
            unassigned_warn_seconds: None,
            unassigned_alarm_seconds: None,
        };
        commands.push(define.into());
    }
    let types: BTreeSet<&Code> = history
        .calls
        .iter()
        .filter_map(|call| call.incident_type.as_ref())
        .collect();
    for code in types
        .into_iter()
        .filter(|code| !known.incident_types.contains_key(*code))
    {
        let (code, label) = (code.clone(), code.clone());
        commands.push(
            DefineIncidentType {
                code,
                label,
                priority: None,
            }
            .into(),
        );
    }
    let unit_types: BTreeSet<&Code> = history.work.iter().map(|work| &work.unit_type).collect();
    for code in unit_types
        .into_iter()
        .filter(|code| !known.unit_types.contains_key(*code))
    {
        let (code, label) = (code.clone(), code.clone());
        commands.push(DefineUnitType { code, label }.into());
    }
    let dispositions: BTreeSet<Code> = history
        .calls
        .iter()
        .map(|call| disposition(call.disposition.as_ref()))
        .collect();
    for code in dispositions
        .into_iter()
        .filter(|code| !known.dispositions.contains_key(code))
    {
        let label = code.clone();
        commands.push(DefineDisposition { code, label }.into());
    }
    for unit in &history.units {
        if center.unit_called(unit.call_sign.as_str()).is_none() {
            let define = DefineUnit {
                call_sign: unit.call_sign.clone(),
                agency: unit.agency.clone(),
                unit_type: unit.unit_type.clone(),
                station: None,
            };
            commands.push(define.into());
        }
    }
    commands
}
