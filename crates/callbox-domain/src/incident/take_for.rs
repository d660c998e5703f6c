use minicbor::{Decode, Encode};

use crate::{Center, Code, Entry, IncidentId, event::Payload};

/// The call was taken by an account that is bound to an agency: the incident is that agency's.
///
/// It follows from taking a call, see [`Center::decide_as`].
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentTakenFor {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The agency whose account took the call.
    #[n(1)]
    pub agency: Code,
}

impl Payload for IncidentTakenFor {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.taken_for = Some(self.agency.clone());
        });
    }
}
