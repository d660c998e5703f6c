use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::{AssignmentNo, Center, Code, Entry, IncidentId, Meaning, UnitId, event::Payload};

/// A unit's status on one incident changed; the entry's time is when.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AssignmentProgressed {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// The status code that it got.
    #[n(3)]
    pub status: Code,
    /// What the code meant at that time.
    #[n(4)]
    pub meaning: Meaning,
    /// Whether it takes back a later status that was set by mistake.
    #[n(5)]
    pub correction: bool,
    /// Whether its time lies before the one recorded ahead of it.
    #[n(6)]
    pub out_of_order: bool,
}

impl Payload for AssignmentProgressed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            let at = usize::from(self.assignment.0).wrapping_sub(1);
            let Some(assignment) = incident.assignments.get_mut(at).map(Arc::make_mut) else {
                return;
            };
            assignment.status = self.status.clone();
            assignment.meaning = self.meaning;
            assignment.since = entry.at;
            assignment.out_of_order |= self.out_of_order;
            if self.correction {
                for later in Meaning::ALL
                    .into_iter()
                    .filter(|later| *later > self.meaning)
                {
                    if let Some(slot) = assignment.stamps.slot(later) {
                        *slot = None;
                    }
                }
            }
            if let Some(slot) = assignment.stamps.slot(self.meaning) {
                slot.get_or_insert(entry.at);
            }
        });
        center.with_unit(self.unit, |unit| unit.touched = entry.seq);
    }
}
