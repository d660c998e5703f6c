//! `callbox serve`: the server.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use callbox_engine::Options;
use callbox_web::{
    Access, AcmeSettings, ProviderSettings, ServeError, ServeOptions, Server, TlsFiles,
    post_to_witnesses,
};

use super::{Data, objects};
use crate::{
    center,
    failure::{Failure, Outcome},
    output,
};

/// The authority that is asked unless another one is named.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Serves a center: the console, the JSON API and the ledger, until it is stopped
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox serve --data callbox-data --listen 127.0.0.1:8110
  callbox serve --listen 0.0.0.0:443 --tls-cert cad.pem --tls-key cad.key
  callbox serve --listen 0.0.0.0:443 --acme cad.elm.example --acme-accept-terms
  callbox serve --data callbox-data --ship-to /mnt/far/ledger --ship-vault-to /mnt/safe/vault")]
pub(super) struct Serve {
    #[command(flatten)]
    data: Data,
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8110")]
    listen: SocketAddr,
    /// The server's certificate with its chain, in PEM; read again when the file changes, or at SIGHUP
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Gets the certificate for this name from an authority, and renews it (ACME); may be repeated
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "tls_cert",
        requires = "acme_accept_terms"
    )]
    acme: Vec<String>,
    /// Accepts the authority's terms, which say what its certificates may be used for
    #[arg(long, requires = "acme")]
    acme_accept_terms: bool,
    /// Whom the authority may write to
    #[arg(long, value_name = "MAIL", requires = "acme")]
    acme_contact: Option<String>,
    /// The authority's directory
    #[arg(long, value_name = "URL", requires = "acme", default_value = LETS_ENCRYPT)]
    acme_directory: String,
    /// Certificate authorities to believe there, in PEM, instead of this machine's
    #[arg(long, value_name = "FILE", requires = "acme")]
    acme_authorities: Option<PathBuf>,
    /// Serve plain HTTP to other machines too; only behind a proxy that has TLS
    #[arg(long)]
    insecure_listen: bool,
    /// Where people may sign in beside here: a TOML file with name, issuer, client_id, public_url
    #[arg(long, value_name = "FILE")]
    provider: Option<PathBuf>,
    /// Ships the ledger to this directory all the time, a second behind; or to an object store, as in
    /// s3://bucket/path, ten seconds behind
    #[arg(long, value_name = "PLACE", requires = "ship_vault_to")]
    ship_to: Option<PathBuf>,
    /// Ships the key vault and the accounts to this place, apart from the ledger
    #[arg(long, value_name = "PLACE", requires = "ship_to")]
    ship_vault_to: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self) -> Outcome {
        super::log("info");
        crate::secrets::keep_from_dumps();
        let data = center::existing(&self.data.data)?;
        let ship_to = self.ship_to.clone().zip(self.ship_vault_to.clone());
        let options = Options {
            ship_to: ship_to
                .map(|(ledger, vault)| objects::ship_to(&ledger, &vault))
                .transpose()?,
            publish: true,
            post: Some(post_to_witnesses()),
            ..Options::default()
        };
        let engine = center::open(&data, options)?;
        let center = engine.snapshot();
        let mut accounts = center.accounts.iter();
        let unfinished = center.erasures().any(|(_, case)| case.is_unfinished())
            || accounts.any(|(_, account)| account.is_half_erased());
        drop(accounts);
        if engine.recovered().erasures > 0 && !unfinished {
            if crate::passphrase::can_be_had_again() {
                engine.shutdown();
                return begin_anew();
            }
            output::note(format_args!(
                "an erasure is complete; restart once more, so that nothing of it is left in memory"
            ));
        }
        let served = self.serve(&data, &engine);
        engine.shutdown();
        served
    }

    fn serve(self, data: &callbox_engine::DataDir, engine: &callbox_engine::Engine) -> Outcome {
        let access =
            Access::open(&data.access_db()).map_err(|error| super::user::access_failure(&error))?;
        let options = ServeOptions {
            listen: self.listen,
            tls: self
                .tls_cert
                .zip(self.tls_key)
                .map(|(certificate, key)| TlsFiles { certificate, key }),
            acme: (!self.acme.is_empty()).then(|| AcmeSettings {
                names: self.acme,
                directory: self.acme_directory,
                contact: self.acme_contact,
                authorities: self.acme_authorities,
                store: data.tls(),
            }),
            insecure_listen: self.insecure_listen,
            geography: center::geography(data)?,
            provider: self.provider.as_deref().map(provider).transpose()?,
            ..ServeOptions::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("cannot start the server's threads", &error))?;
        runtime.block_on(async {
            let server = Server::bind(engine.clone(), access, options)
                .await
                .map_err(|error| failure(&error))?;
            output::text(format_args!("callbox serves at {}\n", server.url()))?;
            server.run(stopped()?).await;
            Ok(())
        })
    }
}

fn provider(path: &Path) -> Outcome<ProviderSettings> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))?;
    toml::from_str(&text).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
}

/// Puts a new process in the place of this one, whose memory has held what it erased.
fn begin_anew() -> Outcome {
    use std::os::unix::process::CommandExt as _;
    output::note(format_args!(
        "an erasure is complete; the server begins anew, with nothing of it in memory"
    ));
    let program = std::env::current_exe()
        .map_err(|error| Failure::io("cannot find the program itself", &error))?;
    let mut command = std::process::Command::new(program);
    let error = command.args(std::env::args_os().skip(1)).exec();
    Err(Failure::io("cannot start anew", &error))
}

/// Done when the process is asked to end.
pub(super) fn stopped() -> Outcome<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| Failure::io("cannot wait for signals", &error);
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

pub(super) fn failure(error: &ServeError) -> Failure {
    match error {
        ServeError::InUse(_)
        | ServeError::Listen { .. }
        | ServeError::Tls(_)
        | ServeError::Provider(_) => Failure::Input(error.to_string()),
        ServeError::Unprotected(_) | ServeError::Forbidden(_) => {
            Failure::Refused(error.to_string())
        }
        ServeError::Accounts(error) => super::user::access_failure(error),
        ServeError::Signal(_) => Failure::internal(error),
    }
}
