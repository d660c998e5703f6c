use minicbor::{Decode, Encode};

use crate::{
    AssignmentNo, Center, Context, Entry, Event, IncidentId, Personal, Refusal, Text, UnitId,
    assignment::pick,
    command::Verb,
    event::{Payload, personal},
};

/// Records that a crew answered that all of it are well; asked or not, the time begins anew.
///
/// The entry's actor is who recorded it: the crew itself, or a dispatcher on its behalf. Refusals:
/// no such unit or incident; the unit is not on it; it is on several and none is named.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerWelfare {
    /// Which unit.
    pub unit: UnitId,
    /// On which incident; may be left out when the unit is on one only.
    pub incident: Option<IncidentId>,
    /// What the crew said, where that matters, as in 'four of four, second floor'.
    pub words: Option<Text>,
}

/// A crew answered that all of it are well.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct WelfareAnswered {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// Whether the personal part holds words.
    #[n(3)]
    pub has_words: bool,
    /// What the crew said.
    #[cbor(skip)]
    pub words: Personal<Text>,
}

impl Verb for AnswerWelfare {
    fn incidents(&self) -> Vec<IncidentId> {
        self.incident.into_iter().collect()
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let (incident, assignment) = pick(center, unit, self.incident)?;
        let answered = WelfareAnswered {
            incident,
            assignment: assignment.no,
            unit: unit.id,
            has_words: self.words.is_some(),
            words: self.words.clone().into(),
        };
        Ok(vec![answered.into()])
    }
}

impl Payload for WelfareAnswered {
    personal!(words);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_assignment(self.incident, self.assignment, |assignment| {
            assignment.welfare.answered = Some(entry.at);
            assignment.welfare.asked = None;
            assignment.welfare.missed = 0;
        });
    }
}
