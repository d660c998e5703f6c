//! The facts of a recommendation: where units are, how long they drive, what the clock says.

use std::collections::BTreeMap;

use callbox_domain::{
    Center, Code, Drive, Facts, IncidentId, LocalTime, Point, Source, Timestamp, Unit, UnitFact,
    UnitId,
};
use callbox_geo::{
    Coord,
    eta::{Detour, ProfileId, Snapped, Streets},
    roads::{Network, WallClock},
};

use crate::{positions::Fix, state::AppState};

/// Within this many metres of its station a unit has to turn out first.
const IN_STATION_METERS: f64 = 150.0;

/// Finds out what a recommendation for `incident` rests on: the drives of all units.
///
/// Takes a fraction of a millisecond of a core with thousands of units where something is remembered of
/// each; up to some milliseconds, by one search for all, just after streets were closed or opened.
pub(crate) fn facts(state: &AppState, center: &Center, incident: IncidentId) -> Facts {
    let at = state.now();
    catch_up(state, center, at);
    let place = center
        .incident(incident)
        .and_then(|incident| incident.place.as_ref()?.known()?.lat_lon());
    let goal = place.and_then(|(lat, lon)| Coord::from_degrees(lat, lon));
    let mut found = located(state, center, free(center), at);
    if let Some(goal) = goal {
        drive(state, goal, &mut found);
    }
    Facts {
        at,
        local: local(center, at),
        units: found.into_iter().map(|found| found.fact).collect(),
    }
}

/// Brings driving times to what is closed, and to the hour.
pub(crate) fn catch_up(state: &AppState, center: &Center, at: Timestamp) {
    if let Some(geography) = &state.geography {
        state.closures.catch_up(&geography.streets, center);
        geography.set_clock(wall_clock(center, at));
    }
}

/// The units on duty that are on no incident.
pub(crate) fn free(center: &Center) -> impl Iterator<Item = &Unit> {
    let units = center.units.iter().map(|(_, unit)| unit.as_ref());
    units.filter(|unit| unit.in_service && unit.active.is_empty())
}

/// Where units are taken to be, in their order.
pub(crate) fn located<'a>(
    state: &AppState,
    center: &Center,
    units: impl Iterator<Item = &'a Unit>,
    at: Timestamp,
) -> Vec<Found> {
    let mut stations = BTreeMap::new();
    state.positions.read(|fixes| {
        units
            .map(|unit| locate(state, center, unit, fixes.get(&unit.id), at, &mut stations))
            .collect()
    })
}

/// What a unit's way goes round: the seconds without that, and the names of the closed streets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Around {
    /// What the drive would take without closures.
    pub(crate) seconds_without: u32,
    /// The closed streets on that way, each once.
    pub(crate) streets: Vec<String>,
}

/// Why the ways of `units` to an incident are longer than the map says; only those that are.
///
/// Costs nothing without closures, else one search for each unit: ask for those that are suggested.
pub(crate) fn detours(
    state: &AppState,
    center: &Center,
    incident: IncidentId,
    units: impl Iterator<Item = UnitId>,
) -> BTreeMap<UnitId, Around> {
    let place = center
        .incident(incident)
        .and_then(|incident| incident.place.as_ref()?.known()?.lat_lon());
    let (Some(geography), Some((lat, lon))) = (state.geography.as_ref(), place) else {
        return BTreeMap::new();
    };
    let streets = &geography.streets;
    let goal = streets.snap(lat, lon);
    let Some(goal) = goal.filter(|_| !center.closures.is_empty()) else {
        return BTreeMap::new();
    };
    let units = units.filter_map(|id| center.unit(id)).map(AsRef::as_ref);
    let found = located(state, center, units, state.now());
    let around = found.into_iter().filter_map(|one| {
        // Closures are those of the road.
        let profile = streets.profile(streets.profile_of_unit(one.unit_type.as_str()))?;
        Some((
            one.fact.unit,
            around(streets, &one.snapped?, &goal, profile)?,
        ))
    });
    around.collect()
}

/// What the way between two places goes round; nothing where the map's own way is open.
pub(crate) fn around(
    streets: &Streets,
    from: &Snapped,
    to: &Snapped,
    profile: ProfileId,
) -> Option<Around> {
    streets.detour(from, to, profile).map(named)
}

/// A detour by the names of its streets, each once.
pub(crate) fn named(detour: Detour) -> Around {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in detour.around {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    Around {
        seconds_without: detour.without.seconds().round() as u32,
        streets: names,
    }
}

/// Where a unit is taken to be.
pub(crate) struct Found {
    /// What that rests on, and how long it drives once that was asked for.
    pub(crate) fact: UnitFact,
    unit_type: Code,
    point: Option<Coord>,
    /// The street there.
    pub(crate) snapped: Option<Snapped>,
}

type Stations = BTreeMap<Code, Option<(Coord, Option<Snapped>)>>;

/// Where a unit is taken to be: at its newest position or, when that is stale, in its station.
fn locate(
    state: &AppState,
    center: &Center,
    unit: &Unit,
    fix: Option<&Fix>,
    at: Timestamp,
    stations: &mut Stations,
) -> Found {
    let station = unit.station.as_ref().and_then(|code| {
        let snap = || station(state, center, code);
        stations.entry(code.clone()).or_insert_with(snap).clone()
    });
    let rules = &center.configuration.dispatch_rules;
    let age = |fix: &Fix| at.seconds_since(fix.at).max(0.0) as u32;
    let (source, at_fix) = match fix {
        Some(fix) if !fix.is_stale(unit, center, rules, at) => (Source::Fix(age(fix)), Some(fix)),
        Some(fix) if station.is_none() => (Source::StaleFix(age(fix)), Some(fix)),
        Some(fix) => (Source::StationForStale(age(fix)), None),
        None if station.is_some() => (Source::Station, None),
        None => (Source::Unknown, None),
    };
    let home = station.as_ref().map(|(point, _)| *point);
    let in_station = match at_fix {
        None => station.is_some(),
        Some(fix) => home.is_some_and(|home| home.meters_to(fix.point) < IN_STATION_METERS),
    };
    let (point, snapped) = match (at_fix, station) {
        (Some(fix), _) => (Some(fix.point), fix.snapped.clone()),
        (None, Some((point, snapped))) => (Some(point), snapped),
        (None, None) => (None, None),
    };
    Found {
        fact: UnitFact {
            unit: unit.id,
            source,
            drive: Drive::Unknown,
            in_station,
        },
        unit_type: unit.unit_type.clone(),
        point,
        snapped,
    }
}

/// An open station's position, on the streets where there are any.
pub(crate) fn station(
    state: &AppState,
    center: &Center,
    code: &Code,
) -> Option<(Coord, Option<Snapped>)> {
    let station = center.configuration.stations.get(code)?;
    let (lat, lon) = station.point.filter(|_| station.open)?.degrees();
    let point = Coord::from_degrees(lat, lon)?;
    let geography = state.geography.as_ref();
    Some((
        point,
        geography.and_then(|geography| geography.station(point)),
    ))
}

/// Searches once from where each free unit is, so that questions about them cost little; what is known
/// already costs nothing.
pub(crate) fn remember(state: &AppState, center: &Center) {
    let Some(geography) = &state.geography else {
        return;
    };
    for found in located(state, center, free(center), state.now()) {
        if let Some(place) = &found.snapped {
            geography.remember(place, found.unit_type.as_str());
        }
    }
}

fn drive(state: &AppState, goal: Coord, found: &mut [Found]) {
    let straight = |from: Coord| {
        let point = |coord: Coord| Point {
            lat_e7: coord.lat,
            lon_e7: coord.lon,
        };
        Drive::straight(point(from).meters_to(point(goal)))
    };
    let Some(geography) = &state.geography else {
        for one in found.iter_mut() {
            one.fact.drive = one.point.map_or(Drive::Unknown, straight);
        }
        return;
    };
    // Kinds of unit that move alike are searched for together.
    let mut by_profile: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        let name = geography
            .streets
            .profile_of_unit(one.unit_type.as_str())
            .to_owned();
        by_profile.entry(name).or_default().push(at);
    }
    let (lat, lon) = goal.degrees();
    for (name, units) in by_profile {
        let way = geography.profile(&name).and_then(|(streets, profile)| {
            let to = streets.snap(lat, lon)?;
            Some((streets, profile, to))
        });
        let Some((streets, profile, to)) = way else {
            // The network was not built, or none of it is near the place: a straight line, said so.
            for at in units {
                let one = &mut found[at];
                one.fact.drive = one.point.map_or(Drive::Unknown, straight);
            }
            continue;
        };
        let starts: Vec<Option<Snapped>> = units.iter().map(|&at| found[at].on(streets)).collect();
        let on: Vec<Snapped> = starts.iter().flatten().cloned().collect();
        let mut times = streets.eta_many_to_one(&on, &to, profile).into_iter();
        for (at, start) in units.into_iter().zip(starts) {
            let one = &mut found[at];
            one.fact.drive = match start {
                Some(_) => times.next().flatten().map_or(Drive::Unknown, |eta| {
                    Drive::Road(eta.seconds().round() as u32)
                }),
                None => one.point.map_or(Drive::Unknown, straight),
            };
        }
    }
}

impl Found {
    /// Where the unit is on a network: on the road that was found when its position came.
    pub(crate) fn on(&self, streets: &Streets) -> Option<Snapped> {
        if streets.network() == Network::Drive {
            return self.snapped.clone();
        }
        let (lat, lon) = self.point?.degrees();
        streets.snap(lat, lon)
    }
}

/// What streets that are open or slower at times are asked with.
pub(crate) fn wall_clock(center: &Center, at: Timestamp) -> WallClock {
    let local = local(center, at);
    WallClock {
        month: local.month,
        day: local.day,
        weekday: local.weekday,
        minute: local.minute,
    }
}

/// What the clock on the center's wall says.
pub fn local(center: &Center, at: Timestamp) -> LocalTime {
    let name = center.configuration.center.as_ref();
    let name = name.map_or("UTC", |center| center.timezone.as_str());
    let zone = jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC);
    let time = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default();
    let time = time.to_zoned_datetime(zone);
    LocalTime {
        minute: (i32::from(time.hour()) * 60 + i32::from(time.minute())) as u16,
        weekday: time.weekday().to_monday_zero_offset() as u8,
        month: time.month() as u8,
        day: time.day() as u8,
    }
}
