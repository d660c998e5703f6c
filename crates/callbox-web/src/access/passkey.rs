//! Passkeys (WebAuthn level 3): registering one, and signing in with one.
//!
//! What is *absent*: attestation. Which make of authenticator somebody uses is not asked for.

mod credential;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use callbox_domain::ActorId;
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use thiserror::Error;

use super::{
    Access, AccessError, Account, random,
    record::{Credential, CredentialChange},
    sha256, store,
};
use credential::{AuthenticatorData, PublicKey};

/// How many ceremonies may be under way; beyond it the oldest are forgotten.
const MAX_CEREMONIES: usize = 4_096;
/// For how long one may be.
const CEREMONY_SECONDS: i64 = 5 * 60;
/// The most bytes that a client may send for one member.
const MAX_MEMBER_BYTES: usize = 8 * 1_024;

/// Why a passkey is not taken.
#[derive(Debug, Error)]
pub(crate) enum PasskeyError {
    /// What the browser sent does not hold; what exactly is for the log.
    #[error("{0}")]
    Refused(&'static str),
    /// The accounts cannot be used.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<rusqlite::Error> for PasskeyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Access(error.into())
    }
}

/// A passkey of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passkey {
    pub(crate) id: i64,
    pub(crate) credential: Vec<u8>,
    pub(crate) label: String,
    pub(crate) created: i64,
    pub(crate) used: Option<i64>,
}

/// What a browser sends of a new passkey; all members in base64url.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Registration {
    pub(crate) client_data: String,
    pub(crate) attestation: String,
    #[serde(default)]
    pub(crate) label: String,
}

/// What a browser sends to sign in; all members in base64url.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Assertion {
    pub(crate) credential: String,
    pub(crate) client_data: String,
    pub(crate) authenticator_data: String,
    pub(crate) signature: String,
}

/// Challenges that were given out: each holds for a while, for one purpose, once.
#[derive(Debug, Default)]
pub(crate) struct Ceremonies(Mutex<HashMap<[u8; 32], UnderWay>>);

/// Who registers a passkey, or nobody where somebody signs in; and until when.
type UnderWay = (Option<ActorId>, i64);

impl Ceremonies {
    /// A challenge for `actor` to register a passkey, or for anybody to sign in.
    pub(crate) fn begin(&self, actor: Option<ActorId>, now: i64) -> Result<String, AccessError> {
        let challenge: [u8; 32] = random()?;
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|_, (_, ends)| now < *ends);
        if under_way.len() >= MAX_CEREMONIES {
            let oldest = under_way.iter().min_by_key(|(_, (_, ends))| *ends);
            if let Some(oldest) = oldest.map(|(challenge, _)| *challenge) {
                under_way.remove(&oldest);
            }
        }
        under_way.insert(challenge, (actor, now + CEREMONY_SECONDS));
        Ok(URL_SAFE_NO_PAD.encode(challenge))
    }

    /// Takes a challenge back; whether it was given out for this and still holds.
    fn end(&self, challenge: &[u8], actor: Option<ActorId>, now: i64) -> bool {
        let Ok(challenge) = <[u8; 32]>::try_from(challenge) else {
            return false;
        };
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = under_way.remove(&challenge);
        found.is_some_and(|(whose, ends)| whose == actor && now < ends)
    }
}

/// What a browser says of the ceremony; signed over by the authenticator.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl Access {
    /// Somebody's passkeys in the order in which they were made.
    pub(crate) fn passkeys(&self, actor: ActorId) -> Result<Vec<Passkey>, AccessError> {
        let db = self.db();
        let mut select = db.prepare(
            "SELECT id, credential, label, created, used FROM passkeys WHERE actor = ?1
             ORDER BY id",
        )?;
        let rows = select.query_map([store::number(actor)], |row| {
            Ok(Passkey {
                id: row.get(0)?,
                credential: row.get(1)?,
                label: row.get(2)?,
                created: row.get(3)?,
                used: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes a new passkey in (WebAuthn level 3, section 7.1) that is used at `host`.
    pub(crate) fn add_passkey(
        &self,
        ceremonies: &Ceremonies,
        actor: ActorId,
        host: &str,
        sent: &Registration,
    ) -> Result<(), PasskeyError> {
        let now = self.now();
        let client_data = decode(&sent.client_data)?;
        let challenge = check_client_data(&client_data, "webauthn.create", host)?;
        if !ceremonies.end(&challenge, Some(actor), now) {
            return Err(PasskeyError::Refused("the challenge is not one of ours"));
        }
        let attestation = decode(&sent.attestation)?;
        let data = credential::authenticator_data_of(&attestation)?;
        let data = AuthenticatorData::read(data)?;
        data.check(name_of(host))?;
        let (credential, key) = data
            .credential
            .ok_or(PasskeyError::Refused("there is no credential"))?;
        PublicKey::read(key)?;
        let label = callbox_domain::Code::new(sent.label.trim());
        let label = label.map_or_else(|_| "passkey".to_owned(), |label| label.to_string());
        let sql = "SELECT count(*) FROM passkeys WHERE credential = ?1";
        let row = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        if self.db().query_row(sql, params![credential], row)? > 0 {
            return Err(PasskeyError::Refused("the passkey is registered already"));
        }
        self.record_credential(actor, Credential::Passkey, CredentialChange::Added)?;
        let inserted = self.db().execute(
            "INSERT INTO passkeys (actor, host, credential, key, counter, label, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (credential) DO NOTHING",
            params![
                store::number(actor),
                name_of(host),
                credential,
                key,
                data.counter,
                label,
                now
            ],
        )?;
        if inserted == 0 {
            return Err(PasskeyError::Refused("the passkey is registered already"));
        }
        Ok(())
    }

    /// Whose passkey signed (WebAuthn level 3, section 7.2); it then counts as used.
    pub(crate) fn check_passkey(
        &self,
        ceremonies: &Ceremonies,
        host: &str,
        sent: &Assertion,
    ) -> Result<Account, PasskeyError> {
        let now = self.now();
        let client_data = decode(&sent.client_data)?;
        let challenge = check_client_data(&client_data, "webauthn.get", host)?;
        if !ceremonies.end(&challenge, None, now) {
            return Err(PasskeyError::Refused("the challenge is not one of ours"));
        }
        let stored: Option<(i64, i64, Vec<u8>, u32)> = self
            .db()
            .query_row(
                "SELECT id, actor, key, counter FROM passkeys WHERE credential = ?1 AND host = ?2",
                params![decode(&sent.credential)?, name_of(host)],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()?;
        let (id, actor, key, counter) =
            stored.ok_or(PasskeyError::Refused("the passkey is not known"))?;
        let bytes = decode(&sent.authenticator_data)?;
        let data = AuthenticatorData::read(&bytes)?;
        data.check(name_of(host))?;
        let signed = [&bytes[..], &sha256(&[&client_data])].concat();
        PublicKey::read(&key)?.verify(&signed, &decode(&sent.signature)?)?;
        // Those that count tell on a copy; most passkeys are synchronised and stay at 0.
        if (data.counter > 0 || counter > 0) && data.counter <= counter {
            return Err(PasskeyError::Refused("the passkey was copied"));
        }
        self.db().execute(
            "UPDATE passkeys SET counter = ?2, used = ?3 WHERE id = ?1",
            params![id, data.counter, now],
        )?;
        let account = self.account(ActorId(actor.cast_unsigned()));
        let account = account.filter(|account| account.is_usable(now));
        let account = account.ok_or(PasskeyError::Refused("the account is out of use"))?;
        Ok(Account::clone(&account))
    }

    /// Takes one of somebody's passkeys out of use; whether there was one.
    pub(crate) fn remove_passkey(&self, actor: ActorId, id: i64) -> Result<bool, AccessError> {
        self.record_credential(actor, Credential::Passkey, CredentialChange::Removed)?;
        let removed = self.db().execute(
            "DELETE FROM passkeys WHERE actor = ?1 AND id = ?2",
            params![store::number(actor), id],
        )?;
        Ok(removed > 0)
    }
}

/// The name for which a passkey is made: the host without its port.
pub(crate) fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Holds what the browser says against what was asked for; gives the challenge.
fn check_client_data(bytes: &[u8], ceremony: &str, host: &str) -> Result<Vec<u8>, PasskeyError> {
    let said: ClientData = serde_json::from_slice(bytes)
        .map_err(|_| PasskeyError::Refused("the client data is no JSON"))?;
    if said.r#type != ceremony || said.cross_origin {
        return Err(PasskeyError::Refused(
            "the client data is for something else",
        ));
    }
    // Browsers make passkeys on https pages only, and on http ones of the machine itself.
    let is_own = match said.origin.split_once("://") {
        Some(("https", origin)) => origin == host,
        Some(("http", origin)) => origin == host && name_of(host) == "localhost",
        _ => false,
    };
    if !is_own {
        return Err(PasskeyError::Refused("the page is not of this server"));
    }
    decode(&said.challenge)
}

fn decode(text: &str) -> Result<Vec<u8>, PasskeyError> {
    if text.len() > MAX_MEMBER_BYTES {
        return Err(PasskeyError::Refused("a member is too long"));
    }
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| PasskeyError::Refused("a member is no base64url"))
}
