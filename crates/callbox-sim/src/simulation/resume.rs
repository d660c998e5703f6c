//! Picking up what a stop left behind.

use callbox_domain::{Center, Command, Incident, IncidentId, ReleaseUnit, Timestamp, Unit, UnitId};

use super::{Action, Case, Simulation, desk::text};
use crate::random::Random;

/// After this many seconds of rest nobody believes that a crew is still at it.
const STALE_SECONDS: f64 = 1_800.0;

/// The unit is free; when it became so, nobody recorded.
pub(super) fn release(incident: IncidentId, unit: UnitId) -> Command {
    let reason =
        text("The demo was stopped meanwhile; when the unit became free was not recorded.");
    ReleaseUnit {
        unit,
        incident: Some(incident),
        reason,
    }
    .into()
}

impl Simulation {
    /// Goes on from a state that a stop left behind.
    ///
    /// Crews go on from the status that they have; where nothing was recorded for half an hour they
    /// are released instead. Dispatchers take up the incidents for which `ours` holds; old ones
    /// they close. Incidents of people keep waiting for people.
    pub fn resume(&mut self, center: &Center, ours: impl Fn(&Incident) -> bool) {
        let now = self.now;
        let stale = |since: Timestamp| now.seconds_since(since) > STALE_SECONDS;
        for (_, incident) in center.incidents.iter() {
            if incident.closed.is_some() {
                continue;
            }
            let id = incident.id;
            if ours(incident) {
                self.take_up(incident, stale(incident.received));
            }
            for assignment in incident.active() {
                if stale(assignment.since) {
                    let seconds = self.random.between(2.0, 40.0);
                    self.later(seconds, Action::Release(id, assignment.unit));
                } else {
                    self.follow(id, assignment.no, center);
                }
            }
        }
        for (_, unit) in center.units.iter() {
            if self.is_on_break(unit) {
                self.take_back(unit.id);
            }
        }
    }

    /// Whether it was the simulation that took the unit out of service.
    fn is_on_break(&self, unit: &Unit) -> bool {
        let reason = unit
            .out_of_service_reason
            .as_ref()
            .and_then(|reason| reason.known());
        let breaks = &self.town.service.breaks;
        !unit.in_service && reason.is_some_and(|r| breaks.iter().any(|b| b.why == r.as_str()))
    }

    /// All units that count from a station are there: the beginning of a shift.
    pub(crate) fn open_stations(&mut self, center: &Center) {
        for (_, unit) in center.units.iter() {
            self.later(0.0, Action::Quarters(unit.id));
        }
    }

    /// Whether calls come in from now on.
    pub(crate) fn set_calls(&mut self, calls: bool) {
        self.options.calls = calls;
        if !calls {
            self.agenda
                .retain(|_, action| !matches!(action, Action::Call | Action::Break));
        }
    }

    /// A break that a stop interrupted ends soon.
    fn take_back(&mut self, unit: UnitId) {
        self.away.insert(unit);
        let seconds = self.random.between(60.0, 900.0);
        self.later(seconds, Action::Back(unit));
    }

    fn take_up(&mut self, incident: &Incident, old: bool) {
        let Some(kind) = incident
            .incident_type
            .as_ref()
            .and_then(|code| self.town.kind(code))
        else {
            return;
        };
        let random = Random::of(&[self.options.seed, incident.id.0, 0x4e50]);
        let mut case = Case::new(kind, &self.town.kinds[kind], random);
        case.first = incident
            .assignments
            .iter()
            .find(|a| a.stamps.on_scene.is_some())
            .map(|a| a.unit);
        if !incident.assignments.is_empty() || old {
            case.needs.clear();
        }
        let waits = self.random.between(10.0, 90.0);
        let action = if case.needs.is_empty() {
            Action::Conclude(incident.id)
        } else {
            Action::Send(incident.id)
        };
        // Crews that are still at it bring the end about themselves.
        if incident.active().next().is_none() {
            case.ending = case.needs.is_empty();
            self.later(waits, action);
        }
        self.cases.insert(incident.id, case);
    }
}
