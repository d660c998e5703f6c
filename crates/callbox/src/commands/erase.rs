//! `callbox erase`: lawful erasure of what is personal in an incident, at the machine itself.

mod act;
mod certificate;

use callbox_domain::{Center, ErasureCase, IncidentId};
use callbox_engine::{Engine, Options};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome},
    output, times,
};

/// Erases what is personal in a closed incident: two supervisors, a waiting period, a certificate
///
/// Legal holds stand in its way. The record stays provable: payloads are blanked, their key is
/// destroyed, and the key epoch ends, so that older backups do not open it either. All but `check`
/// need the server to be stopped; while it runs, its pages do the same.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox erase show 12
  callbox erase request 12 --basis 'LAW 12(3)' --login mlee < password
  callbox erase approve 12 --login bchen < password
  callbox erase certificate 12 > erasure-12.json")]
pub(super) struct Erase {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists legal holds, requests and erasures
    #[command(after_help = "Example:\n  callbox erase list --data callbox-data")]
    List(List),
    /// Says what an erasure would blank and destroy, and what it would leave; changes nothing
    #[command(after_help = "Example:\n  callbox erase show 12 --data callbox-data")]
    Show(Show),
    /// Places a legal hold, which stands in the way of an erasure
    #[command(
        after_help = "Example:\n  callbox erase hold 12 --basis 'COURT 7 O 12/26' --login mlee"
    )]
    Hold(act::WithBasis),
    /// Lifts a legal hold
    #[command(
        after_help = "Example:\n  callbox erase lift 12 --basis 'COURT 7 O 12/26' --login mlee"
    )]
    Lift(act::WithBasis),
    /// Asks for an erasure; the waiting period begins
    #[command(after_help = "Example:\n  callbox erase request 12 --basis 'LAW 12(3)' --login mlee")]
    Request(act::WithBasis),
    /// Refuses a request, or withdraws one's own
    #[command(after_help = "Example:\n  callbox erase refuse 12 --reason WITHDRAWN --login mlee")]
    Refuse(act::WithReason),
    /// Approves somebody else's request and erases
    #[command(after_help = "Example:\n  callbox erase approve 12 --login bchen")]
    Approve(act::Approve),
    /// Sets how many days lie at least between request and approval
    #[command(after_help = "Example:\n  callbox erase rules --wait-days 14 --login mlee")]
    Rules(act::Rules),
    /// Completes what was approved while the server ran, as its next start does
    #[command(after_help = "Example:\n  callbox erase finish --data callbox-data")]
    Finish(List),
    /// Prints the certificate of a complete erasure
    #[command(after_help = "Example:\n  callbox erase certificate 12 > erasure-12.json")]
    Certificate(certificate::Print),
    /// Checks a certificate; needs neither a server nor the ledger
    #[command(after_help = "Example:\n  callbox erase check erasure-12.json --key \"$(cat keys)\"")]
    Check(certificate::Check),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Show {
    /// The incident's number
    incident: u64,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Erase {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::List(list) => list.run(),
            What::Show(show) => show.run(),
            What::Hold(act) => act.hold(),
            What::Lift(act) => act.lift(),
            What::Request(act) => act.request(),
            What::Refuse(act) => act.refuse(),
            What::Approve(act) => act.run(),
            What::Rules(act) => act.run(),
            What::Finish(finish) => finish.finish(),
            What::Certificate(print) => print.run(),
            What::Check(check) => check.run(),
        }
    }
}

impl List {
    fn run(self) -> Outcome {
        let engine = open(&self.data)?;
        let center = engine.snapshot();
        engine.shutdown();
        let rows: Vec<Vec<String>> = center
            .erasures()
            .map(|(id, case)| {
                let holds: Vec<&str> = case.holds.iter().map(|hold| hold.basis.as_str()).collect();
                let basis = basis(case).unwrap_or("-").to_owned();
                let until = case.request.as_ref().map(|request| request.not_before);
                vec![
                    id.0.to_string(),
                    state(case).to_owned(),
                    basis,
                    until.map_or_else(|| "-".to_owned(), |until| until.to_string()),
                    if holds.is_empty() {
                        "-".to_owned()
                    } else {
                        holds.join(", ")
                    },
                ]
            })
            .collect();
        let json = json!({
            "wait_days": center.configuration.erasure_rules.wait_days,
            "erasures": center.erasures().map(|(id, case)| case_json(id, case)).collect::<Vec<_>>(),
        });
        let head = ["incident", "state", "basis", "not before", "holds"];
        let text = match rows.is_empty() {
            true => "no legal hold, no request, no erasure".to_owned(),
            false => output::table(&head, &rows, head.len()),
        };
        output::result(self.printed.format, text, &json)
    }

    fn finish(self) -> Outcome {
        let engine = open(&self.data)?;
        let (done, center) = (engine.recovered().erasures, engine.snapshot());
        engine.shutdown();
        let left = center.erasures().filter(|(_, case)| case.is_unfinished());
        let left: Vec<u64> = left.map(|(id, _)| id.0).collect();
        let json = json!({"completed": done, "unfinished": left});
        output::result(
            self.printed.format,
            format_args!("erasures completed: {done}"),
            &json,
        )?;
        match left.is_empty() {
            true => Ok(()),
            false => Err(unfinished()),
        }
    }
}

impl Show {
    fn run(self) -> Outcome {
        let id = IncidentId(self.incident);
        let engine = open(&self.data)?;
        let found: Outcome<_> = (|| {
            let reach = engine
                .erasure_reach(id)
                .map_err(|error| Failure::internal(&error))?;
            let incident = engine
                .incident(id)
                .map_err(|error| Failure::internal(&error))?;
            Ok(reach.zip(incident))
        })();
        let center = engine.snapshot();
        engine.shutdown();
        let Some((reach, incident)) = found? else {
            return Err(Failure::Input(format!(
                "there is no incident {}",
                self.incident
            )));
        };
        let case = center.erasure(id).cloned().unwrap_or_default();
        let merged: Vec<u64> = reach.merged.iter().map(|id| id.0).collect();
        let mut json = case_json(id, &case);
        json["closed"] = json!(incident.closed.is_some());
        json["would_blank"] =
            json!({"payloads": reach.payloads, "bytes": reach.bytes, "keys": reach.keys});
        json["stays"] = json!({"merged": merged});
        let mut text = format!(
            "incident  {}, {}\nstate     {}\nblanks    {} payloads ({} bytes), sealed with {} keys\nstays     times, codes, units, links and numbers of the record",
            self.incident,
            if incident.closed.is_some() {
                "closed"
            } else {
                "open"
            },
            state(&case),
            reach.payloads,
            reach.bytes,
            reach.keys,
        );
        for hold in &case.holds {
            text.push_str(&format!("\nhold      {}", hold.basis));
        }
        for id in merged {
            text.push_str(&format!(
                "\nmerged    incident {id}: erased by a request of its own"
            ));
        }
        output::result(self.printed.format, text, &json)
    }
}

fn open(data: &Data) -> Outcome<Engine> {
    center::open(&center::existing(&data.data)?, Options::default())
}

fn unfinished() -> Failure {
    Failure::Internal(
        "an erasure is not complete: nobody reads the data any more, but its key or bytes still \
         stand on the disk; see the log (RUST_LOG=error), then: callbox erase finish"
            .to_owned(),
    )
}

/// How far an erasure has come, in one word.
fn state(case: &ErasureCase) -> &'static str {
    match (&case.erased, &case.request) {
        (Some(erased), _) if erased.completed.is_some() => "erased",
        (Some(_), _) => "unfinished",
        (None, Some(_)) => "requested",
        (None, None) if case.holds.is_empty() => "-",
        (None, None) => "held",
    }
}

fn basis(case: &ErasureCase) -> Option<&str> {
    let erased = case.erased.as_ref().map(|erased| &erased.request);
    let request = erased.or(case.request.as_ref());
    request.map(|request| request.basis.as_str())
}

fn case_json(id: IncidentId, case: &ErasureCase) -> Value {
    let holds: Vec<&str> = case.holds.iter().map(|hold| hold.basis.as_str()).collect();
    let not_before = case
        .request
        .as_ref()
        .map(|request| request.not_before.to_string());
    json!({
        "incident": id.0, "state": state(case), "basis": basis(case), "holds": holds,
        "not_before": not_before,
        "completed": case.erased.as_ref().and_then(|erased| erased.completed),
    })
}

/// What stands about the incident after an act.
fn after(center: &Center, id: IncidentId) -> (String, Value) {
    let case = center.erasure(id).cloned().unwrap_or_default();
    let mut text = format!("incident {}: {}", id.0, state(&case));
    if let Some(request) = &case.request {
        let until = times::local(request.not_before, &jiff::tz::TimeZone::UTC);
        text.push_str(&format!(", not before {until}"));
    }
    for hold in &case.holds {
        text.push_str(&format!(", on hold for {}", hold.basis));
    }
    (text, case_json(id, &case))
}
