//! How fast a replay goes.

use std::{
    thread,
    time::{Duration, Instant},
};

use callbox_domain::Timestamp;

/// Real time times a factor, or as fast as it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speed {
    /// As fast as it goes.
    Max,
    /// So many seconds of the history in one second.
    Times(f64),
}

impl Speed {
    /// Reads `max` or a factor.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(factor) if factor > 0.0 && factor <= 1e6 => Ok(Self::Times(factor)),
            _ => Err("use max, or a number above 0 such as 60".to_owned()),
        }
    }
}

/// Holds steps back until their time has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    speed: Speed,
    first: Timestamp,
    begun: Instant,
}

impl Pace {
    /// Begins now, at the history's moment `first`.
    pub(super) fn new(speed: Speed, first: Timestamp) -> Self {
        Self {
            speed,
            first,
            begun: Instant::now(),
        }
    }

    /// Whether nothing is held back.
    pub(super) fn is_max(&self) -> bool {
        self.speed == Speed::Max
    }

    /// Waits until it is `at` in the history.
    pub(super) fn wait_for(&self, at: Timestamp) {
        let Speed::Times(factor) = self.speed else {
            return;
        };
        let due = Duration::from_secs_f64(at.seconds_since(self.first).max(0.0) / factor);
        if let Some(rest) = due.checked_sub(self.begun.elapsed()) {
            thread::sleep(rest);
        }
    }
}
