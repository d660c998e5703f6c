//! Asks others: posts checkpoints to witnesses, gets certificates.

use std::{io, io::Read as _, path::Path, sync::Arc, time::Duration};

use callbox_engine::PostTo;
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

/// Posts over HTTP and HTTPS, trusting the certificate authorities that this machine trusts; follows
/// no redirect and takes no proxy from the environment.
pub fn post_to_witnesses() -> PostTo {
    let agent = agent(machine_roots());
    PostTo::new(move |address, body| post(&agent, address, body))
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
    let roots = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| error.to_string())?;
    if roots.is_empty() {
        return Err("it has none".to_owned());
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

fn post(agent: &Agent, address: &str, body: &[u8]) -> Result<(u16, Vec<u8>), Cause> {
    let answer = agent.post(address).send(body)?;
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
