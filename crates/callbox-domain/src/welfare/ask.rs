use minicbor::{Decode, Encode};

use crate::{
    AssignmentNo, Center, Context, Entry, Event, IncidentId, Meaning, Refusal, UnitId,
    alarm::{Cause, Subject},
    command::Verb,
    event::Payload,
};

/// Asks the crews at an incident whether all of them are well, now and not only when it is due.
///
/// Asks one unit, or every unit that has arrived. Refusals: no such incident or unit; the incident
/// is closed; the unit is not on it; nobody has arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct AskWelfare {
    /// On which incident.
    pub incident: IncidentId,
    /// Which unit; without one all that have arrived.
    pub unit: Option<UnitId>,
}

/// A crew was asked whether all of it are well.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct WelfareAsked {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// Whether it was due, and not asked for by somebody.
    #[n(3)]
    pub due: bool,
}

impl Verb for AskWelfare {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        if let Some(unit) = self.unit {
            let unit = center.need_unit(unit)?;
            if incident.active_of(unit.id).is_none() {
                return Err(Refusal::NotAssigned {
                    unit: unit.call_sign.clone(),
                    incident: self.incident,
                });
            }
        }
        let events: Vec<Event> = incident
            .active()
            .filter(|assignment| match self.unit {
                Some(unit) => assignment.unit == unit,
                None => assignment.meaning == Meaning::OnScene,
            })
            .map(|assignment| {
                WelfareAsked {
                    incident: self.incident,
                    assignment: assignment.no,
                    unit: assignment.unit,
                    due: false,
                }
                .into()
            })
            .collect();
        match events.is_empty() {
            true => Err(Refusal::NobodyToAsk(self.incident)),
            false => Ok(events),
        }
    }
}

impl Payload for WelfareAsked {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_assignment(self.incident, self.assignment, |assignment| {
            assignment.welfare.asked = Some(entry.at);
        });
        let subject = Subject::of_assignment(self.incident, self.assignment, self.unit);
        center.raise(entry, Cause::Welfare, subject, entry.at);
    }
}
