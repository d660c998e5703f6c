use minicbor::{Decode, Encode};
use thiserror::Error;

use super::Center;
use crate::{Incident, IncidentId, Stream, Unit, UnitId};

/// A rule that holds in every state does not hold in this one: a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq, Error, Encode, Decode)]
#[error("broken invariant: {0}")]
#[cbor(transparent)]
pub struct BrokenInvariant(#[n(0)] pub String);

impl Center {
    /// Holds the whole state against its invariants; cost grows with the state.
    pub fn check(&self) -> Result<(), BrokenInvariant> {
        self.check_marked()?;
        self.check_indexes()?;
        for (_, incident) in self.incidents.iter() {
            self.check_incident(incident)?;
        }
        for (_, unit) in self.units.iter() {
            self.check_unit(unit)?;
        }
        Ok(())
    }

    /// Holds what `streams` touched against the invariants; cost grows with what they touched.
    pub fn check_streams(
        &self,
        streams: impl IntoIterator<Item = Stream>,
    ) -> Result<(), BrokenInvariant> {
        self.check_marked()?;
        for stream in streams {
            match stream {
                Stream::Center
                | Stream::PremiseNote(_)
                | Stream::Closure(_)
                | Stream::Consultations(_)
                | Stream::Grant(_)
                | Stream::Account(_) => {}
                Stream::Incident(id) => {
                    if let Some(incident) = self.incident(id) {
                        self.check_incident(incident)?;
                        for assignment in &incident.assignments {
                            self.check_unit_at(assignment.unit)?;
                        }
                    }
                }
                Stream::Unit(id) => self.check_unit_at(id)?,
            }
        }
        Ok(())
    }

    fn check_marked(&self) -> Result<(), BrokenInvariant> {
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// Every call sign leads to its unit; every closed incident waits once for the archive.
    fn check_indexes(&self) -> Result<(), BrokenInvariant> {
        let leads = |unit: &Unit| self.call_signs.get(&unit.call_sign) == Some(&unit.id);
        if self.call_signs.len() != self.units.len() || !self.units.iter().all(|(_, u)| leads(u)) {
            return broken("call signs and units do not belong together".into());
        }
        let mut waiting: Vec<u64> = self.closed.iter().map(|id| id.0).collect();
        waiting.sort_unstable();
        let closed = self.incidents.iter().filter(|(_, i)| i.closed.is_some());
        if !waiting.iter().copied().eq(closed.map(|(id, _)| id)) {
            return broken("the closed incidents are not those that wait for the archive".into());
        }
        Ok(())
    }

    fn check_unit_at(&self, id: UnitId) -> Result<(), BrokenInvariant> {
        match self.unit(id) {
            Some(unit) => self.check_unit(unit),
            None => broken(format!("unit {id} is assigned and does not exist")),
        }
    }

    /// A closed incident has a disposition and no unit; an active assignment is known to its unit.
    fn check_incident(&self, incident: &Incident) -> Result<(), BrokenInvariant> {
        let id = incident.id;
        for assignment in incident.active() {
            if incident.closed.is_some() {
                return broken(format!(
                    "incident {id} is closed and has an active assignment"
                ));
            }
            let known = self
                .unit(assignment.unit)
                .is_some_and(|unit| unit.active.contains(&(id, assignment.no)));
            if !known {
                return broken(format!("unit {} does not know of {id}", assignment.unit));
            }
        }
        if incident.intake.merged_into.is_some() && incident.active().next().is_some() {
            return broken(format!(
                "incident {id} is merged and has an active assignment"
            ));
        }
        let twice = incident.active().enumerate().any(|(i, one)| {
            incident
                .active()
                .skip(i + 1)
                .any(|other| other.unit == one.unit)
        });
        if twice {
            return broken(format!("a unit is active twice on incident {id}"));
        }
        self.check_stacks(incident)
    }

    /// Who is to do a waiting call next, and what a unit is to do next, agree.
    fn check_stacks(&self, incident: &Incident) -> Result<(), BrokenInvariant> {
        let id = incident.id;
        let agree = incident.stacked_on.iter().all(|unit| {
            self.unit(*unit).is_some_and(|unit| {
                unit.stack.contains(&id) && incident.active_of(unit.id).is_none()
            })
        });
        match agree && (incident.closed.is_none() || incident.stacked_on.is_empty()) {
            true => Ok(()),
            false => broken(format!("the stacks do not agree about incident {id}")),
        }
    }

    /// A unit is on one incident at a time, unless it was expressly sent to more.
    fn check_unit(&self, unit: &Unit) -> Result<(), BrokenInvariant> {
        let stands = |id: &IncidentId| {
            self.incident(*id)
                .is_some_and(|incident| incident.stacked_on.contains(&unit.id))
        };
        if !unit.stack.iter().all(stands) {
            return broken(format!(
                "unit {} has something on its stack by itself",
                unit.id
            ));
        }
        let mut express = 0;
        for (id, no) in &unit.active {
            let Some(assignment) = self.active_assignment(*id, *no) else {
                return broken(format!(
                    "unit {} is on {id}, which does not know of it",
                    unit.id
                ));
            };
            express += usize::from(assignment.concurrent);
        }
        if unit.active.len() > express + 1 {
            return broken(format!(
                "unit {} is on several incidents by accident",
                unit.id
            ));
        }
        if let Some(crew) = &unit.shared_crew
            && !unit.active.is_empty()
            && let Some((other, _)) = self.out_with_crew(crew, unit.id)
        {
            return broken(format!(
                "the crew of unit {} is out with unit {} too",
                unit.id, other.id
            ));
        }
        if !unit.in_service && !unit.active.is_empty() {
            return broken(format!(
                "unit {} is out of service and on an incident",
                unit.id
            ));
        }
        Ok(())
    }

    fn active_assignment(
        &self,
        id: IncidentId,
        no: crate::AssignmentNo,
    ) -> Option<&crate::Assignment> {
        self.incident(id)?
            .assignment(no)
            .filter(|assignment| assignment.ended.is_none())
    }
}

fn broken(what: String) -> Result<(), BrokenInvariant> {
    Err(BrokenInvariant(what))
}
