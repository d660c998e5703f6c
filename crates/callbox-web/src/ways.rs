//! The ways of units to their incident: where they drive, how long it takes, and why this way.

use callbox_domain::{Assignment, Center, Incident, Meaning, Source, Timestamp, Unit};
use callbox_geo::eta::{Route, Snapped, Streets};

use crate::{
    advice::{self, Around, Found},
    reads,
    state::AppState,
};

/// The most ways of one incident that are found.
const MOST: usize = 40;

/// One unit's way.
pub(crate) struct Way<'a> {
    pub(crate) unit: &'a Unit,
    pub(crate) meaning: Meaning,
    /// What its place is taken from.
    pub(crate) source: Source,
    /// Seconds until it drives.
    pub(crate) turnout_seconds: u32,
    /// How it moves.
    pub(crate) profile: String,
    pub(crate) route: Route,
    /// What the way goes round, where something is closed on the shorter one.
    pub(crate) around: Option<Around>,
}

impl Way<'_> {
    /// Seconds until it is there.
    pub(crate) fn eta_seconds(&self) -> u32 {
        self.turnout_seconds + (f64::from(self.route.milliseconds) / 1_000.0).round() as u32
    }
}

/// The ways of the units that are under way to an incident, the first to arrive first.
///
/// Empty where there are no streets, where the place is not known or not for everybody any more, and
/// for units of which nobody knows where they are. Costs a search for each, with closures one more.
pub(crate) fn ways<'a>(state: &AppState, center: &'a Center, incident: &Incident) -> Vec<Way<'a>> {
    let now = state.now();
    let place = incident
        .place
        .as_ref()
        .and_then(|place| place.known()?.lat_lon());
    let (Some(geography), Some((lat, lon)), true) = (
        state.geography.as_ref(),
        place,
        reads::is_live(incident, now),
    ) else {
        return Vec::new();
    };
    advice::catch_up(state, center, now);
    let under_way = incident.active().filter(|assignment| {
        matches!(
            assignment.meaning,
            Meaning::Dispatched | Meaning::Acknowledged | Meaning::EnRoute
        )
    });
    let mut ways: Vec<Way<'a>> = under_way
        .take(MOST)
        .filter_map(|assignment| {
            let unit = center.unit(assignment.unit)?;
            // As it moves: on the road, on foot, by boat.
            let profile = geography.streets.profile_of_unit(unit.unit_type.as_str());
            let (streets, profile) = geography.profile(profile)?;
            let goal = streets.snap(lat, lon)?;
            let (place, source) = stands(state, center, unit, assignment, now)?;
            let start = match source {
                Source::StaleFix(_) => last(state, streets, unit),
                _ => place.on(streets),
            }?;
            let is_driving = assignment.meaning == Meaning::EnRoute;
            let turnout_seconds = if place.fact.in_station && !is_driving {
                turnout_left(center, unit, assignment, now)
            } else {
                0
            };
            Some(Way {
                unit,
                meaning: assignment.meaning,
                source,
                turnout_seconds,
                profile: streets.profile_of_unit(unit.unit_type.as_str()).to_owned(),
                route: streets.route(&start, &goal, profile)?,
                around: advice::around(streets, &start, &goal, profile),
            })
        })
        .collect();
    ways.sort_by_key(Way::eta_seconds);
    ways
}

/// Where a unit is taken to be. One that drives is where it was seen last, however long ago; its
/// station is where it certainly is not.
fn stands(
    state: &AppState,
    center: &Center,
    unit: &Unit,
    assignment: &Assignment,
    now: Timestamp,
) -> Option<(Found, Source)> {
    let place = advice::located(state, center, std::iter::once(unit), now).pop()?;
    let source = match (assignment.meaning, place.fact.source) {
        (Meaning::EnRoute, Source::StationForStale(age)) => Source::StaleFix(age),
        (_, source) => source,
    };
    Some((place, source))
}

/// Where a unit was heard of last.
fn last(state: &AppState, streets: &Streets, unit: &Unit) -> Option<Snapped> {
    let point = state
        .positions
        .read(|fixes| Some(fixes.get(&unit.id)?.point))?;
    let (lat, lon) = point.degrees();
    streets.snap(lat, lon)
}

/// What is left of the turnout since the crew was told.
fn turnout_left(center: &Center, unit: &Unit, assignment: &Assignment, now: Timestamp) -> u32 {
    let configuration = &center.configuration;
    let own = configuration.turnouts.get(&unit.unit_type).copied();
    let whole = own.unwrap_or(configuration.dispatch_rules.turnout_seconds);
    let passed = now.seconds_since(assignment.stamps.dispatched);
    let passed = passed.max(0.0) as u32;
    whole.saturating_sub(passed)
}
