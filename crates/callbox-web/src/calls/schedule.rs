//! Begins scheduled incidents when their time has come.

use std::time::Duration;

use callbox_domain::{ActivateScheduled, ActorId, Context};
use callbox_engine::Submission;

use crate::state::{AppState, ticks};

/// Looks once a second for what is due. The schedule stands in the ledger, so that a restart
/// forgets none; what came due meanwhile begins at once.
pub(crate) async fn run(state: AppState) {
    let mut ticks = ticks(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        begin_due(&state).await;
    }
}

/// Begins what is due by the server's clock.
pub(crate) async fn begin_due(state: &AppState) {
    let now = state.now();
    let center = state.engine.snapshot();
    let due = center.incidents.iter().filter_map(|(_, incident)| {
        let schedule = incident.intake.scheduled?;
        let waits = incident.closed.is_none() && incident.intake.merged_into.is_none();
        (waits && schedule.at <= now).then_some((incident.id, schedule.at))
    });
    for (incident, at) in due.collect::<Vec<_>>() {
        let submission = Submission {
            command: ActivateScheduled { incident }.into(),
            context: Context {
                at: now,
                actor: ActorId::SYSTEM,
                purpose: state.purpose,
            },
            // The schedule names the act, so that none begins twice.
            idempotency: Some(format!("scheduled-{}-{}", incident.0, at.micros()).into()),
        };
        if let Err(error) = state.engine.submit(submission).await {
            tracing::warn!(incident = incident.0, error = %error, "a scheduled incident could not be begun yet");
        }
    }
}
