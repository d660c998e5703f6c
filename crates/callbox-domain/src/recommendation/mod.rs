//! Which units to send: a pure function over the state and facts that the shell brings along.
//!
//! The facts (driving times, how old positions are, the local time) stand in the record with what
//! was sent, so that a recommendation can be made again. A recommendation never sends anybody.

mod assign;
mod recommend;
mod send;
mod why;

use minicbor::{Decode, Encode};

pub use send::{SendSuggested, UnitsSuggested};
pub use why::{Note, WhyNot};

use crate::{Code, IncidentId, LocalTime, Requirement, Timestamp, UnitId};

/// Where a unit was taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Source {
    /// At its newest position, which is this old.
    #[n(0)]
    Fix(#[n(0)] u32),
    /// At its newest position although that is stale, for want of a station; this old.
    #[n(1)]
    StaleFix(#[n(0)] u32),
    /// In its station: no position is known.
    #[n(2)]
    Station,
    /// In its station: its newest position is stale, this old.
    #[n(3)]
    StationForStale(#[n(0)] u32),
    /// Nobody knows.
    #[n(4)]
    Unknown,
}

/// How long a unit drives to the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Drive {
    /// By the streets, in seconds.
    #[n(0)]
    Road(#[n(0)] u32),
    /// Guessed from the straight line, in seconds.
    #[n(1)]
    Straight(#[n(0)] u32),
    /// No way leads there, or it is not known from where or where to.
    #[n(2)]
    Unknown,
}

impl Drive {
    /// Guesses from the metres of the straight line: streets are a third longer, at 30 km/h.
    pub fn straight(meters: f64) -> Self {
        Self::Straight((meters * 1.33 / 8.3).min(80_000.0) as u32)
    }
}

/// What the shell found out about one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UnitFact {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// Where it was taken to be.
    #[n(1)]
    pub source: Source,
    /// How long it drives.
    #[n(2)]
    pub drive: Drive,
    /// Whether it has to leave its station first, so that turnout counts.
    #[n(3)]
    pub in_station: bool,
}

/// What a recommendation rests on beside the state.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Facts {
    /// When it was asked for.
    #[n(0)]
    pub at: Timestamp,
    /// The time of day and the day at the center.
    #[n(1)]
    pub local: LocalTime,
    /// What is known of each unit, ordered by unit; one that is missing is not weighed.
    #[n(2)]
    pub units: Vec<UnitFact>,
}

impl Facts {
    /// Whether anything was found out about a unit.
    pub fn knows(&self, unit: UnitId) -> bool {
        self.units
            .binary_search_by_key(&unit, |fact| fact.unit)
            .is_ok()
    }

    /// What the state alone tells: units in their stations, drives by the straight line.
    pub fn without_streets(
        center: &crate::Center,
        incident: IncidentId,
        at: Timestamp,
        local: LocalTime,
    ) -> Self {
        let place = center
            .incident(incident)
            .and_then(|incident| incident.place.as_ref()?.known()?.lat_lon());
        let place = place.and_then(|(lat, lon)| crate::Point::from_degrees(lat, lon));
        let units = center.units.iter().map(|(_, unit)| {
            let station = unit
                .station
                .as_ref()
                .and_then(|code| center.configuration.stations.get(code))
                .filter(|station| station.open);
            let point = station.and_then(|station| station.point);
            UnitFact {
                unit: unit.id,
                source: match station {
                    Some(_) => Source::Station,
                    None => Source::Unknown,
                },
                drive: match point.zip(place) {
                    Some((from, to)) => Drive::straight(from.meters_to(to)),
                    None => Drive::Unknown,
                },
                in_station: station.is_some(),
            }
        });
        Self {
            at,
            local,
            units: units.collect(),
        }
    }

    /// What is known of a unit.
    pub fn of(&self, unit: UnitId) -> UnitFact {
        let at = self.units.binary_search_by_key(&unit, |fact| fact.unit);
        at.map_or(
            UnitFact {
                unit,
                source: Source::Unknown,
                drive: Drive::Unknown,
                in_station: false,
            },
            |at| self.units[at],
        )
    }
}

/// What a unit would be later by, in seconds, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lateness {
    /// The drive.
    #[n(0)]
    pub drive: Drive,
    /// From the dispatch to the first metre.
    #[n(1)]
    pub turnout_seconds: u32,
    /// Counted for not being rested.
    #[n(2)]
    pub rest_seconds: u32,
    /// Counted for standing in for another type.
    #[n(3)]
    pub substitute_seconds: u32,
}

impl Lateness {
    /// When it would be there: turnout and drive; `None` where nobody knows.
    pub fn arrival_seconds(&self) -> Option<u32> {
        match self.drive {
            Drive::Road(seconds) | Drive::Straight(seconds) => Some(seconds + self.turnout_seconds),
            Drive::Unknown => None,
        }
    }
}

/// A unit that should be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Which unit.
    pub unit: UnitId,
    /// For which of the requirements, by its place among them.
    pub requirement: usize,
    /// How late it would be.
    pub lateness: Lateness,
    /// What whoever sends it should know.
    pub notes: Vec<Note>,
}

/// What is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortfall {
    /// Of which of the requirements.
    pub requirement: usize,
    /// How many units are missing.
    pub missing: u8,
    /// Why the units of its types cannot be sent, the commonest reason first, with how many each.
    pub reasons: Vec<(WhyNot, u32)>,
}

/// Which units to send to an incident, and why those.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recommendation {
    /// The plan that holds; `None` where no plan is for this incident.
    pub plan: Option<Code>,
    /// The edition of the plans; 0 where there is none.
    pub edition: u32,
    /// The areas in which the incident lies.
    pub areas: Vec<Code>,
    /// How many alarms the plan has.
    pub alarms: u8,
    /// What all alarms up to the one that was asked for need.
    pub requirements: Vec<Requirement>,
    /// Units that are on the incident already, with the requirement that each meets.
    pub present: Vec<(UnitId, usize)>,
    /// Units that did their work there and are clear, with the requirement that each met.
    pub done: Vec<(UnitId, usize)>,
    /// The units to send, by requirement and then by arrival.
    pub suggested: Vec<Suggestion>,
    /// What is missing.
    pub shortfalls: Vec<Shortfall>,
    /// Every unit whose facts the outcome rests on, ordered.
    pub weighed: Vec<UnitId>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// For which incident.
    pub incident: IncidentId,
    /// Up to which alarm, from 1.
    pub alarm: u8,
}
