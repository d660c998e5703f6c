//! What somebody who is bound to an agency may have decided.

use crate::{
    Center, Code, Command, Context, Event, IncidentId, Refusal, UnitId, events::IncidentTakenFor,
};

impl Center {
    /// Says which events follow from `command` when somebody gives it who is bound to `agency`; the same as
    /// [`decide`](Center::decide) for those of the whole center.
    ///
    /// It is decided on what the agency [sees](Center::seen_by): an incident or unit of others is not known
    /// there, so that a refusal cannot tell of it. What follows may be about units of the agency, and about
    /// incidents that it sees; it ends, merges, hands over, shares and erases its own only. A call that is taken
    /// is the agency's own. The center's settings are not for it, but for what it agrees to show to others.
    pub fn decide_as(
        &self,
        agency: Option<&Code>,
        command: &Command,
        context: &Context,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(agency) = agency else {
            return self.decide(command, context);
        };
        let mut events = self.without_others(agency).decide(command, context)?;
        for event in &events {
            self.check_theirs(agency, event)?;
        }
        let taken = events.iter().find_map(|event| match event {
            Event::IncidentReceived(received) => Some(received.incident),
            _ => None,
        });
        events.extend(taken.map(|incident| {
            let agency = agency.clone();
            IncidentTakenFor { incident, agency }.into()
        }));
        Ok(events)
    }

    fn check_theirs(&self, agency: &Code, event: &Event) -> Result<(), Refusal> {
        let not_theirs = || {
            let agency = agency.clone();
            Err(Refusal::NotTheirs { agency })
        };
        match event {
            // Whoever sees a crew in need says so.
            Event::WelfareAsked(_) | Event::WelfareAnswered(_) | Event::EmergencyDeclared(_) => {
                Ok(())
            }
            Event::SharingAgreed(agreed) if agreed.agency == *agency => Ok(()),
            Event::SharingEnded(ended) if [&ended.agency, &ended.with].contains(&agency) => Ok(()),
            Event::IncidentUnshared(unshared) if unshared.agency == *agency => Ok(()),
            Event::PremiseNoteSet(set) => {
                self.check_note(agency, set.note)?;
                check_owner(agency, &set.owner)
            }
            Event::PremiseNoteRetired(retired) => self.check_note(agency, retired.note),
            event if event.is_configuration() => not_theirs(),
            event => match (event.unit(), ends(event)) {
                (Some(unit), _) => self.check_unit_of(agency, unit, event),
                (None, Some(id)) if !self.is_own(agency, id) => not_theirs(),
                _ => Ok(()),
            },
        }
    }

    fn check_unit_of(&self, agency: &Code, id: UnitId, event: &Event) -> Result<(), Refusal> {
        let Some(unit) = self.unit(id) else {
            return Ok(());
        };
        let what = unit.call_sign.clone();
        if unit.agency != *agency {
            let agency = unit.agency.clone();
            return Err(Refusal::OfAgency { what, agency });
        }
        // The crew may be out with a unit that they do not see.
        let crew = unit.shared_crew.as_ref();
        let crew = crew.filter(|_| matches!(event, Event::UnitDispatched(_)));
        match crew.and_then(|crew| Some((crew, self.out_with_crew(crew, id)?))) {
            Some((crew, (other, _))) if other.agency != *agency => Err(Refusal::OfAgency {
                what: crew.clone(),
                agency: other.agency.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn check_note(&self, agency: &Code, note: crate::NoteId) -> Result<(), Refusal> {
        let note = self.notes.get(note.0);
        note.map_or(Ok(()), |note| check_owner(agency, &note.owner))
    }

    fn is_own(&self, agency: &Code, id: IncidentId) -> bool {
        let incident = self.incident(id);
        incident.is_some_and(|incident| self.owns(agency, incident))
    }
}

fn check_owner(agency: &Code, owner: &Code) -> Result<(), Refusal> {
    match owner == agency {
        true => Ok(()),
        false => Err(Refusal::OfAgency {
            what: Code::new("the note").expect("it is a code"),
            agency: owner.clone(),
        }),
    }
}

/// The incident that an event ends, merges, hands over, shares or erases.
fn ends(event: &Event) -> Option<IncidentId> {
    match event {
        Event::IncidentClosed(it) => Some(it.incident),
        Event::IncidentReopened(it) => Some(it.incident),
        Event::IncidentsMerged(it) => Some(it.incident),
        Event::MergeUndone(it) => Some(it.incident),
        Event::IncidentTransferred(it) => Some(it.incident),
        Event::IncidentShared(it) => Some(it.incident),
        Event::IncidentUnshared(it) => Some(it.incident),
        Event::HoldPlaced(it) => Some(it.incident),
        Event::HoldLifted(it) => Some(it.incident),
        Event::ErasureRequested(it) => Some(it.incident),
        Event::ErasureRefused(it) => Some(it.incident),
        Event::DomainErased(it) => Some(it.incident),
        _ => None,
    }
}
