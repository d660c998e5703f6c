use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Refusal, Timestamp, UnitId, base::bounded, command::Verb,
    event::Payload,
};

/// A unit's crew in numbers: how many they are and how many of them can do what.
///
/// No names: who they are is not needed for sending the right unit.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Crew {
    /// How many are on the unit.
    #[n(0)]
    pub size: u8,
    /// How many of them have each qualification, ordered by its code.
    #[n(1)]
    pub skills: Vec<(Code, u8)>,
    /// Since when.
    #[n(2)]
    pub since: Timestamp,
}

impl Crew {
    /// How many of the crew have this qualification.
    pub fn skilled(&self, skill: &str) -> u8 {
        let at = self
            .skills
            .binary_search_by(|(code, _)| code.as_str().cmp(skill));
        at.map_or(0, |at| self.skills[at].1)
    }
}

/// Says who is on a unit this shift, in numbers.
///
/// Where units share a crew, what was said last of one of them holds for all. Refusals: no such
/// unit; too many qualifications.
#[derive(Clone, Debug, PartialEq)]
pub struct CrewUnit {
    /// Which unit.
    pub unit: UnitId,
    /// How many are on it.
    pub size: u8,
    /// How many of them have each qualification; of one that is named twice the last counts.
    pub skills: Vec<(Code, u8)>,
}

/// A unit's crew for a shift was said, in numbers.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitCrewed {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// How many are on it.
    #[n(1)]
    pub size: u8,
    /// How many of them have each qualification, ordered by its code.
    #[n(2)]
    pub skills: Vec<(Code, u8)>,
}

impl Verb for CrewUnit {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let mut skills: Vec<(Code, u8)> = Vec::new();
        for (skill, count) in self.skills.iter().filter(|(_, count)| *count > 0) {
            skills.retain(|(known, _)| known != skill);
            // Nobody can be counted who is not there.
            skills.push((skill.clone(), (*count).min(self.size)));
        }
        skills.retain(|(_, count)| *count > 0);
        skills.sort_unstable();
        bounded("the list of qualifications", skills.len())?;
        if let Some(crew) = center.crew_of(unit)
            && (crew.size, &crew.skills) == (self.size, &skills)
        {
            return Ok(vec![]);
        }
        let crewed = UnitCrewed {
            unit: self.unit,
            size: self.size,
            skills,
        };
        Ok(vec![crewed.into()])
    }
}

impl Payload for UnitCrewed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_unit(self.unit, |unit| {
            unit.crew = Some(Crew {
                size: self.size,
                skills: self.skills.clone(),
                since: entry.at,
            });
        });
    }
}
