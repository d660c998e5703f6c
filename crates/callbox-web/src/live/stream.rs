use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{
    OwnedSemaphorePermit,
    broadcast::{self, error::RecvError},
};

use super::{Event, Message, Sent, event::Wire, render, seen::Seen};
use crate::{problem::Problem, security::Signed, state::AppState};

/// From where a console goes on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct After {
    after: Option<u64>,
}

/// `GET /api/v1/live`: what changes, as server-sent events, from the client's position on.
///
/// The position is `Last-Event-ID` (a reconnecting browser sends it) or else `after`; without
/// either, now. Packed with gzip for who takes that; each message can be read when it comes.
pub(crate) async fn follow(
    State(state): State<AppState>,
    signed: Signed,
    headers: HeaderMap,
    query: Result<Query<After>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let bad_position = || {
        Problem::bad_field(
            "after",
            "it is not a position",
            "leave it out, or send a board's 'seq'",
        )
    };
    let Query(After { after }) = query.map_err(|_| bad_position())?;
    let last = match headers.get("last-event-id") {
        None => None,
        Some(value) => {
            let text = value.to_str().unwrap_or_default();
            Some(
                text.parse()
                    .map_err(|_| bad_position().at("Last-Event-ID"))?,
            )
        }
    };
    let client = Client::new(state, signed)?;
    let position = last
        .or(after)
        .unwrap_or_else(|| client.state.engine.snapshot().next_seq());
    let wire = Wire::of(&headers);
    let is_packed = wire.is_packed();
    let first = Step::Open(Box::new(client), wire, position);
    let body = Body::from_stream(stream::unfold(first, Step::next));
    let mut response = Body::into_response(body);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that understand it pass events on at once.
        (HeaderName::from_static("x-accel-buffering"), "no"),
        (header::VARY, "accept-encoding"),
    ];
    if is_packed {
        let gzip = HeaderValue::from_static("gzip");
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, gzip);
    }
    Ok((headers, response).into_response())
}

/// One console on the stream.
struct Client {
    state: AppState,
    signed: Signed,
    /// What a console of one agency shows; nothing for those of the whole center.
    seen: Option<Seen>,
    messages: broadcast::Receiver<Arc<Sent>>,
    _permit: OwnedSemaphorePermit,
}

enum Step {
    Open(Box<Client>, Wire, u64),
    Follow(Box<Client>, Wire, u64),
}

impl Client {
    fn new(state: AppState, signed: Signed) -> Result<Self, Problem> {
        let turned_away = |detail, hint| {
            state.metrics.live_refused.fetch_add(1, Ordering::Relaxed);
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "live-full", detail, hint).retry_after(5)
        };
        let permit = Arc::clone(&state.live.clients)
            .try_acquire_owned()
            .map_err(|_| {
                turned_away(
                    "as many consoles as allowed are on the live stream",
                    "close one, or wait",
                )
            })?;
        let messages = state.live.subscribe().ok_or_else(|| {
            turned_away("the server is shutting down", "wait until it is up again")
        })?;
        state.metrics.live_clients.fetch_add(1, Ordering::Relaxed);
        let seen = signed.agency().cloned().map(Seen::new);
        if let Some(seen) = &seen {
            state.live.count(&seen.agency, true);
        }
        Ok(Self {
            state,
            signed,
            seen,
            messages,
            _permit: permit,
        })
    }

    /// Waits for the next message that is news at `position`; `None` ends the stream.
    async fn next(&mut self, position: u64) -> Option<(Event, u64)> {
        loop {
            let sent = match self.messages.recv().await {
                Ok(sent) => sent,
                Err(RecvError::Lagged(skipped)) => {
                    self.state
                        .metrics
                        .live_dropped
                        .fetch_add(skipped, Ordering::Relaxed);
                    let message = self.catch_up_with_positions(position);
                    if let Some(next) = news(message, position) {
                        return self.is_still_allowed().then_some(next);
                    }
                    continue;
                }
                Err(RecvError::Closed) => return None,
            };
            // Looked at for each message, not only when the stream began.
            if !self.is_still_allowed() {
                return None;
            }
            let message = match &mut self.seen {
                // What was made for this console alone.
                Some(seen) => match &sent.message {
                    Message::Change { .. } | Message::Reset { .. } => {
                        match seen.take(&sent.told, position) {
                            Some(message) => message,
                            None => self.catch_up(position),
                        }
                    }
                    Message::Positions { .. } => Message::Positions {
                        event: match sent.apart.get(&seen.agency) {
                            Some(event) => event.clone(),
                            None => self.positions(),
                        },
                    },
                    Message::Beat { event } => Message::Beat {
                        event: sent.apart.get(&seen.agency).unwrap_or(event).clone(),
                    },
                },
                None => sent.message.clone(),
            };
            let message = match message {
                Message::Beat { .. } if self.has_own_beat() => Message::Beat { event: self.beat() },
                // A gap cannot be, but would be silent.
                Message::Change { from, .. } if from > position && self.seen.is_none() => {
                    self.catch_up(position)
                }
                message => message,
            };
            if let Some(next) = news(message, position) {
                return Some(next);
            }
        }
    }

    fn has_own_beat(&self) -> bool {
        render::has_own_beat(&self.state.engine.snapshot(), self.signed.actor())
    }

    fn beat(&self) -> Event {
        render::beat(&self.state, Some(self.signed.actor()))
    }

    /// Whether session and account are what they were when the stream began.
    fn is_still_allowed(&self) -> bool {
        let account = self.state.access.watch(&self.signed.session);
        account.is_some_and(|now| {
            let then = &self.signed.account;
            // Otherwise the console asks anew.
            (now.role, &now.agency, now.disabled) == (then.role, &then.agency, then.disabled)
        })
    }

    /// The same with all positions: what was skipped may have been moves.
    fn catch_up_with_positions(&mut self, position: u64) -> Message {
        let positions = self.positions();
        match self.catch_up(position) {
            // A change that is no news would be left out, and the positions with it.
            Message::Change { seq, .. } if seq == position => {
                Message::Positions { event: positions }
            }
            Message::Change { from, seq, event } => Message::Change {
                from,
                seq,
                event: event.and(&positions),
            },
            Message::Reset { seq, event } => Message::Reset {
                seq,
                event: event.and(&positions),
            },
            other => other,
        }
    }

    /// Where all units are that this console may see.
    fn positions(&self) -> Event {
        let center = self.state.center_for(Some(&self.signed));
        render::positions(&self.state, &center).unwrap_or_default()
    }

    /// All that changed since `position` in one message.
    fn catch_up(&mut self, position: u64) -> Message {
        let message = match &mut self.seen {
            None => render::since(&self.state, position),
            Some(seen) => seen.since(&self.state, position),
        };
        if matches!(message, Message::Reset { .. }) {
            self.state
                .metrics
                .live_resets
                .fetch_add(1, Ordering::Relaxed);
        }
        message
    }
}

/// What a message says to a console at `position`, and where that leads; `None` where it is no news.
fn news(message: Message, position: u64) -> Option<(Event, u64)> {
    match message {
        Message::Change { event, .. } | Message::Positions { event } if event.is_empty() => None,
        Message::Change { seq, .. } | Message::Reset { seq, .. } if seq <= position => None,
        Message::Change { seq, event, .. } | Message::Reset { seq, event } => Some((event, seq)),
        Message::Positions { event } | Message::Beat { event } => Some((event, position)),
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        crate::reads::closed(&self.state, &self.signed);
        if let Some(seen) = &self.seen {
            self.state.live.count(&seen.agency, false);
        }
        self.state
            .metrics
            .live_clients
            .fetch_sub(1, Ordering::Relaxed);
    }
}

impl Step {
    async fn next(self) -> Option<(Result<Bytes, Infallible>, Self)> {
        match self {
            Self::Open(mut client, mut wire, position) => {
                // Browsers try again after this many milliseconds.
                let retry = Event::from(b"retry: 1000\n\n".to_vec());
                let message = client.catch_up(position);
                let (seq, event) = match message {
                    Message::Change { seq, .. } if seq == position => (position, Event::default()),
                    Message::Change { seq, event, .. } | Message::Reset { seq, event } => {
                        (seq, event)
                    }
                    Message::Positions { event } | Message::Beat { event } => (position, event),
                };
                let now = client.positions().and(&client.beat());
                let bytes = wire.open(&retry.and(&event).and(&now));
                Some((Ok(bytes), Self::Follow(client, wire, seq)))
            }
            Self::Follow(mut client, mut wire, position) => {
                let (event, seq) = client.next(position).await?;
                let bytes = wire.bytes(&event);
                Some((Ok(bytes), Self::Follow(client, wire, seq)))
            }
        }
    }
}
