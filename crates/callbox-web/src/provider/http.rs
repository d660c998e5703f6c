//! Asking a provider: one request a connection, bounded in time and size.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, Uri, header},
};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

use super::{ProviderError, is_local};
use crate::percent::encoded;

/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes that it may answer.
const MAX_BYTES: usize = 256 * 1_024;

/// Takes `https`, and `http` on this machine only.
pub(super) fn check(address: &str) -> Result<(), String> {
    let uri: Uri = address
        .parse()
        .map_err(|_| format!("{address} is no address"))?;
    match uri.scheme_str() {
        Some("https") if uri.host().is_some() => Ok(()),
        Some("http") if is_local(&uri) => Ok(()),
        _ => Err(format!("{address} has to begin with https://")),
    }
}

/// Names and values as a form sends them.
pub(super) fn form(members: &[(&str, &str)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    members.join("&")
}

pub(super) struct Client(TlsConnector);

impl Client {
    /// Believes certificates that are signed with those in `pem`.
    pub(super) fn new(pem: &[u8]) -> Result<Self, ProviderError> {
        let mut roots = RootCertStore::empty();
        // Bundles of systems hold some that no longer can be read; the others do.
        for certificate in CertificateDer::pem_slice_iter(pem).flatten() {
            let _ = roots.add(certificate);
        }
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ProviderError::Settings(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, ProviderError> {
        let request = Request::get(address).body(Body::empty());
        self.ask(address, request).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        address: &str,
        form: String,
    ) -> Result<T, ProviderError> {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        self.ask(address, request).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        address: &str,
        request: Result<Request<Body>, axum::http::Error>,
    ) -> Result<T, ProviderError> {
        check(address).map_err(ProviderError::Answer)?;
        let request = request.map_err(|error| ProviderError::Answer(error.to_string()))?;
        let (status, bytes) = timeout(PATIENCE, self.send(request))
            .await
            .map_err(|_| ProviderError::Answer("it took too long".into()))?
            .map_err(ProviderError::Answer)?;
        if status != StatusCode::OK {
            return Err(ProviderError::Answer(format!("it answered {status}")));
        }
        serde_json::from_slice(&bytes).map_err(|error| ProviderError::Answer(error.to_string()))
    }

    async fn send(
        &self,
        mut request: Request<Body>,
    ) -> Result<(StatusCode, axum::body::Bytes), String> {
        let uri = request.uri().clone();
        let host = uri.host().ok_or("there is no host")?.to_owned();
        let is_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let authority = uri.authority().ok_or("there is no host")?.as_str();
        let value = authority.parse().map_err(|_| "the host is no text")?;
        request.headers_mut().insert(header::HOST, value);
        request.headers_mut().insert(
            header::ACCEPT,
            header::HeaderValue::from_static("application/json"),
        );
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse().map_err(|_| "the path is no address")?;
        let plain_host = host.trim_matches(['[', ']']).to_owned();
        let stream = TcpStream::connect((plain_host.as_str(), port))
            .await
            .map_err(words)?;
        if is_tls {
            let name = ServerName::try_from(plain_host).map_err(words)?;
            let stream = self.0.connect(name, stream).await.map_err(words)?;
            exchange(TokioIo::new(stream), request).await
        } else {
            exchange(TokioIo::new(stream), request).await
        }
    }
}

async fn exchange<S>(
    stream: S,
    request: Request<Body>,
) -> Result<(StatusCode, axum::body::Bytes), String>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
        .await
        .map_err(words)?;
    let connection = tokio::spawn(connection);
    let answer = async {
        let response = sender.send_request(request).await.map_err(words)?;
        let status = response.status();
        let body = axum::body::to_bytes(Body::new(response.into_body()), MAX_BYTES)
            .await
            .map_err(words)?;
        Ok((status, body))
    };
    let answer = answer.await;
    connection.abort();
    answer
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
