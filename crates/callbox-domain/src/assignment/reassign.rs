use super::{AssignmentEnd, dispatch::dispatch, end::end, pick};
use crate::{Center, Context, Event, IncidentId, Meaning, Refusal, UnitId, command::Verb};

/// Moves a unit from one incident to another in one act: the first assignment ends, a new one
/// begins with times of its own.
///
/// Refusals: no such unit or incident; the unit is not on the first, or on the second already; the
/// second is closed; the unit is on several and none is named; it has arrived and `preempt` is not
/// set: people who are being helped are left only by an express choice.
#[derive(Clone, Debug, PartialEq)]
pub struct ReassignUnit {
    /// Which unit.
    pub unit: UnitId,
    /// From which incident; may be left out when the unit is on one only.
    pub from: Option<IncidentId>,
    /// To which incident.
    pub to: IncidentId,
    /// Whether it is expressly taken from work that it has begun.
    pub preempt: bool,
}

impl Verb for ReassignUnit {
    fn incidents(&self) -> Vec<IncidentId> {
        self.from.into_iter().chain([self.to]).collect()
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let to = center.need_open(self.to)?;
        let (from, assignment) = pick(center, unit, self.from)?;
        let status = &center.configuration.need_status(Meaning::Dispatched)?.code;
        let has_begun = assignment.meaning >= Meaning::OnScene;
        if has_begun && !self.preempt {
            return Err(Refusal::WorkBegun {
                unit: unit.call_sign.clone(),
                incident: from,
            });
        }
        let concurrent = unit.active.len() > 1;
        let dispatched = dispatch(to, unit, 0, status, concurrent)?;
        let how = match has_begun {
            true => AssignmentEnd::Preempted(self.to),
            false => AssignmentEnd::Reassigned(self.to),
        };
        let ended = end(center, from, assignment, how, context.at, None, None)?;
        Ok(vec![ended.into(), dispatched.into()])
    }
}
