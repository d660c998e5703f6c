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

/// What a center has defined.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(super) agencies: BTreeSet<Code>,
    pub(super) priorities: BTreeSet<Code>,
    pub(super) incident_types: BTreeSet<Code>,
    pub(super) unit_types: BTreeSet<Code>,
    pub(super) dispositions: BTreeSet<Code>,
    pub(super) units: BTreeSet<Code>,
}

impl Present {
    /// What stands in the state of a center.
    pub(super) fn of(center: &Center) -> Self {
        let known = &center.configuration;
        Self {
            agencies: known.agencies.keys().cloned().collect(),
            priorities: known.priorities.keys().cloned().collect(),
            incident_types: known.incident_types.keys().cloned().collect(),
            unit_types: known.unit_types.keys().cloned().collect(),
            dispositions: known.dispositions.keys().cloned().collect(),
            units: center
                .units
                .iter()
                .map(|(_, unit)| unit.call_sign.clone())
                .collect(),
        }
    }
}

/// The commands that define what the history uses and the center does not know; the codes are the
/// source's own values. What is there already is left as it is.
pub(super) fn missing(known: &Present, history: &History, checked: &Checked) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let agencies: BTreeSet<&Code> = history.units.iter().map(|unit| &unit.agency).collect();
    for code in agencies
        .into_iter()
        .filter(|code| !known.agencies.contains(*code))
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
        if known.priorities.contains(code) {
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
        .filter(|code| !known.incident_types.contains(*code))
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
        .filter(|code| !known.unit_types.contains(*code))
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
        .filter(|code| !known.dispositions.contains(code))
    {
        let label = code.clone();
        commands.push(DefineDisposition { code, label }.into());
    }
    for unit in &history.units {
        if !known.units.contains(&unit.call_sign) {
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
