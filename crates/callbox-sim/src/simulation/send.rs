//! The dispatcher: which units go.

use callbox_domain::{
    AddNarrative, CancelAssignment, Center, Command, DispatchUnits, Facts, Incident, IncidentId,
    LocalTime, Meaning, Question, ReassignUnit, SendSuggested, Unit, UnitId,
};

use super::{Action, Pending, Simulation, desk::text};

/// What goes instead where none of a type is free.
pub(crate) fn instead(unit_type: &str) -> &'static [&'static str] {
    match unit_type {
        "MEDIC" => &["AMB"],
        "AMB" => &["MEDIC"],
        "PATROL" => &["TRAFFIC", "SERGEANT"],
        "TRAFFIC" | "SERGEANT" => &["PATROL"],
        "LADDER" => &["RESCUE"],
        "RESCUE" => &["LADDER", "ENGINE"],
        "CHIEF" => &["SERGEANT"],
        _ => &[],
    }
}

impl Simulation {
    /// Sends the nearest free units for what is missing; what is not free is asked for again.
    pub(super) fn send(&mut self, id: IncidentId, center: &Center) -> Option<Command> {
        let incident = self.open_case(id, center)?;
        let case = self.cases.get(&id)?;
        if case.hands_off || case.needs.is_empty() {
            return None;
        }
        let (mut units, mut types) = (Vec::new(), Vec::new());
        // The plan has the first word; what else the call needs is chosen by hand.
        let plan = match incident.assignments.is_empty() {
            true => self.suggested(id, center),
            false => None,
        };
        let suggested: &[UnitId] = plan.as_ref().map_or(&[], |(_, units)| units);
        for need in &case.needs {
            let any = [need.as_str()];
            let wanted = any.iter().chain(instead(need));
            let planned = |t: &str, units: &[UnitId]| {
                let mut free = suggested.iter().filter(|id| !units.contains(id));
                let of_type = |id: &&UnitId| {
                    center
                        .unit(**id)
                        .is_some_and(|unit| unit.unit_type.as_str() == t)
                };
                free.find(of_type).copied()
            };
            let found = wanted.copied().find_map(|t| {
                planned(t, &units).or_else(|| self.nearest(t, incident, &units, center))
            });
            if let Some(unit) = found {
                units.push(unit);
                types.push(need.clone());
            }
        }
        if !units.is_empty() {
            self.pending = Pending::Sent(id, types);
            if let Some((facts, suggested)) = plan {
                let send = SendSuggested {
                    incident: id,
                    alarm: 1,
                    facts,
                    instead: (units != suggested).then_some(units),
                    although_committed: false,
                };
                return Some(send.into());
            }
            return Some(
                DispatchUnits {
                    incident: id,
                    units,
                    although_committed: false,
                }
                .into(),
            );
        }
        let rank = center.configuration.rank(incident.priority.as_ref());
        let retry = if rank <= 2 { 20.0 } else { 45.0 };
        self.later(retry, Action::Send(id));
        if rank == 1
            && incident.active().next().is_none()
            && let Some(command) = self.divert(id, incident, center)
        {
            return Some(command);
        }
        self.hold(id)
    }

    /// What the plan for an incident suggests, and what that rests on.
    fn suggested(&self, id: IncidentId, center: &Center) -> Option<(Facts, Vec<UnitId>)> {
        let local = self.now.plus_seconds(self.options.utc_offset_seconds);
        let local = LocalTime {
            minute: (local.micros().div_euclid(60_000_000)).rem_euclid(1_440) as u16,
            ..LocalTime::default()
        };
        let facts = Facts::without_streets(center, id, self.now, local);
        let question = Question {
            incident: id,
            alarm: 1,
        };
        let found = center.recommend(question, &facts).ok()?;
        found.plan?;
        let units = found.suggested.iter().map(|one| one.unit).collect();
        Some((facts, units))
    }

    /// The nearest free unit of a type, by straight line from where it stands when it is free.
    fn nearest(
        &self,
        unit_type: &str,
        incident: &Incident,
        taken: &[UnitId],
        center: &Center,
    ) -> Option<UnitId> {
        let scene = self.town.scene(incident);
        let free = |unit: &&Unit| {
            let is_free = unit.in_service && unit.active.is_empty();
            // One crew goes out with one of its units.
            let has_crew = unit.shared_crew.as_ref().is_none_or(|crew| {
                let mut sharing = center.sharing(crew);
                sharing.all(|other| other.active.is_empty() && !taken.contains(&other.id))
            });
            is_free && has_crew && unit.unit_type.as_str() == unit_type
        };
        center
            .units
            .iter()
            .map(|(_, unit)| unit.as_ref())
            .filter(free)
            .filter(|unit| !taken.contains(&unit.id))
            .min_by(|a, b| {
                let meters = |unit: &Unit| self.town.home(unit).meters_to(scene);
                meters(a).total_cmp(&meters(b)).then(a.id.cmp(&b.id))
            })
            .map(|unit| unit.id)
    }

    /// Takes a unit off something less urgent where it has not arrived yet.
    fn divert(&mut self, to: IncidentId, incident: &Incident, center: &Center) -> Option<Command> {
        let need = self.cases.get(&to)?.needs.first()?.clone();
        let configuration = &center.configuration;
        let (unit, from) = center.units.iter().find_map(|(_, unit)| {
            let [(from, no)] = unit.active.as_slice() else {
                return None;
            };
            let less = center.incident(*from)?;
            let on_the_way = less.assignment(*no)?.meaning < Meaning::OnScene;
            let ours = self.cases.get(from).is_some_and(|case| !case.hands_off);
            let urgent = configuration.rank(less.priority.as_ref()) <= 2;
            let fits = unit.unit_type.as_str() == need && incident.active_of(unit.id).is_none();
            (on_the_way && ours && fits && !urgent).then_some((unit.id, *from))
        })?;
        self.pending = Pending::Sent(to, vec![need]);
        Some(
            ReassignUnit {
                unit,
                from: Some(from),
                to,
                preempt: false,
            }
            .into(),
        )
    }

    /// Notes once that the call waits.
    fn hold(&mut self, id: IncidentId) -> Option<Command> {
        let case = self.cases.get_mut(&id)?;
        if std::mem::replace(&mut case.held, true) {
            return None;
        }
        let words = format!(
            "No {} free, call is held.",
            case.needs.first()?.to_lowercase()
        );
        Some(
            AddNarrative {
                incident: id,
                text: text(&words),
            }
            .into(),
        )
    }

    /// Sends one unit back that has not arrived, then looks for the next.
    pub(super) fn stand_down(
        &mut self,
        id: IncidentId,
        first: UnitId,
        center: &Center,
    ) -> Option<Command> {
        let incident = self.open_case(id, center)?;
        let case = self.cases.get_mut(&id)?;
        if case.hands_off {
            return None;
        }
        case.needs.clear();
        let first = center.unit(first)?.call_sign.clone();
        let unit = incident
            .active()
            .find(|assignment| {
                assignment.meaning < Meaning::OnScene && assignment.unit_type.as_str() != "MEDIC"
            })?
            .unit;
        let reason = Some(text(&format!("{first} on scene, not needed.")));
        self.later(
            4.0,
            Action::StandDown(id, center.unit_called(first.as_str())?.id),
        );
        Some(
            CancelAssignment {
                unit,
                incident: Some(id),
                reason,
            }
            .into(),
        )
    }
}
