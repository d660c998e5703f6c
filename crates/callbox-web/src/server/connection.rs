use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::Watcher},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::patient::Patient;
use crate::{
    security::{Connected, Peer},
    tls::CHALLENGE,
};

/// How long a client may take for its handshake, and for the headers of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes that the headers of a request may have.
const MAX_HEADER_BYTES: usize = 16 * 1_024;
/// The most headers that a request may have.
const MAX_HEADERS: usize = 64;
/// The most requests that one HTTP/2 connection may have on their way.
const MAX_STREAMS: u32 = 64;

/// Hands the requests of each connection to the routes.
#[derive(Clone)]
pub(super) struct Service {
    router: Router,
    http: auto::Builder<TokioExecutor>,
    open: Arc<AtomicI64>,
}

impl Service {
    /// Serves `router`, and counts the open connections.
    pub(super) fn new(router: Router, open: Arc<AtomicI64>) -> Self {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEADER_BYTES);
        http.http2()
            .timer(TokioTimer::new())
            .max_header_list_size(MAX_HEADER_BYTES as u32)
            .max_concurrent_streams(MAX_STREAMS)
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .keep_alive_timeout(PATIENCE);
        Self { router, http, open }
    }

    /// Serves one connection in a task of its own.
    pub(super) fn spawn(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        tls: Option<TlsAcceptor>,
        watcher: Watcher,
        permit: (OwnedSemaphorePermit, Connected),
    ) {
        let service = self.clone();
        tokio::spawn(async move {
            let _permit = permit;
            // Live changes are small and must not wait to be sent together.
            let _ = stream.set_nodelay(true);
            let stream = Patient::new(stream);
            service.open.fetch_add(1, Ordering::Relaxed);
            match tls {
                None => service.serve(stream, peer, watcher).await,
                Some(tls) => match timeout(PATIENCE, tls.accept(stream)).await {
                    // An authority has seen its proof in the handshake, and sends nothing.
                    Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(CHALLENGE) => {}
                    Ok(Ok(stream)) => service.serve(stream, peer, watcher).await,
                    // Scanners and plain HTTP: nothing that an operator could do about it.
                    _ => tracing::debug!("a TLS handshake failed"),
                },
            }
            service.open.fetch_sub(1, Ordering::Relaxed);
        });
    }

    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: IpAddr,
        watcher: Watcher,
    ) {
        let router = self.router.clone();
        let begun = Arc::new(AtomicBool::new(false));
        let first = Arc::clone(&begun);
        let service = tower::service_fn(move |request: Request<_>| {
            first.store(true, Ordering::Relaxed);
            let mut request = request;
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let connection = self
            .http
            .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
            .into_owned();
        // The library waits without end for the bytes that tell HTTP/1 from HTTP/2.
        let silent = async {
            sleep(PATIENCE).await;
            if begun.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            // How a connection ends is the client's affair.
            ended = watcher.watch(connection) => if let Err(error) = ended {
                tracing::debug!(error = %error, "a connection ended early");
            },
            () = silent => tracing::debug!("a connection brought no request in time"),
        }
    }
}
