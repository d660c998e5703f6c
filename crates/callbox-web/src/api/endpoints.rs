//! The table of the API: what each endpoint needs, takes, gives, and why it exists.

mod alarms;
mod calls;
mod closures;
mod configuration;
mod consultations;
mod duty;
mod erasures;
mod line;
mod premises;
mod reports;
mod streets;

use std::sync::LazyLock;

use super::{
    calls as taken,
    commands::{self, Make},
    fields::{Field, Kind, MAX_NUMBER, optional, required},
};
use crate::{
    access::rights::Action,
    security::{Route, get, post, put},
};

/// One endpoint of the API.
#[derive(Clone, Copy)]
pub(crate) struct Endpoint {
    /// Its row in the table of routes.
    pub(crate) route: Route,
    /// What it does, in one line.
    pub(crate) summary: &'static str,
    /// The members of its body, or its parameters where it reads.
    pub(crate) fields: &'static [Field],
    /// The schema of its answer.
    pub(crate) answer: &'static str,
    /// How it becomes a command, where it writes.
    pub(crate) make: Option<Make>,
}

/// The incident's number; without it the unit must be on one incident only.
const WHICH: Field = optional(
    "incident",
    Kind::Incident,
    "which of the unit's incidents, where it has several",
);
/// When it happened, for late entries.
pub(crate) const AT: Field = optional(
    "at",
    Kind::Time,
    "when it happened, for a late entry; at most 72 hours ago, without it now",
);
const LIMIT: Field = optional(
    "limit",
    Kind::Number(1, 200),
    "how many at most; 50 without it",
);
const BEFORE: Field = optional(
    "before",
    Kind::Incident,
    "only incidents with lower numbers",
);
const PLACE: Kind = Kind::Text;
const PLACE_WORDS: &str = "the address, crossing or place in words";
const LAT: Field = optional("lat", Kind::Degrees(90), "latitude in degrees, WGS 84");
const LON: Field = optional("lon", Kind::Degrees(180), "longitude in degrees, WGS 84");
const CODE: Field = required("code", Kind::Code, "the code that people type");
const LABEL: Field = required("label", Kind::Code, "the words for it");
const REASON: Field = optional("reason", Kind::Text, "why, in words");
const NEED_REASON: Field = required("reason", Kind::Text, "why, in words");

const fn read(
    path: &'static str,
    action: Action,
    reason: &'static str,
    summary: &'static str,
    fields: &'static [Field],
    answer: &'static str,
) -> Endpoint {
    Endpoint {
        route: get(path, action, reason),
        summary,
        fields,
        answer,
        make: None,
    }
}

const fn write(
    path: &'static str,
    action: Action,
    reason: &'static str,
    summary: &'static str,
    fields: &'static [Field],
    make: Make,
) -> Endpoint {
    let route = post(path, action, reason);
    Endpoint {
        route,
        summary,
        fields,
        answer: "Receipt",
        make: Some(make),
    }
}

/// All endpoints.
pub(crate) static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    [
        DISPATCH,
        alarms::ALARMS,
        calls::CALLS,
        line::LINE,
        premises::PREMISES,
        closures::CLOSURES,
        streets::STREETS,
        consultations::CONSULTATIONS,
        duty::DUTY,
        erasures::ERASURES,
        configuration::ENDPOINTS,
        reports::REPORTS,
    ]
    .concat()
});

/// Incidents, units, and who asks.
const DISPATCH: &[Endpoint] = &[
    read(
        "/api/v1/openapi.json",
        Action::ReadOpenly,
        "whoever connects a system must know how",
        "Describes this interface",
        &[],
        "OpenApi",
    ),
    read(
        "/api/v1/board",
        Action::ReadBoard,
        "who dispatches sees what waits and who is free",
        "The whole board: configuration, open incidents, units",
        &[],
        "Board",
    ),
    read(
        "/api/v1/live",
        Action::ReadBoard,
        "a board that is seconds old sends the wrong unit",
        "Changed rows as server-sent events: change, reset, beat",
        &[optional(
            "after",
            Kind::Number(0, MAX_NUMBER),
            "a board's 'seq'; Last-Event-ID wins",
        )],
        "Change",
    ),
    read(
        "/api/v1/incidents",
        Action::ReadBoard,
        "who dispatches sees what waits",
        "Open or closed incidents, the newest first",
        &[
            optional(
                "state",
                Kind::Choice(&["open", "closed"]),
                "open without it",
            ),
            BEFORE,
            LIMIT,
        ],
        "Incidents",
    ),
    read(
        "/api/v1/history",
        Action::ReadHistory,
        "what happened at an address an hour ago matters to those sent there now",
        "Closed incidents, the newest first",
        &[BEFORE, LIMIT],
        "Incidents",
    ),
    read(
        "/api/v1/incidents/{id}",
        Action::ReadIncident,
        "those who help must know what is known",
        "One incident with caller, narrative and assignments",
        &[],
        "Incident",
    ),
    read(
        "/api/v1/incidents/{id}/timeline",
        Action::ReadIncident,
        "who did what and when must be traceable",
        "The recorded events of one incident, the oldest first",
        &[
            optional(
                "after",
                Kind::Number(0, MAX_NUMBER),
                "only events behind this position",
            ),
            optional(
                "limit",
                Kind::Number(1, 1_000),
                "how many at most; 500 without it",
            ),
        ],
        "Timeline",
    ),
    read(
        "/api/v1/incidents/{id}/after-action",
        Action::HandOut,
        "a court, an inquiry or the person concerned can check the record of one case by themselves",
        "The record of one incident with a proof of every event, for somebody outside",
        &[],
        "AfterAction",
    ),
    read(
        "/api/v1/incidents/{id}/recommendation",
        Action::ReadIncident,
        "the right units are sent sooner when somebody proposes them and says why",
        "Which units the plans would send, when they would be there, and why not others",
        &[
            optional(
                "alarm",
                Kind::Number(1, 10),
                "up to which alarm; the one in force without it",
            ),
            optional("why_not", Kind::Code, "only this unit among the others"),
        ],
        "Recommendation",
    ),
    Endpoint {
        route: post(
            "/api/v1/incidents/{id}/alarm",
            Action::Dispatch,
            "sends help by plan, and keeps what that rested on",
        ),
        summary: "Sends the units that are recommended, or others instead; records both",
        fields: &[
            optional(
                "alarm",
                Kind::Number(1, 10),
                "for which alarm; the one in force without it",
            ),
            optional(
                "units",
                Kind::Codes,
                "the units to send instead of those that are recommended",
            ),
            optional(
                "although_committed",
                Kind::Flag,
                "true sends units that are on another incident, which they keep",
            ),
            AT,
        ],
        answer: "Receipt",
        make: None,
    },
    read(
        "/api/v1/plans",
        Action::ReadBoard,
        "who dispatches sees which units the plans ask for",
        "The response plans in force, also as a table, and what later editions change",
        &[],
        "Plans",
    ),
    Endpoint {
        route: put(
            "/api/v1/plans",
            Action::Configure,
            "says which units an emergency needs, before it happens",
        ),
        summary: "Publishes a table of response plans as the next edition, or says what changes",
        fields: &[],
        answer: "Published",
        make: None,
    },
    read(
        "/api/v1/cards",
        Action::ReadBoard,
        "who takes calls sees what callers are asked",
        "The question cards in use, also as a table, and which follow",
        &[],
        "Cards",
    ),
    Endpoint {
        route: put(
            "/api/v1/cards",
            Action::Configure,
            "says what callers are asked, so that nothing needed is forgotten",
        ),
        summary: "Publishes a table of question cards, or says what changes",
        fields: &[],
        answer: "CardsPublished",
        make: None,
    },
    read(
        "/api/v1/positions",
        Action::ReadBoard,
        "who dispatches sees where the service's own units on duty are now",
        "The newest position of every unit on duty; no earlier ones are kept",
        &[],
        "Positions",
    ),
    Endpoint {
        route: post(
            "/api/v1/positions",
            Action::ReportPositions,
            "the nearest unit is sent only if it is known where the units on duty are",
        ),
        summary: "Takes up to 500 positions of units on duty; only the newest of each is kept",
        fields: &[],
        answer: "Taken",
        make: None,
    },
    read(
        "/api/v1/units",
        Action::ReadBoard,
        "who dispatches sees who is free",
        "All units of the service",
        &[],
        "Units",
    ),
    read(
        "/api/v1/units/{call_sign}",
        Action::ReadBoard,
        "who dispatches sees what a unit does",
        "One unit of the service",
        &[],
        "UnitRow",
    ),
    write(
        "/api/v1/incidents",
        Action::ReceiveIncident,
        "a person asked for help",
        "Takes a call: opens an incident",
        &[
            calls::TEMPLATE,
            optional("type", Kind::Code, "what kind of emergency it is"),
            optional(
                "priority",
                Kind::Code,
                "how urgent it is; without it the type's own",
            ),
            optional("place", PLACE, PLACE_WORDS),
            LAT,
            LON,
            calls::CALLER_NAME,
            calls::CALLER_NUMBER,
            optional(
                "text",
                Kind::Text,
                "what was said: the first line of the narrative",
            ),
            calls::CALL_KIND,
            calls::SOURCE,
            calls::VERDICT,
            calls::UNCERTAINTY,
            calls::FOUND,
            calls::FIT,
            calls::EXTENT,
            calls::DEVICE_LAT,
            calls::DEVICE_LON,
            calls::DEVICE_UNCERTAINTY,
            optional(
                "scheduled",
                Kind::Time,
                "when it begins, where that lies in the future",
            ),
            optional(
                "warn_seconds",
                Kind::Number(0, 86_400),
                "from how long before that it stands out; 900 without it",
            ),
            optional(
                "reference",
                Kind::Code,
                "the number under which another system knows it",
            ),
            AT,
        ],
        taken::take,
    ),
    write(
        "/api/v1/incidents/{id}/place",
        Action::DescribeIncident,
        "help must know where to go",
        "Sets or corrects where it is",
        &[
            required("place", PLACE, PLACE_WORDS),
            LAT,
            LON,
            calls::SOURCE,
            calls::VERDICT,
            calls::UNCERTAINTY,
            calls::FOUND,
            calls::FIT,
            calls::EXTENT,
            AT,
        ],
        taken::locate,
    ),
    write(
        "/api/v1/incidents/{id}/type",
        Action::DescribeIncident,
        "the type decides which help is sent",
        "Sets or corrects what kind of emergency it is",
        &[required("type", Kind::Code, "an incident type's code"), AT],
        commands::classify,
    ),
    write(
        "/api/v1/incidents/{id}/priority",
        Action::DescribeIncident,
        "the priority decides how fast help is sent",
        "Sets or corrects how urgent it is",
        &[required("priority", Kind::Code, "a priority's code"), AT],
        commands::prioritise,
    ),
    write(
        "/api/v1/incidents/{id}/narrative",
        Action::Narrate,
        "what was learnt and done must reach those who help",
        "Adds a narrative line",
        &[required("text", Kind::Text, "what was learnt or done"), AT],
        commands::narrate,
    ),
    write(
        "/api/v1/incidents/{id}/narrative/{line}/correction",
        Action::Narrate,
        "a wrong line is corrected in sight, never overwritten",
        "Adds a line that corrects another",
        &[required("text", Kind::Text, "what is right"), AT],
        commands::correct,
    ),
    write(
        "/api/v1/incidents/{id}/links",
        Action::DescribeIncident,
        "two calls about one emergency must know of each other",
        "Links two incidents",
        &[
            required("other", Kind::Incident, "the other incident's number"),
            optional(
                "relation",
                Kind::Choice(&["related", "duplicate"]),
                "related without it",
            ),
            AT,
        ],
        commands::link,
    ),
    write(
        "/api/v1/incidents/{id}/units",
        Action::Dispatch,
        "commits the service's own units to an incident",
        "Dispatches units: all of them or, if one is refused, none",
        &[
            required("units", Kind::Codes, "the units' call signs"),
            optional(
                "although_committed",
                Kind::Flag,
                "true sends units that are on another incident, which they keep",
            ),
            AT,
        ],
        commands::dispatch,
    ),
    write(
        "/api/v1/incidents/{id}/close",
        Action::CloseIncident,
        "says how the incident ended",
        "Closes it",
        &[
            required("disposition", Kind::Code, "a disposition's code"),
            AT,
        ],
        commands::close,
    ),
    write(
        "/api/v1/incidents/{id}/reopen",
        Action::ReopenIncident,
        "says why a closed incident goes on",
        "Reopens it",
        &[NEED_REASON, AT],
        commands::reopen,
    ),
    write(
        "/api/v1/units/{call_sign}/status",
        Action::ChangeUnitStatus,
        "times of the service's own work on one incident",
        "Sets a unit's status",
        &[
            required("status", Kind::Code, "a unit status' code"),
            WHICH,
            optional(
                "correction",
                Kind::Flag,
                "true takes back a status set by mistake",
            ),
            AT,
        ],
        commands::change_status,
    ),
    write(
        "/api/v1/units/{call_sign}/cancel",
        Action::Dispatch,
        "a unit that is not needed is free for others",
        "Takes a dispatch back before the unit arrived",
        &[WHICH, REASON, AT],
        commands::cancel,
    ),
    write(
        "/api/v1/units/{call_sign}/reassign",
        Action::Dispatch,
        "a unit is sent where it is needed more",
        "Sends a unit to another incident instead",
        &[
            required("to", Kind::Incident, "the incident it goes to"),
            optional(
                "from",
                Kind::Incident,
                "the one it leaves, where it has several",
            ),
            optional(
                "preempt",
                Kind::Flag,
                "true takes it expressly from work that it has begun",
            ),
            AT,
        ],
        commands::reassign,
    ),
    write(
        "/api/v1/units/{call_sign}/release",
        Action::Dispatch,
        "a unit whose end of work nobody recorded is free again",
        "Frees a unit without a time at which it became free",
        &[NEED_REASON, WHICH, AT],
        commands::release,
    ),
    write(
        "/api/v1/units/{call_sign}/crew",
        Action::ChangeService,
        "how many a unit's crew are and what they can do decides where it helps",
        "Says who is on a unit this shift, in numbers",
        &[
            required("size", Kind::Number(0, 255), "how many are on it"),
            optional(
                "skills",
                Kind::Counts,
                "how many of them have each qualification",
            ),
            AT,
        ],
        commands::crew,
    ),
    write(
        "/api/v1/units/{call_sign}/equipment",
        Action::Configure,
        "what a unit carries decides where it helps",
        "Says what a unit carries, how many it seats, and with whom it shares its crew",
        &[
            optional("equipment", Kind::Codes, "what it carries, if anything"),
            optional(
                "seats",
                Kind::Number(0, 255),
                "how many patients or other passengers it takes; none without it",
            ),
            optional(
                "shared_crew",
                Kind::Code,
                "the name of the crew that it shares with other units",
            ),
            AT,
        ],
        commands::equip,
    ),
    write(
        "/api/v1/units/{call_sign}/in-service",
        Action::ChangeService,
        "a unit can be sent",
        "Puts a unit in service",
        &[AT],
        commands::put_in_service,
    ),
    write(
        "/api/v1/units/{call_sign}/out-of-service",
        Action::ChangeService,
        "a unit cannot be sent",
        "Takes a unit out of service",
        &[
            optional("status", Kind::Code, "the status to show"),
            REASON,
            AT,
        ],
        commands::take_out_of_service,
    ),
];
