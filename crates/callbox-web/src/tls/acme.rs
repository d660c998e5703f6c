//! A certificate from an authority (ACME, RFC 8555), proven on the port that serves (TLS-ALPN-01, RFC 8737).

mod advice;
mod http;

use std::{path::PathBuf, sync::Arc, time::Duration};

use callbox_engine::Clock;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use tokio_rustls::rustls::{
    crypto::aws_lc_rs::sign::any_supported_type, pki_types::PrivateKeyDer, sign::CertifiedKey,
};
use zeroize::Zeroizing;

use super::{Facts, Held, TlsError, facts::is_for, files, store::Store};
use advice::advice;

/// After how many minutes a try that failed is made again; the last goes on.
const AGAIN_MINUTES: [u64; 4] = [2, 10, 30, 60];
/// How often it is looked whether the certificate should be replaced.
const LOOK: Duration = Duration::from_secs(60);
/// How long an authority may take to look at the proofs, and to sign.
const PATIENCE: Duration = Duration::from_secs(120);
/// The most names of one certificate.
const MAX_NAMES: usize = 20;

/// Where a certificate is asked for, and for which names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeSettings {
    /// The names under which people open the console, as in `cad.elm.example`.
    pub names: Vec<String>,
    /// The authority's directory, an `https` address.
    pub directory: String,
    /// Whom the authority may write to, a mail address.
    pub contact: Option<String>,
    /// Certificate authorities to believe when asking there, in PEM; the machine's own without it.
    pub authorities: Option<PathBuf>,
    /// Where account, certificate and key are kept.
    pub store: PathBuf,
}

/// Gets and renews the certificate.
pub(super) struct Authority {
    settings: AcmeSettings,
    client: http::Client,
    store: Store,
    held: Arc<Held>,
}

/// An account as it is kept; it belongs to one authority.
#[derive(Deserialize, Serialize)]
struct Kept {
    directory: String,
    credentials: AccountCredentials,
}

/// Why a certificate was not had.
#[derive(Debug)]
enum Failed {
    /// The authority said no, or was not reached.
    Authority(Error),
    /// It was given and cannot be used or kept.
    Here(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Authority(error)
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Here(format!("it cannot be kept ({error}); check the disk"))
    }
}

impl Authority {
    /// Takes settings that can work, and shows what was kept, if it fits.
    pub(super) fn new(settings: AcmeSettings, held: Arc<Held>) -> Result<Self, TlsError> {
        check(&settings).map_err(TlsError::Authority)?;
        let client = http::Client::new(settings.authorities.as_deref())?;
        let directory = settings.store.display();
        let store = Store::open(settings.store.clone()).map_err(|error| {
            TlsError::Authority(format!(
                "cannot use {directory}: {error}; check the disk and its permissions"
            ))
        })?;
        let authority = Self {
            settings,
            client,
            store,
            held,
        };
        authority.show_kept();
        Ok(authority)
    }

    /// Shows the kept certificate if it stands for all names.
    fn show_kept(&self) {
        let Ok((key, facts)) = files::read(&self.store.files()) else {
            return;
        };
        let fits = key
            .cert
            .first()
            .is_some_and(|first| self.settings.names.iter().all(|name| is_for(first, name)));
        if fits {
            self.held.show(key, facts);
        }
    }

    /// Keeps the certificate fresh, without end.
    pub(super) async fn run(self, clock: Clock) {
        let mut failures = 0;
        loop {
            let facts = self.held.facts();
            if facts.is_some_and(|facts| facts.renew_at() > clock()) {
                failures = 0;
                sleep(LOOK).await;
                continue;
            }
            let names = self.settings.names.join(", ");
            match self.obtain().await {
                Ok(facts) => {
                    tracing::info!(ends = %facts.ends, "the authority gave a certificate for {names}");
                    // One that lasts for minutes must not be asked for without a pause.
                    sleep(LOOK.min(Duration::from_secs(10))).await;
                }
                Err(failed) => {
                    let minutes = AGAIN_MINUTES[failures.min(AGAIN_MINUTES.len() - 1)];
                    failures += 1;
                    let (what, hint) = match &failed {
                        Failed::Authority(error) => advice(error, &self.settings),
                        Failed::Here(what) => (what.clone(), "Nothing of it is shown".to_owned()),
                    };
                    let shown = match self.held.facts() {
                        Some(facts) => format!("the present one holds until {}", facts.ends),
                        None => "until then nobody can open the console".to_owned(),
                    };
                    tracing::error!(
                        "no certificate for {names}: {what}. {hint}. Tried again in {minutes} minutes; {shown}"
                    );
                    sleep(Duration::from_secs(minutes * 60)).await;
                }
            }
        }
    }

    /// Asks for a certificate, proves that the names lead here, keeps and shows what comes.
    async fn obtain(&self) -> Result<Facts, Failed> {
        let account = self.account().await?;
        let identifiers: Vec<_> = self
            .settings
            .names
            .iter()
            .cloned()
            .map(Identifier::Dns)
            .collect();
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
        let proven = self.prove(&mut order).await;
        self.held.proved();
        proven?;
        let key = KeyPair::generate().map_err(made)?;
        let mut params = CertificateParams::new(self.settings.names.clone()).map_err(made)?;
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&key).map_err(made)?;
        order.finalize_csr(request.der()).await?;
        let chain = order.poll_certificate(&patience()).await?;
        let key = Zeroizing::new(key.serialize_pem());
        self.store.keep(&chain, &key)?;
        let (key, facts) =
            files::read(&self.store.files()).map_err(|error| Failed::Here(error.to_string()))?;
        self.held.show(key, facts.clone());
        Ok(facts)
    }

    /// Shows a proof for each name that still needs one, until the authority has looked.
    async fn prove(&self, order: &mut Order) -> Result<(), Failed> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let name = authorization.identifier().to_string();
            let mut challenge = authorization
                .challenge(ChallengeType::TlsAlpn01)
                .ok_or(Error::Unsupported("TLS-ALPN-01"))?;
            let digest = challenge.key_authorization().digest();
            self.held.prove(&name, proof(&name, digest.as_ref())?);
            challenge.set_ready().await?;
        }
        match order.poll_ready(&patience()).await {
            Ok(OrderStatus::Ready) => Ok(()),
            Ok(_) => Err(self.refused(order).await),
            Err(error) => Err(match self.refused(order).await {
                Failed::Authority(Error::Api(problem)) if problem.detail.is_some() => {
                    Failed::Authority(Error::Api(problem))
                }
                _ => error.into(),
            }),
        }
    }

    /// What the authority says of the proof that it did not take.
    async fn refused(&self, order: &mut Order) -> Failed {
        let mut authorizations = order.authorizations();
        while let Some(Ok(mut authorization)) = authorizations.next().await {
            // What was read before the proof says nothing of it.
            if authorization.refresh().await.is_err() {
                continue;
            }
            let error = authorization
                .challenges
                .iter()
                .find_map(|challenge| challenge.error.clone());
            if let Some(problem) = error {
                return Failed::Authority(Error::Api(problem));
            }
        }
        Failed::Authority(Error::Str("why a proof was not taken"))
    }

    /// The account at this authority: the one that was kept, or a new one.
    async fn account(&self) -> Result<Account, Failed> {
        let builder = || Account::builder_with_http(Box::new(self.client.clone()));
        if let Some(bytes) = self.store.account()?.map(Zeroizing::new)
            && let Ok(kept) = serde_json::from_slice::<Kept>(&bytes)
            && kept.directory == self.settings.directory
        {
            return Ok(builder().from_credentials(kept.credentials).await?);
        }
        let contact = self
            .settings
            .contact
            .iter()
            .map(|mail| format!("mailto:{mail}"));
        let contact: Vec<String> = contact.collect();
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let new = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let directory = self.settings.directory.clone();
        let (account, credentials) = builder().create(&new, directory.clone(), None).await?;
        let kept = Kept {
            directory,
            credentials,
        };
        let bytes = serde_json::to_vec(&kept).map_err(|error| Failed::Here(error.to_string()))?;
        self.store.keep_account(&Zeroizing::new(bytes))?;
        Ok(account)
    }
}

/// A certificate that shows an authority that a name leads here (RFC 8737, 3).
fn proof(name: &str, digest: &[u8]) -> Result<CertifiedKey, Failed> {
    let key = KeyPair::generate().map_err(made)?;
    let mut params = CertificateParams::new(vec![name.to_owned()]).map_err(made)?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key).map_err(made)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(made)?;
    // Not checked as one of one's own would be: its critical extension is for the authority alone.
    let key = any_supported_type(&key).map_err(made)?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
}

fn made(error: impl std::fmt::Display) -> Failed {
    Failed::Here(format!("a key or request cannot be made: {error}"))
}

fn patience() -> RetryPolicy {
    RetryPolicy::default()
        .initial_delay(Duration::from_millis(500))
        .timeout(PATIENCE)
}

/// Refuses what no authority would take.
fn check(settings: &AcmeSettings) -> Result<(), String> {
    if !settings.directory.starts_with("https://") {
        let directory = &settings.directory;
        return Err(format!(
            "{directory} is no directory of an authority; it begins with https://"
        ));
    }
    if settings.names.is_empty() || settings.names.len() > MAX_NAMES {
        return Err(format!("a certificate stands for 1 to {MAX_NAMES} names"));
    }
    for name in &settings.names {
        let is_name = name.contains('.')
            && name.len() <= 253
            && name.split('.').all(|label| {
                let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                (1..=63).contains(&label.len())
                    && label.chars().all(good)
                    && !label.starts_with('-')
            })
            && name
                .rsplit('.')
                .next()
                .is_some_and(|last| !last.chars().all(|c| c.is_ascii_digit()));
        if !is_name {
            let hint = match name {
                name if name.starts_with("*.") => {
                    "a wildcard cannot be proven on this port: name each host"
                }
                _ => {
                    "give the name under which people open the console, in small letters, like cad.elm.example"
                }
            };
            return Err(format!("no authority certifies '{name}'; {hint}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_authority_certifies_are_refused_at_once() {
        let settings = |name: &str, directory: &str| AcmeSettings {
            names: vec![name.to_owned()],
            directory: directory.to_owned(),
            contact: None,
            authorities: None,
            store: PathBuf::new(),
        };
        let https = "https://acme.example/directory";
        assert_eq!(check(&settings("cad.elm.example", https)), Ok(()));
        for name in [
            "localhost",
            "10.0.0.1",
            "*.elm.example",
            "CAD.elm.example",
            "a..b",
            "-a.b",
            "",
        ] {
            assert!(check(&settings(name, https)).is_err(), "{name}");
        }
        assert!(check(&settings("cad.elm.example", "http://acme.example")).is_err());
    }
}
