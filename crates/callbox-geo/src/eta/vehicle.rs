//! Questions for one vehicle: a profile as it is, or one that is higher, wider or heavier.

use std::sync::{Arc, PoisonError};

use crate::roads::{Profile, WallClock};

use super::{
    live::{Driven, Live},
    route::{self, Route},
    snap::Snapped,
    streets::{Eta, ProfileId, Streets},
    stretch::Detour,
};

/// So many vehicles of their own size, or at another hour, are kept; each takes the memory of one profile's times.
const MOST_KEPT: usize = 2;

/// Is how large a vehicle is; what is `None` is as its profile says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Metres.
    pub height_meters: Option<f32>,
    /// Metres.
    pub width_meters: Option<f32>,
    /// Tonnes.
    pub weight_tonnes: Option<f32>,
}

/// Vehicles of their own size or hour, each with the moment whose conditions its times have.
pub(super) type Sized = Vec<(u64, Arc<Driven>)>;

/// Is what drives, under the conditions of the moment in which it was asked for.
#[derive(Debug)]
pub struct Vehicle<'a> {
    streets: &'a Streets,
    driven: Arc<Driven>,
    live: Arc<Live>,
}

impl Streets {
    /// Gives what drives as a profile says, but for its size, now.
    ///
    /// A size of its own costs one customization of the whole network, unless one of the last two
    /// that were asked for is the same and no street was closed or opened since.
    #[must_use]
    pub fn vehicle(&self, profile: ProfileId, size: Size) -> Vehicle<'_> {
        self.vehicle_at(profile, size, None)
    }

    /// Does what [`Streets::vehicle`] does, with the conditions on the hour that hold at another
    /// local time. What somebody closed is closed then too.
    ///
    /// Where another condition holds then, it costs what a size of its own costs.
    #[must_use]
    pub fn vehicle_at(&self, profile: ProfileId, size: Size, at: Option<WallClock>) -> Vehicle<'_> {
        let model = self.driven(profile);
        let now = model.now();
        let wanted = size.of(&model.profile);
        let hold = at.map(|at| self.hold(at));
        let hold = hold.filter(|hold| *hold != now.conditions.hours.hold);
        let driven = match wanted == model.profile && hold.is_none() {
            true => model,
            false => self.made(&now, wanted, hold),
        };
        let live = driven.now();
        Vehicle {
            streets: self,
            driven,
            live,
        }
    }

    fn made(&self, now: &Live, wanted: Profile, hold: Option<Vec<bool>>) -> Arc<Driven> {
        // Held meanwhile, so that many who ask at once cost one customization at a time.
        let mut kept = self.sized.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = hold.as_ref().unwrap_or(&now.conditions.hours.hold);
        let known = kept.iter().find(|(moment, driven)| {
            *moment == now.number
                && driven.profile == wanted
                && driven.now().conditions.hours.hold == *holds
        });
        if let Some((_, driven)) = known {
            return Arc::clone(driven);
        }
        let mut conditions = now.conditions.clone();
        if let Some(hold) = hold {
            conditions.hours = Arc::new(self.hours_now(hold));
        }
        let driven = Driven::new(&self.graph, &self.cch, wanted, None, conditions);
        let driven = Arc::new(driven);
        kept.truncate(MOST_KEPT - 1);
        kept.insert(0, (now.number, Arc::clone(&driven)));
        driven
    }
}

impl Size {
    fn of(self, profile: &Profile) -> Profile {
        Profile {
            height_meters: self.height_meters.unwrap_or(profile.height_meters),
            width_meters: self.width_meters.unwrap_or(profile.width_meters),
            weight_tonnes: self.weight_tonnes.unwrap_or(profile.weight_tonnes),
            ..profile.clone()
        }
    }
}

impl Vehicle<'_> {
    /// Gives the times from each of `from` (rows) to each of `to` (columns); `None` where no way
    /// leads there. Costs one search for each of the fewer.
    #[must_use]
    pub fn matrix(&self, from: &[Snapped], to: &[Snapped]) -> Vec<Vec<Option<Eta>>> {
        let streets = self.streets;
        if from.len() < to.len() {
            let rows = from.iter();
            return rows
                .map(|start| streets.one_to_many(&self.driven, &self.live, start, to))
                .collect();
        }
        let mut rows = vec![Vec::with_capacity(to.len()); from.len()];
        for place in to {
            let column = streets.many_to_one(&self.driven, &self.live, from, place);
            for (row, eta) in rows.iter_mut().zip(column) {
                row.push(eta);
            }
        }
        rows
    }

    /// Finds the way; its time equals that of [`Vehicle::matrix`].
    #[must_use]
    pub fn route(&self, from: &Snapped, to: &Snapped) -> Option<Route> {
        let (streets, driven, live) = (self.streets, &self.driven, &self.live);
        let way = streets.way(driven, live, from, to)?;
        Some(route::draw(&streets.graph, driven, live, &way, (from, to)))
    }

    /// Does what [`Streets::detour`] does.
    #[must_use]
    pub fn detour(&self, from: &Snapped, to: &Snapped) -> Option<Detour> {
        self.streets.goes_round(&self.driven, &self.live, from, to)
    }
}
