//! What a replay prints at its end.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::Serialize;

use super::{
    advised::Suggested,
    history::History,
    plan::{Plan, Step, What},
};

/// Counts of a replay; the names are part of the stable interface.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tally {
    /// Rows of the file, the head apart.
    pub(crate) rows: u64,
    /// Calls that the usable rows make up.
    pub(crate) calls: u64,
    /// Units that they name.
    pub(crate) units: u64,
    /// Assignments that they make up.
    pub(crate) assignments: u64,
    /// Events that were recorded.
    pub(crate) events: u64,
    /// Alarms that came due on the way, where they were asked for; they are events too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alarms: Option<u64>,
    /// What the plans would have sent, where they were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suggested: Option<Suggested>,
    /// What was there from an earlier replay and was not recorded again.
    pub(crate) already_there: Already,
    /// Rows that were not used.
    pub(crate) rejected: Kinds,
    /// Where the rejected rows stand.
    pub(crate) rejected_file: Option<PathBuf>,
    /// What was not taken exactly as it stands.
    pub(crate) repaired: Kinds,
    /// What is odd and was recorded as it stands.
    pub(crate) flagged: Kinds,
    /// From the start of the reading to the last acknowledgement.
    pub(crate) seconds: f64,
    /// Recorded events over those seconds.
    pub(crate) events_per_second: f64,
}

/// What an earlier replay recorded.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Already {
    pub(crate) calls: u64,
    pub(crate) assignments: u64,
}

/// A count and what it is made up of.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Kinds {
    pub(crate) total: u64,
    pub(crate) kinds: BTreeMap<&'static str, u64>,
}

impl Kinds {
    fn new(kinds: BTreeMap<&'static str, u64>) -> Self {
        Self {
            total: kinds.values().sum(),
            kinds,
        }
    }
}

impl Tally {
    /// Counts a step that an earlier replay has done.
    pub(super) fn skip(&mut self, step: &Step) {
        match step.what {
            What::Receive { .. } => self.already_there.calls += 1,
            What::Dispatch { .. } => self.already_there.assignments += 1,
            _ => {}
        }
    }

    /// Fills in everything that is known when the steps are done.
    pub(super) fn finish(&mut self, history: &History, plan: Plan, seconds: f64) {
        let mut rejected = BTreeMap::new();
        for row in &history.rejected {
            *rejected.entry(row.kind).or_default() += 1;
        }
        let mut repaired = plan.repaired;
        for (kind, n) in &history.repaired {
            *repaired.entry(kind).or_default() += n;
        }
        self.rows = history.rows;
        self.calls = history.calls.len() as u64;
        self.units = history.units.len() as u64;
        self.assignments = plan.assignments;
        self.rejected = Kinds::new(rejected);
        self.repaired = Kinds::new(repaired);
        self.flagged = Kinds::new(plan.flagged);
        self.seconds = (seconds * 1e3).round() / 1e3;
        self.events_per_second = if seconds > 0.0 {
            (self.events as f64 / seconds).round()
        } else {
            0.0
        };
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            writeln!(f, "{name:<18} {value:>10}")
        };
        let kinds = |f: &mut fmt::Formatter<'_>, name: &str, kinds: &Kinds| {
            line(f, name, &kinds.total)?;
            kinds
                .kinds
                .iter()
                .try_for_each(|(kind, n)| writeln!(f, "  {kind:<36} {n:>6}"))
        };
        line(f, "rows", &self.rows)?;
        line(f, "calls", &self.calls)?;
        line(f, "units", &self.units)?;
        line(f, "assignments", &self.assignments)?;
        line(f, "events", &self.events)?;
        if let Some(alarms) = &self.alarms {
            line(f, "alarms", alarms)?;
        }
        if let Some(suggested) = &self.suggested {
            line(f, "suggestions", &suggested.calls)?;
            for (name, value) in [
                ("with a plan", suggested.with_plan as f64),
                (
                    "first unit as suggested",
                    suggested.first_unit_agreed as f64,
                ),
                ("units missing", suggested.missing as f64),
                ("driving times by road", suggested.by_road as f64),
                ("by the straight line", suggested.by_straight_line as f64),
                ("unknown", suggested.unknown as f64),
                ("median microseconds", suggested.median_us),
                ("p99 microseconds", suggested.p99_us),
                ("checks of all invariants", suggested.checks as f64),
            ] {
                writeln!(f, "  {name:<36} {value:>6}")?;
            }
        }
        if self.already_there.calls > 0 {
            line(f, "already there", &"")?;
            writeln!(f, "  {:<36} {:>6}", "calls", self.already_there.calls)?;
            writeln!(
                f,
                "  {:<36} {:>6}",
                "assignments", self.already_there.assignments
            )?;
        }
        kinds(f, "rejected", &self.rejected)?;
        if let Some(file) = &self.rejected_file {
            writeln!(f, "  see {}", file.display())?;
        }
        kinds(f, "repaired", &self.repaired)?;
        kinds(f, "flagged", &self.flagged)?;
        line(f, "seconds", &format!("{:.3}", self.seconds))?;
        write!(
            f,
            "{:<18} {:>10}",
            "events_per_second", self.events_per_second
        )
    }
}
