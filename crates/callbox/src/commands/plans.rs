//! `callbox plans`: response plans as a table.

use std::{fs, io::Read as _, path::PathBuf};

use callbox_domain::{
    ActorId, Context, Plan, PublishPlans, Purpose,
    response_plan::{changes, csv},
};
use callbox_engine::{DataDir, Engine, Options, Submission, SubmitError};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome},
    output, times,
};

/// Exports, checks and imports response plans as a table (CSV)
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox plans export > plans.csv
  callbox plans check plans.csv
  callbox plans import plans.csv")]
pub(super) struct Plans {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes the plans in force as a table
    #[command(after_help = "Example:\n  callbox plans export > plans.csv")]
    Export(Export),
    /// Says whether a table could be imported, and what it would change
    #[command(after_help = "Example:\n  callbox plans check plans.csv")]
    Check(Table),
    /// Publishes a table as the next edition; the server must not run
    #[command(after_help = "Example:\n  callbox plans import plans.csv")]
    Import(Table),
}

#[derive(Debug, Args)]
struct Export {
    #[command(flatten)]
    data: Data,
}

#[derive(Debug, Args)]
struct Table {
    /// The table; '-' reads it from the standard input
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Plans {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Export(export) => export.run(),
            What::Check(table) => table.run(false),
            What::Import(table) => table.run(true),
        }
    }
}

impl Export {
    fn run(self) -> Outcome {
        let engine = open(&self.data)?;
        let table = csv::write(&in_force(&engine));
        engine.shutdown();
        output::text(table)
    }
}

impl Table {
    fn run(self, publish: bool) -> Outcome {
        let plans = self.read()?;
        let engine = open(&self.data)?;
        let outcome = self.carry_out(&engine, plans, publish);
        engine.shutdown();
        outcome
    }

    fn read(&self) -> Outcome<Vec<Plan>> {
        let name = self.file.display();
        let text = if self.file.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(&self.file)
        };
        let text =
            text.map_err(|error| Failure::Input(format!("{name} cannot be read: {error}")))?;
        csv::read(&text).map_err(|error| Failure::Input(format!("{name}: {error}")))
    }

    fn carry_out(&self, engine: &Engine, plans: Vec<Plan>, publish: bool) -> Outcome {
        let changed = changes(&in_force(engine), &plans);
        let effective = None;
        let command = PublishPlans { effective, plans };
        let context = Context {
            at: times::now(),
            actor: ActorId::SYSTEM,
            purpose: Purpose::Administration,
        };
        let name = self.file.display();
        let refused = |refusal: callbox_domain::Refusal| {
            Failure::Input(format!("{name}: {refusal}; {}", refusal.hint()))
        };
        if publish {
            let submission = Submission {
                command: command.into(),
                context,
                idempotency: None,
            };
            let ticket = engine
                .enqueue(submission)
                .and_then(callbox_engine::Ticket::wait);
            match ticket {
                Ok(_) => {}
                Err(SubmitError::Refused(refusal)) => return Err(refused(refusal)),
                Err(error) => return Err(Failure::internal(&error)),
            }
        } else {
            let center = engine.snapshot();
            center.decide(&command.into(), &context).map_err(refused)?;
        }
        let rows = changed
            .iter()
            .map(|(plan, change)| json!({"plan": plan.as_str(), "change": change.name()}));
        let answer = json!({"published": publish, "changes": rows.collect::<Vec<_>>()});
        let mut lines: Vec<String> = changed
            .iter()
            .map(|(plan, change)| format!("{} {plan}", change.name()))
            .collect();
        if lines.is_empty() {
            lines.push("nothing changes".into());
        }
        output::result(self.printed.format, lines.join("\n"), &answer)
    }
}

fn open(data: &Data) -> Outcome<Engine> {
    center::open(&DataDir::new(&data.data), Options::default())
}

fn in_force(engine: &Engine) -> Vec<Plan> {
    let center = engine.snapshot();
    let edition = center.configuration.plans_at(times::now());
    edition.map_or_else(Vec::new, |edition| edition.plans.clone())
}
