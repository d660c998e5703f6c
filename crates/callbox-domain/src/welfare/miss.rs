use minicbor::{Decode, Encode};

use crate::{
    AssignmentNo, Center, Entry, IncidentId, UnitId,
    alarm::{Cause, Subject},
    event::Payload,
};

/// A crew did not answer in time; it is asked again.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct WelfareMissed {
    /// On which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Which assignment.
    #[n(1)]
    pub assignment: AssignmentNo,
    /// Which unit.
    #[n(2)]
    pub unit: UnitId,
    /// How many answers have stayed out, this one included.
    #[n(3)]
    pub missed: u8,
}

impl Payload for WelfareMissed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_assignment(self.incident, self.assignment, |assignment| {
            assignment.welfare.missed = self.missed;
            assignment.welfare.asked = Some(entry.at);
        });
        // Whoever took the alarm on is asked again.
        let subject = Subject::of_assignment(self.incident, self.assignment, self.unit);
        center.raise(entry, Cause::Welfare, subject, entry.at);
    }
}
