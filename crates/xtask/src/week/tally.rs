//! What was asked and how it was answered.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How one kind of request did.
#[derive(Default)]
struct Row {
    millis: Vec<f32>,
    refused: u64,
    failed: u64,
}

/// All requests so far.
#[derive(Default)]
pub(super) struct Tally {
    rows: Mutex<BTreeMap<&'static str, Row>>,
    refusals: Mutex<BTreeMap<String, u64>>,
}

/// How a request was answered.
pub(super) enum Answered {
    Done,
    /// A rule said no; its code.
    Refused(String),
    /// Neither done nor refused by a rule.
    Failed(String),
}

impl Tally {
    pub(super) fn note(&self, what: &'static str, millis: f64, answered: &Answered) {
        let mut rows = lock(&self.rows);
        let row = rows.entry(what).or_default();
        row.millis.push(millis as f32);
        let code = match answered {
            Answered::Done => return,
            Answered::Refused(code) => {
                row.refused += 1;
                code.clone()
            }
            Answered::Failed(what) => {
                row.failed += 1;
                format!("FAILED {what}")
            }
        };
        *lock(&self.refusals)
            .entry(format!("{what}: {code}"))
            .or_default() += 1;
    }

    pub(super) fn failed(&self) -> u64 {
        lock(&self.rows).values().map(|row| row.failed).sum()
    }

    pub(super) fn totals(&self) -> String {
        let rows = lock(&self.rows);
        let count: usize = rows.values().map(|row| row.millis.len()).sum();
        let refused: u64 = rows.values().map(|row| row.refused).sum();
        let failed: u64 = rows.values().map(|row| row.failed).sum();
        format!("{count} requests, {refused} refused by a rule, {failed} failed")
    }

    /// A row for each kind of request, then why requests were refused.
    pub(super) fn table(&self) -> String {
        let mut out = format!(
            "{:<18}{:>9}{:>9}{:>8}{:>9}{:>9}{:>9}{:>9}\n",
            "milliseconds", "requests", "refused", "failed", "median", "p95", "p99", "most"
        );
        for (what, row) in lock(&self.rows).iter_mut() {
            row.millis.sort_unstable_by(f32::total_cmp);
            let at = |share: f64| {
                let last = row.millis.len().saturating_sub(1) as f64;
                row.millis
                    .get((last * share).round() as usize)
                    .copied()
                    .unwrap_or_default()
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "{what:<18}{:>9}{:>9}{:>8}{:>9.2}{:>9.2}{:>9.2}{:>9.2}",
                row.millis.len(),
                row.refused,
                row.failed,
                at(0.5),
                at(0.95),
                at(0.99),
                at(1.0)
            );
        }
        for (why, count) in lock(&self.refusals).iter() {
            let _ = writeln!(out, "  {why:<52}{count:>8}");
        }
        out
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
