//! `callbox report`: figures about the service's work.

mod chart;
mod dispositions;
mod response_times;
mod targets;
mod utilisation;
mod workload;

use callbox_domain::{
    Timestamp,
    report::{History, Window},
};
use callbox_engine::{ReadError, read_ledger};
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::Data;
use crate::{
    center,
    failure::{Failure, Outcome},
    times,
};

/// Prints figures about the service's own work, from the ledger; also while a server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox report response-times --by type,priority --from 2020-04-03 --to 2020-04-04")]
pub(super) struct Report {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    ResponseTimes(response_times::ResponseTimes),
    Utilisation(utilisation::Utilisation),
    Targets(targets::Targets),
    Workload(workload::Workload),
    Dispositions(dispositions::Dispositions),
}

impl Report {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::ResponseTimes(report) => report.run(),
            What::Utilisation(report) => report.run(),
            What::Targets(report) => report.run(),
            What::Workload(report) => report.run(),
            What::Dispositions(report) => report.run(),
        }
    }
}

/// The time that a report is about.
#[derive(Debug, Args)]
struct Span {
    /// From this time on: RFC 3339, or a local date or date and time
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// Up to before this time
    #[arg(long, value_name = "T")]
    to: Option<String>,
}

/// What was recorded, and how to read times of it.
struct Recorded {
    history: History,
    window: Window,
    zone: TimeZone,
}

impl Recorded {
    /// Reads the whole ledger.
    fn read(data: &Data, span: &Span) -> Outcome<Self> {
        let dir = center::existing(&data.data)?;
        let bar = crate::progress::bar("reading", None);
        let mut history = History::default();
        read_ledger(&dir, |entry| {
            if entry.seq % 4_096 == 0 {
                bar.set_position(entry.seq);
            }
            history.observe(&entry);
            Ok::<(), ReadError>(())
        })
        .map_err(|error| Failure::internal(&error))?;
        bar.finish_and_clear();
        let zone = center::zone_of(history.timezone());
        let bound = |flag: &str, text: &Option<String>| {
            text.as_ref()
                .map(|text| times::parse(flag, text, &zone))
                .transpose()
        };
        let window = Window {
            from: bound("--from", &span.from)?,
            to: bound("--to", &span.to)?,
        };
        if let (Some(from), Some(to)) = (window.from, window.to)
            && from >= to
        {
            return Err(Failure::Usage("--from has to lie before --to".to_owned()));
        }
        Ok(Self {
            history,
            window,
            zone,
        })
    }

    fn offset(&self) -> impl Fn(Timestamp) -> i32 + use<> {
        let zone = self.zone.clone();
        move |at| times::offset(at, &zone)
    }

    fn show(&self, window: Option<(Timestamp, Timestamp)>) -> ShownWindow {
        let local = |at: Timestamp| times::local(at, &self.zone);
        ShownWindow {
            from: window.map(|(from, _)| local(from)),
            to: window.map(|(_, to)| local(to)),
        }
    }
}

/// A window with local times.
#[derive(Debug, Serialize)]
struct ShownWindow {
    from: Option<String>,
    to: Option<String>,
}

impl std::fmt::Display for ShownWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{from} to {to}"),
            _ => f.write_str("no calls"),
        }
    }
}
