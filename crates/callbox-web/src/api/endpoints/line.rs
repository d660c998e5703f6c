//! The rows of the dispatcher's line and windows.

use super::{AT, Endpoint};
use crate::{
    access::rights::Action,
    api::{
        fields::{Kind, optional, required},
        layouts, line, macros,
    },
    security::{get, post},
};

/// The endpoints.
pub(super) const LINE: &[Endpoint] = &[
    // A line may hold what a caller said: never in an address.
    Endpoint {
        route: post(
            line::PREVIEW,
            Action::ReadBoard,
            "who types an act sees what it does before it is done",
        ),
        summary: "Reads a typed line: what it would do, what may come next; records nothing",
        fields: &[
            required("line", Kind::Text, "the line as far as it is typed"),
            optional("incident", Kind::Incident, "the incident that is selected"),
        ],
        answer: "LinePreview",
        make: None,
    },
    Endpoint {
        route: post(
            line::SUBMIT,
            Action::ReadBoard,
            "help is sent and recorded as fast as it can be typed",
        ),
        summary: "Carries a typed line out, by the right of the act that it asks for",
        fields: &[
            required(
                "line",
                Kind::Text,
                "the line, best in full as the preview gives it",
            ),
            optional("incident", Kind::Incident, "the incident that is selected"),
            AT,
        ],
        answer: "Receipt",
        make: None,
    },
    Endpoint {
        route: get(
            macros::PATH,
            Action::OwnSession,
            "what is typed often is typed once",
        ),
        summary: "One's own macros of the line and the center's",
        fields: &[],
        answer: "Macros",
        make: None,
    },
    Endpoint {
        route: post(
            macros::PATH,
            Action::OwnSession,
            "what is typed often is typed once",
        ),
        summary: "Keeps a macro of the line for oneself or, by who configures, for all",
        fields: &[
            required("name", Kind::Code, "what is typed after ="),
            optional(
                "line",
                Kind::Text,
                "the line with $1 to $9 and $*; without it the macro is forgotten",
            ),
            optional("center", Kind::Flag, "true for all"),
        ],
        answer: "Macro",
        make: None,
    },
    Endpoint {
        route: get(
            layouts::PATH,
            Action::OwnSession,
            "whoever sits down at a position finds its screens as they are used there",
        ),
        summary: "What the windows of each position show: one's own and the center's",
        fields: &[],
        answer: "Layouts",
        make: None,
    },
    Endpoint {
        route: post(
            layouts::PATH,
            Action::OwnSession,
            "whoever sits down at a position finds its screens as they are used there",
        ),
        summary: "Keeps what the windows of a position show, for oneself or, by who configures, for all",
        fields: &[
            required("name", Kind::Code, "the position's name"),
            optional(
                "windows",
                Kind::Codes,
                "1 to 8 windows, each with its panes and their shares, like incidents:60,units:40; without them the layout is forgotten",
            ),
            optional("center", Kind::Flag, "true for all"),
        ],
        answer: "Layout",
        make: None,
    },
];
