use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use callbox_domain::ActorId;
use rusqlite::params;

use super::{Access, AccessError, Account, random, sha256, store};
use crate::hex::hex;

/// What a client proves itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A cookie in a browser.
    Browser,
    /// A token of a script.
    Token,
}

/// One signed-in client, as long as it is.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) kind: Kind,
    pub(crate) actor: ActorId,
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

    fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }
}

impl Access {
    /// Begins a session; gives what the client keeps: 256 random bits as text.
    pub(crate) fn begin(&self, account: &Account) -> Result<String, AccessError> {
        let secret = hex(&random::<32>()?);
        let hash = sha256(&[secret.as_bytes()]);
        let now = self.now();
        self.db().execute(
            "INSERT INTO sessions (hash, actor, created, seen) VALUES (?1, ?2, ?3, ?3)",
            params![hash, store::number(account.actor), now],
        )?;
        let session = self.browser_session(account.actor, now, now);
        self.sessions_mut().insert(hash, Arc::new(session));
        Ok(secret)
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
            .filter(|account| account.disabled.is_none())?;
        Some((session, account))
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
        let db = self.db();
        let mut stored = HashMap::new();
        let mut select = db.prepare(
            "SELECT hash, actor, sessions.created, seen FROM sessions JOIN accounts USING (actor)
             WHERE disabled IS NULL",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let session = self.browser_session(store::actor(row, 1)?, row.get(2)?, row.get(3)?);
            stored.insert(row.get(0)?, session);
        }
        let mut select = db.prepare(
            "SELECT hash, actor, tokens.created, expires FROM tokens JOIN accounts USING (actor)
             WHERE disabled IS NULL",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let actor = store::actor(row, 1)?;
            let session = Session::new(Kind::Token, actor, row.get(2)?, row.get(3)?);
            stored.insert(row.get(0)?, session);
        }
        Ok(stored)
    }

    fn browser_session(&self, actor: ActorId, created: i64, seen: i64) -> Session {
        let limits = &self.0.limits;
        Session::new(
            Kind::Browser,
            actor,
            created,
            created + limits.absolute_seconds,
        )
        .idling(limits.idle_seconds, seen)
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
