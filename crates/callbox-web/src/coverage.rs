//! Which streets help reaches in time: from where it is free now, or from the stations.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use callbox_domain::{Center, Clock, Code, Moment, Timestamp};
use callbox_geo::{
    eta::{Reach, Snapped},
    roads::Network,
};

use crate::{advice, state::AppState};

/// For so long one answer serves everybody who asks the same, in seconds.
const FRESH_SECONDS: f64 = 2.0;
/// How many different questions are kept.
const KEPT: usize = 8;
/// The time that counts where no clock of the center has a target, in seconds.
const DEFAULT_SECONDS: u32 = 480;

/// From where help comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whence {
    /// Free units, where they are.
    Units,
    /// Open stations, as if each had a free unit.
    Stations,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The agency to which who asks is bound.
    pub(crate) agency: Option<Code>,
    /// From where.
    pub(crate) whence: Whence,
    /// Only units of this type.
    pub(crate) unit_type: Option<Code>,
    /// Whether what a crew in its station takes to turn out counts.
    pub(crate) turnout: bool,
}

/// The streets as they are reached.
#[derive(Debug)]
pub(crate) struct Covered {
    /// How soon somebody is in each piece of street.
    pub(crate) reach: Reach,
    /// From how many places.
    pub(crate) starts: usize,
    /// How many units are free and nobody knows where.
    pub(crate) unknown: usize,
}

/// Whose type drives from where, and after how many milliseconds.
type Start = (Option<Code>, (Snapped, u32));

struct Answered {
    question: Question,
    closures: (u64, u32),
    at: Timestamp,
    covered: Arc<Covered>,
}

/// The newest answers, so that twenty maps cost one search.
#[derive(Default)]
pub(crate) struct Coverage(Mutex<Vec<Answered>>);

/// The time within which help should be there, and by whose clock.
pub(crate) struct Aim<'a> {
    /// Seconds.
    pub(crate) seconds: u32,
    /// The clock whose target it is.
    pub(crate) clock: Option<&'a Clock>,
    /// Whether the turnout counts.
    pub(crate) turnout: bool,
}

/// What the center's clocks ask: the target of a clock that ends with the arrival, best one that begins
/// with the drive, for what is shaded is driving time.
pub(crate) fn aim<'a>(center: &'a Center, unit_type: Option<&Code>) -> Aim<'a> {
    let clocks = center.configuration.clocks.values();
    let fits = clocks.filter(|clock| {
        clock.target.is_some()
            && matches!(clock.stop, Moment::OnScene | Moment::FirstOnScene)
            && unit_type.is_none_or(|code| clock.concerns_unit_type(code))
    });
    let found = fits.min_by_key(|clock| match clock.start {
        Moment::EnRoute | Moment::FirstEnRoute => 0,
        Moment::Dispatched | Moment::Acknowledged | Moment::FirstDispatched => 1,
        _ => 2,
    });
    let target = found.and_then(|clock| clock.target.as_ref());
    Aim {
        seconds: target.map_or(DEFAULT_SECONDS, |target| target.seconds),
        clock: found,
        turnout: found
            .is_some_and(|clock| !matches!(clock.start, Moment::EnRoute | Moment::FirstEnRoute)),
    }
}

/// The streets as they are reached now; `None` without streets.
///
/// Costs a pass over the hierarchy and over the streets where nobody asked the same just now; so long
/// others who ask wait.
pub(crate) fn covered(
    state: &AppState,
    center: &Center,
    question: Question,
) -> Option<Arc<Covered>> {
    let streets = &state.geography.as_ref()?.streets;
    let (now, closures) = (state.now(), center.closures_mark());
    advice::catch_up(state, center, now);
    let mut answered = state
        .coverage
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    answered.retain(|one| {
        let age = now.seconds_since(one.at);
        (0.0..FRESH_SECONDS).contains(&age) && one.closures == closures
    });
    if let Some(known) = answered.iter().find(|one| one.question == question) {
        return Some(Arc::clone(&known.covered));
    }
    let (starts, unknown) = starts(state, center, &question, now);
    // Units that drive alike are searched for together; who goes on foot or by boat covers no street.
    let mut by_profile: BTreeMap<&str, Vec<(Snapped, u32)>> = BTreeMap::new();
    for (unit_type, start) in starts {
        let profile = streets.profile_of_unit(unit_type.as_ref().map_or("", Code::as_str));
        by_profile.entry(profile).or_default().push(start);
    }
    let mut covered = Covered {
        reach: streets.reach(&[], streets.profile("blue-light")?),
        starts: 0,
        unknown,
    };
    for (profile, starts) in by_profile {
        let found = state.geography.as_ref()?.profile(profile);
        if let Some((streets, profile)) = found.filter(|it| it.0.network() == Network::Drive) {
            covered.reach.add(&streets.reach(&starts, profile));
            covered.starts += starts.len();
        }
    }
    let covered = Arc::new(covered);
    if answered.len() == KEPT {
        answered.remove(0);
    }
    answered.push(Answered {
        question,
        closures,
        at: now,
        covered: Arc::clone(&covered),
    });
    Some(covered)
}

/// Where help stands, with the milliseconds before it drives; and how many nobody can place.
fn starts(
    state: &AppState,
    center: &Center,
    question: &Question,
    now: Timestamp,
) -> (Vec<Start>, usize) {
    let turnout = |unit_type: Option<&Code>| {
        let configuration = &center.configuration;
        let own = unit_type.and_then(|code| configuration.turnouts.get(code));
        let seconds = own.copied();
        let seconds = seconds.unwrap_or(configuration.dispatch_rules.turnout_seconds);
        if question.turnout {
            seconds.saturating_mul(1_000)
        } else {
            0
        }
    };
    let wanted = question.unit_type.as_ref();
    if question.whence == Whence::Stations {
        let codes = center.configuration.stations.keys();
        let points = codes.filter_map(|code| advice::station(state, center, code));
        let before = turnout(wanted);
        let starts = points.filter_map(|(_, snapped)| Some((wanted.cloned(), (snapped?, before))));
        return (starts.collect(), 0);
    }
    let free: Vec<_> = advice::free(center)
        .filter(|unit| wanted.is_none_or(|code| unit.unit_type == *code))
        .collect();
    let found = advice::located(state, center, free.iter().copied(), now);
    let mut starts = Vec::with_capacity(free.len());
    for (unit, place) in free.iter().zip(found) {
        let Some(snapped) = place.snapped else {
            continue;
        };
        let before = if place.fact.in_station {
            turnout(Some(&unit.unit_type))
        } else {
            0
        };
        starts.push((Some(unit.unit_type.clone()), (snapped, before)));
    }
    let unknown = free.len() - starts.len();
    (starts, unknown)
}
