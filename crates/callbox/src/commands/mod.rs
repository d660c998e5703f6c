//! The verbs, one file each.

mod backup;
mod cards;
mod closures;
mod consultations;
mod coverage;
mod demo;
mod doctor;
mod erase;
mod eta;
mod geo;
mod import;
mod incident;
mod init;
mod ledger;
mod objects;
mod plans;
mod policy;
mod replay;
mod report;
mod restore;
mod serve;
mod signed;
mod stated;
mod table;
mod token;
mod town;
mod user;
mod verify;
mod who_can_see;
mod witness;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use serde_json::Value;

use crate::{
    center::DEFAULT_DATA,
    failure::{Failure, Outcome},
    output::Format,
    replay::{Answer, client},
};

/// callbox: takes calls, sends help, keeps a record that anyone can check.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "\
Exit codes: 0 done; 1 the check failed; 2 wrong usage; 3 bad input; 4 refused by a rule or right; 70 internal fault"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Demo),
    Init(init::Init),
    Serve(serve::Serve),
    Import(import::Import),
    Geo(geo::Geo),
    Town(town::Town),
    Closures(closures::Closures),
    Coverage(coverage::Coverage),
    Eta(eta::Eta),
    Plans(plans::Plans),
    Cards(cards::Cards),
    Replay(replay::Replay),
    Report(report::Report),
    Incident(incident::Incident),
    Consultations(consultations::Consultations),
    Verify(verify::Verify),
    Ledger(ledger::Ledger),
    Witness(witness::Witness),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Doctor(doctor::Doctor),
    Erase(erase::Erase),
    User(user::User),
    Token(token::Token),
    Policy(policy::Policy),
    WhoCanSee(who_can_see::WhoCanSee),
}

impl Cli {
    /// Does what was asked for.
    pub(crate) fn run(self) -> Outcome {
        match self.verb {
            Verb::Demo(verb) => verb.run(),
            Verb::Init(verb) => verb.run(),
            Verb::Serve(verb) => verb.run(),
            Verb::Import(verb) => verb.run(),
            Verb::Geo(verb) => verb.run(),
            Verb::Town(verb) => verb.run(),
            Verb::Closures(verb) => verb.run(),
            Verb::Coverage(verb) => verb.run(),
            Verb::Eta(verb) => verb.run(),
            Verb::Plans(verb) => verb.run(),
            Verb::Cards(verb) => verb.run(),
            Verb::Replay(verb) => verb.run(),
            Verb::Report(verb) => verb.run(),
            Verb::Incident(verb) => verb.run(),
            Verb::Consultations(verb) => verb.run(),
            Verb::Verify(verb) => verb.run(),
            Verb::Ledger(verb) => verb.run(),
            Verb::Witness(verb) => verb.run(),
            Verb::Backup(verb) => verb.run(),
            Verb::Restore(verb) => verb.run(),
            Verb::Doctor(verb) => verb.run(),
            Verb::Erase(verb) => verb.run(),
            Verb::User(verb) => verb.run(),
            Verb::Token(verb) => verb.run(),
            Verb::Policy(verb) => verb.run(),
            Verb::WhoCanSee(verb) => verb.run(),
        }
    }
}

/// Where the center is.
#[derive(Debug, Args)]
struct Data {
    /// The center's data directory
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

/// A running server that is asked over its JSON interface.
#[derive(Debug, Args)]
struct Running {
    /// The server's address (http://HOST:PORT)
    #[arg(long, value_name = "URL")]
    server: String,
    /// The file that holds the token for it; see: callbox token add --help
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
}

impl Running {
    fn get(&self, path: &str) -> Outcome<Value> {
        answered(client(&self.server, &self.token_file)?.get(path)?)
    }

    /// Asks for an act once.
    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        // One act of one process: its number and the moment name it.
        let moment = jiff::Timestamp::now().as_nanosecond();
        let key = format!("callbox-{}-{moment}", std::process::id());
        answered(client(&self.server, &self.token_file)?.post(path, &key, body)?)
    }
}

/// What the server answered, or why not as the exit code that fits.
fn answered(answer: Answer) -> Outcome<Value> {
    match answer.status {
        200..=299 => Ok(answer.body),
        401 | 403 | 404 | 409 | 422 => Err(Failure::Refused(answer.problem())),
        _ => Err(Failure::Internal(answer.problem())),
    }
}

/// A value as it stands in an address.
fn encoded(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    value.bytes().map(byte).collect()
}

/// How results are printed.
#[derive(Debug, Args)]
struct Printed {
    /// The form of the result
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Shows on stderr what the server has to say: errors, or more where `RUST_LOG` asks for it.
fn log(level: &str) {
    use std::io::IsTerminal as _;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    // A second call, which only a test could make, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // What cannot be logged must not end the request: a full disk often has the log on it too.
        .log_internal_errors(false)
        .with_ansi(!is_plain && std::io::stderr().is_terminal())
        .try_init();
}
