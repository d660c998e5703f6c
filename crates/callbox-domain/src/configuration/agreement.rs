use minicbor::{Decode, Encode};

use super::known;
use crate::{
    ActorId, Center, Code, Context, Entry, Event, Refusal, Timestamp, command::Verb, event::Payload,
};

/// The most agreements of a center.
const MAX_AGREEMENTS: usize = 1_000;

/// That an agency shows another one all its incidents of a type, until it is ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Agreement {
    /// The agency whose incidents are seen.
    #[n(0)]
    pub agency: Code,
    /// The agency that sees them.
    #[n(1)]
    pub with: Code,
    /// The incidents' type.
    #[n(2)]
    pub incident_type: Code,
    /// Since when.
    #[n(3)]
    pub since: Timestamp,
    /// Who recorded it.
    #[n(4)]
    pub by: ActorId,
}

/// Agrees that an agency shows another one all its incidents of a type, from now on.
///
/// It is one way; for both ways there are two. Refusals: an unknown agency or type; an agency and
/// itself; too many agreements.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreeSharing {
    /// The agency whose incidents are seen.
    pub agency: Code,
    /// The agency that sees them.
    pub with: Code,
    /// The incidents' type.
    pub incident_type: Code,
}

/// Ends such an agreement; what was expressly shared stays shared.
///
/// Refusals: an unknown agency or type.
#[derive(Clone, Debug, PartialEq)]
pub struct EndSharing {
    /// The agency whose incidents were seen.
    pub agency: Code,
    /// The agency that saw them.
    pub with: Code,
    /// The incidents' type.
    pub incident_type: Code,
}

/// An agency shows another one all its incidents of a type from now on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct SharingAgreed {
    /// The agency whose incidents are seen.
    #[n(0)]
    pub agency: Code,
    /// The agency that sees them.
    #[n(1)]
    pub with: Code,
    /// The incidents' type.
    #[n(2)]
    pub incident_type: Code,
}

/// An agency no longer shows another one its incidents of a type.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct SharingEnded {
    /// The agency whose incidents were seen.
    #[n(0)]
    pub agency: Code,
    /// The agency that saw them.
    #[n(1)]
    pub with: Code,
    /// The incidents' type.
    #[n(2)]
    pub incident_type: Code,
}

impl Agreement {
    fn is(&self, agency: &Code, with: &Code, incident_type: &Code) -> bool {
        (&self.agency, &self.with, &self.incident_type) == (agency, with, incident_type)
    }
}

fn is_agreed(
    center: &Center,
    agency: &Code,
    with: &Code,
    incident_type: &Code,
) -> Result<bool, Refusal> {
    let configuration = &center.configuration;
    known("agency", &configuration.agencies, agency)?;
    known("agency", &configuration.agencies, with)?;
    known(
        "incident type",
        &configuration.incident_types,
        incident_type,
    )?;
    let mut agreements = configuration.agreements.iter();
    Ok(agreements.any(|one| one.is(agency, with, incident_type)))
}

impl Verb for AgreeSharing {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if is_agreed(center, &self.agency, &self.with, &self.incident_type)? {
            return Ok(vec![]);
        }
        if self.agency == self.with {
            return Err(Refusal::SharesWithItself(self.agency.clone()));
        }
        if center.configuration.agreements.len() >= MAX_AGREEMENTS {
            let what = "the list of agreements";
            return Err(Refusal::TooMany {
                what,
                max: MAX_AGREEMENTS,
            });
        }
        let agreed = SharingAgreed {
            agency: self.agency.clone(),
            with: self.with.clone(),
            incident_type: self.incident_type.clone(),
        };
        Ok(vec![agreed.into()])
    }
}

impl Verb for EndSharing {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if !is_agreed(center, &self.agency, &self.with, &self.incident_type)? {
            return Ok(vec![]);
        }
        let ended = SharingEnded {
            agency: self.agency.clone(),
            with: self.with.clone(),
            incident_type: self.incident_type.clone(),
        };
        Ok(vec![ended.into()])
    }
}

impl Payload for SharingAgreed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.configure().agreements.push(Agreement {
            agency: self.agency.clone(),
            with: self.with.clone(),
            incident_type: self.incident_type.clone(),
            since: entry.at,
            by: entry.actor,
        });
    }
}

impl Payload for SharingEnded {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let agreements = &mut center.configure().agreements;
        agreements.retain(|one| !one.is(&self.agency, &self.with, &self.incident_type));
    }
}
