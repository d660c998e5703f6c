use minicbor::{Decode, Encode};

use crate::Code;

/// Which incidents a plan is for; what is left empty does not matter.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct When {
    /// Incident types.
    #[n(0)]
    pub types: Vec<Code>,
    /// Areas, one of which holds the place.
    #[n(1)]
    pub areas: Vec<Code>,
    /// The address or name of one place, as the incident's place begins.
    #[n(2)]
    pub premise: Option<Code>,
    /// Between which times of day.
    #[n(3)]
    pub hours: Option<Hours>,
    /// On which days of the week: bit 0 is Monday; 0 stands for every day.
    #[n(4)]
    pub days: u8,
    /// Between which days of the year.
    #[n(5)]
    pub season: Option<Season>,
    /// Under which condition.
    #[n(6)]
    pub condition: Option<Code>,
}

/// A span of the day in minutes since midnight, the end excluded; it may go past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hours {
    /// From, 0 to 1439.
    #[n(0)]
    pub from_minute: u16,
    /// To, 0 to 1440.
    #[n(1)]
    pub to_minute: u16,
}

/// A span of the year, both ends included; it may go past New Year. Month and day from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Season {
    /// The first day: month, day.
    #[n(0)]
    pub from: (u8, u8),
    /// The last day: month, day.
    #[n(1)]
    pub to: (u8, u8),
}

/// What the clock on the center's wall says; a fact, since time zones are not the rules' matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LocalTime {
    /// Minutes since midnight.
    #[n(0)]
    pub minute: u16,
    /// Day of the week, 0 is Monday.
    #[n(1)]
    pub weekday: u8,
    /// Month, from 1.
    #[n(2)]
    pub month: u8,
    /// Day of the month, from 1.
    #[n(3)]
    pub day: u8,
}

/// What is known of an incident when its plan is looked for.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub(crate) incident_type: Option<&'a Code>,
    pub(crate) areas: &'a [Code],
    pub(crate) place: Option<&'a str>,
    pub(crate) local: LocalTime,
    pub(crate) conditions: &'a [Code],
}

impl When {
    /// How well the plan fits, the higher the better; `None` where it is not for this incident.
    ///
    /// A premise outweighs an area, an area a condition, a condition a type, a type a time.
    pub(crate) fn fit(&self, asked: &Asked<'_>) -> Option<u8> {
        let mut fit = 0;
        let mut check = |is_given: bool, holds: bool, weight: u8| {
            fit += if is_given { weight } else { 0 };
            !is_given || holds
        };
        let typed = asked
            .incident_type
            .is_some_and(|code| self.types.contains(code));
        let inside = self.areas.iter().any(|code| asked.areas.contains(code));
        let at_premise = self.premise.as_ref().is_some_and(|premise| {
            asked
                .place
                .is_some_and(|place| begins_with(place, premise.as_str()))
        });
        let in_force = self
            .condition
            .as_ref()
            .is_some_and(|code| asked.conditions.contains(code));
        let local = asked.local;
        let today = self.days & 1_u8.checked_shl(local.weekday.into()).unwrap_or(0) != 0;
        let in_hours = self.hours.is_some_and(|hours| hours.contains(local.minute));
        let in_season = self
            .season
            .is_some_and(|season| season.contains((local.month, local.day)));
        let holds = check(self.premise.is_some(), at_premise, 64)
            && check(!self.areas.is_empty(), inside, 32)
            && check(self.condition.is_some(), in_force, 16)
            && check(!self.types.is_empty(), typed, 8)
            && check(self.season.is_some(), in_season, 4)
            && check(self.days != 0, today, 2)
            && check(self.hours.is_some(), in_hours, 1);
        holds.then_some(fit)
    }
}

impl Hours {
    /// Whether a minute of the day lies in the span.
    pub fn contains(self, minute: u16) -> bool {
        span(self.from_minute, self.to_minute, |from, to| {
            (from..to).contains(&minute)
        })
    }
}

impl Season {
    /// Whether a day of the year lies in the span.
    pub fn contains(self, day: (u8, u8)) -> bool {
        match self.from <= self.to {
            true => (self.from..=self.to).contains(&day),
            false => day >= self.from || day <= self.to,
        }
    }
}

fn span(from: u16, to: u16, within: impl Fn(u16, u16) -> bool) -> bool {
    match from < to {
        true => within(from, to),
        // Past midnight; equal ends mean the whole day.
        false => within(from, 1_440) || within(0, to),
    }
}

/// Whether a place's words begin with a premise's, as whole words and whatever their case.
fn begins_with(place: &str, premise: &str) -> bool {
    let (place, premise) = (place.to_lowercase(), premise.to_lowercase());
    place
        .strip_prefix(&premise)
        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}
