//! The endpoints for closed streets.

use callbox_domain::ClosureCause;

use super::{AT, Endpoint, LAT, LON, read, write};
use crate::{
    access::rights::Action,
    api::{
        closures,
        fields::{Field, Kind, optional, required},
    },
    security::post,
};

const LINE: Field = optional(
    "line",
    Kind::Points,
    "a drawn line instead of places: the way over its 1 to 24 points, each on a street",
);
const FROM: Field = optional(
    "from",
    Kind::Text,
    "where: an address or a crossing in words that mean one place only; or lat and lon; or line",
);
const TO: Field = optional(
    "to",
    Kind::Text,
    "the other end; without it the piece between the two next crossings is closed",
);
const TO_LAT: Field = optional("to_lat", Kind::Degrees(90), "latitude of the other end");
const TO_LON: Field = optional("to_lon", Kind::Degrees(180), "longitude of the other end");

const CLOSE: &[Field] = &[
    required("cause", Kind::Choice(ClosureCause::NAMES), "why"),
    LINE,
    FROM,
    LAT,
    LON,
    TO,
    TO_LAT,
    TO_LON,
    optional(
        "impassable",
        Kind::Flag,
        "nobody gets in at all; without it a call on the street is still reached",
    ),
    optional(
        "until",
        Kind::Time,
        "when it ends by itself; without it somebody has to lift it",
    ),
    AT,
];

/// The endpoints.
pub(super) const CLOSURES: &[Endpoint] = &[
    read(
        closures::PATH,
        Action::ReadBoard,
        "who dispatches sees which streets are closed",
        "The closures in force, with their lines (longitude first)",
        &[],
        "Closures",
    ),
    Endpoint {
        route: post(
            closures::PATH,
            Action::CloseStreets,
            "help must not be sent by a way that is blocked",
        ),
        summary: "Closes a street in both directions; driving times go round it at once",
        fields: CLOSE,
        answer: "Receipt",
        make: None,
    },
    Endpoint {
        route: post(
            closures::PREVIEW,
            Action::CloseStreets,
            "who closes a street sees which one before it is done",
        ),
        summary: "Which pieces of street would be closed; closes nothing",
        fields: &[LINE, FROM, LAT, LON, TO, TO_LAT, TO_LON],
        answer: "ClosurePreview",
        make: None,
    },
    write(
        "/api/v1/closures/{closure}/lift",
        Action::CloseStreets,
        "help takes the shorter way again",
        "Opens a closed street",
        &[AT],
        closures::lift,
    ),
];
