//! The crews: they answer, drive, arrive, work and become free, whoever sent them.

use callbox_domain::{
    AnswerWelfare, Assignment, AssignmentNo, Center, ChangeUnitStatus, Code, Command, Incident,
    IncidentId, Meaning, Unit, UnitId,
};

use super::{Action, Simulation};
use crate::{
    random::Random,
    shapes::{self, AT_HOSPITAL, SCENE_TO_TRANSPORT, Stay, TRANSPORT, TRAVEL, TURNOUT},
};

/// Whether units of this type take patients along.
pub(super) fn carries(unit_type: &Code) -> bool {
    matches!(unit_type.as_str(), "MEDIC" | "AMB")
}

/// What a crew does next, and in how many seconds.
struct Next {
    meaning: Meaning,
    seconds: f64,
}

impl Simulation {
    /// An assignment's status changed: its crew goes on from there.
    pub(super) fn follow(&mut self, id: IncidentId, no: AssignmentNo, center: &Center) {
        self.added += 1;
        let token = self.added;
        self.crews.insert((id, no), token);
        if let Some((_, _, next)) = self.next_step(id, no, center) {
            self.later(next.seconds, Action::Step(id, no, token));
        }
    }

    pub(super) fn step(
        &mut self,
        id: IncidentId,
        no: AssignmentNo,
        token: u64,
        center: &Center,
    ) -> Option<Command> {
        if self.crews.get(&(id, no)) != Some(&token) {
            return None;
        }
        let (_, assignment, next) = self.next_step(id, no, center)?;
        let status = center.configuration.status_for(next.meaning)?.code.clone();
        let unit = assignment.unit;
        Some(
            ChangeUnitStatus {
                unit,
                status,
                incident: Some(id),
                correction: false,
            }
            .into(),
        )
    }

    /// Answers a welfare check, unless somebody did already.
    pub(super) fn well(&self, id: IncidentId, unit: UnitId, center: &Center) -> Option<Command> {
        let assignment = center.incident(id)?.active_of(unit)?;
        assignment.welfare.asked?;
        Some(
            AnswerWelfare {
                unit,
                incident: Some(id),
                words: None,
            }
            .into(),
        )
    }

    /// The next step of an active assignment; the same whenever it is asked for.
    fn next_step<'a>(
        &self,
        id: IncidentId,
        no: AssignmentNo,
        center: &'a Center,
    ) -> Option<(&'a Incident, &'a Assignment, Next)> {
        let incident = center.incident(id)?;
        let assignment = incident.assignment(no)?;
        if assignment.ended.is_some() {
            return None;
        }
        let unit = center.unit(assignment.unit)?;
        let parts = [
            self.options.seed,
            id.0,
            u64::from(no.0),
            assignment.meaning as u64,
        ];
        let random = Random::of(&parts);
        let next = self.after(incident, assignment, unit, random)?;
        Some((incident, assignment, next))
    }

    fn after(
        &self,
        incident: &Incident,
        assignment: &Assignment,
        unit: &Unit,
        mut random: Random,
    ) -> Option<Next> {
        let kind = incident
            .incident_type
            .as_ref()
            .and_then(|code| self.town.kind(code));
        let kind = kind.map(|index| &self.town.kinds[index]);
        let (meaning, seconds) = match assignment.meaning {
            Meaning::Dispatched if random.chance(0.7) => {
                (Meaning::Acknowledged, random.between(3.0, 18.0))
            }
            Meaning::Dispatched | Meaning::Acknowledged => (
                Meaning::EnRoute,
                3.0 + shapes::sample(&TURNOUT, &mut random),
            ),
            Meaning::EnRoute => (Meaning::OnScene, self.travel(incident, unit, &mut random)),
            Meaning::OnScene => {
                let carries = carries(&unit.unit_type);
                let chance = kind.map_or(0.6, |kind| kind.transport);
                if carries && random.chance(chance) {
                    (
                        Meaning::Transporting,
                        shapes::sample(&SCENE_TO_TRANSPORT, &mut random),
                    )
                } else {
                    let stay = kind.map_or(Stay::Service, |kind| kind.stay);
                    let seconds = 45.0 + shapes::sample(stay.table(), &mut random);
                    // Who only helps until the ambulance is there leaves earlier.
                    let helps = stay == Stay::Medical && !carries;
                    (
                        Meaning::Available,
                        if helps { seconds.min(1_500.0) } else { seconds },
                    )
                }
            }
            Meaning::Transporting => (Meaning::AtHospital, shapes::sample(&TRANSPORT, &mut random)),
            Meaning::AtHospital => (
                Meaning::Available,
                shapes::sample(&AT_HOSPITAL, &mut random),
            ),
            Meaning::Available | Meaning::OutOfService => return None,
        };
        Some(Next { meaning, seconds })
    }

    /// Travel follows the table; where in it, depends on the distance first and on chance second.
    fn travel(&self, incident: &Incident, unit: &Unit, random: &mut Random) -> f64 {
        let meters = self.town.home(unit).meters_to(self.town.scene(incident));
        // Half of all ways are shorter than about 1.8 km.
        let far = 1.0 - (-meters / 2_600.0).exp();
        let seconds = shapes::at(&TRAVEL, 0.75 * far + 0.25 * random.unit());
        let slow = incident
            .priority
            .as_ref()
            .is_some_and(|p| matches!(p.as_str(), "3" | "4"));
        if slow { seconds * 1.3 } else { seconds }
    }
}
