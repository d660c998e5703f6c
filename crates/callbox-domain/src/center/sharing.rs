//! Which incidents an agency of the center sees: its own, and those that are shared with it.

use crate::{Center, Code, Incident, Subject, Unit};

impl Center {
    /// Whether `agency` sees `incident`: one of its units was sent there, waits to go there, or the incident
    /// was shared with it. A dispatch that was undone does not count.
    pub fn sees(&self, agency: &Code, incident: &Incident) -> bool {
        let is_theirs = |unit| self.unit(unit).is_some_and(|unit| unit.agency == *agency);
        let mut sent = incident.assignments.iter().filter(|it| !it.is_undone());
        incident.shared_with.contains(agency)
            || sent.any(|assignment| is_theirs(assignment.unit))
            || incident.stacked_on.iter().copied().any(is_theirs)
    }

    /// The center as `agency` sees it: without incidents that are not its own or shared with it, without units
    /// of others but those on such an incident, and without the alarms of either.
    ///
    /// It is for showing only: what left it is not known to the rules any more.
    pub fn seen_by(&self, agency: &Code) -> Self {
        let mut seen = self.clone();
        let hidden = self.incidents.iter();
        let hidden = hidden.filter(|(_, incident)| !self.sees(agency, incident));
        for (no, _) in hidden {
            seen.incidents.remove(no);
        }
        let others = self.units.iter();
        for (no, unit) in others.filter(|(_, unit)| unit.agency != *agency) {
            if !seen.is_on_a_shown_incident(unit) {
                seen.units.remove(no);
            } else if let Some(unit) = seen.units.get_mut(no) {
                // What another agency's unit is to do next elsewhere is not theirs to see.
                let incidents = &seen.incidents;
                unit.stack.retain(|id| incidents.get(id.0).is_some());
            }
        }
        let mut alarms = std::mem::take(&mut seen.alarms);
        alarms.retain(|alarm| seen.has(alarm.subject));
        seen.alarms = alarms;
        seen
    }

    fn is_on_a_shown_incident(&self, unit: &Unit) -> bool {
        let shown = unit.shown(self).incident;
        shown.is_some_and(|id| self.incident(id).is_some())
    }

    fn has(&self, subject: Subject) -> bool {
        subject
            .incident
            .is_none_or(|id| self.incident(id).is_some())
            && subject.unit.is_none_or(|id| self.unit(id).is_some())
            && (subject.incident.is_some() || subject.unit.is_some())
    }
}
