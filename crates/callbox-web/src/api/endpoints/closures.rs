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

const CLOSE: &[Field] = &[
    required("cause", Kind::Choice(ClosureCause::NAMES), "why"),
    optional(
        "from",
        Kind::Text,
        "where: an address or a crossing in words that mean one place only; or lat and lon",
    ),
    LAT,
    LON,
    optional(
        "to",
        Kind::Text,
        "the other end; without it the piece between the two next crossings is closed",
    ),
    optional("to_lat", Kind::Degrees(90), "latitude of the other end"),
    optional("to_lon", Kind::Degrees(180), "longitude of the other end"),
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
    write(
        "/api/v1/closures/{closure}/lift",
        Action::CloseStreets,
        "help takes the shorter way again",
        "Opens a closed street",
        &[AT],
        closures::lift,
    ),
];
