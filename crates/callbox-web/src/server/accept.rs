//! Listens, and takes connections in until the end.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{ServeError, connection::Service};
use crate::security::Connected;

/// How many connections may be open: one live stream and a few requests for each console.
const MAX_CONNECTIONS: usize = 6_000;
/// How long requests on their way have to end when the server shuts down.
const FAREWELL: Duration = Duration::from_secs(10);

/// Listens; refuses an address that is in use or can be reached from outside without TLS.
pub(crate) async fn bind(
    listen: SocketAddr,
    is_protected: bool,
    insecure_listen: bool,
) -> Result<TcpListener, ServeError> {
    if !is_protected && !listen.ip().is_loopback() && !insecure_listen {
        return Err(ServeError::Unprotected(listen));
    }
    TcpListener::bind(listen)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::InUse(listen),
            io::ErrorKind::PermissionDenied => ServeError::Forbidden(listen),
            _ => ServeError::Listen {
                address: listen,
                source,
            },
        })
}

/// Takes connections in until `stop` is done, then lets requests on their way end; `admit` says
/// whether an address may have one more, `goodbye` ends those requests that would go on for ever.
pub(super) async fn until(
    stop: impl Future<Output = ()>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Service,
    admit: impl Fn(IpAddr) -> Option<Connected>,
    goodbye: impl FnOnce(),
) {
    let graceful = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        // Waiting for a free place before accepting leaves the rest in the system's queue.
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = async {
                let permit = Arc::clone(&free).acquire_owned().await;
                (listener.accept().await, permit)
            } => accepted,
        };
        match accepted {
            (Ok((stream, peer)), Ok(permit)) => {
                // Turned away without a word: an answer would cost more than the connection.
                let Some(connected) = admit(peer.ip()) else {
                    continue;
                };
                let (tls, permit) = (tls.clone(), (permit, connected));
                service.spawn(stream, peer.ip(), tls, graceful.watcher(), permit);
            }
            (Err(error), _) => {
                // Mostly out of file descriptors: waiting lets some connections end.
                tracing::warn!(error = %error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
            (Ok(_), Err(_)) => break,
        }
    }
    drop(listener);
    tracing::info!("shutting down");
    goodbye();
    if timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
}
