//! Accounts, sessions, tokens and rights; all of it outside the ledger, which knows pseudonyms only.

mod account;
mod authenticator;
mod breached;
mod duty;
mod erase;
mod identity;
mod layouts;
mod macros;
mod named;
mod passkey;
mod password;
mod policy;
mod record;
pub(crate) mod rights;
mod session;
mod sign_in;
mod store;
mod token;
mod totp;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use callbox_domain::{ActorId, Refusal};
use callbox_engine::{Clock, wall_clock};
use rusqlite::Connection;
use thiserror::Error;

pub use account::Account;
pub(crate) use account::is_login;
pub(crate) use authenticator::Enrolment;
pub(crate) use macros::Macro;
pub(crate) use passkey::{Assertion, Ceremonies, Passkey, PasskeyError, Registration, name_of};
pub use password::generate_password;
pub use policy::Policy;
pub use rights::Role;
pub(crate) use session::{Begin, Client, Kind, Session, Stage, form_token};
pub(crate) use sign_in::SignInError;
pub use token::{Scope, Token};
#[cfg(test)]
pub(crate) use totp::app as authenticator_app;

/// Bounds of sessions and of wrong passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A session ends this many seconds after its last request. At a position in a secured room
    /// an open live board counts as use; see [`Policy::secured_addresses`].
    pub idle_seconds: i64,
    /// A session ends this many seconds after it began: a shift of twelve hours and its hand-over.
    pub absolute_seconds: i64,
    /// How many wrong passwords in a row lock an account (CJIS Security Policy 5.5.3).
    pub failures_per_account: u32,
    /// How many lock an address. Above that of an account: a whole center may share one address,
    /// and must be able to sign in at the change of shifts.
    pub failures_per_address: u32,
    /// For how many seconds a wrong password counts, and a lock lasts.
    pub failure_window_seconds: i64,
    /// Within how many seconds a sign-in has to be finished once its first step is done.
    pub sign_in_seconds: i64,
    /// For how many seconds a proof of who somebody is opens grave acts.
    pub proof_seconds: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle_seconds: 30 * 60,
            absolute_seconds: 13 * 3_600,
            failures_per_account: 5,
            failures_per_address: 20,
            failure_window_seconds: 15 * 60,
            sign_in_seconds: 10 * 60,
            proof_seconds: 10 * 60,
        }
    }
}

/// Why accounts cannot be read or changed.
#[derive(Debug, Error)]
pub enum AccessError {
    /// The database cannot be used.
    #[error("the accounts cannot be used: {0}; check the disk and the permissions of access.db")]
    Store(#[from] rusqlite::Error),
    /// The file cannot be made.
    #[error("the accounts cannot be opened: {0}; check the directory's permissions")]
    File(#[from] std::io::Error),
    /// Written by a newer callbox.
    #[error("the accounts were written by a newer callbox (version {0}); use that one")]
    Newer(i64),
    /// The login name is taken.
    #[error("there is an account {0} already; choose another login name")]
    Taken(String),
    /// There is no such account.
    #[error("there is no account {0}; see them with: callbox user list")]
    Unknown(String),
    /// There is no such token.
    #[error("there is no token {0}; see them with: callbox token list")]
    UnknownToken(i64),
    /// The login name cannot be used.
    #[error("a login name has 1 to 64 of the characters a-z, 0-9, dot, hyphen and underscore")]
    BadLogin,
    /// The display name cannot be used.
    #[error("a name has 1 to 64 printable characters")]
    BadName,
    /// The password is too weak.
    #[error("{0}; choose a longer one, several words for example")]
    WeakPassword(&'static str),
    /// The list of breached passwords cannot be read; no password is set without it.
    #[error("the list of breached passwords cannot be read: {0}; see: callbox policy list")]
    BreachedList(std::io::Error),
    /// A setting's name or value cannot be used.
    #[error("{0}")]
    BadSetting(&'static str),
    /// The center asks for a second factor, and the account has none.
    #[error(
        "the center asks for a second factor and {0} has none; sign in at the console once and set one up"
    )]
    FactorFirst(String),
    /// The password is one that an administrator set, and its owner has to change it.
    #[error(
        "the password of {0} was set by somebody else; sign in at the console once and change it"
    )]
    PasswordFirst(String),
    /// The rules do not allow an act.
    #[error("{0}; {hint}", hint = .0.hint())]
    Refused(Box<Refusal>),
    /// The record did not take an act, so that it was not done.
    #[error("it cannot be recorded, so that nothing was changed: {0}")]
    NotRecorded(String),
    /// Hashing failed.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

/// Accounts, sessions and tokens of one center, and in whose name they are changed. Cheap to clone.
///
/// `access.db` holds what opens them, the record who may what ([`record_to`](Access::record_to)); all sessions stand in memory too, so that a check costs nothing. What
/// another process changes there ([`disable`](Access::disable) at the command line) takes effect
/// in a running server within about two seconds.
#[derive(Clone)]
pub struct Access(pub(crate) Arc<Inner>, ActorId);

pub(crate) struct Inner {
    db: Mutex<Connection>,
    clock: Clock,
    limits: Limits,
    accounts: RwLock<HashMap<ActorId, Arc<Account>>>,
    /// By the SHA-256 of what the client holds; tokens as well.
    sessions: RwLock<HashMap<[u8; 32], Arc<Session>>>,
    policy: RwLock<Policy>,
    data_version: Mutex<i64>,
    recorder: RwLock<record::Recorder>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// Opens `access.db`, or makes it, readable by its owner only.
    pub fn open(path: &Path) -> Result<Self, AccessError> {
        Self::open_with(path, Limits::default(), wall_clock())
    }

    /// Opens `access.db` with other bounds and another clock.
    pub fn open_with(path: &Path, limits: Limits, clock: Clock) -> Result<Self, AccessError> {
        let inner = Inner {
            db: Mutex::new(store::open(path)?),
            clock,
            limits,
            accounts: RwLock::default(),
            sessions: RwLock::default(),
            policy: RwLock::default(),
            data_version: Mutex::new(-1),
            recorder: RwLock::default(),
        };
        let access = Self(Arc::new(inner), ActorId::SYSTEM);
        access.refresh()?;
        Ok(access)
    }

    /// Takes over what another process changed; cheap when nothing did.
    pub(crate) fn refresh(&self) -> Result<(), AccessError> {
        let version = {
            let db = self.db();
            db.query_row("PRAGMA data_version", [], |row| row.get(0))?
        };
        let mut seen = self
            .0
            .data_version
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *seen != version {
            self.load_policy()?;
            self.load_accounts()?;
            self.load_sessions()?;
            *seen = version;
        }
        Ok(())
    }

    /// What people call an actor: the account's display name, or what the program itself is.
    pub fn name_of(&self, actor: ActorId) -> Option<String> {
        match actor {
            ActorId::SYSTEM => Some("callbox".into()),
            ActorId::HISTORY => Some("history".into()),
            ActorId::SIMULATED => Some("simulation".into()),
            actor => self.account(actor).map(|account| account.name.clone()),
        }
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        // A panic in between leaves SQLite's own transaction to be rolled back; nothing else is held.
        self.0.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        (self.0.clock)().micros().div_euclid(1_000_000)
    }
}

/// SHA-256 of `parts` in a row.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| AccessError::Random)?;
    Ok(bytes)
}

/// A sign-in by password at the machine itself, for tests.
#[cfg(test)]
pub(crate) fn begun() -> Begin {
    Begin {
        stage: Stage::Full,
        method: "password",
        client: Client {
            browser: sha256(&[b""]),
            device: String::new(),
            address: "127.0.0.1".into(),
        },
    }
}

#[cfg(test)]
mod tests;
