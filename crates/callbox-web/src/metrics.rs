//! The server's own figures for Prometheus. Labels come from fixed sets, so that they are bounded.

use std::{
    fmt::Write as _,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use callbox_engine::WitnessStatus;

use crate::{security, state::AppState, tls::Held};

/// Counters and gauges.
pub(crate) struct Metrics {
    /// For each row of the table of routes, answers by the first digit of their status.
    requests: Vec<[AtomicU64; 5]>,
    sign_ins: [AtomicU64; 2],
    pub(crate) live_clients: AtomicI64,
    /// Live messages that a console was too slow for; it got one with all changed rows instead.
    pub(crate) live_dropped: AtomicU64,
    /// Times that a console was too far behind and had to fetch the board.
    pub(crate) live_resets: AtomicU64,
    /// Consoles that were turned away because there were too many.
    pub(crate) live_refused: AtomicU64,
    pub(crate) live_messages: AtomicU64,
    pub(crate) connections: Arc<AtomicI64>,
    /// Requests turned away by a limit for their account or address.
    pub(crate) limited: AtomicU64,
    /// Connections turned away because their address had too many.
    pub(crate) connections_refused: AtomicU64,
    /// Positions of units that were taken in.
    pub(crate) positions_taken: AtomicU64,
    /// Positions that could not be right, or came too late.
    pub(crate) positions_refused: AtomicU64,
    /// The certificate that is shown, where there is TLS.
    pub(crate) certificate: OnceLock<Arc<Held>>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            requests: security::all().map(|_| Default::default()).collect(),
            sign_ins: Default::default(),
            live_clients: AtomicI64::new(0),
            live_dropped: AtomicU64::new(0),
            live_resets: AtomicU64::new(0),
            live_refused: AtomicU64::new(0),
            live_messages: AtomicU64::new(0),
            connections: Arc::default(),
            limited: AtomicU64::new(0),
            connections_refused: AtomicU64::new(0),
            positions_taken: AtomicU64::new(0),
            positions_refused: AtomicU64::new(0),
            certificate: OnceLock::new(),
        }
    }

    /// Counts an answer of the route in this place of the table.
    pub(crate) fn count_request(&self, place: usize, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.requests[place][class].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a try to sign in.
    pub(crate) fn count_sign_in(&self, succeeded: bool) {
        self.sign_ins[usize::from(succeeded)].fetch_add(1, Ordering::Relaxed);
    }
}

/// `GET /metrics`.
pub(crate) async fn show(State(state): State<AppState>) -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        render(&state),
    )
}

fn render(state: &AppState) -> String {
    let health = state.engine.health();
    let metrics = &state.metrics;
    let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let gauge = |gauge: &AtomicI64| gauge.load(Ordering::Relaxed).max(0) as u64;
    let mut text = String::with_capacity(8_192);
    let mut one = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
        );
    };
    one(
        "callbox_events_total",
        "counter",
        "Events in the ledger.",
        health.next_seq,
    );
    one(
        "callbox_signed_events",
        "gauge",
        "Events that the last signed checkpoint covers.",
        health.signed_size,
    );
    if let Some(shipping) = &health.shipping {
        one(
            "callbox_shipped_events",
            "gauge",
            "Events that have arrived in the shipped copy.",
            shipping.events,
        );
        one(
            "callbox_shipping_lag_seconds",
            "gauge",
            "Seconds since everything recorded had last arrived; from the start, before the first time.",
            shipping.lag_seconds(),
        );
        one(
            "callbox_shipping_refused",
            "gauge",
            "1 when nothing is shipped at present; the log says why.",
            u64::from(shipping.refused.is_some()),
        );
    }
    if let Some(witnessing) = &health.witnessing {
        let cosigning = |one: &&WitnessStatus| one.trouble.is_none() && one.at.is_some();
        one(
            "callbox_witnesses",
            "gauge",
            "Witnesses of the record.",
            witnessing.witnesses.len() as u64,
        );
        one(
            "callbox_witnesses_cosigning",
            "gauge",
            "Witnesses that cosigned when they were asked last.",
            witnessing.witnesses.iter().filter(cosigning).count() as u64,
        );
        one(
            "callbox_cosigned_events",
            "gauge",
            "Events that the newest checkpoint covers that enough witnesses cosigned.",
            witnessing.size,
        );
        one(
            "callbox_witnesses_alarming",
            "gauge",
            "1 when a witness has refused or is silent; the page /ledger says why.",
            u64::from(witnessing.is_alarming()),
        );
    }
    one(
        "callbox_published_events",
        "gauge",
        "Events that the published checkpoint covers.",
        health.published_size,
    );
    one(
        "callbox_frames_total",
        "counter",
        "Frames written since the start.",
        health.frames,
    );
    one(
        "callbox_queue_length",
        "gauge",
        "Commands that wait for the sequencer.",
        health.queue as u64,
    );
    one(
        "callbox_queue_capacity",
        "gauge",
        "Commands that may wait.",
        health.queue_capacity as u64,
    );
    one(
        "callbox_halted",
        "gauge",
        "1 when nothing is recorded any more.",
        u64::from(health.halted.is_some()),
    );
    if let Some(held) = metrics.certificate.get() {
        let ends = held
            .facts()
            .map_or(0, |facts| facts.ends.micros() / 1_000_000);
        one(
            "callbox_certificate_ends_seconds",
            "gauge",
            "When the server's certificate ends, in seconds since 1970; 0 while there is none.",
            u64::try_from(ends).unwrap_or(0),
        );
    }
    one(
        "callbox_positions_taken_total",
        "counter",
        "Positions of units that were taken in.",
        load(&metrics.positions_taken),
    );
    one(
        "callbox_positions_refused_total",
        "counter",
        "Positions of units that could not be right, or came after a newer one.",
        load(&metrics.positions_refused),
    );
    one(
        "callbox_live_clients",
        "gauge",
        "Consoles on the live stream.",
        gauge(&metrics.live_clients),
    );
    one(
        "callbox_live_messages_total",
        "counter",
        "Live messages rendered, once for all consoles.",
        load(&metrics.live_messages),
    );
    one(
        "callbox_live_dropped_total",
        "counter",
        "Live messages that a slow console skipped; it got their union.",
        load(&metrics.live_dropped),
    );
    one(
        "callbox_live_resets_total",
        "counter",
        "Times a console had to fetch the board anew.",
        load(&metrics.live_resets),
    );
    one(
        "callbox_live_refused_total",
        "counter",
        "Consoles turned away because there were too many.",
        load(&metrics.live_refused),
    );
    one(
        "callbox_connections",
        "gauge",
        "Open connections.",
        gauge(&metrics.connections),
    );
    one(
        "callbox_limited_total",
        "counter",
        "Requests turned away because their account or address sent too many.",
        load(&metrics.limited),
    );
    one(
        "callbox_connections_refused_total",
        "counter",
        "Connections turned away because their address had too many.",
        load(&metrics.connections_refused),
    );
    one(
        "callbox_sign_ins_total",
        "counter",
        "Sign-ins that succeeded.",
        load(&metrics.sign_ins[1]),
    );
    one(
        "callbox_sign_in_failures_total",
        "counter",
        "Sign-ins that failed.",
        load(&metrics.sign_ins[0]),
    );
    text.push_str("# HELP callbox_http_requests_total Answers by route and class of status.\n");
    text.push_str("# TYPE callbox_http_requests_total counter\n");
    for (route, classes) in security::all().zip(&metrics.requests) {
        for (class, count) in classes.iter().enumerate() {
            let count = load(count);
            if count > 0 {
                let (method, path, class) = (route.verb.name(), route.path, class + 1);
                let _ = writeln!(
                    text,
                    "callbox_http_requests_total{{method=\"{method}\",path=\"{path}\",status=\"{class}xx\"}} {count}"
                );
            }
        }
    }
    text
}
