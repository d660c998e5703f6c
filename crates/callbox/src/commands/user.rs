//! `callbox user`: accounts, at the machine itself.

mod erase;

use std::collections::BTreeSet;

use callbox_domain::{Code, Event, Purpose};
use callbox_engine::{ReadError, read_ledger};
use callbox_web::{Access, AccessError, Role, generate_password};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome},
    output, times,
};

/// Adds, lists and disables accounts, sets passwords; also while a server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox user add mlee --name \"M. Lee\" --role dispatcher")]
pub(super) struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Adds an account and prints its password once
    #[command(after_help = "Example:\n  callbox user add mlee --name \"M. Lee\" --role dispatcher")]
    Add(Add),
    /// Lists the accounts
    #[command(after_help = "Example:\n  callbox user list --format json")]
    List(List),
    /// Gives an account a new password and prints it once; its sessions end
    #[command(after_help = "Example:\n  callbox user password mlee")]
    Password(Named),
    /// Gives an account another role; its sessions end
    #[command(after_help = "Example:\n  callbox user role mlee supervisor")]
    Role(Rerole),
    /// Binds an account to one agency: it sees that agency's incidents and what is shared with it, nothing else
    ///
    /// Without an agency it sees the whole center again. Its sessions end.
    #[command(after_help = "Example:\n  callbox user agency mlee EMS")]
    Agency(Bind),
    /// Signs somebody on duty for some hours, or off
    #[command(after_help = "Example:\n  callbox user duty mlee 12")]
    Duty(OnDuty),
    /// Takes away the second factors of a lost phone or key; the sessions end
    #[command(after_help = "Example:\n  callbox user reset-factors mlee")]
    ResetFactors(Named),
    /// Puts an account back into use
    #[command(after_help = "Example:\n  callbox user enable mlee")]
    Enable(Named),
    /// Erases login and name of an account that is out of use, for good; what it recorded stays
    ///
    /// One administrator asks for it, and after as long as erasures wait in the center (callbox erase
    /// rules) another one approves. The server has to be stopped; while it runs, its page Accounts
    /// does the same.
    #[command(after_help = "\
Example:
  callbox user erase mlee --basis LAW-12 --by chief < password
  callbox user erase mlee --approve --by deputy < password")]
    Erase(erase::Erase),
    /// Takes an account out of use; its sessions end, what it recorded stays
    #[command(after_help = "Example:\n  callbox user disable mlee")]
    Disable(Named),
}

#[derive(Debug, Args)]
struct Add {
    /// What the person types to sign in
    login: String,
    /// What others see; the login name unless given
    #[arg(long)]
    name: Option<String>,
    /// call-taker, dispatcher, supervisor, administrator, auditor, or service for a system that
    /// reports positions
    #[arg(long, value_parser = role)]
    role: Role,
    /// For an emergency: the account ends by itself after 72 hours
    #[arg(long)]
    emergency: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Rerole {
    /// The account's login name
    login: String,
    /// call-taker, dispatcher, supervisor, administrator, auditor or service
    #[arg(value_parser = role)]
    role: Role,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Bind {
    /// The account's login name
    login: String,
    /// The agency's code; the whole center if it is left out
    #[arg(value_parser = |text: &str| Code::new(text))]
    agency: Option<Code>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct OnDuty {
    /// The account's login name
    login: String,
    /// For how many hours from now, up to 24; 0 signs off
    hours: u64,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Named {
    /// The account's login name
    login: String,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| {
        "use call-taker, dispatcher, supervisor, administrator, auditor or service".to_owned()
    })
}

impl User {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Add(add) => add.run(),
            What::List(list) => list.run(),
            What::Password(named) => password(&named),
            What::Role(rerole) => rerole.run(),
            What::Agency(bind) => bind.run(),
            What::Duty(duty) => duty.run(),
            What::ResetFactors(named) => named.change("has no second factor", |access, login| {
                access.reset_factors(login)
            }),
            What::Enable(named) => named.change("is in use", |access, login| access.enable(login)),
            What::Erase(erase) => erase.run(),
            What::Disable(named) => disable(&named),
        }
    }
}

impl Add {
    fn run(self) -> Outcome {
        let password = generate_password().map_err(|error| access_failure(&error))?;
        let name = self.name.as_deref().unwrap_or(&self.login);
        let (account, hours) = changed(&self.data, |access| {
            let account = match self.emergency {
                true => access.create_for_emergency(&self.login, name, self.role, &password),
                false => access.create(&self.login, name, self.role, &password),
            }?;
            Ok((account, access.policy().first_passwords))
        })?;
        let text = format!(
            "{} ({})\npassword  {password}\n({})",
            self.login,
            self.role,
            once(hours)
        );
        let json = json!({
            "login": account.login, "name": account.name, "role": account.role.name(),
            "password": password, "expires": account.expires,
        });
        output::result(self.printed.format, text, &json)
    }
}

impl List {
    fn run(self) -> Outcome {
        let accounts = open(&self.data)?
            .accounts()
            .map_err(|error| access_failure(&error))?;
        let rows: Vec<Vec<String>> = accounts
            .iter()
            .map(|account| {
                vec![
                    account.login.clone(),
                    account.name.clone(),
                    account.role.to_string(),
                    day(account.created),
                    account.disabled.map_or_else(|| "-".to_owned(), day),
                    account.expires.map_or_else(|| "-".to_owned(), day),
                ]
            })
            .collect();
        let head = ["login", "name", "role", "made", "disabled", "until"];
        let json = json!({ "accounts": accounts });
        output::result(self.printed.format, output::table(&head, &rows, 6), &json)
    }
}

impl Rerole {
    fn run(self) -> Outcome {
        changed(&self.data, |access| access.set_role(&self.login, self.role))?;
        let text = format!("{} is {}", self.login, self.role);
        let json = json!({ "login": self.login, "role": self.role.name() });
        output::result(self.printed.format, text, &json)
    }
}

impl Bind {
    fn run(self) -> Outcome {
        let agency = self.agency.as_ref();
        if let Some(agency) = agency {
            known_agency(&self.data, agency)?;
        }
        changed(&self.data, |access| access.set_agency(&self.login, agency))?;
        let code = agency.map(Code::as_str);
        let text = match code {
            Some(code) => format!(
                "{} sees what {code} has and what is shared with it",
                self.login
            ),
            None => format!("{} sees the whole center", self.login),
        };
        let json = json!({ "login": self.login, "agency": code });
        output::result(self.printed.format, text, &json)
    }
}

impl OnDuty {
    fn run(self) -> Outcome {
        let until = changed(&self.data, |access| {
            access.set_duty(&self.login, self.hours)
        })?;
        let until = until.map(|until| times::local(until, &jiff::tz::TimeZone::UTC));
        let text = match &until {
            Some(until) => format!("{} is on duty until {until}", self.login),
            None => format!("{} is off duty", self.login),
        };
        let json = json!({ "login": self.login, "until": until });
        output::result(self.printed.format, text, &json)
    }
}

/// Refuses an agency that the center does not have.
fn known_agency(data: &Data, agency: &Code) -> Outcome {
    let dir = center::existing(&data.data)?;
    let mut known = BTreeSet::new();
    read_ledger(&dir, |entry| {
        if let Event::AgencyDefined(defined) = entry.event {
            known.insert(defined.code);
        }
        Ok::<(), ReadError>(())
    })
    .map_err(|error| Failure::internal(&error))?;
    if known.contains(agency) {
        return Ok(());
    }
    let known: Vec<_> = known.iter().map(Code::as_str).collect();
    Err(Failure::Input(match known.is_empty() {
        true => {
            "the center has no agencies yet; a supervisor defines them at /settings/agencies".into()
        }
        false => format!(
            "there is no agency {agency}; use one of: {}",
            known.join(", ")
        ),
    }))
}

impl Named {
    fn change(
        self,
        words: &str,
        act: impl FnOnce(&Access, &str) -> Result<(), AccessError>,
    ) -> Outcome {
        changed(&self.data, |access| act(access, &self.login))?;
        let text = format!("{} {words}", self.login);
        output::result(self.printed.format, text, &json!({ "login": self.login }))
    }
}

fn password(named: &Named) -> Outcome {
    let password = generate_password().map_err(|error| access_failure(&error))?;
    let hours = changed(&named.data, |access| {
        access.set_password(&named.login, &password)?;
        Ok(access.policy().first_passwords)
    })?;
    let text = format!("{}\npassword  {password}\n({})", named.login, once(hours));
    let json = json!({ "login": named.login, "password": password });
    output::result(named.printed.format, text, &json)
}

/// What holds for a password that is printed.
fn once(hours: u32) -> String {
    match hours {
        0 => "shown this once".to_owned(),
        hours => {
            format!("shown this once; to be changed at the first sign-in, within {hours} hours")
        }
    }
}

fn disable(named: &Named) -> Outcome {
    changed(&named.data, |access| access.disable(&named.login))?;
    let text = format!("{} is disabled", named.login);
    let json = json!({ "login": named.login, "disabled": true });
    output::result(named.printed.format, text, &json)
}

/// Opens the accounts of an existing center.
pub(super) fn open(data: &Data) -> Outcome<Access> {
    let data = center::existing(&data.data)?;
    Access::open(&data.access_db()).map_err(|error| access_failure(&error))
}

/// Changes accounts, on the record first: by the server where one runs, in this process otherwise.
pub(super) fn changed<T>(
    data: &Data,
    act: impl FnOnce(&Access) -> Result<T, AccessError>,
) -> Outcome<T> {
    let access = open(data)?;
    let Some(engine) = center::open_if_free(&center::existing(&data.data)?)? else {
        access.record_by_server();
        return act(&access).map_err(|error| access_failure(&error));
    };
    let tied = access.record_to(&engine, Purpose::Administration);
    let done = tied.and_then(|()| act(&access));
    // What ties them to the record holds the engine; it ends first.
    drop(access);
    engine.shutdown();
    done.map_err(|error| access_failure(&error))
}

/// What an error of the accounts means for the exit code.
pub(super) fn access_failure(error: &AccessError) -> Failure {
    match error {
        AccessError::Taken(_)
        | AccessError::Unknown(_)
        | AccessError::UnknownToken(_)
        | AccessError::BadLogin
        | AccessError::BadName
        | AccessError::WeakPassword(_)
        | AccessError::Newer(_)
        | AccessError::BreachedList(_)
        | AccessError::BadSetting(_) => Failure::Input(error.to_string()),
        AccessError::FactorFirst(_)
        | AccessError::PasswordFirst(_)
        | AccessError::Refused(_)
        | AccessError::NotRecorded(_) => Failure::Refused(error.to_string()),
        _ => Failure::Internal(crate::failure::chain(error)),
    }
}

/// A day from seconds since 1970.
pub(super) fn day(seconds: i64) -> String {
    let at = callbox_domain::Timestamp::from_seconds(seconds);
    times::local(at, &jiff::tz::TimeZone::UTC)
        .chars()
        .take(10)
        .collect()
}
