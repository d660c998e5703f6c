use minicbor::{Decode, Encode};

use super::{Assignment, AssignmentEnd, Ended};
use crate::{
    AssignmentNo, Center, Code, Entry, IncidentId, Meaning, Personal, Refusal, Text, Timestamp,
    UnitId,
    event::{Payload, personal},
    undo::Act,
};

/// A unit's work on an incident ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AssignmentEnded {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// How it ended.
    #[n(3)]
    pub how: AssignmentEnd,
    /// The status code that the unit has afterwards.
    #[n(4)]
    pub status: Code,
    /// Whether its time lies before the one recorded ahead of it.
    #[n(5)]
    pub out_of_order: bool,
    /// Whether the personal part holds a reason.
    #[n(6)]
    pub has_reason: bool,
    /// Why; words may be personal.
    #[cbor(skip)]
    pub reason: Personal<Text>,
}

/// The event that ends `assignment` at `at`; the unit gets `status` or the default for 'available'.
pub(super) fn end(
    center: &Center,
    incident: IncidentId,
    assignment: &Assignment,
    how: AssignmentEnd,
    at: Timestamp,
    status: Option<&Code>,
    reason: Option<&Text>,
) -> Result<AssignmentEnded, Refusal> {
    let status = match status {
        Some(status) => status,
        None => &center.configuration.need_status(Meaning::Available)?.code,
    };
    Ok(AssignmentEnded {
        incident,
        assignment: assignment.no,
        unit: assignment.unit,
        how,
        status: status.clone(),
        // An end without a time has no place in the order.
        out_of_order: how != AssignmentEnd::Released
            && assignment.stamps.recorded().any(|(_, time)| time > at),
        has_reason: reason.is_some(),
        reason: reason.cloned().into(),
    })
}

impl Payload for AssignmentEnded {
    personal!(reason);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let act = Act::End(self.incident, self.assignment, self.unit);
        center.note_recent(entry, act);
        center.with_assignment(self.incident, self.assignment, |assignment| {
            assignment.out_of_order |= self.out_of_order;
            assignment.ended = Some(Ended {
                at: (self.how != AssignmentEnd::Released).then_some(entry.at),
                how: self.how,
                reason: self.has_reason.then(|| self.reason.clone()),
            });
        });
        center.with_unit(self.unit, |unit| {
            unit.active
                .retain(|active| *active != (self.incident, self.assignment));
            if self.how != AssignmentEnd::Released {
                unit.freed = Some(entry.at);
            }
            // A unit that is still on another incident keeps the status that it has there.
            if unit.active.is_empty() {
                unit.status = self.status.clone();
                unit.since = entry.at;
            }
        });
    }
}
