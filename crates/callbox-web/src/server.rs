//! The server: binds, accepts, hands requests to the routes, and ends without cutting anybody off.

mod accept;
mod connection;
mod patient;
mod routes;
mod witness;

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use callbox_domain::Purpose;
use callbox_engine::{Clock, Engine, wall_clock};
use thiserror::Error;
use tokio::net::TcpListener;

#[cfg(test)]
pub(crate) use routes::mounted;
pub use witness::WitnessServer;

pub(crate) use routes::{MAX_BODY_BYTES, routes, too_large};

use crate::{
    Access, AccessError, AcmeSettings, Geography, PositionFeed, ProviderSettings, TlsError,
    TlsFiles, live,
    provider::Provider,
    state::{AppState, blocking, ticks},
    tls::Tls,
};

/// How to serve.
#[derive(Clone)]
pub struct ServeOptions {
    /// Where to listen; `127.0.0.1:8110` unless something else is wanted.
    pub listen: SocketAddr,
    /// Certificate and key; without them, and without an authority, plain HTTP.
    pub tls: Option<TlsFiles>,
    /// An authority that gives the certificate, instead of files.
    pub acme: Option<AcmeSettings>,
    /// Whether plain HTTP may leave this machine: passwords and calls can then be read on the way.
    pub insecure_listen: bool,
    /// Why what is recorded is recorded; [`Purpose::Exercise`] for a demo.
    pub purpose: Purpose,
    /// Tells the time; the same as the engine's.
    pub clock: Clock,
    /// The streets; without them places stay words.
    pub geography: Option<Geography>,
    /// Where people may sign in beside here.
    pub provider: Option<ProviderSettings>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8110)),
            tls: None,
            acme: None,
            insecure_listen: false,
            purpose: Purpose::EmergencyResponse,
            clock: wall_clock(),
            geography: None,
            provider: None,
        }
    }
}

impl std::fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServeOptions")
            .field("listen", &self.listen)
            .field("tls", &self.tls)
            .field("acme", &self.acme)
            .field("insecure_listen", &self.insecure_listen)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Why the server does not serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Something else listens there.
    #[error("port {} is in use; stop the other server or use --listen", .0.port())]
    InUse(SocketAddr),
    /// The address cannot be used.
    #[error("cannot listen on {address}: {source}; use --listen with an address of this machine")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The system does not let this program listen there.
    #[error(
        "this program may not listen at {0}: ports below 1024 need a right; give it with \
         setcap cap_net_bind_service=+ep on the program, or AmbientCapabilities=CAP_NET_BIND_SERVICE \
         in systemd, or use --listen with a port from 1024 on"
    )]
    Forbidden(SocketAddr),
    /// The address can be reached from outside and nothing protects what is sent.
    #[error(
        "{0} can be reached from other machines, and without TLS passwords and calls can be read \
         on the way; give --tls-cert and --tls-key, or --acme with the console's name, or \
         --insecure-listen behind a proxy that has TLS"
    )]
    Unprotected(SocketAddr),
    /// TLS cannot be offered.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The provider cannot be used.
    #[error(transparent)]
    Provider(#[from] crate::ProviderError),
    /// The accounts cannot be tied to the record.
    #[error(transparent)]
    Accounts(#[from] AccessError),
    /// Signals cannot be waited for.
    #[error("cannot wait for signals: {0}")]
    Signal(io::Error),
}

/// A server that is bound to its address and does not answer yet.
pub struct Server {
    listener: TcpListener,
    tls: Option<Tls>,
    state: AppState,
    address: SocketAddr,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Binds to the address. Refuses one that is in use or not protected.
    pub async fn bind(
        engine: Engine,
        access: Access,
        options: ServeOptions,
    ) -> Result<Self, ServeError> {
        let ServeOptions {
            listen,
            tls,
            acme,
            insecure_listen,
            purpose,
            clock,
            geography,
            provider,
        } = options;
        let provider = provider.map(Provider::new).transpose()?;
        let tls = match (tls, acme) {
            (Some(files), _) => Some(Tls::from_files(&files)?),
            (None, Some(settings)) => Some(Tls::from_authority(settings)?),
            (None, None) => None,
        };
        let is_tls = tls.is_some();
        let listener = accept::bind(listen, is_tls, insecure_listen).await?;
        let address = listener.local_addr().map_err(|source| ServeError::Listen {
            address: listen,
            source,
        })?;
        tie(&engine, &access, purpose).await?;
        let state = AppState::new(engine, access, purpose, clock, is_tls, geography, provider);
        if let Some(tls) = &tls {
            // Set once, here: nobody has asked for figures yet.
            let _ = state.metrics.certificate.set(tls.held());
        }
        Ok(Self {
            listener,
            tls,
            state,
            address,
        })
    }

    /// Takes positions of units in from within the program, as a demo's simulated units do.
    pub fn positions(&self) -> PositionFeed {
        PositionFeed(self.state.clone())
    }

    /// Where it listens; the port is a real one where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that people open.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Serves until `stop` is done, then lets requests on their way end, for ten seconds at most.
    ///
    /// The engine keeps running: its owner shuts it down afterwards.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self {
            listener,
            tls,
            state,
            ..
        } = self;
        state.apply_closures().await;
        let service = {
            let open = Arc::clone(&state.metrics.connections);
            connection::Service::new(routes(&state), open)
        };
        let live = tokio::spawn(live::run(state.clone()));
        let upkeep = tokio::spawn(keep_up(state.clone()));
        let schedule = tokio::spawn(crate::calls::schedule::run(state.clone()));
        let alarms = tokio::spawn(crate::alarms::run(state.clone()));
        let settle = tokio::spawn(crate::settle::run(state.clone()));
        let goodbye = || state.live.close();
        let admit = |address| {
            let is_secured = state.access.rates(address).is_none();
            let connected = state.limiter.connection(address, is_secured);
            if connected.is_none() {
                let refused = &state.metrics.connections_refused;
                refused.fetch_add(1, Ordering::Relaxed);
            }
            connected
        };
        let (acceptor, freshness) = tls.map(Tls::start).unzip();
        accept::until(stop, listener, acceptor, service, admit, goodbye).await;
        drop(freshness);
        upkeep.abort();
        schedule.abort();
        alarms.abort();
        settle.abort();
        // It ends by itself once the live streams are closed; a panic was logged already.
        let _ = live.await;
        if let Ok(Err(error)) = blocking({
            let access = state.access.clone();
            move || access.tidy()
        })
        .await
        {
            tracing::warn!(error = %error, "the sessions' last use could not be stored");
        }
    }
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn serve(
    engine: Engine,
    access: Access,
    options: ServeOptions,
) -> Result<(), ServeError> {
    let server = Server::bind(engine, access, options).await?;
    let stop = stop_signal().map_err(ServeError::Signal)?;
    tracing::info!(address = %server.address(), "listening");
    server.run(stop).await;
    Ok(())
}

/// Ties the accounts to the record before anybody signs in.
async fn tie(engine: &Engine, access: &Access, purpose: Purpose) -> Result<(), ServeError> {
    let (engine, access) = (engine.clone(), access.clone());
    let tied = blocking(move || access.record_to(&engine, purpose)).await;
    let tied = tied.map_err(|problem| AccessError::NotRecorded(problem.detail.to_string()))?;
    Ok(tied?)
}

/// Waits for Ctrl-C or, where there is one, SIGTERM.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal the server runs until it is killed, which it survives.
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Records and takes over what the command line changes in the accounts, and forgets sessions that are over.
async fn keep_up(state: AppState) {
    let mut ticks = ticks(Duration::from_millis(500));
    let mut count = 0_u32;
    loop {
        ticks.tick().await;
        count = count.wrapping_add(1);
        let access = state.access.clone();
        let outcome = blocking(move || {
            access.answer_requests()?;
            access.refresh()?;
            if count.is_multiple_of(120) {
                access.tidy()
            } else {
                Ok(())
            }
        });
        if let Ok(Err(error)) = outcome.await {
            tracing::error!(error = %error, "the accounts cannot be read; sessions stay as they are");
        }
    }
}
