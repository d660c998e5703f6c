//! Erasing the names of an account: an administrator asks, another one approves.

use callbox_domain::{ActorId, Code};
use callbox_engine::Engine;
use callbox_web::{Access, AccessError, Account, Role};
use clap::Args;
use serde_json::json;

use super::{
    super::signed::{confirm, recorded},
    Data, Printed, access_failure, open,
};
use crate::{
    center,
    failure::{Failure, Outcome},
    output,
};

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The login name of the account that is out of use
    login: String,
    #[command(flatten)]
    what: What,
    /// The login name of the administrator who does it; the first line of the standard input is the
    /// password, a second one the authenticator's code, where the account has one
    #[arg(long, value_name = "ADMINISTRATOR")]
    by: String,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Asks for it, with the legal basis, which stays on the record: a section of a law or a file
    /// number, never a name
    #[arg(long, value_parser = |text: &str| Code::new(text))]
    basis: Option<Code>,
    /// Refuses what somebody asked for, or withdraws it; why, as a short code
    #[arg(long, value_name = "REASON", value_parser = |text: &str| Code::new(text))]
    refuse: Option<Code>,
    /// Approves what another administrator asked for, and erases
    #[arg(long)]
    approve: bool,
}

impl Erase {
    pub(super) fn run(self) -> Outcome {
        let account = administrator(confirm(&self.data, &self.by)?)?;
        let dir = center::existing(&self.data.data)?;
        let engine = center::open_if_free(&dir)?.ok_or_else(|| {
            Failure::Refused(
                "a server runs on this center; use its page Accounts, or stop it".into(),
            )
        })?;
        let access = open(&self.data)?;
        let done = self.act(&access, &engine, account);
        let request = access.account_erasure_request(&self.login);
        // What ties the accounts to the record holds the engine; it ends first.
        drop(access);
        engine.shutdown();
        let erased = match done? {
            Some(actor) => Some((actor, is_complete(&dir, actor)?)),
            None => None,
        };
        let json = json!({
            "login": self.login,
            "requested": request.is_some(),
            "not_before": request.as_ref().map(|request| request.not_before.to_string()),
            "account": erased.map(|(actor, _)| actor.0),
            "completed": erased.map(|(_, is_complete)| is_complete),
        });
        let text = match (erased, request) {
            (Some((actor, true)), _) => format!("account {}: erased", actor.0),
            (Some((actor, false)), _) => format!(
                "account {}: erased; keys and bytes go at the next start",
                actor.0
            ),
            (None, Some(request)) => format!(
                "{}: asked for; another administrator can approve it from {} on",
                self.login, request.not_before
            ),
            (None, None) => format!("{}: refused", self.login),
        };
        output::result(self.printed.format, text, &json)
    }

    fn act(&self, access: &Access, engine: &Engine, account: Account) -> Outcome<Option<ActorId>> {
        // What the record says of the account holds, not what a database repeats of it.
        let by = administrator(recorded(engine, account)?)?.actor;
        let purpose = callbox_domain::Purpose::Administration;
        let act = || -> Result<_, AccessError> {
            access.record_to(engine, purpose)?;
            let access = access.by(by);
            match (&self.what.basis, &self.what.refuse) {
                (Some(basis), _) => access.ask_for_erasure(&self.login, basis).map(|()| None),
                (None, Some(why)) => access.refuse_erasure(&self.login, why).map(|()| None),
                (None, None) => access.erase(&self.login).map(Some),
            }
        };
        act().map_err(|error| access_failure(&error))
    }
}

fn administrator(account: Account) -> Outcome<Account> {
    match account.role {
        Role::Administrator => Ok(account),
        role => Err(Failure::Refused(format!(
            "as {role} you may not keep accounts; ask an administrator"
        ))),
    }
}

/// As at a server's next start: opening the center destroys keys and bytes.
fn is_complete(dir: &callbox_engine::DataDir, actor: ActorId) -> Outcome<bool> {
    let Some(engine) = center::open_if_free(dir)? else {
        return Ok(false);
    };
    let center = engine.snapshot();
    engine.shutdown();
    let account = center.accounts.get(actor.0);
    Ok(account.is_some_and(|account| !account.is_half_erased()))
}
