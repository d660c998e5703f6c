//! Places for call entry: what a text may mean, in JSON; and reasons for likely duplicates.

use callbox_domain::{
    AssessPlace, Assessed, Code, Command, IncidentId, Likeness, LocateIncident, Place, PlaceSource,
    PlaceVerdict, Text,
};
use callbox_geo::{
    Coord,
    geocode::{Ask, Found, Reason, Verdict},
};
use serde_json::{Value, json};

use crate::geography::Geography;

/// How many answers are offered.
const OFFERED: usize = 8;

/// What `text` may mean; without streets nothing is found, and the answer says so.
pub(crate) fn find(
    geography: Option<&Geography>,
    text: &str,
    near: Option<(f64, f64)>,
    typing: bool,
) -> Value {
    let Some(geography) = geography else {
        return json!({"streets": false, "verdict": "missing", "answers": [], "notes": [], "why": []});
    };
    let found = ask(geography, text, near, typing);
    let english =
        |reasons: &[Reason]| -> Vec<_> { reasons.iter().map(ToString::to_string).collect() };
    let why = |reasons: &[Reason]| -> Vec<_> { reasons.iter().map(reason).collect() };
    let answers: Vec<_> = found
        .answers
        .iter()
        .map(|answer| {
            let (lat, lon) = degrees(answer.point);
            json!({
                "label": answer.label,
                "tells_apart": answer.tells_apart,
                "kind": answer.kind.code(),
                "lat": lat,
                "lon": lon,
                "extent_meters": answer.extent_meters.round(),
                "fit_percent": percent(answer.score),
                "reasons": english(&answer.reasons),
                "why": why(&answer.reasons),
            })
        })
        .collect();
    json!({
        "streets": true,
        "verdict": found.verdict.code(),
        "answers": answers,
        "notes": english(&found.notes),
        "why": why(&found.notes),
    })
}

/// A reason with its kind and words, which a page says in its own language.
fn reason(reason: &Reason) -> Value {
    let values: serde_json::Map<_, _> = reason
        .values()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    json!({"code": reason.code(), "values": values})
}

/// Asks the geocoder.
pub(crate) fn ask(
    geography: &Geography,
    text: &str,
    near: Option<(f64, f64)>,
    typing: bool,
) -> Found {
    let ask = Ask {
        near: near.and_then(|(lat, lon)| Coord::from_degrees(lat, lon)),
        limit: OFFERED,
        typing,
        ..Ask::default()
    };
    geography.geocoder.find(text, &ask)
}

/// The one place that a text certainly means, where there is one.
pub(crate) fn certain(
    geography: Option<&Geography>,
    text: &str,
) -> Option<callbox_geo::geocode::Answer> {
    let found = ask(geography?, text, None, false);
    match found.verdict {
        Verdict::Certain => found.answers.into_iter().next(),
        _ => None,
    }
}

/// The place that words certainly mean; where that is not so, the words as they are.
pub(crate) fn verified(geography: Option<&Geography>, said: Text) -> (Place, Option<Assessed>) {
    let unverified = Assessed {
        source: PlaceSource::Caller,
        verdict: PlaceVerdict::Unverified,
        uncertainty_meters: None,
        found: None,
        fit_percent: None,
        extent_meters: None,
    };
    let found = certain(geography, said.as_str());
    let label = found
        .as_ref()
        .and_then(|found| Text::new(&found.label).ok());
    let (Some(found), Some(label)) = (found, label) else {
        return (
            Place::new(said, None),
            geography.is_some().then_some(unverified),
        );
    };
    let assessed = Assessed {
        verdict: PlaceVerdict::Certain,
        found: Code::new(found.kind.code()).ok(),
        fit_percent: Some(percent(found.score)),
        extent_meters: Some(found.extent_meters.round() as u32),
        ..unverified
    };
    (
        Place::new(label, Some(degrees(found.point))),
        Some(assessed),
    )
}

/// A place that was typed, with its coordinates where it certainly means one.
pub(crate) fn located(geography: Option<&Geography>, located: LocateIncident) -> Command {
    let incident = located.incident;
    let (place, assessed) = verified(geography, located.place.text);
    placed(incident, place, assessed)
}

/// What records an incident's place: with how sure it is, where that is known.
pub(crate) fn placed(incident: IncidentId, place: Place, assessed: Option<Assessed>) -> Command {
    match assessed {
        Some(assessed) => AssessPlace {
            incident,
            place,
            assessed,
        }
        .into(),
        None => LocateIncident { incident, place }.into(),
    }
}

/// Latitude and longitude in degrees.
pub(crate) fn degrees(point: Coord) -> (f64, f64) {
    point.degrees()
}

/// A part of one in percent.
pub(crate) fn percent(part: f64) -> u8 {
    (part.clamp(0.0, 1.0) * 100.0).round() as u8
}

/// The name of a reason and its number, as the texts take them.
pub(crate) fn likeness(likeness: &Likeness) -> (&'static str, Option<u32>) {
    match likeness {
        Likeness::SamePlace => ("same-place", None),
        Likeness::SameStreet => ("same-street", None),
        Likeness::Near { meters } => ("near", Some(*meters)),
        Likeness::SameCallBack => ("same-call-back", None),
        Likeness::SameType => ("same-type", None),
        Likeness::SameFamily => ("same-family", None),
        Likeness::Ago { minutes } => ("ago", Some(*minutes)),
        Likeness::Closed { minutes } => ("closed", Some(*minutes)),
    }
}
