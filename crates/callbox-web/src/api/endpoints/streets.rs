//! The endpoints for ways and coverage.

use super::{Endpoint, optional, read, required};
use crate::{
    access::rights::Action,
    api::{
        eta,
        fields::{Field, Kind},
        streets,
    },
    security::post,
};

const PROFILE: Field = optional(
    "profile",
    Kind::Code,
    "blue-light, heavy, car, foot, boat, or one of the agency's own; blue-light without it",
);
const HEIGHT: Field = optional(
    "height_centimeters",
    Kind::Number(1, 10_000),
    "the vehicle's height; the profile's own without it",
);
const WIDTH: Field = optional(
    "width_centimeters",
    Kind::Number(1, 10_000),
    "the vehicle's width; the profile's own without it",
);
const WEIGHT: Field = optional(
    "weight_kilograms",
    Kind::Number(1, 1_000_000),
    "the vehicle's weight; the profile's own without it",
);
const AT: Field = optional(
    "at",
    Kind::Time,
    "another moment, whose conditions on the hour hold instead of now's; what is closed now is closed then too",
);

// Places of callers never stand in an address, where logs and histories would keep them.
const fn ask(
    path: &'static str,
    reason: &'static str,
    summary: &'static str,
    fields: &'static [Field],
    answer: &'static str,
) -> Endpoint {
    Endpoint {
        route: post(path, Action::ReadBoard, reason),
        summary,
        fields,
        answer,
        make: None,
    }
}

/// The endpoints.
pub(super) const STREETS: &[Endpoint] = &[
    ask(
        eta::TABLE,
        "who plans stations or sends help reckons with the same driving times as the suggestions",
        "Driving times from each of some places to each of others; records nothing",
        &[
            required(
                "from",
                Kind::Points,
                "1 to 1,000 pairs of latitude and longitude",
            ),
            required(
                "to",
                Kind::Points,
                "1 to 1,000 pairs; at most 25,000 times in all",
            ),
            PROFILE,
            HEIGHT,
            WIDTH,
            WEIGHT,
            AT,
        ],
        "EtaTable",
    ),
    ask(
        eta::ROUTE,
        "a driving time is trusted if it says by which streets, and why not by others",
        "The way from one place to another: time, streets, line, what it goes round; records nothing",
        &[
            required("from", Kind::Points, "one pair of latitude and longitude"),
            required("to", Kind::Points, "one pair of latitude and longitude"),
            PROFILE,
            HEIGHT,
            WIDTH,
            WEIGHT,
            AT,
        ],
        "EtaRoute",
    ),
    read(
        streets::WAYS,
        Action::ReadBoard,
        "who dispatches sees when help is there, by which streets, and what it goes round",
        "The ways of the units that are under way to an incident: times, streets, lines",
        &[required("incident", Kind::Incident, "which incident")],
        "Ways",
    ),
    read(
        streets::COVERAGE,
        Action::ReadBoard,
        "a gap in the cover is seen before somebody calls from there",
        "Which streets help reaches in time, as squares of the flat map",
        &[
            optional(
                "from",
                Kind::Choice(streets::WHENCE),
                "units: the free ones where they are; stations: as if each had one",
            ),
            optional("type", Kind::Code, "only units of this type"),
            optional(
                "minutes",
                Kind::Number(1, 120),
                "within this time; without it the target of the center's clock for the drive",
            ),
            optional(
                "bbox",
                Kind::Text,
                "west,south,east,north in degrees; all streets without it",
            ),
        ],
        "Coverage",
    ),
];
