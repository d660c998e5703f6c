//! Endpoints that set the center up.

use super::{
    AT, CODE, Endpoint, LABEL, LAT, LIMIT, LON, commands, optional, read, required, write,
};
use crate::{
    access::rights::Action,
    api::fields::{Kind, MEANINGS},
};

/// What a supervisor defines.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    read(
        "/api/v1/configuration/changes",
        Action::ReadBoard,
        "who works here sees how the center is set up, and who changed it",
        "Who changed what of the configuration when, the newest first",
        &[
            optional(
                "what",
                Kind::Code,
                "only this, named as the page below /settings",
            ),
            LIMIT,
        ],
        "Changes",
    ),
    write(
        "/api/v1/configuration/center",
        Action::Configure,
        "names the center and its time zone for every record",
        "Names the center",
        &[
            required("name", Kind::Code, "what people call it"),
            required("timezone", Kind::Code, "the IANA name of its time zone"),
            AT,
        ],
        commands::define_center,
    ),
    write(
        "/api/v1/configuration/agencies",
        Action::Configure,
        "says which services the center dispatches",
        "Defines or changes an agency",
        &[
            CODE,
            required("name", Kind::Code, "what people call it"),
            AT,
        ],
        commands::define_agency,
    ),
    write(
        "/api/v1/configuration/priorities",
        Action::Configure,
        "orders calls by urgency",
        "Defines or changes a priority",
        &[
            CODE,
            LABEL,
            required("rank", Kind::Number(1, 254), "1 is the most urgent"),
            optional(
                "unassigned_warn_seconds",
                Kind::Number(1, 86_400),
                "how long a call may wait for a unit before it stands out",
            ),
            optional(
                "unassigned_alarm_seconds",
                Kind::Number(1, 86_400),
                "how long until it asks for an action",
            ),
            AT,
        ],
        commands::define_priority,
    ),
    write(
        "/api/v1/configuration/incident-types",
        Action::Configure,
        "names the kinds of emergencies",
        "Defines or changes an incident type",
        &[
            CODE,
            LABEL,
            optional("priority", Kind::Code, "the priority that its calls get"),
            AT,
        ],
        commands::define_incident_type,
    ),
    write(
        "/api/v1/configuration/unit-types",
        Action::Configure,
        "names the kinds of the service's own units",
        "Defines or changes a unit type",
        &[CODE, LABEL, AT],
        commands::define_unit_type,
    ),
    write(
        "/api/v1/configuration/unit-statuses",
        Action::Configure,
        "maps an agency's status codes to fixed meanings",
        "Defines or changes a unit status",
        &[
            CODE,
            LABEL,
            required("meaning", Kind::Choice(MEANINGS), "what it means"),
            AT,
        ],
        commands::define_unit_status,
    ),
    write(
        "/api/v1/configuration/dispositions",
        Action::Configure,
        "names the ways in which an incident can end",
        "Defines or changes a disposition",
        &[CODE, LABEL, AT],
        commands::define_disposition,
    ),
    write(
        "/api/v1/configuration/stations",
        Action::Configure,
        "says where the service's own units stand when they are free",
        "Defines or changes a station",
        &[
            CODE,
            required("name", Kind::Code, "what people call it"),
            required("agency", Kind::Code, "an agency's code"),
            LAT,
            LON,
            optional(
                "closed",
                Kind::Flag,
                "true: its units are not expected to stand there",
            ),
            AT,
        ],
        commands::define_station,
    ),
    write(
        "/api/v1/configuration/dispatch-rules",
        Action::Configure,
        "says what a recommendation of units reckons with",
        "Defines what recommendations reckon with; what is left out stays",
        &[
            optional(
                "moving_stale_seconds",
                Kind::Number(10, 86_400),
                "how old the position of a moving unit may be",
            ),
            optional(
                "parked_stale_seconds",
                Kind::Number(10, 86_400),
                "how old the position of a standing unit may be",
            ),
            optional(
                "turnout_seconds",
                Kind::Number(0, 3_600),
                "from the dispatch to the first metre, for units in their station",
            ),
            optional(
                "rest_seconds",
                Kind::Number(0, 86_400),
                "how long after an incident a unit counts as not yet rested",
            ),
            optional(
                "rest_penalty_seconds",
                Kind::Number(0, 3_600),
                "what such a unit counts as later; 0 leaves rest out",
            ),
            AT,
        ],
        commands::define_dispatch_rules,
    ),
    write(
        "/api/v1/configuration/turnouts",
        Action::Configure,
        "says how long a kind of unit takes to leave its station",
        "Defines or changes the turnout of a unit type",
        &[
            required("type", Kind::Code, "a unit type's code"),
            required("seconds", Kind::Number(0, 3_600), "how long it takes"),
            AT,
        ],
        commands::define_turnout,
    ),
    write(
        "/api/v1/configuration/areas",
        Action::Configure,
        "draws the parts of the map that response plans speak of",
        "Defines or changes an area: by its corners, or as several others together",
        &[
            CODE,
            required("name", Kind::Code, "what people call it"),
            optional(
                "corners",
                Kind::Points,
                "latitude and longitude of each corner, in order",
            ),
            optional("members", Kind::Codes, "the areas that it is made of"),
            optional(
                "station_order",
                Kind::Codes,
                "the stations from which it is served, the first-due one first",
            ),
            AT,
        ],
        commands::define_area,
    ),
    write(
        "/api/v1/configuration/templates",
        Action::Configure,
        "a call that comes often is taken sooner, and the same way each time",
        "Defines, changes or retires a template for calls",
        &[
            CODE,
            LABEL,
            optional("incident_type", Kind::Code, "what kind of emergency it is"),
            optional(
                "priority",
                Kind::Code,
                "how urgent it is; without it the type's own",
            ),
            optional(
                "place",
                Kind::Text,
                "where it is, for what always happens at one place",
            ),
            optional(
                "text",
                Kind::Text,
                "the first line of the narrative; it names no person, for the record keeps it in the clear",
            ),
            optional("retired", Kind::Flag, "true: it is not offered any more"),
            AT,
        ],
        commands::define_template,
    ),
    write(
        "/api/v1/configuration/conditions",
        Action::Configure,
        "a storm or a drought changes which units an emergency needs",
        "Says that a condition is in force, or over",
        &[
            required("condition", Kind::Code, "its code, as the plans name it"),
            optional("over", Kind::Flag, "true: it is not in force any more"),
            AT,
        ],
        commands::set_condition,
    ),
    write(
        "/api/v1/configuration/units",
        Action::Configure,
        "names the service's own units",
        "Defines or changes a unit",
        &[
            required("call_sign", Kind::Code, "how it is called on the air"),
            required("agency", Kind::Code, "an agency's code"),
            required("type", Kind::Code, "a unit type's code"),
            optional(
                "station",
                Kind::Code,
                "the code of the station where it stands when it is free",
            ),
            AT,
        ],
        commands::define_unit,
    ),
];
