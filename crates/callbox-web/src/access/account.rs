use std::{
    net::IpAddr,
    sync::{Arc, PoisonError},
};

use callbox_domain::{
    AccountAct, ActorId, Code,
    events::{AccountBound, AccountRoleSet, AccountSwitched},
};
use rusqlite::{ErrorCode, OptionalExtension as _, params};
use serde::Serialize;

use super::{
    Access, AccessError, Role, SignInError, password, random,
    record::{Credential, CredentialChange, added, word},
    store,
};

/// A person's or a program's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The pseudonym under which the ledger knows it.
    #[serde(serialize_with = "as_number")]
    pub actor: ActorId,
    /// What the person types to sign in.
    pub login: String,
    /// What others see.
    pub name: String,
    /// What the person is at the center.
    pub role: Role,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Since when it cannot be used, in seconds since 1970.
    pub disabled: Option<i64>,
    /// Until when it can be used, where it was made for an emergency, in seconds since 1970.
    pub expires: Option<i64>,
    /// The agency to whose incidents it is bound; without one it sees those of the whole center.
    #[serde(serialize_with = "as_code")]
    pub agency: Option<Code>,
}

impl Account {
    /// Whether somebody can sign in with it at `now`.
    pub(crate) fn is_usable(&self, now: i64) -> bool {
        self.disabled.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

fn as_number<S: serde::Serializer>(actor: &ActorId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(actor.0)
}

fn as_code<S: serde::Serializer>(code: &Option<Code>, serializer: S) -> Result<S::Ok, S::Error> {
    match code {
        Some(code) => serializer.serialize_str(code.as_str()),
        None => serializer.serialize_none(),
    }
}

/// How long an account for an emergency can be used.
const EMERGENCY_SECONDS: i64 = 72 * 3_600;

const COLUMNS: &str = "actor, login, name, role, created, disabled, expires, agency";

impl Access {
    /// Makes an account; refuses a taken or unusable name and a weak password.
    pub fn create(
        &self,
        login: &str,
        name: &str,
        role: Role,
        password: &str,
    ) -> Result<Account, AccessError> {
        self.create_until(login, name, role, password, None)
    }

    /// Makes an account for an emergency: it ends by itself after 72 hours (CJIS Security Policy).
    pub fn create_for_emergency(
        &self,
        login: &str,
        name: &str,
        role: Role,
        password: &str,
    ) -> Result<Account, AccessError> {
        let expires = self.now() + EMERGENCY_SECONDS;
        self.create_until(login, name, role, password, Some(expires))
    }

    fn create_until(
        &self,
        login: &str,
        name: &str,
        role: Role,
        password: &str,
        expires: Option<i64>,
    ) -> Result<Account, AccessError> {
        check_login(login)?;
        let name = Code::new(name)
            .map_err(|_| AccessError::BadName)?
            .to_string();
        self.check_password(login, password)?;
        let hash = password::hash(password)?;
        let account = Account {
            actor: new_actor()?,
            login: login.to_owned(),
            name,
            role,
            created: self.now(),
            disabled: None,
            expires,
            agency: None,
        };
        if self.account_named(login)?.is_some() {
            return Err(AccessError::Taken(login.to_owned()));
        }
        self.record(AccountAct::Add(added(&account)?))?;
        let inserted = self.db().execute(
            "INSERT INTO accounts (actor, login, name, role, password, created, expires, first_until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                store::number(account.actor),
                account.login,
                account.name,
                account.role.name(),
                hash,
                account.created,
                account.expires,
                self.first_until()
            ],
        );
        match inserted {
            Err(rusqlite::Error::SqliteFailure(error, _))
                if error.code == ErrorCode::ConstraintViolation =>
            {
                return Err(AccessError::Taken(login.to_owned()));
            }
            other => other?,
        };
        self.load_accounts()?;
        Ok(account)
    }

    /// Sets another password and ends the account's sessions; lifts a lock. Its owner changes it, where
    /// the center asks for that.
    pub fn set_password(&self, login: &str, password: &str) -> Result<(), AccessError> {
        self.check_password(login, password)?;
        let hash = password::hash(password)?;
        let actor = self.need_named(login)?.actor;
        self.record_credential(actor, Credential::Password, CredentialChange::Replaced)?;
        let changed = self.db().execute(
            "UPDATE accounts SET password = ?2, first_until = ?3 WHERE login = ?1",
            params![login, hash, self.first_until()],
        )?;
        self.forget_failures(login)?;
        self.end_sessions(login, changed)
    }

    /// Sets another password for somebody who is signed in and knows the present one; all but the
    /// `kept` session end. A wrong one counts as at sign-in, so that it cannot be guessed here.
    pub(crate) fn change_password(
        &self,
        actor: ActorId,
        (present, address): (&str, IpAddr),
        password: &str,
        kept: &str,
    ) -> Result<(), SignInError> {
        let account = self.account(actor);
        let account = account.ok_or_else(|| AccessError::Unknown(String::new()))?;
        self.check_credentials(&account.login, present, address)?;
        if password == present {
            let why = "the new password is another one than the present";
            return Err(AccessError::WeakPassword(why).into());
        }
        self.check_password(&account.login, password)?;
        let hash = password::hash(password)?;
        self.record_credential(actor, Credential::Password, CredentialChange::Replaced)?;
        self.db().execute(
            "UPDATE accounts SET password = ?2, first_until = NULL WHERE actor = ?1",
            params![store::number(actor), hash],
        )?;
        Ok(self.end_others(actor, kept)?)
    }

    /// Until when a password that is set now for somebody else opens anything, where the center says so.
    fn first_until(&self) -> Option<i64> {
        let hours = self.policy().first_passwords;
        (hours > 0).then(|| self.now() + i64::from(hours) * 3_600)
    }

    /// Until when an account's password opens anything, as long as its owner has not changed it.
    pub(super) fn first_password(&self, actor: ActorId) -> Result<Option<i64>, AccessError> {
        if self.policy().first_passwords == 0 {
            return Ok(None);
        }
        let sql = "SELECT first_until FROM accounts WHERE actor = ?1";
        let row = |row: &rusqlite::Row<'_>| row.get(0);
        let found = self.db().query_row(sql, [store::number(actor)], row);
        Ok(found.optional()?.flatten())
    }

    /// Gives an account another role and ends its sessions.
    pub fn set_role(&self, login: &str, role: Role) -> Result<(), AccessError> {
        let account = self.need_named(login)?.actor;
        let role_word = word(role.name())?;
        self.record(AccountAct::Role(AccountRoleSet {
            account,
            role: role_word,
        }))?;
        let changed = self.db().execute(
            "UPDATE accounts SET role = ?2 WHERE login = ?1",
            params![login, role.name()],
        )?;
        self.end_sessions(login, changed)
    }

    /// Binds an account to one agency's incidents, or to none; its sessions end.
    pub fn set_agency(&self, login: &str, agency: Option<&Code>) -> Result<(), AccessError> {
        let account = self.need_named(login)?.actor;
        let bound = AccountBound {
            account,
            agency: agency.cloned(),
        };
        self.record(AccountAct::Bind(bound))?;
        let changed = self.db().execute(
            "UPDATE accounts SET agency = ?2 WHERE login = ?1",
            params![login, agency.map(Code::as_str)],
        )?;
        self.end_sessions(login, changed)
    }

    /// Takes an account out of use: its sessions end, its tokens are refused; its records stay.
    pub fn disable(&self, login: &str) -> Result<(), AccessError> {
        self.record_switch(login, true)?;
        let now = self.now();
        let changed = self.db().execute(
            "UPDATE accounts SET disabled = coalesce(disabled, ?2) WHERE login = ?1",
            params![login, now],
        )?;
        self.end_sessions(login, changed)
    }

    /// Puts a disabled account back into use.
    pub fn enable(&self, login: &str) -> Result<(), AccessError> {
        self.record_switch(login, false)?;
        let changed = self.db().execute(
            "UPDATE accounts SET disabled = NULL WHERE login = ?1",
            [login],
        )?;
        self.end_sessions(login, changed)
    }

    fn record_switch(&self, login: &str, disabled: bool) -> Result<(), AccessError> {
        let account = self.need_named(login)?.actor;
        let switched = AccountSwitched { account, disabled };
        self.record(AccountAct::Switch(switched)).map(drop)
    }

    fn need_named(&self, login: &str) -> Result<Account, AccessError> {
        let account = self.account_named(login)?;
        account.ok_or_else(|| AccessError::Unknown(login.to_owned()))
    }

    /// All accounts in the order of their login names.
    pub fn accounts(&self) -> Result<Vec<Account>, AccessError> {
        let center = self.recorded();
        let stored = self.stored_accounts()?.into_iter();
        let recorded = stored.map(|account| self.as_recorded(center.as_deref(), account));
        Ok(recorded.collect())
    }

    /// The rows of all accounts, whatever the record says.
    pub(super) fn stored_accounts(&self) -> Result<Vec<Account>, AccessError> {
        let db = self.db();
        let mut select = db.prepare(&format!("SELECT {COLUMNS} FROM accounts ORDER BY login"))?;
        let rows = select.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The account of an actor, from memory.
    pub(crate) fn account(&self, actor: ActorId) -> Option<Arc<Account>> {
        self.0
            .accounts
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&actor)
            .cloned()
    }

    pub(crate) fn account_named(&self, login: &str) -> Result<Option<Account>, AccessError> {
        let sql = format!("SELECT {COLUMNS} FROM accounts WHERE login = ?1");
        let stored = self.db().query_row(&sql, [login], read).optional()?;
        let center = self.recorded();
        Ok(stored.map(|account| self.as_recorded(center.as_deref(), account)))
    }

    pub(super) fn load_accounts(&self) -> Result<(), AccessError> {
        let accounts = self.accounts()?;
        let map = accounts
            .into_iter()
            .map(|account| (account.actor, Arc::new(account)))
            .collect();
        *self
            .0
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner) = map;
        Ok(())
    }

    /// Ends all sessions of an account that was changed; `changed` rows of 0 mean there is none.
    pub(super) fn end_sessions(&self, login: &str, changed: usize) -> Result<(), AccessError> {
        if changed == 0 {
            return Err(AccessError::Unknown(login.to_owned()));
        }
        self.db().execute(
            "DELETE FROM sessions WHERE actor = (SELECT actor FROM accounts WHERE login = ?1)",
            [login],
        )?;
        self.load_accounts()?;
        self.load_sessions()
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Account> {
    let role: String = row.get(3)?;
    let known = Role::from_name(&role);
    let created: i64 = row.get(4)?;
    let disabled: Option<i64> = row.get(5)?;
    let agency: Option<String> = row.get(7)?;
    let bad_agency = |_| {
        let error = "an agency's code cannot be used".into();
        rusqlite::Error::FromSqlConversionFailure(7, rusqlite::types::Type::Text, error)
    };
    Ok(Account {
        actor: store::actor(row, 0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        // A role that this program does not know opens nothing.
        role: known.unwrap_or(Role::Service),
        created,
        disabled: if known.is_none() {
            Some(created)
        } else {
            disabled
        },
        expires: row.get(6)?,
        agency: agency
            .as_deref()
            .map(Code::new)
            .transpose()
            .map_err(bad_agency)?,
    })
}

fn check_login(login: &str) -> Result<(), AccessError> {
    is_login(login).then_some(()).ok_or(AccessError::BadLogin)
}

/// Whether it could be a login name.
pub(crate) fn is_login(login: &str) -> bool {
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    (1..=64).contains(&login.len()) && login.chars().all(usable)
}

/// A pseudonym: random, beyond the program's own actors, and exact as a number in JavaScript.
fn new_actor() -> Result<ActorId, AccessError> {
    const FIRST: u64 = 1 << 32;
    const BEYOND: u64 = 1 << 53;
    Ok(ActorId(
        FIRST + u64::from_be_bytes(random()?) % (BEYOND - FIRST),
    ))
}
