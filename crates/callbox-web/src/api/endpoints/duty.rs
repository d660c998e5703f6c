//! The endpoints for who is on duty.

use callbox_domain::MAX_DUTY_HOURS;

use super::{Endpoint, read};
use crate::{
    access::rights::Action,
    api::{
        duty,
        fields::{Field, Kind, required},
    },
    security::post,
};

const HOURS: Field = required(
    "hours",
    Kind::Number(0, MAX_DUTY_HOURS),
    "for how many hours from now; 0 ends it",
);

/// The endpoints.
pub(super) const DUTY: &[Endpoint] = &[
    read(
        duty::PATH,
        Action::OwnDuty,
        "people see who is at work and can be asked",
        "Who is on duty, and whether the center asks for it",
        &[],
        "Duty",
    ),
    Endpoint {
        route: post(
            duty::PATH,
            Action::OwnDuty,
            "who changes what the service does is at work, and the record says since when",
        ),
        summary: "Signs the one who asks on duty, or off",
        fields: &[HOURS],
        answer: "DutySet",
        make: None,
    },
    Endpoint {
        route: post(
            duty::OTHERS,
            Action::KeepDuty,
            "who leads the shift signs on who cannot, and off who has left",
        ),
        summary: "Signs somebody else on duty, or off",
        fields: &[
            required("login", Kind::Code, "the login name of their account"),
            HOURS,
        ],
        answer: "DutySet",
        make: None,
    },
];
