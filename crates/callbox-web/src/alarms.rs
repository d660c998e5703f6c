//! Raises what has become due: alarms, welfare checks, escalations.

use std::time::Duration;

use callbox_domain::{ActorId, Command, Context, ExpireClosures, RaiseAlarms, Timestamp};
use callbox_engine::Submission;

use crate::state::{AppState, ticks};

/// How often the server looks; an alarm is later than due by no more than this.
const TICK: Duration = Duration::from_millis(500);

/// Looks twice a second. What is due follows from the ledger, so that a restart forgets none; what
/// came due while the server was down is raised at once, with the time at which it was due.
pub(crate) async fn run(state: AppState) {
    let mut ticks = ticks(TICK);
    loop {
        ticks.tick().await;
        raise_due(&state).await;
    }
}

/// Records what is due by the server's clock.
pub(crate) async fn raise_due(state: &AppState) {
    let now = state.now();
    expire_closures(state, now).await;
    if state
        .engine
        .snapshot()
        .next_due()
        .is_none_or(|due| due > now)
    {
        return;
    }
    // Asked again it finds what is raised already: the rules raise nothing twice.
    record(state, RaiseAlarms.into(), now).await;
}

/// Opens the streets whose closure is over.
async fn expire_closures(state: &AppState, now: Timestamp) {
    let next = state.engine.snapshot().next_closure_end();
    if next.is_some_and(|end| end <= now) {
        record(state, ExpireClosures.into(), now).await;
        state.apply_closures().await;
    }
}

async fn record(state: &AppState, command: Command, now: Timestamp) {
    let submission = Submission {
        command,
        context: Context {
            at: now,
            actor: ActorId::SYSTEM,
            purpose: state.purpose,
        },
        idempotency: None,
    };
    if let Err(error) = state.engine.submit(submission).await {
        tracing::warn!(error = %error, "what is due could not be recorded yet");
    }
}
