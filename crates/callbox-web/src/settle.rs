//! Keeps questions for driving times fast: after streets were closed or opened, the times settle.

use std::time::Duration;

use crate::{
    advice,
    geography::Geography,
    state::{AppState, blocking, ticks},
};

/// How often the server looks.
const TICK: Duration = Duration::from_secs(1);

/// Looks once a second, in vain where there are no streets.
pub(crate) async fn run(state: AppState) {
    let Some(geography) = state.geography.clone() else {
        return;
    };
    let mut ticks = ticks(TICK);
    let mut seen = None;
    loop {
        ticks.tick().await;
        seen = look(&state, &geography, seen).await;
    }
}

/// Settles times that are still those that the last look saw, in a thread of its own, and then keeps a
/// search from each free unit; answers are the same before and after. Gives what the next look has to know.
pub(crate) async fn look(
    state: &AppState,
    geography: &Geography,
    seen: Option<u64>,
) -> Option<u64> {
    if geography.is_settled() {
        return None;
    }
    let times = Some(geography.times());
    // Somebody may be closing one street after the other.
    if seen != times {
        return times;
    }
    let (state, geography) = (state.clone(), geography.clone());
    let work = move || {
        geography.settle();
        advice::remember(&state, &state.engine.snapshot());
    };
    if blocking(work).await.is_err() {
        tracing::error!("driving times could not settle; suggestions take longer");
    }
    times
}
