//! What of a history the ledger holds already, from an earlier or an interrupted replay.

use std::collections::HashMap;

use callbox_domain::{
    ActorId, AssignmentNo, Code, Entry, Event, IncidentId, Meaning, Timestamp, UnitId,
};
use callbox_engine::{DataDir, ReadError, read_ledger};

use crate::failure::{Failure, Outcome};

/// Calls that were taken over before, by the number that their source gave them.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) calls: HashMap<Code, IncidentId>,
    incidents: HashMap<IncidentId, KnownCall>,
    call_signs: HashMap<Code, UnitId>,
}

#[derive(Debug, Default)]
struct KnownCall {
    assignments: HashMap<(UnitId, Timestamp), AssignmentNo>,
    progress: Vec<(AssignmentNo, Meaning)>,
    ended: Vec<AssignmentNo>,
    closed: bool,
}

impl Known {
    /// Reads the ledger through; incidents of live work are passed over.
    pub(super) fn read(dir: &DataDir) -> Outcome<Self> {
        let mut known = Self::default();
        read_ledger(dir, |entry| {
            known.observe(&entry);
            Ok::<(), ReadError>(())
        })
        .map_err(|error| Failure::internal(&error))?;
        Ok(known)
    }

    fn observe(&mut self, entry: &Entry) {
        match &entry.event {
            Event::UnitDefined(unit) => {
                self.call_signs.insert(unit.call_sign.clone(), unit.unit);
            }
            Event::IncidentReceived(received) if entry.actor == ActorId::HISTORY => {
                if let Some(reference) = &received.reference {
                    self.calls.insert(reference.clone(), received.incident);
                    self.incidents
                        .insert(received.incident, KnownCall::default());
                }
            }
            Event::UnitDispatched(event) => self.with(event.incident, |call| {
                call.assignments
                    .insert((event.unit, entry.at), event.assignment);
            }),
            Event::AssignmentProgressed(event) => self.with(event.incident, |call| {
                call.progress.push((event.assignment, event.meaning));
            }),
            Event::AssignmentEnded(event) => self.with(event.incident, |call| {
                call.ended.push(event.assignment);
            }),
            Event::IncidentClosed(event) => self.with(event.incident, |call| call.closed = true),
            Event::IncidentReopened(event) => self.with(event.incident, |call| call.closed = false),
            _ => {}
        }
    }

    fn with(&mut self, id: IncidentId, change: impl FnOnce(&mut KnownCall)) {
        if let Some(call) = self.incidents.get_mut(&id) {
            change(call);
        }
    }

    fn call(&self, id: &Code) -> Option<&KnownCall> {
        self.incidents.get(self.calls.get(id)?)
    }

    /// Whether the call is there and closed.
    pub(super) fn is_closed(&self, id: &Code) -> bool {
        self.call(id).is_some_and(|call| call.closed)
    }

    /// The assignment that began at `dispatched`.
    pub(super) fn assignment(
        &self,
        id: &Code,
        call_sign: &Code,
        dispatched: Timestamp,
    ) -> Option<AssignmentNo> {
        let unit = *self.call_signs.get(call_sign)?;
        self.call(id)?.assignments.get(&(unit, dispatched)).copied()
    }

    /// Whether the assignment has the time with this meaning.
    pub(super) fn has_progressed(&self, id: &Code, no: AssignmentNo, meaning: Meaning) -> bool {
        self.call(id)
            .is_some_and(|call| call.progress.contains(&(no, meaning)))
    }

    /// Whether the assignment has ended.
    pub(super) fn has_ended(&self, id: &Code, no: AssignmentNo) -> bool {
        self.call(id).is_some_and(|call| call.ended.contains(&no))
    }
}
