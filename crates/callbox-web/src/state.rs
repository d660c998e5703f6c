//! What every handler shares.

use std::{ops::Deref, sync::Arc, time::Duration};

use callbox_domain::{Center, Purpose, Timestamp};
use callbox_engine::{Clock, Engine};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Interval, MissedTickBehavior, interval},
};

use crate::{
    access::{Access, Ceremonies},
    calls::Drafts,
    closures::Closures,
    coverage::Coverage,
    geography::Geography,
    live::Live,
    metrics::Metrics,
    positions::Positions,
    provider::Provider,
    reads::Reads,
    security::{Limiter, Signed},
    sights::Sights,
    street_map::TileCache,
};

/// How many passwords are hashed at once: each takes 19 MiB and a core.
const HASHING_AT_ONCE: usize = 2;

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) access: Access,
    pub(crate) live: Live,
    pub(crate) metrics: Metrics,
    /// Why what is recorded here is recorded: an emergency service's work, or an exercise.
    pub(crate) purpose: Purpose,
    /// Whether clients reach the server over TLS, so that cookies are bound to it.
    pub(crate) tls: bool,
    /// The streets, where some were imported.
    pub(crate) geography: Option<Geography>,
    /// The vector tiles that were made last.
    pub(crate) tiles: TileCache,
    /// Where the units on duty are.
    pub(crate) positions: Positions,
    /// Calls that are being taken.
    pub(crate) drafts: Drafts,
    /// Where people may sign in beside here.
    pub(crate) provider: Option<Provider>,
    /// Passkeys that are being registered or signed in with.
    pub(crate) ceremonies: Ceremonies,
    /// Purposes in force.
    pub(crate) reads: Reads,
    /// The closures that driving times reckon with.
    pub(crate) closures: Closures,
    /// Which streets help reaches, as it was asked for last.
    pub(crate) coverage: Coverage,
    /// What reports need of the ledger.
    pub(crate) reports: crate::reports::Kept,
    /// The wallboard's figures of the day.
    pub(crate) wall_day: crate::api::WallDay,
    /// The center as each agency sees it now.
    pub(crate) sights: Sights,
    /// How many requests came from whom.
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) hashing: Semaphore,
    pub(crate) clock: Clock,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    pub(crate) fn new(
        engine: Engine,
        access: Access,
        purpose: Purpose,
        clock: Clock,
        tls: bool,
        geography: Option<Geography>,
        provider: Option<Provider>,
    ) -> Self {
        Self(Arc::new(Shared {
            live: Live::new(),
            metrics: Metrics::new(),
            tiles: TileCache::default(),
            positions: Positions::default(),
            drafts: Drafts::default(),
            provider,
            ceremonies: Ceremonies::default(),
            reads: Reads::default(),
            closures: Closures::default(),
            coverage: Coverage::default(),
            reports: crate::reports::Kept::default(),
            wall_day: crate::api::WallDay::default(),
            sights: Sights::default(),
            limiter: Arc::default(),
            hashing: Semaphore::new(HASHING_AT_ONCE),
            geography,
            engine,
            clock,
            access,
            purpose,
            tls,
        }))
    }

    /// The time, by the same clock as the ledger's.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The center as who asks may see it: all of it, or what their agency sees.
    pub(crate) fn center_for(&self, signed: Option<&Signed>) -> Arc<Center> {
        match signed.and_then(Signed::agency) {
            Some(agency) => self.sights.of(agency, &self.engine.snapshot()),
            None => self.engine.snapshot(),
        }
    }

    /// Whether the center is a demo or an exercise, so that pages say so.
    pub(crate) fn is_exercise(&self) -> bool {
        self.purpose == Purpose::Exercise
    }
}

impl AppState {
    /// A place among those who may hash a password now; nothing where none came free in time.
    ///
    /// Hashing is dear on purpose: few at once, and nobody waits for it for long.
    pub(crate) async fn place_to_hash(&self) -> Option<SemaphorePermit<'_>> {
        let place = tokio::time::timeout(Duration::from_secs(5), self.hashing.acquire()).await;
        place.ok()?.ok()
    }
}

/// Ticks at once and then with at least `period` in between, however long the work at a tick takes.
pub(crate) fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Runs something that waits for a disk or hashes on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, crate::problem::Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| crate::problem::Problem::internal("a task of the server failed", &error))
}
