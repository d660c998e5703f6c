//! What is published as a table: exported, checked, imported.

use std::{fs, io::Read as _, path::PathBuf};

use callbox_domain::{ActorId, Context, Purpose, sheet::Published};
use callbox_engine::{DataDir, Engine, Options, Submission, SubmitError};
use clap::Args;
use serde_json::json;

use super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome},
    output, times,
};

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    data: Data,
}

#[derive(Debug, Args)]
pub(super) struct Table {
    /// The table; '-' reads it from the standard input
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Export {
    /// Writes what holds now.
    pub(super) fn run<P: Published>(self) -> Outcome {
        let engine = open(&self.data)?;
        let holding = P::holding(&engine.snapshot().configuration, times::now());
        engine.shutdown();
        output::text(P::write(&holding))
    }
}

impl Table {
    /// Says what the table would change, or publishes it.
    pub(super) fn run<P: Published>(self, publish: bool) -> Outcome {
        let items = self.read::<P>()?;
        let engine = open(&self.data)?;
        let outcome = self.carry_out::<P>(&engine, items, publish);
        engine.shutdown();
        outcome
    }

    fn read<P: Published>(&self) -> Outcome<Vec<P::Item>> {
        let name = self.file.display();
        let text = if self.file.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(&self.file)
        };
        let text =
            text.map_err(|error| Failure::Input(format!("{name} cannot be read: {error}")))?;
        P::read(&text).map_err(|error| Failure::Input(format!("{name}: {error}")))
    }

    fn carry_out<P: Published>(
        &self,
        engine: &Engine,
        items: Vec<P::Item>,
        publish: bool,
    ) -> Outcome {
        let context = Context {
            at: times::now(),
            actor: ActorId::SYSTEM,
            purpose: Purpose::Administration,
        };
        let center = engine.snapshot();
        let changed = P::changes(&center.configuration, context.at, &items);
        let command = P::publish(None, items).into();
        let name = self.file.display();
        let refused = |refusal: callbox_domain::Refusal| {
            Failure::Input(format!("{name}: {refusal}; {}", refusal.hint()))
        };
        if publish {
            let submission = Submission {
                command,
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
            center.decide(&command, &context).map_err(refused)?;
        }
        let rows = changed
            .iter()
            .map(|(item, change)| json!({P::ITEM: item.as_str(), "change": change.name()}));
        let answer = json!({"published": publish, "changes": rows.collect::<Vec<_>>()});
        let mut lines: Vec<String> = changed
            .iter()
            .map(|(item, change)| format!("{} {item}", change.name()))
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
