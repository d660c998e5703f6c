//! The endpoint for figures about the service's own work.

use super::{Endpoint, optional, read};
use crate::{access::rights::Action, api::fields::Kind};

/// Reports, and the wallboard.
pub(super) const REPORTS: &[Endpoint] = &[
    read(
        "/api/v1/reports/{report}",
        Action::ReadReports,
        "the service sees how fast help came, and how often in time",
        "One of the reports targets, response-times, workload, utilisation, dispositions",
        &[
            optional(
                "from",
                Kind::Code,
                "the first day, like 2026-11-02; four weeks ago without it",
            ),
            optional("to", Kind::Code, "the last day; today without it"),
        ],
        "Report",
    ),
    read(
        "/api/v1/wall",
        Action::ReadWall,
        "everybody in the room sees what waits and who is free",
        "What hangs on the wall: figures and blocks, without names, house numbers and words",
        &[],
        "Wall",
    ),
];
