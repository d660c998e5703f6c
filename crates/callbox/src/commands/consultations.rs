//! `callbox consultations`: who read what, and the proof of one read.

use std::{fs, path::PathBuf};

use callbox_domain::{ActorId, IncidentId, ReadAct, ReadObject, Text};
use callbox_engine::{
    ConsultationProof, Engine, Listed, Options, ReadWanted, Unproven, WordsKept, check_consultation,
};
use callbox_ledger::MAX_PROOF_BYTES;
use callbox_web::{Access, Account, Role};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Data, Printed, ledger::LogKeys, stated::Stated};
use crate::{
    center,
    failure::{Failure, Outcome},
    output,
};

/// Says who read what and why, and proves one read without showing another
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox consultations list --incident 12 --login chen --purpose lawfulness --number 2026-7 --reason 'yearly check' < password
  callbox consultations check read-41-3.consultation-proof --key \"$(cat keys)\"")]
pub(super) struct Consultations {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists reads on the record, the newest first; this look is recorded too
    ///
    /// Needs the server to be stopped; a running one shows them at /consultations. For supervisors
    /// and auditors.
    #[command(
        after_help = "Example:\n  callbox consultations list --incident 12 --login chen --purpose lawfulness --number 2026-7 --reason 'yearly check' < password"
    )]
    List(List),
    /// Writes the proof of one read, for whoever was read about; it shows no other read
    ///
    /// Needs the server to be stopped; a running one gives it at /consultations. An existing file is
    /// never overwritten.
    #[command(
        after_help = "Example:\n  callbox consultations prove 41 3 read.consultation-proof --login chen --purpose lawfulness --number 2026-7 --reason 'asked for by the person' < password"
    )]
    Prove(Prove),
    /// Says how many reads are on the record and how often the glass was broken; names nobody
    ///
    /// Needs the server to be stopped; a running one says it at /break-glass.
    #[command(after_help = "Example:\n  callbox consultations counts --data callbox-data")]
    Counts(Counts),
    /// Checks the proof of one read; needs neither a server nor the ledger
    #[command(
        after_help = "Example:\n  callbox consultations check read.consultation-proof --key \"$(cat keys)\""
    )]
    Check(Check),
}

#[derive(Debug, Args)]
struct List {
    /// Only reads of this incident
    #[arg(long)]
    incident: Option<u64>,
    /// Only reads by the account with this login name
    #[arg(long)]
    reader: Option<String>,
    /// Only reads that were refused
    #[arg(long)]
    refused: bool,
    /// How many at most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    #[command(flatten)]
    stated: Stated,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Prove {
    /// The position of the read's batch in the ledger
    #[arg(value_name = "BATCH")]
    seq: u64,
    /// The read's position in its batch, from 0
    #[arg(value_name = "NO")]
    no: u32,
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Leave the reader's words out: number and reason
    #[arg(long)]
    without_words: bool,
    #[command(flatten)]
    stated: Stated,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Counts {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Check {
    /// The proof
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The ledger's verifier keys, one a line, from somebody you trust, not from the file
    #[arg(long, value_name = "VERIFIER-KEYS")]
    key: String,
    #[command(flatten)]
    printed: Printed,
}

impl Consultations {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::List(list) => list.run(),
            What::Prove(prove) => prove.run(),
            What::Counts(counts) => counts.run(),
            What::Check(check) => check.run(),
        }
    }
}

/// Records the look, then gives what `look` finds; the engine is shut down whatever happens.
fn looked<T>(
    data: &Data,
    stated: &Stated,
    options: Options,
    look: impl FnOnce(&Engine) -> Outcome<T>,
) -> Outcome<T> {
    let account: Account = stated.confirm(data)?;
    let engine = center::open(&center::existing(&data.data)?, options)?;
    let may = matches!(account.role, Role::Supervisor | Role::Auditor);
    let found = stated
        .record(
            &engine,
            &account,
            ReadObject::Consultations,
            ReadAct::Read,
            may,
        )
        .and_then(|()| look(&engine));
    engine.shutdown();
    found
}

impl List {
    fn run(&self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let access =
            Access::open(&data.access_db()).map_err(|error| super::user::access_failure(&error))?;
        let actor = self
            .reader
            .as_deref()
            .map(|login| actor_of(&access, login))
            .transpose()?;
        let wanted = ReadWanted {
            actor,
            object: self.incident.map(|id| ReadObject::Incident(IncidentId(id))),
            refused: self.refused,
            limit: self.limit.into(),
            ..ReadWanted::default()
        };
        let found = looked(&self.data, &self.stated, Options::default(), |engine| {
            let found = engine.consultations(&wanted);
            found.map_err(|error| Failure::internal(&error))
        })?;
        let name = |one: &Listed| {
            let known = access.name_of(one.read.actor);
            known.unwrap_or_else(|| one.read.actor.to_string())
        };
        let rows: Vec<_> = found.iter().map(|one| row(one, &name(one))).collect();
        let lines: Vec<_> = found.iter().map(|one| line(one, &name(one))).collect();
        let text = match lines.is_empty() {
            true => "No such read is on record.".to_owned(),
            false => lines.join("\n"),
        };
        output::result(self.printed.format, text, &json!({"reads": rows}))
    }
}

fn actor_of(access: &Access, login: &str) -> Outcome<ActorId> {
    let accounts = access.accounts();
    let accounts = accounts.map_err(|error| super::user::access_failure(&error))?;
    let known = accounts.into_iter().find(|account| account.login == login);
    known.map(|account| account.actor).ok_or_else(|| {
        Failure::Input(format!(
            "there is no account {login}; see callbox user list"
        ))
    })
}

fn said(one: &Listed) -> (&str, &str) {
    match &one.words {
        WordsKept::Known(words) => (
            words.number.as_ref().map_or("-", Text::as_str),
            words.reason.as_ref().map_or("-", Text::as_str),
        ),
        WordsKept::Absent => ("-", "-"),
        WordsKept::Erased => ("(erased)", "(erased)"),
    }
}

fn object(object: ReadObject) -> String {
    match object.incident() {
        Some(id) => format!("{} {id}", object.name()),
        None => object.name().to_owned(),
    }
}

fn line(one: &Listed, name: &str) -> String {
    let (number, reason) = said(one);
    let read = &one.read;
    format!(
        "{}-{}  {}  {name}  {} {}  {}  {number}  {reason}  {}",
        one.seq,
        one.no,
        read.at,
        read.act.name(),
        object(read.object),
        read.purpose.map_or("-", |purpose| purpose.name()),
        read.outcome.name(),
    )
}

fn row(one: &Listed, name: &str) -> Value {
    let words = match &one.words {
        WordsKept::Known(words) => Some(words),
        _ => None,
    };
    let read = &one.read;
    json!({
        "seq": one.seq, "no": one.no,
        "at": read.at.to_string(),
        "reader": read.actor.0, "name": name,
        "object": read.object.name(),
        "incident": read.object.incident().map(|id| id.0),
        "act": read.act.name(),
        "purpose": read.purpose.map(|purpose| purpose.name()),
        "outcome": read.outcome.name(),
        "number": words.and_then(|words| words.number.as_ref()).map(Text::as_str),
        "reason": words.and_then(|words| words.reason.as_ref()).map(Text::as_str),
        "words_erased": one.words == WordsKept::Erased,
    })
}

impl Prove {
    fn run(&self) -> Outcome {
        output::must_be_new(&self.file)?;
        let options = Options {
            publish: true,
            ..Options::default()
        };
        let proof = looked(&self.data, &self.stated, options, |engine| {
            center::wait_until_signed(engine);
            let proof = engine.prove_consultation(self.seq, self.no, !self.without_words);
            proof.map_err(|error| match error {
                Unproven::Unknown => Failure::Input(format!(
                    "there is no read {} in a batch {}; take both from the list",
                    self.no, self.seq
                )),
                other => Failure::internal(&other),
            })
        })?;
        fs::write(&self.file, proof.to_string()).map_err(|error| {
            Failure::io(format_args!("cannot write {}", self.file.display()), &error)
        })?;
        let text = format!(
            "{}: read {} of batch {}, and no other.",
            self.file.display(),
            self.no,
            self.seq
        );
        let json = json!({"seq": self.seq, "no": self.no});
        output::result(self.printed.format, text, &json)
    }
}

impl Counts {
    fn run(&self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let engine = center::open(&data, Options::default())?;
        let state = engine.snapshot();
        engine.shutdown();
        let (reads, glass) = (state.consultations, state.grant_counts);
        let waiting = state.grants.len();
        let json = json!({
            "reads": reads.reads, "batches": reads.batches,
            "break_glass": {
                "opened": glass.opened, "waiting": waiting,
                "justified": glass.justified, "unjustified": glass.unjustified,
            },
        });
        let text = format!(
            "reads        {} in {} batches\nbreak-glass  {}: {} justified, {} not, {} waiting for review",
            reads.reads, reads.batches, glass.opened, glass.justified, glass.unjustified, waiting
        );
        output::result(self.printed.format, text, &json)
    }
}

impl Check {
    fn run(&self) -> Outcome {
        let keys = LogKeys::parse(&self.key)?;
        let text = super::ledger::prove::read(&self.file, 2 * MAX_PROOF_BYTES, "a proof")?;
        if !ConsultationProof::is_one(&text) {
            return Err(Failure::Input(format!(
                "{} is no proof of a read; callbox ledger verify-proof checks other proofs",
                self.file.display()
            )));
        }
        checked(&text, &keys, None, &self.printed)
    }
}

/// Checks the proof of a read and says what it shows.
pub(super) fn checked(
    text: &str,
    keys: &LogKeys,
    policy: Option<&callbox_ledger::Policy>,
    printed: &Printed,
) -> Outcome {
    let proven = check_consultation(text, &keys.first, policy)
        .map_err(|error| Failure::Check(error.to_string()))?;
    let parts =
        ConsultationProof::parse(text).map_err(|error| Failure::Check(error.to_string()))?;
    let batch = callbox_ledger::TlogProof::parse(&parts.batch)
        .map_err(|error| Failure::Check(error.to_string()))?;
    keys.all_signed(&batch.note)?;
    let (read, checkpoint) = (&proven.read, &proven.batch.checkpoint);
    let words = proven.words.as_ref();
    let number = words.and_then(|words| words.number.as_ref());
    let reason = words.and_then(|words| words.reason.as_ref());
    let json = json!({
        "ok": true, "seq": proven.batch.seq, "no": parts.no, "count": proven.count,
        "origin": checkpoint.origin, "size": checkpoint.size,
        "at": read.at.to_string(), "reader": read.actor.0,
        "object": read.object.name(), "incident": read.object.incident().map(|id| id.0),
        "act": read.act.name(), "purpose": read.purpose.map(|purpose| purpose.name()),
        "outcome": read.outcome.name(),
        "number": number.map(Text::as_str), "reason": reason.map(Text::as_str),
    });
    let mut text = format!(
        "The proof holds: this is read {} of the {} in event {} of {} that {} has signed.\n\
         {}  {}  {} {}  {}  {}",
        parts.no,
        proven.count,
        proven.batch.seq,
        checkpoint.size,
        checkpoint.origin,
        read.at,
        read.actor,
        read.act.name(),
        object(read.object),
        read.purpose.map_or("-", |purpose| purpose.name()),
        read.outcome.name(),
    );
    if let Some(words) = words {
        text.push_str(&format!(
            "\nnumber  {}\nreason  {}",
            words.number.as_ref().map_or("-", Text::as_str),
            words.reason.as_ref().map_or("-", Text::as_str)
        ));
    }
    output::result(printed.format, text, &json)
}
