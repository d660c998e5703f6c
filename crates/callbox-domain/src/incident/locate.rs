use std::fmt;

use minicbor::{Decode, Encode};

use crate::{
    Center, Context, Entry, Event, IncidentId, Personal, Refusal, Text,
    command::Verb,
    event::{Payload, personal},
};

/// Where an incident is: words, and coordinates where they are known.
#[derive(Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Place {
    /// The address, crossing or place in words.
    #[n(0)]
    pub text: Text,
    /// Latitude in WGS 84, in units of 1e-7 degrees.
    #[n(1)]
    pub lat_e7: Option<i32>,
    /// Longitude in WGS 84, in units of 1e-7 degrees.
    #[n(2)]
    pub lon_e7: Option<i32>,
}

impl Place {
    /// Makes a place from words and, where both are given and on the globe, degrees.
    pub fn new(text: Text, lat_lon: Option<(f64, f64)>) -> Self {
        let on_globe = lat_lon.filter(|(lat, lon)| lat.abs() <= 90.0 && lon.abs() <= 180.0);
        let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        Self {
            text,
            lat_e7: on_globe.map(|(lat, _)| e7(lat)),
            lon_e7: on_globe.map(|(_, lon)| e7(lon)),
        }
    }

    /// Latitude and longitude in degrees, where known.
    pub fn lat_lon(&self) -> Option<(f64, f64)> {
        Some((f64::from(self.lat_e7?) / 1e7, f64::from(self.lon_e7?) / 1e7))
    }
}

/// Where somebody needs help is personal data, so that a debug print (a log line) never shows it.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coordinates = match self.lat_lon() {
            Some(_) => "with",
            None => "without",
        };
        write!(f, "Place({:?}, {coordinates} coordinates)", self.text)
    }
}

/// Sets or corrects where an incident is.
///
/// Refusals: no such incident; it is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct LocateIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// Where it is.
    pub place: Place,
}

/// An incident's place was set or corrected; earlier places stay in the ledger.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentLocated {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Whether a place was known before.
    #[n(1)]
    pub correction: bool,
    /// Where it is.
    #[cbor(skip)]
    pub place: Personal<Place>,
}

impl Verb for LocateIncident {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        let place = Personal::Known(self.place.clone());
        if incident.place.as_ref() == Some(&place) {
            return Ok(vec![]);
        }
        let correction = incident.place.is_some();
        Ok(vec![
            IncidentLocated {
                incident: self.incident,
                correction,
                place,
            }
            .into(),
        ])
    }
}

impl Payload for IncidentLocated {
    personal!(place);

    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.place = Some(self.place.clone())
        });
        self.forget_assessment(center);
    }
}
