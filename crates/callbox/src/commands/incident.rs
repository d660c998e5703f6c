//! `callbox incident`: the record of one incident for somebody outside.

use std::{
    fs,
    path::{Path, PathBuf},
};

use callbox_domain::{IncidentId, ReadAct, ReadObject};
use callbox_engine::Options;
use callbox_web::{Access, Role, after_action};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Data, Printed, ledger::LogKeys, stated::Stated};
use crate::{
    center,
    failure::{Failure, Outcome},
    output, times,
};

/// Writes the record of one incident for somebody outside, and checks such a file
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox incident export 2612 incident-2612.json --login mlee --purpose court --number '7 O 12/26' --reason 'asked for by the court' < password
  callbox incident check incident-2612.json --key \"$(cat keys)\"")]
pub(super) struct Incident {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes every event of an incident with its proof, what opens its personal part, and the times
    ///
    /// Needs the server to be stopped; a running one hands the same file out on the incident's page
    /// and at /api/v1/incidents/N/after-action, to supervisors. That it was handed out is on the record, with
    /// the purpose. The file holds personal data: hand it
    /// to those who may have it. It opens nothing else of the record. An existing file is never
    /// overwritten.
    #[command(
        after_help = "Example:\n  callbox incident export 2612 incident-2612.json --login mlee --purpose court --number '7 O 12/26' --reason 'asked for by the court' < password"
    )]
    Export(Export),
    /// Checks such a file and says what was changed; needs neither a server nor the ledger
    #[command(
        after_help = "Example:\n  callbox incident check incident-2612.json --key \"$(cat keys)\""
    )]
    Check(Check),
}

#[derive(Debug, Args)]
struct Export {
    /// The incident's number
    #[arg(value_name = "INCIDENT")]
    incident: u64,
    /// The file to write (JSON)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    stated: Stated,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Check {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The ledger's verifier keys, one a line, from somebody you trust, not from the file
    #[arg(long, value_name = "VERIFIER-KEYS")]
    key: String,
    #[command(flatten)]
    printed: Printed,
}

impl Incident {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Export(export) => export.run(),
            What::Check(check) => check.run(),
        }
    }
}

impl Export {
    fn run(&self) -> Outcome {
        output::must_be_new(&self.file)?;
        let data = center::existing(&self.data.data)?;
        let account = self.stated.confirm(&self.data)?;
        let options = Options {
            publish: true,
            ..Options::default()
        };
        let engine = center::open(&data, options)?;
        let made = (|| {
            let id = IncidentId(self.incident);
            let incident = engine
                .incident(id)
                .map_err(|error| Failure::internal(&error))?
                .ok_or_else(|| Failure::Input(format!("there is no incident {id}")))?;
            // On the record before anything is written, by the rules of the server.
            let (object, act) = (ReadObject::Incident(id), ReadAct::HandedOut);
            let may = account.role == Role::Supervisor;
            self.stated.record(&engine, &account, object, act, may)?;
            center::wait_until_signed(&engine);
            let access = Access::open(&data.access_db())
                .map_err(|error| super::user::access_failure(&error))?;
            after_action::package(&engine, &incident, times::now(), &|actor| {
                access.name_of(actor)
            })
            .map_err(|error| Failure::internal(&error))
        })();
        engine.shutdown();
        let package = made?;
        let text = format!("{package:#}\n");
        fs::write(&self.file, &text).map_err(|error| {
            Failure::io(format_args!("cannot write {}", self.file.display()), &error)
        })?;
        let events = package["events"].as_array().map_or(0, Vec::len);
        let json = json!({"incident": self.incident, "events": events, "bytes": text.len()});
        let text = format!(
            "{}: {events} events of incident {}, each with its proof.",
            self.file.display(),
            self.incident
        );
        output::result(self.printed.format, text, &json)
    }
}

impl Check {
    fn run(&self) -> Outcome {
        let keys = LogKeys::parse(&self.key)?;
        let checked = after_action::check(&read(&self.file)?, &keys.first);
        let ok = checked.faults.is_empty();
        let json = json!({
            "ok": ok, "incident": checked.incident, "events": checked.events,
            "origin": checked.origin, "size": checked.size,
            "withheld": checked.withheld, "faults": checked.faults,
        });
        let mut text = match ok {
            true => format!(
                "The file is as the record says: {} events of incident {}, without a gap, among the {} \
                 that {} has signed.\nNames of people, units and the center are the sender's word.",
                checked.events, checked.incident, checked.size, checked.origin
            ),
            false => format!(
                "The file is NOT as the record says:\n  {}",
                checked.faults.join("\n  ")
            ),
        };
        if !checked.withheld.is_empty() {
            let seqs: Vec<String> = checked.withheld.iter().map(u64::to_string).collect();
            text.push_str(&format!(
                "\nPersonal parts that are erased or held back: events {}",
                seqs.join(", ")
            ));
        }
        output::result(self.printed.format, text, &json)?;
        match ok {
            true => Ok(()),
            false => Err(Failure::Check(
                "the file was changed, or is not whole".into(),
            )),
        }
    }
}

fn read(path: &Path) -> Outcome<Value> {
    let cannot =
        |error: &std::io::Error| Failure::io(format_args!("cannot read {}", path.display()), error);
    let length = fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if length > after_action::MAX_BYTES {
        return Err(Failure::Input(format!("{} is too long", path.display())));
    }
    let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::Input(format!("{} is not JSON: {error}", path.display())))
}
