use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use callbox_domain::ActorId;
use rusqlite::params;

use super::{Access, AccessError, Account, random, sha256, store, token::Scope};
use crate::hex::hex;

/// What a client proves itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A cookie in a browser.
    Browser,
    /// A token of a script.
    Token,
}

/// How far somebody has come in signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Signed in.
    Full,
    /// The first proof was right; the second factor is still asked for.
    Code,
    /// The password was set by somebody else and has to be changed before anything else.
    Password,
    /// A second factor has to be set up before anything else.
    Enrol,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Full, Self::Code, Self::Password, Self::Enrol];

    const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Code => "code",
            Self::Password => "password",
            Self::Enrol => "enrol",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// From where a session is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// SHA-256 of what the browser calls itself: a cookie that turns up elsewhere ends its session.
    pub(crate) browser: [u8; 32],
    /// What people recognise it by, as in 'Firefox, Linux'.
    pub(crate) device: String,
    /// The address from which it was begun.
    pub(crate) address: String,
}

/// What a session is begun with.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) stage: Stage,
    /// How the person proved who they are: `password`, `code`, `recovery`, `passkey`, `provider`.
    pub(crate) method: &'static str,
    pub(crate) client: Client,
}

/// A session as its owner and an administrator see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name: the beginning of the hash; of no use for signing in.
    pub(crate) id: String,
    pub(crate) actor: ActorId,
    pub(crate) created: i64,
    pub(crate) seen: i64,
    pub(crate) method: String,
    pub(crate) device: String,
    pub(crate) address: String,
}

/// One signed-in client, as long as it is.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) kind: Kind,
    pub(crate) actor: ActorId,
    pub(crate) stage: Stage,
    /// What a token may be used for.
    pub(crate) scope: Scope,
    /// Whether an open board keeps it alive: the position stands in a secured room.
    secured: bool,
    client: Client,
    method: String,
    created: i64,
    proved: AtomicI64,
    expires: i64,
    idle_seconds: Option<i64>,
    seen: AtomicI64,
    stored_seen: AtomicI64,
    revoked: AtomicBool,
}

impl Session {
    pub(super) fn new(kind: Kind, actor: ActorId, created: i64, expires: i64) -> Self {
        Self {
            kind,
            actor,
            stage: Stage::Full,
            scope: Scope::Account,
            secured: false,
            client: Client::default(),
            method: String::new(),
            created,
            proved: AtomicI64::new(0),
            expires,
            idle_seconds: None,
            seen: AtomicI64::new(created),
            stored_seen: AtomicI64::new(created),
            revoked: AtomicBool::new(false),
        }
    }

    fn idling(mut self, seconds: i64, seen: i64) -> Self {
        self.idle_seconds = Some(seconds);
        self.seen = AtomicI64::new(seen);
        self.stored_seen = AtomicI64::new(seen);
        self
    }

    /// Whether it holds at `now`; three loads from memory.
    fn holds(&self, now: i64) -> bool {
        let idle = |seconds| now - self.seen.load(Ordering::Relaxed) >= seconds;
        !self.revoked.load(Ordering::Acquire)
            && now < self.expires
            && !self.idle_seconds.is_some_and(idle)
    }

    /// Whether who sits there has proved within `seconds` who they are.
    pub(crate) fn is_proved(&self, now: i64, seconds: i64) -> bool {
        now - self.proved.load(Ordering::Relaxed) < seconds
    }

    /// How the person proved who they are.
    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }
}

impl Access {
    /// Begins a session; gives what the client keeps: 256 random bits as text.
    ///
    /// Each step of a sign-in begins a new one, so that nobody can plant a session beforehand.
    pub(crate) fn begin(&self, actor: ActorId, begin: &Begin) -> Result<String, AccessError> {
        let secret = hex(&random::<32>()?);
        let hash = sha256(&[secret.as_bytes()]);
        let now = self.now();
        let Begin {
            stage,
            method,
            client,
        } = begin;
        self.db().execute(
            "INSERT INTO sessions (hash, actor, created, seen, proved, stage, method, browser,
                 device, address) VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                hash,
                store::number(actor),
                now,
                stage.name(),
                method,
                client.browser,
                client.device,
                client.address
            ],
        )?;
        self.load_sessions()?;
        if *stage == Stage::Full {
            self.end_beyond(actor, &hash)?;
        }
        Ok(secret)
    }

    /// Ends those of an account's sessions that are more than the center lets one have at once;
    /// those unused for the longest go, never `newest`.
    ///
    /// Half-done sign-ins do not count: a known password alone must not sign anybody out.
    fn end_beyond(&self, actor: ActorId, newest: &[u8; 32]) -> Result<(), AccessError> {
        let most = self.policy().sessions as usize;
        if most == 0 {
            return Ok(());
        }
        let now = self.now();
        let mut others: Vec<_> = {
            let sessions = self.0.sessions.read();
            let sessions = sessions.unwrap_or_else(PoisonError::into_inner);
            sessions
                .iter()
                .filter(|(hash, session)| {
                    session.kind == Kind::Browser
                        && session.actor == actor
                        && session.stage == Stage::Full
                        && session.holds(now)
                        && *hash != newest
                })
                .map(|(hash, session)| (session.seen.load(Ordering::Relaxed), *hash))
                .collect()
        };
        others.sort_unstable_by(|a, b| b.cmp(a));
        for (_, hash) in others.iter().skip(most - 1) {
            self.db()
                .execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
        }
        if others.len() >= most {
            tracing::info!(
                actor = actor.0,
                most,
                "signed out where it was unused longest"
            );
            self.load_sessions()?;
        }
        Ok(())
    }

    /// The session behind what a client sent, if it holds; counts as use.
    pub(crate) fn session(&self, kind: Kind, secret: &str) -> Option<(Arc<Session>, Arc<Account>)> {
        let hash = sha256(&[secret.as_bytes()]);
        let session = {
            let sessions = self
                .0
                .sessions
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(sessions.get(&hash).filter(|session| session.kind == kind)?)
        };
        if !self.touch(&session) {
            return None;
        }
        let account = self
            .account(session.actor)
            .filter(|account| account.is_usable(self.now()))?;
        Some((session, account))
    }

    /// The same for a cookie, which holds in the browser that it was given to and ends elsewhere.
    pub(crate) fn session_in(
        &self,
        secret: &str,
        browser: &[u8; 32],
    ) -> Option<(Arc<Session>, Arc<Account>)> {
        let found = self.session(Kind::Browser, secret)?;
        if found.0.client.browser == *browser {
            return Some(found);
        }
        found.0.revoke();
        tracing::warn!(
            actor = found.0.actor.0,
            "a session turned up in another browser and was ended"
        );
        None
    }

    /// Whether a session still holds; if so it counts as used now.
    pub(crate) fn touch(&self, session: &Session) -> bool {
        let now = self.now();
        let holds = session.holds(now);
        if holds {
            session.seen.store(now, Ordering::Relaxed);
        }
        holds
    }

    /// The account of an open board, while its session holds; counts as use only in a secured room.
    pub(crate) fn watch(&self, session: &Session) -> Option<Arc<Account>> {
        let now = self.now();
        let account = self.account(session.actor)?;
        let holds = account.is_usable(now)
            && if session.secured {
                self.touch(session)
            } else {
                session.holds(now)
            };
        holds.then_some(account)
    }

    /// Notes that who sits there has proved again who they are.
    pub(crate) fn prove(&self, session: &Session, secret: &str) -> Result<(), AccessError> {
        let now = self.now();
        session.proved.store(now, Ordering::Relaxed);
        self.db().execute(
            "UPDATE sessions SET proved = ?2 WHERE hash = ?1",
            params![sha256(&[secret.as_bytes()]), now],
        )?;
        Ok(())
    }

    /// Whether who sits there has proved who they are a moment ago, as grave acts ask.
    pub(crate) fn is_proved(&self, session: &Session) -> bool {
        session.is_proved(self.now(), self.0.limits.proof_seconds)
    }

    /// The browsers that somebody, or everybody, is signed in with; the newest first.
    pub(crate) fn signed_in(&self, actor: Option<ActorId>) -> Vec<Listed> {
        let now = self.now();
        let sessions = self.0.sessions.read();
        let sessions = sessions.unwrap_or_else(PoisonError::into_inner);
        let mut listed: Vec<_> = sessions
            .iter()
            .filter(|(_, session)| session.kind == Kind::Browser && session.holds(now))
            .filter(|(_, session)| actor.is_none_or(|actor| actor == session.actor))
            .map(|(hash, session)| Listed {
                id: hex(&hash[..8]),
                actor: session.actor,
                created: session.created,
                seen: session.seen.load(Ordering::Relaxed),
                method: session.method.clone(),
                device: session.client.device.clone(),
                address: session.client.address.clone(),
            })
            .collect();
        listed.sort_by(|a, b| (b.seen, &b.id).cmp(&(a.seen, &a.id)));
        listed
    }

    /// The name under which [`signed_in`](Self::signed_in) lists what a client sent.
    pub(crate) fn listed_as(secret: &str) -> String {
        hex(&sha256(&[secret.as_bytes()])[..8])
    }

    /// Opens the rest to a session in which a second factor was just set up.
    pub(crate) fn finish_enrolment(&self, session: &Session) -> Result<(), AccessError> {
        match session.stage {
            Stage::Enrol => self.advance(session, Stage::Full),
            _ => Ok(()),
        }
    }

    /// Leads a session on in which the first password was just changed.
    pub(crate) fn finish_password(
        &self,
        session: &Session,
        account: &Account,
    ) -> Result<(), AccessError> {
        if session.stage != Stage::Password {
            return Ok(());
        }
        // The factor that there is was given before this.
        let stage = match self.stage_beside(account)? {
            Stage::Enrol => Stage::Enrol,
            _ => Stage::Full,
        };
        self.advance(session, stage)
    }

    fn advance(&self, session: &Session, stage: Stage) -> Result<(), AccessError> {
        let hash = {
            let mut sessions = self.sessions_mut();
            let found = sessions
                .iter()
                .find(|(_, known)| std::ptr::eq(Arc::as_ptr(known), session))
                .map(|(hash, _)| *hash);
            found.inspect(|hash| {
                sessions.remove(hash);
            })
        };
        if let Some(hash) = hash {
            self.db().execute(
                "UPDATE sessions SET stage = ?2 WHERE hash = ?1",
                params![hash, stage.name()],
            )?;
            self.load_sessions()?;
            if stage == Stage::Full {
                return self.end_beyond(session.actor, &hash);
            }
        }
        self.load_sessions()
    }

    /// Ends all sessions of an account.
    pub fn end_all(&self, login: &str) -> Result<(), AccessError> {
        let known = usize::from(self.account_named(login)?.is_some());
        self.end_sessions(login, known)
    }

    /// Ends one session of an account by its name; whether there was one.
    pub(crate) fn end_listed(&self, actor: ActorId, id: &str) -> Result<bool, AccessError> {
        let ended = self.db().execute(
            "DELETE FROM sessions WHERE actor = ?1 AND lower(hex(substr(hash, 1, 8))) = ?2",
            params![store::number(actor), id],
        )?;
        self.load_sessions()?;
        Ok(ended > 0)
    }

    /// Ends all sessions of an account but the one behind `kept`.
    pub(crate) fn end_others(&self, actor: ActorId, kept: &str) -> Result<(), AccessError> {
        self.db().execute(
            "DELETE FROM sessions WHERE actor = ?1 AND hash <> ?2",
            params![store::number(actor), sha256(&[kept.as_bytes()])],
        )?;
        self.load_sessions()
    }

    /// Ends the session behind what a client sent.
    pub(crate) fn end(&self, secret: &str) -> Result<(), AccessError> {
        let hash = sha256(&[secret.as_bytes()]);
        if let Some(session) = self.sessions_mut().remove(&hash) {
            session.revoke();
        }
        self.db()
            .execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
        Ok(())
    }

    /// Forgets sessions that are over and stores when the others were last used.
    pub(crate) fn tidy(&self) -> Result<(), AccessError> {
        let now = self.now();
        let mut over = Vec::new();
        let mut used = Vec::new();
        self.sessions_mut().retain(|hash, session| {
            let holds = session.holds(now);
            let seen = session.seen.load(Ordering::Relaxed);
            if !holds {
                session.revoke();
                over.push(*hash);
            } else if session.stored_seen.swap(seen, Ordering::Relaxed) != seen {
                used.push((*hash, seen));
            }
            holds
        });
        let db = self.db();
        let begun = db.unchecked_transaction()?;
        for hash in over {
            begun.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
        }
        for (hash, seen) in used {
            begun.execute(
                "UPDATE sessions SET seen = ?2 WHERE hash = ?1",
                params![hash, seen],
            )?;
        }
        begun.execute(
            "DELETE FROM failures WHERE at <= ?1",
            [now - self.0.limits.failure_window_seconds],
        )?;
        Ok(begun.commit()?)
    }

    /// Takes sessions and tokens over from the database; those that are gone there end here.
    pub(super) fn load_sessions(&self) -> Result<(), AccessError> {
        let stored = self.stored_sessions()?;
        let mut sessions = self.sessions_mut();
        for (hash, session) in sessions.iter() {
            if !stored.contains_key(hash) {
                session.revoke();
            }
        }
        sessions.retain(|hash, _| stored.contains_key(hash));
        for (hash, session) in stored {
            sessions.entry(hash).or_insert_with(|| Arc::new(session));
        }
        Ok(())
    }

    fn stored_sessions(&self) -> Result<HashMap<[u8; 32], Session>, AccessError> {
        let center = self.recorded();
        let now = self.now();
        let is_usable = |actor| self.account(actor).is_some_and(|it| it.is_usable(now));
        let db = self.db();
        let mut stored = HashMap::new();
        let mut select = db.prepare(
            "SELECT hash, actor, sessions.created, seen, proved, stage, method, browser, device,
                 address
             FROM sessions JOIN accounts USING (actor)",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let session = self.browser_session(row)?;
            if is_usable(session.actor) {
                stored.insert(row.get(0)?, session);
            }
        }
        let mut select = db.prepare(
            "SELECT hash, actor, tokens.created, tokens.expires, scope, id
             FROM tokens JOIN accounts USING (actor)",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let actor = store::actor(row, 1)?;
            let (mut expires, mut scope): (i64, String) = (row.get(3)?, row.get(4)?);
            if !is_usable(actor) {
                continue;
            }
            if let Some(center) = &center {
                let number = row.get::<_, i64>(5)?.cast_unsigned();
                let known = center.accounts.get(actor.0);
                let known = known.and_then(|it| it.tokens.iter().find(|it| it.token == number));
                let Some(known) = known else { continue };
                expires = known.expires.micros().div_euclid(1_000_000);
                scope = known.scope.to_string();
            }
            let mut session = Session::new(Kind::Token, actor, row.get(2)?, expires);
            // A scope that this callbox does not know grants nothing.
            let Some(scope) = Scope::from_name(&scope) else {
                continue;
            };
            session.scope = scope;
            stored.insert(row.get(0)?, session);
        }
        Ok(stored)
    }

    fn browser_session(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<Session> {
        let limits = &self.0.limits;
        let created: i64 = row.get(2)?;
        let stage: String = row.get(5)?;
        // What cannot be read is the stage that may do least.
        let stage = Stage::from_name(&stage).unwrap_or(Stage::Code);
        let lasts = match stage {
            Stage::Full => limits.absolute_seconds,
            Stage::Code | Stage::Password | Stage::Enrol => limits.sign_in_seconds,
        };
        let actor = store::actor(row, 1)?;
        let mut session = Session::new(Kind::Browser, actor, created, created + lasts)
            .idling(limits.idle_seconds, row.get(3)?);
        session.stage = stage;
        session.proved = AtomicI64::new(row.get(4)?);
        session.method = row.get(6)?;
        session.client = Client {
            browser: row.get(7)?,
            device: row.get(8)?,
            address: row.get(9)?,
        };
        session.secured = self.policy().is_secured(&session.client.address);
        Ok(session)
    }

    fn sessions_mut(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<[u8; 32], Arc<Session>>> {
        self.0
            .sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a form must bring along to act in a session: derived from its secret, useless without it.
pub(crate) fn form_token(secret: &str) -> String {
    hex(&sha256(&[b"callbox form token\0", secret.as_bytes()])[..16])
}
