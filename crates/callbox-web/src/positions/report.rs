//! Takes positions in: from units' terminals, a fleet system, or a demo's simulated units.

use std::sync::atomic::Ordering;

use callbox_domain::{Center, Code, Timestamp};
use callbox_geo::{Coord, eta::Hint};
use thiserror::Error;

use super::Fix;
use crate::state::AppState;

/// How far a unit's clock may be ahead, in seconds.
const AHEAD_SECONDS: i64 = 5;
/// The oldest fix that is taken, in seconds: behind that the clock is wrong or the fix is useless.
const OLD_SECONDS: i64 = 3_600;

/// A fix that is older says nothing about the street that a unit is on, in seconds.
const BEFORE_SECONDS: f64 = 30.0;

/// One position that a unit reports.
#[derive(Clone, Debug)]
pub struct PositionReport {
    /// The unit's call sign.
    pub unit: Code,
    /// Latitude in degrees, WGS 84.
    pub lat: f64,
    /// Longitude in degrees, WGS 84.
    pub lon: f64,
    /// When the unit was there.
    pub at: Timestamp,
    /// Direction of travel in degrees from north, from 0 to 360.
    pub heading_degrees: Option<f64>,
    /// Speed in metres a second.
    pub speed_mps: Option<f64>,
    /// Radius within which the unit is, in metres.
    pub accuracy_meters: Option<f64>,
}

/// Why a position is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PositionRefused {
    /// No unit has this call sign.
    #[error("there is no unit with this call sign")]
    UnknownUnit,
    /// Only units on duty are located.
    #[error("the unit is out of service; only units on duty are located")]
    OffDuty,
    /// The clock is ahead.
    #[error("this time lies in the future")]
    InTheFuture,
    /// The clock is behind, or the fix waited too long.
    #[error("this time lies more than an hour back")]
    TooOld,
    /// A receiver without a fix, or a place where the center has no streets.
    #[error("this position lies outside of the center's area")]
    Outside,
    /// A newer one is known.
    #[error("a newer position of this unit is known")]
    Older,
}

impl PositionRefused {
    /// The name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownUnit => "unknown-unit",
            Self::OffDuty => "off-duty",
            Self::InTheFuture => "in-the-future",
            Self::TooOld => "too-old",
            Self::Outside => "outside",
            Self::Older => "older",
        }
    }

    /// What to do.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::UnknownUnit => "check the call sign in the terminal's settings",
            Self::OffDuty => "nothing to do: send positions while the unit is in service",
            Self::InTheFuture | Self::TooOld => {
                "set the terminal's clock by GPS or NTP, and send each fix when it is made"
            }
            Self::Outside => {
                "check the receiver: no fix, swapped or wrong coordinates; or import streets that \
                 cover the place"
            }
            Self::Older => "nothing to do",
        }
    }
}

/// Takes one position in; the answer says why not.
pub(crate) fn take(
    state: &AppState,
    center: &Center,
    report: &PositionReport,
) -> Result<(), PositionRefused> {
    let outcome = check(state, center, report);
    let counter = match outcome {
        Ok(()) => &state.metrics.positions_taken,
        Err(_) => &state.metrics.positions_refused,
    };
    counter.fetch_add(1, Ordering::Relaxed);
    outcome
}

fn check(
    state: &AppState,
    center: &Center,
    report: &PositionReport,
) -> Result<(), PositionRefused> {
    let unit = center
        .unit_called(report.unit.as_str())
        .ok_or(PositionRefused::UnknownUnit)?;
    if !unit.in_service {
        return Err(PositionRefused::OffDuty);
    }
    let now = state.now();
    if report.at > now.plus_seconds(AHEAD_SECONDS) {
        return Err(PositionRefused::InTheFuture);
    }
    if report.at < now.plus_seconds(-OLD_SECONDS) {
        return Err(PositionRefused::TooOld);
    }
    let point = Coord::from_degrees(report.lat, report.lon).ok_or(PositionRefused::Outside)?;
    let geography = state.geography.as_ref();
    // Receivers without a fix send zeros.
    if (point.lat, point.lon) == (0, 0) || geography.is_some_and(|all| !all.covers(point)) {
        return Err(PositionRefused::Outside);
    }
    // Where the unit was tells a bridge from the road below it.
    let before = state.positions.read(|fixes| {
        let fix = fixes.get(&unit.id)?;
        let age = report.at.seconds_since(fix.at);
        (0.0..BEFORE_SECONDS)
            .contains(&age)
            .then(|| fix.snapped.clone())
            .flatten()
    });
    let snapped = geography.and_then(|geography| {
        let hint = Hint {
            heading_degrees: report.heading_degrees,
            before: before.as_ref(),
            ..Hint::default()
        };
        let snapped = geography.streets.snap_hint(report.lat, report.lon, hint)?;
        // Searched now, so that nobody who asks for a suggestion waits for it.
        geography.remember(&snapped, unit.unit_type.as_str());
        Some(snapped)
    });
    let fix = Fix {
        point,
        // A clock that is a little ahead does not make a fix younger than now.
        at: report.at.min(now),
        heading_degrees: report.heading_degrees,
        speed_mps: report.speed_mps,
        accuracy_meters: report.accuracy_meters,
        snapped,
    };
    match state.positions.report(unit.id, fix) {
        true => Ok(()),
        false => Err(PositionRefused::Older),
    }
}

/// Takes positions in from within the program: a demo's simulated units.
#[derive(Clone)]
pub struct PositionFeed(pub(crate) AppState);

impl std::fmt::Debug for PositionFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PositionFeed")
    }
}

impl PositionFeed {
    /// Takes positions in; gives for each, in their order, why it was not taken.
    pub fn report(&self, reports: &[PositionReport]) -> Vec<Result<(), PositionRefused>> {
        let center = self.0.engine.snapshot();
        let take = |report| take(&self.0, &center, report);
        reports.iter().map(take).collect()
    }
}
