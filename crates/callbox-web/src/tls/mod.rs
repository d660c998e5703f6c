//! TLS of the server: the certificate that it shows, from files or from an authority, taken up anew
//! while it serves.

mod acme;
mod facts;
mod files;
mod held;
mod store;

use std::{path::PathBuf, sync::Arc};

use callbox_engine::{Clock, wall_clock};
use thiserror::Error;
use tokio::task::JoinHandle;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, ServerConfig, crypto::CryptoProvider, server::ResolvesServerCert},
};

pub use acme::AcmeSettings;
pub(crate) use facts::Facts;
pub(crate) use held::{CHALLENGE, Held};

use acme::Authority;
use files::Reloader;

/// Where certificate and key stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate with those between it and a root, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// Why TLS cannot be offered.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The certificate cannot be read.
    #[error("{} holds no certificate that can be read ({reason}); it must be PEM", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key cannot be read.
    #[error("{} holds no private key that can be read ({reason}); it must be PEM", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The two do not fit each other, or are of a kind that is not supported.
    #[error("certificate and key cannot be used: {0}; check that they belong together")]
    Config(#[from] rustls::Error),
    /// What is wanted from an authority cannot be had from any.
    #[error("{0}")]
    Authority(String),
}

/// The server's TLS: what takes connections in, and whence its certificate comes.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    held: Arc<Held>,
    source: Source,
}

enum Source {
    Files(Reloader),
    Authority(Box<Authority>),
}

impl Tls {
    /// Shows the certificate of these files.
    pub(crate) fn from_files(files: &TlsFiles) -> Result<Self, TlsError> {
        let held = Arc::new(Held::default());
        let reloader = Reloader::new(files.clone(), Arc::clone(&held))?;
        Self::new(held, Source::Files(reloader), false)
    }

    /// Shows a certificate that an authority gives, and proves to it that the names lead here.
    pub(crate) fn from_authority(settings: AcmeSettings) -> Result<Self, TlsError> {
        let held = Arc::new(Held::default());
        let authority = Authority::new(settings, Arc::clone(&held))?;
        Self::new(held, Source::Authority(Box::new(authority)), true)
    }

    fn new(held: Arc<Held>, source: Source, proves: bool) -> Result<Self, TlsError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(&held) as _;
        // TLS 1.3 and 1.2 with forward secrecy and authenticated ciphers: the library has no others.
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if proves {
            config.alpn_protocols.push(CHALLENGE.to_vec());
        }
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            held,
            source,
        })
    }

    /// What takes connections in, and the task that keeps its certificate fresh.
    pub(crate) fn start(self) -> (TlsAcceptor, Freshness) {
        let acceptor = self.acceptor.clone();
        // Certificates hold by the world's time, also where a center's clock is another one.
        let task = tokio::spawn(self.keep_fresh(wall_clock()));
        (acceptor, Freshness(task))
    }

    /// What is known of the certificate that is shown now.
    pub(crate) fn held(&self) -> Arc<Held> {
        Arc::clone(&self.held)
    }

    async fn keep_fresh(self, clock: Clock) {
        match self.source {
            Source::Files(reloader) => reloader.run(clock).await,
            Source::Authority(authority) => authority.run(clock).await,
        }
    }
}

/// Keeps a certificate fresh until it is dropped.
pub(crate) struct Freshness(JoinHandle<()>);

impl Drop for Freshness {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The program's one set of cryptography.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
