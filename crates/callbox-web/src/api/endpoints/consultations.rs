//! The endpoints for who asks, and for reads on the record.

use callbox_domain::{ReadObject, ReadPurpose};

use super::{Endpoint, read, write};
use crate::{
    access::rights::Action,
    api::{
        consultations,
        fields::{Field, Kind, optional, required},
    },
    security::post,
};

const BEFORE: Field = optional(
    "before",
    Kind::Text,
    "only reads before this one, as an answer's next_before says it",
);

/// The endpoints.
pub(super) const CONSULTATIONS: &[Endpoint] = &[
    Endpoint {
        route: post(
            "/api/v1/consultations/purpose",
            Action::StatePurpose,
            "whoever reads about people says why, before it is shown",
        ),
        summary: "Says why something is read; it may then be read for a quarter of an hour, each time on the record",
        fields: &[
            required(
                "object",
                Kind::Choice(ReadObject::NAMES),
                "what is to be read",
            ),
            optional("incident", Kind::Incident, "the incident, where it is one"),
            required("purpose", Kind::Choice(ReadPurpose::STATED_NAMES), "why"),
            required(
                "number",
                Kind::Text,
                "the number of the case or of the present incident",
            ),
            required("reason", Kind::Text, "the reason in words"),
        ],
        answer: "Purpose",
        make: None,
    },
    read(
        "/api/v1/me",
        Action::OwnSession,
        "people see as whom they act, and what they may",
        "Says who asks and what they may do",
        &[],
        "Me",
    ),
    read(
        "/api/v1/me/reads",
        Action::ReadOwnReads,
        "people see what is recorded of their own reads",
        "What the one who asks has read",
        &[BEFORE],
        "Reads",
    ),
    read(
        "/api/v1/consultations",
        Action::ReadConsultations,
        "whoever oversees the service sees who read what and why",
        "Reads on the record, the newest first; needs a stated purpose",
        &[
            optional(
                "reader",
                Kind::Text,
                "a login name, or a pseudonym's number",
            ),
            optional("object", Kind::Choice(ReadObject::NAMES), "what was read"),
            optional("incident", Kind::Incident, "which incident was read"),
            optional(
                "purpose",
                Kind::Choice(ReadPurpose::NAMES),
                "for which purpose",
            ),
            optional(
                "outcome",
                Kind::Choice(&["refused"]),
                "only reads that were refused",
            ),
            optional("from", Kind::Time, "from when on"),
            optional("to", Kind::Time, "until before when"),
            BEFORE,
        ],
        "Reads",
    ),
    read(
        "/api/v1/break-glass",
        Action::ReviewBreakGlass,
        "whoever oversees the service sees how often the glass was broken, and what waits for a review",
        "How often the glass was broken, and what waits for a review",
        &[],
        "BreakGlass",
    ),
    write(
        "/api/v1/break-glass/{grant}/seen",
        Action::ReviewBreakGlass,
        "a second person knows of it while it lasts",
        "Says that a second person knows of it",
        &[],
        consultations::seen,
    ),
    write(
        "/api/v1/break-glass/{grant}/review",
        Action::ReviewBreakGlass,
        "somebody else judges whether it was right",
        "Judges whether it was right; never one's own",
        &[
            required(
                "finding",
                Kind::Choice(&["justified", "unjustified"]),
                "whether it was right",
            ),
            optional(
                "file",
                Kind::Code,
                "the file under which more is said; never a name",
            ),
        ],
        consultations::review,
    ),
];
