//! Acts about accounts go on the record first, and what the record says is what holds.
//!
//! `access.db` keeps what opens an account; who has which role, agency, state, token and what sign-in
//! asks for is read from the ledger's state, so that an edited database gives nobody a right.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
    thread,
    time::{Duration, Instant},
};

use callbox_domain::{
    AccountAct, AccountNames, ActorId, Center, Code, Context, Event, KeepAccount, Personal,
    Purpose, Text, Timestamp,
    events::{
        AccountAdded, AccountBound, AccountSwitched, CredentialChanged, SignInRuleSet, TokenIssued,
    },
};
pub(super) use callbox_domain::{Credential, CredentialChange};
use callbox_engine::{Engine, Submission, SubmitError};
use rusqlite::{OptionalExtension as _, params};

use super::{Access, AccessError, Account, Policy, Role, Scope, password, random, store};
use crate::hex::hex;

/// How long the command line waits for a running server to record an act.
const SERVER_SECONDS: u64 = 15;
/// The rule that says that all accounts of before are on the record.
const COMPLETE: &str = "accounts-on-record";

/// Where acts are recorded.
#[derive(Clone, Default)]
pub(super) enum Recorder {
    /// Nowhere: what a server that knows the record then finds has no effect there.
    #[default]
    None,
    /// In the ledger of this process.
    Engine(Box<Engine>, Purpose),
    /// By the server that runs, which is asked by a row in `access.db`.
    Server,
}

impl Access {
    /// The same accounts, whose acts are recorded as `actor`'s; without, as the program's own.
    #[must_use]
    pub fn by(&self, actor: ActorId) -> Self {
        Self(Arc::clone(&self.0), actor)
    }

    /// Ties the accounts to the record: acts go there first, and what it says holds.
    ///
    /// The first time, accounts of before are recorded with the times at which they were made. An
    /// account that the record knows and the database has lost can be used again once it gets a
    /// password.
    pub fn record_to(&self, engine: &Engine, purpose: Purpose) -> Result<(), AccessError> {
        let purpose = match purpose {
            Purpose::Exercise => purpose,
            _ => Purpose::Administration,
        };
        self.set_recorder(Recorder::Engine(Box::new(engine.clone()), purpose));
        if engine.snapshot().sign_in.get(COMPLETE).is_none() {
            self.record_all_of_before()?;
        }
        self.settle(&engine.snapshot())?;
        // What another process asked for while no server ran has no answer to wait for.
        self.db().execute("DELETE FROM requests", [])?;
        self.load_policy()?;
        self.load_accounts()?;
        self.load_sessions()
    }

    /// Lets the server that runs record what is done here.
    pub fn record_by_server(&self) {
        self.set_recorder(Recorder::Server);
    }

    fn set_recorder(&self, recorder: Recorder) {
        let mut place = self.0.recorder.write();
        *place
            .as_deref_mut()
            .unwrap_or_else(|broken| broken.get_mut()) = recorder;
    }

    fn recorder(&self) -> Recorder {
        let recorder = self.0.recorder.read();
        recorder.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state that the record says, where the accounts are tied to one.
    pub(super) fn recorded(&self) -> Option<Arc<Center>> {
        match self.recorder() {
            Recorder::Engine(engine, _) => Some(engine.snapshot()),
            Recorder::None | Recorder::Server => None,
        }
    }

    /// Puts an act on the record; a token gets its number there. Blocks until it is durable.
    pub(super) fn record(&self, act: AccountAct) -> Result<Option<u64>, AccessError> {
        match self.recorder() {
            Recorder::None => Ok(None),
            Recorder::Engine(engine, purpose) => {
                let context = Context {
                    at: (self.0.clock)(),
                    actor: self.1,
                    purpose,
                };
                submit(&engine, context, act)
            }
            Recorder::Server => self.ask_server(&act),
        }
    }

    /// Records that a credential changed, as the act of whoever changes it; without one, its owner's.
    pub(super) fn record_credential(
        &self,
        account: ActorId,
        credential: Credential,
        change: CredentialChange,
    ) -> Result<(), AccessError> {
        let act = AccountAct::Credential(CredentialChanged {
            account,
            credential,
            change,
        });
        self.record(act).map(drop)
    }

    fn ask_server(&self, act: &AccountAct) -> Result<Option<u64>, AccessError> {
        let event = act.event();
        let kind = event.kind();
        let id = {
            let db = self.db();
            db.execute(
                "INSERT INTO requests (kind, schema, open, personal) VALUES (?1, ?2, ?3, ?4)",
                params![kind.number, kind.schema, event.open(), event.personal()],
            )?;
            db.last_insert_rowid()
        };
        let end = Instant::now() + Duration::from_secs(SERVER_SECONDS);
        loop {
            thread::sleep(Duration::from_millis(50));
            if let Some(answer) = self.answer_to(id)? {
                return answer;
            }
            let sql = "DELETE FROM requests WHERE id = ?1 AND answer IS NULL";
            if Instant::now() >= end && self.db().execute(sql, [id])? == 1 {
                let why =
                    "the server that runs does not answer; see its log, or stop it and repeat";
                return Err(AccessError::NotRecorded(why.into()));
            }
        }
    }

    /// What the server said to a request, if it said something.
    fn answer_to(&self, id: i64) -> Result<Option<Result<Option<u64>, AccessError>>, AccessError> {
        let db = self.db();
        let sql =
            "DELETE FROM requests WHERE id = ?1 AND answer IS NOT NULL RETURNING token, answer";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let answer: Option<(Option<i64>, String)> = db.query_row(sql, [id], row).optional()?;
        Ok(answer.map(|(token, answer)| match answer.as_str() {
            "" => Ok(token.map(i64::cast_unsigned)),
            why => Err(AccessError::NotRecorded(why.to_owned())),
        }))
    }

    /// Records what other processes at this machine ask for, and answers them.
    pub(crate) fn answer_requests(&self) -> Result<(), AccessError> {
        type Asked = (i64, u16, u8, Vec<u8>, Option<Vec<u8>>);
        let asked: Vec<Asked> = {
            let db = self.db();
            let sql = "SELECT id, kind, schema, open, personal FROM requests
                 WHERE answer IS NULL ORDER BY id";
            let mut select = db.prepare(sql)?;
            let row = |row: &rusqlite::Row<'_>| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            };
            select.query_map([], row)?.collect::<Result<_, _>>()?
        };
        for (id, kind, schema, open, personal) in asked {
            let event = Event::decode(kind, schema, &open, personal.as_deref());
            let act = event.ok().and_then(AccountAct::of);
            let done = match act {
                Some(act) => self.by(ActorId::SYSTEM).record(act),
                None => Err(AccessError::NotRecorded(
                    "it is no act about accounts".into(),
                )),
            };
            let (token, why) = match done {
                Ok(token) => (token.map(u64::cast_signed), String::new()),
                Err(AccessError::NotRecorded(why)) => (None, why),
                Err(error) => (None, error.to_string()),
            };
            let sql = "UPDATE requests SET token = ?2, answer = ?3 WHERE id = ?1";
            self.db().execute(sql, params![id, token, why])?;
        }
        Ok(())
    }

    /// The account as the record has it; out of use where the record does not know it.
    pub(super) fn as_recorded(&self, center: Option<&Center>, account: Account) -> Account {
        match center {
            Some(center) => account.recorded(center),
            None => account,
        }
    }

    /// Records accounts, tokens and rules of before there were events about them.
    fn record_all_of_before(&self) -> Result<(), AccessError> {
        let Recorder::Engine(engine, purpose) = self.recorder() else {
            return Ok(());
        };
        let say = |at: i64, act| {
            let context = Context {
                at: Timestamp::from_seconds(at),
                actor: ActorId::SYSTEM,
                purpose,
            };
            submit(&engine, context, act)
        };
        // A start that did not get to the end goes on where it was.
        let known: BTreeSet<ActorId> = {
            let center = engine.snapshot();
            center.accounts.iter().map(|(_, it)| it.id).collect()
        };
        let (accounts, tokens) = (self.stored_accounts()?, self.tokens()?);
        for account in accounts.iter().filter(|it| !known.contains(&it.actor)) {
            let id = account.actor;
            say(account.created, AccountAct::Add(added(account)?))?;
            if account.agency.is_some() {
                let agency = account.agency.clone();
                say(
                    self.now(),
                    AccountAct::Bind(AccountBound {
                        account: id,
                        agency,
                    }),
                )?;
            }
            if let Some(at) = account.disabled {
                let switched = AccountSwitched {
                    account: id,
                    disabled: true,
                };
                say(at, AccountAct::Switch(switched))?;
            }
        }
        let numbered: BTreeSet<u64> = {
            let center = engine.snapshot();
            let tokens = center.accounts.iter().flat_map(|(_, it)| it.tokens.clone());
            tokens.map(|token| token.token).collect()
        };
        for token in tokens
            .iter()
            .filter(|it| !numbered.contains(&it.id.cast_unsigned()))
        {
            let owner = accounts.iter().find(|it| it.login == token.login);
            let Some(owner) = owner else { continue };
            let issued = TokenIssued {
                account: owner.actor,
                token: 0,
                scope: word(token.scope.name())?,
                expires: Timestamp::from_seconds(token.expires),
            };
            // Their numbers close up, in the order in which they were made; none grows.
            let number = say(token.created, AccountAct::Issue(issued))?;
            let number = number.map_or(token.id, u64::cast_signed);
            let sql = "UPDATE tokens SET id = ?2 WHERE id = ?1";
            self.db().execute(sql, [token.id, number])?;
        }
        for name in Policy::NAMES {
            if let Some(value) = self.stored_setting(name)? {
                say(self.now(), rule(name, &value)?)?;
            }
        }
        say(self.now(), rule(COMPLETE, "yes")?).map(drop)
    }

    /// Brings what the database repeats of the record in line with it.
    fn settle(&self, center: &Center) -> Result<(), AccessError> {
        let stored = self.stored_accounts()?;
        self.scrub_erased(center, &stored)?;
        let rows: BTreeSet<ActorId> = stored.iter().map(|it| it.actor).collect();
        let db = self.db();
        let begun = db.unchecked_transaction()?;
        let mut lost = 0;
        for (_, known) in center.accounts.iter() {
            let actor = store::number(known.id);
            if !rows.contains(&known.id)
                && let Some(names) = known.names.known()
            {
                // Hashing is slow on purpose: only for a row that is missing.
                let nobodys = password::hash(&hex(&random::<32>()?))?;
                lost += begun.execute(
                    "INSERT INTO accounts (actor, login, name, role, password, created)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                    params![
                        actor,
                        names.login.as_str(),
                        names.name.as_str(),
                        known.role.as_str(),
                        nobodys,
                        seconds(known.created)
                    ],
                )?;
            }
            begun.execute(
                "UPDATE accounts SET role = ?2, agency = ?3, disabled = ?4, expires = ?5
                 WHERE actor = ?1",
                params![
                    actor,
                    known.role.as_str(),
                    known.agency.as_ref().map(Code::as_str),
                    known.disabled.map(seconds),
                    known.expires.map(seconds)
                ],
            )?;
        }
        begun.commit()?;
        drop(db);
        if lost > 0 {
            tracing::warn!(
                lost,
                "accounts of the record had no row; they need new passwords"
            );
        }
        let foreign = stored
            .iter()
            .filter(|it| center.accounts.get(it.actor.0).is_none());
        for account in foreign {
            let actor = account.actor.0;
            tracing::warn!(actor, "an account is not on the record and cannot be used");
        }
        Ok(())
    }
}

impl Account {
    /// What the record says of the account; out of use where it does not know it.
    ///
    /// As long as no server has put the accounts of before on the record, it is as it stands.
    #[must_use]
    pub fn recorded(mut self, center: &Center) -> Self {
        if center.sign_in.get(COMPLETE).is_none() {
            return self;
        }
        let known = center.accounts.get(self.actor.0);
        let role = known.and_then(|known| Role::from_name(known.role.as_str()));
        let (Some(known), Some(role)) = (known, role) else {
            self.disabled = Some(self.created);
            return self;
        };
        self.role = role;
        self.agency = known.agency.clone();
        self.disabled = known.disabled.map(seconds);
        self.expires = known.expires.map(seconds);
        if let Some(names) = known.names.known() {
            self.login = names.login.to_string();
            self.name = names.name.to_string();
        }
        self
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

/// What the record says when an account is added.
pub(super) fn added(account: &Account) -> Result<AccountAdded, AccessError> {
    Ok(AccountAdded {
        account: account.actor,
        role: word(account.role.name())?,
        expires: account.expires.map(Timestamp::from_seconds),
        names: Personal::Known(AccountNames {
            login: word(&account.login)?,
            name: word(&account.name)?,
        }),
    })
}

/// The act that sets a rule of sign-in.
pub(super) fn rule(name: &str, value: &str) -> Result<AccountAct, AccessError> {
    // An empty value is said as a dash: a text has at least one character.
    let value = Text::new(if value.is_empty() { "-" } else { value });
    Ok(AccountAct::Rule(SignInRuleSet {
        name: word(name)?,
        value: value.map_err(|_| AccessError::BadSetting("the value is too long"))?,
    }))
}

/// The act that issues a token.
pub(super) fn issue(
    account: ActorId,
    scope: Scope,
    expires: i64,
) -> Result<AccountAct, AccessError> {
    Ok(AccountAct::Issue(TokenIssued {
        account,
        token: 0,
        scope: word(scope.name())?,
        expires: Timestamp::from_seconds(expires),
    }))
}

pub(super) fn word(text: &str) -> Result<Code, AccessError> {
    Code::new(text).map_err(|_| AccessError::BadName)
}

fn submit(engine: &Engine, context: Context, act: AccountAct) -> Result<Option<u64>, AccessError> {
    let submission = Submission {
        command: KeepAccount { act }.into(),
        context,
        idempotency: None,
    };
    // On a thread of its own: a thread of the runtime must not wait, and these acts are few.
    let engine = engine.clone();
    let wait = move || engine.enqueue(submission)?.wait();
    let receipt = thread::spawn(wait).join();
    let receipt = receipt
        .map_err(|_| AccessError::NotRecorded("a thread of the program failed".into()))?
        .map_err(|error| match error {
            SubmitError::Refused(refusal) => AccessError::Refused(Box::new(refusal)),
            error => AccessError::NotRecorded(error.to_string()),
        })?;
    Ok(receipt.entries.iter().find_map(|entry| match &entry.event {
        Event::TokenIssued(issued) => Some(issued.token),
        _ => None,
    }))
}
