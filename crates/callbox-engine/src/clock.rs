use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use callbox_domain::Timestamp;

/// Tells the time; handed in, so that tests and simulations bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The machine's clock, to the microsecond; before 1970 it counts as 1970.
pub fn wall_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}
