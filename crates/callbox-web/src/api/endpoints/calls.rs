//! The endpoints for calls: what is asked while one is taken, and what is recorded of it.

use callbox_domain::{CallKind, Handling, PlaceSource, PlaceVerdict};

use super::{AT, Endpoint, LAT, LON, PLACE, PLACE_WORDS, read, write};
use crate::{
    access::rights::Action,
    api::{
        agencies, calls, cards, commands,
        fields::{Field, Kind, optional, required},
    },
    security::{get, post},
};

/// How sure a place is and how it came about.
pub(super) const SOURCE: Field = optional(
    "source",
    Kind::Choice(PlaceSource::NAMES),
    "who or what says where it is; caller without it",
);
pub(super) const VERDICT: Field = optional(
    "verdict",
    Kind::Choice(PlaceVerdict::NAMES),
    "how sure the place is, and who decided; nothing is recorded of it without this",
);
pub(super) const UNCERTAINTY: Field = optional(
    "uncertainty_meters",
    Kind::Number(0, 1_000_000),
    "the radius within which it is, in metres",
);
pub(super) const FOUND: Field = optional(
    "found",
    Kind::Code,
    "what the streets found, as in house-point",
);
pub(super) const FIT: Field = optional(
    "fit_percent",
    Kind::Number(0, 100),
    "how well what was found fits what was said",
);
pub(super) const EXTENT: Field = optional(
    "extent_meters",
    Kind::Number(0, 1_000_000),
    "how far what was found reaches, in metres",
);
pub(super) const CALL_KIND: Field = optional(
    "kind",
    Kind::Choice(CallKind::NAMES),
    "how the call came in; spoken without it",
);
pub(super) const DEVICE_LAT: Field = optional(
    "device_lat",
    Kind::Degrees(90),
    "where the caller's device says it is; recorded, never applied",
);
pub(super) const DEVICE_LON: Field = optional("device_lon", Kind::Degrees(180), "see device_lat");
pub(super) const DEVICE_UNCERTAINTY: Field = optional(
    "device_uncertainty_meters",
    Kind::Number(0, 1_000_000),
    "the radius around device_lat and device_lon, in metres",
);
pub(super) const CALLER_NAME: Field =
    optional("caller_name", Kind::Text, "the caller's name as given");
pub(super) const TEMPLATE: Field = optional(
    "template",
    Kind::Code,
    "a template's code: it fills in what is left out, and its words come before the text",
);
pub(super) const CALLER_NUMBER: Field =
    optional("caller_number", Kind::Text, "the number to call back");

const fn ask(
    path: &'static str,
    reason: &'static str,
    summary: &'static str,
    fields: &'static [Field],
    answer: &'static str,
) -> Endpoint {
    Endpoint {
        route: post(path, Action::ReceiveIncident, reason),
        summary,
        fields,
        answer,
        make: None,
    }
}

/// The endpoints.
pub(super) const CALLS: &[Endpoint] = &[
    // Text of callers never stands in an address, where logs and histories would keep it.
    ask(
        "/api/v1/places/find",
        "help must know where to go, and how sure that is",
        "Finds what a text about a place may mean; records nothing",
        &[
            required("text", Kind::Text, "what the caller says"),
            optional("typing", Kind::Flag, "true while the text is not complete"),
            LAT,
            LON,
        ],
        "Places",
    ),
    ask(
        "/api/v1/places/location",
        "a device that calls says where it is",
        "Reads a location that a device sent (PIDF-LO); records and applies nothing",
        &[],
        "Location",
    ),
    ask(
        "/api/v1/calls/candidates",
        "one emergency is worked on once, however many call",
        "Incidents in hand that a call may be about, with reasons; records nothing",
        &[
            optional("place", PLACE, PLACE_WORDS),
            LAT,
            LON,
            UNCERTAINTY,
            optional("type", Kind::Code, "what kind of emergency it is"),
            CALLER_NUMBER,
            optional(
                "except",
                Kind::Incident,
                "the incident that the call has opened already",
            ),
        ],
        "Candidates",
    ),
    Endpoint {
        route: get(
            "/api/v1/calls/draft",
            Action::ReceiveIncident,
            "a call that is being taken outlives a browser that closes",
        ),
        summary: "One's own call that is not recorded yet",
        fields: &[],
        answer: "Draft",
        make: None,
    },
    ask(
        "/api/v1/calls/draft",
        "a call that is being taken outlives a browser that closes",
        "Keeps a call in the server's memory for half an hour; an empty one forgets it",
        &[optional(
            "fields",
            Kind::Text,
            "what the form holds, as one text",
        )],
        "Draft",
    ),
    write(
        "/api/v1/incidents/{id}/calls",
        Action::DescribeIncident,
        "several people call about one emergency, and each may have to be called back",
        "Records a further call to an incident",
        &[
            CALL_KIND,
            CALLER_NAME,
            CALLER_NUMBER,
            DEVICE_LAT,
            DEVICE_LON,
            DEVICE_UNCERTAINTY,
            AT,
        ],
        calls::record,
    ),
    write(
        "/api/v1/incidents/{id}/calls/{call}",
        Action::DescribeIncident,
        "who called is often learnt after the call began",
        "Records what was learnt of a call later",
        &[
            CALL_KIND,
            CALLER_NAME,
            CALLER_NUMBER,
            DEVICE_LAT,
            DEVICE_LON,
            DEVICE_UNCERTAINTY,
            AT,
        ],
        calls::complete,
    ),
    write(
        "/api/v1/incidents/{id}/calls/{call}/handling",
        Action::DescribeIncident,
        "who called and was not heard must be called back, and that must be seen",
        "Records what was done about a silent, abandoned or written call",
        &[
            required("how", Kind::Choice(Handling::NAMES), "what was done"),
            AT,
        ],
        calls::handle,
    ),
    write(
        "/api/v1/incidents/{id}/answers",
        Action::DescribeIncident,
        "what a caller answers decides which help is sent",
        "Records what a caller answered to a question of a card",
        &[
            required("card", Kind::Code, "the card"),
            optional(
                "version",
                Kind::Number(1, 4_294_967_295),
                "its version; without it the one in hand, or else the one in use",
            ),
            required("question", Kind::Code, "the question's code in the card"),
            required(
                "answer",
                Kind::Text,
                "yes, no, the code of a choice, a whole number, words; or unknown",
            ),
            AT,
        ],
        cards::answer,
    ),
    write(
        "/api/v1/incidents/{id}/merge",
        Action::DescribeIncident,
        "one emergency is worked on once",
        "Merges it into another about the same emergency",
        &[
            required("into", Kind::Incident, "the incident that goes on"),
            AT,
        ],
        calls::merge,
    ),
    write(
        "/api/v1/incidents/{id}/unmerge",
        Action::DescribeIncident,
        "a merge by mistake is taken back in sight",
        "Takes a merge back",
        &[
            required("from", Kind::Incident, "the incident it was merged into"),
            AT,
        ],
        calls::unmerge,
    ),
    write(
        "/api/v1/incidents/{id}/activate",
        Action::DescribeIncident,
        "help that was planned is asked for earlier",
        "Begins a scheduled incident now",
        &[AT],
        calls::activate,
    ),
    write(
        "/api/v1/incidents/{id}/transfer",
        Action::DescribeIncident,
        "another center that takes over must be named",
        "Records that it was handed to another center",
        &[
            required("to", Kind::Code, "the other center"),
            optional("reference", Kind::Code, "its number there"),
            optional("reason", Kind::Text, "why, in words"),
            AT,
        ],
        calls::transfer,
    ),
    write(
        "/api/v1/incidents/{id}/share",
        Action::DescribeIncident,
        "an agency that may have to help must know of the emergency",
        "Shows an incident to an agency that has no unit on it",
        &[required("agency", Kind::Code, "an agency's code"), AT],
        commands::share,
    ),
    write(
        "/api/v1/incidents/{id}/unshare",
        Action::DescribeIncident,
        "an agency that need not help any more need not see it",
        "Takes the sharing with an agency back",
        &[required("agency", Kind::Code, "an agency's code"), AT],
        commands::unshare,
    ),
    read(
        "/api/v1/agreements",
        Action::ReadBoard,
        "who works here knows which agencies see which emergencies",
        "The agreements between agencies in force",
        &[],
        "Agreements",
    ),
    write(
        "/api/v1/agreements",
        Action::AgreeSharing,
        "agencies that help each other see such emergencies from the first minute",
        "Agrees that an agency shows another one all its incidents of a type",
        AGREEMENT,
        agencies::agree,
    ),
    write(
        "/api/v1/agreements/end",
        Action::AgreeSharing,
        "an agency sees no more than what it helps with",
        "Ends such an agreement",
        AGREEMENT,
        agencies::end,
    ),
];

/// What an agreement is about.
const AGREEMENT: &[Field] = &[
    required("agency", Kind::Code, "the agency whose incidents are seen"),
    required("with", Kind::Code, "the agency that sees them"),
    required("type", Kind::Code, "the incidents' type"),
    AT,
];
