//! Figures about the service's own work, for pages, programs and the command line alike.

mod csv;
pub mod json;
mod kept;
mod span;

pub(crate) use csv::csv;
pub(crate) use kept::Kept;
pub(crate) use span::{Asked, Span};

use callbox_domain::{
    Timestamp,
    report::{
        Dispositions, History, ResponseTimes, Targets, Utilisation, Workload, dispositions,
        response_times, targets, utilisation, workload,
    },
};

/// What there is to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// How the center's clocks were kept.
    Targets,
    /// How long things took, by priority.
    ResponseTimes,
    /// How many calls, by hour and type.
    Workload,
    /// How busy the units were.
    Utilisation,
    /// How incidents ended.
    Dispositions,
}

impl Report {
    /// All reports, in the order of the page.
    pub(crate) const ALL: [Self; 5] = [
        Self::Targets,
        Self::ResponseTimes,
        Self::Workload,
        Self::Utilisation,
        Self::Dispositions,
    ];

    /// The name in paths and texts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Targets => "targets",
            Self::ResponseTimes => "response-times",
            Self::Workload => "workload",
            Self::Utilisation => "utilisation",
            Self::Dispositions => "dispositions",
        }
    }

    /// The report with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name() == name)
    }
}

/// All reports on one span.
pub(crate) struct Figures {
    pub(crate) targets: Targets,
    pub(crate) response_times: ResponseTimes,
    pub(crate) workload: Workload,
    pub(crate) utilisation: Utilisation,
    pub(crate) dispositions: Dispositions,
    /// When the record's first call was received, in whatever span.
    pub(crate) first: Option<Timestamp>,
}

impl Figures {
    /// Computes them: a pass over the calls of the span for each report.
    pub(crate) fn of(history: &History, span: &Span) -> Self {
        let (window, offset) = (span.window(), span.offset());
        let by = [callbox_domain::report::Dimension::Priority];
        Self {
            targets: targets(history, window, &offset),
            response_times: response_times(history, window, &by, &offset),
            workload: workload(history, window, &offset),
            utilisation: utilisation(history, window, &offset),
            dispositions: dispositions(history, window),
            first: history.calls().map(|call| call.received).min(),
        }
    }
}
