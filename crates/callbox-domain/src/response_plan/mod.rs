//! Response plans (run cards): which units an incident needs, by area, type, time and condition.

pub mod csv;
mod diff;
mod publish;
mod when;

use minicbor::{Decode, Encode};

pub use diff::changes;
pub use publish::{PublishPlans, ResponsePlansPublished};
pub use when::{Hours, LocalTime, Season, When};

use crate::{Code, Timestamp};

/// The most plans of one edition.
pub const MAX_PLANS: usize = 2_000;
/// The most alarm levels of one plan.
pub const MAX_ALARMS: usize = 10;
/// The most units that one plan asks for over all its alarms.
pub const MAX_UNITS: usize = 64;
/// How many editions stay in memory: the one in force, later ones, and some before.
pub(crate) const MAX_EDITIONS: usize = 8;

/// All plans together, as they hold from one time on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Edition {
    /// Its number, from 1 in order of publication.
    #[n(0)]
    pub no: u32,
    /// From when on it holds.
    #[n(1)]
    pub effective: Timestamp,
    /// Its plans; where two fit equally well the first one holds.
    #[n(2)]
    pub plans: Vec<Plan>,
}

/// One run card.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Plan {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// Which incidents it is for.
    #[n(1)]
    pub when: When,
    /// What each alarm adds, the first alarm first.
    #[n(2)]
    pub alarms: Vec<Vec<Requirement>>,
    /// Units that arrive within the same span of this many seconds count as equally soon.
    #[n(3)]
    pub tie_seconds: u16,
    /// What decides between them, in this order; then the lower unit number.
    #[n(4)]
    pub ties: Vec<Tie>,
}

/// What decides between units that are equally soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Tie {
    /// The one that has been free from its last incident for longest.
    #[n(0)]
    Rest,
    /// The one whose station comes first in the area's order.
    #[n(1)]
    Station,
    /// The one with fewest qualifications and least equipment: the others are kept for who needs them.
    #[n(2)]
    Plain,
}

impl Tie {
    /// All, with their names in tables.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Rest, "rest"),
        (Self::Station, "station"),
        (Self::Plain, "plain"),
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        let row = Self::ALL.into_iter().find(|(tie, _)| *tie == self);
        row.map_or("", |(_, name)| name)
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let row = Self::ALL.into_iter().find(|(_, known)| *known == name);
        row.map(|(tie, _)| tie)
    }
}

/// Units of one sort that an alarm asks for.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Requirement {
    /// How many.
    #[n(0)]
    pub count: u8,
    /// Of which types: the wanted one first, then what may stand in for it.
    #[n(1)]
    pub choices: Vec<Choice>,
    /// How many of each unit's crew need which qualification.
    #[n(2)]
    pub skills: Vec<(Code, u8)>,
    /// What each unit has to carry.
    #[n(3)]
    pub equipment: Vec<Code>,
    /// How many each unit's crew have to be at least; 0 where that does not matter.
    #[n(4)]
    pub crew: u8,
    /// How many patients or other passengers each unit has to take.
    #[n(5)]
    pub seats: u8,
}

/// A unit type that meets a requirement.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Choice {
    /// The unit type.
    #[n(0)]
    pub unit_type: Code,
    /// What it counts as later than the wanted type.
    #[n(1)]
    pub later_seconds: u16,
}

impl Edition {
    /// The plan that fits best, by the rules of [`When::fit`].
    pub fn best(&self, asked: &when::Asked<'_>) -> Option<&Plan> {
        // The first of the best ones: `max_by_key` would give the last.
        let fits = self.plans.iter().enumerate();
        fits.filter_map(|(at, plan)| Some((plan.when.fit(asked)?, at, plan)))
            .max_by_key(|(fit, at, _)| (*fit, std::cmp::Reverse(*at)))
            .map(|(.., plan)| plan)
    }
}

pub(crate) use when::Asked;

impl crate::Configuration {
    /// The edition of the response plans that holds at a time.
    pub fn plans_at(&self, at: Timestamp) -> Option<&Edition> {
        let editions = self.editions.iter();
        editions
            .filter(|edition| edition.effective <= at)
            .max_by_key(|edition| (edition.effective, edition.no))
            .map(AsRef::as_ref)
    }

    /// The codes of the areas in which a point lies.
    pub fn areas_at(&self, point: crate::Point) -> Vec<Code> {
        let simple: Vec<_> = self
            .areas
            .values()
            .filter(|area| area.surrounds(point))
            .map(|area| &area.code)
            .collect();
        let holds = |area: &&crate::Area| {
            simple.contains(&&area.code) || area.members.iter().any(|code| simple.contains(&code))
        };
        let all = self.areas.values().filter(holds);
        all.map(|area| area.code.clone()).collect()
    }
}
