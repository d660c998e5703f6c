//! A witness to other centers' records, as a server of its own (C2SP tlog-witness).

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use callbox_engine::Clock;
use callbox_ledger::{MAX_REQUEST_BYTES, Witness, WitnessAnswer, WitnessFile};
use tokio::net::TcpListener;
use tower_http::{limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use super::{ServeError, accept, connection};
use crate::{TlsFiles, security::Limiter, tls::Tls};

/// How long a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A witness that is bound to its address and does not answer yet.
pub struct WitnessServer {
    listener: TcpListener,
    tls: Option<Tls>,
    address: SocketAddr,
    shared: Shared,
}

#[derive(Clone)]
struct Shared {
    witness: Arc<Mutex<Witness<WitnessFile>>>,
    keys: Arc<str>,
    clock: Clock,
}

impl std::fmt::Debug for WitnessServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WitnessServer")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl WitnessServer {
    /// Binds to the address. Refuses one that is in use or not protected.
    pub async fn bind(
        witness: Witness<WitnessFile>,
        clock: Clock,
        listen: SocketAddr,
        tls: Option<&TlsFiles>,
        insecure_listen: bool,
    ) -> Result<Self, ServeError> {
        let keys: String = witness.verifiers().map(|key| format!("{key}\n")).collect();
        let tls = tls.map(Tls::from_files).transpose()?;
        let listener = accept::bind(listen, tls.is_some(), insecure_listen).await?;
        let address = listener.local_addr().map_err(|source| ServeError::Listen {
            address: listen,
            source,
        })?;
        let shared = Shared {
            witness: Arc::new(Mutex::new(witness)),
            keys: keys.into(),
            clock,
        };
        Ok(Self {
            listener,
            tls,
            address,
            shared,
        })
    }

    /// The address that ledgers are told: a prefix before `/add-checkpoint`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Answers until `stop` is done.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let router = Router::new()
            .route("/add-checkpoint", post(add_checkpoint))
            .route("/keys", get(keys))
            .route("/healthz", get(|| async { "ok\n" }))
            .layer(RequestBodyLimitLayer::new(MAX_REQUEST_BYTES))
            .layer(TimeoutLayer::with_status_code(
                StatusCode::GATEWAY_TIMEOUT,
                TIME_LIMIT,
            ))
            .with_state(self.shared);
        let service = connection::Service::new(router, Arc::default());
        let limiter = Limiter::default();
        let admit = |address| limiter.connection(address, false);
        let (acceptor, freshness) = self.tls.map(Tls::start).unzip();
        accept::until(stop, self.listener, acceptor, service, admit, || {}).await;
        drop(freshness);
    }
}

/// `POST /add-checkpoint`: compares, keeps the state, signs, as one step. Whoever asks needs no
/// right: only what a known ledger signed is answered, and it is public.
async fn add_checkpoint(State(shared): State<Shared>, body: Bytes) -> Response {
    let now_s = u64::try_from((shared.clock)().micros() / 1_000_000).unwrap_or(0);
    let answered = tokio::task::spawn_blocking(move || {
        let mut witness = (shared.witness.lock()).unwrap_or_else(PoisonError::into_inner);
        witness.add_checkpoint(&body, now_s)
    });
    let Ok(answer) = answered.await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let WitnessAnswer {
        status,
        content_type,
        body,
    } = answer;
    if status == 500 {
        tracing::error!(why = body.trim_end(), "the witness does not sign any more");
    } else {
        tracing::info!(status, "answered a ledger");
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// `GET /keys`: the keys that its cosignatures are checked with. Take them from the witness's people
/// on another way; this serves for comparing.
async fn keys(State(shared): State<Shared>) -> Response {
    let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (text, shared.keys.to_string()).into_response()
}
