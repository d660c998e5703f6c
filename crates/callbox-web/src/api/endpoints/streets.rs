//! The endpoints for ways and coverage.

use super::{Endpoint, optional, read, required};
use crate::{
    access::rights::Action,
    api::{fields::Kind, streets},
};

/// The endpoints.
pub(super) const STREETS: &[Endpoint] = &[
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
