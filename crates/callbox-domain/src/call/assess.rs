use minicbor::{Decode, Encode};

use super::{Checked, names};
use crate::{
    Center, Code, Context, Entry, Event, IncidentId, LocateIncident, Place, Refusal, command::Verb,
    event::Payload, incident::IncidentLocated,
};

/// Who or what says where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PlaceSource {
    /// The caller said it.
    #[n(0)]
    Caller,
    /// The caller's device sent it with the call.
    #[n(1)]
    Device,
    /// Somebody pointed at the map.
    #[n(2)]
    Map,
    /// An earlier incident or call.
    #[n(3)]
    History,
}

names! { PlaceSource {
    Caller => "caller",
    Device => "device",
    Map => "map",
    History => "history",
}}

/// How sure the place is that a text was found to mean, and who took the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PlaceVerdict {
    /// The streets know exactly one such place.
    #[n(0)]
    Certain,
    /// One place came near, and a person confirmed it.
    #[n(1)]
    Confirmed,
    /// There were several, and a person chose.
    #[n(2)]
    Chosen,
    /// The streets do not know it; the words stand as they were said.
    #[n(3)]
    Unverified,
}

names! { PlaceVerdict {
    Certain => "certain",
    Confirmed => "confirmed",
    Chosen => "chosen",
    Unverified => "unverified",
}}

/// What is known about how a place came about; holds no part of the place itself.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Assessed {
    /// Who or what says where it is.
    #[n(0)]
    pub source: PlaceSource,
    /// How sure it is.
    #[n(1)]
    pub verdict: PlaceVerdict,
    /// The radius within which it is, in metres.
    #[n(2)]
    pub uncertainty_meters: Option<u32>,
    /// What the streets found, as in `house-point`.
    #[n(3)]
    pub found: Option<Code>,
    /// How well what was found fits what was said, in percent.
    #[n(4)]
    pub fit_percent: Option<u8>,
    /// How far what was found reaches, in metres: a street is longer than a house.
    #[n(5)]
    pub extent_meters: Option<u32>,
}

/// Sets or corrects where an incident is, and records how that came about.
///
/// Refusals: no such incident; it is closed; it is merged into another.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessPlace {
    /// Which incident.
    pub incident: IncidentId,
    /// Where it is.
    pub place: Place,
    /// What is known about it.
    pub assessed: Assessed,
}

/// It was recorded how an incident's present place came about.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct PlaceAssessed {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// What is known about it.
    #[n(1)]
    pub assessed: Assessed,
}

impl Verb for AssessPlace {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let located = LocateIncident {
            incident: self.incident,
            place: self.place.clone(),
        };
        let mut events = located.decide(center, context)?;
        let known = center
            .need_incident(self.incident)?
            .intake
            .assessed
            .as_ref();
        let is_new = known.is_none_or(|checked| checked.assessed != self.assessed);
        if !events.is_empty() || is_new {
            events.push(
                PlaceAssessed {
                    incident: self.incident,
                    assessed: self.assessed.clone(),
                }
                .into(),
            );
        }
        Ok(events)
    }
}

impl Payload for PlaceAssessed {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.assessed = Some(Checked {
                at: entry.at,
                by: entry.actor,
                assessed: self.assessed.clone(),
            });
        });
    }
}

impl IncidentLocated {
    /// What was known of an earlier place says nothing of a new one.
    pub(crate) fn forget_assessment(&self, center: &mut Center) {
        center.with_incident(self.incident, |incident| incident.intake.assessed = None);
    }
}
