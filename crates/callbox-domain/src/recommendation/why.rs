use std::fmt;

use crate::{Code, IncidentId};

/// Why a unit is not among those to send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// It is on the incident already.
    OnIt,
    /// It is out of service.
    OutOfService,
    /// It is on another incident.
    OnIncident(IncidentId),
    /// Its crew is out with another unit.
    CrewOut(Code),
    /// Its crew would be sent with another unit.
    CrewSent(Code),
    /// No requirement asks for its type.
    WrongType(Code),
    /// Nobody said who is on it.
    CrewUnknown,
    /// Its crew is too small.
    CrewSmall {
        /// How many they are.
        has: u8,
        /// How many are needed.
        needs: u8,
    },
    /// Too few of its crew have a qualification.
    LacksSkill {
        /// Which.
        skill: Code,
        /// How many have it.
        has: u8,
        /// How many are needed.
        needs: u8,
    },
    /// It does not carry something.
    LacksEquipment(Code),
    /// It takes too few passengers.
    FewSeats {
        /// How many it takes.
        has: u8,
        /// How many are needed.
        needs: u8,
    },
    /// Others are there sooner, this many seconds.
    Later(u32),
    /// Others are there as soon, and the tie-breakers are for them.
    Tied,
    /// Nobody knows how long it would drive.
    NoDrive,
}

impl WhyNot {
    /// The name for programs, in kebab case; stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OnIt => "on-it",
            Self::OutOfService => "out-of-service",
            Self::OnIncident(_) => "on-incident",
            Self::CrewOut(_) => "crew-out",
            Self::CrewSent(_) => "crew-sent",
            Self::WrongType(_) => "wrong-type",
            Self::CrewUnknown => "crew-unknown",
            Self::CrewSmall { .. } => "crew-small",
            Self::LacksSkill { .. } => "lacks-skill",
            Self::LacksEquipment(_) => "lacks-equipment",
            Self::FewSeats { .. } => "few-seats",
            Self::Later(_) => "later",
            Self::Tied => "tied",
            Self::NoDrive => "no-drive",
        }
    }

    /// The codes of all reasons.
    pub const CODES: [&str; 14] = [
        "on-it",
        "out-of-service",
        "on-incident",
        "crew-out",
        "crew-sent",
        "wrong-type",
        "crew-unknown",
        "crew-small",
        "lacks-skill",
        "lacks-equipment",
        "few-seats",
        "later",
        "tied",
        "no-drive",
    ];

    /// What its words speak of, by the names of the holes in the texts.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OnIncident(id) => vec![("incident", id.to_string())],
            Self::CrewOut(other) | Self::CrewSent(other) => vec![("other", other.to_string())],
            Self::WrongType(code) => vec![("type", code.to_string())],
            Self::CrewSmall { has, needs } | Self::FewSeats { has, needs } => {
                vec![("has", has.to_string()), ("needs", needs.to_string())]
            }
            Self::LacksSkill { skill, has, needs } => vec![
                ("skill", skill.to_string()),
                ("has", has.to_string()),
                ("needs", needs.to_string()),
            ],
            Self::LacksEquipment(code) => vec![("equipment", code.to_string())],
            Self::Later(seconds) => vec![("seconds", seconds.to_string())],
            _ => vec![],
        }
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnIt => write!(f, "it is on this incident already"),
            Self::OutOfService => write!(f, "it is out of service"),
            Self::OnIncident(id) => write!(f, "it is on incident {id}"),
            Self::CrewOut(other) => write!(f, "its crew is out with {other}"),
            Self::CrewSent(other) => write!(f, "its crew goes with {other}"),
            Self::WrongType(code) => write!(f, "the plan asks for no {code} any more"),
            Self::CrewUnknown => write!(f, "nobody said who is on it"),
            Self::CrewSmall { has, needs } => {
                write!(f, "its crew are {has}, {needs} are needed")
            }
            Self::LacksSkill { skill, has, needs } => {
                write!(f, "{has} of its crew have {skill}, {needs} are needed")
            }
            Self::LacksEquipment(code) => write!(f, "it carries no {code}"),
            Self::FewSeats { has, needs } => write!(f, "it takes {has}, {needs} are needed"),
            Self::Later(seconds) => write!(f, "it counts as {seconds} s later than those"),
            Self::Tied => write!(
                f,
                "it counts as equally soon, and the tie-breakers are for others"
            ),
            Self::NoDrive => write!(f, "nobody knows how long it would drive"),
        }
    }
}

/// What whoever sends a unit should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It stands in for another type.
    Substitute(Code),
    /// It was on an incident this many seconds ago, and counts as later for it.
    NotRested(u32),
    /// Its position is stale, this many seconds old, and was used for want of a station.
    StalePosition(u32),
    /// Its position is stale, this many seconds old: it was taken to be in its station.
    StationForStale(u32),
    /// No position of it is known: it was taken to be in its station.
    FromStation,
    /// The drive is guessed from the straight line.
    StraightLine,
    /// The order of stations decided, since nothing is known of the drive.
    StationOrder(u32),
    /// Nothing is known of its drive.
    NoDrive,
}

impl Note {
    /// The codes of all notes.
    pub const CODES: [&str; 8] = [
        "substitute",
        "not-rested",
        "stale-position",
        "station-for-stale",
        "from-station",
        "straight-line",
        "station-order",
        "no-drive",
    ];

    /// The name for programs, in kebab case; stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Substitute(_) => "substitute",
            Self::NotRested(_) => "not-rested",
            Self::StalePosition(_) => "stale-position",
            Self::StationForStale(_) => "station-for-stale",
            Self::FromStation => "from-station",
            Self::StraightLine => "straight-line",
            Self::StationOrder(_) => "station-order",
            Self::NoDrive => "no-drive",
        }
    }

    /// What its words speak of, by the names of the holes in the texts.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Substitute(code) => vec![("type", code.to_string())],
            Self::NotRested(seconds)
            | Self::StalePosition(seconds)
            | Self::StationForStale(seconds) => vec![("seconds", seconds.to_string())],
            Self::StationOrder(place) => vec![("place", place.to_string())],
            _ => vec![],
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Substitute(code) => write!(f, "stands in for {code}"),
            Self::NotRested(seconds) => write!(f, "free for {seconds} s only"),
            Self::StalePosition(seconds) => write!(f, "position is {seconds} s old"),
            Self::StationForStale(seconds) => {
                write!(f, "taken to be in its station: position is {seconds} s old")
            }
            Self::FromStation => write!(f, "taken to be in its station: no position"),
            Self::StraightLine => write!(f, "drive guessed from the straight line"),
            Self::StationOrder(place) => write!(f, "station {place} in the area's order"),
            Self::NoDrive => write!(f, "no driving time is known"),
        }
    }
}
