//! Keeps questions for driving times fast: after streets were closed or opened, the times settle.

use std::time::Duration;

use crate::{
    advice,
    state::{AppState, blocking, ticks},
};

/// How often the server looks.
const TICK: Duration = Duration::from_secs(1);

/// Looks once a second. Times that changed settle when they have been the same for one look, in a thread of
/// its own; answers are the same before and after. Then a search from each free unit is kept.
pub(crate) async fn run(state: AppState) {
    let mut ticks = ticks(TICK);
    let mut rested = false;
    while let Some(geography) = state.geography.clone() {
        ticks.tick().await;
        if geography.is_settled() {
            rested = false;
            continue;
        }
        // Somebody may be closing one street after the other.
        if !std::mem::replace(&mut rested, true) {
            continue;
        }
        let of = state.clone();
        let work = move || {
            geography.settle();
            advice::remember(&of, &of.engine.snapshot());
        };
        if blocking(work).await.is_err() {
            tracing::error!("driving times could not settle; suggestions take longer");
        }
    }
}
