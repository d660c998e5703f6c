//! Asking an authority: blocking requests with deadlines, on threads that may wait.

use std::{future::Future, path::Path, pin::Pin};

use axum::{body::Body, body::Bytes, http::Request};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use ureq::Agent;

use crate::{
    outgoing::{agent, machine_roots, roots_of},
    tls::TlsError,
};

/// The most bytes of an authority's answer, and of what is sent.
const MAX_BYTES: u64 = 256 * 1_024;

/// Asks over TLS, believing the machine's authorities or those of a file.
#[derive(Clone)]
pub(super) struct Client(Agent);

impl Client {
    pub(super) fn new(authorities: Option<&Path>) -> Result<Self, TlsError> {
        let roots = match authorities {
            None => machine_roots(),
            Some(path) => roots_of(path).map_err(|reason| TlsError::Certificate {
                path: path.to_owned(),
                reason,
            })?,
        };
        Ok(Self(agent(roots)))
    }
}

impl HttpClient for Client {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let agent = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(Body::new(body), MAX_BYTES as usize).await;
            let body = body.map_err(|error| Error::Other(error.into()))?;
            let asked =
                tokio::task::spawn_blocking(move || ask(&agent, Request::from_parts(parts, body)));
            match asked.await {
                Ok(answer) => answer.map_err(|error| Error::Other(error.into())),
                Err(error) => Err(Error::Other(error.into())),
            }
        })
    }
}

fn ask(agent: &Agent, request: Request<Bytes>) -> Result<BytesResponse, ureq::Error> {
    let (parts, body) = request.into_parts();
    let answer = match body.is_empty() {
        true => agent.run(Request::from_parts(parts, ()))?,
        false => agent.run(Request::from_parts(parts, body.to_vec()))?,
    };
    let (parts, mut body) = answer.into_parts();
    let bytes = body.with_config().limit(MAX_BYTES).read_to_vec()?;
    Ok(axum::http::Response::from_parts(parts, Body::from(bytes)).into())
}
