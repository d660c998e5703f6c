//! A router that knows what was mounted on it, so that a test can hold it against the table.

use axum::{
    Router,
    handler::Handler,
    routing::{MethodRouter, get, post, put},
};

use crate::{security::Verb, state::AppState};

/// Routes on their way to the server.
#[derive(Default)]
pub(crate) struct Mount {
    pub(crate) router: Router<AppState>,
    /// Answers without end, apart: each layer that wraps an answer is gone through again for each message of each console.
    pub(crate) streams: Router<AppState>,
    pub(crate) mounted: Vec<(Verb, &'static str)>,
}

impl Mount {
    /// Begins without routes.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Mounts a handler for `GET` (and `HEAD`).
    pub(crate) fn get<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.add(Verb::Get, path, get(handler))
    }

    /// Mounts a handler for `GET` whose answer has no end.
    pub(crate) fn stream<H: Handler<T, AppState>, T: 'static>(
        mut self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.mounted.push((Verb::Get, path));
        self.streams = self.streams.route(path, get(handler));
        self
    }

    /// Mounts a handler for `POST`.
    pub(crate) fn post<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.add(Verb::Post, path, post(handler))
    }

    /// Mounts a handler for `PUT`.
    pub(crate) fn put<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
    ) -> Self {
        self.add(Verb::Put, path, put(handler))
    }

    /// Takes over what stands on another.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.mounted.extend(other.mounted);
        self.router = self.router.merge(other.router);
        self.streams = self.streams.merge(other.streams);
        self
    }

    fn add(mut self, verb: Verb, path: &'static str, handler: MethodRouter<AppState>) -> Self {
        self.mounted.push((verb, path));
        self.router = self.router.route(path, handler);
        self
    }
}
