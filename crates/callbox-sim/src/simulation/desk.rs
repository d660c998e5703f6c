//! The desk: narrative, links, priorities, the end of incidents, breaks.

use callbox_domain::{
    AddNarrative, AssignmentEnd, Center, ChangeUnitStatus, CloseIncident, Code, Command, Incident,
    IncidentId, LinkIncidents, Meaning, PrioritiseIncident, PutUnitInService, Relation,
    ReopenIncident, TakeUnitOutOfService, Text, UnitId,
    events::{AssignmentEnded, AssignmentProgressed},
};

use super::{Action, Case, Pending, Simulation, crew::carries};
use crate::{
    random::Random,
    shapes::Stay,
    town::{Kind, code},
};

/// How many units the simulation has out of service at most.
const AWAY_AT_MOST: usize = 5;

/// A second call about the same emergency.
pub(super) fn link(id: IncidentId, other: IncidentId) -> Command {
    LinkIncidents {
        incident: id,
        other,
        relation: Relation::Duplicate,
    }
    .into()
}

pub(super) fn text(words: &str) -> Text {
    Text::new(words).expect("the town's sentences are printable")
}

impl Simulation {
    /// The incident, if the simulation works on it and it is open.
    pub(super) fn open_case<'a>(&self, id: IncidentId, center: &'a Center) -> Option<&'a Incident> {
        self.cases.get(&id)?;
        center
            .incident(id)
            .map(AsRef::as_ref)
            .filter(|incident| incident.closed.is_none())
    }

    pub(super) fn say(&mut self, id: IncidentId, words: &str, center: &Center) -> Option<Command> {
        self.open_case(id, center)?;
        Some(
            AddNarrative {
                incident: id,
                text: text(words),
            }
            .into(),
        )
    }

    pub(super) fn prioritise(
        &mut self,
        id: IncidentId,
        priority: Code,
        center: &Center,
    ) -> Option<Command> {
        // Once somebody is there, the caller's worry has been answered.
        let incident = self.open_case(id, center)?;
        incident.first_on_scene().is_none().then(|| {
            PrioritiseIncident {
                incident: id,
                priority,
            }
            .into()
        })
    }

    /// A unit's status changed on an incident: its crew has something to say about the first one
    /// on scene, and about a transport.
    pub(super) fn progressed(&mut self, event: &AssignmentProgressed, center: &Center) {
        let id = event.incident;
        let (Some(unit), Some(incident)) = (center.unit(event.unit), center.incident(id)) else {
            return;
        };
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        let town = self.town.clone();
        let kind = &town.kinds[case.kind];
        let sign = unit.call_sign.as_str();
        let mut said = Vec::new();
        if event.meaning == Meaning::OnScene && case.first.is_none() {
            case.first = Some(event.unit);
            let random = &mut case.random;
            said.push((
                random.between(5.0, 40.0),
                random
                    .pick(&Kind::fitting(&kind.scene, case.at))
                    .replace("{unit}", sign),
            ));
            let mut at = random.between(120.0, 420.0);
            let mut lines = Kind::fitting(&kind.work, case.at);
            // What is said about a patient's treatment, an ambulance crew says.
            if kind.stay == Stay::Medical && !carries(&unit.unit_type) {
                lines.clear();
            }
            while !lines.is_empty() && random.chance(0.55) {
                let line = lines.remove(random.below(lines.len()));
                said.push((at, line.replace("{unit}", sign)));
                at += random.between(120.0, 480.0);
            }
            if random.chance(kind.off) && incident.active().count() > 1 {
                let after = random.between(50.0, 200.0);
                self.later(after, Action::StandDown(id, event.unit));
            }
        }
        if event.meaning == Meaning::Transporting {
            let scene = town.scene(incident);
            let hospital = town.hospital(scene);
            said.push((3.0, format!("{sign}: one patient to {hospital}.")));
        }
        for (seconds, words) in said {
            self.later(seconds, Action::Say(id, words));
        }
    }

    /// A unit's work on an incident ended.
    pub(super) fn ended(&mut self, event: &AssignmentEnded, by_person: bool, center: &Center) {
        let rest = self.random.between(240.0, 600.0);
        self.later(rest, Action::Quarters(event.unit));
        let id = event.incident;
        let Some(incident) = self.open_case(id, center) else {
            return;
        };
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        match event.how {
            AssignmentEnd::Reassigned(_) if !case.hands_off => {
                // Somebody took the unit for something more urgent; another one is needed here.
                let unit_type = incident
                    .assignment(event.assignment)
                    .map(|a| a.unit_type.to_string());
                case.needs.extend(unit_type);
                self.later(25.0, Action::Send(id));
                return;
            }
            AssignmentEnd::Cancelled if by_person => case.hands_off = true,
            _ => {}
        }
        if incident.active().next().is_none() && !case.ending {
            let arrived = incident.first_on_scene().is_some();
            if case.needs.is_empty() || case.hands_off || arrived {
                case.ending = true;
                // A person who took every unit back may have plans with it.
                let idle = if case.hands_off && !arrived {
                    1_800.0
                } else {
                    0.0
                };
                let seconds = idle + case.random.between(15.0, 120.0);
                self.later(seconds, Action::Conclude(id));
            }
        }
    }

    /// Says how it ended; nothing if there is work again.
    pub(super) fn conclude(&mut self, id: IncidentId, center: &Center) -> Option<Command> {
        let incident = self.open_case(id, center)?;
        let working = incident.active().next().is_some();
        let case = self.cases.get_mut(&id)?;
        if working {
            case.ending = false;
            return None;
        }
        let kind = &self.town.kinds[case.kind];
        let (disposition, words) = case.end(incident, &kind.ends);
        self.later(5.0, Action::Close(id, code(disposition)));
        Some(
            AddNarrative {
                incident: id,
                text: text(&words),
            }
            .into(),
        )
    }

    pub(super) fn close(
        &mut self,
        id: IncidentId,
        disposition: Code,
        center: &Center,
    ) -> Option<Command> {
        let incident = self.open_case(id, center)?;
        if incident.active().next().is_some() {
            self.cases.get_mut(&id)?.ending = false;
            return None;
        }
        Some(
            CloseIncident {
                incident: id,
                disposition,
            }
            .into(),
        )
    }

    /// An incident was closed: the simulation forgets it, unless the caller rings again.
    pub(super) fn closed(&mut self, id: IncidentId, by_person: bool, center: &Center) {
        let Some(case) = self.cases.remove(&id) else {
            return;
        };
        let Some(incident) = center.incident(id) else {
            return;
        };
        // Nobody calls a crew back who took them to hospital; and one time is enough.
        let leaves = incident
            .assignments
            .iter()
            .any(|a| a.stamps.transporting.is_some());
        let served = incident.first_on_scene().is_some() && !leaves && incident.reopened.is_empty();
        let mut random = case.random;
        if served && !by_person && self.options.calls && random.chance(0.008) {
            self.later(random.between(180.0, 600.0), Action::Reopen(id));
        }
    }

    pub(super) fn reopen(&mut self, id: IncidentId, center: &Center) -> Option<Command> {
        let incident = center.incident(id)?;
        incident.closed.as_ref()?;
        let kind = self.town.kind(incident.incident_type.as_ref()?)?;
        self.pending = Pending::Reopened(id, kind);
        let reason = text("Caller rings again, asks for the crew to come back.");
        Some(
            ReopenIncident {
                incident: id,
                reason,
            }
            .into(),
        )
    }

    /// The first kind of unit goes again.
    pub(super) fn reopened(&mut self, id: IncidentId, kind: usize) {
        let random = Random::of(&[self.options.seed, id.0, 0x9e09]);
        let mut case = Case::new(kind, &self.town.kinds[kind], random);
        case.needs.truncate(1);
        self.cases.insert(id, case);
        self.later(30.0, Action::Send(id));
    }

    /// A free unit with a place at a station is there again.
    pub(super) fn quarters(&mut self, id: UnitId, center: &Center) -> Option<Command> {
        let unit = center.unit(id)?;
        let roams = matches!(unit.unit_type.as_str(), "PATROL" | "TRAFFIC" | "SERGEANT");
        if roams || !unit.in_service || !unit.active.is_empty() || unit.status.as_str() != "AVL" {
            return None;
        }
        let status = center.configuration.unit_statuses.get("AQ")?.code.clone();
        Some(
            ChangeUnitStatus {
                unit: id,
                status,
                incident: None,
                correction: false,
            }
            .into(),
        )
    }

    /// Some free unit goes out of service for a while.
    pub(super) fn take_break(&mut self, center: &Center) -> Option<Command> {
        let next = self.random.between(300.0, 1_500.0);
        self.later(next, Action::Break);
        let town = self.town.clone();
        let pause = self.random.pick(&town.service.breaks);
        let free: Vec<UnitId> = center
            .units
            .iter()
            .map(|(_, unit)| unit)
            .filter(|unit| unit.in_service && unit.active.is_empty())
            .filter(|unit| pause.types.iter().any(|t| t == unit.unit_type.as_str()))
            .map(|unit| unit.id)
            .collect();
        if free.len() < 3 || self.away.len() >= AWAY_AT_MOST {
            return None;
        }
        let unit = *self.random.pick(&free);
        let [from, to] = pause.minutes;
        self.pending = Pending::Away(unit, 60.0 * self.random.between(from, to));
        let status = Some(code(&pause.status));
        Some(
            TakeUnitOutOfService {
                unit,
                status,
                reason: Some(text(&pause.why)),
            }
            .into(),
        )
    }

    /// The break is over, unless somebody ended it.
    pub(super) fn back(&mut self, unit: UnitId, center: &Center) -> Option<Command> {
        let ours = self.away.remove(&unit);
        (ours && !center.unit(unit)?.in_service).then(|| PutUnitInService { unit }.into())
    }
}

impl Case {
    /// The disposition and what is said about it.
    fn end<'a>(&mut self, incident: &Incident, ends: &'a [(String, String)]) -> (&'a str, String) {
        if let Some(other) = self.echo_of {
            return ("DUPLICATE", format!("Same as {other}."));
        }
        if incident
            .assignments
            .iter()
            .any(|a| a.stamps.transporting.is_some())
        {
            return ("HOSPITAL", "Patient handed over at the hospital.".into());
        }
        let ends: Vec<(&str, &str)> = ends
            .iter()
            .filter_map(|(code, words)| Some((code.as_str(), Kind::words(words, self.at)?)))
            .collect();
        let by_phone = |code: &str| matches!(code, "ADVICE" | "REFERRED" | "FALSE" | "CANCELLED");
        let on_scene = |code: &str| !matches!(code, "ADVICE" | "CANCELLED");
        let (code, words) = if self.quiet {
            let ends: Vec<_> = ends
                .into_iter()
                .filter(|(code, _)| by_phone(code))
                .collect();
            match ends.as_slice() {
                [] => ("ADVICE", "Settled by telephone."),
                ends => *self.random.pick(ends),
            }
        } else if incident.first_on_scene().is_none() {
            ("CANCELLED", "Caller cancels, no unit needed any more.")
        } else {
            let ends: Vec<_> = ends
                .into_iter()
                .filter(|(code, _)| on_scene(code))
                .collect();
            match ends.as_slice() {
                [] => ("HANDLED", "Dealt with."),
                ends => *self.random.pick(ends),
            }
        };
        (code, words.to_owned())
    }
}
