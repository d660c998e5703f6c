//! The center's configuration: data, defined by events, never hard-coded.

mod agency;
mod agreement;
mod area;
mod center;
mod condition;
mod dispatch_rules;
mod disposition;
mod incident_type;
mod priority;
mod program;
mod station;
mod template;
mod turnout;
mod unit_status;
mod unit_type;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use minicbor::{Decode, Encode};

pub use agency::{Agency, AgencyDefined, DefineAgency};
pub use agreement::{AgreeSharing, Agreement, EndSharing, SharingAgreed, SharingEnded};
pub use area::{Area, AreaDefined, DefineArea};
pub use center::{CenterDefined, DefineCenter};
pub use condition::{ConditionSet, SetCondition};
pub use dispatch_rules::{DefineDispatchRules, DispatchRules, DispatchRulesDefined};
pub use disposition::{DefineDisposition, Disposition, DispositionDefined};
pub use incident_type::{DefineIncidentType, IncidentType, IncidentTypeDefined};
pub use priority::{DefinePriority, Priority, PriorityDefined};
pub use program::{ProgramRecorded, RecordProgram};
pub use station::{DefineStation, Station, StationDefined};
pub use template::{CallTemplate, CallTemplateDefined, DefineCallTemplate};
pub use turnout::{DefineTurnout, TurnoutDefined};
pub use unit_status::{DefineUnitStatus, Meaning, UnitStatus, UnitStatusDefined};
pub use unit_type::{DefineUnitType, UnitType, UnitTypeDefined};

use crate::{
    Code, Edition, Refusal, clock::Clock, erasure::ErasureRules, question::CardEdition,
    welfare::WelfareRule,
};

/// Everything that an agency sets up: names, codes, meanings.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Configuration {
    /// The center's name and time zone (an IANA name), once defined.
    #[n(0)]
    pub center: Option<CenterDefined>,
    /// The services that the center dispatches.
    #[n(1)]
    pub agencies: BTreeMap<Code, Agency>,
    /// How urgent a call can be.
    #[n(2)]
    pub priorities: BTreeMap<Code, Priority>,
    /// The kinds of emergencies.
    #[n(3)]
    pub incident_types: BTreeMap<Code, IncidentType>,
    /// The kinds of units.
    #[n(4)]
    pub unit_types: BTreeMap<Code, UnitType>,
    /// The agency's own status codes over fixed meanings.
    #[n(5)]
    pub unit_statuses: BTreeMap<Code, UnitStatus>,
    /// The ways in which an incident can end.
    #[n(6)]
    pub dispositions: BTreeMap<Code, Disposition>,
    /// Where units stand when they are free.
    #[n(7)]
    pub stations: BTreeMap<Code, Station>,
    /// What a recommendation reckons with.
    #[n(8)]
    pub dispatch_rules: DispatchRules,
    /// Seconds from the dispatch to the first metre, by unit type, where they differ.
    #[n(9)]
    pub turnouts: BTreeMap<Code, u32>,
    /// The parts of the map that response plans speak of.
    #[n(10)]
    pub areas: BTreeMap<Code, Area>,
    /// The conditions in force.
    #[n(11)]
    pub conditions: Vec<Code>,
    /// The response plans: the edition in force, later ones, and some before.
    #[cbor(n(12), with = "crate::base::shared_list")]
    pub editions: Vec<Arc<Edition>>,
    /// The question cards in all their versions.
    #[cbor(n(13), with = "crate::base::shared_list")]
    #[cbor(default)]
    pub card_editions: Vec<Arc<CardEdition>>,
    /// Calls that come often, as they would be typed.
    #[n(14)]
    #[cbor(default)]
    pub templates: BTreeMap<Code, CallTemplate>,
    /// How long things may take.
    #[n(20)]
    #[cbor(default)]
    pub clocks: BTreeMap<Code, Clock>,
    /// Which crews are asked whether they are well, and how often.
    #[n(21)]
    #[cbor(default)]
    pub welfare_rules: BTreeMap<Code, WelfareRule>,
    /// The version of callbox that wrote last, once one said so.
    #[n(22)]
    pub program: Option<Code>,
    /// How an erasure is decided about.
    #[n(80)]
    #[cbor(default)]
    pub erasure_rules: ErasureRules,
    /// The positions of the last [`CHANGES_KEPT`] events that changed any of this or defined a unit,
    /// the oldest first: what stands there is on the ledger, and says who changed what when.
    #[n(90)]
    #[cbor(default)]
    pub changes: VecDeque<u64>,
    /// Which agency shows which other one its incidents of a type, in the order of agreement.
    #[n(91)]
    #[cbor(default)]
    pub agreements: Vec<Agreement>,
}

/// How many changes of its configuration a center can show without reading the whole ledger.
pub(crate) const CHANGES_KEPT: usize = 4_096;

impl Configuration {
    /// Notes where the ledger says what changed.
    pub(crate) fn note_change(&mut self, seq: u64) {
        self.changes.push_back(seq);
        while self.changes.len() > CHANGES_KEPT {
            self.changes.pop_front();
        }
    }

    /// The first status code, in the order of definition, with this meaning.
    pub fn status_for(&self, meaning: Meaning) -> Option<&UnitStatus> {
        self.unit_statuses
            .values()
            .filter(|status| status.meaning == meaning)
            .min_by_key(|status| status.order)
    }

    /// The default status code with this meaning, or the refusal that says what to define.
    pub(crate) fn need_status(&self, meaning: Meaning) -> Result<&UnitStatus, Refusal> {
        self.status_for(meaning)
            .ok_or(Refusal::NoStatusFor(meaning))
    }

    /// The status with this code, or the refusal that names it.
    pub(crate) fn need_unit_status(&self, code: &Code) -> Result<&UnitStatus, Refusal> {
        known("unit status", &self.unit_statuses, code)
    }

    /// The templates that are offered, in the order of their codes.
    pub fn offered_templates(&self) -> impl Iterator<Item = &CallTemplate> {
        self.templates.values().filter(|template| !template.retired)
    }

    /// The template with this code, or the refusal that says which ones are offered.
    pub fn need_template(&self, code: &Code) -> Result<&CallTemplate, Refusal> {
        self.offered_templates()
            .find(|template| template.code == *code)
            .ok_or_else(|| Refusal::UnknownCode {
                what: "template",
                code: code.clone(),
                known: self
                    .offered_templates()
                    .take(12)
                    .map(|template| template.code.clone())
                    .collect(),
            })
    }

    /// How urgent this priority is: its rank, or the least urgent where it has none.
    pub fn rank(&self, priority: Option<&Code>) -> u8 {
        priority
            .and_then(|code| self.priorities.get(code))
            .map_or(u8::MAX, |p| p.rank)
    }
}

/// Refuses an alarm that comes before its warning.
pub(crate) fn warns_first(warn: Option<u32>, alarm: Option<u32>) -> Result<(), Refusal> {
    match (warn, alarm) {
        (Some(warn), Some(alarm)) if alarm < warn => {
            Err(Refusal::AlarmBeforeWarning { warn, alarm })
        }
        _ => Ok(()),
    }
}

/// The definition at `code`, or the refusal that says which ones there are.
pub(crate) fn known<'a, T>(
    what: &'static str,
    map: &'a BTreeMap<Code, T>,
    code: &Code,
) -> Result<&'a T, Refusal> {
    map.get(code).ok_or_else(|| Refusal::UnknownCode {
        what,
        code: code.clone(),
        // A long list helps nobody; the first few show what such codes look like.
        known: map.keys().take(12).cloned().collect(),
    })
}
