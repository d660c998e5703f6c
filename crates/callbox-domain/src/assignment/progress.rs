use minicbor::{Decode, Encode};

use crate::{
    AssignmentNo, Center, Code, Entry, IncidentId, Meaning, UnitId,
    event::Payload,
    undo::{Act, Before},
};

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
        let mut before = None;
        center.with_assignment(self.incident, self.assignment, |assignment| {
            before = Some(Before {
                status: assignment.status.clone(),
                meaning: assignment.meaning,
                since: assignment.since,
                stamps: assignment.stamps,
                out_of_order: assignment.out_of_order,
            });
            assignment.status = self.status.clone();
            assignment.meaning = self.meaning;
            assignment.since = entry.at;
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
            // A second transport does not stand in for a first whose beginning nobody recorded.
            let is_past = assignment.stamps.has_later_than(self.meaning);
            if let Some(slot) = assignment.stamps.slot(self.meaning).filter(|_| !is_past) {
                slot.get_or_insert(entry.at);
            }
            // What is taken back does not speak against the times that stay.
            assignment.out_of_order = match self.correction {
                true => !assignment.stamps.are_in_order(),
                false => assignment.out_of_order || self.out_of_order,
            };
        });
        if let Some(before) = before {
            let act = Act::Status(self.incident, self.assignment, before);
            center.note_recent(entry, act);
        }
    }
}
