//! The endpoints for premise notes.

use callbox_domain::Hazard;

use super::{AT, Endpoint, LAT, LON, PLACE, PLACE_WORDS, read, write};
use crate::{
    access::rights::Action,
    api::{
        fields::{Field, Kind, optional, required},
        premises,
    },
    security::post,
};

const SET: &[Field] = &[
    required("hazard", Kind::Choice(Hazard::NAMES), "what it warns of"),
    required("owner", Kind::Code, "the agency that answers for it"),
    required("place", PLACE, PLACE_WORDS),
    LAT,
    LON,
    optional(
        "radius_meters",
        Kind::Number(0, 2_000),
        "how far around it holds; 40 without it",
    ),
    required("text", Kind::Text, "what units are told"),
    required(
        "expires",
        Kind::Time,
        "when it ends by itself; within two years",
    ),
    required("review", Kind::Time, "by when its owner looks at it again"),
    AT,
];

/// The endpoints.
pub(super) const PREMISES: &[Endpoint] = &[
    Endpoint {
        route: post(
            "/api/v1/premises/at",
            Action::ReadPremises,
            "those who are sent to a place must know its hazards",
        ),
        summary: "Notes in force at a place, and incidents there of the last 90 days that are in memory",
        fields: &[
            required("place", PLACE, PLACE_WORDS),
            LAT,
            LON,
            optional("except", Kind::Incident, "the incident that is looked at"),
        ],
        answer: "Premises",
        make: None,
    },
    read(
        "/api/v1/premises/notes",
        Action::ReadPremises,
        "an owner sees which warnings are overdue for review",
        "All premise notes, those that ended too",
        &[],
        "PremiseNotes",
    ),
    write(
        "/api/v1/premises/notes",
        Action::KeepPremises,
        "an owner answers for each warning",
        "Sets a premise note",
        SET,
        premises::set,
    ),
    write(
        "/api/v1/premises/notes/{note}",
        Action::KeepPremises,
        "a warning is looked at again, or it ends",
        "Sets a premise note again, after its review",
        SET,
        premises::set_again,
    ),
    write(
        "/api/v1/premises/notes/{note}/retire",
        Action::KeepPremises,
        "a warning that holds no longer must not mislead",
        "Takes a premise note out of force",
        &[AT],
        premises::retire,
    ),
];
