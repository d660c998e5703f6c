//! The endpoints for legal holds and erasure.

use super::{Endpoint, read, write};
use crate::{
    access::rights::Action,
    api::{
        erasures,
        fields::{Field, Kind, required},
    },
};

const BASIS: &[Field] = &[required(
    "basis",
    Kind::Code,
    "the legal basis or file number; open for good, so never a name",
)];

/// The endpoints.
pub(super) const ERASURES: &[Endpoint] = &[
    read(
        "/api/v1/erasures",
        Action::ReadErasures,
        "whoever oversees the service sees what is held, asked for and erased",
        "All legal holds, requests and erasures",
        &[],
        "Erasures",
    ),
    write(
        "/api/v1/erasures/rules",
        Action::DecideErasures,
        "a mistake can be stopped while a request waits",
        "Sets how many days lie at least between request and approval",
        &[required("wait_days", Kind::Number(0, 366), "how many days")],
        erasures::rules,
    ),
    read(
        "/api/v1/incidents/{id}/erasure",
        Action::ReadErasures,
        "what an erasure would destroy is seen before it does",
        "What stands about an incident's erasure, and what it would blank and destroy",
        &[],
        "Erasure",
    ),
    write(
        "/api/v1/incidents/{id}/erasure/hold",
        Action::DecideErasures,
        "a court or a complaint needs the record to be kept",
        "Places a legal hold",
        BASIS,
        erasures::hold,
    ),
    write(
        "/api/v1/incidents/{id}/erasure/lift",
        Action::DecideErasures,
        "a record that need not be kept any more can be erased",
        "Lifts a legal hold",
        BASIS,
        erasures::lift,
    ),
    write(
        "/api/v1/incidents/{id}/erasure/request",
        Action::DecideErasures,
        "the law gives a right to erasure",
        "Asks that what is personal be erased; the waiting period begins",
        BASIS,
        erasures::request,
    ),
    write(
        "/api/v1/incidents/{id}/erasure/refuse",
        Action::DecideErasures,
        "whoever asked for erasure is owed the reason why not",
        "Refuses a request, or withdraws one's own",
        &[required(
            "reason",
            Kind::Code,
            "why, as a short code; open for good",
        )],
        erasures::refuse,
    ),
    write(
        "/api/v1/incidents/{id}/erasure/approve",
        Action::DecideErasures,
        "a second supervisor looks at what cannot be taken back",
        "Approves somebody else's request: nobody reads the data any more; keys and bytes go at the next start",
        &[],
        erasures::approve,
    ),
];
