use super::{AssignmentEnd, end::end, pick};
use crate::{Center, Context, Event, IncidentId, Refusal, Text, UnitId, command::Verb};

/// Ends an assignment whose end nobody recorded: the unit is free, since when is unknown.
///
/// No end time is made up, so that reports leave the assignment's length out. Refusals: no such
/// unit or incident; the unit is not on it; it is on several and none is named.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseUnit {
    /// Which unit.
    pub unit: UnitId,
    /// On which incident; may be left out when the unit is on one only.
    pub incident: Option<IncidentId>,
    /// Why, in words.
    pub reason: Text,
}

impl Verb for ReleaseUnit {
    fn incidents(&self) -> Vec<IncidentId> {
        self.incident.into_iter().collect()
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let (incident, assignment) = pick(center, unit, self.incident)?;
        let (how, reason) = (AssignmentEnd::Released, Some(&self.reason));
        Ok(vec![
            end(center, incident, assignment, how, context.at, None, reason)?.into(),
        ])
    }
}
