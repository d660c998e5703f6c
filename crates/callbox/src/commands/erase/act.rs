//! What a supervisor does about an erasure; the account's password says who it is.

use callbox_domain::{
    ApproveErasure, Code, Command, Context, DefineErasureRules, ErasureRules, IncidentId, LiftHold,
    PlaceHold, Purpose, RefuseErasure, RequestErasure,
};
use callbox_engine::{Engine, Submission, SubmitError, Ticket};
use callbox_web::{Account, Role};
use clap::Args;
use serde_json::json;

use super::{super::signed::confirm, Data, Printed, after, open, unfinished};
use crate::{
    failure::{Failure, Outcome},
    output, times,
};

/// Who acts.
#[derive(Debug, Args)]
struct By {
    /// The supervisor's login name; the first line of the standard input is the password, a second
    /// one the authenticator's code, where the account has one
    #[arg(long)]
    login: String,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
pub(super) struct WithBasis {
    /// The incident's number
    incident: u64,
    /// The legal basis or file number; open for good, so never a name
    #[arg(long, value_parser = code)]
    basis: Code,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub(super) struct WithReason {
    /// The incident's number
    incident: u64,
    /// Why, as a short code; open for good
    #[arg(long, value_parser = code)]
    reason: Code,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub(super) struct Approve {
    /// The incident's number
    incident: u64,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub(super) struct Rules {
    /// How many days, 0 to 366; requests that are there keep their date
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=366))]
    wait_days: u16,
    #[command(flatten)]
    by: By,
}

fn code(text: &str) -> Result<Code, String> {
    Code::new(text).map_err(|error| error.to_string())
}

impl WithBasis {
    pub(super) fn hold(self) -> Outcome {
        let (incident, basis) = (IncidentId(self.incident), self.basis);
        self.by.act(Some(incident), PlaceHold { incident, basis })
    }

    pub(super) fn lift(self) -> Outcome {
        let (incident, basis) = (IncidentId(self.incident), self.basis);
        self.by.act(Some(incident), LiftHold { incident, basis })
    }

    pub(super) fn request(self) -> Outcome {
        let (incident, basis) = (IncidentId(self.incident), self.basis);
        self.by
            .act(Some(incident), RequestErasure { incident, basis })
    }
}

impl WithReason {
    pub(super) fn refuse(self) -> Outcome {
        let (incident, reason) = (IncidentId(self.incident), self.reason);
        self.by
            .act(Some(incident), RefuseErasure { incident, reason })
    }
}

impl Approve {
    pub(super) fn run(self) -> Outcome {
        let incident = IncidentId(self.incident);
        let account = self.by.confirm()?;
        let engine = open(&self.by.data)?;
        let facts = None;
        let approved = submit(&engine, account, ApproveErasure { incident, facts }.into());
        engine.shutdown();
        approved?;
        // As at a server's next start: keys and bytes go before anything else is done.
        let engine = open(&self.by.data)?;
        let center = engine.snapshot();
        engine.shutdown();
        let (text, json) = after(&center, incident);
        output::result(self.by.printed.format, text, &json)?;
        match center
            .erasure(incident)
            .is_some_and(|case| case.is_unfinished())
        {
            true => Err(unfinished()),
            false => Ok(()),
        }
    }
}

impl Rules {
    pub(super) fn run(self) -> Outcome {
        let wait_days = self.wait_days;
        let rules = ErasureRules { wait_days };
        self.by.act(None, DefineErasureRules { rules })
    }
}

impl By {
    /// Carries an act out and says what stands on the record after it.
    fn act(&self, incident: Option<IncidentId>, command: impl Into<Command>) -> Outcome {
        let account = self.confirm()?;
        let engine = open(&self.data)?;
        let outcome = submit(&engine, account, command.into());
        let center = engine.snapshot();
        engine.shutdown();
        outcome?;
        let (text, json) = match incident {
            Some(incident) => after(&center, incident),
            None => {
                let days = center.configuration.erasure_rules.wait_days;
                (
                    format!("requests wait {days} days"),
                    json!({"wait_days": days}),
                )
            }
        };
        output::result(self.printed.format, text, &json)
    }

    /// The account, if the password is right and a supervisor's.
    fn confirm(&self) -> Outcome<Account> {
        supervisor(confirm(&self.data, &self.login)?)
    }
}

fn supervisor(account: Account) -> Outcome<Account> {
    match account.role {
        Role::Supervisor => Ok(account),
        role => Err(Failure::Refused(format!(
            "as {role} you may not decide about erasures; ask a supervisor"
        ))),
    }
}

fn submit(engine: &Engine, account: Account, command: Command) -> Outcome {
    // What the record says of the account holds, not what a database repeats of it.
    let account = supervisor(super::super::signed::recorded(engine, account)?)?;
    let context = Context {
        at: times::now(),
        actor: account.actor,
        purpose: Purpose::Administration,
    };
    let submission = Submission {
        command,
        context,
        idempotency: None,
    };
    match engine.enqueue(submission).and_then(Ticket::wait) {
        Ok(_) => Ok(()),
        Err(SubmitError::Refused(refusal)) => {
            Err(Failure::Refused(format!("{refusal}; {}", refusal.hint())))
        }
        Err(error) => Err(Failure::internal(&error)),
    }
}
