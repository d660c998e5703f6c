//! Why something is read at the machine itself: by the same rules as in the server.

use callbox_domain::{ReadAct, ReadObject, ReadOutcome, ReadPurpose, Text};
use callbox_engine::{Engine, Reading};
use callbox_web::{Account, may_read_for};
use clap::Args;

use super::{Data, signed::confirm};
use crate::{
    failure::{Failure, Outcome},
    times,
};

/// Who reads, and why.
#[derive(Debug, Args)]
pub(super) struct Stated {
    /// The login name of the one who reads; the first line of the standard input is the password, a
    /// second one the authenticator's code, where the account has one
    #[arg(long)]
    login: String,
    /// Why it is read, as in court
    #[arg(long, value_parser = purpose)]
    purpose: ReadPurpose,
    /// The number of the case or of the present incident
    #[arg(long, value_parser = text)]
    number: Text,
    /// The reason in words
    #[arg(long, value_parser = text)]
    reason: Text,
}

fn purpose(name: &str) -> Result<ReadPurpose, String> {
    // Breaking the glass is for those at work: others are told at once, which takes the server.
    let stated = ReadPurpose::ROWS
        .iter()
        .filter(|row| row.is_stated && row.purpose != ReadPurpose::BreakGlass);
    let known: Vec<_> = stated.map(|row| row.name).collect();
    match known.contains(&name) {
        true => ReadPurpose::from_name(name).ok_or_else(|| name.to_owned()),
        false => Err(format!(
            "there is no purpose {name}; use one of: {}",
            known.join(", ")
        )),
    }
}

fn text(words: &str) -> Result<Text, String> {
    let text = Text::new(words).map_err(|error| error.to_string())?;
    match text.as_str().len() {
        0..=1_000 => Ok(text),
        _ => Err("it has more than 1,000 bytes".to_owned()),
    }
}

impl Stated {
    /// The account, if the password is right.
    pub(super) fn confirm(&self, data: &Data) -> Outcome<Account> {
        confirm(data, &self.login)
    }

    /// Puts the read on the record, before anything is shown; `may` is the right that it takes.
    pub(super) fn record(
        &self,
        engine: &Engine,
        account: &Account,
        object: ReadObject,
        act: ReadAct,
        may: bool,
    ) -> Outcome {
        // What the record says of the account holds, not what a database repeats of it.
        let recorded = super::signed::recorded(engine, account.clone())?;
        let may = may && recorded.role == account.role;
        // A demo has no data directory that outlives it, so that its purpose does not count here.
        let is_allowed = may && may_read_for(false, account.role, object, self.purpose);
        let reading = Reading {
            at: times::now(),
            actor: account.actor,
            object,
            act,
            purpose: Some(self.purpose),
            outcome: match is_allowed {
                true => ReadOutcome::Shown,
                false => ReadOutcome::WrongPurpose,
            },
            number: Some(self.number.clone()),
            reason: Some(self.reason.clone()),
            grant: None,
            is_live: false,
        };
        engine.consult_blocking(reading).map_err(|error| {
            Failure::Refused(format!(
                "the read cannot be recorded, so that nothing is shown: {error}"
            ))
        })?;
        match is_allowed {
            true => Ok(()),
            false => Err(Failure::Refused(format!(
                "as {} you may not read this for {}; ask a supervisor, or state another purpose",
                account.role,
                self.purpose.name()
            ))),
        }
    }
}
