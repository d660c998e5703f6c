//! Live changes: rendered once, copied to every console.
//!
//! One task waits for published frames, renders the rows that they touched, and broadcasts the
//! bytes. A stream of one console copies them; when it was away or too slow it asks the engine for
//! the union of what it missed. Nothing queues up per console but positions in one bounded ring.

mod render;
pub(crate) mod rows;
mod seen;
mod stream;

use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use axum::body::Bytes;
use callbox_domain::Timestamp;
use tokio::{
    sync::{Semaphore, broadcast, watch},
    time::{Instant, sleep_until},
};

pub(crate) use stream::follow;

use crate::state::{AppState, ticks};

/// How many consoles may be on the live stream.
pub(crate) const MAX_CLIENTS: usize = 2_000;
/// How many messages a console may be behind before it gets their union instead.
const RING: usize = 256;
/// How often the server says that it lives.
const BEAT: Duration = Duration::from_secs(2);
/// How often positions of units go out: twice a second.
const MOVE: Duration = Duration::from_millis(500);
/// The shortest time between two messages: what happens within it goes out together. The first
/// change after a pause goes out at once.
const GAP: Duration = Duration::from_millis(10);
/// What each console adds to it: a message costs the server some 10 microseconds per console.
const GAP_PER_CLIENT: Duration = Duration::from_micros(20);

/// One message for all consoles.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// Rows that changed between two positions, ready to send.
    Change { from: u64, seq: u64, bytes: Bytes },
    /// The configuration changed: every console fetches the board anew.
    Reset { seq: u64, bytes: Bytes },
    /// Units moved; what a console misses of it, the next message of the unit makes good.
    Positions { bytes: Bytes },
    /// The server lives.
    Beat { bytes: Bytes },
}

/// Where messages come from.
pub(crate) struct Live {
    /// `None` once the server shuts down: then the streams end.
    messages: Mutex<Option<broadcast::Sender<Message>>>,
    clients: Arc<Semaphore>,
    closing: watch::Sender<bool>,
    board: Mutex<Option<Board>>,
}

/// A board that was rendered for somebody and serves others for a moment.
struct Board {
    seq: u64,
    at: Timestamp,
    bytes: Bytes,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self {
            messages: Mutex::new(Some(broadcast::Sender::new(RING))),
            clients: Arc::new(Semaphore::new(MAX_CLIENTS)),
            closing: watch::Sender::new(false),
            board: Mutex::new(None),
        }
    }

    /// The whole board at position `seq`: when all consoles come back at once, rendered once.
    pub(crate) fn board(
        &self,
        seq: u64,
        now: Timestamp,
        is_quiet_since: impl FnOnce(u64) -> bool,
        render: impl FnOnce() -> Vec<u8>,
    ) -> Bytes {
        // Held while rendering, so that the others wait for the same bytes.
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        match &*board {
            Some(board)
                if board.at.plus_seconds(1) > now
                    && (board.seq == seq || is_quiet_since(board.seq)) =>
            {
                board.bytes.clone()
            }
            _ => {
                let bytes = Bytes::from(render());
                *board = Some(Board {
                    seq,
                    at: now,
                    bytes: bytes.clone(),
                });
                bytes
            }
        }
    }

    /// Ends all streams; new ones are refused.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
        self.messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    fn subscribe(&self) -> Option<broadcast::Receiver<Message>> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.as_ref().map(broadcast::Sender::subscribe)
    }

    fn send(&self, message: Message) {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(messages) = messages.as_ref() {
            // Nobody listening is no fault.
            let _ = messages.send(message);
        }
    }
}

/// Renders changes and beats until the server closes.
pub(crate) async fn run(state: AppState) {
    let mut length = state.engine.watch();
    let mut sent = *length.borrow();
    let mut seen = sent;
    let mut closing = state.live.closing.subscribe();
    let (mut beat, mut moves) = (ticks(BEAT), ticks(MOVE));
    let mut not_before = Instant::now();
    loop {
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            _ = beat.tick() => {
                state.live.send(Message::Beat { bytes: render::beat(&state) });
            }
            _ = moves.tick() => {
                let center = state.engine.snapshot();
                state.positions.forget_off_duty(&center);
                if let Some(bytes) = render::positions(&state, &center, false) {
                    state.live.send(Message::Positions { bytes });
                }
            }
            changed = async {
                // Cancelled by a beat it loses nothing: the length is still another one.
                let changed = length.wait_for(|length| *length != seen).await.map(|length| *length);
                sleep_until(not_before).await;
                changed
            } => {
                let Ok(length) = changed else { return };
                let clients = state.metrics.live_clients.load(Ordering::Relaxed);
                let clients = u32::try_from(clients).unwrap_or_default();
                not_before = Instant::now() + GAP + GAP_PER_CLIENT * clients;
                let message = render::since(&state, sent);
                seen = message.seq().unwrap_or(length);
                if message.is_quiet() {
                    continue;
                }
                sent = seen;
                state.metrics.live_messages.fetch_add(1, Ordering::Relaxed);
                state.live.send(message);
            }
        }
    }
}

#[cfg(test)]
mod tests;

impl Message {
    /// Whether it says nothing: only reads were recorded.
    fn is_quiet(&self) -> bool {
        matches!(self, Self::Change { bytes, .. } if bytes.is_empty())
    }

    fn seq(&self) -> Option<u64> {
        match self {
            Self::Change { seq, .. } | Self::Reset { seq, .. } => Some(*seq),
            Self::Positions { .. } | Self::Beat { .. } => None,
        }
    }
}
