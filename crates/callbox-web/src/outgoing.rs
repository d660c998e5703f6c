//! Asks others: posts checkpoints to witnesses, gets certificates.

use std::{
    collections::HashMap,
    fs, io,
    io::Read as _,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use callbox_engine::{PostRequest, PostTo};
use callbox_ledger::{Cause, MAX_REQUEST_BYTES};
use tokio_rustls::rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

/// How long one request may take, from the name's look-up to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many sets of authorities have their connections kept.
const MAX_AGENTS: usize = 64;

/// Posts over HTTP and HTTPS, trusting the certificate authorities that this machine trusts, or those
/// alone that a witness is known by; follows no redirect and takes no proxy from the environment.
pub fn post_to_witnesses() -> PostTo {
    let usual = agent(machine_roots());
    let own: Mutex<HashMap<Vec<u8>, Agent>> = Mutex::default();
    PostTo::new(move |request| {
        let Some(pem) = request.authorities else {
            return post(&usual, request);
        };
        let known = lock(&own).get(pem).cloned();
        let agent = match known {
            Some(agent) => agent,
            None => {
                let agent = agent(roots_in(pem)?);
                let mut own = lock(&own);
                if own.len() >= MAX_AGENTS {
                    own.clear();
                }
                own.insert(pem.to_vec(), agent.clone());
                agent
            }
        };
        post(&agent, request)
    })
}

fn lock<T>(own: &Mutex<T>) -> MutexGuard<'_, T> {
    own.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says why these bytes are no certificate authorities in PEM, where they are none.
pub fn check_authorities(pem: &[u8]) -> Result<(), String> {
    roots_in(pem).map(drop)
}

/// The certificate authorities that this machine trusts.
pub(crate) fn machine_roots() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(error = %error, "some of the machine's certificate authorities cannot be read");
    }
    (found.certs.iter())
        .map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned())
        .collect()
}

/// The certificate authorities in a file of PEM.
pub(crate) fn roots_of(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    roots_in(&fs::read(path).map_err(|error| error.to_string())?)
}

fn roots_in(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let roots = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if roots.is_empty() {
        return Err("there is no BEGIN CERTIFICATE in it".to_owned());
    }
    Ok((roots.iter())
        .map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned())
        .collect())
}

/// Believes these authorities, follows no redirect, takes no proxy from the environment, waits ten seconds.
pub(crate) fn agent(roots: Vec<Certificate<'static>>) -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .proxy(None)
        .http_status_as_error(false)
        .user_agent("callbox")
        .build()
        .into()
}

fn post(agent: &Agent, request: &PostRequest<'_>) -> Result<(u16, Vec<u8>), Cause> {
    let answer = agent.post(request.address).send(request.body)?;
    let status = answer.status().as_u16();
    // One byte more than is taken, so that a longer answer is known as one.
    let most = MAX_REQUEST_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    answer
        .into_body()
        .into_reader()
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error: io::Error| Cause::from(error))?;
    Ok((status, bytes))
}
