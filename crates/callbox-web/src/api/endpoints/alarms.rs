//! The endpoints for clocks, alarms, welfare checks, emergencies, stacks and undoing.

use callbox_domain::{EmergencyCause, Moment};

use super::{AT, CODE, Endpoint, LABEL, NEED_REASON, WHICH, read, write};
use crate::{
    access::rights::Action,
    api::{
        alarms,
        fields::{Field, Kind, optional, required},
    },
};

const SECONDS: Kind = Kind::Number(1, 604_800);
const STACKED: Field = required("incident", Kind::Incident, "the incident that waits");

/// What asks for an action, and what is done about it.
pub(super) const ALARMS: &[Endpoint] = &[
    read(
        "/api/v1/alarms",
        Action::ReadBoard,
        "help that is late must be seen by those who can act",
        "What asks for an action now, the oldest first",
        &[],
        "Alarms",
    ),
    write(
        "/api/v1/alarms/{alarm}/acknowledge",
        Action::AcknowledgeAlarm,
        "who takes an alarm on is known to the others",
        "Takes an alarm on; it lasts until what it asks for was done",
        &[AT],
        alarms::acknowledge,
    ),
    write(
        "/api/v1/undo",
        Action::ChangeUnitStatus,
        "a slip of the hand is taken back in sight, not by a detour",
        "Takes back one's own last act of the last 30 seconds: units sent, a status, an end, a closing",
        &[],
        alarms::undo,
    ),
    write(
        "/api/v1/incidents/{id}/welfare-check",
        Action::ChangeUnitStatus,
        "crews at work are asked whether they are well",
        "Asks the crews at an incident, or one of them, whether they are well",
        &[
            optional(
                "unit",
                Kind::Code,
                "one unit's call sign; all that have arrived without it",
            ),
            AT,
        ],
        alarms::ask_welfare,
    ),
    write(
        "/api/v1/units/{call_sign}/well",
        Action::ChangeUnitStatus,
        "a crew that answered is not searched for",
        "Records that a crew answered that all of it are well",
        &[
            optional("words", Kind::Text, "what the crew said"),
            WHICH,
            AT,
        ],
        alarms::answer_welfare,
    ),
    write(
        "/api/v1/units/{call_sign}/emergency",
        Action::ChangeUnitStatus,
        "a crew in need gets help at once",
        "Declares that a crew is in need of help itself",
        &[
            required(
                "cause",
                Kind::Choice(EmergencyCause::NAMES),
                "how it became known",
            ),
            AT,
        ],
        alarms::declare_emergency,
    ),
    write(
        "/api/v1/units/{call_sign}/end-emergency",
        Action::ChangeUnitStatus,
        "an emergency lasts until somebody says what was found",
        "Ends a crew's emergency",
        &[NEED_REASON, AT],
        alarms::end_emergency,
    ),
    write(
        "/api/v1/units/{call_sign}/stack",
        Action::Dispatch,
        "a crew knows what it is to do next",
        "Puts a waiting incident on a unit's stack",
        &[STACKED, AT],
        alarms::stack,
    ),
    write(
        "/api/v1/units/{call_sign}/unstack",
        Action::Dispatch,
        "a call that is nobody's next is seen to be so",
        "Takes an incident off a unit's stack",
        &[STACKED, AT],
        alarms::unstack,
    ),
    write(
        "/api/v1/configuration/clocks",
        Action::Configure,
        "says how long help may take, and by whose standard",
        "Defines or changes a clock",
        &[
            CODE,
            LABEL,
            required("start", Kind::Choice(Moment::NAMES), "with what it starts"),
            required("stop", Kind::Choice(Moment::NAMES), "with what it stops"),
            optional(
                "priorities",
                Kind::Codes,
                "the priorities that it concerns; all without it",
            ),
            optional(
                "unit_types",
                Kind::Codes,
                "the unit types that it concerns; all without it",
            ),
            optional("warn_seconds", SECONDS, "after which it stands out"),
            optional(
                "alarm_seconds",
                SECONDS,
                "after which it asks for an action",
            ),
            optional(
                "escalate_seconds",
                SECONDS,
                "after which an alarm that nobody acknowledged goes on to the supervisors",
            ),
            optional("action", Kind::Code, "what to do then, in a few words"),
            optional(
                "target_seconds",
                SECONDS,
                "the target that reports are held against",
            ),
            optional(
                "target_percent",
                Kind::Number(1, 100),
                "the share of all cases that has to meet it",
            ),
            optional("standard", Kind::Code, "who says so, as in NFPA 1710"),
            optional("edition", Kind::Code, "in which edition"),
            AT,
        ],
        alarms::define_clock,
    ),
    write(
        "/api/v1/configuration/clocks/remove",
        Action::Configure,
        "a time limit that no longer holds raises no alarms",
        "Removes a clock",
        &[CODE, AT],
        alarms::remove_clock,
    ),
    write(
        "/api/v1/configuration/welfare-rules",
        Action::Configure,
        "says how often crews are asked whether they are well",
        "Defines or changes a rule for welfare checks",
        &[
            CODE,
            LABEL,
            optional(
                "every_seconds",
                Kind::Number(0, 86_400),
                "from the arrival, or the last answer, until a crew is asked; 0 switches the rule off",
            ),
            optional(
                "answer_seconds",
                Kind::Number(1, 3_600),
                "that a crew has to answer; 60 without it",
            ),
            optional(
                "misses_to_mayday",
                Kind::Number(1, 10),
                "how many answers may stay out before help is called; 2 without it",
            ),
            optional(
                "incident_types",
                Kind::Codes,
                "the incident types that it holds for; all without it",
            ),
            optional(
                "unit_types",
                Kind::Codes,
                "the unit types that it holds for; all without it",
            ),
            AT,
        ],
        alarms::define_welfare_rule,
    ),
];
