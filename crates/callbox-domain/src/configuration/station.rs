use minicbor::{Decode, Encode};

use super::known;
use crate::{Center, Code, Context, Entry, Event, Point, Refusal, command::Verb, event::Payload};

/// A house where units stand when they are free.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Station {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What people call it.
    #[n(1)]
    pub name: Code,
    /// The agency whose house it is.
    #[n(2)]
    pub agency: Code,
    /// Where it is, once known.
    #[n(3)]
    pub point: Option<Point>,
    /// Whether units are sent from it; a closed one keeps its units, which lose their fallback.
    #[n(4)]
    pub open: bool,
}

/// Defines a station. Refusals: an unknown agency.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineStation {
    /// The code that people type and read; defining it again changes the rest.
    pub code: Code,
    /// What people call it.
    pub name: Code,
    /// The agency whose house it is.
    pub agency: Code,
    /// Where it is, once known.
    pub point: Option<Point>,
    /// Whether units are sent from it.
    pub open: bool,
}

/// A station was defined or changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct StationDefined {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What people call it.
    #[n(1)]
    pub name: Code,
    /// The agency whose house it is.
    #[n(2)]
    pub agency: Code,
    /// Where it is, once known.
    #[n(3)]
    pub point: Option<Point>,
    /// Whether units are sent from it.
    #[n(4)]
    pub open: bool,
}

impl Verb for DefineStation {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        known("agency", &center.configuration.agencies, &self.agency)?;
        let defined = StationDefined {
            code: self.code.clone(),
            name: self.name.clone(),
            agency: self.agency.clone(),
            point: self.point,
            open: self.open,
        };
        let current = center.configuration.stations.get(&self.code);
        if current.is_some_and(|current| *current == Station::from(&defined)) {
            return Ok(vec![]);
        }
        Ok(vec![defined.into()])
    }
}

impl From<&StationDefined> for Station {
    fn from(defined: &StationDefined) -> Self {
        Self {
            code: defined.code.clone(),
            name: defined.name.clone(),
            agency: defined.agency.clone(),
            point: defined.point,
            open: defined.open,
        }
    }
}

impl Payload for StationDefined {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center
            .configure()
            .stations
            .insert(self.code.clone(), self.into());
    }
}
