use minicbor::{Decode, Encode};

use super::{MAX_TRANSFERS, Transfer};
use crate::{
    Center, Code, Context, Entry, Event, IncidentId, Personal, Refusal, Text,
    command::Verb,
    event::{Payload, personal},
};

/// Records that an incident was handed to another center.
///
/// It stays open here until somebody closes it. Refusals: no such incident; it is closed or merged;
/// too many transfers.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// The other center.
    pub to: Code,
    /// The number under which the other center knows it.
    pub reference: Option<Code>,
    /// Why.
    pub reason: Option<Text>,
}

/// An incident was handed to another center.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentTransferred {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The other center.
    #[n(1)]
    pub to: Code,
    /// The number under which the other center knows it.
    #[n(2)]
    pub reference: Option<Code>,
    /// Whether the personal part holds a reason.
    #[n(3)]
    pub has_reason: bool,
    /// Why.
    #[cbor(skip)]
    pub reason: Personal<Text>,
}

impl Verb for TransferIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        if incident.intake.transfers.len() >= MAX_TRANSFERS {
            return Err(Refusal::Full {
                what: "the list of transfers",
                max: MAX_TRANSFERS,
            });
        }
        Ok(vec![
            IncidentTransferred {
                incident: self.incident,
                to: self.to.clone(),
                reference: self.reference.clone(),
                has_reason: self.reason.is_some(),
                reason: self.reason.clone().into(),
            }
            .into(),
        ])
    }
}

impl Payload for IncidentTransferred {
    personal!(reason);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.transfers.push(Transfer {
                at: entry.at,
                by: entry.actor,
                to: self.to.clone(),
                reference: self.reference.clone(),
                reason: self.has_reason.then(|| self.reason.clone()),
            });
        });
    }
}
