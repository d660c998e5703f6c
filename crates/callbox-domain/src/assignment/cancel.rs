use super::{AssignmentEnd, end::end, pick};
use crate::{Center, Context, Event, IncidentId, Meaning, Refusal, Text, UnitId, command::Verb};

/// Takes a dispatch back before the unit has arrived; the unit is available.
///
/// Refusals: no such unit or incident; the unit is not on it, or has arrived; it is on several and
/// none is named.
#[derive(Clone, Debug, PartialEq)]
pub struct CancelAssignment {
    /// Which unit.
    pub unit: UnitId,
    /// On which incident; may be left out when the unit is on one only.
    pub incident: Option<IncidentId>,
    /// Why, in words.
    pub reason: Option<Text>,
}

impl Verb for CancelAssignment {
    fn incidents(&self) -> Vec<IncidentId> {
        self.incident.into_iter().collect()
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let (incident, assignment) = pick(center, unit, self.incident)?;
        if assignment.meaning >= Meaning::OnScene {
            return Err(Refusal::HasArrived {
                unit: unit.call_sign.clone(),
                incident,
            });
        }
        let (how, reason) = (AssignmentEnd::Cancelled, self.reason.as_ref());
        Ok(vec![
            end(center, incident, assignment, how, context.at, None, reason)?.into(),
        ])
    }
}
