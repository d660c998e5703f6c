//! `callbox cards`: question cards as a table.

use std::{fs, io::Read as _, path::PathBuf};

use callbox_domain::{
    ActorId, Card, Context, PublishCards, Purpose,
    question::{card_changes, csv},
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

/// Exports, checks and imports question cards as a table (CSV)
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox cards export > cards.csv
  callbox cards check cards.csv
  callbox cards import cards.csv")]
pub(super) struct Cards {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes the cards in use as a table
    #[command(after_help = "Example:\n  callbox cards export > cards.csv")]
    Export(Export),
    /// Says whether a table could be imported, and what it would change
    #[command(after_help = "Example:\n  callbox cards check cards.csv")]
    Check(Table),
    /// Publishes a table, each changed card as its next version; the server must not run
    #[command(after_help = "Example:\n  callbox cards import cards.csv")]
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

impl Cards {
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
        let table = csv::write(&in_use(&engine));
        engine.shutdown();
        output::text(table)
    }
}

impl Table {
    fn run(self, publish: bool) -> Outcome {
        let cards = self.read()?;
        let engine = open(&self.data)?;
        let outcome = self.carry_out(&engine, cards, publish);
        engine.shutdown();
        outcome
    }

    fn read(&self) -> Outcome<Vec<Card>> {
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

    fn carry_out(&self, engine: &Engine, cards: Vec<Card>, publish: bool) -> Outcome {
        let center = engine.snapshot();
        let changed = card_changes(&center.configuration.cards_at(times::now()), &cards);
        let effective = None;
        let command = PublishCards { effective, cards };
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
            center.decide(&command.into(), &context).map_err(refused)?;
        }
        let rows = changed
            .iter()
            .map(|(card, change)| json!({"card": card.as_str(), "change": change.name()}));
        let answer = json!({"published": publish, "changes": rows.collect::<Vec<_>>()});
        let mut lines: Vec<String> = changed
            .iter()
            .map(|(card, change)| format!("{} {card}", change.name()))
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

fn in_use(engine: &Engine) -> Vec<Card> {
    let center = engine.snapshot();
    let cards = center.configuration.cards_at(times::now());
    cards.iter().map(|edition| edition.card.clone()).collect()
}
