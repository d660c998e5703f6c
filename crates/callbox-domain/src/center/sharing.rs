//! Which incidents an agency of the center sees: its own, and those that are shared with it.

use std::sync::Arc;

use crate::{
    AssignmentEnd, Center, Code, Entry, Event, Incident, IncidentId, PremiseNote, Subject, Unit,
    UnitId,
};

/// Stands for the number of an incident that is not theirs to see.
const NOT_TOLD: IncidentId = IncidentId(0);

impl Center {
    /// Whether `agency` sees `incident`: it is [its own](Center::owns), was shared with it, or is of a
    /// type that the agency whose it is agreed to show.
    pub fn sees(&self, agency: &Code, incident: &Incident) -> bool {
        incident.shared_with.contains(agency)
            || self.owns(agency, incident)
            || self.is_shown_by_agreement(agency, incident)
    }

    /// Whether `incident` is `agency`'s own: its account took the call, one of its units was sent there or
    /// waits to go there, or such an incident was merged into it. A dispatch that was undone does not count.
    pub fn owns(&self, agency: &Code, incident: &Incident) -> bool {
        let merged = incident.intake.merged.iter();
        let mut merged = merged.filter_map(|id| self.incident(*id));
        self.works_on(agency, incident) || merged.any(|merged| self.works_on(agency, merged))
    }

    fn works_on(&self, agency: &Code, incident: &Incident) -> bool {
        let is_theirs = |unit: UnitId| self.unit(unit).is_some_and(|unit| unit.agency == *agency);
        let mut sent = incident.assignments.iter().filter(|it| !it.is_undone());
        incident.taken_for.as_ref() == Some(agency)
            || sent.any(|assignment| is_theirs(assignment.unit))
            || incident.stacked_on.iter().copied().any(is_theirs)
    }

    fn is_shown_by_agreement(&self, agency: &Code, incident: &Incident) -> bool {
        let Some(incident_type) = &incident.incident_type else {
            return false;
        };
        let mut agreements = self.configuration.agreements.iter();
        agreements.any(|one| {
            one.with == *agency
                && one.incident_type == *incident_type
                && self.owns(&one.agency, incident)
        })
    }

    /// The center as `agency` sees it: without incidents that are not its own or shared with it, without units
    /// of others but those on such an incident, without the alarms of either, and without others' notes about
    /// places where it has no open incident. Numbers of incidents that it does not see are nowhere in it.
    ///
    /// It is for showing only: what left it is not known to the rules any more.
    pub fn seen_by(&self, agency: &Code) -> Self {
        let mut seen = self.without_others(agency);
        let places: Vec<_> = seen
            .incidents
            .iter()
            .filter(|(_, incident)| incident.closed.is_none())
            .filter_map(|(_, incident)| incident.place.as_ref()?.known())
            .collect();
        // What those who are sent to a place must know of it is not kept from them.
        let is_shown = |note: &PremiseNote| {
            note.owner == *agency || places.iter().any(|place| note.holds_at(place))
        };
        let notes = self.notes.iter();
        let hidden: Vec<_> = notes
            .filter(|(_, note)| !is_shown(note))
            .map(|(no, _)| no)
            .collect();
        for no in hidden {
            seen.notes.remove(no);
        }
        seen
    }

    /// The same with all notes: what is decided for an agency is decided on this.
    pub(super) fn without_others(&self, agency: &Code) -> Self {
        let mut seen = self.clone();
        for (no, incident) in self.incidents.iter() {
            if !self.sees(agency, incident) {
                seen.incidents.remove(no);
            }
        }
        for (no, incident) in self.incidents.iter() {
            if seen.incidents.get(no).is_some() && names_others(incident) {
                let shown = self.without_numbers(agency, incident);
                seen.incidents.insert(no, Arc::new(shown));
            }
        }
        let others = self.units.iter();
        for (no, unit) in others.filter(|(_, unit)| unit.agency != *agency) {
            if !seen.is_on_a_shown_incident(unit) {
                seen.units.remove(no);
                continue;
            }
            let incidents = &seen.incidents;
            let is_shown = |id: &IncidentId| incidents.get(id.0).is_some();
            if let Some(unit) = seen.units.get_mut(no) {
                // What another agency's unit does or is to do elsewhere is not theirs to see.
                unit.active.retain(|(id, _)| is_shown(id));
                unit.stack.retain(is_shown);
            }
        }
        let mut alarms = std::mem::take(&mut seen.alarms);
        alarms.retain(|alarm| seen.has(alarm.subject));
        seen.alarms = alarms;
        seen
    }

    /// An incident, also one that left memory, as `agency` sees it; nothing where it does not.
    pub fn incident_seen_by(
        &self,
        agency: &Code,
        incident: &Arc<Incident>,
    ) -> Option<Arc<Incident>> {
        match (self.sees(agency, incident), names_others(incident)) {
            (false, _) => None,
            (true, false) => Some(Arc::clone(incident)),
            (true, true) => Some(Arc::new(self.without_numbers(agency, incident))),
        }
    }

    /// What is recorded of an incident as `agency` is told it; nothing where it is about another one
    /// that it does not see.
    pub fn entry_told_to(&self, agency: &Code, entry: &Entry) -> Option<Entry> {
        let mut told = entry.clone();
        match &mut told.event {
            Event::AssignmentEnded(ended) => ended.how = self.end_told_to(agency, ended.how),
            Event::UnitsSuggested(suggested) => {
                let is_shown = |unit: &UnitId| {
                    let unit = self.unit(*unit);
                    unit.is_some_and(|unit| unit.agency == *agency)
                };
                suggested.suggested.retain(is_shown);
                suggested.facts.retain(|fact| is_shown(&fact.unit));
            }
            event => {
                // The first is the one whose timeline it stands in, and may have left memory.
                let mut others = event.incidents().into_iter().skip(1);
                if others.any(|id| !self.is_seen(agency, id)) {
                    return None;
                }
            }
        }
        Some(told)
    }

    fn is_seen(&self, agency: &Code, id: IncidentId) -> bool {
        let incident = self.incident(id);
        incident.is_some_and(|incident| self.sees(agency, incident))
    }

    fn end_told_to(&self, agency: &Code, how: AssignmentEnd) -> AssignmentEnd {
        let told = |to| match self.is_seen(agency, to) {
            true => to,
            false => NOT_TOLD,
        };
        match how {
            AssignmentEnd::Reassigned(to) => AssignmentEnd::Reassigned(told(to)),
            AssignmentEnd::Preempted(to) => AssignmentEnd::Preempted(told(to)),
            how => how,
        }
    }

    /// An incident without the numbers of others that `agency` does not see.
    fn without_numbers(&self, agency: &Code, incident: &Incident) -> Incident {
        let mut shown = incident.clone();
        shown.links.retain(|link| self.is_seen(agency, link.other));
        shown.intake.merged.retain(|id| self.is_seen(agency, *id));
        if let Some(into) = &mut shown.intake.merged_into
            && !self.is_seen(agency, *into)
        {
            *into = NOT_TOLD;
        }
        for assignment in &mut shown.assignments {
            let Some(ended) = &assignment.ended else {
                continue;
            };
            let told = self.end_told_to(agency, ended.how);
            if told != ended.how
                && let Some(ended) = &mut Arc::make_mut(assignment).ended
            {
                ended.how = told;
            }
        }
        shown
    }

    fn is_on_a_shown_incident(&self, unit: &Unit) -> bool {
        let mut active = unit.active.iter();
        active.any(|(id, _)| self.incident(*id).is_some())
    }

    fn has(&self, subject: Subject) -> bool {
        subject
            .incident
            .is_none_or(|id| self.incident(id).is_some())
            && subject.unit.is_none_or(|id| self.unit(id).is_some())
            && (subject.incident.is_some() || subject.unit.is_some())
    }
}

impl AssignmentEnd {
    /// The incident to which the unit was sent instead, where it was and who asks may know it.
    pub fn to(self) -> Option<IncidentId> {
        match self {
            Self::Reassigned(to) | Self::Preempted(to) if to != NOT_TOLD => Some(to),
            _ => None,
        }
    }
}

/// Whether numbers of other incidents stand in it.
fn names_others(incident: &Incident) -> bool {
    let mut ended = incident
        .assignments
        .iter()
        .filter_map(|it| it.ended.as_ref());
    !incident.links.is_empty()
        || !incident.intake.merged.is_empty()
        || incident.intake.merged_into.is_some()
        || ended.any(|ended| ended.how.to().is_some())
}
