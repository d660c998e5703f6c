//! Live changes: rendered once, copied to every console.
//!
//! One task waits for published frames, renders the rows that they touched, once for the whole center and once
//! for each agency that has a console, packs and broadcasts the bytes. A stream of one console copies them; when it
//! was away or too slow it asks the engine for the union of what it missed. Nothing queues up per console but positions in one bounded ring.

mod event;
mod render;
pub(crate) mod rows;
mod seen;
mod stream;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use axum::body::Bytes;
use callbox_domain::{Alarm, Code, Timestamp};
use tokio::{
    sync::{Semaphore, broadcast, watch},
    time::{Instant, sleep_until},
};

pub(crate) use stream::follow;

use crate::state::{AppState, ticks};
use event::{Event, Packer};
use seen::{Agencies, ForAgencies, ToldAll};

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
/// What each console adds to it: a message costs the server some 10 microseconds per console, most of it in the
/// kernel for each write, however little is written.
const GAP_PER_CLIENT: Duration = Duration::from_micros(40);
/// And the longest: however many look on, nobody waits longer for what others did.
const MAX_GAP: Duration = Duration::from_millis(50);

/// One message for all consoles.
#[derive(Clone, Debug)]
enum Message {
    /// Rows that changed between two positions, ready to send.
    Change { from: u64, seq: u64, event: Event },
    /// The configuration changed: every console fetches the board anew.
    Reset { seq: u64, event: Event },
    /// Units moved; what a console misses of it, the next message of the unit makes good.
    Positions { event: Event },
    /// The server lives.
    Beat { event: Event },
}

/// A message, and what it is for those who are bound to an agency; shared by all who are told.
#[derive(Debug)]
struct Sent {
    message: Message,
    told: ToldAll,
    /// Positions and beats.
    apart: Arc<ForAgencies>,
}

/// Where messages come from.
pub(crate) struct Live {
    /// `None` once the server shuts down: then the streams end.
    messages: Mutex<Option<broadcast::Sender<Arc<Sent>>>>,
    /// How many consoles each agency has.
    bound: Mutex<BTreeMap<Code, usize>>,
    clients: Arc<Semaphore>,
    closing: watch::Sender<bool>,
    boards: Mutex<BTreeMap<Option<Code>, Board>>,
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
            bound: Mutex::default(),
            clients: Arc::new(Semaphore::new(MAX_CLIENTS)),
            closing: watch::Sender::new(false),
            boards: Mutex::default(),
        }
    }

    /// The board at position `seq`, of the whole center or of an agency: when all consoles come back at once,
    /// rendered once.
    pub(crate) fn board(
        &self,
        agency: Option<&Code>,
        seq: u64,
        now: Timestamp,
        is_quiet_since: impl FnOnce(u64) -> bool,
        render: impl FnOnce() -> Vec<u8>,
    ) -> Bytes {
        // Held while rendering, so that the others wait for the same bytes.
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        match boards.get(&agency.cloned()) {
            Some(board)
                if board.at.plus_seconds(1) > now
                    && (board.seq == seq || is_quiet_since(board.seq)) =>
            {
                board.bytes.clone()
            }
            _ => {
                let bytes = Bytes::from(render());
                // Of agencies that nobody asks for any more nothing stays.
                boards.retain(|_, board| board.at.plus_seconds(1) > now);
                let board = Board {
                    seq,
                    at: now,
                    bytes: bytes.clone(),
                };
                boards.insert(agency.cloned(), board);
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

    fn subscribe(&self) -> Option<broadcast::Receiver<Arc<Sent>>> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.as_ref().map(broadcast::Sender::subscribe)
    }

    #[cfg(test)]
    fn send(&self, message: Message) {
        let (told, apart) = Default::default();
        self.send_to(Sent {
            message,
            told,
            apart,
        });
    }

    fn send_to(&self, sent: Sent) {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(messages) = messages.as_ref() {
            // Nobody listening is no fault.
            let _ = messages.send(Arc::new(sent));
        }
    }

    /// Counts a console of an agency in or out.
    fn count(&self, agency: &Code, comes: bool) {
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        let consoles = bound.entry(agency.clone()).or_default();
        match comes {
            true => *consoles += 1,
            false => *consoles = consoles.saturating_sub(1),
        }
        if *consoles == 0 {
            bound.remove(agency);
        }
    }

    /// The agencies that have a console.
    fn bound(&self) -> BTreeSet<Code> {
        let bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.keys().cloned().collect()
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
    // Those that lasted when it was last told what changed.
    let mut alarms: Option<Vec<Alarm>> = None;
    let mut agencies = Agencies::default();
    let mut packer = Packer::default();
    loop {
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            _ = beat.tick() => {
                let mut event = render::beat(&state, None);
                let apart = agencies.beat(&event);
                packer.begin();
                packer.pack(&mut event);
                let told = ToldAll::default();
                state.live.send_to(Sent { message: Message::Beat { event }, told, apart });
            }
            _ = moves.tick() => {
                let center = state.engine.snapshot();
                state.positions.forget_off_duty(&center);
                let moved = state.positions.take_changed(&center);
                if !moved.is_empty() {
                    let all: Vec<_> = moved.iter().collect();
                    let mut event = render::moved(&state, &all);
                    packer.pack(&mut event);
                    let apart = agencies.positions(&state, &moved);
                    let told = ToldAll::default();
                    state.live.send_to(Sent { message: Message::Positions { event }, told, apart });
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
                not_before = Instant::now() + (GAP + GAP_PER_CLIENT * clients).min(MAX_GAP);
                let (touched, center) = state.engine.moment(sent);
                let known = alarms.as_deref();
                let mut message = render::between(&state, sent, touched.as_ref(), &center, known);
                seen = message.seq().unwrap_or(length);
                if message.is_quiet() {
                    continue;
                }
                let told = agencies.tell(&state, state.live.bound(), sent, touched.as_ref(), &center);
                sent = seen;
                state.metrics.live_messages.fetch_add(1, Ordering::Relaxed);
                if alarms.as_deref() != Some(center.alarms()) {
                    alarms = Some(center.alarms().to_vec());
                }
                packer.pack(message.event());
                let apart = Arc::default();
                state.live.send_to(Sent { message, told, apart });
            }
        }
    }
}

#[cfg(test)]
mod tests;

impl Message {
    /// Whether it says nothing: only reads were recorded.
    fn is_quiet(&self) -> bool {
        matches!(self, Self::Change { event, .. } if event.is_empty())
    }

    fn event(&mut self) -> &mut Event {
        match self {
            Self::Change { event, .. } | Self::Reset { event, .. } => event,
            Self::Positions { event } | Self::Beat { event } => event,
        }
    }

    fn seq(&self) -> Option<u64> {
        match self {
            Self::Change { seq, .. } | Self::Reset { seq, .. } => Some(*seq),
            Self::Positions { .. } | Self::Beat { .. } => None,
        }
    }
}
