use std::fmt;

use minicbor::{Decode, Encode};

use crate::{Center, Code, Context, Entry, Event, Refusal, command::Verb, event::Payload};

/// What a status means, whatever an agency calls it; rules and reports use nothing else.
///
/// Maps onto the primary and secondary unit statuses of NENA-STA-021.1b.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Meaning {
    /// Free to be sent.
    #[n(0)]
    Available,
    /// Sent, has not answered.
    #[n(1)]
    Dispatched,
    /// Has answered, does not move yet.
    #[n(2)]
    Acknowledged,
    /// On the way to the incident.
    #[n(3)]
    EnRoute,
    /// At the incident.
    #[n(4)]
    OnScene,
    /// On the way with a patient or a prisoner.
    #[n(5)]
    Transporting,
    /// At the hospital or another destination of a transport.
    #[n(6)]
    AtHospital,
    /// Cannot be sent.
    #[n(7)]
    OutOfService,
}

impl Meaning {
    /// All meanings, in the order in which an assignment passes through them.
    pub const ALL: [Self; 8] = [
        Self::Available,
        Self::Dispatched,
        Self::Acknowledged,
        Self::EnRoute,
        Self::OnScene,
        Self::Transporting,
        Self::AtHospital,
        Self::OutOfService,
    ];

    /// The name in interfaces, as in `en_route`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Dispatched => "dispatched",
            Self::Acknowledged => "acknowledged",
            Self::EnRoute => "en_route",
            Self::OnScene => "on_scene",
            Self::Transporting => "transporting",
            Self::AtHospital => "at_hospital",
            Self::OutOfService => "out_of_service",
        }
    }

    /// The words for it in sentences, as in `en route`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::EnRoute => "en route",
            Self::OnScene => "on scene",
            Self::AtHospital => "at hospital",
            Self::OutOfService => "out of service",
            Self::Available | Self::Dispatched | Self::Acknowledged | Self::Transporting => {
                self.name()
            }
        }
    }

    /// The meaning with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meaning| meaning.name() == name)
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An agency's status code and what it means.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitStatus {
    /// The code that people type and read, as in `ENR`.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// What it means.
    #[n(2)]
    pub meaning: Meaning,
    /// Place in the order of definition; the first of a meaning is its default.
    #[n(3)]
    pub order: u16,
}

/// Defines a unit status.
///
/// Refusals: a status that units may already have keeps its meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineUnitStatus {
    /// The code that people type and read; defining it again changes its label.
    pub code: Code,
    /// The words for it.
    pub label: Code,
    /// What it means.
    pub meaning: Meaning,
}

/// A unit status was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitStatusDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// The words for it.
    #[n(1)]
    pub label: Code,
    /// What it means.
    #[n(2)]
    pub meaning: Meaning,
}

impl Verb for DefineUnitStatus {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        match center.configuration.unit_statuses.get(&self.code) {
            Some(current) if current.meaning != self.meaning => {
                return Err(Refusal::MeaningIsFixed {
                    status: self.code.clone(),
                    meaning: current.meaning,
                });
            }
            Some(current) if current.label == self.label => return Ok(vec![]),
            _ => {}
        }
        let defined = UnitStatusDefined {
            code: self.code.clone(),
            label: self.label.clone(),
            meaning: self.meaning,
        };
        Ok(vec![defined.into()])
    }
}

impl Payload for UnitStatusDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let statuses = &mut center.configure().unit_statuses;
        let order = match statuses.get(&self.code) {
            Some(current) => current.order,
            None => statuses.len() as u16,
        };
        let status = UnitStatus {
            code: self.code.clone(),
            label: self.label.clone(),
            meaning: self.meaning,
            order,
        };
        statuses.insert(self.code.clone(), status);
    }
}
