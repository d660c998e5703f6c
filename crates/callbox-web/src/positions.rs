//! Where the service's own units are right now.
//!
//! Only the newest fix of each unit is kept, in memory alone: no trail, nothing on disk. What a
//! decision rested on (an estimated time, the age of the fix) is recorded with that decision.

use std::{collections::BTreeMap, sync::RwLock};

use callbox_domain::{Timestamp, UnitId};
use callbox_geo::{Coord, eta::Snapped};

/// The newest known position of one unit on duty.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    /// Where.
    pub(crate) point: Coord,
    /// When the position was true, by the server's clock.
    pub(crate) at: Timestamp,
    /// Direction of travel in degrees from north, where the vehicle told it.
    pub(crate) heading_degrees: Option<f64>,
    /// Radius within which the unit is, where the vehicle told it.
    pub(crate) accuracy_meters: Option<f64>,
    /// The street it is on; found once, when the fix arrives, so that a query searches nothing.
    pub(crate) snapped: Option<Snapped>,
}

/// The newest fix of every unit.
#[derive(Debug, Default)]
pub(crate) struct Positions(RwLock<BTreeMap<UnitId, Fix>>);

impl Positions {
    /// Takes a fix in unless a newer one is known; says whether it was taken.
    pub(crate) fn report(&self, unit: UnitId, fix: Fix) -> bool {
        let mut known = self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.get(&unit).is_some_and(|last| last.at > fix.at) {
            return false;
        }
        known.insert(unit, fix);
        true
    }

    /// Forgets where a unit is: it went off duty.
    pub(crate) fn forget(&self, unit: UnitId) {
        let mut known = self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        known.remove(&unit);
    }

    /// The newest fix of one unit.
    pub(crate) fn of(&self, unit: UnitId) -> Option<Fix> {
        let known = self
            .0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(&unit).cloned()
    }

    /// Reads all fixes at once, in the units' order.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&BTreeMap<UnitId, Fix>) -> T) -> T {
        read(
            &self
                .0
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }
}
