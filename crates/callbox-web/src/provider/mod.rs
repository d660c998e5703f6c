//! Sign-in at another provider (OpenID Connect Core 1.0): code flow with PKCE, state and nonce.
//!
//! What is *absent*: accounts made by what a provider says. It tells who somebody is; what they may
//! do here, the center decides.

mod http;
mod pages;
mod token;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::Uri;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use thiserror::Error;

pub(crate) use pages::{back, begin};

use crate::access::{self, sha256};
use http::Client;
use token::{Claims, Keys};

/// How many sign-ins may be under way at the provider; beyond it the oldest are forgotten.
const MAX_UNDER_WAY: usize = 4_096;
/// For how long one may be.
const PATIENCE_SECONDS: i64 = 10 * 60;
/// How long what the provider says of itself is believed.
const DISCOVERY_HOLDS: Duration = Duration::from_secs(3_600);
/// How often at most keys are asked for anew, because one is not known.
const KEYS_AT_MOST: Duration = Duration::from_secs(60);

/// Where people may sign in beside callbox itself; read from a TOML file.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// What the button says.
    pub name: String,
    /// The provider's address, exactly as it calls itself.
    pub issuer: String,
    /// The name under which the provider knows this server.
    pub client_id: String,
    /// A file with the secret that both know; without it PKCE alone protects the code.
    pub client_secret_file: Option<PathBuf>,
    /// The address of this server as browsers know it, without a path.
    pub public_url: String,
    /// Which claim holds the login name, the first time; from then on the subject counts.
    #[serde(default = "login_claim")]
    pub login_claim: String,
    /// Whether the provider asks for a second factor, so that callbox does not.
    #[serde(default)]
    pub trust_second_factor: bool,
    /// Certificates that the provider's is signed with, in PEM.
    #[serde(default = "authorities")]
    pub authorities: PathBuf,
}

fn login_claim() -> String {
    "preferred_username".into()
}

fn authorities() -> PathBuf {
    "/etc/ssl/certs/ca-certificates.crt".into()
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Why a provider cannot be used, or somebody could not sign in there.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// The provider does not answer, or not as it should.
    #[error("the provider does not answer as it should: {0}")]
    Answer(String),
    /// What it says of somebody does not hold.
    #[error("the provider's word does not hold: {0}")]
    Token(&'static str),
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

/// A provider that is set up.
pub(crate) struct Provider {
    pub(crate) settings: ProviderSettings,
    secret: Option<zeroize::Zeroizing<String>>,
    client: Client,
    known: Mutex<Option<(Instant, Discovery)>>,
    keys: tokio::sync::Mutex<Option<(Instant, Keys)>>,
    under_way: Mutex<HashMap<[u8; 32], UnderWay>>,
}

/// What the provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Clone, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// A sign-in between the way there and the way back.
struct UnderWay {
    /// SHA-256 of what the browser keeps meanwhile: nobody brings somebody else's way back.
    browser: [u8; 32],
    nonce: String,
    verifier: String,
    next: String,
    ends: i64,
}

/// The way to the provider.
pub(crate) struct Way {
    pub(crate) location: String,
    /// What the browser keeps meanwhile.
    pub(crate) kept: String,
}

impl Provider {
    /// Checks the settings; asks the provider nothing yet.
    pub(crate) fn new(settings: ProviderSettings) -> Result<Self, ProviderError> {
        for address in [&settings.issuer, &settings.public_url] {
            http::check(address).map_err(ProviderError::Settings)?;
        }
        let unreadable = |path: &PathBuf, error: std::io::Error| {
            ProviderError::Settings(format!("cannot read {}: {error}", path.display()))
        };
        let secret = match &settings.client_secret_file {
            None => None,
            Some(path) => Some(zeroize::Zeroizing::new(
                std::fs::read_to_string(path)
                    .map_err(|error| unreadable(path, error))?
                    .trim()
                    .to_owned(),
            )),
        };
        let pem = if settings.issuer.starts_with("https://") {
            let path = &settings.authorities;
            std::fs::read(path).map_err(|error| unreadable(path, error))?
        } else {
            Vec::new()
        };
        Ok(Self {
            client: Client::new(&pem)?,
            settings,
            secret,
            known: Mutex::default(),
            keys: tokio::sync::Mutex::default(),
            under_way: Mutex::default(),
        })
    }

    fn back_address(&self) -> String {
        let url = self.settings.public_url.trim_end_matches('/');
        format!("{url}/sign-in/provider/back")
    }

    async fn discovery(&self) -> Result<Discovery, ProviderError> {
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, known)) = known.as_ref()
                && at.elapsed() < DISCOVERY_HOLDS
            {
                return Ok(known.clone());
            }
        }
        let issuer = self.settings.issuer.trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let said: Discovery = self.client.get(&address).await?;
        if said.issuer != self.settings.issuer {
            return Err(ProviderError::Answer(
                "it calls itself by another name than the settings".into(),
            ));
        }
        for address in [
            &said.authorization_endpoint,
            &said.token_endpoint,
            &said.jwks_uri,
        ] {
            http::check(address).map_err(ProviderError::Answer)?;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((Instant::now(), said.clone()));
        Ok(said)
    }

    /// Begins a sign-in that goes on to `next` afterwards.
    async fn begin(&self, next: &str, now: i64) -> Result<Way, ProviderError> {
        let discovery = self.discovery().await?;
        let [state, nonce, verifier, kept] = [secret()?, secret()?, secret()?, secret()?];
        let challenge = URL_SAFE_NO_PAD.encode(sha256(&[verifier.as_bytes()]));
        let query = http::form(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.back_address()),
            ("scope", "openid profile"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let endpoint = discovery.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        let mut under_way = self.lock();
        under_way.retain(|_, it| now < it.ends);
        if under_way.len() >= MAX_UNDER_WAY {
            let oldest = under_way.iter().min_by_key(|(_, it)| it.ends);
            if let Some(oldest) = oldest.map(|(state, _)| *state) {
                under_way.remove(&oldest);
            }
        }
        under_way.insert(
            sha256(&[state.as_bytes()]),
            UnderWay {
                browser: sha256(&[kept.as_bytes()]),
                nonce,
                verifier,
                next: next.to_owned(),
                ends: now + PATIENCE_SECONDS,
            },
        );
        Ok(Way {
            location: format!("{endpoint}{joint}{query}"),
            kept,
        })
    }

    /// Ends a sign-in: who came back, and where they wanted to go.
    async fn end(
        &self,
        state: &str,
        code: &str,
        kept: &str,
        now: i64,
    ) -> Result<(Claims, String), ProviderError> {
        let begun = self.lock().remove(&sha256(&[state.as_bytes()]));
        let begun = begun
            .filter(|it| now < it.ends && it.browser == sha256(&[kept.as_bytes()]))
            .ok_or(ProviderError::Token("the way back has no way there"))?;
        let discovery = self.discovery().await?;
        let back = self.back_address();
        let mut members = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &back),
            ("client_id", &self.settings.client_id),
            ("code_verifier", &begun.verifier),
        ];
        if let Some(secret) = &self.secret {
            members.push(("client_secret", secret));
        }
        let form = http::form(&members);
        let answer: Answer = self.client.post(&discovery.token_endpoint, form).await?;
        let claims = self.read(&discovery, &answer.id_token, now).await?;
        if claims.nonce != begun.nonce {
            return Err(ProviderError::Token("it is for another sign-in"));
        }
        Ok((claims, begun.next))
    }

    /// Reads an identity token; asks for the keys anew if its key is not known.
    async fn read(
        &self,
        discovery: &Discovery,
        text: &str,
        now: i64,
    ) -> Result<Claims, ProviderError> {
        let mut keys = self.keys.lock().await;
        let is_old = match keys.as_ref() {
            None => true,
            Some((at, known)) => !known.fits(text) && at.elapsed() >= KEYS_AT_MOST,
        };
        if is_old {
            let fetched: Keys = self.client.get(&discovery.jwks_uri).await?;
            *keys = Some((Instant::now(), fetched));
        }
        let (_, known) = keys
            .as_ref()
            .ok_or(ProviderError::Token("there are no keys"))?;
        let (issuer, client) = (&self.settings.issuer, &self.settings.client_id);
        known.read(text, issuer, client, now)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], UnderWay>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the token endpoint answers; the rest is not asked for.
#[derive(Deserialize)]
struct Answer {
    id_token: String,
}

fn secret() -> Result<String, ProviderError> {
    let bytes: [u8; 32] = access::random().map_err(|_| ProviderError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The host of an address and whether it is this machine.
fn is_local(uri: &Uri) -> bool {
    matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
