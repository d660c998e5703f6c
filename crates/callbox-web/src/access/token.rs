use callbox_domain::{AccountAct, events::TokenEnded};
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::{Access, AccessError, random, record::issue, sha256, store};
use crate::hex::hex;

/// The longest time that a token may hold, in days.
const MAX_DAYS: u32 = 366;

/// What a token may be used for, within its account's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All that the account may, but no grave acts.
    Account,
    /// Reading.
    Read,
    /// Reporting positions.
    Positions,
    /// Reading the server's figures.
    Metrics,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 4] = [Self::Account, Self::Read, Self::Positions, Self::Metrics];

    /// The name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Read => "read",
            Self::Positions => "positions",
            Self::Metrics => "metrics",
        }
    }

    /// The scope with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A script's token; what the script keeps is shown once and not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Its number, for revoking it.
    pub id: i64,
    /// The account with whose rights the script acts.
    pub login: String,
    /// What it is for.
    pub label: String,
    /// What it may be used for.
    pub scope: Scope,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Until when it holds, in seconds since 1970.
    pub expires: i64,
}

impl Access {
    /// Makes a token for an account; gives what the script sends as `Authorization: Bearer …`.
    ///
    /// It holds for `days`, at most 366, with the account's rights as they are at each request and as far as
    /// `scope` goes.
    pub fn add_token(
        &self,
        login: &str,
        label: &str,
        days: u32,
        scope: Scope,
    ) -> Result<String, AccessError> {
        let account = self
            .account_named(login)?
            .filter(|account| account.is_usable(self.now()))
            .ok_or_else(|| AccessError::Unknown(login.to_owned()))?;
        let label = callbox_domain::Code::new(label).map_err(|_| AccessError::BadName)?;
        // The prefix lets secret scanners find a token that was committed somewhere by mistake.
        let secret = format!("callbox_{}", hex(&random::<32>()?));
        let now = self.now();
        let expires = now + i64::from(days.min(MAX_DAYS)) * 86_400;
        let number = self.record(issue(account.actor, scope, expires)?)?;
        self.db().execute(
            "INSERT INTO tokens (id, hash, actor, label, created, expires, scope)
             VALUES (?7, ?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                sha256(&[secret.as_bytes()]),
                store::number(account.actor),
                label.as_str(),
                now,
                expires,
                scope.name(),
                number.map(u64::cast_signed)
            ],
        )?;
        self.load_sessions()?;
        Ok(secret)
    }

    /// All tokens in the order in which they were made.
    pub fn tokens(&self) -> Result<Vec<Token>, AccessError> {
        let db = self.db();
        let mut select = db.prepare(
            "SELECT id, login, label, tokens.created, tokens.expires, scope
             FROM tokens JOIN accounts USING (actor) ORDER BY id",
        )?;
        let rows = select.query_map([], |row| {
            let scope: String = row.get(5)?;
            Ok(Token {
                scope: Scope::from_name(&scope).unwrap_or(Scope::Read),
                id: row.get(0)?,
                login: row.get(1)?,
                label: row.get(2)?,
                created: row.get(3)?,
                expires: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ends a token.
    pub fn revoke_token(&self, id: i64) -> Result<(), AccessError> {
        let owner = {
            let sql = "SELECT actor FROM tokens WHERE id = ?1";
            let row = |row: &rusqlite::Row<'_>| store::actor(row, 0);
            self.db().query_row(sql, [id], row).optional()?
        };
        let account = owner.ok_or(AccessError::UnknownToken(id))?;
        let token = id.cast_unsigned();
        self.record(AccountAct::End(TokenEnded { account, token }))?;
        self.db()
            .execute("DELETE FROM tokens WHERE id = ?1", [id])?;
        self.load_sessions()
    }
}
