//! The certificate that is shown now, and those by which an authority sees that a name leads here.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_rustls::rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::Facts;

/// The protocol in which an authority asks for its proof (RFC 8737).
pub(crate) const CHALLENGE: &[u8] = b"acme-tls/1";

/// What is shown to whom; changed while connections come in, each of which takes what is there.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    present: Option<(Arc<CertifiedKey>, Facts)>,
    proofs: HashMap<String, Arc<CertifiedKey>>,
}

impl Held {
    /// Shows this certificate from the next connection on.
    pub(super) fn show(&self, key: CertifiedKey, facts: Facts) {
        self.lock().present = Some((Arc::new(key), facts));
    }

    /// Shows this proof to an authority that asks about a name.
    pub(super) fn prove(&self, name: &str, key: CertifiedKey) {
        self.lock().proofs.insert(name.to_owned(), Arc::new(key));
    }

    /// Takes all proofs back.
    pub(super) fn proved(&self) {
        self.lock().proofs.clear();
    }

    /// What is known of the certificate that is shown now.
    pub(crate) fn facts(&self) -> Option<Facts> {
        self.lock().present.as_ref().map(|(_, facts)| facts.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Held {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_challenge = hello.alpn().is_some_and(|mut offered| {
            offered.next() == Some(CHALLENGE) && offered.next().is_none()
        });
        let shown = self.lock();
        match is_challenge {
            true => shown.proofs.get(hello.server_name()?).cloned(),
            false => shown.present.as_ref().map(|(key, _)| Arc::clone(key)),
        }
    }
}
