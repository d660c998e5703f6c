use callbox_domain::ActorId;
use rusqlite::{OptionalExtension as _, params};

use super::{
    Access, AccessError, Account,
    password::letters,
    random,
    record::{Credential, CredentialChange},
    sha256, store, totp,
};
use crate::{hex::hex, percent::encoded};

/// How many codes for recovery somebody gets.
const RECOVERY_CODES: usize = 10;

/// What somebody types into an app, or lets it photograph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enrolment {
    /// The secret in letters, in groups of four, as people type them.
    pub(crate) letters: String,
    /// The same as an address that apps understand.
    pub(crate) uri: String,
}

impl Access {
    /// Whether somebody has an authenticator or a passkey.
    pub(crate) fn has_second_factor(&self, actor: ActorId) -> Result<bool, AccessError> {
        Ok(self.has_authenticator(actor)? || !self.passkeys(actor)?.is_empty())
    }

    /// Whether somebody has an authenticator that was tried once.
    pub(crate) fn has_authenticator(&self, actor: ActorId) -> Result<bool, AccessError> {
        let sql = "SELECT count(*) FROM authenticators WHERE actor = ?1 AND confirmed IS NOT NULL";
        let count: i64 = self
            .db()
            .query_row(sql, [store::number(actor)], |row| row.get(0))?;
        Ok(count > 0)
    }

    /// The secret of an authenticator that is being set up, the same until it is confirmed; `None` where one is in use.
    pub(crate) fn enrol(
        &self,
        account: &Account,
        center: &str,
    ) -> Result<Option<Enrolment>, AccessError> {
        let actor = store::number(account.actor);
        let fresh: [u8; 20] = random()?;
        let db = self.db();
        db.execute(
            "INSERT INTO authenticators (actor, secret, last_step) VALUES (?1, ?2, 0)
             ON CONFLICT (actor) DO NOTHING",
            params![actor, fresh],
        )?;
        let secret: Option<Vec<u8>> = db
            .query_row(
                "SELECT secret FROM authenticators WHERE actor = ?1 AND confirmed IS NULL",
                [actor],
                |row| row.get(0),
            )
            .optional()?;
        let Some(secret) = secret else {
            return Ok(None);
        };
        let letters = totp::base32(&secret);
        let issuer = encoded(&format!("callbox {center}"));
        let uri = format!(
            "otpauth://totp/{issuer}:{}?secret={letters}&issuer={issuer}",
            account.login
        );
        let letters = in_fours(&letters);
        Ok(Some(Enrolment { letters, uri }))
    }

    /// Takes an authenticator into use once it shows a right code; gives codes for recovery.
    pub(crate) fn confirm(
        &self,
        actor: ActorId,
        code: &str,
    ) -> Result<Option<Vec<String>>, AccessError> {
        let now = self.now();
        {
            let db = self.db();
            let secret: Option<Vec<u8>> = db
                .query_row(
                    "SELECT secret FROM authenticators WHERE actor = ?1 AND confirmed IS NULL",
                    [store::number(actor)],
                    |row| row.get(0),
                )
                .optional()?;
            let step = secret.and_then(|secret| totp::verify(&secret, code, now, 0));
            let Some(step) = step else {
                return Ok(None);
            };
            drop(db);
            self.record_credential(actor, Credential::Authenticator, CredentialChange::Added)?;
            self.db().execute(
                "UPDATE authenticators SET confirmed = ?2, last_step = ?3 WHERE actor = ?1",
                params![store::number(actor), now, step],
            )?;
        }
        self.new_recovery_codes(actor).map(Some)
    }

    /// Makes new codes for recovery; the old ones hold no longer.
    pub(crate) fn new_recovery_codes(&self, actor: ActorId) -> Result<Vec<String>, AccessError> {
        self.record_credential(actor, Credential::RecoveryCodes, CredentialChange::Replaced)?;
        let codes = (0..RECOVERY_CODES)
            .map(|_| recovery_code())
            .collect::<Result<Vec<_>, _>>()?;
        let db = self.db();
        let begun = db.unchecked_transaction()?;
        begun.execute(
            "DELETE FROM recovery_codes WHERE actor = ?1",
            [store::number(actor)],
        )?;
        for code in &codes {
            begun.execute(
                "INSERT INTO recovery_codes (hash, actor) VALUES (?1, ?2)",
                params![hash(actor, code), store::number(actor)],
            )?;
        }
        begun.commit()?;
        Ok(codes)
    }

    /// How many codes for recovery are left to somebody who has an authenticator; `None` for others.
    pub(crate) fn recovery_codes_left(&self, actor: ActorId) -> Result<Option<i64>, AccessError> {
        let sql = "SELECT (SELECT count(*) FROM recovery_codes WHERE actor = ?1)
             FROM authenticators WHERE actor = ?1 AND confirmed IS NOT NULL";
        let left = self
            .db()
            .query_row(sql, [store::number(actor)], |row| row.get(0));
        Ok(left.optional()?)
    }

    /// Tells somebody's codes for recovery from those before and after, without saying anything about them. The form for
    /// new ones names those that it replaces: so it replaces them once, however often it is sent.
    pub(crate) fn recovery_mark(&self, actor: ActorId) -> Result<String, AccessError> {
        let db = self.db();
        let mut select =
            db.prepare("SELECT hash FROM recovery_codes WHERE actor = ?1 ORDER BY hash")?;
        let found = select.query_map([store::number(actor)], |row| row.get(0))?;
        let mut all: Vec<Vec<u8>> = found.collect::<Result<_, _>>()?;
        all.push(b"callbox recovery mark\0".to_vec());
        let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
        Ok(hex(&sha256(&all)[..8]))
    }

    /// Takes somebody's authenticator and codes out of use.
    pub(crate) fn remove_authenticator(&self, actor: ActorId) -> Result<(), AccessError> {
        self.record_credential(actor, Credential::Authenticator, CredentialChange::Removed)?;
        self.forget_authenticator(actor)
    }

    fn forget_authenticator(&self, actor: ActorId) -> Result<(), AccessError> {
        let db = self.db();
        let begun = db.unchecked_transaction()?;
        for table in ["authenticators", "recovery_codes"] {
            begun.execute(
                &format!("DELETE FROM {table} WHERE actor = ?1"),
                [store::number(actor)],
            )?;
        }
        Ok(begun.commit()?)
    }

    /// Takes all second factors of a lost phone or key out of use, and ends the sessions.
    pub fn reset_factors(&self, login: &str) -> Result<(), AccessError> {
        let account = self.account_named(login)?;
        let account = account.ok_or_else(|| AccessError::Unknown(login.to_owned()))?;
        let all = Credential::SecondFactors;
        self.record_credential(account.actor, all, CredentialChange::Removed)?;
        self.forget_authenticator(account.actor)?;
        self.db().execute(
            "DELETE FROM passkeys WHERE actor = ?1",
            [store::number(account.actor)],
        )?;
        self.end_sessions(login, 1)
    }

    /// Uses a code up; says which kind it was, or `None` where it opens nothing.
    pub(super) fn use_code(
        &self,
        actor: ActorId,
        code: &str,
    ) -> Result<Option<&'static str>, AccessError> {
        let now = self.now();
        let db = self.db();
        let number = store::number(actor);
        let stored: Option<(Vec<u8>, i64)> = db
            .query_row(
                "SELECT secret, last_step FROM authenticators
                 WHERE actor = ?1 AND confirmed IS NOT NULL",
                [number],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let step = stored.and_then(|(secret, last)| totp::verify(&secret, code, now, last));
        if let Some(step) = step {
            // Of two requests with the same code at once, one changes the row.
            let used = db.execute(
                "UPDATE authenticators SET last_step = ?2 WHERE actor = ?1 AND last_step < ?2",
                params![number, step],
            )?;
            return Ok((used == 1).then_some("code"));
        }
        let used = db.execute(
            "DELETE FROM recovery_codes WHERE hash = ?1 AND actor = ?2",
            params![hash(actor, code), number],
        )?;
        Ok((used == 1).then_some("recovery"))
    }
}

/// Letters and digits in five groups of six, 148 bits: enough for a plain hash to keep them.
fn recovery_code() -> Result<String, AccessError> {
    letters(5, 6)
}

/// Letters in groups of four.
fn in_fours(letters: &str) -> String {
    let groups = letters.as_bytes().chunks(4);
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// What is stored of a code; how it is written does not matter.
fn hash(actor: ActorId, code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    sha256(&[
        b"callbox recovery code\0",
        &actor.0.to_be_bytes(),
        plain.as_bytes(),
    ])
}
