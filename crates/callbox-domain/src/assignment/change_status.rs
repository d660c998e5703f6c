use super::{AssignmentEnd, AssignmentProgressed, end::end, pick};
use crate::{
    Center, Code, Context, Event, IncidentId, Meaning, Refusal, UnitId,
    command::Verb,
    unit::{TakeUnitOutOfService, set_idle_status},
};

/// Changes a unit's status: on one incident, or in general when it is on none.
///
/// A status that means 'available' ends the assignment. Statuses go forward and may leave some
/// out; `correction` takes a later one back. Refusals: no such unit, status or incident; the unit
/// is on several incidents and none is named; the status goes back, or is the same; it means
/// 'dispatched' while the unit is on no incident, or 'out of service' while it is on one.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeUnitStatus {
    /// Which unit.
    pub unit: UnitId,
    /// The agency's status code.
    pub status: Code,
    /// On which incident; may be left out when the unit is on one only.
    pub incident: Option<IncidentId>,
    /// Whether it takes back a later status that was set by mistake.
    pub correction: bool,
}

impl Verb for ChangeUnitStatus {
    fn incidents(&self) -> Vec<IncidentId> {
        self.incident.into_iter().collect()
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let status = center.configuration.need_unit_status(&self.status)?;
        match status.meaning {
            Meaning::Dispatched if unit.active.is_empty() && self.incident.is_none() => {
                return Err(Refusal::DispatchNeedsIncident {
                    status: self.status.clone(),
                });
            }
            Meaning::OutOfService => {
                if self.incident.is_some() {
                    pick(center, unit, self.incident)?;
                }
                let status = Some(self.status.clone());
                let take = TakeUnitOutOfService {
                    unit: self.unit,
                    status,
                    reason: None,
                };
                return take.decide(center, context);
            }
            Meaning::Available if unit.active.is_empty() && self.incident.is_none() => {
                return set_idle_status(unit, &self.status);
            }
            _ => {}
        }
        let (incident, assignment) = pick(center, unit, self.incident)?;
        let (at, how) = (context.at, AssignmentEnd::Cleared);
        if status.meaning == Meaning::Available {
            let ended = end(
                center,
                incident,
                assignment,
                how,
                at,
                Some(&self.status),
                None,
            )?;
            return Ok(vec![ended.into()]);
        }
        if assignment.status == self.status {
            let unit = unit.call_sign.clone();
            return Err(Refusal::SameStatus {
                unit,
                status: self.status.clone(),
            });
        }
        // A unit that takes a second patient leaves the hospital and transports again.
        let again =
            (assignment.meaning, status.meaning) == (Meaning::AtHospital, Meaning::Transporting);
        if status.meaning < assignment.meaning && !again && !self.correction {
            return Err(Refusal::Backward {
                unit: unit.call_sign.clone(),
                incident,
                current: assignment.meaning,
                wanted: status.meaning,
            });
        }
        let progressed = AssignmentProgressed {
            incident,
            assignment: assignment.no,
            unit: unit.id,
            status: self.status.clone(),
            meaning: status.meaning,
            correction: self.correction && status.meaning < assignment.meaning,
            out_of_order: assignment.is_backward(status.meaning, at),
        };
        Ok(vec![progressed.into()])
    }
}
