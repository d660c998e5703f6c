//! Where the service's own units are right now.
//!
//! Only the newest fix of each unit on duty is kept, in memory alone: no trail, nothing on disk.
//! What a decision rested on (an estimated time, the age of the fix) is recorded with that decision.

mod report;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};

use callbox_domain::{Center, DispatchRules, Meaning, Timestamp, Unit, UnitId};
use callbox_geo::{Coord, eta::Snapped};
use serde::Serialize;

pub(crate) use report::take;
pub use report::{PositionFeed, PositionRefused, PositionReport};

/// From this speed on a unit counts as moving.
const MOVING_MPS: f64 = 1.5;

/// The newest known position of one unit on duty.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    /// Where.
    pub(crate) point: Coord,
    /// When the position was true, by the server's clock.
    pub(crate) at: Timestamp,
    /// Direction of travel in degrees from north, where the vehicle told it.
    pub(crate) heading_degrees: Option<f64>,
    /// Speed in metres a second, where the vehicle told it.
    pub(crate) speed_mps: Option<f64>,
    /// Radius within which the unit is, where the vehicle told it.
    pub(crate) accuracy_meters: Option<f64>,
    /// The street it is on; found once, when the fix arrives, so that a query searches nothing.
    pub(crate) snapped: Option<Snapped>,
}

impl Fix {
    /// Whether it says too little about where the unit is by now.
    pub(crate) fn is_stale(
        &self,
        unit: &Unit,
        center: &Center,
        rules: &DispatchRules,
        now: Timestamp,
    ) -> bool {
        let drives = matches!(
            unit.shown(center).meaning,
            Meaning::EnRoute | Meaning::Transporting
        );
        let moving = drives || self.speed_mps.is_some_and(|speed| speed > MOVING_MPS);
        let most = match moving {
            true => rules.moving_stale_seconds,
            false => rules.parked_stale_seconds,
        };
        self.at.plus_seconds(most.into()) < now
    }
}

/// A unit's newest position as consoles see it; times in milliseconds since 1970.
#[derive(Debug, Serialize)]
pub(crate) struct PositionRow {
    id: u32,
    lat: f64,
    lon: f64,
    at: i64,
    heading: Option<f64>,
    accuracy: Option<f64>,
    /// When it will count as stale unless a newer one comes.
    stale_at: i64,
}

impl PositionRow {
    /// Which unit's.
    pub(crate) fn unit(&self) -> UnitId {
        UnitId(self.id)
    }

    /// Shows a fix; `None` for a unit that is not on duty.
    pub(crate) fn new(center: &Center, id: UnitId, fix: &Fix) -> Option<Self> {
        let unit = center.unit(id).filter(|unit| unit.in_service)?;
        let rules = &center.configuration.dispatch_rules;
        let is_stale = |after: u32| {
            let then = fix.at.plus_seconds(i64::from(after) + 1);
            fix.is_stale(unit, center, rules, then)
        };
        let after = match is_stale(rules.moving_stale_seconds) {
            true => rules.moving_stale_seconds.min(rules.parked_stale_seconds),
            false => rules.parked_stale_seconds,
        };
        let (lat, lon) = fix.point.degrees();
        Some(Self {
            id: id.0,
            lat,
            lon,
            at: fix.at.millis(),
            heading: fix.heading_degrees,
            accuracy: fix.accuracy_meters,
            stale_at: fix.at.plus_seconds(after.into()).millis(),
        })
    }
}

#[derive(Debug, Default)]
struct Known {
    fixes: BTreeMap<UnitId, Fix>,
    /// Units whose fix no console has seen yet.
    changed: BTreeSet<UnitId>,
}

/// The newest fix of every unit on duty.
#[derive(Debug, Default)]
pub(crate) struct Positions(RwLock<Known>);

impl Positions {
    /// Takes a fix in unless a newer one is known; says whether it was taken.
    pub(crate) fn report(&self, unit: UnitId, fix: Fix) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.fixes.get(&unit).is_some_and(|last| last.at > fix.at) {
            return false;
        }
        known.fixes.insert(unit, fix);
        known.changed.insert(unit);
        true
    }

    /// Forgets where units are that are not on duty.
    pub(crate) fn forget_off_duty(&self, center: &Center) {
        let off = |id: &UnitId| center.unit(*id).is_none_or(|unit| !unit.in_service);
        if self.read(|fixes| fixes.keys().any(&off)) {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            known.fixes.retain(|id, _| !off(id));
        }
    }

    /// Reads all fixes at once, in the units' order.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&BTreeMap<UnitId, Fix>) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner).fixes)
    }

    /// All positions as consoles see them.
    pub(crate) fn rows(&self, center: &Center) -> Vec<PositionRow> {
        self.read(|fixes| {
            let rows = fixes.iter();
            rows.filter_map(|(id, fix)| PositionRow::new(center, *id, fix))
                .collect()
        })
    }

    /// The positions that changed since they were last asked for.
    pub(crate) fn take_changed(&self, center: &Center) -> Vec<PositionRow> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = std::mem::take(&mut known.changed);
        changed
            .into_iter()
            .filter_map(|id| PositionRow::new(center, id, known.fixes.get(&id)?))
            .collect()
    }
}
